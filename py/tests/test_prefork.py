"""Servers that fork: a client made and used in the parent goes on in the children."""

import json
import os
import subprocess
import sys

import pytest
from conftest import DATA, until
from servers import Program, Server

APPLICATION = """
import os
import mindee_core

client = mindee_core.Client()
assert len(list(client.models.search())) == 5
made_by = os.getpid()

def application(environment, start_response):
    start_response("200 OK", [])
    if environment["PATH_INFO"] != "/models":
        return []
    return [f"{made_by} {os.getpid()} {len(list(client.models.search()))}".encode()]
"""

TASKS = """
import json, os, pathlib
import celery
import mindee_core

folder = pathlib.Path(__file__).parent
for name in ("queue", "control", "results"):
    (folder / name).mkdir(exist_ok=True)
app = celery.Celery("tasks", broker="filesystem://", backend=f"file://{folder}/results")
app.conf.broker_transport_options = {
    "data_folder_in": str(folder / "queue"),
    "data_folder_out": str(folder / "queue"),
    "control_folder": str(folder / "control"),
    "polling_interval": 0.05,
}
client = mindee_core.Client()
made_by = os.getpid()
used = len(list(client.models.search()))

@app.task
def read():
    inference = client.extraction.run(
        os.environ["DOCUMENT"], model_id=os.environ["MODEL"], first_poll=0.02, poll_interval=0.02
    )
    return [made_by, os.getpid(), used, inference.id]
"""


@pytest.fixture
def environment(sandbox, tmp_path):
    return {
        "PYTHONPATH": str(tmp_path),
        "MINDEE_V2_API_KEY": sandbox.options["api_key"],
        "MINDEE_V2_BASE_URL": sandbox.options["base_url"],
    }


def test_a_client_made_before_gunicorn_forks_works_in_its_workers(environment, tmp_path):
    (tmp_path / "application.py").write_text(APPLICATION)
    options = ["--preload", "--workers", "2", "--bind", "127.0.0.1:0", "--no-control-socket"]
    server = Server(tmp_path, "gunicorn", *options, "application", **environment)
    try:
        seen = {}

        def both():
            made_by, worker, models = map(int, server.request("GET", "/models")[2].split())
            seen[worker] = (made_by == server.process.pid, worker != made_by, models)
            return len(seen) == 2

        until(both)
        assert set(seen.values()) == {(True, True, 5)}
    finally:
        server.end()
    assert "Traceback" not in server.output()
    assert server.process.returncode == 0


SEND = """
import json, tasks
results = [tasks.read.delay() for _ in range(8)]
print(json.dumps([result.get(timeout=60, interval=0.02) for result in results]))
"""


def test_a_client_made_before_celery_forks_works_in_its_workers(
    environment, sandbox, child, tmp_path
):
    (tmp_path / "tasks.py").write_text(TASKS)
    environment |= {"MODEL": sandbox.models["extraction"], "DOCUMENT": str(DATA / "invoice.pdf")}
    options = ["--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    worker = Program(tmp_path, "-m", "celery", "-A", "tasks", "worker", *options, **environment)
    try:
        sent = subprocess.run(
            [sys.executable, "-c", SEND],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert sent.returncode == 0, sent.stderr + worker.output()
    finally:
        worker.end()
    done = json.loads(sent.stdout)
    assert {(made_by, used) for made_by, _, used, _ in done} == {(worker.process.pid, 5)}
    assert worker.process.pid not in {pid for _, pid, _, _ in done}
    assert len({id for *_, id in done}) == 8
    assert "Traceback" not in worker.output()
    assert worker.process.returncode == 0
