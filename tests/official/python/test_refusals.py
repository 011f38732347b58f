"""Requests that are refused, and how the client tells it."""

import pytest
from mindee import BytesInput, ExtractionParameters, ExtractionResponse
from mindee.v2 import Client
from mindee.v2.error import MindeeHTTPErrorV2
from mindee.v2.search.models.model_search_parameters import ModelSearchParameters

from support import DATA, UNKNOWN, Sandbox, sample


def refusal(call, *arguments) -> MindeeHTTPErrorV2:
    with pytest.raises(MindeeHTTPErrorV2) as told:
        call(*arguments)
    problem = told.value
    assert problem.title and problem.detail
    assert problem.code.startswith(f"{problem.status}-")
    return problem


def test_a_wrong_key_is_refused_for_a_document(sandbox: Sandbox):
    client = Client(api_key="md_wrong")
    problem = refusal(client.enqueue, sample("invoice.pdf"), sandbox.parameters())
    assert (problem.status, problem.code) == (401, "401-001")
    assert sandbox.seen()["billed"]["documents"] == 0


def test_a_wrong_key_is_refused_for_a_job(sandbox: Sandbox):
    job = sandbox.enqueue()
    assert refusal(Client(api_key="md_wrong").get_job, job.id).status == 401


def test_a_wrong_key_is_refused_for_a_result(sandbox: Sandbox):
    job = sandbox.finished()
    client = Client(api_key="md_wrong")
    assert refusal(client.get_result, ExtractionResponse, job.id).status == 401


def test_a_wrong_key_is_refused_for_a_search(sandbox: Sandbox):
    client = Client(api_key="md_wrong")
    assert refusal(client.search, ModelSearchParameters()).status == 401


def test_a_key_with_bearer_in_front_is_refused(sandbox: Sandbox):
    client = Client(api_key=f"Bearer {sandbox.api_key}")
    assert refusal(client.search, ModelSearchParameters()).code == "401-009"


def test_an_unknown_job_is_told_as_404(sandbox: Sandbox):
    assert refusal(Client().get_job, UNKNOWN).status == 404


def test_an_unknown_result_is_told_as_404(sandbox: Sandbox):
    assert refusal(Client().get_result, ExtractionResponse, UNKNOWN).status == 404


def test_a_result_that_is_not_ready_is_told_as_404(sandbox: Sandbox):
    sandbox.rule(on="enqueue", job={"processing_ms": None})
    job = sandbox.enqueue()
    assert refusal(Client().get_result, ExtractionResponse, job.id).status == 404


def test_an_unknown_model_is_told_as_404(sandbox: Sandbox):
    parameters = ExtractionParameters(UNKNOWN)
    problem = refusal(Client().enqueue, sample("invoice.pdf"), parameters)
    assert problem.status == 404


def test_a_job_id_that_is_no_uuid_is_told_as_422(sandbox: Sandbox):
    assert refusal(Client().get_job, "not-an-id").status == 422


def test_a_model_id_that_is_no_uuid_is_told_with_its_place(sandbox: Sandbox):
    parameters = ExtractionParameters("not-an-id")
    problem = refusal(Client().enqueue, sample("invoice.pdf"), parameters)
    assert problem.status == 422
    assert [error.pointer for error in problem.errors] == ["#/model_id"]


def test_a_file_of_a_foreign_type_is_told_as_422(sandbox: Sandbox):
    source = BytesInput((DATA / "not-a.pdf").read_bytes(), "not-a.pdf")
    problem = refusal(Client().enqueue, source, sandbox.parameters())
    assert problem.status == 422


def test_an_empty_file_is_told_as_422(sandbox: Sandbox):
    source = BytesInput(b"", "empty.pdf")
    problem = refusal(Client().enqueue, source, sandbox.parameters())
    assert problem.status == 422


def test_an_unknown_webhook_is_told_as_422(sandbox: Sandbox):
    parameters = sandbox.parameters(webhook_ids=[UNKNOWN])
    problem = refusal(Client().enqueue, sample("invoice.pdf"), parameters)
    assert problem.status == 422
    assert "webhook" in problem.detail.lower()


def test_too_many_requests_are_told_as_429(sandbox: Sandbox):
    answer = {
        "status": 429,
        "json": {
            "status": 429,
            "code": "429-001",
            "title": "Too many requests",
            "detail": "Wait a little.",
            "errors": [],
        },
    }
    sandbox.rule(on="enqueue", answer=answer)
    problem = refusal(Client().enqueue, sample("invoice.pdf"), sandbox.parameters())
    assert (problem.status, problem.code) == (429, "429-001")
