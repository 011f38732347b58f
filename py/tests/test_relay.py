"""The relay between browsers and Mindee, as a server of its own."""

import json
import re
import socket
from base64 import b64encode
from hashlib import sha256
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import DATA, ROOT, SOON, until
from servers import UVICORN, Server

EXAMPLE = ROOT / "py" / "examples" / "relay"
INVOICE = (DATA / "invoice.pdf").read_bytes()
LARGEST = 64_000_000
NUMBERS = count(1)
"""Each visitor has another."""


class Relay(Server):
    """The example, and its visitors."""

    def __init__(self, sandbox, folder, **options):
        self.key = sandbox.options["api_key"]
        environment = {
            "PYTHONPATH": str(EXAMPLE),
            "MINDEE_V2_API_KEY": self.key,
            "MINDEE_V2_BASE_URL": sandbox.options["base_url"],
            "MINDEE_MODEL_ID": sandbox.models["extraction"],
            "RELAY_LARGEST": str(LARGEST),
            "RELAY_RATE": "1000/minute",
            **options,
        }
        super().__init__(folder, *UVICORN, "relay:app", **environment)

    def send(self, body, name="invoice.pdf", **more):
        """Status and answer to a document."""
        headers = {"X-Filename": quote(name), **more}
        status, _, told = self.request("POST", "/documents", body, headers)
        assert self.key.encode() not in told
        return status, json.loads(told)

    def open(self, *lines):
        """A connection on which a document is announced."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        lines = ["POST /documents HTTP/1.1", "Host: relay", "X-Filename: a.pdf", *lines, "", ""]
        connection.sendall("\r\n".join(lines).encode())
        return connection

    def peak(self):
        """The most memory that it has ever held, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def status_on(connection):
    """The status of the answer that comes on a connection."""
    answer = b""
    while b"\r\n\r\n" not in answer and (piece := connection.recv(65536)):
        answer += piece
    return int(answer.split()[1])


def visitor(address):
    """A header of a proxy on this machine, which uvicorn believes."""
    return {"X-Forwarded-For": address}


@pytest.fixture(scope="module")
def relay_of_all(running, tmp_path_factory):
    relay = Relay(running, tmp_path_factory.mktemp("relay"))
    yield relay
    relay.end()


@pytest.fixture
def relay(relay_of_all, sandbox):
    yield relay_of_all
    assert relay_of_all.key not in relay_of_all.output()
    assert "Traceback" not in relay_of_all.output()


@pytest.fixture(scope="module")
def strict_of_all(running, tmp_path_factory):
    options = {"RELAY_LARGEST": "100000", "RELAY_RATE": "2/minute", "RELAY_DEADLINE": "0.7"}
    relay = Relay(running, tmp_path_factory.mktemp("strict"), **options)
    yield relay
    relay.end()


@pytest.fixture
def strict(strict_of_all, sandbox):
    """A relay that allows little."""
    return strict_of_all


def test_the_page_may_run_its_own_script_and_nothing_else(relay):
    status, headers, page = relay.request("GET", "/")
    assert (status, page) == (200, (EXAMPLE / "page.html").read_bytes())
    rules = dict(rule.split(maxsplit=1) for rule in headers["Content-Security-Policy"].split("; "))
    for tag in ("script", "style"):
        [text] = re.findall(f"<{tag}>(.*?)</{tag}>", page.decode(), re.DOTALL)
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert rules["default-src"] == rules["frame-ancestors"] == "'none'"
    assert (rules["connect-src"], headers["X-Content-Type-Options"]) == ("'self'", "nosniff")


def test_a_document_comes_back_as_its_fields(relay, client, sandbox):
    status, told = relay.send(INVOICE)
    own = client.extraction.run(INVOICE, model_id=sandbox.models["extraction"], **SOON)
    fields = own.result.fields
    assert (status, list(told), list(told["fields"])) == (200, ["fields"], list(fields))
    assert told["fields"]["total_amount"] == fields["total_amount"].value
    city = fields["supplier_address"]["city"].value
    assert city and told["fields"]["supplier_address"]["city"] == city
    items = [item["description"].value for item in fields["line_items"]]
    assert items and [item["description"] for item in told["fields"]["line_items"]] == items


def test_the_files_name_goes_with_it(relay, sandbox):
    relay.send(INVOICE, "Größe\n\x00.pdf")
    assert sandbox.ask("GET", "jobs")["jobs"][0]["filename"] == "Größe.pdf"


def test_a_document_is_passed_on_while_it_arrives(relay, sandbox):
    large = INVOICE + b" " * 800_000
    with relay.open(f"Content-Length: {len(large)}") as connection:
        connection.sendall(large[:400_000])
        sandbox.await_request("enqueue")
        assert sandbox.requests("enqueue")[0]["status"] is None
        connection.sendall(large[400_000:])
        assert status_on(connection) == 200


def test_memory_does_not_grow_with_the_document(relay, sandbox):
    relay.send(INVOICE)
    before, large = relay.peak(), INVOICE + b" " * 60_000_000
    assert relay.send(large)[0] == 200
    assert relay.peak() - before < 16 * 1024 * 1024
    assert sandbox.requests("enqueue")[1]["body"]["bytes"] > len(large)


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (b"", 400, "This file is empty."),
        (b"not a document", 415, "This is not a kind of file that can be read. Send PDF, "),
        (INVOICE + b" " * 100_000, 413, "This file is too large: "),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(strict, sandbox, body, status, text):
    answer, told = strict.send(body, **visitor(f"192.0.2.{next(NUMBERS)}"))
    assert (answer, list(told)) == (status, ["error"])
    assert told["error"].startswith(text)
    assert sandbox.ask("GET", "seen")["billed"]["documents"] == 0


def test_a_document_without_a_name_is_refused(relay, sandbox):
    # So is whatever a page of another site can send without leave.
    status, _, told = relay.request("POST", "/documents", INVOICE)
    assert (status, json.loads(told)) == (400, {"error": "The file's name is missing."})
    assert sandbox.requests() == []


def test_a_large_document_is_refused_before_it_is_sent(strict):
    with strict.open("Content-Length: 100001", "X-Forwarded-For: 198.51.100.1") as connection:
        assert status_on(connection) == 413


def test_a_document_of_untold_length_is_refused_as_soon_as_it_is_too_large(strict, sandbox):
    lines = ("Transfer-Encoding: chunked", "X-Forwarded-For: 198.51.100.2")
    with strict.open(*lines) as connection:
        for piece in (INVOICE, b" " * 100_000):
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        assert status_on(connection) == 413
    assert sandbox.ask("GET", "seen")["billed"]["documents"] == 0


def test_each_visitor_has_a_rate(strict):
    one, another = visitor("2001:db8:1:2::1"), visitor("2001:db8:1:3::1")
    same_home = visitor("2001:db8:1:2:ffff::9")
    assert [strict.send(b"", **one)[0] for _ in range(2)] == [400, 400]
    assert strict.send(b"", **same_home) == (
        429,
        {"error": "Many documents are being read. Please try again in a minute."},
    )
    assert strict.send(b"", **another)[0] == 400


LATER = (502, "The document could not be read just now. Please try again later.")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"answer": {"status": 401}}, LATER),
        ({"answer": {"status": 500, "body": "<html>{base_url}</html>"}}, LATER),
        ({"reset": "before_headers"}, LATER),
        ({"answer": {"status": 429}}, (429, "Many documents are being read.")),
        ({"job": {"fail": True}}, (400, "This document could not be read.")),
        ({"job": {"processing_ms": None}}, (504, "Reading took too long.")),
    ],
)
def test_an_error_behind_the_relay_is_told_without_what_is_behind_it(
    strict, sandbox, rule, expected
):
    sandbox.rules({"on": "enqueue", **rule})
    status, told = strict.send(INVOICE, **visitor(f"192.0.2.{next(NUMBERS)}"))
    assert (status, list(told)) == (expected[0], ["error"])
    assert told["error"].startswith(expected[1])
    assert not re.search("key|mindee|http|127", told["error"], re.IGNORECASE)


def test_an_upload_that_breaks_off_is_no_document(relay, sandbox):
    with relay.open("Content-Length: 800000") as connection:
        connection.sendall(INVOICE + b" " * 400_000)
        sandbox.await_request("enqueue")
    until(lambda: "source.unreadable" in relay.output())
    assert sandbox.ask("GET", "seen")["billed"]["documents"] == 0
    assert relay.send(INVOICE)[0] == 200
