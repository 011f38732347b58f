"""The fields of an extraction: one value, fields inside a field, or a list of fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .view import MISSING, View, find, many

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .view import Unread


class Location(View):
    """A place on a page."""

    __slots__ = ()

    page: int
    """The page, from 0."""
    polygon: list[list[float]]
    """Corners as x and y, each from 0 to 1, clockwise."""


class Fields(Mapping[str, "Field"]):
    """Fields by name, in Mindee's order: ``fields["total"]``, ``fields.get("total")``."""

    __slots__ = ("data", "_unread")

    data: dict[str, Any]
    """The JSON object as it came."""

    def __init__(self, data: Any, unread: Unread | None = None) -> None:
        self._unread = unread
        if unread is None:
            self.data = data if isinstance(data, dict) else {}

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if name == "data":
                self.data = self._unread.data["fields"]
                return self.data
            raise AttributeError(name)

    def __getitem__(self, name: str) -> Field:
        if self._unread is None:
            return Field(self.data[name])
        return Field(self._unread.part(self._unread.outline["fields"][name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self.data if self._unread is None else self._unread.outline["fields"])

    def __len__(self) -> int:
        return len(self.data if self._unread is None else self._unread.outline["fields"])

    def at(self, index: int) -> tuple[str, Field]:
        """The name and the field at an index, from 0."""
        name = list(self)[index]
        return name, self[name]

    def pointer(self, pointer: str, default: Any = MISSING) -> Any:
        """The value at a JSON pointer such as ``/total/value``."""
        return find(self.data, pointer, default)

    def __repr__(self) -> str:
        return f"Fields({', '.join(self)})"


class Field:
    """One field. What its kind does not have is ``None`` or empty, so that reading never fails."""

    __slots__ = ("data",)

    data: Any
    """The JSON as it came."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def _get(self, name: str) -> Any:
        return self.data.get(name) if isinstance(self.data, dict) else None

    @property
    def kind(self) -> str:
        """``simple``, ``object``, ``list``, or ``other`` for a shape that is not known."""
        if isinstance(self.data, dict):
            for key, kind in (("value", "simple"), ("fields", "object"), ("items", "list")):
                if key in self.data:
                    return kind
        return "other"

    @property
    def value(self) -> Any:
        """The value of a simple field: text, number, boolean or null; integers stay integers."""
        return self._get("value")

    @property
    def confidence(self) -> str | None:
        """How sure Mindee is: ``Certain``, ``High``, ``Medium``, ``Low``, or a later word."""
        word: str | None = self._get("confidence")
        return word

    @property
    def locations(self) -> list[Location]:
        """Where it stands on the pages; empty where the option ``polygon`` was off."""
        return many(Location)(self._get("locations"))

    @property
    def fields(self) -> Fields:
        """The fields of an object field; empty for another kind."""
        return Fields(self._get("fields"))

    @property
    def items(self) -> list[Field]:
        """The fields of a list field; empty for another kind."""
        items = self._get("items")
        return [Field(item) for item in items] if isinstance(items, list) else []

    def __getitem__(self, key: str | int) -> Field:
        """A field of an object field by its name, or of a list field by its index."""
        return self.fields[key] if isinstance(key, str) else self.items[key]

    def get(self, key: str | int, default: Any = None) -> Any:
        """The same, with a default where there is no such field."""
        try:
            return self[key]
        except LookupError:
            return default

    def __iter__(self) -> Iterator[Field]:
        """The fields of a list field."""
        return iter(self.items)

    def __len__(self) -> int:
        """The number of fields in a list or object field."""
        return len(self.items) or len(self.fields)

    def __bool__(self) -> bool:
        """A field is always true: it is there, whatever it holds."""
        return True

    def __eq__(self, other: object) -> bool:
        return self.data == other.data if isinstance(other, Field) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def pointer(self, pointer: str, default: Any = MISSING) -> Any:
        """The value at a JSON pointer into this field."""
        return find(self.data, pointer, default)

    def __repr__(self) -> str:
        kind = self.kind
        if kind == "simple":
            text = repr(self.value)
            sure = f", confidence={self.confidence!r}" if self.confidence else ""
            return f"Field({text if len(text) <= 60 else text[:57] + '…'}{sure})"
        if kind == "object":
            return f"Field(fields: {', '.join(self.fields)})"
        return f"Field({len(self.items)} items)" if kind == "list" else "Field(…)"
