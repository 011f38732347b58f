"""Open files and iterables: read here, chunk by chunk, as fast as the core sends them.

What blocks is read by a thread of its own, what is awaited by a task of the event loop, so that a
stream that stalls holds up neither deadline nor Ctrl-C. The core's threads never touch Python.
"""

from __future__ import annotations

import io
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from inspect import iscoroutinefunction
from weakref import WeakKeyDictionary

from . import _native
from .errors import MindeeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any

    from .bridge import Bridge

CHUNK = 128 * 1024
"""Bytes to ask a file for. Nothing depends on their number."""
PATIENCE = 0.05
"""Seconds that a read under way may take to come back when its call has ended."""

_left: WeakKeyDictionary[Any, object] = WeakKeyDictionary()
"""Where calls have left the streams that they read."""
_READING = object()
_END = object()


def is_asynchronous(source: Any) -> bool:
    """Whether a stream is awaited."""
    read = getattr(source, "read", None)
    if read is not None:
        return iscoroutinefunction(read)
    return hasattr(type(source), "__aiter__")


class Pouring:
    """A stream that blocks, on its way into one call."""

    def __init__(self, source: Any) -> None:
        self.source = source
        self.failure: BaseException | None = None
        rest = _rest(source)
        # Special files tell a length of nothing.
        self.feed = _native.Feed(rest or None)
        # A file at its end but not at its start was read by somebody.
        if _is_spent(source) or (rest == 0 and source.tell() != 0):
            self.feed.close()

    def __enter__(self) -> tuple[str, Any]:
        """Begins, and gives what the native half takes."""
        from threading import Thread

        # A read that never comes back must not hold up the end of the process.
        pour = partial(copy_context().run, self.pour)
        self.thread = Thread(target=pour, name="mindee-source", daemon=True)
        self.thread.start()
        return "feed", self.feed

    def __exit__(self, _: object, error: BaseException | None, *__: object) -> None:
        self.end(error)
        self.thread.join(PATIENCE)

    async def __aenter__(self) -> tuple[str, Any]:
        return self.__enter__()

    async def __aexit__(self, _: object, error: BaseException | None, *__: object) -> None:
        from asyncio import sleep

        self.end(error)
        for _ in range(10):
            if not self.thread.is_alive():
                break
            await sleep(PATIENCE / 10)

    def pour(self) -> None:
        """Reads to the end."""
        # Nothing is read before the core asks for it.
        if not self.feed.push(b""):
            return
        try:
            chunks = _chunks(self.source)
            _leave(self.source, chunks, _READING)
            try:
                for chunk in chunks:
                    content = self.content(chunk)
                    if content is None or not self.feed.push(content):
                        return
                self.feed.finish()
            finally:
                _leave(self.source, chunks, _place(self.source))
                if hasattr(chunks, "close"):
                    chunks.close()
        except BaseException as failure:
            self.fail(failure)

    def content(self, chunk: Any) -> bytes | bytearray | None:
        """The bytes of a chunk; nothing, told to the core, where it has none."""
        if isinstance(chunk, memoryview):
            return chunk.tobytes()
        if isinstance(chunk, (bytes, bytearray)):
            return chunk
        self.feed.not_bytes(type(chunk).__name__)
        return None

    def fail(self, failure: BaseException) -> None:
        """Has the call fail."""
        self.failure = failure
        # Its text may be confidential; the failure itself is the cause of the call's error.
        self.feed.fail(type(failure).__name__)

    def end(self, error: BaseException | None) -> None:
        """Stops at the end of the call, whose error is explained by that of the stream."""
        self.feed.close()
        if self.failure is not None and isinstance(error, MindeeError):
            error.__cause__ = self.failure


class AsyncPouring(Pouring):
    """A stream that is awaited, on its way into one call."""

    def __init__(self, source: Any, bridge: Bridge) -> None:
        super().__init__(source)
        self.bridge = bridge

    async def __aenter__(self) -> tuple[str, Any]:
        from asyncio import create_task

        self.task = create_task(self.pour_awaited())
        return "feed", self.feed

    async def __aexit__(self, _: object, error: BaseException | None, *__: object) -> None:
        from asyncio import wait

        self.end(error)
        if not self.task.done():
            self.task.cancel()
            await wait([self.task], timeout=PATIENCE)

    async def pour_awaited(self) -> None:
        """Reads to the end."""
        if not await self.push(b""):
            return
        try:
            chunks = _awaited_chunks(self.source)
            _leave(self.source, chunks, _READING)
            try:
                async for chunk in chunks:
                    content = self.content(chunk)
                    if content is None or not await self.push(content):
                        return
                self.feed.finish()
            finally:
                _leave(self.source, chunks, _place(self.source))
                if hasattr(chunks, "aclose"):
                    await chunks.aclose()
        except BaseException as failure:
            self.fail(failure)
            if not isinstance(failure, Exception):
                raise

    async def push(self, content: bytes | bytearray) -> bool:
        """Puts a chunk in; whether more is wanted."""
        from asyncio import get_running_loop

        ticket = self.bridge.next_ticket()
        wanted = self.feed.offer(content, self.bridge.queue, ticket)
        if wanted is None:
            try:
                wanted = await self.bridge.wait_for(ticket, get_running_loop())
            finally:
                self.bridge.waiting.pop(ticket, None)
        return wanted


def _chunks(source: Any) -> Iterator[Any]:
    """What a file or an iterable gives."""
    if not hasattr(source, "read"):
        return iter(source)
    # Files of this kind would else wait until there is as much as was asked for.
    read = source.read1 if isinstance(source, io.BufferedIOBase) else source.read
    return iter(partial(read, CHUNK), b"")


def _awaited_chunks(source: Any) -> AsyncIterator[Any]:
    """The same of what is awaited."""
    if not hasattr(source, "read"):
        return aiter(source)

    async def chunks() -> AsyncIterator[Any]:
        while (chunk := await source.read(CHUNK)) != b"":
            yield chunk

    return chunks()


def _rest(source: Any) -> int | None:
    """How many bytes are left of a file on the disk or in memory; ``None`` for all else."""
    rest = None
    if isinstance(getattr(source, "raw", source), (io.FileIO, io.BytesIO)):
        with suppress(Exception):
            place = source.tell()
            rest = source.seek(0, io.SEEK_END) - place
            source.seek(place)
    return rest


def _is_spent(source: Any) -> bool:
    """Whether a call has read a stream that nobody has moved since."""
    with suppress(TypeError):
        left = _left.get(source, _END)
        return left is _READING or (left is not _END and left == _place(source))
    return False


def _leave(source: Any, chunks: Any, place: object) -> None:
    """Remembers where a stream is left, where it can be read once."""
    if hasattr(source, "read") or chunks is source:
        with suppress(TypeError):
            _left[source] = place


def _place(source: Any) -> object:
    """Where a stream stands: always the same for one that cannot be moved, and always something
    new for one that can be moved and does not tell."""
    for file in (source, getattr(source, "file", None)):
        tell = getattr(file, "tell", None)
        if tell is not None and not iscoroutinefunction(tell):
            with suppress(Exception):
                return tell()
    movable = hasattr(source, "seek")
    with suppress(Exception):
        movable = movable and not (isinstance(source, io.IOBase) and not source.seekable())
    return object() if movable else None
