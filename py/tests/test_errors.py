"""Errors: one class for each category, everything of the payload, nothing of the document."""

import json
import pickle

import pytest
from conftest import DATA, SOON

import mindee_core
from mindee_core import MindeeError, _native, errors

CATEGORIES = json.loads(_native.tables())["categories"]


def test_every_category_of_the_core_has_its_class():
    assert {row["number"] for row in CATEGORIES} == set(errors.BY_NUMBER)
    for row in CATEGORIES:
        kind = errors.BY_NUMBER[row["number"]]
        assert kind.__name__ == row["name"].title().replace("_", "") + "Error"
        assert kind.__bases__ == (MindeeError,)
        assert getattr(mindee_core, kind.__name__) is kind


def made(number):
    payload = {
        "code": "some.code",
        "category": "some",
        "message": "It failed",
        "hint": "Do better.",
        "retryable": False,
        "maybe_billed": True,
        "job_id": "j",
        "problem": {"code": "422-001", "errors": [{"pointer": "#/a", "detail": "b"}]},
    }
    return errors.from_payload(json.dumps(payload), number, b"document content")


@pytest.mark.parametrize("number", sorted(errors.BY_NUMBER))
def test_an_error_of_every_class_is_pickled_whole(number):
    error = made(number)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.payload, again.body, str(again)) == (error.payload, error.body, str(error))


def test_the_text_of_an_error_says_what_happened_and_what_to_do():
    assert str(made(3)) == "It failed. Do better. [some.code]"


def test_kept_bytes_are_in_no_text():
    error = made(6)
    assert error.body == b"document content"
    assert "document content" not in f"{error} {error!r} {error.args} {error.payload}"


def test_the_payload_is_read_by_name():
    error = made(5)
    assert (error.job_id, error.http_status, error.causes) == ("j", None, [])
    assert (error.problem.code, error.problem.errors[0].pointer) == ("422-001", "#/a")


def test_a_refused_key_is_an_auth_error_with_mindees_code(sandbox):
    with mindee_core.Client(**{**sandbox.options, "api_key": "md_unknown"}) as client:
        with pytest.raises(mindee_core.AuthError) as caught:
            client.jobs.get("01234567-89ab-cdef-0123-456789abcdef")
    assert caught.value.http_status == 401
    assert caught.value.problem.code == "401-001"


def test_a_failed_job_is_an_error_that_names_the_job(client, sandbox):
    sandbox.rules({"on": "enqueue", "job": {"fail": True}})
    with pytest.raises(mindee_core.JobFailedError) as caught:
        client.extraction.run(DATA / "invoice.pdf", model_id=sandbox.models["extraction"], **SOON)
    assert caught.value.job_id in caught.value.resume_token or caught.value.resume_token
    assert caught.value.maybe_billed


def test_an_answer_of_an_unknown_shape_keeps_its_bytes(client, sandbox):
    sandbox.rules({"on": "result", "answer": {"json": {"surprise": 1}}})
    with pytest.raises(mindee_core.ServerError) as caught:
        client.extraction.result("01234567-89ab-cdef-0123-456789abcdef")
    assert json.loads(caught.value.body) == {"surprise": 1}


def test_an_error_reaches_an_awaiting_task_with_the_same_class(on_loop, sandbox):
    sandbox.rules({"on": "job", "status": 429})

    async def work(client):
        await client.jobs.get("01234567-89ab-cdef-0123-456789abcdef", retries=0)

    with pytest.raises(mindee_core.RateLimitedError):
        on_loop(work)


def test_an_error_has_no_hidden_cause(client):
    with pytest.raises(MindeeError) as caught:
        client.jobs.get("not/an/id")
    assert caught.value.__cause__ is None and caught.value.__context__ is None
