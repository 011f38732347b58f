"""The bridge to event loops: cancelling, many at once, closed loops, odd loops, and exit."""

import asyncio
import gc
import os
import weakref
from functools import partial

import pytest
import uvloop
from conftest import DATA, SOON

import mindee_core
from mindee_core import bridge

ID = "01234567-89ab-cdef-0123-456789abcdef"


def test_cancelling_a_task_ends_the_work(on_loop, sandbox):
    sandbox.rules({"on": "enqueue", "job": {"processing_ms": None}})
    model = sandbox.models["extraction"]

    async def work(client):
        run = client.extraction.run(DATA / "invoice.pdf", model_id=model, **SOON)
        task = asyncio.ensure_future(run)
        while len(await asyncio.to_thread(sandbox.requests, "job")) < 3:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.2)
        polls = len(await asyncio.to_thread(sandbox.requests, "job"))
        await asyncio.sleep(0.2)
        assert len(await asyncio.to_thread(sandbox.requests, "job")) == polls
        return bridge.bridges[asyncio.get_running_loop()].waiting

    assert on_loop(work) == {}


def test_a_cancelled_task_tells_how_to_go_on_with_its_job(on_loop, sandbox):
    sandbox.rules({"on": "job", "stall": True, "times": 1})

    async def work(client):
        model = sandbox.models["extraction"]
        run = client.extraction.run(DATA / "invoice.pdf", model_id=model, **SOON)
        task = asyncio.ensure_future(run)
        await asyncio.to_thread(sandbox.await_request, "job")
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        # Python 3.10 hands a copy to who awaits the task, with the original as its context.
        ended = caught.value
        error = ended.__cause__ or ended.__context__.__cause__
        assert isinstance(error, mindee_core.CancelledError)
        assert error.maybe_billed
        return await client.jobs.result(error.resume_token, **SOON)

    assert on_loop(work).file.name == "invoice.pdf"


def test_a_timeout_of_asyncio_ends_a_call(on_loop, sandbox):
    sandbox.rules({"on": "job", "stall": True})

    async def work(client):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.jobs.get(ID), 0.05)
        sandbox.ask("DELETE", "rules")
        return [model.id async for model in client.models.search()]

    assert on_loop(work)


def test_many_calls_are_gathered(on_loop, sandbox):
    model = sandbox.models["extraction"]

    async def work(client):
        run = partial(client.extraction.run, DATA / "invoice.pdf", model_id=model, **SOON)
        return {inference.id for inference in await asyncio.gather(*(run() for _ in range(50)))}

    assert len(on_loop(work)) == 50


def test_errors_and_answers_of_one_gathering_stay_apart(on_loop, sandbox):
    async def work(client):
        model = sandbox.models["extraction"]
        good = client.extraction.enqueue(DATA / "invoice.pdf", model_id=model)
        bad = client.extraction.enqueue("missing.pdf", model_id=model)
        return await asyncio.gather(good, bad, return_exceptions=True)

    good, bad = on_loop(work)
    assert isinstance(good, mindee_core.Job)
    assert isinstance(bad, mindee_core.UsageError)


def test_other_tasks_go_on_while_a_call_waits(on_loop, sandbox):
    sandbox.rules({"on": "models", "delay_ms": 200})

    async def work(client):
        turns = 0

        async def turn():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.01)

        task = asyncio.ensure_future(turn())
        assert [model async for model in client.models.search()]
        task.cancel()
        return turns

    assert on_loop(work) > 5


def test_one_client_serves_several_loops_in_turn(sandbox):
    client = mindee_core.AsyncClient(**sandbox.options)

    async def work():
        return [model.id async for model in client.models.search()]

    assert [len(asyncio.run(work())) for _ in range(3)] == [5, 5, 5]


def test_closed_loops_leave_no_descriptors(sandbox):
    client = mindee_core.AsyncClient(**sandbox.options)

    async def work():
        return [model.id async for model in client.models.search()]

    asyncio.run(work())
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for _ in range(5):
        asyncio.run(work())
    gc.collect()
    after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after <= before


class Readerless(asyncio.SelectorEventLoop):
    """A loop that cannot watch descriptors, as Windows' default one."""

    def add_reader(self, *_):
        raise NotImplementedError


@pytest.mark.parametrize("make", [asyncio.SelectorEventLoop, Readerless, uvloop.new_event_loop])
def test_every_kind_of_loop_is_served(sandbox, make):
    model = sandbox.models["extraction"]

    async def work():
        async with mindee_core.AsyncClient(**sandbox.options) as client:
            run = partial(client.extraction.run, DATA / "invoice.pdf", model_id=model, **SOON)
            inferences = await asyncio.gather(*(run() for _ in range(5)))
            with pytest.raises(mindee_core.UsageError):
                await client.jobs.get("not/an/id")
            return len(inferences)

    loop = make()
    try:
        assert loop.run_until_complete(work()) == 5
    finally:
        loop.close()


@pytest.mark.parametrize("make", [asyncio.SelectorEventLoop, Readerless])
def test_a_closed_loop_is_not_kept(sandbox, make):
    client = mindee_core.AsyncClient(**sandbox.options)

    async def work():
        return [model.id async for model in client.models.search()]

    def gone():
        loop = make()
        loop.run_until_complete(work())
        loop.close()
        return weakref.ref(loop)

    first = gone()
    gone()
    gc.collect()
    assert first() is None


CLOSED = """
import asyncio, gc, sys, time, mindee_core
async def work():
    await client.jobs.get(sys.argv[1], deadline=0.2, retries=0)
class Readerless(asyncio.SelectorEventLoop):
    def add_reader(self, *_):
        raise NotImplementedError
client = mindee_core.AsyncClient()
loop = Readerless() if sys.argv[2] == "readerless" else asyncio.new_event_loop()
loop.set_exception_handler(lambda *_: None)
task = loop.create_task(work())
loop.run_until_complete(asyncio.sleep(0.05))
# What asyncio says of a pending task is not ours.
task._log_destroy_pending = False
loop.close()
time.sleep(0.4)
del task, loop
async def again():
    return [model.id async for model in client.models.search()]
print(len(asyncio.run(again())))
gc.collect()
"""


@pytest.mark.parametrize("kind", ["watching", "readerless"])
def test_an_answer_for_a_closed_loop_is_dropped_in_silence(child, sandbox, kind):
    sandbox.rules({"on": "job", "stall": True})
    assert child(CLOSED, ID, kind).end() == (0, "5\n", "")


PENDING = """
import asyncio, sys, mindee_core
class Readerless(asyncio.SelectorEventLoop):
    def add_reader(self, *_):
        raise NotImplementedError
async def main():
    client = mindee_core.AsyncClient()
    for _ in range(50):
        work = client.jobs.get(sys.argv[1], retries=0, deadline=float(sys.argv[3]))
        task = asyncio.ensure_future(work)
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
    await asyncio.sleep(0.2)
    if sys.argv[3] == "60":
        sys.exit(0)
make = {"readerless": Readerless, "plain": asyncio.SelectorEventLoop}.get(sys.argv[2])
if make is None:
    import uvloop
    make = uvloop.new_event_loop
loop = make()
asyncio.set_event_loop(loop)
task = loop.create_task(main())
try:
    loop.run_until_complete(task)
finally:
    for each in asyncio.all_tasks(loop):
        each._log_destroy_pending = False
"""


@pytest.mark.parametrize("kind", ["plain", "readerless", "uvloop"])
@pytest.mark.parametrize("deadline", ["60", "0.2"])
def test_exit_is_silent_while_work_is_pending(child, sandbox, kind, deadline):
    sandbox.rules({"on": "job", "stall": True})
    children = [child(PENDING, ID, kind, deadline) for _ in range(4)]
    assert [each.end() for each in children] == [(0, "", "")] * 4
