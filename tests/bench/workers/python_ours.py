"""The Python worker: `sync` (threads) or `async`, then a task, how many, how many at once, its
subject (a job's id or a file) and the model."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import Idle, Measured

from mindee_core import AsyncClient, Client, MindeeError

kind, task, count, at_once, subject, model = sys.argv[1:7]
count, at_once = int(count), int(at_once)
unlimited = dict(posts_per_minute=1_000_000, gets_per_minute=1_000_000)
options = dict(unlimited, ca_file=os.environ.get("BENCH_CA_FILE"))
document = Path(subject)


def called(client):
    """One call of the task."""
    match task:
        case "get":
            return lambda: client.jobs.get(subject)
        case "enqueue" | "upload":
            return lambda: client.extraction.enqueue(document, model_id=model)
        case "batch":
            return lambda: client.extraction.run(document, model_id=model)
    sys.exit(f"no task {task}")


def warm():
    """As many calls as it takes for connections and code to be there."""
    return 2 * at_once + 20 if task in ("get", "enqueue") else 0


def threads():
    call = called(Client(**options))
    with ThreadPoolExecutor(at_once) as pool:

        def safe(_):
            try:
                call()
            except MindeeError as error:
                print(error, file=sys.stderr)
                return 1
            return 0

        sum(pool.map(safe, range(warm())))
        measured = Measured()
        measured.tell(sum(pool.map(safe, range(count))))


async def coroutines():
    call = called(AsyncClient(**options))

    async def some(numbers):
        errors = 0
        for _ in numbers:
            try:
                await call()
            except MindeeError as error:
                print(error, file=sys.stderr)
                errors += 1
        return errors

    async def all_of(count):
        numbers = iter(range(count))
        return sum(await asyncio.gather(*(some(numbers) for _ in range(at_once))))

    await all_of(warm())
    measured = Measured()
    measured.tell(await all_of(count))


async def idle():
    """`count` waits for jobs that do not end, watched for `at_once` seconds."""
    client = AsyncClient(**dict(options, gets_per_minute=1200))
    jobs = []
    numbers = iter(range(count))

    async def some():
        for _ in numbers:
            jobs.append((await client.extraction.enqueue(document, model_id=model)).id)

    await asyncio.gather(*(some() for _ in range(32)))
    # After the uploads: what they leave behind is no cost of waiting.
    watch = Idle()
    waits = [asyncio.ensure_future(client.jobs.wait(id, deadline=3600)) for id in jobs]
    await asyncio.sleep(5)
    watch.settled()
    await asyncio.sleep(at_once)
    assert not any(wait.done() for wait in waits)
    watch.tell(count)


if task == "idle":
    asyncio.run(idle())
elif kind == "async":
    asyncio.run(coroutines())
else:
    threads()
