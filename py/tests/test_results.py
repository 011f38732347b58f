"""Results read by name, by index and by pointer; what is not known is kept."""

import json
import pickle

import pytest
from conftest import DATA

from mindee_core import MISSING, Fields, Inference, Job, types
from mindee_core.jobs import ModelPage

KINDS = {
    "extraction": types.ExtractionResult,
    "split": types.SplitResult,
    "crop": types.CropResult,
    "classification": types.ClassificationResult,
    "ocr": types.OcrResult,
}


def inference(result, **more):
    answer = {"inference": {"id": "i", "result": result, **more}}
    return Inference(json.dumps(answer).encode())


def fields(**fields):
    return inference({"fields": fields}).result.fields


@pytest.mark.parametrize("name", sorted(path.stem for path in (DATA / "results").glob("*.json")))
def test_a_result_of_every_product_is_read_to_its_ends(name):
    path = DATA / "results" / f"{name}.json"
    document = json.loads(path.read_text())
    result = inference(document).result
    assert type(result) is KINDS[path.stem.partition("-")[0]]
    walk(result)


def walk(value):
    """Reads every attribute of every view that can be reached, and compares it with the JSON."""
    if isinstance(value, list):
        for item in value:
            walk(item)
    elif isinstance(value, Fields):
        for name, field in value.items():
            assert field.data is value.data[name]
            walk(field.items), walk(field.fields), walk(field.locations)
            assert field.kind != "other"
            assert repr(field)
    elif hasattr(value, "data"):
        assert repr(value)
        for name in type(value).__annotations__:
            if name != "raw":
                walk(getattr(value, name))


def test_a_field_is_reached_by_name_by_index_and_by_pointer():
    total = {"value": 12, "confidence": "High"}
    answer = inference({"fields": {"total": total, "rest": {"items": [{"fields": {"a": total}}]}}})
    read = answer.result.fields
    assert read["total"].value == read.at(0)[1].value == 12
    assert answer.pointer("/inference/result/fields/total/value") == 12
    assert read["rest"][0]["a"].value == read.pointer("/rest/items/0/fields/a/value") == 12
    assert read["rest"].get(1) is None and read["rest"][0].get("b") is None
    assert [item.kind for item in read["rest"]] == ["object"]


NAMES = ["items", "keys", "values", "get", "fields", "data", "", "a/b", "~", "0", "value"]


@pytest.mark.parametrize("name", NAMES)
def test_a_field_of_any_name_is_reached(name):
    read = fields(**{name: {"fields": {name: {"value": name}}}})
    assert read[name][name].value == name
    assert list(read) == [name] and name in read and len(read) == 1
    escaped = name.replace("~", "~0").replace("/", "~1")
    assert read.pointer(f"/{escaped}/fields/{escaped}/value") == name


def test_an_integer_stays_an_integer():
    read = fields(a={"value": 9007199254740993}, b={"value": 2.0}, c={"value": True})
    assert [repr(field.value) for field in read.values()] == ["9007199254740993", "2.0", "True"]


def test_missing_and_null_are_told_apart():
    answer = inference({"fields": {}, "rag": None})
    assert answer.result.rag is None and answer.result.raw_text is None
    assert answer.pointer("/inference/result/rag") is None
    assert answer.pointer("/inference/result/raw_text") is MISSING
    assert ("rag" in answer.result.data, "raw_text" in answer.result.data) == (True, False)
    assert not MISSING and pickle.loads(pickle.dumps(MISSING)) is MISSING


NOWHERE = ["/a/2", "/a/-", "/a/01", "/a/+1", "/a/x", "a", "/b", "/a/0/0", "/a/²"]


@pytest.mark.parametrize("pointer", NOWHERE)
def test_a_pointer_to_nothing_finds_nothing(pointer):
    answer = Inference(b'{"a": [1, 2]}')
    assert answer.pointer(pointer) is MISSING
    assert answer.pointer(pointer, None) is None


def test_the_empty_pointer_is_the_whole_answer():
    assert Inference(b'{"a": 1}').pointer("") == {"a": 1}


def test_unknown_words_and_keys_are_kept():
    read = fields(a={"value": 1, "confidence": "Utterly", "new": [1]}, b={"shape": "new"}, c=5)
    assert read["a"].confidence == "Utterly"
    assert read["a"].data["new"] == [1]
    assert [field.kind for field in read.values()] == ["simple", "other", "other"]
    odd = read["c"]
    assert (odd.value, odd.items, dict(odd.fields), odd.locations) == (None, [], {}, [])


def test_a_result_of_an_unknown_product_is_kept():
    assert inference({"later": 1}).result.data == {"later": 1}


def test_an_attribute_that_does_not_exist_is_an_error():
    with pytest.raises(AttributeError, match="page_cuont"):
        inference({}, file={"name": "a"}).file.page_cuont


def test_a_chained_extraction_is_an_inference_of_its_own():
    inner = {"inference": {"id": "inner", "result": {"fields": {"a": {"value": 1}}}}}
    splits = [{"page_range": [0, 1], "extraction_response": inner}]
    chained = inference({"splits": splits}).result.splits[0].extraction_response.inference
    assert (chained.id, chained.result.fields["a"].value, chained.raw) == ("inner", 1, b"")
    assert chained.pointer("/inference/id") == "inner"


def test_the_bytes_are_kept_as_they_came():
    raw = b'\xef\xbb\xbf{ "inference": {"id": "i", "result": {}} }'
    answer = Inference(raw)
    assert answer.raw is raw and answer.id == "i"


def test_results_are_pickled_and_compared():
    answer = inference({"fields": {"a": {"value": 1}}})
    answer.data
    again = pickle.loads(pickle.dumps(answer))
    assert again == answer and again.raw == answer.raw and again.result == answer.result
    token = {"resume_token": "mj1_x"}
    job = pickle.loads(pickle.dumps(Job(b'{"job": {"id": "j"}}', token)))
    assert (job.id, job.resume_token) == ("j", "mj1_x")
    page = pickle.loads(pickle.dumps(ModelPage(b'{"models": [{"id": "m"}]}')))
    assert page.models[0].id == "m"


def test_parts_of_results_are_pickled_and_copied():
    import copy

    result = inference({"fields": {"a": {"value": 1}}}).result
    for part in (result, result.fields, result.fields["a"]):
        assert pickle.loads(pickle.dumps(part)) == part
        assert copy.deepcopy(part) == part


def test_a_repr_is_short():
    read = fields(a={"value": "x" * 1000}, b={"items": [{}] * 1000})
    assert all(len(repr(field)) < 100 for field in read.values())
    assert len(repr(inference({"fields": {"a": {"value": "x" * 1000}}}))) < 200
