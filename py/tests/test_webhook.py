"""Webhooks: every vector, every form of headers and bodies, and waits that a delivery ends."""

import asyncio
import copy
import json
import pickle
import re
import threading
import traceback
import typing
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from conftest import DATA, ROOT, SOON, until

import mindee_core
from mindee_core import webhook

VECTORS = json.loads((ROOT / "tests" / "vectors" / "webhook.json").read_text("utf-8"))
SECRET = "canary-secret"
RESULT, FAILURE = (row["body"].encode() for row in VECTORS["signed"][:2])
NEVER = {"first_poll": 600}
"""Options of a wait that asks for nothing by itself."""


def headers(body):
    return {"X-Signature": webhook.sign(body, SECRET)}


def unwrapped(row):
    largest = row.get("largest")
    if row.get("unsigned"):
        return webhook.unwrap_unsigned(row["body"].encode(), largest=largest)
    body = row["body"].encode()
    return webhook.unwrap(body, row["headers"], row["secrets"], largest=largest)


@pytest.mark.parametrize("row", VECTORS["rows"], ids=lambda row: row["name"])
def test_every_vector_comes_out_as_it_says(row):
    if "error" in row:
        with pytest.raises(mindee_core.MindeeError) as caught:
            unwrapped(row)
        error = caught.value
        assert (error.code, error.body is not None) == (row["error"], "keeps_body" in row)
        kind = mindee_core.UsageError if "secret" in error.code else mindee_core.WebhookError
        assert type(error) is kind
    else:
        found = unwrapped(row)
        facts = {"kind": found.kind, "inference_id": found.inference_id, "secret": found.secret}
        assert facts == row["expect"]
        assert found.raw == row["body"].encode()


@pytest.mark.parametrize("row", VECTORS["signed"])
def test_signatures_are_made_as_the_vectors_say(row):
    assert webhook.sign(row["body"].encode(), row["secret"]) == row["signature"]


SAMPLES = sorted((DATA / "responses").glob("extraction-*.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_long_delivery_is_read_in_parts_as_it_is_read_whole(sample):
    raw = sample.read_bytes() + b" " * 5000  # So it counts as long.

    def delivered():
        return webhook.unwrap_unsigned(raw).inference

    whole = mindee_core.Inference(raw)
    parts = delivered()
    for name in ("id", "job", "model", "file", "active_options"):
        assert getattr(parts, name) == getattr(whole, name)
    assert type(parts.result) is type(whole.result) is mindee_core.types.ExtractionResult
    assert list(parts.result.fields) == list(whole.result.fields)
    for name, field in whole.result.fields.items():
        assert parts.result.fields[name] == field
    assert parts.result.raw_text == whole.result.raw_text
    assert parts.result.rag == whole.result.rag
    assert (len(parts.result.fields), repr(parts.result.fields)) == (
        len(whole.result.fields),
        repr(whole.result.fields),
    )
    for way in (
        lambda inference: inference,
        lambda inference: inference.data,
        lambda inference: inference.result,
        lambda inference: inference.result.data,
        lambda inference: inference.result.fields,
        lambda inference: inference.result.fields.data,
        lambda inference: inference.pointer("/inference/result"),
        lambda inference: pickle.loads(pickle.dumps(inference.result)),
        lambda inference: copy.deepcopy(inference.result.fields),
    ):
        assert way(delivered()) == way(whole)
        assert repr(way(delivered())) == repr(way(whole))


def test_of_a_long_delivery_only_what_is_asked_for_is_read(monkeypatch):
    fields = ",".join(f'"f{n}":{{"value":"{"x" * 100}"}}' for n in range(100))
    raw = f'{{"inference":{{"id":"i","result":{{"fields":{{{fields}}}}}}}}}'.encode()
    inference = webhook.unwrap_unsigned(raw).inference
    read = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda text: read.append(len(text)) or loads(text))
    assert inference.result.fields["f99"].value == "x" * 100
    assert sum(read) < len(raw) / 3
    with pytest.raises(KeyError):
        inference.result.fields["f100"]
    assert inference.result.fields.at(99)[0] == "f99"
    assert inference.result.raw_text is None


def test_a_result_is_read_as_one_that_was_fetched():
    delivery = webhook.unwrap(RESULT, headers(RESULT), SECRET)
    assert isinstance(delivery, webhook.ResultDelivery)
    assert isinstance(delivery.inference.result, mindee_core.types.ExtractionResult)
    assert delivery.inference.result.fields["total"].value == 12.5
    assert (delivery.inference.id, delivery.inference.raw) == (delivery.inference_id, RESULT)


def test_what_is_annotated_as_a_delivery_can_be_read_at_run_time():
    def handle(delivery: webhook.Delivery): ...

    for body in (RESULT, FAILURE):
        delivery = webhook.unwrap(body, headers(body), SECRET)
        assert isinstance(delivery, typing.get_type_hints(handle)["delivery"])


def test_a_failure_tells_mindees_problem():
    delivery = webhook.unwrap(FAILURE, headers(FAILURE), SECRET)
    assert isinstance(delivery, webhook.FailureDelivery)
    failure = delivery.failure
    assert (failure.error.code, failure.file_alias) == ("500-012", "october-42")
    assert (failure.inference_id, failure.raw) == (delivery.inference_id, FAILURE)


class Items:
    """Headers as web frameworks have them: no dictionary, but items."""

    def __init__(self, pairs):
        self.pairs = pairs

    def items(self):
        return iter(self.pairs)


@pytest.mark.parametrize(
    "form",
    [
        lambda text: {"x-signature": text},
        lambda text: {"X-SIGNATURE": [text]},
        lambda text: [("Host", "h"), ("X-Signature", text)],
        lambda text: (pair for pair in [("X-Signature", text)]),
        lambda text: [(b"host", b"h\xff"), (b"x-signature", text.encode())],
        lambda text: {"HTTP_X_SIGNATURE": text, "wsgi.input": object(), "wsgi.version": (1, 0)},
        lambda text: {"HTTP_X_MINDEE_HMAC_SIGNATURE": text},
        lambda text: {"X-Other": "\ud800", "X-Signature": text},
        lambda text: Items([("X-Signature", text)]),
    ],
)
def test_headers_are_taken_in_every_usual_form(form):
    given = form(webhook.sign(RESULT, SECRET))
    assert webhook.unwrap(RESULT, given, SECRET).secret == 0


@pytest.mark.parametrize("given", [None, {}, [], {"X-Other": "a"}, {"X-Signature": None}])
def test_headers_without_a_signature_are_refused(given):
    with pytest.raises(mindee_core.WebhookError) as caught:
        webhook.unwrap(RESULT, given, SECRET)
    assert caught.value.code == "webhook.signature_missing"


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, lambda body: body.decode()])
def test_a_body_is_bytes_or_its_text(form):
    delivery = webhook.unwrap(form(RESULT), headers(RESULT), SECRET)
    assert delivery.raw == RESULT and type(delivery.raw) is bytes


def test_text_is_never_opened_as_a_path(tmp_path, client):
    file = tmp_path / "body.json"
    file.write_bytes(RESULT)
    for read in (webhook.unwrap_unsigned, client.jobs.deliver_unsigned):
        with pytest.raises(mindee_core.WebhookError) as caught:
            read(str(file))
        assert caught.value.code == "webhook.not_json"
    assert webhook.sign(str(file), SECRET) == webhook.sign(str(file).encode(), SECRET)


@pytest.mark.parametrize("parsed", [{"inference": {}}, None, 5, [1]])
def test_a_body_that_was_parsed_is_refused(parsed, client):
    for call in (webhook.unwrap, client.jobs.deliver):
        with pytest.raises(TypeError, match="before anything parses it"):
            call(parsed, {}, SECRET)


def test_neither_secret_nor_signature_nor_document_is_shown():
    body = b'{"document": "canary-document"}'
    signature = webhook.sign(body, SECRET)
    attempts = [
        (body, {"X-Signature": signature[:-2] + "zz"}, SECRET),
        (body, {"X-Signature": "0" * 64}, [SECRET, SECRET]),
        (body, {"X-Signature": signature}, [SECRET, ""]),
        (body, {"X-Signature": signature}, SECRET.encode()),
        (body, {"X-Signature": signature}, {SECRET}),
        (body, {"X-Signature": signature}, {SECRET: SECRET}),
        (body, {"X-Signature": signature}, SECRET),
        (body, {"X-Signature": signature}, SECRET + "\ud800"),
    ]
    for attempt in attempts:
        with pytest.raises(mindee_core.MindeeError) as caught:
            webhook.unwrap(*attempt)
        error = caught.value
        shown = "".join(traceback.format_exception_only(error)) + repr(error) + str(error.payload)
        assert "canary" not in shown and signature[:-2] not in shown
    taken = webhook.unwrap(RESULT, headers(RESULT), SECRET)
    assert "canary" not in repr(taken) and "grö" not in repr(taken)


def test_a_delivery_ends_the_wait_for_its_job(client, sandbox):
    sandbox.rules({"on": "enqueue", "job": {"processing_ms": None}})
    job = client.extraction.enqueue(DATA / "invoice.pdf", model_id=sandbox.models["extraction"])
    body = RESULT.replace(webhook.unwrap_unsigned(RESULT).inference_id.encode(), job.id.encode())
    heard = []

    def hear():
        heard.append(client.jobs.result(job.id, **NEVER))

    wait = threading.Thread(target=hear, daemon=True)
    wait.start()
    sandbox.await_request("job")
    until(lambda: client.status().jobs_waited_for == 1)
    delivered = client.jobs.deliver(body, headers(body), SECRET)
    wait.join(20)
    assert (delivered.first, delivered.waits, delivered.delivery.secret) == (True, 1, 0)
    assert [inference.raw for inference in heard] == [body]
    again = client.jobs.deliver(body, headers(body), SECRET)
    assert (again.first, again.waits) == (False, 0)


def test_a_delivery_of_a_failure_fails_the_wait_on_an_event_loop(on_loop, sandbox):
    sandbox.rules({"on": "enqueue", "job": {"processing_ms": None}})

    async def work(client):
        model = sandbox.models["extraction"]
        job = await client.extraction.enqueue(DATA / "invoice.pdf", model_id=model)
        body = re.sub(rb'(?<="inference_id":")[^"]*', job.id.encode(), FAILURE)
        wait = asyncio.ensure_future(client.jobs.result(job.id, **NEVER))
        await asyncio.to_thread(sandbox.await_request, "job")
        assert (await client.status()).jobs_waited_for == 1
        delivered = await client.jobs.deliver(body, headers(body), SECRET)
        with pytest.raises(mindee_core.JobFailedError) as caught:
            await wait
        return delivered, caught.value

    delivered, error = on_loop(work)
    assert (delivered.waits, delivered.delivery.kind) == (1, "failure")
    assert error.problem.code == "500-012"


def test_a_delivery_that_is_not_mindees_ends_no_wait(client):
    with pytest.raises(mindee_core.WebhookError):
        client.jobs.deliver(RESULT, headers(FAILURE), SECRET)
    assert client.jobs.deliver(RESULT, headers(RESULT), SECRET).first


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def posted(server, body):
    """What a receiver answers, with its server on a thread of its own."""
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/"
    request = urllib.request.Request(address, body, headers(body))
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read().decode()
    thread.join()
    server.server_close()
    return text


def test_a_wsgi_application_hands_its_environment_over(client, sandbox):
    model = sandbox.models["extraction"]
    raw = client.extraction.run(DATA / "invoice.pdf", model_id=model, **SOON).raw

    def application(environment, start_response):
        body = environment["wsgi.input"].read(int(environment["CONTENT_LENGTH"]))
        delivered = client.jobs.deliver(body, environment, ["another", SECRET])
        start_response("200 OK", [])
        return [f"{delivered.delivery.secret} {delivered.delivery.raw == raw}".encode()]

    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    assert posted(server, raw) == "1 True"


def test_a_server_of_the_standard_library_hands_its_headers_over():
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            delivery = webhook.unwrap(body, self.headers, SECRET)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(delivery.inference_id.encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    assert posted(server, RESULT) == webhook.unwrap_unsigned(RESULT).inference_id
