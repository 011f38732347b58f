"""Options of a request: as they are sent, and what they do."""

import json

import pytest
from mindee import URLInputSource

from support import PARAMETERS, Sandbox

SCHEMA = {
    "replace": {
        "fields": [
            {
                "title": "Hull number",
                "name": "hull_number",
                "is_array": False,
                "type": "string",
                "description": "The number on the hull.",
            },
            {
                "title": "Crew",
                "name": "crew",
                "is_array": True,
                "type": "string",
                "description": "Who is aboard.",
            },
        ]
    }
}


def every_field(fields):
    for field in fields.values():
        yield field
        if field.field_type.value == "ObjectField":
            yield from every_field(field.fields)


def test_nothing_is_sent_that_was_not_asked_for(sandbox: Sandbox):
    sandbox.enqueue()
    assert sandbox.fields() == []


@pytest.mark.parametrize("product", PARAMETERS)
def test_an_alias_comes_back_in_the_job(sandbox: Sandbox, product: str):
    job = sandbox.enqueue(product, alias="märz 2026")
    assert job.alias == "märz 2026"
    assert sandbox.fields() == [("alias", "märz 2026")]


def test_webhooks_are_sent_as_one_part_each(inventive: Sandbox):
    webhook = inventive.webhook()
    inventive.enqueue(webhook_ids=[webhook, webhook])
    assert inventive.fields() == [("webhook_ids", webhook)] * 2


def test_webhooks_with_a_url_are_sent_as_one_field_each(inventive: Sandbox):
    webhook = inventive.webhook()
    url = "https://files.example.com/invoice.pdf"
    inventive.enqueue(source=URLInputSource(url), webhook_ids=[webhook, webhook])
    assert inventive.fields() == [("webhook_ids", webhook)] * 2 + [("url", url)]


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("option", ["rag", "raw_text", "polygon", "confidence"])
def test_a_switch_is_sent_as_a_word_and_is_told_as_active(
    inventive: Sandbox, option: str, value: bool
):
    inference = inventive.run(**{option: value})
    assert inventive.fields() == [(option, str(value).lower())]
    assert getattr(inference.active_options, option) is value


def test_a_text_context_is_sent_as_it_is_and_is_told_as_active(inventive: Sandbox):
    text = "Amounts are in €.\nDates are day first."
    inference = inventive.run(text_context=text)
    assert inventive.fields() == [("text_context", text)]
    assert inference.active_options.text_context is True


def test_without_options_the_result_holds_values_alone(inventive: Sandbox):
    inference = inventive.run(
        confidence=False, polygon=False, raw_text=False, rag=False
    )
    result = inference.result
    assert {field.confidence for field in every_field(result.fields)} == {None}
    assert [one.locations for one in every_field(result.fields) if one.locations] == []
    assert (result.raw_text, result.rag) == (None, None)


def test_confidence_is_given_when_asked_for(inventive: Sandbox):
    fields = inventive.run(confidence=True).result.fields
    assert None not in {field.confidence for field in every_field(fields)}


def test_polygons_are_given_when_asked_for(inventive: Sandbox):
    fields = inventive.run(polygon=True).result.fields
    (location,) = fields.get_simple_field("supplier_name").locations
    assert len(location.polygon) == 4


def test_raw_text_is_given_when_asked_for(inventive: Sandbox):
    pages = inventive.run(raw_text=True).result.raw_text.pages
    assert [bool(page.content) for page in pages] == [True]


def test_rag_without_a_match_is_told(inventive: Sandbox):
    rag = inventive.run(rag=True).result.rag
    assert rag.retrieved_document_id is None


def test_a_data_schema_is_sent_as_json(inventive: Sandbox):
    inventive.enqueue(data_schema=SCHEMA)
    ((name, value),) = inventive.fields()
    assert name == "data_schema"
    assert json.loads(value) == SCHEMA


def test_a_data_schema_decides_on_the_fields(inventive: Sandbox):
    inference = inventive.run(data_schema=json.dumps(SCHEMA))
    fields = inference.result.fields
    assert list(fields) == ["hull_number", "crew"]
    assert isinstance(fields.get_simple_field("hull_number").string_value, str)
    assert all(item.string_value for item in fields.get_list_field("crew").simple_items)
    assert inference.active_options.data_schema.replace is True
