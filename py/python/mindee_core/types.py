"""What comes back: inferences of the five products, jobs and models.

The words are Mindee's own. Text that names a state or a kind is kept as it came, also a word of a
later version; times are Mindee's text, in UTC without a zone.
"""

from __future__ import annotations

from .fields import Field, Fields, Location
from .jobs import findings
from .view import Document, Unread, View, many, one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, TypeVar

    from .document import Finding

    R = TypeVar("R", covariant=True)

    class _Result(Generic[R]):
        """An answer whose result is of one type."""

else:
    R = None

    class _Result:
        __slots__ = ()

        def __class_getitem__(cls, result):
            return cls


class Reference(View):
    """An object that is named by its id alone."""

    __slots__ = ()

    id: str
    """The id."""


class File(View):
    """The document as Mindee saw it."""

    __slots__ = ()

    name: str | None
    """Its file name."""
    alias: str | None
    """Your own name for it."""
    page_count: int | None
    """Its number of pages."""
    mime_type: str | None
    """Its media type."""


class ActiveDataSchema(View):
    """How the call changed the data schema."""

    __slots__ = ()

    replace: bool | None
    """Whether it was replaced."""


class ActiveOptions(View):
    """The options that were in force; ``None`` where Mindee did not tell."""

    __slots__ = ()

    raw_text: bool | None
    """Full text."""
    polygon: bool | None
    """Places on the page."""
    confidence: bool | None
    """Confidences."""
    rag: bool | None
    """RAG documents."""
    multipage_context: bool | None
    """Context over several pages."""
    text_context: bool | None
    """Text that was given to help."""
    data_schema: ActiveDataSchema | None
    """The data schema of the call."""

    _reads = {"data_schema": one(ActiveDataSchema)}


class RawTextPage(View):
    """The text of one page."""

    __slots__ = ()

    content: str
    """The text, with a line feed between lines."""

    _reads = {"content": lambda text: text or ""}


class RawText(View):
    """The full text, page by page."""

    __slots__ = ()

    pages: list[RawTextPage]
    """The pages."""

    _reads = {"pages": many(RawTextPage)}


class Rag(View):
    """What RAG used."""

    __slots__ = ()

    retrieved_document_id: str | None
    """The RAG document that matched; ``None`` where none did."""


class ExtractionResult(View):
    """Fields by the model's data schema."""

    __slots__ = ("_unread",)

    fields: Fields
    """The fields, in Mindee's order."""
    raw_text: RawText | None
    """The full text, where the option ``raw_text`` was on."""
    rag: Rag | None
    """The RAG document that was used."""

    _reads = {"fields": Fields, "raw_text": one(RawText), "rag": one(Rag)}

    def __init__(self, data: Any, unread: Unread | None = None) -> None:
        self._unread = unread
        if unread is None:
            super().__init__(data)

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            known = name in ("data", "fields", "raw_text", "rag")
            unread = self._unread if known else None
            if unread is None:
                return super().__getattr__(name)
            if name == "data":
                self.data, self._unread = unread.data, None
                return self.data
            if name == "fields":
                return Fields(None, unread)
            if name == "raw_text" and name in unread.outline:
                return one(RawText)(unread.part(unread.outline[name]))
            return self._member(unread.outline, name)


class Inference(Document, _Result[R]):
    """What Mindee found in one document."""

    __slots__ = ("_kind", "_outline", "_about")

    id: str
    """The inference's id, the same as the job's."""
    job: Reference | None
    """The job."""
    model: Reference | None
    """The model that was used."""
    file: File | None
    """The document."""
    result: R
    """What the product found."""
    active_options: ActiveOptions | None
    """The options that were in force; extraction alone tells them."""

    _name = "inference"
    _reads = {
        "job": one(Reference),
        "model": one(Reference),
        "file": one(File),
        "active_options": one(ActiveOptions),
    }

    def __init__(
        self,
        raw: bytes,
        kind: type[R] | None = None,
        outline: str | None = None,
        about: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(raw)
        self._kind = kind
        self._outline = outline
        self._about = about or {}

    @property
    def warnings(self) -> list[Finding]:
        """What the option ``preflight`` found in the document that ``run`` sent, the gravest first;
        its cost is none of it."""
        return findings(self._about)

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if name in ("data", "_root"):
                self._outline = None
            elif self._outline is not None and name in type(self).__annotations__:
                # A long answer: only what is asked for is read.
                if isinstance(self._outline, str):
                    from json import loads

                    self._outline = loads(self._outline)[self._name]
                if name != "result":
                    return self._member(self._outline, name)
                return ExtractionResult(None, Unread(self, self._outline["result"]))
            if name != "result":
                return super().__getattr__(name)
            data = self.data.get("result") or {}
            return (self._kind or kind_of(data))(data)

    def __reduce__(self) -> Any:
        return type(self), (self.raw, self._kind, None, self._about)


class Chained(View):
    """A complete inference inside another one. Its bytes are a part of the outer one's."""

    __slots__ = ()

    inference: Inference[ExtractionResult]
    """The extraction that followed."""

    if not TYPE_CHECKING:

        @property
        def inference(self):
            inner = Inference(b"", ExtractionResult)
            inner._root, inner.data = self.data, self.data.get("inference") or {}
            return inner


class Split(View):
    """One document among the pages."""

    __slots__ = ()

    page_range: list[int]
    """First and last page, from 0, both included."""
    document_type: str | None
    """The kind of document."""
    extraction_response: Chained | None
    """The extraction chained to it."""

    _reads = {"extraction_response": one(Chained)}


class SplitResult(View):
    """Where one document ends and the next begins."""

    __slots__ = ()

    splits: list[Split]
    """The documents, in the order of their pages."""

    _reads = {"splits": many(Split)}


class Crop(View):
    """One document on a page."""

    __slots__ = ()

    object_type: str | None
    """The kind of document."""
    location: Location
    """Where it lies."""
    extraction_response: Chained | None
    """The extraction chained to it."""

    _reads = {"location": Location, "extraction_response": one(Chained)}


class CropResult(View):
    """Where the documents lie on a picture."""

    __slots__ = ()

    crops: list[Crop]
    """The documents."""

    _reads = {"crops": many(Crop)}


class Classification(View):
    """The kind of a document."""

    __slots__ = ()

    document_type: str | None
    """The kind, one of the model's own."""
    extraction_response: Chained | None
    """The extraction chained to it."""

    _reads = {"extraction_response": one(Chained)}


class ClassificationResult(View):
    """Which kind of document it is."""

    __slots__ = ()

    classification: Classification
    """The answer."""

    _reads = {"classification": Classification}


class OcrWord(View):
    """One word."""

    __slots__ = ()

    content: str
    """Its text."""
    polygon: list[list[float]]
    """Its corners as x and y, each from 0 to 1, clockwise."""

    _reads = {"content": lambda text: text or "", "polygon": lambda corners: corners or []}


class OcrPage(View):
    """One page."""

    __slots__ = ()

    content: str
    """All text of the page."""
    words: list[OcrWord]
    """The words, in reading order."""

    _reads = {"content": lambda text: text or "", "words": many(OcrWord)}


class OcrResult(View):
    """All words and their places."""

    __slots__ = ()

    pages: list[OcrPage]
    """The pages."""

    _reads = {"pages": many(OcrPage)}


def kind_of(data: dict[str, Any]) -> type[View]:
    """The type of a result whose product is not known, told by its content as in the core."""
    kinds: dict[str, type[View]] = {
        "fields": ExtractionResult,
        "splits": SplitResult,
        "crops": CropResult,
        "classification": ClassificationResult,
        "pages": OcrResult,
    }
    return next((kind for key, kind in kinds.items() if key in data), View)


__all__ = [
    "ActiveDataSchema",
    "ActiveOptions",
    "Chained",
    "Classification",
    "ClassificationResult",
    "Crop",
    "CropResult",
    "ExtractionResult",
    "Field",
    "Fields",
    "File",
    "Inference",
    "Location",
    "OcrPage",
    "OcrResult",
    "OcrWord",
    "Rag",
    "RawText",
    "RawTextPage",
    "Reference",
    "Split",
    "SplitResult",
]
