"""Named access to JSON: what every result is made of.

An attribute reads one member of the JSON object; a missing member and null both read as ``None``,
and ``data`` tells them apart. Unknown members are in ``data`` too.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from typing_extensions import Self

    V = TypeVar("V", bound="View")


class Missing:
    """The type of ``MISSING``: what a JSON pointer finds where there is nothing, not even null."""

    __slots__ = ()

    def __new__(cls) -> Self:
        return MISSING if "MISSING" in globals() else super().__new__(cls)

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Any = Missing()


def find(data: Any, pointer: str, default: Any = MISSING) -> Any:
    """The value at a JSON pointer (RFC 6901) such as ``/fields/total/value``."""
    if pointer and not pointer.startswith("/"):
        return default
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and is_index(part) and int(part) < len(data):
            data = data[int(part)]
        else:
            return default
    return data


def is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and (part == "0" or part[0] != "0") and len(part) < 10


class View:
    """One JSON object, with its known members as attributes."""

    __slots__ = ("data",)

    data: Any
    """The JSON object as it came."""

    _reads: dict[str, Callable[[Any], Any]] = {}

    def __init__(self, data: Any) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return self.data == other.data if isinstance(other, type(self)) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        known = [name for name in type(self).__annotations__ if name in (self.data or ())]
        return f"{type(self).__name__}({', '.join(shown(self.data, name) for name in known)})"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *type(self).__annotations__]

    if not TYPE_CHECKING:  # A type checker knows the members from the annotations alone.

        def __getattr__(self, name):
            if name.startswith("_") or name not in type(self).__annotations__:
                message = f"{type(self).__name__!r} has no attribute {name!r}"
                raise AttributeError(message, name=name, obj=self)
            return self._member(self.data, name)

    def _member(self, data: Any, name: str) -> Any:
        value = data.get(name) if isinstance(data, dict) else None
        read = self._reads.get(name)
        return read(value) if read else value


def shown(data: Any, name: str) -> str:
    value = data[name]
    if isinstance(value, dict):
        return f"{name}={{…}}" if value else f"{name}={{}}"
    if isinstance(value, list):
        return f"{name}=[… {len(value)}]" if value else f"{name}=[]"
    text = repr(value)
    return f"{name}={text if len(text) <= 60 else text[:57] + '…'}"


def one(view: type[V]) -> Callable[[Any], V | None]:
    """Reads an object; ``None`` where there is none."""
    return lambda value: view(value) if isinstance(value, dict) else None


def many(view: type[V]) -> Callable[[Any], list[V]]:
    """Reads a list of objects; empty where there is none."""
    return lambda value: [view(item) for item in value] if isinstance(value, list) else []


class Unread:
    """The result of a long answer that nobody has read yet. In its outline the places of the long
    parts stand for the parts."""

    __slots__ = ("document", "outline")

    document: Document
    """The whole answer."""
    outline: dict[str, Any]
    """The result."""

    def __init__(self, document: Document, outline: dict[str, Any]) -> None:
        self.document = document
        self.outline = outline

    @property
    def data(self) -> Any:
        """The result in full."""
        return self.document.data["result"]

    def part(self, place: tuple[int, int]) -> Any:
        """The JSON of one part."""
        from json import loads

        begin, end = place
        return loads(str(self.document.raw[begin:end], "utf-8", "replace"))


class Document(View):
    """A whole answer: its bytes, and the JSON object that they hold under one name."""

    __slots__ = ("raw", "_root")

    raw: bytes
    """Mindee's answer, byte for byte."""

    _root: Any
    _name = ""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def pointer(self, pointer: str, default: Any = MISSING) -> Any:
        """The value at a JSON pointer into the whole answer; ``default`` where there is nothing."""
        _ = self.data  # Reads the bytes, the first time.
        return find(self._root, pointer, default)

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            # The bytes are read when they are first asked for: who only hands them on pays nothing.
            if name in ("data", "_root"):
                from json import loads

                self._root = loads(str(self.raw, "utf-8-sig", "replace"))
                self.data = self._root.get(self._name, {}) if self._name else self._root
                return getattr(self, name)
            return super().__getattr__(name)
