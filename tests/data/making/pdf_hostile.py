"""PDF files made to do harm: loops, bombs, depths and numbers out of all proportion."""

import struct
import zlib

from .made import Made
from .pdf_writer import HEADER, Pdf, classic, sheet, start_of, streamed, updated

EITHER = ["document.damaged", "document.limit"]


def hostile(**more):
    return {"media_type": "application/pdf", "may_fail": EITHER, "hostile": True, **more}


def plain(count=1):
    pdf = Pdf()
    pdf.sheets(count)
    return pdf


def twice(data, times=2):
    """Deflated several times over."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data, "/Filter [" + " /FlateDecode" * times + "]"


def _zeros(megabytes, start=b""):
    """Deflated twice, without ever holding it whole."""
    inner, outer, out = zlib.compressobj(9), zlib.compressobj(9), []
    out.append(outer.compress(inner.compress(start)))
    block = bytes(1_000_000)
    for _ in range(megabytes):
        out.append(outer.compress(inner.compress(block)))
    out += [outer.compress(inner.flush()), outer.flush()]
    return b"".join(out), "/Filter [/FlateDecode /FlateDecode]"


def trees():
    pdf = plain()
    pdf.kids.append(pdf.tree)
    yield Made(
        "pdf/tree-of-itself.pdf",
        classic(pdf.finish()),
        "the page tree is a branch of itself",
        hostile(),
    )
    pdf = plain()
    low = pdf.add(
        f"<< /Type /Pages /Parent {pdf.tree} 0 R /Kids [{pdf.kids[0]} 0 R {pdf.tree} 0 R] /Count 2 >>"
    )
    pdf.kids = [low]
    yield Made(
        "pdf/tree-of-its-child.pdf",
        classic(pdf.finish(count=1)),
        "a branch of the page tree holds the whole tree",
        hostile(),
    )
    pdf = plain()
    below = pdf.kids[0]
    for _ in range(12):
        below = pdf.add(f"<< /Type /Pages /Kids [{f'{below} 0 R ' * 10}] /Count 1000 >>")
    pdf.kids = [below]
    yield Made(
        "pdf/tree-of-a-billion.pdf",
        classic(pdf.finish()),
        "one page, named 10^12 times over 12 levels",
        hostile(),
    )
    pdf = plain()
    below = pdf.kids[0]
    for _ in range(3000):
        below = pdf.add(f"<< /Type /Pages /Kids [{below} 0 R] /Count 1 >>")
    pdf.kids = [below]
    yield Made(
        "pdf/tree-too-deep.pdf",
        streamed(pdf.finish()),
        "one page under 3000 levels of tree",
        hostile(),
    )
    pdf = plain()
    pdf.finish()
    pdf.put(pdf.tree, f"<< /Type /Pages /Kids {pdf.last + 1} 0 R /Count {pdf.last + 2} 0 R >>")
    for _ in range(2):
        pdf.add(f"{pdf.last + 1} 0 R")
    pdf.put(pdf.last, f"{pdf.last - 1} 0 R")
    yield Made(
        "pdf/references-in-a-ring.pdf",
        classic(pdf),
        "the list of pages is a reference that comes back to itself",
        hostile(),
    )
    pdf = plain(2)
    pdf.finish()
    pdf.put(pdf.kids[0], f"<< /Type /Page /Parent {pdf.kids[1]} 0 R /Contents {pdf.kids[0]} 0 R >>")
    pdf.put(pdf.kids[1], f"<< /Type /Page /Parent {pdf.kids[0]} 0 R >>")
    yield Made(
        "pdf/parents-in-a-ring.pdf", classic(pdf), "two pages are each other's parent", hostile()
    )


def loops():
    content = classic(plain(2).finish())
    at = start_of(content)
    yield Made(
        "pdf/prev-loop.pdf",
        content.replace(b"trailer\n<<", b"trailer\n<< /Prev %d" % at),
        "the table names itself as the one before",
        hostile(),
    )
    second = updated(content, {900: "null"}, 2, 901)
    ring = second.replace(
        b"trailer\n<<", b"trailer\n<< /Prev %d" % (start_of(second) + len(b" /Prev 0000")), 1
    )
    ring = second[:at] + second[at:].replace(
        b"trailer\n<<", b"trailer\n<< /Prev %010d" % (start_of(second) + 17), 1
    )
    ring = ring.replace(
        b"startxref\n%d" % start_of(second), b"startxref\n%d" % (start_of(second) + 17)
    )
    yield Made("pdf/prev-ring.pdf", ring, "two tables name each other as the one before", hostile())
    yield Made(
        "pdf/xref-loop.pdf",
        _xref_loop(),
        "a cross-reference stream names itself as the one before",
        hostile(),
    )
    pdf = plain(2).finish()
    body = classic(pdf, trailer="/XRefStm 0000000000")
    yield Made(
        "pdf/xrefstm-loop.pdf",
        body.replace(b"/XRefStm 0000000000", b"/XRefStm %010d" % start_of(body)),
        "a table names itself as its hidden stream",
        hostile(),
    )
    pdf = plain()
    number = pdf.reserve()
    pdf.put(number, f"<< /Length {number} 0 R >>\nstream\nBT ET\nendstream")
    pdf.page(number)
    yield Made(
        "pdf/length-loop.pdf", classic(pdf.finish()), "a stream is its own length", hostile()
    )
    yield Made(
        "pdf/object-stream-in-itself.pdf",
        _in_itself(),
        "an object stream lies in itself",
        hostile(),
    )
    pdf = plain()
    number = pdf.reserve()
    pdf.stream(
        b"/Fm0 Do BT /F1 9 Tf (x) Tj ET",
        f"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
        f" /Resources << /XObject << /Fm0 {number} 0 R >> >>",
        number=number,
    )
    pdf.page(b"/Fm0 Do", resources=f"/Resources << /XObject << /Fm0 {number} 0 R >> >>")
    yield Made(
        "pdf/drawn-by-itself.pdf",
        classic(pdf.finish()),
        "an object of the second page draws itself",
        hostile(pages=2),
    )
    pdf = plain()
    below = pdf.stream(b"BT ET", "/Type /XObject /Subtype /Form /BBox [0 0 9 9]")
    for _ in range(24):
        below = pdf.stream(
            b"/A Do /A Do /A Do /A Do",
            f"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
            f" /Resources << /XObject << /A {below} 0 R >> >>",
            deflate=False,
        )
    pdf.page(b"/A Do", resources=f"/Resources << /XObject << /A {below} 0 R >> >>")
    yield Made(
        "pdf/drawn-a-billion-times.pdf",
        classic(pdf.finish()),
        "an object is drawn 4^24 times over 24 levels",
        hostile(pages=2),
    )
    pdf = plain(3)
    outline, entry = pdf.reserve(), pdf.reserve()
    pdf.put(
        entry,
        f"<< /Title (round) /Parent {entry} 0 R /Next {entry} 0 R /First {entry} 0 R /Last {entry} 0 R"
        f" /Dest [{pdf.kids[0]} 0 R /Fit] >>",
    )
    pdf.put(outline, f"<< /Type /Outlines /First {entry} 0 R /Last {entry} 0 R /Count 1 >>")
    names = pdf.reserve()
    pdf.put(names, f"<< /Kids [{names} 0 R {names} 0 R] /Limits [(a) (z)] >>")
    labels = pdf.reserve()
    pdf.put(labels, f"<< /Kids [{labels} 0 R] >>")
    yield Made(
        "pdf/bookmarks-in-a-ring.pdf",
        classic(
            pdf.finish(
                f"/Outlines {outline} 0 R /Names << /Dests {names} 0 R >> /PageLabels {labels} 0 R"
            )
        ),
        "bookmarks, names and labels go round in rings",
        hostile(pages=3),
    )
    pdf = plain(3)
    field = pdf.reserve()
    pdf.put(field, f"<< /FT /Tx /T (round) /Parent {field} 0 R /Kids [{field} 0 R {field} 0 R] >>")
    yield Made(
        "pdf/fields-in-a-ring.pdf",
        classic(pdf.finish(f"/AcroForm << /Fields [{field} 0 R] >>")),
        "a field is its own parent and its own child",
        hostile(pages=3),
    )


def _xref_loop():
    pdf = plain(2).finish()
    content = streamed(pdf, pack=False, trailer="/Prev 0000000000")
    return content.replace(b"/Prev 0000000000", b"/Prev %010d" % start_of(content))


def _in_itself():
    pdf = plain(2).finish()
    own, holder = pdf.last + 2, pdf.last + 1
    out = bytearray(HEADER)
    at = len(out)
    rows = b"".join(struct.pack(">BIH", 2, holder, index) for index in range(own))
    data = zlib.compress(rows, 9)
    out += (
        (
            f"{own} 0 obj\n<< /Type /XRef /Size {own} /W [1 4 2] /Root {pdf.root} 0 R /Length {len(data)}"
            f" /Filter /FlateDecode >>\nstream\n"
        ).encode()
        + data
        + b"\nendstream\nendobj\n"
    )
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % at


def bombs():
    data, filters = _zeros(1500)
    pdf = plain()
    pdf.page(pdf.stream(data, filters, deflate=False))
    yield Made(
        "pdf/bomb-content.pdf",
        classic(pdf.finish()),
        "the content of the second page inflates to 1.5 GB",
        hostile(pages=2),
    )
    pdf = plain()
    pdf.finish()
    data, filters = _zeros(1500, b"1 0 2 0 3 0 ")
    yield Made(
        "pdf/bomb-object-stream.pdf",
        _with_bomb(pdf, data, filters),
        "an object stream inflates to 1.5 GB",
        hostile(),
    )
    data, filters = _zeros(1500)
    out = bytearray(HEADER)
    at = len(out)
    out += (
        (
            f"9 0 obj\n<< /Type /XRef /Size 250000000 /W [1 4 2] /Root 1 0 R /Length {len(data)} {filters} >>\n"
            f"stream\n"
        ).encode()
        + data
        + b"\nendstream\nendobj\n"
    )
    yield Made(
        "pdf/bomb-xref.pdf",
        bytes(out) + b"startxref\n%d\n%%%%EOF\n" % at,
        "a cross-reference stream inflates to 1.5 GB",
        hostile(),
    )
    pdf = plain()
    data, filters = twice(b"BT ET", 500)
    pdf.page(pdf.stream(data, filters, deflate=False))
    yield Made(
        "pdf/bomb-filters.pdf",
        classic(pdf.finish()),
        "content deflated 500 times over",
        hostile(pages=2),
    )
    pdf = plain()
    for _ in range(40):
        data, filters = _zeros(100)
        pdf.page(pdf.stream(data, filters, deflate=False))
    yield Made(
        "pdf/bomb-in-parts.pdf",
        classic(pdf.finish()),
        "forty pages that inflate to 100 MB each",
        hostile(pages=41),
    )
    pdf = plain()
    content = pdf.stream(b"(" * 400_000, "")
    pdf.page(content)
    pdf.page(pdf.stream(b"[" * 400_000))
    pdf.page(pdf.stream(b"q " * 400_000))
    yield Made(
        "pdf/content-too-deep.pdf",
        classic(pdf.finish()),
        "content of 400,000 brackets that are never closed",
        hostile(pages=4),
    )


def _with_bomb(pdf, data, filters):
    """The page tree is said to be in an object stream that is a bomb."""
    holder = pdf.reserve()
    pdf.stream(data, f"/Type /ObjStm /N 3 /First 12 {filters}", deflate=False, number=holder)
    own = pdf.reserve()
    out = bytearray(HEADER)
    entries = {}
    for number in sorted(pdf.bodies):
        if number in (1, 2, 3):
            entries[number] = (2, holder, number - 1)
            continue
        entries[number] = (1, len(out), 0)
        out += b"%d 0 obj\n" % number + pdf.bodies[number] + b"\nendobj\n"
    at = len(out)
    entries[own] = (1, at, 0)
    rows = zlib.compress(
        b"".join(struct.pack(">BIH", *entries.get(one, (0, 0, 0))) for one in range(own + 1)), 9
    )
    out += (
        (
            f"{own} 0 obj\n<< /Type /XRef /Size {own + 1} /W [1 4 2] /Root 2 0 R /Length {len(rows)}"
            f" /Filter /FlateDecode >>\nstream\n"
        ).encode()
        + rows
        + b"\nendstream\nendobj\n"
    )
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % at


def depths_and_numbers():
    for word, left, right, times in (
        ("arrays", b"[", b"]", 20_000),
        ("dictionaries", b"<</A ", b">>", 8_000),
    ):
        pdf = plain()
        deep = pdf.add(left * times + b"0" + right * times)
        pdf.finish(f"/Extra {deep} 0 R")
        yield Made(
            f"pdf/deep-{word}.pdf", classic(pdf), f"{times:,d} {word} in each other", hostile()
        )
    pdf = plain()
    pdf.finish(f"/Extra {'[' * 30_000}")
    yield Made(
        "pdf/deep-and-open.pdf",
        classic(pdf),
        "the catalog has 30,000 brackets that are never closed",
        hostile(),
    )
    content = classic(plain(2).finish())
    yield Made(
        "pdf/size-beyond.pdf",
        content.replace(b"/Size ", b"/Size 4294967295"),
        "says it has 42 billion objects",
        hostile(),
    )
    at = start_of(content)
    yield Made(
        "pdf/table-beyond.pdf",
        content[:at] + content[at:].replace(b"xref\n0 ", b"xref\n0 99999999999", 1),
        "the table says it has 10^12 lines",
        hostile(),
    )
    pdf = plain(2).finish()
    text = streamed(pdf, pack=False, trailer="/Index [0 4294967295 18446744073709551615 9]")
    yield Made(
        "pdf/index-beyond.pdf",
        text,
        "a cross-reference stream of four billion rows, by its index",
        hostile(),
    )
    pdf = plain(2).finish()
    yield Made(
        "pdf/widths-beyond.pdf",
        streamed(pdf).replace(b"/W [1 4 2]", b"/W [9999999999 4 2]"),
        "the rows of the cross-reference stream are 10 GB wide",
        hostile(),
    )
    pdf = plain(2).finish()
    yield Made(
        "pdf/object-stream-beyond.pdf",
        streamed(pdf).replace(b"/N ", b"/N 9999999").replace(b"/First ", b"/First 99999999"),
        "an object stream says it holds millions of objects",
        hostile(),
    )
    pdf = plain(2).finish()
    minus = (
        classic(pdf).replace(b"/Length ", b"/Length -").replace(b"[0 0 420 595]", b"[0 0 9e99 -1]")
    )
    yield Made("pdf/numbers-below.pdf", minus, "negative lengths, and sides of 9e99", hostile())
    pdf = Pdf()
    pdf.page(sheet(0), size=(100_000_000, 100_000_000))
    pdf.page(sheet(1), size=(0, 0))
    pdf.page(sheet(2), box=False, entries="/MediaBox [0 0 (a) /b]")
    pdf.page(sheet(3), box=False, entries="/MediaBox 7 /Rotate 33")
    pdf.page(sheet(0), size=(0.001, 14_400))
    yield Made(
        "pdf/pages-beyond.pdf",
        classic(pdf.finish()),
        "pages of 35 km, of nothing, and of no size at all",
        hostile(pages=5),
    )
    pdf = plain()
    rows = pdf.stream(
        zlib.compress(bytes(200)),
        "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2147483647"
        " /Colors 2147483647 /BitsPerComponent 16 >>",
        deflate=False,
    )
    pdf.page(rows)
    yield Made(
        "pdf/predictor-beyond.pdf",
        classic(pdf.finish()),
        "a predictor over rows of 2^31 x 2^31",
        hostile(pages=2),
    )


def files():
    for part in (trees, loops, bombs, depths_and_numbers):
        yield from part()
