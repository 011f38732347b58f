"""Options reach the core as they are given; their names are the core's."""

import inspect
import json
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import DATA

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
    error = refusal(lambda: client.extraction.run("a.pdf", data_schema=ring))
    assert error.code == "option.invalid"


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
    absent = {"alias": None, "rag": None, "deadline": None}
    client.extraction.enqueue(DATA / "invoice.pdf", model_id=model, **absent)
    assert "alias" not in str(sandbox.requests("enqueue")[0]["body"])


def test_a_timedelta_is_taken_for_seconds(client, sandbox):
    sandbox.rules({"on": "job", "stall": True})
    with pytest.raises(mindee_core.TimeoutError):
        client.jobs.get("some-id", deadline=timedelta(milliseconds=100))


def test_a_path_object_is_taken_for_a_path_option(sandbox):
    error = refusal(lambda: mindee_core.Client(**sandbox.options, ca_file=Path("no-such.pem")))
    assert "no-such.pem" in error.message


def test_lists_and_objects_reach_the_server(client, sandbox):
    webhook = next(iter(client.models.search(model_type="extraction"))).webhooks[0].id
    schema = {"replace": {"fields": []}}
    for given in (schema, json.dumps(schema)):
        client.extraction.enqueue(
            DATA / "invoice.pdf",
            model_id=sandbox.models["extraction"],
            webhook_ids=(webhook,),
            data_schema=given,
        )
    for request in sandbox.requests("enqueue"):
        parts = str(request["body"])
        assert webhook in parts and "replace" in parts


def test_an_argument_that_the_method_gives_itself_cannot_be_given_twice(client):
    with pytest.raises(TypeError, match="product"):
        client.extraction.run("a.pdf", product="crop")


TYPES = {
    "text": "str | None",
    "boolean": "bool | None",
    "seconds": "Seconds",
    "count": "int | None",
    "path": "str | os.PathLike[str] | None",
    "ids": "str | Sequence[str] | None",
    "json": "str | dict[str, Any] | None",
}
"""The Python type of each kind of option of the core."""

ARGUMENTS = {"page": "count", "per_page": "count"}
"""Arguments of operations that are no text."""


def keys_of(operation):
    given_by_the_method = {"product", "source", "id"}
    row = next(row for row in TABLES["operations"] if row["name"] == operation)
    return [key for key in row["keys"] if key not in given_by_the_method]


def compare(kind, keys):
    """Compares the names and types of a class with the core's, and says how to mend it."""
    kinds = {row["key"]: row["kind"] for row in TABLES["options"]} | ARGUMENTS
    wanted = {key: TYPES[kinds.get(key, "text")] for key in keys}
    if "model_id" in wanted:
        wanted["model_id"] = "str"
    found = {key: written.__forward_arg__ for key, written in kind.__annotations__.items()}
    lines = [f"{key}: {wanted[key]}" for key in wanted if found.get(key) != wanted[key]]
    lines += [f"(remove {key})" for key in found if key not in wanted]
    assert lines == [], f"write in options.py, class {kind.__name__}"


def test_the_options_of_a_client_are_those_of_the_core():
    compare(options.ClientOptions, [r["key"] for r in TABLES["options"] if r["scope"] == "client"])


def test_the_options_of_every_call_are_those_of_the_core():
    compare(options.WaitOptions, keys_of("jobs.wait"))
    compare(options.SearchOptions, keys_of("models.search"))
    compare(options.ExtractionOptions, keys_of("run"))


def test_other_products_lack_the_options_of_extraction_alone():
    alone = {row["key"] for row in TABLES["options"] if row["extraction_only"]}
    compare(options.DocumentOptions, [key for key in keys_of("run") if key not in alone])


def test_alike_operations_take_alike_options():
    waiting = keys_of("jobs.wait")
    alike = ("jobs.get", "jobs.result", "result")
    assert [keys_of(name) for name in alike] == [waiting] * 3
    assert keys_of("ledger.resume") == ["older_than", *waiting]
    assert keys_of("enqueue") == keys_of("run")


def methods(client, operation):
    """The methods of an operation: one, or one for each product."""
    row = next(row for row in TABLES["operations"] if row["name"] == operation)
    part, _, method = operation.rpartition(".")
    if part == "document":
        return [getattr(mindee_core.document, method, None)]
    if "product" in row["keys"]:
        return [getattr(getattr(client, product), method, None) for product in TABLES["products"]]
    return [getattr(getattr(client, part) if part else client, method, None)]


def test_the_operations_on_local_files_take_the_options_of_the_core():
    limits = keys_of("document.inspect")
    compare(options.LimitOptions, [key for key in limits if key != "source_name"])
    for row in TABLES["operations"]:
        if row["name"].startswith("document."):
            function = getattr(mindee_core.document, row["name"].removeprefix("document."))
            taken = set(inspect.signature(function).parameters) - {"source", "limits"}
            assert taken == set(keys_of(row["name"])) - set(limits), row["name"]


def test_every_operation_and_every_product_of_the_core_has_a_method(client):
    lacking = [
        row["name"]
        for row in TABLES["operations"]
        if not all(callable(method) for method in methods(client, row["name"]))
    ]
    assert lacking == []


@pytest.mark.parametrize(
    ("operation", "more", "fewer"),
    [
        ("jobs.deliver", {"body"}, {"unsigned"}),
        ("ledger.pending", set(), set()),
        ("ledger.collect", set(), set()),
        ("ledger.forget", set(), set()),
        ("status", set(), set()),
    ],
)
def test_operations_without_options_take_the_arguments_of_the_core(client, operation, more, fewer):
    [method] = methods(client, operation)
    taken = set(inspect.signature(method).parameters)
    assert taken == (set(keys_of(operation)) | more) - fewer
