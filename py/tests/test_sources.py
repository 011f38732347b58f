"""What can be sent, and what is refused."""

import array
import base64
import io
from pathlib import Path

import pytest
from conftest import DATA, SOON

from mindee_core import Base64, UsageError

CONTENT = (DATA / "invoice.pdf").read_bytes()


@pytest.fixture
def sent(client, sandbox):
    """Sends a source and gives what the server saw of it."""

    def send(source, **options):
        model = sandbox.models["extraction"]
        inference = client.extraction.run(source, model_id=model, **SOON, **options)
        assert inference.file.mime_type == "application/pdf"
        return inference.file.name

    return send


class Odd:
    """A path as some libraries have it: ``os.fspath`` gives bytes."""

    def __fspath__(self):
        return bytes(DATA / "invoice.pdf")


@pytest.mark.parametrize("path", [str(DATA / "invoice.pdf"), DATA / "invoice.pdf", Odd()])
def test_a_path_is_sent_with_its_name(sent, path):
    assert sent(path) == "invoice.pdf"


@pytest.mark.parametrize("content", [CONTENT, bytearray(CONTENT), memoryview(CONTENT)])
def test_bytes_are_sent_with_the_name_given(sent, content):
    assert sent(content, source_name="mine.pdf") == "mine.pdf"


def test_a_view_of_an_array_is_sent_as_its_bytes(sent):
    assert sent(memoryview(array.array("B", CONTENT))[:], source_name="mine.pdf") == "mine.pdf"


def test_an_open_file_is_sent_with_its_own_name(sent):
    with open(DATA / "invoice.pdf", "rb") as file:
        assert sent(file) == "invoice.pdf"


def test_a_file_in_memory_is_sent_with_the_name_given(sent):
    assert sent(io.BytesIO(CONTENT), source_name="mine.pdf") == "mine.pdf"


def test_an_open_file_is_sent_from_an_event_loop(on_loop, sandbox):
    async def work(client):
        with open(DATA / "invoice.pdf", "rb") as file:
            return await client.extraction.run(file, model_id=sandbox.models["extraction"], **SOON)

    assert on_loop(work).file.name == "invoice.pdf"


def test_base64_text_is_sent_as_its_bytes(sent):
    text = base64.encodebytes(CONTENT).decode()
    assert sent(Base64(f"data:application/pdf;base64,{text}", filename="mine.pdf")) == "mine.pdf"


def test_a_url_is_handed_to_the_server(client, sandbox):
    model = sandbox.models["extraction"]
    client.extraction.enqueue("https://example.com/a.pdf", model_id=model)
    parts = sandbox.requests("enqueue")[0]["body"]
    assert "https://example.com/a.pdf" in str(parts)


def refused(client, sandbox, source):
    with pytest.raises(UsageError) as caught:
        client.extraction.run(source, model_id=sandbox.models["extraction"])
    assert sandbox.requests() == []
    return caught.value.code


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("missing.pdf", "source.not_found"),
        ("", "source.not_a_file"),
        (DATA, "source.not_a_file"),
        (DATA / "empty.pdf", "source.empty"),
        (DATA / "not-a.pdf", "source.type_refused"),
        (b"", "source.empty"),
        ("http://example.com/a.pdf", "source.url_invalid"),
        (Path("https://example.com/a.pdf"), "source.not_found"),
        ("a\udcff.pdf", "source.path_not_utf8"),
        (Path("a\udcff.pdf"), "source.path_not_utf8"),
        ("a\ud800.pdf", "source.path_not_utf8"),
        (Base64("§"), "source.base64_invalid"),
        (None, "source.missing"),
        (5, "source.missing"),
        (object(), "source.missing"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_a_request(client, sandbox, source, code):
    assert refused(client, sandbox, source) == code


def test_content_and_base64_text_are_in_no_repr():
    assert "JVBERi" not in repr(Base64("JVBERi0xLjQK", filename="a.pdf"))
