"""All waits of a client share one poller, one budget, and what is learned about a model."""

import asyncio
import threading
import time

import pytest
from conftest import DATA, SOON, until

import mindee_core

PLENTY = {"posts_per_minute": 60_000, "gets_per_minute": 600_000}
INVOICE = DATA / "invoice.pdf"


def test_many_waits_at_once_all_hear_of_their_results(sandbox):
    async def main():
        async with mindee_core.AsyncClient(**sandbox.options, **PLENTY) as client:
            model = sandbox.models["extraction"]
            enqueue = client.extraction.enqueue
            jobs = await asyncio.gather(*(enqueue(INVOICE, model_id=model) for _ in range(40)))
            # Ten waits for each job, half of them by its id.
            ids = [text for job in jobs for text in (job.id, job.resume_token) * 5]
            found = await asyncio.gather(*(client.jobs.result(id, **SOON) for id in ids))
            assert [each.id for each in found] == [job.id for job in jobs for _ in range(10)]
            return await client.status()

    status = asyncio.run(main())
    assert (status.jobs_waited_for, status.reads_waiting_for_budget) == (0, 0)
    assert (status.share_of_uploads, status.share_of_reads) == (1, 1)


def test_many_waits_together_keep_within_one_budget_and_one_delivery_ends_them(sandbox):
    sandbox.rules({"on": "enqueue", "job": {"processing_ms": None}})
    model = sandbox.models["extraction"]
    with mindee_core.Client(**sandbox.options, gets_per_minute=60) as client:
        job = client.extraction.enqueue(INVOICE, model_id=model)
        begun = time.monotonic()
        found = []
        wait = lambda: found.append(client.jobs.result(job.id, **SOON))  # noqa: E731
        threads = [threading.Thread(target=wait, daemon=True) for _ in range(30)]
        for thread in threads:
            thread.start()
        sandbox.await_request("job", times=6)
        until(lambda: client.status().jobs_waited_for == 30)
        status = client.status()
        assert status.reads_waiting_for_budget >= 1
        asked = len(sandbox.requests("job"))
        # A tenth of the minute's sixty at once, and the rest evenly: not one for each wait.
        assert asked <= 6 + (time.monotonic() - begun) + 1
        body = f'{{"inference": {{"id": "{job.id}", "result": {{"fields": {{}}}}}}}}'
        assert client.jobs.deliver_unsigned(body).waits == 30
        for thread in threads:
            thread.join(20)
    assert [inference.raw for inference in found] == [body.encode()] * 30


def test_a_wait_that_is_cancelled_leaves_the_others_alone(on_loop, sandbox):
    sandbox.rules({"on": "enqueue", "job": {"processing_ms": 500}})

    async def work(client):
        model = sandbox.models["extraction"]
        job = await client.extraction.enqueue(INVOICE, model_id=model)
        wait = [asyncio.ensure_future(client.jobs.result(job.id, **SOON)) for _ in range(20)]
        await asyncio.to_thread(sandbox.await_request, "job")
        # The first of them leads the others, and is ended in the middle of it.
        for task in wait[:10]:
            task.cancel()
        for task in wait[:10]:
            with pytest.raises(asyncio.CancelledError):
                await task
        return {(await task).id for task in wait[10:]} == {job.id}

    assert on_loop(work)


def test_a_refusal_halves_the_budget_and_shows_in_the_status(client, sandbox):
    sandbox.rules({"on": "models", "times": 1, "answer": {"status": 429}})
    assert list(client.models.search())
    status = client.status()
    assert (status.share_of_uploads, status.share_of_reads) == (1, 0.5)


def test_the_status_is_told_on_an_event_loop(on_loop, sandbox):
    async def work(client):
        return await client.status()

    status = on_loop(work)
    assert status.uploads_waiting_for_budget == status.jobs_waited_for == 0
    assert "share_of_reads=1.0" in repr(status)
