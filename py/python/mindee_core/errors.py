"""The errors of every call: one base class, and one class for each category of the core."""

from __future__ import annotations

from .jobs import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class MindeeError(Exception):
    """A failed call: what happened, what it means for the document, and what to do.

    The text never holds a secret. ``body`` is document content: never log it.
    """

    payload: dict[str, Any]
    """Everything that is known, the same in every language."""
    body: bytes | None
    """The bytes of an answer that could not be read."""

    def __init__(self, payload: dict[str, Any], body: bytes | None = None) -> None:
        super().__init__(f"{payload['message']}. {payload['hint']} [{payload['code']}]")
        self.payload = payload
        self.body = body

    def __reduce__(self) -> Any:
        return type(self), (self.payload, self.body)

    @property
    def code(self) -> str:
        """The stable code, such as ``source.empty``."""
        return str(self.payload["code"])

    @property
    def category(self) -> str:
        """The kind of failure; each has a class of its own."""
        return str(self.payload["category"])

    @property
    def message(self) -> str:
        """What happened."""
        return str(self.payload["message"])

    @property
    def hint(self) -> str:
        """What you can do about it."""
        return str(self.payload["hint"])

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later without a change."""
        return bool(self.payload["retryable"])

    @property
    def maybe_billed(self) -> bool:
        """Whether Mindee may have taken the document, and so may bill it."""
        return bool(self.payload["maybe_billed"])

    @property
    def http_status(self) -> int | None:
        """HTTP status of the answer, where there was one."""
        return self.payload.get("http_status")

    @property
    def retry_after(self) -> float | None:
        """Seconds after which the server wished to be asked again."""
        return self.payload.get("retry_after")

    @property
    def problem(self) -> Problem | None:
        """Mindee's own description of the error, where it gave one."""
        problem = self.payload.get("problem")
        return Problem(problem) if problem is not None else None

    @property
    def job_id(self) -> str | None:
        """The job, where the document was taken."""
        return self.payload.get("job_id")

    @property
    def resume_token(self) -> str | None:
        """What ``client.jobs.result`` takes to go on, here or in another process."""
        return self.payload.get("resume_token")

    @property
    def alias(self) -> str | None:
        """The alias that was sent, to find the document by."""
        return self.payload.get("alias")

    @property
    def causes(self) -> list[str]:
        """What lay beneath, outermost first."""
        return list(self.payload.get("causes", ()))


class UsageError(MindeeError):
    """The call is wrong; no byte was sent."""


class AuthError(MindeeError):
    """The API key was not accepted, or has no access."""


class RejectedError(MindeeError):
    """Mindee refused the request."""


class RateLimitedError(MindeeError):
    """Too many requests for the organization's limits."""


class JobFailedError(MindeeError):
    """The document was taken, and its processing failed."""


class ServerError(MindeeError):
    """The server's answer is an error of its own or cannot be used."""


class NetworkError(MindeeError):
    """The server could not be reached, or the connection broke."""


class TimeoutError(MindeeError):
    """Time ran out on our side. It is not the built-in class, which is an ``OSError``."""


class CancelledError(MindeeError):
    """The caller ended the wait. It is not asyncio's class, which ends the task."""


class OutcomeUnknownError(MindeeError):
    """The upload may have been taken: nobody can tell from here."""


class WebhookError(MindeeError):
    """A webhook delivery is not what it claims to be."""


class InternalError(MindeeError):
    """A defect of this library."""


BY_NUMBER: dict[int, type[MindeeError]] = {
    1: UsageError,
    2: AuthError,
    3: RejectedError,
    4: RateLimitedError,
    5: JobFailedError,
    6: ServerError,
    7: NetworkError,
    8: TimeoutError,
    9: CancelledError,
    10: OutcomeUnknownError,
    11: WebhookError,
    12: InternalError,
}
"""The class of each category, by the category's number."""


def recorded(payload: dict[str, Any]) -> MindeeError:
    """The error of a payload that was kept, which tells its category by name."""
    kinds = {kind.__name__: kind for kind in BY_NUMBER.values()}
    name = str(payload["category"]).title().replace("_", "")
    return kinds.get(f"{name}Error", MindeeError)(payload)


def from_payload(payload: str, number: int, body: bytes | None) -> MindeeError:
    """The error of a payload, as the native half hands it over."""
    from json import loads

    return BY_NUMBER[number](loads(payload), body)
