"""Local files made ready before they are sent. No client and no key is needed.

    from mindee_core import Client, document

    if not document.preflight("scan.pdf").passes:
        scan = document.repair("scan.pdf")
    photo = document.shrink("photo.heic", megapixels=4)
    with Client() as client:
        inference = client.extraction.run(photo, model_id="your-model-id")

Every function takes a path, bytes or base64 text, blocks until it is done, and leaves the
interpreter to other threads meanwhile; under asyncio, use ``asyncio.to_thread``. What hostile
files can cost is limited: ``limit_pixels``, ``limit_pages``, ``limit_objects``,
``limit_inflated`` (bytes), ``limit_nesting`` and ``limit_time`` (seconds) raise or lower that.
"""

from __future__ import annotations

from . import _native
from .boundary import prepared, told
from .sources import Document
from .view import View, many, one

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from typing import Any, Literal, TypeAlias, TypeVar

    from typing_extensions import Unpack

    from .options import LimitOptions
    from .sources import Base64, Content
    from .types import Inference

    LocalSource: TypeAlias = str | os.PathLike[Any] | Content | Base64 | Document
    """A path, bytes, base64 text, or a file that was made here."""

    Made = TypeVar("Made", bound=Document)


class Inspection(View):
    """What a file is."""

    __slots__ = ()

    media_type: str
    """By its content, such as ``application/pdf``."""
    length: int
    """In bytes."""
    pages: int | None
    """Pages of a PDF or TIFF, pictures of a HEIF sequence; 1 for other pictures. ``None`` where
    only a password would tell."""
    width: int | None
    """In pixels as stored; ``None`` for a PDF."""
    height: int | None
    """In pixels as stored; ``None`` for a PDF."""
    orientation: int | None
    """As EXIF has it, 1 to 8, where the picture says it."""
    animated: bool | None
    """Whether the picture moves."""
    encrypted: Literal["no", "empty_password", "password"]
    """Whether, and how, it is encrypted. Mindee takes no encrypted file."""
    text_layer: bool | None
    """Whether a PDF holds text, rather than pictures of it alone."""
    damaged: bool
    """Whether only readers that mend can read it: see ``repair``."""


class Finding(View):
    """One thing to know about a file before it is sent."""

    __slots__ = ()

    code: str
    """Stable text such as ``encrypted``."""
    severity: Literal["refused", "doubtful", "slow", "cost"]
    """What it means: Mindee will refuse it, may refuse it, the call is slow, or it costs."""
    message: str
    """What was found."""
    hint: str
    """What can be done about it."""


class Preflight(View):
    """What there is to know about a file before it is sent."""

    __slots__ = ()

    passes: bool
    """Whether Mindee will take the file."""
    inspection: Inspection | None
    """What the file is."""
    findings: list[Finding]
    """What to know, the gravest first."""

    _reads = {"inspection": one(Inspection), "findings": many(Finding)}


class Repaired(Document):
    """A file that was mended, or that was sound."""

    __slots__ = ("mended",)

    mended: list[str]
    """What was mended, such as ``cross_reference_rebuilt``; empty for a sound file, which is
    unchanged."""


class Shrunk(Document):
    """A file that was made smaller, or could not be."""

    __slots__ = ("note", "smaller")

    smaller: bool
    """Whether it is smaller; if not, it is the file as it was."""
    note: str | None
    """Why it is as it was."""


def inspect(source: LocalSource, **limits: Unpack[LimitOptions]) -> Inspection:
    """Tells what a file is, without decoding it. A large PDF on the disk is not read whole."""
    about, _ = perform("document.inspect", source, limits)
    return Inspection(about)


def preflight(source: LocalSource, **limits: Unpack[LimitOptions]) -> Preflight:
    """Tells what Mindee will refuse of a file, what will cost and what will be slow."""
    about, _ = perform("document.preflight", source, limits)
    return Preflight(about)


def keep_pages(
    source: LocalSource,
    pages: int | Iterable[int],
    *,
    on_min_pages: int | None = None,
    **limits: Unpack[LimitOptions],
) -> Document:
    """Keeps pages of a PDF or TIFF: counted from 0, from the end below that (-1 is the last), in
    this order. A document with fewer than ``on_min_pages`` pages comes back as it is."""
    given = dict(limits, pages=listed(pages), on_min_pages=on_min_pages)
    [(made, _)] = made_by("document.keep_pages", source, given, Document)
    return made


def remove_pages(
    source: LocalSource,
    pages: int | Iterable[int],
    *,
    on_min_pages: int | None = None,
    **limits: Unpack[LimitOptions],
) -> Document:
    """Removes pages of a PDF or TIFF: counted from 0, from the end below that (-1 is the last). A
    document with fewer than ``on_min_pages`` pages comes back as it is."""
    given = dict(limits, pages=listed(pages), on_min_pages=on_min_pages)
    [(made, _)] = made_by("document.remove_pages", source, given, Document)
    return made


def repair(source: LocalSource, **limits: Unpack[LimitOptions]) -> Repaired:
    """Mends a damaged PDF: junk before its header, a missing or wrong cross-reference, a truncated
    tail. A sound file comes back byte for byte. What cannot be mended is an error that says why."""
    [(made, about)] = made_by("document.repair", source, limits, Repaired)
    made.mended = about["mended"]
    return made


def shrink(
    source: LocalSource,
    *,
    max_width: int | None = None,
    max_height: int | None = None,
    megapixels: float | None = None,
    max_bytes: int | None = None,
    quality: int | None = None,
    dpi: int | None = None,
    fast: bool | None = None,
    **limits: Unpack[LimitOptions],
) -> Shrunk:
    """Makes a picture, or the scanned pages of a PDF, smaller: to a width and height, to millions
    of pixels (4 unless a size is given), or to bytes. The picture is turned upright and never
    enlarged. ``quality`` is JPEG's, 85 unless given; ``dpi``, 200 unless given, is for the pages of
    a PDF. ``fast`` decodes large JPEG files quicker and a little less sharp."""
    given = dict(
        limits,
        max_width=max_width,
        max_height=max_height,
        megapixels=megapixels,
        max_bytes=max_bytes,
        quality=quality,
        dpi=dpi,
        fast=fast,
    )
    [(made, about)] = made_by("document.shrink", source, given, Shrunk)
    made.smaller, made.note = about["smaller"], about["note"]
    return made


def cut(
    source: LocalSource,
    result: Inference[Any] | bytes | str | dict[str, Any],
    *,
    quality: int | None = None,
    dpi: int | None = None,
    **limits: Unpack[LimitOptions],
) -> list[Document]:
    """Cuts a file into what a split or crop result found in it: documents by their pages, or
    pictures at full resolution. Their names sort. ``result`` is what ``client.split.run`` or
    ``client.crop.run`` gave, or its JSON."""
    given = dict(limits, result=json_of(result), quality=quality, dpi=dpi)
    return [made for made, _ in made_by("document.cut", source, given, Document)]


def perform(
    operation: str, source: Any, given: Any
) -> tuple[dict[str, Any], list[tuple[str, str, bytes]]]:
    from json import loads

    text, source = prepared({**given}, source)
    about, files = told(_native.prepare_document, operation, text, source)
    return loads(about), files


def made_by(
    operation: str, source: Any, given: Any, kind: type[Made]
) -> list[tuple[Made, dict[str, Any]]]:
    about, files = perform(operation, source, given)
    return [(kind(content, filename, media_type), about) for filename, media_type, content in files]


def listed(pages: Any) -> Any:
    """Pages as JSON has them."""
    return pages if isinstance(pages, int) else list(pages)


def json_of(result: Any) -> Any:
    """A result's JSON, as it came."""
    raw = getattr(result, "raw", result)
    return raw.decode() if isinstance(raw, bytes) else raw
