"""What can be sent."""

from __future__ import annotations

import os
from io import BytesIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Iterable
    from typing import Any, Protocol, TypeAlias

    class Readable(Protocol):
        """An open binary file, or anything else that gives its bytes."""

        def read(self, size: int, /) -> bytes:
            """Up to so many bytes; none at the end."""

    class AsyncReadable(Protocol):
        """The same, to be awaited."""

        def read(self, size: int, /) -> Awaitable[bytes]:
            """Up to so many bytes; none at the end."""

    Content: TypeAlias = bytes | bytearray | memoryview

    Source: TypeAlias = (
        str | os.PathLike[Any] | Content | Readable | Iterable[Content] | "Base64" | "Document"
    )
    """A path or https URL, bytes, an open binary file, an iterable of bytes, base64 text, or a file
    that was made by ``mindee_core.document``.

    Paths, files and iterables are streamed and never held in memory; ``bytes`` are sent without a
    copy. A file is read from where it stands, by a thread of its own, and is not closed; its name
    is taken where it has one, unless ``source_name`` is given. A call that ends does not wait for a
    read that stalls. A stream can be sent once: small ones are sent again where the server asks for
    it, larger ones end with its error. What a stream raises is the cause of the call's error."""

    AsyncSource: TypeAlias = Source | AsyncReadable | AsyncIterable[Content]
    """The same, and for ``AsyncClient`` also what is awaited: an asynchronous iterable of bytes, or
    a file whose ``read`` is a coroutine function. A task of the same event loop reads it."""


class Document:
    """A local file that was made here: a source to send, or to work on further."""

    __slots__ = ("content", "filename", "media_type")

    content: bytes
    """Its bytes."""
    filename: str
    """Its name; the extension follows the content."""
    media_type: str
    """Its media type, such as ``image/jpeg``."""

    def __init__(self, content: bytes, filename: str, media_type: str) -> None:
        self.content = content
        self.filename = filename
        self.media_type = media_type

    def save(self, folder: str | os.PathLike[str]) -> str:
        """Writes it into a folder under its name, and gives the path."""
        path = os.path.join(folder, os.path.basename(self.filename))
        with open(path, "wb") as file:
            file.write(self.content)
        return path

    def __repr__(self) -> str:
        kind, size = type(self).__name__, len(self.content)
        return f"{kind}(<{size} bytes>, {self.filename!r}, {self.media_type!r})"


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
    if isinstance(source, Document):
        return ("bytes", source.content), {"source_name": source.filename}
    if isinstance(source, Base64):
        return None, {"source": {"base64": source.text, "filename": source.filename}}
    if type(source) is BytesIO and (content := source.read()):
        # In memory already, and shared rather than copied.
        return ("bytes", content), {"source_name": name_of(source)}
    readable = callable(getattr(source, "read", None))
    if readable or hasattr(type(source), "__iter__") or hasattr(type(source), "__aiter__"):
        return ("stream", source), {"source_name": name_of(source)}
    # The core says what is wrong with it.
    return ("other", None), {}


def name_of(source: Any) -> str | None:
    """The name of an open file, or of one that was sent to a server."""
    for name in (getattr(source, "filename", None), getattr(source, "name", None)):
        if isinstance(name, str) and name:
            return os.path.basename(name)
    return None
