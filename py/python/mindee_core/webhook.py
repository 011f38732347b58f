"""Webhooks: is a delivery Mindee's, and what does it say. No client is needed.

    from mindee_core import webhook

    delivery = webhook.unwrap(body, headers, secret)  # raises WebhookError: answer 401
    if delivery.kind == "result":
        print(delivery.inference.result)
    else:
        print(delivery.failure.error.detail)

The signature is over the body as it came: give its bytes before anything parses them. There is no
time stamp in it, so a delivery can be repeated by anybody who saw it: tell repeats by
``inference_id``, with ``client.jobs.deliver`` or a store of your own.
"""

from __future__ import annotations

from . import _native
from .boundary import told, written
from .jobs import Problem
from .types import Inference
from .view import Document, one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any, ClassVar, Literal, Protocol, TypeAlias

    from .view import View

    class HasItems(Protocol):
        """A mapping by its items alone, as web frameworks have it."""

        def items(self) -> Iterable[tuple[Any, Any]]:
            """Names and values."""

    Body: TypeAlias = bytes | bytearray | memoryview | str
    """A webhook's body as it came. Text stands for its UTF-8 bytes and is never a path."""
    Headers: TypeAlias = Mapping[str, Any] | HasItems | Iterable[tuple[str | bytes, str | bytes]]
    """The request's headers, names in any case: a mapping, a list of pairs, the ``headers`` of an
    ASGI scope, or a WSGI environment."""
    Secrets: TypeAlias = str | Sequence[str]
    """The webhook's signing secret; several while one takes the place of another."""


class FailedInference(Document):
    """An inference that failed, as webhooks tell it."""

    __slots__ = ()

    inference_id: str
    """The inference's id, the same as the job's."""
    model_id: str | None
    """The model."""
    file_name: str | None
    """The document's file name."""
    file_alias: str | None
    """Your own name for the document."""
    error: Problem | None
    """Why it failed, in Mindee's words."""
    created_at: str | None
    """When it failed, in UTC."""

    _reads = {"error": one(Problem)}

    def __reduce__(self) -> Any:
        return type(self), (self.raw,)


class _Delivery:
    """What both kinds of deliveries tell."""

    __slots__ = ("inference_id", "raw", "secret")

    inference_id: str
    """The inference's id, the same as the job's: repeats are told by it."""
    secret: int | None
    """Which of the secrets signed it, from 0; ``None`` where it was taken unsigned."""
    raw: bytes
    """The body, byte for byte. Document content: never log it."""

    def __init__(self, raw: bytes, inference_id: str, secret: int | None) -> None:
        self.raw = raw
        self.inference_id = inference_id
        self.secret = secret

    def __repr__(self) -> str:
        return f"{type(self).__name__}(inference_id={self.inference_id!r}, secret={self.secret})"


class ResultDelivery(_Delivery):
    """A delivery of a result."""

    __slots__ = ("inference",)

    kind: ClassVar[Literal["result"]] = "result"
    """Tells it from a failure."""
    inference: Inference[View]
    """The result, the same as one fetched."""

    def __init__(
        self, raw: bytes, inference_id: str, secret: int | None, outline: str | None = None
    ) -> None:
        super().__init__(raw, inference_id, secret)
        self.inference = Inference(raw, outline=outline)


class FailureDelivery(_Delivery):
    """A delivery that tells of a failed inference."""

    __slots__ = ("failure",)

    kind: ClassVar[Literal["failure"]] = "failure"
    """Tells it from a result."""
    failure: FailedInference
    """The inference, with Mindee's description of what went wrong."""

    def __init__(self, raw: bytes, inference_id: str, secret: int | None) -> None:
        super().__init__(raw, inference_id, secret)
        self.failure = FailedInference(raw)


Delivery: TypeAlias = ResultDelivery | FailureDelivery
"""What a webhook says; ``kind`` tells which of the two it is."""


class Delivered:
    """What became of a delivery that a client was told of."""

    __slots__ = ("delivery", "first", "waits")

    delivery: Delivery
    """What it says."""
    first: bool
    """Whether it is the first of its inference: by the ledger where there is one, else by the
    memory of this process."""
    waits: int
    """How many waits it ended."""

    def __init__(self, delivery: Delivery, first: bool, waits: int) -> None:
        self.delivery = delivery
        self.first = first
        self.waits = waits

    def __repr__(self) -> str:
        return f"Delivered({self.delivery!r}, first={self.first}, waits={self.waits})"


def unwrap(
    body: Body, headers: Headers, secrets: Secrets, *, largest: int | None = None
) -> Delivery:
    """Verifies a delivery and reads it. ``largest`` is the longest body that is read, in bytes."""
    return read(body, signed(headers, secrets, largest))


def unwrap_unsigned(body: Body, *, largest: int | None = None) -> Delivery:
    """Reads a delivery whose signature nobody has checked. Anybody can have sent it."""
    return read(body, unsigned(largest))


def sign(body: Body, secret: str) -> str:
    """The signature of a body, as ``X-Signature`` has it: for tests of your own receiver."""
    return told(_native.sign_webhook, bytes_of(body), secret)


def read(body: Body, arguments: dict[str, Any]) -> Delivery:
    from json import loads

    raw = bytes_of(body)
    return delivery_of(raw, loads(told(_native.unwrap_webhook, raw, written(arguments))))


def delivery_of(raw: bytes, about: dict[str, Any]) -> Delivery:
    inference_id, secret = about["inference_id"], about["secret"]
    if about["kind"] == "result":
        return ResultDelivery(raw, inference_id, secret, about.get("outline"))
    return FailureDelivery(raw, inference_id, secret)


def delivered(raw: bytes, about: dict[str, Any]) -> Delivered:
    return Delivered(delivery_of(raw, about), about["first"], about["waits"])


def signed(headers: Headers, secrets: Secrets, largest: int | None) -> dict[str, Any]:
    """Arguments of a delivery that is to be verified."""
    return {"headers": pairs(headers), "secrets": secrets, "largest": largest}


def unsigned(largest: int | None) -> dict[str, Any]:
    """Arguments of a delivery that is not to be verified."""
    return {"unsigned": True, "largest": largest}


def bytes_of(body: Any) -> bytes:
    """A body's bytes. One that was parsed is refused: its bytes cannot be told from it."""
    if isinstance(body, str):
        return body.encode("utf-8", "replace")
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    raise TypeError("the body is not bytes: give it as it came, before anything parses it")


def pairs(headers: Any) -> list[tuple[str, Any]]:
    """Headers as a list of pairs of text."""
    items = headers.items() if hasattr(headers, "items") else headers or ()
    return [(header(text(name)), text(value)) for name, value in items]


def header(name: Any) -> Any:
    """A header's name, where a WSGI environment spells it in its own way."""
    if isinstance(name, str) and name.startswith("HTTP_"):
        return name[5:].replace("_", "-")
    return name


def text(value: Any) -> Any:
    """A header's text; ``None`` for what else stands in a WSGI environment."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        # No other header's text may stand in the way of the signature's.
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, (list, tuple)):
        return [text(item) for item in value]
    return None
