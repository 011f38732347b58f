"""However a call is ended, it ends soon and tells what became of its document."""

import asyncio
import socket
import threading
import time

import pytest
from conftest import DATA, SOON

import mindee_core

LARGE = b"%PDF-1.4\n" + bytes(40_000_000)
"""A document that does not fit into the buffers of a connection."""
SOME_MODEL = "6f1c2a34-8b5d-4e7a-9c10-2d3e4f5a6b71"


@pytest.fixture
def stalled():
    """The address of a server that takes connections and never reads; tells when it has one."""
    taken = threading.Event()
    kept = []

    def accept(listener):
        kept.append(listener.accept()[0])
        taken.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", taken
    for connection in kept:
        connection.close()


def cause(ended):
    """The call's own error, whose place asyncio of Python 3.10 moves by one."""
    return ended.__cause__ or ended.__context__.__cause__


def test_cancelling_a_task_in_the_middle_of_an_upload_ends_it_soon(stalled):
    address, taken = stalled

    async def main():
        async with mindee_core.AsyncClient(api_key="md_key", base_url=address) as client:
            run = client.extraction.run(LARGE, model_id=SOME_MODEL, alias="a", deadline=30)
            task = asyncio.ensure_future(run)
            assert await asyncio.to_thread(taken.wait, 20)
            await asyncio.sleep(0.2)
            begun = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            return time.monotonic() - begun, cause(caught.value)

    took, error = asyncio.run(main())
    # 100 ms are promised, and 30 s would pass without it.
    assert took < 2
    assert isinstance(error, mindee_core.OutcomeUnknownError)
    assert (error.maybe_billed, error.resume_token, error.alias) == (True, None, "a")


def test_a_timeout_of_asyncio_ends_an_upload_soon(stalled):
    address, _ = stalled

    async def main():
        async with mindee_core.AsyncClient(api_key="md_key", base_url=address) as client:
            run = client.extraction.run(LARGE, model_id=SOME_MODEL, deadline=30)
            begun = time.monotonic()
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(run, 0.3)
            return time.monotonic() - begun

    assert asyncio.run(main()) < 2


CTRL_C = """
import os, signal, sys, threading, time, mindee_core
client = mindee_core.Client()
pressed = None
def press():
    global pressed
    sys.stdin.read(1)
    time.sleep(0.2)
    pressed = time.monotonic()
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=press, daemon=True).start()
try:
    document = b"%PDF-1.4\\n" + bytes(40_000_000)
    client.extraction.run(document, model_id=os.environ["MODEL"], alias="a", deadline=30)
except KeyboardInterrupt as ended:
    error = ended.__cause__
    print(time.monotonic() - pressed < 2, type(error).__name__, error.maybe_billed, error.alias)
"""


def test_ctrl_c_in_the_middle_of_an_upload_ends_it_soon(child, stalled):
    address, taken = stalled
    waiting = child(CTRL_C, base_url=address, stdin=True)
    assert taken.wait(20)
    waiting.process.stdin.write("\n")
    waiting.process.stdin.flush()
    assert waiting.end() == (0, "True OutcomeUnknownError True a\n", "")


def test_ctrl_c_while_the_answer_to_an_upload_is_stalled_ends_it_soon(child, sandbox):
    sandbox.rules({"on": "enqueue", "stall": True})
    waiting = child(CTRL_C, stdin=True)
    sandbox.await_request("enqueue")
    waiting.process.stdin.write("\n")
    waiting.process.stdin.flush()
    assert waiting.end() == (0, "True OutcomeUnknownError True a\n", "")


def test_a_deadline_ends_an_upload_and_says_that_its_outcome_is_unknown(stalled):
    address, _ = stalled
    with mindee_core.Client(api_key="md_key", base_url=address) as client:
        begun = time.monotonic()
        with pytest.raises(mindee_core.OutcomeUnknownError) as caught:
            client.extraction.run(LARGE, model_id=SOME_MODEL, alias="a", deadline=0.5)
    assert time.monotonic() - begun < 10
    assert (caught.value.maybe_billed, caught.value.alias) == (True, "a")


def test_what_a_deadline_ended_goes_on_in_another_process(child, client, sandbox):
    sandbox.rules({"on": "enqueue", "job": {"processing_ms": 1000}})
    with pytest.raises(mindee_core.TimeoutError) as caught:
        model = sandbox.models["split"]
        client.split.run(DATA / "invoice.pdf", model_id=model, deadline=0.3, **SOON)
    error = caught.value
    assert (error.code, error.maybe_billed) == ("timeout.deadline", True)
    script = """
import sys, mindee_core
inference = mindee_core.Client().jobs.result(sys.argv[1])
print(inference.id, type(inference.result).__name__)
"""
    assert child(script, error.resume_token).end() == (0, f"{error.job_id} SplitResult\n", "")
    assert sandbox.ask("GET", "seen")["billed"]["documents"] == 1


def test_a_deadline_ends_a_stalled_question_with_the_token(client, sandbox):
    sandbox.rules({"on": "job", "stall": True})
    begun = time.monotonic()
    with pytest.raises(mindee_core.TimeoutError) as caught:
        model = sandbox.models["extraction"]
        client.extraction.run(DATA / "invoice.pdf", model_id=model, deadline=0.5, **SOON)
    assert time.monotonic() - begun < 10
    sandbox.ask("DELETE", "rules")
    token = caught.value.resume_token
    assert client.jobs.result(token, **SOON).id == caught.value.job_id
