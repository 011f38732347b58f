"""The ways to hand over a document, and how each arrives."""

import base64

import pytest
from mindee import Base64Input, BytesInput, FileInput, URLInputSource

from support import DATA, Sandbox, sample, sha256

ADDRESS = "https://files.example.com/invoices/march%20%26%20april.pdf?v=1&x=a+b"


def test_a_path_arrives_with_its_name_its_type_and_every_byte(sandbox: Sandbox):
    sandbox.enqueue(source=sample("invoice.pdf"))
    assert sandbox.file() == {
        "name": "file",
        "filename": "invoice.pdf",
        "content_type": "application/pdf",
        "bytes": (DATA / "invoice.pdf").stat().st_size,
        "sha256": sha256("invoice.pdf"),
    }


def test_bytes_arrive_whole(sandbox: Sandbox):
    data = (DATA / "receipt.png").read_bytes()
    sandbox.enqueue(source=BytesInput(data, "lunch.png"))
    assert sandbox.file()["sha256"] == sha256("receipt.png")
    assert sandbox.file()["filename"] == "lunch.png"


def test_base64_arrives_decoded(sandbox: Sandbox):
    text = base64.b64encode((DATA / "invoice.jpg").read_bytes()).decode()
    sandbox.enqueue(source=Base64Input(text, "scan.jpg"))
    assert sandbox.file()["sha256"] == sha256("invoice.jpg")
    assert sandbox.file()["content_type"] == "image/jpeg"


def test_an_open_file_arrives_whole(sandbox: Sandbox):
    with (DATA / "receipt.webp").open("rb") as file:
        sandbox.enqueue(source=FileInput(file))
    assert sandbox.file()["sha256"] == sha256("receipt.webp")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("invoice.jpg", "image/jpeg"),
        ("receipt.heic", "image/heic"),
        ("receipt.png", "image/png"),
        ("receipt.webp", "image/webp"),
        ("two-pages.tiff", "image/tiff"),
    ],
)
def test_a_picture_is_told_by_its_kind(sandbox: Sandbox, name: str, kind: str):
    assert sandbox.run(source=sample(name)).file.mime_type == kind


def test_a_name_with_accents_comes_back_unchanged(sandbox: Sandbox):
    name = "Reçu d'été - Größe 東京.pdf"
    data = (DATA / "invoice.pdf").read_bytes()
    job = sandbox.enqueue(source=BytesInput(data, name))
    assert job.filename == name


def test_a_document_by_url_is_sent_urlencoded(sandbox: Sandbox):
    sandbox.enqueue(source=URLInputSource(ADDRESS))
    (enqueue,) = sandbox.requests("enqueue")
    assert enqueue["body"]["content_type"] == "application/x-www-form-urlencoded"
    assert sandbox.fields() == [("url", ADDRESS)]


def test_a_document_by_url_is_read_like_any_other(sandbox: Sandbox):
    inference = sandbox.run(source=URLInputSource(ADDRESS))
    assert inference.result.fields.get_simple_field("total_amount").value == 1369.80
    assert inference.file.mime_type == "application/pdf"


def test_a_document_by_url_takes_the_same_options(sandbox: Sandbox):
    sandbox.enqueue(
        source=URLInputSource(ADDRESS),
        alias="march & april",
        webhook_ids=[sandbox.webhook()],
        rag=True,
    )
    assert sandbox.fields() == [
        ("alias", "march & april"),
        ("webhook_ids", sandbox.webhook()),
        ("rag", "true"),
        ("url", ADDRESS),
    ]
