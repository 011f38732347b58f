"""Open files and iterables: sent as they come, and let go of whatever happens."""

import asyncio
import contextvars
import hashlib
import io
import signal
import socket
import tempfile
import threading
import time

import pytest
import uvloop
from conftest import DATA, SOON, until

import mindee_core
from mindee_core import CancelledError, OutcomeUnknownError, TimeoutError, UsageError

SMALL = (DATA / "invoice.pdf").read_bytes()
# Far more than is read before an upload begins.
LARGE = SMALL + b"\n" * 3_000_000


def pieces(content, size=100_000):
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def awaited(chunks):
    for chunk in chunks:
        await asyncio.sleep(0)
        yield chunk


class Upload:
    """A file as web frameworks give it."""

    filename = "../upload.pdf"
    name = "field"

    def __init__(self, content):
        self.file = io.BytesIO(content)

    async def read(self, size=-1):
        return self.file.read(size)

    async def seek(self, offset):
        return self.file.seek(offset)


def filled(file, content):
    file.write(content)
    file.seek(0)
    return file


def spooled(content):
    return filled(tempfile.SpooledTemporaryFile(max_size=1000), content)


def received(content):
    """What another end of a connection sends, slowly."""
    ours, theirs = socket.socketpair()

    def send():
        with theirs:
            for piece in pieces(content):
                theirs.sendall(piece)

    threading.Thread(target=send).start()
    with ours:
        return ours.makefile("rb")


class Trickle(io.RawIOBase):
    """A file that never gives as much as was asked for."""

    def __init__(self, content):
        self.content = io.BytesIO(content)

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = self.content.read(min(len(buffer), 30_000))
        buffer[: len(piece)] = piece
        return len(piece)


BLOCKING = {
    "a generator": pieces,
    "a list": lambda content: list(pieces(content)),
    "views of one buffer": lambda content: (memoryview(piece) for piece in pieces(content)),
    "an iterable with empty chunks": lambda content: (c for p in pieces(content) for c in (b"", p)),
    "one chunk": lambda content: iter([bytearray(content)]),
    "a file in memory": io.BytesIO,
    "a spooled file": spooled,
    "a connection": received,
    "a raw file": Trickle,
    "a buffered file": lambda content: io.BufferedReader(Trickle(content)),
}
AWAITED = {
    "an asynchronous generator": lambda content: awaited(pieces(content)),
    "an uploaded file": Upload,
}


def is_whole(sandbox, content, filename=None):
    fields = sandbox.requests("enqueue")[-1]["body"]["fields"]
    document = next(field for field in fields if field["name"] == "file")
    assert document["sha256"] == hashlib.sha256(content).hexdigest()
    assert filename in (None, document["filename"])


@pytest.fixture
def source_of():
    """Makes sources by their names, and closes them in the end."""
    made = []

    def make(kind, content):
        made.append({**BLOCKING, **AWAITED}[kind](content))
        return made[-1]

    yield make
    for source in made:
        if hasattr(source, "close"):
            source.close()


@pytest.fixture
def options(sandbox):
    return {"model_id": sandbox.models["extraction"], **SOON}


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("kind", BLOCKING)
def test_a_stream_arrives_whole(client, sandbox, options, source_of, kind, content):
    client.extraction.run(source_of(kind, content), source_name="mine.pdf", **options)
    is_whole(sandbox, content, "mine.pdf")


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("kind", [*AWAITED, "a generator", "a connection"])
def test_a_stream_of_an_event_loop_arrives_whole(
    on_loop, sandbox, options, source_of, kind, content
):
    async def work(client):
        source = source_of(kind, content)
        return await client.extraction.run(source, filename="noted.pdf", **options)

    assert on_loop(work).file.name == "noted.pdf"
    is_whole(sandbox, content)


def test_an_uploaded_file_is_sent_under_its_own_name(on_loop, sandbox, options):
    async def work(client):
        await client.extraction.enqueue(Upload(SMALL), **options)

    on_loop(work)
    is_whole(sandbox, SMALL, "upload.pdf")


def test_an_open_file_is_read_from_where_it_stands_and_stays_open(
    client, sandbox, options, tmp_path
):
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"junk" * 1000 + LARGE)
    with open(path, "rb") as file:
        file.seek(4000)
        # What counts is the file that is open, and not what its name leads to now.
        path.unlink()
        client.extraction.enqueue(file, **options)
        is_whole(sandbox, LARGE, "scan.pdf")
        headers = str(sandbox.requests("enqueue")[0]["headers"])
        assert "content-length" in headers, headers
        assert not file.closed


class Readerless(asyncio.SelectorEventLoop):
    """A loop that cannot watch descriptors, as Windows' default one."""

    def add_reader(self, *_):
        raise NotImplementedError


@pytest.mark.parametrize("make", [asyncio.SelectorEventLoop, Readerless, uvloop.new_event_loop])
def test_every_kind_of_loop_reads_streams(sandbox, options, make):
    async def work():
        async with mindee_core.AsyncClient(**sandbox.options) as client:
            for source in (awaited(pieces(LARGE)), pieces(LARGE)):
                await client.extraction.enqueue(source, **options)
                is_whole(sandbox, LARGE)

    loop = make()
    try:
        loop.run_until_complete(work())
    finally:
        loop.close()


def test_streams_are_sent_at_once_from_many_tasks(on_loop, sandbox, options):
    async def work(client):
        runs = (client.extraction.run(awaited(pieces(SMALL)), **options) for _ in range(20))
        return await asyncio.gather(*runs)

    assert len({inference.id for inference in on_loop(work)}) == 20


def taken(sandbox):
    return sandbox.ask("GET", "seen")["billed"]["documents"]


class Broken(Exception):
    pass


@pytest.mark.parametrize("before", [b"", SMALL, LARGE], ids=["none", "small", "large"])
def test_what_a_stream_raises_is_the_cause_of_the_error(client, on_loop, sandbox, options, before):
    raised = Broken("secret")

    def breaks():
        yield before
        raise raised

    async def work(client):
        await client.extraction.run(awaited(breaks()), **options)

    for call in (lambda: client.extraction.run(breaks(), **options), lambda: on_loop(work)):
        with pytest.raises(UsageError) as caught:
            call()
        assert caught.value.code == "source.unreadable"
        assert caught.value.__cause__ is raised
        assert caught.value.causes == ["Broken"]
        assert not caught.value.maybe_billed
    assert taken(sandbox) == 0


def text_file():
    return open(DATA / "invoice.pdf", encoding="latin-1")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: io.StringIO("%PDF-1.4"), "source.not_bytes"),
        (text_file, "source.not_bytes"),
        (lambda: iter(["%PDF-1.4"]), "source.not_bytes"),
        (lambda: [37, 80], "source.not_bytes"),
        (lambda: iter([b"%PDF-1.4", None]), "source.not_bytes"),
        (lambda: iter([]), "source.empty"),
        (lambda: io.BytesIO(), "source.empty"),
        (lambda: io.FileIO(DATA / "empty.pdf"), "source.empty"),
        (lambda: pieces(b"no document " * 50_000), "source.type_refused"),
        (lambda: io.FileIO(DATA / "not-a.pdf"), "source.type_refused"),
        (lambda: awaited([SMALL]), "source.missing"),
        (lambda: Upload(SMALL), "source.missing"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_a_byte_leaves(client, sandbox, options, make, code):
    source = make()
    with pytest.raises(UsageError) as caught:
        client.extraction.run(source, **options)
    assert caught.value.code == code
    assert sandbox.requests() == []
    if hasattr(source, "close"):
        source.close()


def test_a_file_in_text_mode_is_told_how_to_be_opened(client, options):
    with text_file() as file, pytest.raises(UsageError, match=r"gives str .* binary mode"):
        client.extraction.run(file, **options)


def test_what_is_there_of_a_connection_is_looked_at_without_waiting_for_more(client, options):
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as file:
        theirs.sendall(b"no document " * 1000)
        with pytest.raises(UsageError) as caught:
            client.extraction.run(file, deadline=10, **options)
        assert caught.value.code == "source.type_refused"
        theirs.shutdown(socket.SHUT_WR)


def test_a_stream_is_read_in_the_context_of_its_call(client, on_loop, options):
    tenant = contextvars.ContextVar("tenant")
    tenant.set("ours")
    seen = []

    def chunks():
        seen.append(tenant.get(None))
        yield SMALL

    async def work(client):
        await client.extraction.enqueue(chunks(), **options)
        await client.extraction.enqueue(awaited(chunks()), **options)

    client.extraction.enqueue(chunks(), **options)
    on_loop(work)
    assert seen == ["ours"] * 3


def test_a_stream_without_end_is_given_up_where_mindee_takes_no_more(client, sandbox, options):
    ended = []

    def endless():
        try:
            yield SMALL
            while True:
                yield bytes(10_000_000)
        finally:
            ended.append(True)

    with pytest.raises(UsageError) as caught:
        client.extraction.run(endless(), **options)
    assert (caught.value.code, ended) == ("source.too_large", [True])
    assert taken(sandbox) == 0


@pytest.mark.parametrize("kind", ["a generator", "a connection", "a spooled file", "a raw file"])
def test_a_second_use_is_told(client, sandbox, options, source_of, kind):
    source = source_of(kind, LARGE)
    client.extraction.enqueue(source, **options)
    with pytest.raises(UsageError) as caught:
        client.extraction.enqueue(source, **options)
    assert caught.value.code == "source.spent"
    assert len(sandbox.requests()) == 1


def test_what_a_failed_call_has_begun_to_read_is_spent(client, on_loop, sandbox, options):
    sandbox.rules({"on": "enqueue", "times": 2, "answer": {"status": 401}})
    source, source_too = pieces(LARGE), awaited(pieces(LARGE))

    async def work(client):
        await client.extraction.run(source_too, **options)

    calls = (lambda: client.extraction.run(source, **options), lambda: on_loop(work))
    for call in calls:
        with pytest.raises(mindee_core.AuthError):
            call()
        assert readers() == []
    for call in calls:
        with pytest.raises(UsageError, match=r"source\.spent"):
            call()
    assert taken(sandbox) == 0


def test_a_file_that_was_moved_back_is_sent_again(client, on_loop, sandbox, options):
    async def work(client):
        upload = Upload(LARGE)
        for _ in range(2):
            await client.extraction.enqueue(upload, **options)
            await upload.seek(0)

    with open(DATA / "invoice.pdf", "rb") as file:
        for _ in range(2):
            client.extraction.enqueue(file, **options)
            file.seek(0)
    on_loop(work)
    assert taken(sandbox) == 4
    is_whole(sandbox, LARGE)


def test_a_file_that_somebody_has_read_is_told_from_an_empty_one(client, options):
    buffer = io.BytesIO()
    buffer.write(SMALL)
    with pytest.raises(UsageError, match="move it back to its start"):
        client.extraction.run(buffer, **options)


def test_an_iterable_that_begins_anew_is_sent_again(client, sandbox, options):
    class Again:
        def __iter__(self):
            return pieces(LARGE)

    source = Again()
    for _ in range(2):
        client.extraction.enqueue(source, **options)
    assert taken(sandbox) == 2


def test_a_call_that_sends_nothing_leaves_a_stream_as_it_was(client, on_loop, sandbox, options):
    source, source_too = pieces(LARGE), awaited(pieces(LARGE))
    wrong = {**options, "model_id": "none"}

    async def work(client):
        with pytest.raises(UsageError, match=r"option\.invalid"):
            await client.extraction.run(source_too, **wrong)
        await client.extraction.run(source_too, **options)

    with pytest.raises(UsageError, match=r"option\.invalid"):
        client.extraction.run(source, **wrong)
    with mindee_core.Client(**sandbox.options) as closed:
        pass
    with pytest.raises(UsageError, match="closed"):
        closed.extraction.run(source, **options)
    assert readers() == []
    client.extraction.run(source, **options)
    is_whole(sandbox, LARGE)
    on_loop(work)
    is_whole(sandbox, LARGE)


def test_a_second_use_of_an_uploaded_file_is_told(on_loop, sandbox, options):
    async def work(client):
        upload = Upload(LARGE)
        await client.extraction.enqueue(upload, **options)
        await client.extraction.enqueue(upload, **options)

    with pytest.raises(UsageError, match=r"source\.spent"):
        on_loop(work)
    assert taken(sandbox) == 1


def test_a_large_stream_is_not_sent_again_after_a_503(client, sandbox, options):
    sandbox.rules({"on": "enqueue", "times": 1, "answer": {"status": 503}})
    with pytest.raises(mindee_core.ServerError, match="a stream is sent once"):
        client.extraction.run(pieces(LARGE), **options)
    assert len(sandbox.requests("enqueue")) == 1


def test_a_small_stream_and_a_file_in_memory_are_sent_again_after_a_503(client, sandbox, options):
    for source in (pieces(SMALL), io.BytesIO(LARGE)):
        sandbox.rules({"on": "enqueue", "times": 1, "answer": {"status": 503}})
        client.extraction.run(source, **options)
    assert taken(sandbox) == 2


def readers():
    return [thread for thread in threading.enumerate() if thread.name == "mindee-source"]


@pytest.mark.parametrize(
    ("begin", "kind"), [(b"", TimeoutError), (LARGE, OutcomeUnknownError)], ids=["early", "late"]
)
def test_a_stream_that_stalls_is_ended_by_the_deadline(
    client, on_loop, sandbox, options, begin, kind
):
    go_on = threading.Event()

    def stalls():
        yield begin
        go_on.wait(20)

    async def stalls_too():
        yield begin
        await asyncio.sleep(20)

    async def work(client):
        for source in (stalls(), stalls_too()):
            with pytest.raises(kind):
                await client.extraction.run(source, deadline=0.5, **options)

    began = time.monotonic()
    with pytest.raises(kind):
        client.extraction.run(stalls(), deadline=0.5, **options)
    on_loop(work)
    assert time.monotonic() - began < 10
    go_on.set()
    until(lambda: not readers())
    assert taken(sandbox) == 0


def test_a_server_that_does_not_read_holds_a_stream_back(sandbox, options):
    given = []
    ended = []

    def endless():
        try:
            yield SMALL
            while True:
                given.append(100_000)
                yield bytes(100_000)
        finally:
            ended.append("blocking")

    async def endless_too():
        try:
            for chunk in endless():
                yield chunk
        finally:
            ended.append("awaited")

    async def work(sandbox):
        async with mindee_core.AsyncClient(**sandbox) as client:
            await client.extraction.run(endless_too(), deadline=1.5, **options)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        elsewhere = {**sandbox.options, "base_url": address}
        with mindee_core.Client(**elsewhere) as client, pytest.raises(OutcomeUnknownError):
            client.extraction.run(endless(), deadline=1.5, **options)
        assert 0 < sum(given) < 16_000_000
        assert (ended, readers()) == (["blocking"], [])
        given.clear()
        # Without a farewell of the loop, which would end all generators.
        loop = asyncio.new_event_loop()
        with pytest.raises(OutcomeUnknownError):
            loop.run_until_complete(work(elsewhere))
        assert 0 < sum(given) < 16_000_000
        assert "awaited" in ended
        loop.close()


@pytest.mark.parametrize("begin", [b"", SMALL, LARGE], ids=["none", "small", "large"])
def test_cancelling_a_task_lets_go_of_its_stream_soon(on_loop, sandbox, options, begin):
    ended = []

    async def stalls():
        try:
            yield begin
            await asyncio.sleep(20)
        finally:
            ended.append(time.monotonic())

    async def work(client):
        task = asyncio.ensure_future(client.extraction.run(stalls(), **options))
        await asyncio.sleep(0.3)
        cancelled = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        error = caught.value.__cause__ or caught.value.__context__.__cause__
        kind = OutcomeUnknownError if begin is LARGE else CancelledError
        assert isinstance(error, kind)
        return time.monotonic() - cancelled, ended[0] - cancelled

    # 100 ms are promised; a machine that is busy elsewhere may take its time.
    assert max(on_loop(work)) < 1


INTERRUPTED = """
import os, sys, time, mindee_core
def stalls():
    with open(os.environ["DOCUMENT"], "rb") as file:
        yield file.read()
    yield b"\\n" * int(sys.argv[1])
    print("stalls", flush=True)
    time.sleep(20)
try:
    mindee_core.Client().extraction.run(stalls(), model_id=os.environ["MODEL"])
except KeyboardInterrupt as ended:
    print(time.monotonic(), ended.__cause__.category)
"""


@pytest.mark.parametrize(("more", "category"), [(1, "cancelled"), (3_000_000, "outcome_unknown")])
def test_ctrl_c_ends_a_stream_that_stalls(child, sandbox, more, category):
    waiting = child(INTERRUPTED, str(more))
    assert waiting.process.stdout.readline() == "stalls\n"
    time.sleep(0.3)
    pressed = time.monotonic()
    waiting.process.send_signal(signal.SIGINT)
    code, output, errors = waiting.end(10)
    heard, told = output.split()
    # 100 ms are promised; a busy machine may be late to let the process run at all.
    assert float(heard) - pressed < 1
    assert (code, errors, told) == (0, "", category)


EXITING = """
import asyncio, os, sys, threading, time, mindee_core
def stalls():
    yield b"%PDF-1.4"
    time.sleep(20)
model = os.environ["MODEL"]
def run():
    mindee_core.Client().extraction.run(stalls(), model_id=model)
async def main():
    asyncio.ensure_future(mindee_core.AsyncClient().extraction.run(stalls(), model_id=model))
    await asyncio.sleep(0.3)
    sys.exit(0)
if sys.argv[1] == "thread":
    threading.Thread(target=run, daemon=True).start()
    time.sleep(0.3)
else:
    asyncio.run(main())
"""


@pytest.mark.parametrize("kind", ["thread", "loop"])
def test_exit_is_silent_while_a_stream_stalls(child, kind):
    children = [child(EXITING, kind) for _ in range(3)]
    assert [each.end(10) for each in children] == [(0, "", "")] * 3


FLAT = """
import asyncio, os, sys, mindee_core
def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name))
def chunks():
    with open(os.environ["DOCUMENT"], "rb") as file:
        yield file.read()
    filler = b"\\n" * 50_000
    for _ in range(1900):
        yield filler
async def awaited():
    for chunk in chunks():
        yield chunk
async def main():
    await mindee_core.AsyncClient().extraction.enqueue(awaited(), model_id=model)
model = os.environ["MODEL"]
before = status("VmRSS")
if sys.argv[1] == "blocking":
    mindee_core.Client().extraction.enqueue(chunks(), model_id=model)
else:
    asyncio.run(main())
print(status("VmHWM") - before)
"""


def test_a_stream_of_95_mb_takes_no_memory(child, sandbox):
    children = [child(FLAT, kind) for kind in ("blocking", "awaited")]
    for each in children:
        code, output, errors = each.end(120)
        assert (code, errors) == (0, "")
        # What the modules take is in it.
        assert int(output) < 30_000, f"{output} KiB"
    for request in sandbox.requests("enqueue"):
        assert request["body"]["fields"][-1]["bytes"] == len(SMALL) + 95_000_000
