"""What can be sent."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TypeAlias

    class Readable(Protocol):
        """An open binary file, or anything else that gives its bytes."""

        def read(self) -> bytes:
            """All bytes, to the end."""

    Source: TypeAlias = (
        str | os.PathLike[Any] | bytes | bytearray | memoryview | Readable | "Base64"
    )
    """A path or https URL, a path, bytes, an open binary file, or base64 text.

    A path is streamed and never held in memory; ``bytes`` are sent without a copy; a file is read
    to its end, and its name is taken where it has one."""


class Base64:
    """A document as standard base64 text; a ``data:`` prefix and white space are dropped."""

    __slots__ = ("text", "filename")

    def __init__(self, text: str, filename: str | None = None) -> None:
        self.text = text
        self.filename = filename

    def __repr__(self) -> str:
        return f"Base64(<{len(self.text)} characters>, filename={self.filename!r})"


def hand_over(source: Any) -> tuple[tuple[str, Any] | None, dict[str, Any]]:
    """A source as the native half takes it: its kind and value, and arguments beside it."""
    if source is None:
        return None, {}
    if isinstance(source, str):
        return ("text", source), {}
    if isinstance(source, (bytes, bytearray)):
        return ("bytes", source), {}
    if isinstance(source, memoryview):
        return ("bytes", source.tobytes()), {}
    if isinstance(source, os.PathLike):
        # A path is no URL, whatever it looks like.
        return ("path", os.fsdecode(source)), {}
    if isinstance(source, Base64):
        return None, {"source": {"base64": source.text, "filename": source.filename}}
    if callable(getattr(source, "read", None)):
        content = source.read()
        if isinstance(content, (bytes, bytearray)):
            return ("bytes", content), {"source_name": name_of(source)}
    # The core says what is wrong with it.
    return ("other", None), {}


def name_of(source: Any) -> str | None:
    name = getattr(source, "name", None)
    return os.path.basename(name) if isinstance(name, str) else None
