"""The examples that receive webhooks, each a server of its own, and the sandbox's deliveries."""

import json
import socket
import sqlite3
import time
from contextlib import closing

import pytest
from conftest import DATA, ROOT, until
from servers import GUNICORN, UVICORN, Program, RedisServer, Server

import mindee_core
from mindee_core import webhook

EXAMPLES = ROOT / "py" / "examples" / "receivers"
VECTORS = json.loads((ROOT / "tests" / "vectors" / "webhook.json").read_text("utf-8"))
RESULT = VECTORS["signed"][0]["body"].encode()
FAILURE = b'{"inference_id": "failed-one", "error": {"status": 500, "detail": "Page 3 is empty."}}'
OLD, NEW = "secret-that-leaves", "secret-that-comes"
LARGEST = 16_000_000
PATH = "/webhooks/mindee"
WITH_LEDGER = {
    "fastapi": [*UVICORN, "fastapi_receiver:app"],
    "flask": [*GUNICORN, "flask_receiver:app"],
    "django": [*GUNICORN, "django_receiver:application"],
}


def environment(sandbox):
    return {
        "PYTHONPATH": str(EXAMPLES),
        "MINDEE_V2_API_KEY": sandbox.options["api_key"],
        "MINDEE_V2_BASE_URL": sandbox.options["base_url"],
        "MINDEE_WEBHOOK_SECRETS": f"{OLD},{NEW}",
        "MINDEE_LEDGER": "ledger.sqlite",
    }


def signed(body, secret=NEW):
    return {"X-Signature": webhook.sign(body, secret)}


class Receiver(Server):
    """An example, and what it has worked on."""

    def __init__(self, sandbox, folder, command, **more):
        super().__init__(folder, *command, **environment(sandbox), **more)
        self.folder = folder

    def post(self, body, headers):
        """The status of the answer to a delivery."""
        return self.request("POST", PATH, body, headers)[0]

    def work(self):
        """What it was given to work on: an id, and bytes or text."""
        return work_in(self.folder)

    def times(self, id):
        """How often it was given an inference to work on."""
        return self.output().count(id)


class RedisReceiver(Receiver):
    """The example that keeps everything in Redis."""

    def __init__(self, sandbox, folder, redis):
        super().__init__(sandbox, folder, [*GUNICORN, "redis_store:app"], REDIS_URL=redis.url)
        self.redis = redis

    def work(self):
        keys = set(self.redis.client.scan_iter("mindee:*")) - {b"mindee:work"}
        return {key.split(b":")[-1].decode(): self.redis.client.get(key) for key in keys}

    def times(self, id):
        return self.redis.client.lrange("mindee:work", 0, -1).count(id.encode())


def work_in(folder):
    with closing(sqlite3.connect(folder / "work.sqlite")) as work:
        try:
            return dict(work.execute("SELECT id, body FROM work"))
        except sqlite3.OperationalError:
            return {}


def rename(folder, table, to):
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        ledger.execute(f"ALTER TABLE {table} RENAME TO {to}")


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.client.close()
    server.kill()


@pytest.fixture(scope="module", params=[*WITH_LEDGER, "redis"])
def receiver(request, running, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "redis":
        receiver = RedisReceiver(running, folder, request.getfixturevalue("redis"))
    else:
        receiver = Receiver(running, folder, WITH_LEDGER[request.param])
    yield receiver
    receiver.end()


@pytest.fixture
def endpoint(sandbox, receiver):
    """Makes webhooks of the model whose address is the receiver."""
    made = []

    def make(secret=NEW):
        about = {"name": secret, "url": receiver.url + PATH, "signing_secret": secret}
        about["model_id"] = sandbox.models["extraction"]
        made.append(sandbox.ask("POST", "webhooks", about)["id"])
        return made[-1]

    yield make
    for id in made:
        sandbox.ask("DELETE", f"webhooks/{id}")


@pytest.fixture
def send(client, sandbox):
    """Sends an invoice to the model, and gives its job."""
    model = sandbox.models["extraction"]
    return lambda *webhooks: client.extraction.enqueue(
        DATA / "invoice.pdf", model_id=model, webhook_ids=webhooks
    )


def answers(sandbox, job):
    """What the receiver has answered to the deliveries of a job, attempt by attempt."""
    [row] = (row for row in sandbox.ask("GET", "jobs")["jobs"] if row["id"] == job.id)
    attempts = [attempt for delivery in row["deliveries"] for attempt in delivery["attempts"]]
    return [attempt["status"] for attempt in attempts]


def test_a_result_is_worked_on_as_mindee_delivers_it(receiver, sandbox, client, endpoint, send):
    job = send(endpoint())
    until(lambda: receiver.times(job.id))
    until(lambda: answers(sandbox, job) == [200])
    assert receiver.work()[job.id] == client.extraction.result(job.id).raw


def test_a_failure_is_worked_on_too(receiver, sandbox, endpoint, send):
    sandbox.rules({"on": "enqueue", "job": {"fail": {"detail": "Page 3 is empty."}}})
    job = send(endpoint())
    until(lambda: receiver.times(job.id))
    until(lambda: answers(sandbox, job) == [200])
    assert "Page 3 is empty." in str(receiver.work()[job.id])


@pytest.mark.parametrize("fate", [{}, {"fail": True}])
def test_what_is_delivered_again_is_answered_and_not_worked_on_again(
    receiver, sandbox, endpoint, send, fate
):
    sandbox.rules({"on": "enqueue", "job": fate})
    hook = endpoint()
    job = send(hook)
    until(lambda: receiver.times(job.id))
    until(lambda: answers(sandbox, job) == [200])
    sandbox.ask("POST", f"jobs/{job.id}/redeliver", {"webhook_id": hook})
    until(lambda: answers(sandbox, job) == [200, 200])
    # What comes later is worked on later: so the repeat would have been by now.
    next_job = send(hook)
    until(lambda: receiver.times(next_job.id))
    assert receiver.times(job.id) == 1


def test_a_delivery_with_a_bad_signature_is_refused_and_a_good_one_is_not(
    receiver, sandbox, endpoint, send
):
    sandbox.rules({"on": "webhook", "times": 1, "delivery": {"bad_signature": True}})
    job = send(endpoint())
    until(lambda: answers(sandbox, job) == [401])
    assert receiver.times(job.id) == 0
    sandbox.ask("POST", "clock", {"advance_seconds": 1})
    until(lambda: answers(sandbox, job) == [401, 200])


@pytest.mark.parametrize("headers", [{}, {"X-Signature": "0" * 63}, signed(RESULT, "another")])
def test_what_mindee_has_not_signed_is_refused(receiver, headers):
    assert receiver.post(RESULT, headers) == 401


def test_both_secrets_count_while_one_takes_the_place_of_another(receiver, sandbox, endpoint, send):
    job = send(endpoint(OLD), endpoint(NEW))
    until(lambda: answers(sandbox, job) == [200, 200])
    until(lambda: receiver.times(job.id) == 1)


@pytest.mark.parametrize("body", [b"no JSON", b'{"later": "another shape"}'])
def test_what_is_signed_and_cannot_be_read_is_kept(receiver, body):
    assert receiver.post(body, signed(body)) == 200
    assert body in receiver.work().values()


def ask_by_hand(receiver, *pieces):
    """The answer to a request of which nothing more is sent, to the end of the connection."""
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := connection.recv(65536)):
            answer += piece
    return answer.partition(b"\r\n")[0]


def head(line):
    return f"POST {PATH} HTTP/1.1\r\nHost: receiver\r\n{line}\r\n\r\n".encode()


def test_a_body_of_the_largest_size_is_taken(receiver):
    body = RESULT.replace(b"{", b"{" + b" " * (LARGEST - len(RESULT)), 1)
    assert receiver.post(body, signed(body)) == 200


def test_a_larger_body_is_refused_before_it_is_sent(receiver):
    answer = ask_by_hand(receiver, head(f"Content-Length: {LARGEST + 2}"))
    assert b" 413 " in answer


def test_a_body_of_untold_length_is_refused_as_soon_as_it_is_too_long(receiver):
    chunk = b"%x\r\n%s\r\n" % (1_000_000, b" " * 1_000_000)
    answer = ask_by_hand(receiver, head("Transfer-Encoding: chunked"), *[chunk] * 16, b"1\r\n \r\n")
    assert b" 413 " in answer


def test_a_body_of_untold_length_is_read(receiver):
    signature = signed(RESULT)["X-Signature"]
    lines = f"Transfer-Encoding: chunked\r\nX-Signature: {signature}"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(RESULT), RESULT)
    assert b" 200 " in ask_by_hand(receiver, head(lines), chunks)


def test_a_body_that_breaks_off_is_taken_when_it_comes_whole(receiver, sandbox, endpoint, send):
    sandbox.rules({"on": "webhook", "times": 1, "delivery": {"cut": 100}})
    job = send(endpoint())
    until(lambda: answers(sandbox, job))
    sandbox.ask("POST", "clock", {"advance_seconds": 1})
    until(lambda: answers(sandbox, job)[-1:] == [200])
    until(lambda: receiver.times(job.id) == 1)
    assert "Traceback" not in receiver.output()


@pytest.fixture(params=WITH_LEDGER)
def own(request, sandbox, tmp_path):
    """A receiver for one test alone, whose work is never done."""
    endless = "import time\nhandle = keep_unread = lambda _: time.sleep(600)\n"
    (tmp_path / "work.py").write_text(endless)
    receiver = Receiver(sandbox, tmp_path, WITH_LEDGER[request.param])
    yield receiver
    receiver.kill()


@pytest.fixture
def reconcile(sandbox, tmp_path):
    """Starts the reconciler, for what is older than so many seconds."""
    (tmp_path / "reconciler").mkdir()
    ledger = str(tmp_path / "ledger.sqlite")
    options = {
        **environment(sandbox),
        "MINDEE_LEDGER": ledger,
        "WORK": str(tmp_path / "work.sqlite"),
    }
    started = []

    def start(older_than):
        command = [str(EXAMPLES / "reconciler.py"), ledger, str(older_than), "0.1"]
        started.append(Program(tmp_path / "reconciler", *command, **options))
        return started[-1]

    yield start
    for program in started:
        program.end()


def test_what_was_answered_outlives_a_kill_and_is_worked_on_later(
    own, sandbox, tmp_path, reconcile
):
    assert [own.post(body, signed(body)) for body in (RESULT, FAILURE)] == [200, 200]
    own.kill()
    assert work_in(tmp_path) == {}
    (tmp_path / "work.py").unlink()
    program = reconcile(older_than=600)
    until(lambda: len(work_in(tmp_path)) == 2)
    work = work_in(tmp_path)
    assert RESULT in work.values()
    assert "Page 3 is empty." in work["failed-one"]
    # It goes on looking, and works on nothing twice.
    third = b'{"inference": {"id": "third-one", "result": {"fields": {}}}}'
    with mindee_core.Client(**sandbox.options, ledger=tmp_path / "ledger.sqlite") as client:
        client.jobs.deliver_unsigned(third)
    until(lambda: "third-one" in work_in(tmp_path))
    assert program.output().count(" is known") == 0


def test_while_the_ledger_cannot_be_written_nothing_is_answered_as_taken(own, tmp_path):
    rename(tmp_path, "documents", "away")
    assert own.post(RESULT, signed(RESULT)) == 500
    rename(tmp_path, "away", "documents")
    assert own.post(RESULT, signed(RESULT)) == 200


@pytest.fixture
def uploads(sandbox, tmp_path):
    """A client of the same organization, with the same ledger, that lives on."""
    with mindee_core.Client(**sandbox.options, ledger=tmp_path / "ledger.sqlite") as client:
        yield lambda: client.extraction.enqueue(
            DATA / "invoice.pdf", model_id=sandbox.models["extraction"]
        )


def test_what_no_webhook_brings_is_asked_for(uploads, reconcile, sandbox, tmp_path, client):
    done = uploads()
    sandbox.rules({"on": "enqueue", "job": {"fail": {"detail": "Page 3 is empty."}}})
    failed = uploads()
    reconcile(older_than=0.5)
    until(lambda: len(work_in(tmp_path)) == 2)
    work = work_in(tmp_path)
    assert work[done.id] == client.extraction.result(done.id).raw
    assert "Page 3 is empty." in work[failed.id]


def test_a_result_that_cannot_be_read_is_kept_and_holds_up_nothing(
    uploads, reconcile, sandbox, tmp_path
):
    strange = {"inference": "of a later version"}
    sandbox.rules({"on": "result", "times": 1, "answer": {"status": 200, "json": strange}})
    unread = uploads()
    reconcile(older_than=0.1)
    until(lambda: unread.id in work_in(tmp_path))
    done = uploads()
    until(lambda: done.id in work_in(tmp_path))
    assert json.loads(work_in(tmp_path)[unread.id]) == strange


def test_what_may_still_come_is_not_asked_for(uploads, reconcile, sandbox):
    reconcile(older_than=1)
    for _ in range(2):
        begun = time.monotonic()
        job = uploads()
        until(lambda id=job.id: any(id in asked["path"] for asked in sandbox.requests("job")))
        assert time.monotonic() - begun > 0.99


def test_redis_keeps_what_was_answered_and_gets_again_what_was_not(running, redis, tmp_path):
    receiver = RedisReceiver(running, tmp_path, redis)
    try:
        body = RESULT.replace(webhook.unwrap_unsigned(RESULT).inference_id.encode(), b"killed")
        assert receiver.post(body, signed(body)) == 200
        redis.kill()
        assert receiver.post(body, signed(body)) == 500
        redis.start()
        assert receiver.work()["killed"] == body
        assert receiver.post(body, signed(body)) == 200
        assert receiver.times("killed") == 1
    finally:
        receiver.end()
