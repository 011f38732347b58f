"""Options reach the core as they are given; their names are the core's."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import DATA, SOON

import mindee_core
from mindee_core import UsageError, _native, options

TABLES = json.loads(_native.tables())


def refusal(call):
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value


def test_an_unknown_option_of_a_client_is_refused_with_the_nearest_name():
    assert "`api_key`" in refusal(lambda: mindee_core.Client(api_kye="k")).message


def test_an_unknown_option_of_a_call_is_refused_with_the_nearest_name(client):
    error = refusal(lambda: client.extraction.run("a.pdf", modelid="m"))
    assert (error.code, "`model_id`" in error.message) == ("option.unknown", True)


@pytest.mark.parametrize(
    "value", [object(), float("nan"), float("inf"), {1, 2}, b"1", {(1, 2): 3}, [[[object()]]]]
)
def test_a_value_that_json_has_not_is_refused_by_the_name_of_its_option(client, value):
    error = refusal(lambda: client.jobs.get("id", deadline=value))
    assert (error.code, "`deadline`" in error.message) == ("option.invalid", True)
    assert error.__cause__ is None and error.__context__ is None


def test_a_value_that_holds_itself_is_refused(client):
    ring = []
    ring.append(ring)
    assert refusal(lambda: client.extraction.run("a.pdf", data_schema=ring)).code == "option.invalid"


def test_text_that_is_not_utf8_is_refused(client):
    assert refusal(lambda: client.jobs.get("\ud800")).code == "text.not_utf8"


def test_a_missing_key_is_refused(monkeypatch):
    monkeypatch.delenv("MINDEE_V2_API_KEY", raising=False)
    assert refusal(lambda: mindee_core.Client()).code == "api_key.missing"


def test_the_environment_gives_what_is_not_given(sandbox, monkeypatch):
    monkeypatch.setenv("MINDEE_V2_API_KEY", sandbox.options["api_key"])
    monkeypatch.setenv("MINDEE_V2_BASE_URL", sandbox.options["base_url"])
    with mindee_core.Client() as client:
        assert list(client.models.search())


def test_none_is_the_same_as_not_given(client, sandbox):
    model = sandbox.models["extraction"]
    client.extraction.enqueue(DATA / "invoice.pdf", model_id=model, alias=None, rag=None, deadline=None)
    assert "alias" not in str(sandbox.requests("enqueue")[0]["body"])


def test_a_timedelta_is_taken_for_seconds(client, sandbox):
    sandbox.rules({"on": "job", "stall": True})
    with pytest.raises(mindee_core.TimeoutError):
        client.jobs.get("01234567-89ab-cdef-0123-456789abcdef", deadline=timedelta(milliseconds=100))


def test_a_path_object_is_taken_for_a_path_option(sandbox):
    error = refusal(lambda: mindee_core.Client(**sandbox.options, ca_file=Path("no-such.pem")))
    assert "no-such.pem" in error.message


def test_lists_and_objects_reach_the_server(client, sandbox):
    webhook = next(model for model in client.models.search() if model.model_type == "extraction").webhooks[0]
    schema = {"replace": {"fields": []}}
    job = client.extraction.enqueue(
        DATA / "invoice.pdf",
        model_id=sandbox.models["extraction"],
        webhook_ids=(webhook.id,),
        data_schema=json.dumps(schema),
        **SOON,
    )
    assert [delivery.id for delivery in job.webhooks] == [webhook.id]


def test_an_argument_that_the_method_gives_itself_cannot_be_given_twice(client):
    with pytest.raises(TypeError, match="product"):
        client.extraction.run("a.pdf", product="crop")


def names(scope, **having):
    rows = [row for row in TABLES["options"] if row["scope"] == scope]
    return {row["key"] for row in rows if all(row[key] == value for key, value in having.items())}


def keys_of(operation):
    return {key for row in TABLES["operations"] if row["name"] == operation for key in row["keys"]}


def test_the_names_of_options_are_those_of_the_core():
    given = {"product", "source", "id"}
    assert set(options.ClientOptions.__annotations__) == names("client")
    assert set(options.WaitOptions.__annotations__) == keys_of("jobs.wait") - given
    assert set(options.SearchOptions.__annotations__) == keys_of("models.search")
    assert set(options.ExtractionOptions.__annotations__) == keys_of("run") - given
    assert set(options.DocumentOptions.__annotations__) == keys_of("run") - given - names(
        "call", extraction_only=True
    )


def test_every_operation_and_product_of_the_core_has_a_method(client):
    def has(operation):
        part, _, method = operation.rpartition(".")
        holders = [part] if part else TABLES["products"]
        return all(callable(getattr(getattr(client, holder), method)) for holder in holders)

    assert [row["name"] for row in TABLES["operations"] if not has(row["name"])] == []
