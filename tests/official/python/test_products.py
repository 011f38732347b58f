"""Each product from the document to the typed result."""

import json
from datetime import date

import pytest
from mindee.v2.parsing.inference.field import FieldConfidence

from support import PARAMETERS, RESULTS, Sandbox, sample


def points(polygon) -> list[list[float]]:
    return [[point.x, point.y] for point in polygon]


@pytest.mark.parametrize("product", PARAMETERS)
def test_each_product_is_enqueued_polled_and_fetched_on_its_own_road(
    sandbox: Sandbox, product: str
):
    inference = sandbox.run(product)
    job = f"/v2/jobs/{inference.job.id}"
    result = f"/v2/products/{product}/results/{inference.id}"
    assert [
        (one["method"], one["path"], one["status"]) for one in sandbox.requests()
    ] == [
        ("POST", f"/v2/products/{product}/enqueue", 202),
        ("GET", job, 302),
        ("GET", result, 200),
    ]


@pytest.mark.parametrize("product", PARAMETERS)
def test_each_inference_names_its_model_its_job_and_its_file(
    sandbox: Sandbox, product: str
):
    inference = sandbox.run(product, sample("invoice-3-pages.pdf"), alias="march")
    assert inference.id == inference.job.id
    assert inference.model.id == sandbox.models[product]
    assert inference.file.name == "invoice-3-pages.pdf"
    assert inference.file.alias == "march"
    assert inference.file.page_count == 3
    assert inference.file.mime_type == "application/pdf"


def test_an_invoice_is_read_into_simple_fields(sandbox: Sandbox):
    fields = sandbox.run().result.fields
    assert fields.get_simple_field("supplier_name").string_value == "Lumen & Quill Ltd"
    assert fields.get_simple_field("invoice_number").string_value == "INV-2026-0042"
    assert fields.get_simple_field("currency").string_value == "EUR"
    assert fields.get_simple_field("total_net").float_value == 1141.50
    assert fields.get_simple_field("total_tax").float_value == 228.30
    assert fields.get_simple_field("total_amount").float_value == 1369.80
    assert fields.get_simple_field("is_paid").boolean_value is False
    assert len(fields) == 11


def test_a_date_is_read_as_text_that_python_understands(sandbox: Sandbox):
    due = sandbox.run().result.fields.get_simple_field("due_date").string_value
    assert date.fromisoformat(due) == date(2026, 11, 30)


def test_an_address_is_read_into_an_object_field(sandbox: Sandbox):
    address = sandbox.run().result.fields.get_object_field("supplier_address")
    values = {name: field.value for name, field in address.simple_fields.items()}
    assert values == {
        "address": "14 Lantern Row, Eastmere EM4 2QX, United Kingdom",
        "street_number": "14",
        "street_name": "Lantern Row",
        "city": "Eastmere",
        "postal_code": "EM4 2QX",
        "country": "United Kingdom",
    }


def test_line_items_are_read_into_a_list_of_object_fields(sandbox: Sandbox):
    lines = sandbox.run().result.fields.get_list_field("line_items").object_items
    assert [
        (
            line.get_simple_field("quantity").float_value,
            line.get_simple_field("unit_price").float_value,
            line.get_simple_field("total_price").float_value,
        )
        for line in lines
    ] == [(4, 89.5, 358), (12, 34.25, 411), (25, 14.9, 372.5)]


def test_confidence_is_read_at_every_level(sandbox: Sandbox):
    fields = sandbox.run().result.fields
    assert fields["total_amount"].confidence is FieldConfidence.CERTAIN
    assert fields["is_paid"].confidence is FieldConfidence.LOW
    lines = fields.get_list_field("line_items")
    assert lines.confidence is FieldConfidence.HIGH
    first = lines.object_items[0].get_simple_field("description")
    assert first.confidence is FieldConfidence.MEDIUM


def test_the_place_of_a_field_is_read_as_a_polygon_on_a_page(sandbox: Sandbox):
    (location,) = sandbox.run().result.fields["supplier_name"].locations
    assert location.page == 0
    assert points(location.polygon) == [
        [0.158, 0.0603],
        [0.404, 0.0603],
        [0.404, 0.0809],
        [0.158, 0.0809],
    ]


def test_raw_text_is_read_page_by_page(sandbox: Sandbox):
    (page,) = sandbox.run().result.raw_text.pages
    assert page.content.startswith("Lumen & Quill Ltd INVOICE\n")


def test_a_split_is_read_into_page_ranges(sandbox: Sandbox):
    splits = sandbox.run("split", sample("invoice-3-pages.pdf")).result.splits
    assert [(one.page_range, one.document_type) for one in splits] == [
        ([0, 0], "invoice"),
        ([1, 2], "delivery_note"),
    ]


def test_a_chained_extraction_is_read_inside_its_split(sandbox: Sandbox):
    first, second = sandbox.run("split", sample("invoice-3-pages.pdf")).result.splits
    child = first.extraction_response.inference
    assert child.file.name == "invoice-3-pages.pdf_split_0_1"
    assert child.result.fields.get_simple_field("total_amount").float_value == 1369.80
    assert second.extraction_response is None


def test_a_crop_is_read_into_types_and_places(sandbox: Sandbox):
    crops = sandbox.run("crop", sample("two-pages.tiff")).result.crops
    assert [(one.object_type, one.location.page) for one in crops] == [
        ("invoice", 0),
        ("receipt", 1),
        ("receipt", 1),
    ]
    assert points(crops[0].location.polygon) == [[0, 0], [1, 0], [1, 1], [0, 1]]


def test_a_chained_extraction_is_read_inside_its_crop(sandbox: Sandbox):
    chained = json.loads((RESULTS / "crop-chained.json").read_text("utf-8"))
    sandbox.rule(on="enqueue", job={"result": chained})
    crops = sandbox.run("crop", sample("two-pages.tiff")).result.crops
    assert crops[0].extraction_response is None
    child = crops[1].extraction_response.inference
    assert child.file.mime_type == "image/png"
    assert child.result.fields.get_simple_field("total_amount").float_value == 20.60


def test_a_classification_is_read_into_one_type(sandbox: Sandbox):
    result = sandbox.run("classification").result
    assert result.classification.document_type == "invoice"
    assert result.classification.extraction_response is None


def test_a_chained_extraction_is_read_inside_its_classification(sandbox: Sandbox):
    chained = json.loads((RESULTS / "classification-chained.json").read_text("utf-8"))
    sandbox.rule(on="enqueue", job={"result": chained})
    classification = sandbox.run("classification").result.classification
    fields = classification.extraction_response.inference.result.fields
    assert fields.get_simple_field("supplier_name").value == "Lumen & Quill Ltd"


def test_ocr_is_read_into_pages_and_words(sandbox: Sandbox):
    (page,) = sandbox.run("ocr", sample("receipt.png")).result.pages
    assert page.content.startswith("The Copper Kettle\n2 Mill Yard, Oakhaven\n")
    assert [word.content for word in page.words[:3]] == ["The", "Copper", "Kettle"]
    assert len(page.words) == 47
    assert points(page.words[0].polygon) == [
        [0.2433, 0.0719],
        [0.3538, 0.0719],
        [0.3538, 0.1152],
        [0.2433, 0.1152],
    ]


@pytest.mark.parametrize("product", PARAMETERS)
def test_the_text_form_of_a_made_result_can_be_printed(
    inventive: Sandbox, product: str
):
    assert inventive.models[product] in str(inventive.run(product))
