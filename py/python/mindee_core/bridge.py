"""From runtime threads to an event loop: one queue for each loop, read by the loop itself."""

from __future__ import annotations

import os

from . import _native
from .boundary import error_of, prepared, told, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from typing import Any

GRACE = 0.1
"""Seconds that a call which was told to end may take to say what became of the document."""

bridges: dict[asyncio.AbstractEventLoop, Bridge] = {}
if hasattr(os, "register_at_fork"):
    # A child must not read from its parent's queues.
    os.register_at_fork(after_in_child=bridges.clear)


class Bridge:
    """The calls of one event loop that wait for their answer."""

    __slots__ = ("__weakref__", "queue", "ticket", "waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.waiting: dict[int, asyncio.Future[Any]] = {}
        self.ticket = 0
        self.queue = _native.Queue(None)
        try:
            descriptor = self.queue.fileno()
            if descriptor is None:
                raise NotImplementedError
            loop.add_reader(descriptor, self.settle)
        except NotImplementedError:
            # Such a loop is woken from a runtime thread, which is the slower way.
            self.queue = _native.Queue(waker(loop, self))

    def next_ticket(self) -> int:
        self.ticket += 1
        return self.ticket

    def wait_for(self, ticket: int, loop: asyncio.AbstractEventLoop) -> asyncio.Future[Any]:
        """What the answer to a ticket will be put into."""
        future = self.waiting[ticket] = loop.create_future()
        return future

    def settle(self) -> None:
        """Hands out the answers that have arrived."""
        for ticket, answer, failure in self.queue.drain():
            future = self.waiting.pop(ticket, None)
            if future is None or future.done():
                continue
            if failure is not None:
                future.set_exception(error_of(failure))
            elif answer is not None:
                future.set_result(answer)


def waker(loop: asyncio.AbstractEventLoop, bridge: Bridge) -> Callable[[], object]:
    from weakref import WeakMethod

    # The queue, which belongs to the bridge, must not keep it alive.
    settle = WeakMethod(bridge.settle)

    def wake() -> None:
        if (alive := settle()) is not None:
            loop.call_soon_threadsafe(alive)

    return wake


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
        self.native = told(_native.Client, written(options))

    async def call(
        self, operation: str, arguments: dict[str, Any], source: Any = None
    ) -> tuple[bytes, dict[str, Any]]:
        from asyncio import get_running_loop
        from json import loads

        text, given = prepared(arguments, source)
        if given is not None and given[0] == "stream":
            from .streams import AsyncPouring, Pouring, is_asynchronous

            bridge = bridge_of(get_running_loop())
            awaited = is_asynchronous(source)
            async with AsyncPouring(source, bridge) if awaited else Pouring(source) as given:
                body, about = await self.answer(operation, text, given)
        else:
            body, about = await self.answer(operation, text, given)
        return body, loads(about)

    async def answer(
        self, operation: str, text: str, given: tuple[str, Any] | None
    ) -> tuple[bytes, str]:
        from asyncio import CancelledError, get_running_loop

        loop = get_running_loop()
        bridge = bridge_of(loop)
        ticket = bridge.next_ticket()
        future = bridge.wait_for(ticket, loop)
        work = None
        try:
            work = told(self.native.call_async, operation, text, given, bridge.queue, ticket)
            answer: tuple[bytes, str] = await future
        except CancelledError as ended:
            if work is not None and future.cancelled():
                work.cancel()
                # The call's own error holds the resume token.
                ended.__cause__ = await last_word(bridge.wait_for(ticket, loop))
            raise
        finally:
            bridge.waiting.pop(ticket, None)
            if work is not None:
                work.abort()
        return answer


async def last_word(future: asyncio.Future[Any]) -> BaseException | None:
    """The error that a call ends with, where it comes soon."""
    from asyncio import wait

    done, _ = await wait([future], timeout=GRACE)
    return future.exception() if done else None
