"""From runtime threads to an event loop: one queue for each loop, read by the loop itself."""

from __future__ import annotations

import os

from . import _native
from .boundary import prepared, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from typing import Any

bridges: dict[asyncio.AbstractEventLoop, Bridge] = {}
if hasattr(os, "register_at_fork"):
    # A child must not read from its parent's queues.
    os.register_at_fork(after_in_child=bridges.clear)


class Bridge:
    """The calls of one event loop that wait for their answer."""

    __slots__ = ("queue", "waiting", "ticket")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.waiting: dict[int, asyncio.Future[tuple[bytes, str]]] = {}
        self.ticket = 0
        self.queue = _native.Queue(None)
        try:
            descriptor = self.queue.fileno()
            if descriptor is None:
                raise NotImplementedError
            loop.add_reader(descriptor, self.settle)
        except NotImplementedError:
            # Such a loop is woken from a runtime thread, which is the slower way.
            self.queue = _native.Queue(lambda: loop.call_soon_threadsafe(self.settle))

    def settle(self) -> None:
        """Hands out the answers that have arrived."""
        for ticket, told, error in self.queue.drain():
            future = self.waiting.pop(ticket, None)
            if future is None or future.done():
                continue
            if error is not None:
                future.set_exception(error)
            elif told is not None:
                future.set_result(told)


def bridge_of(loop: asyncio.AbstractEventLoop) -> Bridge:
    bridge = bridges.get(loop)
    if bridge is None:
        for other in tuple(bridges):
            if other.is_closed():
                bridges.pop(other, None)
        bridge = bridges[loop] = Bridge(loop)
    return bridge


class AsyncDoor:
    """The native client, and the one way through it for asyncio."""

    __slots__ = ("native",)

    def __init__(self, options: dict[str, Any]) -> None:
        self.native = _native.Client(written(options))

    async def call(
        self, operation: str, arguments: dict[str, Any], source: Any = None
    ) -> tuple[bytes, dict[str, Any]]:
        from asyncio import get_running_loop
        from json import loads

        loop = get_running_loop()
        bridge = bridge_of(loop)
        if callable(getattr(source, "read", None)):
            # A file may be slow to read, and the loop must go on.
            arguments_json, source = await loop.run_in_executor(None, prepared, arguments, source)
        else:
            arguments_json, source = prepared(arguments, source)
        bridge.ticket = ticket = bridge.ticket + 1
        future: asyncio.Future[tuple[bytes, str]] = loop.create_future()
        bridge.waiting[ticket] = future
        work = None
        try:
            work = self.native.call_async(operation, arguments_json, source, bridge.queue, ticket)
            body, about = await future
        finally:
            # Nothing is left to end where the answer came; else the caller waits no more.
            bridge.waiting.pop(ticket, None)
            if work is not None:
                work.cancel()
        return body, loads(about)
