"""How a call crosses into the native half: options as one JSON object, answers as bytes."""

from __future__ import annotations

from . import _native
from .sources import hand_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
    for key, value in options.items():
        try:
            text(value)
        except refused as error:
            # The value itself is not repeated: it may be a secret.
            why = str(error)
            break
    raise _native.refuse_option(f"Option `{key}`: {why}")


def plain(value: Any) -> Any:
    """Python's own types for times and paths, as JSON has them."""
    if hasattr(value, "total_seconds"):
        return value.total_seconds()
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    raise TypeError(f"a value of type {type(value).__name__} is not taken")


def prepared(arguments: dict[str, Any], source: Any) -> tuple[str, Any]:
    source, beside = hand_over(source)
    return written({**beside, **arguments}), source


class Door:
    """The native client, and the one way through it for blocking calls."""

    __slots__ = ("native",)

    def __init__(self, options: dict[str, Any]) -> None:
        self.native = _native.Client(written(options))

    def call(
        self, operation: str, arguments: dict[str, Any], source: Any = None
    ) -> tuple[bytes, dict[str, Any]]:
        from json import loads

        arguments_json, source = prepared(arguments, source)
        body, about = self.native.call(operation, arguments_json, source)
        return body, loads(about)
