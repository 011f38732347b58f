"""How a call crosses into the native half: options as one JSON object, answers as bytes."""

from __future__ import annotations

from . import _native
from .errors import MindeeError, from_payload
from .sources import hand_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")


def written(options: dict[str, Any]) -> str:
    """Options as JSON. The core checks names and values."""
    from json import dumps

    def text(value: Any) -> str:
        return dumps(value, default=plain, ensure_ascii=False, allow_nan=False)

    refused = (TypeError, ValueError, RecursionError)
    try:
        return text(options)
    except refused:
        pass
    message = "The options are not JSON"
    for key, value in options.items():
        try:
            text(value)
        except refused as error:
            # The value itself is not repeated: it may be a secret.
            message = f"Option `{key}`: {error}"
            break
    raise error_of(_native.refuse_option(message))


def plain(value: Any) -> Any:
    """Python's own types for times and paths, as JSON has them."""
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    raise TypeError(f"a value of type {type(value).__name__} is not taken")


def prepared(arguments: dict[str, Any], source: Any) -> tuple[str, tuple[str, Any] | None]:
    given, beside = hand_over(source)
    return written({**beside, **arguments}), given


def told(function: Callable[..., T], *arguments: Any) -> T:
    """Calls the native half, and raises what it fails with as an error of this package."""
    try:
        return function(*arguments)
    except _native.Failure as failure:
        error = error_of(failure)
    except BaseException as signal:
        if isinstance(signal.__cause__, _native.Failure):
            signal.__cause__ = error_of(signal.__cause__)
        raise
    raise error


def error_of(failure: Exception) -> MindeeError:
    return from_payload(*failure.args)


class Door:
    """The native client, and the one way through it for blocking calls."""

    __slots__ = ("native",)

    def __init__(self, options: dict[str, Any]) -> None:
        self.native = told(_native.Client, written(options))

    def call(
        self, operation: str, arguments: dict[str, Any], source: Any = None
    ) -> tuple[bytes, dict[str, Any]]:
        from json import loads

        text, given = prepared(arguments, source)
        if given is not None and given[0] == "stream":
            from .streams import Pouring, is_asynchronous

            if not is_asynchronous(source):
                with Pouring(source) as given:
                    body, about = told(self.native.call, operation, text, given)
                return body, loads(about)
            # A blocking call cannot await.
            given = ("other", None)
        body, about = told(self.native.call, operation, text, given)
        return body, loads(about)
