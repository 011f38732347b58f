"""The ledger: whatever ends a call or a process, and wherever."""

import asyncio
import json
import pickle
import tracemalloc
from pathlib import Path

import pytest
from conftest import DATA, SOON

import mindee_core
from mindee_core import webhook

BATCH = (Path(__file__).resolve().parents[1] / "examples" / "batch.py").read_text("utf-8")
INVOICE = DATA / "invoice.pdf"


@pytest.fixture
def recorded(sandbox, tmp_path):
    """A client with a ledger."""
    with mindee_core.Client(**sandbox.options, ledger=tmp_path / "ledger.sqlite") as client:
        yield client


@pytest.fixture
def send(recorded, sandbox):
    model = sandbox.models["extraction"]
    return lambda source=INVOICE, **options: recorded.extraction.run(
        source, model_id=model, **{"retries": 0, **SOON, **options}
    )


def states(client):
    return [document.state for document in client.ledger.pending()]


def test_a_result_is_kept_byte_for_byte(recorded, send):
    inference = send(alias="one")
    [document] = recorded.ledger.pending()
    assert (document.state, document.product, document.alias) == ("done", "extraction", "one")
    assert (document.filename, document.job_id) == ("invoice.pdf", inference.id)
    assert (document.error, document.can_be_sent_again) == (None, True)
    [kept] = recorded.ledger.collect()
    assert (kept.key, kept.alias, kept.raw) == (document.key, "one", inference.raw)
    assert kept.inference == inference
    assert isinstance(kept.inference.result, mindee_core.types.ExtractionResult)
    assert pickle.loads(pickle.dumps(kept)).raw == inference.raw
    assert "result" not in repr(kept)


def test_a_part_of_the_results_is_collected(recorded, send):
    ids = [send().id for _ in range(3)]
    first = list(recorded.ledger.collect(most=2))
    rest = list(recorded.ledger.collect(after=first[-1].key, most=2))
    assert [kept.job_id for kept in first + rest] == ids


def large(number):
    """A result that is a portion of the ledger by itself."""
    inference = {"id": f"job-{number}", "result": {"fields": {}}, "padding": "x" * 1_100_000}
    return json.dumps({"inference": inference}).encode()


def test_large_results_are_not_in_memory_together(recorded):
    for number in range(8):
        recorded.jobs.deliver_unsigned(large(number))
    collected = recorded.ledger.collect(most=7)
    tracemalloc.start()
    try:
        ids = [kept.job_id for kept in collected]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ids == [f"job-{number}" for number in range(7)]
    assert peak < 6 * len(large(0))


def test_results_are_forgotten_while_they_are_read(recorded):
    for number in range(3):
        recorded.jobs.deliver_unsigned(large(number))
    ids = []
    for kept in recorded.ledger.collect():
        ids.append(kept.job_id)
        recorded.ledger.forget(kept.key)
    assert ids == ["job-0", "job-1", "job-2"]
    assert recorded.ledger.pending() == []


def test_what_is_safe_elsewhere_is_forgotten(recorded, send):
    for _ in range(3):
        send()
    keys = [document.key for document in recorded.ledger.pending()]
    assert recorded.ledger.forget(keys[0]) == 1
    assert recorded.ledger.forget(key for key in keys) == 2
    assert recorded.ledger.pending() == list(recorded.ledger.collect()) == []


def test_a_refused_document_is_failed_with_its_reason(recorded, send, sandbox):
    with pytest.raises(mindee_core.RejectedError):
        recorded.extraction.run(INVOICE, model_id="99999999-9999-4999-8999-999999999999")
    [document] = recorded.ledger.resume(**SOON)
    assert document.state == "failed"
    assert isinstance(document.error, mindee_core.RejectedError)
    assert document.error.code == "request.not_found"


def test_a_document_that_was_certainly_not_taken_is_sent_on_resume(recorded, send, sandbox):
    sandbox.rules({"on": "enqueue", "times": 1, "answer": {"status": 503}})
    with pytest.raises(mindee_core.ServerError):
        send(alias="later")
    assert states(recorded) == ["intended"]
    [document] = recorded.ledger.resume(**SOON)
    assert (document.state, document.alias) == ("done", "later")
    assert next(recorded.ledger.collect()).inference.file.alias == "later"


def test_an_upload_whose_answer_was_lost_is_unknown_and_left_alone(recorded, send, sandbox):
    sandbox.rules({"on": "enqueue", "times": 1, "handled": True, "reset": "before_headers"})
    with pytest.raises(mindee_core.OutcomeUnknownError):
        send()
    assert [document.state for document in recorded.ledger.resume(**SOON)] == ["unknown"]
    assert sandbox.ask("GET", "seen")["billed"]["documents"] == 1


def test_bytes_cannot_be_sent_again_and_say_so(recorded, send, sandbox):
    sandbox.rules({"on": "enqueue", "times": 1, "answer": {"status": 503}})
    with pytest.raises(mindee_core.ServerError):
        send(INVOICE.read_bytes(), source_name="a.pdf")
    [document] = recorded.ledger.resume(**SOON)
    assert (document.state, document.can_be_sent_again) == ("intended", False)


def test_a_wait_that_was_cancelled_goes_on_with_resume(sandbox, tmp_path):
    sandbox.rules({"on": "enqueue", "job": {"processing_ms": 400}})

    async def main():
        file = tmp_path / "ledger.sqlite"
        async with mindee_core.AsyncClient(**sandbox.options, ledger=file) as client:
            model = sandbox.models["extraction"]
            run = client.extraction.run(INVOICE, model_id=model, **SOON)
            task = asyncio.ensure_future(run)
            await asyncio.to_thread(sandbox.await_request, "job")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            before = [document.state for document in await client.ledger.pending()]
            after = [document.state for document in await client.ledger.resume(**SOON)]
            [kept] = [kept async for kept in client.ledger.collect()]
            return before, after, await client.ledger.forget(kept.key)

    assert asyncio.run(main()) == (["taken"], ["done"], 1)
    assert sandbox.ask("GET", "seen")["billed"]["documents"] == 1


def test_a_delivery_is_kept_and_told_first_from_again_by_another_process(recorded, child, tmp_path):
    body = b'{"inference": {"id": "job-of-nobody", "result": {"fields": {}}}}'
    assert recorded.jobs.deliver_unsigned(body).first
    script = """
import sys, mindee_core
client = mindee_core.Client(ledger=sys.argv[1])
body, secret = sys.argv[2], "s"
headers = {"X-Signature": mindee_core.webhook.sign(body, secret)}
print(client.jobs.deliver(body, headers, secret).first)
"""
    again = child(script, str(tmp_path / "ledger.sqlite"), body.decode())
    assert again.end() == (0, "False\n", "")
    [kept] = recorded.ledger.collect()
    assert kept.raw == body
    assert webhook.unwrap_unsigned(body).inference == kept.inference


def test_what_is_younger_than_asked_is_left_alone_by_resume(recorded, sandbox):
    recorded.extraction.enqueue(INVOICE, model_id=sandbox.models["extraction"])
    [young] = recorded.ledger.resume(older_than=3600)
    [resumed] = recorded.ledger.resume(older_than=0, **SOON)
    assert (young.state, resumed.state) == ("taken", "done")


def test_without_the_option_there_is_no_ledger(client):
    collect = client.ledger.collect()
    for call in (client.ledger.pending, client.ledger.resume, lambda: next(collect)):
        with pytest.raises(mindee_core.UsageError, match="`ledger`") as caught:
            call()
        assert caught.value.code == "option.missing"


def test_a_ledger_that_cannot_be_opened_stops_the_client(sandbox, tmp_path):
    with pytest.raises(mindee_core.UsageError) as caught:
        mindee_core.Client(**sandbox.options, ledger=tmp_path / "no" / "folder.sqlite")
    assert caught.value.code == "ledger.broken"


def test_a_forked_child_writes_into_its_parents_ledger(child, tmp_path):
    script = """
import os, sys, mindee_core
client = mindee_core.Client(ledger=sys.argv[1])
def run(alias):
    options = {"model_id": os.environ["MODEL"], "first_poll": 0.02, "poll_interval": 0.02}
    client.extraction.run(os.environ["DOCUMENT"], alias=alias, **options)
run("before")
child = os.fork()
if child == 0:
    try:
        run("child")
        os._exit(0)
    finally:
        os._exit(1)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
run("after")
print(code, [(document.alias, document.state) for document in client.ledger.pending()])
"""
    done = "[('before', 'done'), ('child', 'done'), ('after', 'done')]"
    assert child(script, str(tmp_path / "ledger.sqlite")).end() == (0, f"0 {done}\n", "")


def test_exit_is_silent_while_recorded_work_is_pending(child, sandbox, tmp_path):
    sandbox.rules({"on": "job", "stall": True})
    script = """
import os, sys, threading, time, mindee_core
client = mindee_core.Client(ledger=sys.argv[1])
def run():
    client.extraction.run(os.environ["DOCUMENT"], model_id=os.environ["MODEL"])
for _ in range(8):
    threading.Thread(target=run, daemon=True).start()
while len(client.ledger.pending()) < 8:
    pass
"""
    assert child(script, str(tmp_path / "ledger.sqlite")).end() == (0, "", "")


def add_documents(folder, count):
    """So many more documents, each of its own content."""
    pdf = INVOICE.read_bytes()
    for number in range(already := len(list(folder.iterdir())), already + count):
        (folder / f"{number:02}.pdf").write_bytes(pdf + f"\n% {number}".encode())


MOMENTS = [("enqueue", 1), ("enqueue", 6), ("job", 1), ("job", 5), ("result", 1), ("result", 6)]
"""The request, counted from the start of the process, during which it is killed."""


def test_killed_again_and_again_a_batch_loses_nothing_and_sends_nothing_twice(
    child, sandbox, tmp_path
):
    folder, file = tmp_path / "documents", tmp_path / "ledger.sqlite"
    folder.mkdir()
    arguments = [str(folder), sandbox.models["extraction"], str(file)]
    for route, times in MOMENTS:
        add_documents(folder, 8)
        before = len(sandbox.requests(route))
        sandbox.ask("DELETE", "rules")
        # One request that is never answered keeps the process from ending; the others go on.
        sandbox.rules({"on": route, "skip": times - 1, "times": 1, "stall": True})
        batch = child(BATCH, *arguments)
        sandbox.await_request(route, before + times)
        batch.process.kill()
        assert batch.end()[0] == -9
    sandbox.ask("DELETE", "rules")
    code, output, errors = child(BATCH, *arguments).end(120)
    assert (code, errors) == (0, "")

    rows = [line.split("\t") for line in output.splitlines()]
    done = {alias for alias, state in rows if state == "done"}
    unknown = {alias for alias, state in rows if state == "unknown"}
    assert sorted(alias for alias, _ in rows) == sorted(path.name for path in folder.iterdir())
    # What was on its way when its process was killed is told, and left to the user.
    assert done and len(done) + len(unknown) == len(rows)
    sent = sandbox.ask("GET", "seen")["billed"]["documents_by_alias"]
    assert max(sent.values()) == 1
    assert done <= sent.keys()
    with mindee_core.Client(**sandbox.options, ledger=file) as client:
        assert {kept.inference.file.alias for kept in client.ledger.collect()} == done
