"""Forked processes, and what an import does."""

import pytest

FORK = """
import os, sys, mindee_core
client = mindee_core.Client()
if sys.argv[1] == "used":
    assert len(list(client.models.search())) == 5
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        try:
            used = len(list(client.models.search()))
            fresh = len(list(mindee_core.Client().models.search()))
            os._exit(0 if (used, fresh) == (5, 5) else 1)
        finally:
            os._exit(2)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
print(codes, len(list(client.models.search())))
"""


@pytest.mark.parametrize("parent", ["used", "unused"])
def test_a_forked_child_uses_its_parents_client_and_its_own(child, parent):
    assert child(FORK, parent).end()[:2] == (0, "[0, 0, 0] 5\n")


def test_a_child_that_was_forked_while_threads_wait_works_and_ends(child, sandbox):
    script = """
import os, sys, threading, time, mindee_core
client = mindee_core.Client()
for _ in range(10):
    wait = lambda: client.jobs.get("01234567-89ab-cdef-0123-456789abcdef", deadline=60)
    threading.Thread(target=wait, daemon=True).start()
time.sleep(0.2)
child = os.fork()
if child == 0:
    print(len(list(client.models.search())), flush=True)
    sys.exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    sandbox.rules({"on": "job", "stall": True})
    assert child(script).end()[:2] == (0, "5\n3\n")


def test_a_forked_child_has_event_loops_of_its_own(child):
    script = """
import asyncio, os, mindee_core
client = mindee_core.AsyncClient()
async def count():
    return len([model async for model in client.models.search()])
assert asyncio.run(count()) == 5
child = os.fork()
if child == 0:
    os._exit(asyncio.run(count()))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), asyncio.run(count()))
"""
    assert child(script).end()[:2] == (0, "5 5\n")


def test_processes_of_a_pool_have_clients_of_their_own(child):
    script = """
import multiprocessing, mindee_core
def count(_):
    return len(list(mindee_core.Client().models.search()))
if __name__ == "__main__":
    assert count(0) == 5
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(count, range(4)))
"""
    assert child(script).end()[:2] == (0, "[5, 5, 5, 5]\n")


def test_an_import_starts_nothing_and_loads_little(child):
    script = """
import sys, threading
before = set(sys.modules)
import mindee_core
late = {"asyncio", "typing", "json", "re", "enum", "dataclasses", "datetime", "inspect", "socket"}
print(sorted(late & set(sys.modules) - before), threading.active_count())
try:
    import os
    print(len(os.listdir("/proc/self/task")))
except OSError:
    print(1)
"""
    assert child(script).end() == (0, "[] 1\n1\n", "")
