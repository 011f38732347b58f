"""Damaged PDF files: what is lost or wrong can be told, and mostly mended."""

import re

from .made import Made, open_to
from .pdf_pictures import says
from .pdf_writer import HEADER, Pdf, classic, sheet, start_of, streamed

JUNK = b"POST /upload HTTP/1.1\r\nContent-Type: application/pdf\r\n\r\n"


def plain(count=3):
    pdf = Pdf()
    pdf.sheets(count)
    return pdf.finish()


def damaged(pages, repair="mended", **more):
    return {**says(pages, True), "damaged": True, "repair": repair, **more}


def lost(*failures, **more):
    """Pages are lost, or the file cannot be read at all: either may be said."""
    return {
        "media_type": "application/pdf",
        "damaged": True,
        "may_fail": ["document.damaged", *failures],
        **more,
    }


def _shifted(content, by):
    """Each offset of the table is wrong."""
    at = start_of(content)

    def moved(line):
        return b"%010d 00000 n" % (int(line[1]) + by)

    return content[:at] + re.sub(rb"(\d{10}) 00000 n", moved, content[at:])


def files():
    sound = classic(plain())
    yield Made("pdf/junk-before.pdf", JUNK + sound, "junk in front of the header", damaged(3))
    yield Made(
        "pdf/junk-before-counted.pdf",
        JUNK + classic(plain(), shift=len(JUNK)),
        "junk in front of the header, which the offsets count in",
        damaged(3),
    )
    yield Made(
        "pdf/junk-before-in-streams.pdf",
        JUNK + streamed(plain()),
        "junk in front of a file with a cross-reference stream",
        damaged(3),
    )
    yield Made(
        "pdf/junk-after.pdf",
        sound + b"<!-- page made in 12 ms -->\n" * 120,
        "3 KB of junk behind the end",
        damaged(3),
    )
    yield Made(
        "pdf/junk-after-little.pdf",
        sound + b"\0" * 90,
        "a few bytes behind the end, as readers accept",
        open_to(says(3, True), "damaged"),
    )
    at = start_of(sound)
    yield Made("pdf/no-xref.pdf", sound[:at], "neither table nor trailer", damaged(3))
    yield Made(
        "pdf/no-startxref.pdf",
        sound[: sound.rindex(b"startxref")],
        "a table and a trailer that nothing points at",
        damaged(3),
    )
    yield Made(
        "pdf/wrong-startxref.pdf",
        re.sub(rb"startxref\n\d+", b"startxref\n17", sound),
        "the table is said to be elsewhere",
        damaged(3),
    )
    yield Made(
        "pdf/wrong-offsets.pdf",
        _shifted(sound, 7),
        "every offset of the table is wrong",
        damaged(3),
    )
    pdf = plain()
    one = classic(pdf)
    place = one.index(b"\n%d 0 obj" % pdf.kids[1]) + 1
    yield Made(
        "pdf/wrong-offset.pdf",
        one.replace(b"%010d 00000 n" % place, b"%010d 00000 n" % (place + 900)),
        "the offset of one page is wrong",
        {**damaged(3)},
    )
    yield Made(
        "pdf/wrong-offset-of-stream.pdf",
        _moved_stream(),
        "a cross-reference stream that puts its objects elsewhere",
        damaged(3),
    )
    yield Made(
        "pdf/no-xref-in-streams.pdf",
        _without_index(),
        "object streams, whose cross-reference stream is lost",
        damaged(3),
    )
    yield Made("pdf/truncated-tail.pdf", sound[:-180], "cut off in its table", damaged(3))
    middle = sound.index(b"endstream", len(sound) // 2)
    yield Made(
        "pdf/truncated.pdf", sound[: middle - 60], "cut off in the middle: pages are lost", lost()
    )
    packed = streamed(plain())
    yield Made(
        "pdf/truncated-in-streams.pdf",
        packed[: len(packed) * 3 // 5],
        "object streams, cut off in the middle: the page tree is lost",
        lost(),
    )
    yield Made("pdf/truncated-header.pdf", sound[:30], "nothing but the header", lost())
    yield Made(
        "pdf/no-start.pdf",
        sound[len(HEADER) + 200 :],
        "its first part is lost, header and catalog too",
        lost(),
    )
    yield Made(
        "pdf/wrong-length.pdf",
        re.sub(rb"/Length \d+", b"/Length 3", sound),
        "every stream is longer than it says",
        open_to(damaged(3), "damaged", "text_layer"),
    )
    yield Made(
        "pdf/no-endobj.pdf",
        sound.replace(b"\nendobj\n", b"\n       "),
        "no object has an end",
        open_to(damaged(3), "damaged"),
    )
    for word, content in (("", sound[:at]), ("-in-streams", _without_index())):
        last = content.index(b"endobj", len(content) // 2)
        yield Made(
            f"pdf/no-xref-no-endobj{word}.pdf",
            content[:last] + b"endojj" + content[last + 6 :],
            f"neither table nor trailer{word and ', object streams'}, and an object has no end",
            damaged(3),
        )
    from_one = sound.replace(b"xref\n0 ", b"xref\n1 ", 1)
    yield Made(
        "pdf/xref-from-one.pdf",
        from_one,
        "the table counts from 1 instead of 0",
        open_to(damaged(3), "damaged", "repair"),
    )
    short = sound[:at] + sound[at:].replace(b" \n", b"\n")
    yield Made(
        "pdf/xref-short-lines.pdf",
        short,
        "the lines of the table are one byte short",
        open_to(damaged(3), "damaged", "repair"),
    )
    pdf = Pdf()
    pdf.sheets(2)
    pdf.kids.insert(1, 900)
    yield Made(
        "pdf/missing-page.pdf",
        classic(pdf.finish()),
        "three pages, of which one is not in the file",
        {
            "media_type": "application/pdf",
            "text_layer": True,
            "encrypted": "no",
            "may_fail": ["document.damaged"],
        },
    )
    pdf = Pdf()
    yield Made(
        "pdf/no-pages.pdf",
        classic(pdf.finish()),
        "a document without a page",
        {
            "media_type": "application/pdf",
            "pages": 0,
            "encrypted": "no",
            "may_fail": ["document.damaged"],
        },
    )
    pdf = plain()
    bad = classic(pdf).replace(b"/Root %d 0 R" % pdf.root, b"/Root %d 0 R" % pdf.font)
    yield Made("pdf/wrong-root.pdf", bad, "the trailer names a font as the catalog", damaged(3))
    yield Made(
        "pdf/header-alone-in-junk.pdf",
        b"%PDF-1.7\n" + bytes(range(128, 256)) * 20,
        "a header, and noise",
        lost(),
    )
    pdf = Pdf()
    pdf.page(sheet(0))
    pdf.page(pdf.stream(b"\x00\x01not deflate\xff" * 9, "/Filter /FlateDecode", deflate=False))
    yield Made(
        "pdf/broken-content.pdf",
        classic(pdf.finish()),
        "the content of the second page cannot be inflated",
        open_to(says(2, True), "damaged"),
    )


def _moved_stream():
    """The table's rows are not packed here, so that they can be moved."""
    pdf = plain()
    content = streamed(pdf, pack=False)
    # Objects move by 5 bytes; where the table is, is said rightly.
    at = start_of(content)
    return (
        content[: len(HEADER)]
        + b"%abc\n"
        + content[len(HEADER) :].replace(b"startxref\n%d" % at, b"startxref\n%d" % (at + 5))
    )


def _without_index():
    content = streamed(plain())
    return content[: start_of(content)]
