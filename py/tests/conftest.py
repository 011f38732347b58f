"""The sandbox for all tests, and child processes for what only a whole process shows."""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import pytest

import mindee_core

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
PROGRAM = os.environ.get("MINDEE_SANDBOX", ROOT / "target" / "debug" / "mindee-sandbox")
SOON = {"first_poll": 0.02, "poll_interval": 0.02}
"""Options of calls that wait: the sandbox's documents are done in no time."""


class Sandbox:
    """The stand-in for Mindee, as a program."""

    def __init__(self):
        self.process = subprocess.Popen(
            [PROGRAM, "--exit-with-stdin", "--processing-ms", "100"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        ready = json.loads(self.process.stdout.readline())
        self.options = {"api_key": ready["api_key"], "base_url": ready["base_url"]}
        self.models = ready["models"]
        self.admin = ready["admin_url"]

    def ask(self, method, route, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.admin}/{route}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def rules(self, *rules):
        self.ask("POST", "rules", list(rules))

    def requests(self, route=None):
        seen = self.ask("GET", "seen")["requests"]
        return [request for request in seen if route in (None, request["route"])]

    def await_request(self, route, times=1):
        """Waits until a request is under way."""
        for _ in range(1000):
            if len(self.requests(route)) >= times:
                return
            time.sleep(0.01)
        seen = [(request["path"], request["status"]) for request in self.requests()]
        raise AssertionError(f"no request on {route!r}: {seen}")

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def until(condition):
    """Waits until something is so."""
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not become so")


@pytest.fixture(scope="session")
def running():
    sandbox = Sandbox()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running):
    running.ask("DELETE", "rules")
    running.ask("DELETE", "seen")
    return running


@pytest.fixture
def client(sandbox):
    with mindee_core.Client(**sandbox.options) as client:
        yield client


@pytest.fixture
def on_loop(sandbox):
    """Runs a coroutine function that takes an asynchronous client."""

    def run(work):
        async def main():
            async with mindee_core.AsyncClient(**sandbox.options) as client:
                return await work(client)

        return asyncio.run(main())

    return run


# A shell starts what it puts into the background deaf to Ctrl-C, and that is inherited. Python's
# own module for signals would load more than an import of ours may.
HEARS_CTRL_C = "import _signal; _signal.signal(_signal.SIGINT, _signal.default_int_handler)\n"


class Child:
    """A Python process of its own, with the sandbox in its environment."""

    def __init__(self, sandbox, script, *arguments, base_url=None, stdin=False):
        environment = {
            **os.environ,
            "MINDEE_V2_API_KEY": sandbox.options["api_key"],
            "MINDEE_V2_BASE_URL": base_url or sandbox.options["base_url"],
            "MODEL": sandbox.models["extraction"],
            "DOCUMENT": str(DATA / "invoice.pdf"),
        }
        command = [sys.executable, "-c", HEARS_CTRL_C + script, *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        stdin = subprocess.PIPE if stdin else None
        self.process = subprocess.Popen(command, env=environment, stdin=stdin, **pipes)

    def end(self, seconds=30):
        """Its exit code, output and errors."""
        try:
            output, errors = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, output, errors


@pytest.fixture
def child(sandbox):
    return partial(Child, sandbox)
