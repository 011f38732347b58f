"""Webhooks received per second: the examples, and as little as a receiver can be."""

import re
import shutil
import subprocess
import sys
import time

from ground import NODE_PACKAGE, ROOT, WORKERS, Sandbox, finished, median, table
from webhooks import SECRET, body

NODE = ROOT / "node/examples/receivers"
INSTALLED = NODE / "frameworks/node_modules"
PYTHON = ROOT / "py/examples/receivers"
AT_ONCE = 16
SIZE = 3_000
UVICORN = [sys.executable, "-m", "uvicorn", "--port", "0", "--no-access-log"]
KINDS = ["without verification", "verified", "the example: verified and on the disk"]


def receivers(node):
    """Commands, and what each needs in its environment."""
    least = [*UVICORN, "--app-dir", WORKERS, "receive_fastapi:app"]
    return {
        "FastAPI": [
            (least, {}),
            (least, {"BENCH_VERIFIED": "1"}),
            ([*UVICORN, "--app-dir", PYTHON, "fastapi_receiver:app"], {}),
        ],
        "Express": [
            (["node", WORKERS / "receive_express.mjs"], {}),
            (["node", WORKERS / "receive_express.mjs"], {"BENCH_VERIFIED": "1"}),
            (["node", node / "express.mjs", "0"], {}),
        ],
    }


def with_this_package(ground):
    """The example of Express with the package that is measured, whatever is installed beside it."""
    place = ground.folder / "receivers"
    shutil.copytree(NODE, place, ignore=shutil.ignore_patterns("node_modules", "next"))
    modules = place / "frameworks/node_modules"
    modules.mkdir()
    for package in INSTALLED.iterdir():
        measured = package.name == "mindee-core"
        (modules / package.name).symlink_to(NODE_PACKAGE if measured else package)
    return place / "frameworks"


def measure(ground):
    rounds, count = (1, 500) if ground.quick else (5, 4_000)
    if not INSTALLED.is_dir():
        sys.exit("Express is not installed: `make test-node` does that")
    node = with_this_package(ground)
    commands = receivers(node)
    template = ground.folder / "delivery.json"
    template.write_bytes(body(SIZE))
    names = [(framework, kind) for framework in commands for kind in range(len(KINDS))]
    rates = {name: [] for name in names}
    with Sandbox() as sandbox:
        for turn in range(rounds):
            for framework, kind in names[turn % len(names) :] + names[: turn % len(names)]:
                with Receiver(ground, sandbox, node, *commands[framework][kind]) as receiver:
                    # What is done first takes longer: it is not counted.
                    deliver(ground, sandbox, receiver, template, 200)
                    told = deliver(ground, sandbox, receiver, template, count)
                if told["errors"]:
                    sys.exit(f"{told['errors']} deliveries to {framework} were not taken")
                rates[framework, kind].append(count / told["wall"])
    rows = []
    for framework, kind in names:
        over = zip(rates[framework, kind], rates[framework, 0], strict=True)
        rows.append(
            [
                f"{framework}, {KINDS[kind]}",
                f"{median(rates[framework, kind]):,.0f}",
                f"{median([own / bare for own, bare in over]):.2f}",
            ]
        )
    table(
        f"Webhooks of {SIZE / 1000:.0f} KB received per second, {AT_ONCE} at once"
        f" (median of {rounds})",
        ["receiver", "per second", "of those without"],
        rows,
        [
            "One process each, beside the one that delivers, on the same cores. Each delivery is",
            "of another inference. The example waits for the disk before it answers, and works on",
            "what has arrived meanwhile: in Python a row in SQLite, in Node a file.",
        ],
    )


def deliver(ground, sandbox, receiver, template, count):
    task = ("deliver", receiver.port, template, SECRET, count, AT_ONCE)
    return finished("rust-ours", ground.start("rust-ours", sandbox, *task))


class Receiver:
    """A receiver that listens."""

    def __init__(self, ground, sandbox, node, command, more):
        folder = ground.folder / f"receiver-{time.monotonic_ns()}"
        folder.mkdir()
        self.log = folder / "output"
        environment = {
            **sandbox.environment(tls=False),
            "PYTHONDONTWRITEBYTECODE": "1",
            "BENCH_NODE_PACKAGE": str(NODE_PACKAGE),
            "BENCH_RECEIVERS": str(node / "package.json"),
            "MINDEE_WEBHOOK_SECRETS": SECRET,
            "MINDEE_LEDGER": str(folder / "ledger.sqlite"),
            "WORK": str(folder / "work"),
            **more,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                list(map(str, command)),
                env=environment,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.port = self.listening()

    def listening(self):
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            if told := re.search(r"127\.0\.0\.1:(\d+)", self.log.read_text()):
                return int(told[1])
            time.sleep(0.05)
        sys.exit(f"a receiver did not start: {self.log.read_text()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
