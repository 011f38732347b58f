"""The rows of the ledger, the durable record of documents, jobs and results."""

from __future__ import annotations

from . import _native
from .boundary import told
from .errors import MindeeError, recorded
from .types import Inference
from .view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class LedgerDocument(View):
    """A document of the ledger."""

    __slots__ = ()

    key: int
    """Its number in the ledger; what came later has a higher one."""
    state: str
    """How far it is. ``intended``: it was not taken. ``sending``: it is on its way from a process
    that lives. ``unknown``: it may have been taken and billed. ``taken``: it has a job. ``done``:
    its result is here. ``failed``: it was refused, or its processing failed."""
    product: str
    """The product it was sent to; empty where a webhook was the first to tell of it."""
    filename: str | None
    """Its file name."""
    alias: str | None
    """Your own name for it."""
    job_id: str | None
    """Its job, where it was taken."""
    resume_token: str | None
    """What ``client.jobs.result`` takes to go on with it."""
    error: MindeeError | None
    """What came in its way."""
    created_at: str
    """When it was recorded, in UTC."""
    can_be_sent_again: bool
    """Whether the ledger knows a path or URL to send it from."""

    _reads = {"error": lambda payload: payload and recorded(payload)}


class LedgerResult(View):
    """A result that the ledger holds."""

    __slots__ = ("raw",)

    key: int
    """The document's number in the ledger."""
    filename: str | None
    """Its file name."""
    alias: str | None
    """Your own name for it."""
    job_id: str | None
    """Its job."""
    raw: bytes | None
    """The result as it came; ``None`` where that was no JSON."""

    def __init__(self, data: Any, raw: bytes | None) -> None:
        super().__init__(data)
        self.raw = raw

    @property
    def inference(self) -> Inference[View] | None:
        """The result, the same as one fetched."""
        return None if self.raw is None else Inference(self.raw)

    def __reduce__(self) -> Any:
        return type(self), (self.data, self.raw)


def documents(body: bytes) -> list[LedgerDocument]:
    from json import loads

    return [LedgerDocument(row) for row in loads(body)]


def results(body: bytes) -> list[LedgerResult]:
    from json import loads

    rows = zip(loads(body), told(_native.results, body), strict=True)
    return [LedgerResult({k: row[k] for k in row if k != "result"}, raw) for row, raw in rows]


def forgotten(body: bytes) -> int:
    from json import loads

    count: int = loads(body)["forgotten"]
    return count


def listed(keys: int | Iterable[int]) -> Any:
    """Keys as JSON has them."""
    return keys if isinstance(keys, int) else list(keys)
