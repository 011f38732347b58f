"""A batch that is killed again and again: what is lost, and what is sent twice.

The example `core/examples/batch.rs` reads a folder with a ledger, while a fifth of the requests go
wrong and the process is killed at random moments. Then it is started until it ends by itself.
"""

import random
import subprocess
import time

from ground import ROOT, Sandbox, table

KILLS = 12


def measure(ground):
    count = 1_000 if ground.quick else 10_000
    build = ["cargo", "build", "-q", "--release", "-p", "mindee-core", "--features", "ledger"]
    subprocess.run([*build, "--example", "batch"], cwd=ROOT, check=True)
    folder = ground.folder / "killed"
    documents = folder / "documents"
    documents.mkdir(parents=True)
    for number in range(count):
        (documents / f"{number:05}.pdf").write_bytes(b"%%PDF-1.4\n%%%d\n%%%%EOF\n" % number)
    chance = random.Random(7)
    with Sandbox("--faults", "0.2", "--seed", "7", record=False, processing_ms=200) as sandbox:
        command = [
            ROOT / "target/release/examples/batch",
            documents,
            sandbox.model,
            folder / "ledger.sqlite",
            "1000000",
        ]
        environment = {
            "MINDEE_V2_API_KEY": sandbox.ready["api_key"],
            "MINDEE_V2_BASE_URL": sandbox.ready["base_url"],
        }
        begun = time.monotonic()
        for _ in range(KILLS):
            process = start(command, environment)
            time.sleep(chance.uniform(0.05, count / 3_000))
            process.kill()
            process.communicate()
        # What failed for good in one start is taken up in the next.
        for _ in range(5):
            told = start(command, environment).communicate()[0].decode()
            states = dict(line.split("\t") for line in told.splitlines())
            if "intended" not in states.values() and "taken" not in states.values():
                break
        wall = time.monotonic() - begun
        taken = sandbox.meter()["billed"]["documents_by_alias"]
    held = {state: list(states.values()).count(state) for state in set(states.values())}
    lost = (
        count - len(states) + sum(1 for state in states.values() if state in ("intended", "taken"))
    )
    twice = sum(1 for times in taken.values() if times > 1)
    unknown = [alias for alias, state in states.items() if state == "unknown"]
    table(
        f"{count} documents, a fifth of the requests faulty, killed {KILLS} times",
        ["documents", "done", "lost", "sent twice", "unknown", "of them taken", "s"],
        [
            [
                count,
                held.get("done", 0),
                lost,
                twice,
                len(unknown),
                sum(1 for alias in unknown if alias in taken),
                f"{wall:.0f}",
            ]
        ],
    )


def start(command, environment):
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
