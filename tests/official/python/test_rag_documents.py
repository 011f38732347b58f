"""RAG documents: from the upload to the end."""

import pytest
from mindee.v2 import Client
from mindee.v2.error import MindeeHTTPErrorV2
from mindee.v2.product.extraction.rag_documents import (
    ExtractionRagAnnotationResponse,
    RagDocumentAnnotationParameters,
    RagDocumentUploadParameters,
)
from mindee.v2.search.rag_documents import RagDocumentSearchParameters

from support import UNKNOWN, Sandbox, quick, sample, sha256

SELECTED = {
    "fields": {
        "supplier_name": {
            "value": "Lumen & Quill",
            "selected": True,
            "guidelines": "Without the legal form.",
        }
    }
}


def upload(sandbox: Sandbox, name: str = "invoice.pdf"):
    """Uploads a document and waits until it can be annotated."""
    return Client().upload_and_get_rag_document(
        sample(name),
        RagDocumentUploadParameters(model_id=sandbox.models["extraction"]),
        quick(),
    )


def get(document_id: str):
    return Client().get_rag_document(ExtractionRagAnnotationResponse, document_id)


def update(document_id: str, **changes):
    return Client().update_and_get_rag_annotations(
        RagDocumentAnnotationParameters(document_id=document_id, **changes), quick()
    )


def search(sandbox: Sandbox, **options):
    model_id = sandbox.models["extraction"]
    return Client().search(RagDocumentSearchParameters(model_id=model_id, **options))


def test_an_uploaded_document_is_processed_first(inventive: Sandbox):
    document = Client().upload_rag_document(
        sample("invoice.pdf"),
        RagDocumentUploadParameters(model_id=inventive.models["extraction"]),
    )
    assert document.status == "Processing"
    assert document.annotation is None


def test_an_upload_is_a_form_with_the_model_and_the_file(inventive: Sandbox):
    upload(inventive)
    request = inventive.requests()[0]
    assert request["path"] == "/v2/products/extraction/rag-documents"
    parts = {part["name"]: part for part in request["body"]["fields"]}
    assert sorted(parts) == ["file", "model_id"]
    assert parts["model_id"]["value"] == inventive.models["extraction"]
    assert parts["file"]["sha256"] == sha256("invoice.pdf")


def test_a_processed_document_is_a_draft_with_a_proposal(inventive: Sandbox):
    document = upload(inventive)
    assert document.status == "Draft"
    assert document.filename == "invoice.pdf"
    assert document.model_id == inventive.models["extraction"]
    assert document.created_at.tzinfo is not None
    assert (document.total_matches, document.last_match_at) == (0, None)
    field = document.annotation.fields.get_simple_field("supplier_name")
    assert field.selected is False


def test_a_document_is_read_again_by_its_id(inventive: Sandbox):
    document = upload(inventive)
    again = Client().get_ready_rag_document(
        ExtractionRagAnnotationResponse, document.id, quick()
    )
    assert again.id == document.id
    assert again.annotation == document.annotation


def test_an_annotation_is_kept(inventive: Sandbox):
    document = upload(inventive)
    update(document.id, annotation=SELECTED)
    field = get(document.id).annotation.fields.get_simple_field("supplier_name")
    assert field.value == "Lumen & Quill"
    assert field.selected is True
    assert field.guidelines == "Without the legal form."


def test_a_whole_annotation_can_be_sent_back_as_it_was_read(inventive: Sandbox):
    document = upload(inventive)
    again = update(document.id, annotation=document.annotation)
    assert again.annotation == document.annotation


def test_a_change_is_sent_as_json(inventive: Sandbox):
    document = upload(inventive)
    update(document.id, annotation=SELECTED, status="Active")
    (request,) = [one for one in inventive.requests() if one["method"] == "PATCH"]
    assert request["path"] == f"/v2/products/extraction/rag-documents/{document.id}"
    assert request["headers"]["content-type"] == "application/json"


def test_a_document_with_a_selected_field_becomes_active(inventive: Sandbox):
    document = upload(inventive)
    assert update(document.id, annotation=SELECTED, status="Active").status == "Active"


def test_a_document_without_a_selected_field_cannot_become_active(inventive: Sandbox):
    document = upload(inventive)
    with pytest.raises(MindeeHTTPErrorV2) as told:
        update(document.id, status="Active")
    assert told.value.code == "422-024"


def test_an_active_document_can_be_put_to_rest(inventive: Sandbox):
    document = upload(inventive)
    update(document.id, annotation=SELECTED, status="Active")
    assert update(document.id, status="Inactive").status == "Inactive"


def test_an_active_document_is_matched_by_an_extraction(inventive: Sandbox):
    document = upload(inventive)
    update(document.id, annotation=SELECTED, status="Active")
    assert inventive.run(rag=True).result.rag.retrieved_document_id == document.id
    matched = get(document.id)
    assert matched.total_matches == 1
    assert matched.last_match_at > matched.created_at


def test_documents_are_listed_by_model(inventive: Sandbox):
    document = upload(inventive)
    (found,) = search(inventive).rag_documents
    assert (found.id, found.model_id) == (document.id, document.model_id)
    assert (found.filename, found.status) == ("invoice.pdf", "Draft")
    assert found.created_at == document.created_at
    assert (found.total_matches, found.last_match_at) == (0, None)


def test_documents_are_found_by_file_name(inventive: Sandbox):
    upload(inventive)
    receipt = upload(inventive, "receipt.png")
    found = search(inventive, filename="receipt").rag_documents
    assert [one.id for one in found] == [receipt.id]


def test_documents_are_listed_page_by_page(inventive: Sandbox):
    ids = {upload(inventive, name).id for name in ("invoice.pdf", "receipt.png")}
    pages = [search(inventive, page=number, per_page=1) for number in (1, 2)]
    assert {one.id for page in pages for one in page.rag_documents} == ids
    assert (pages[1].pagination.page, pages[1].pagination.total_pages) == (2, 2)


def test_a_deleted_document_is_gone(inventive: Sandbox):
    document = upload(inventive)
    assert Client().delete_extraction_rag_document(document.id) is True
    with pytest.raises(MindeeHTTPErrorV2) as told:
        get(document.id)
    assert told.value.status == 404
    assert list(search(inventive).rag_documents) == []


def test_a_document_that_never_was_cannot_be_deleted(inventive: Sandbox):
    assert Client().delete_extraction_rag_document(UNKNOWN) is False
