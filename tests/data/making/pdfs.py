"""Sound PDF files: each way to write them down, and each thing that hangs on a page."""

import io

import pikepdf

from .drawing import slip
from .jpegs import jpeg
from .made import Made, open_to
from .pdf_pictures import says
from .pdf_writer import WORDS, Pdf, classic, hybrid, sheet, streamed, text, updated


def plain(count, **options):
    pdf = Pdf()
    pdf.sheets(count, **options)
    return pdf


def linearised(content):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(
            out,
            linearize=True,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return out.getvalue()


def layouts():
    """One content, in each way to write it down."""
    yield Made(
        "pdf/text.pdf",
        classic(plain(3).finish()),
        "three pages of text, with a table of objects",
        says(3, True),
    )
    yield Made("pdf/one-page.pdf", classic(plain(1).finish()), "one page of text", says(1, True))
    yield Made(
        "pdf/12-pages.pdf", classic(plain(12).finish()), "twelve pages of text", says(12, True)
    )
    yield Made(
        "pdf/xref-stream.pdf",
        streamed(plain(3).finish(), pack=False),
        "cross-reference stream",
        says(3, True),
    )
    yield Made(
        "pdf/object-streams.pdf",
        streamed(plain(3).finish()),
        "cross-reference stream, and the objects in object streams",
        says(3, True),
    )
    pdf = plain(3).finish(catalog="/PageMode /UseNone")
    yield Made(
        "pdf/hybrid.pdf",
        hybrid(pdf, [pdf.font, pdf.kids[2]]),
        "hybrid: a table, and a stream for what the table hides",
        says(3, True),
    )
    yield Made(
        "pdf/linearised.pdf", linearised(classic(plain(4).finish())), "linearised", says(4, True)
    )
    yield Made(
        "pdf/line-ends.pdf",
        _with_returns(plain(2)),
        "lines end with a carriage return alone",
        says(2, True),
    )
    pdf = plain(3).finish()
    first = classic(pdf)
    gone = f"<< /Type /Pages /Kids [{pdf.kids[0]} 0 R {pdf.kids[2]} 0 R] /Count 2 >>"
    yield Made(
        "pdf/page-removed-later.pdf",
        updated(first, {pdf.tree: gone}, pdf.root, pdf.last + 1),
        "an update behind the end removed the second page, whose content is still in the file",
        says(2, True),
    )
    freed = {pdf.tree: gone, pdf.kids[1]: None}
    yield Made(
        "pdf/page-freed-later.pdf",
        updated(first, freed, pdf.root, pdf.last + 1),
        "the same, with the page marked as free",
        says(2, True),
    )
    added = pdf.last + 1
    yield Made(
        "pdf/page-added-later.pdf",
        updated(
            first,
            {
                pdf.tree: f"<< /Type /Pages /Kids [{' '.join(f'{k} 0 R' for k in [*pdf.kids, added])}] /Count 4 >>",
                added: f"<< /Type /Page /Parent {pdf.tree} 0 R /MediaBox [0 0 420 595] /Contents {added + 1} 0 R"
                f" /Resources << /Font << /F1 {pdf.font} 0 R >> >> >>",
                added + 1: _loose(sheet(3)),
            },
            pdf.root,
            added + 2,
        ),
        "an update behind the end added a fourth page",
        says(4, True),
    )
    old = classic(plain(2).finish(), header=b"%PDF-1.2\n")
    yield Made(
        "pdf/version-1.2.pdf", old, "version 1.2, without the line of high bytes", says(2, True)
    )
    yield Made(
        "pdf/comments.pdf",
        _with_comments(),
        "comments and white space in odd places",
        says(2, True),
    )


def _loose(data):
    return b"<< /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"


def _with_returns(pdf):
    pdf.finish()
    for number in pdf.bodies:
        if number not in pdf.streams:
            pdf.bodies[number] = pdf.bodies[number].replace(b"\n", b"\r")
    content = classic(pdf)
    at = content.rindex(b"\nxref\n")
    # Lines of the table are 20 bytes either way.
    return content[:at] + content[at:].replace(b" \n", b" \r").replace(b"\n", b"\r")


def _with_comments():
    pdf = plain(2).finish()
    for number in list(pdf.bodies):
        if number not in pdf.streams:
            pdf.bodies[number] = b"% a note ) ] >>\n" + pdf.bodies[number].replace(
                b" /Count", b"%x\r\n\t/Count"
            ).replace(b"/Type", b"/T#79pe")
    return classic(pdf)


def trees():
    pdf = Pdf()
    upper, lower = pdf.reserve(), pdf.reserve()
    resources = f"/Resources << /Font << /F1 {pdf.font} 0 R >> >>"
    own = {"resources": "", "box": False}
    first = [pdf.page(sheet(0, (500, 400)), parent=upper, **own)]
    second = [
        pdf.page(sheet(1, (500, 400)), parent=lower, **own),
        pdf.page(sheet(2, (500, 400)), parent=lower, entries="/Rotate 0", **own),
    ]
    pdf.put(
        upper,
        f"<< /Type /Pages /Parent {pdf.tree} 0 R /Kids [{first[0]} 0 R {lower} 0 R] /Count 3"
        f" /Rotate 90 /MediaBox [0 0 500 400] >>",
    )
    pdf.put(
        lower,
        f"<< /Type /Pages /Parent {upper} 0 R /Kids [{second[0]} 0 R {second[1]} 0 R] /Count 2"
        f" /CropBox [20 20 480 380] >>",
    )
    pdf.kids = [upper]
    yield Made(
        "pdf/inherited.pdf",
        classic(pdf.finish(tree=resources, count=3)),
        "fonts, sizes, crop and turn are inherited from the tree above",
        says(3, True),
    )

    pdf = Pdf()
    names = iter(range(12))

    def node(parent, shape):
        own, kids = pdf.reserve(), []
        for part in shape:
            if part:
                kids.append(node(own, part))
            else:
                kids.append((pdf.page(sheet(next(names)), parent=own), 1))
        count = sum(one for _, one in kids)
        above = f"/Parent {parent} 0 R"
        pdf.put(
            own,
            f"<< /Type /Pages {above} /Kids [{' '.join(f'{k} 0 R' for k, _ in kids)}] /Count {count} >>",
        )
        return own, count

    page = ()
    shape = (
        (page, (page, page)),
        ((((page,),),),),
        (page, (page, page, (page, page))),
        page,
        (page, page),
    )
    pdf.kids = [
        node(pdf.tree, part)[0] if part else pdf.page(sheet(next(names)), parent=pdf.tree)
        for part in shape
    ]
    yield Made(
        "pdf/nested-tree.pdf",
        classic(pdf.finish(count=12)),
        "twelve pages in a lopsided tree",
        says(12, True),
    )
    for word, count in (("high", 9), ("low", 1), ("negative", -3)):
        yield Made(
            f"pdf/wrong-count-{word}.pdf",
            classic(plain(3).finish(count=count)),
            f"three pages; the tree says {count}",
            open_to(says(3, True), "damaged"),
        )
    pdf = plain(3).finish()
    pdf.put(pdf.tree, pdf.bodies[pdf.tree].replace(b"/Count 3", b""))
    yield Made(
        "pdf/no-count.pdf",
        classic(pdf),
        "three pages; the tree does not say how many",
        open_to(says(3, True), "damaged"),
    )


def boxes():
    pdf = Pdf()
    for index, angle in enumerate((0, 90, 180, 270, 450, -90)):
        pdf.page(sheet(index, (420, 300)), (420, 300), f"/Rotate {angle}")
    yield Made(
        "pdf/rotated.pdf",
        classic(pdf.finish()),
        "pages turned by 0, 90, 180, 270, 450 and -90 degrees",
        says(6, True),
    )
    pdf = Pdf()
    pdf.page(sheet(0), entries="/CropBox [30 300 390 560]")
    pdf.page(sheet(1), entries="/CropBox [-50 -50 900 900] /UserUnit 2")
    pdf.page(
        sheet(2), box=False, entries="/MediaBox [420 595 0 0] /Rotate 90 /CropBox [390 560 30 300]"
    )
    pdf.page(b"1 0 0 1 100 200 cm\n" + sheet(3), box=False, entries="/MediaBox [100 200 520 795]")
    yield Made(
        "pdf/boxes.pdf",
        classic(pdf.finish()),
        "crop boxes, one larger than its page, one with its corners the other way round; an origin that is not 0",
        says(4, True),
    )
    pdf = Pdf()
    pdf.page(b"0.2 0.4 0.7 rg 50 50 200 300 re f 1 w 10 10 m 400 580 l S")
    pdf.page(b"")
    yield Made(
        "pdf/drawn.pdf",
        classic(pdf.finish()),
        "a page of lines and areas, and an empty page",
        says(2),
    )
    pdf = Pdf()
    inside = pdf.stream(
        sheet(0),
        f"/Type /XObject /Subtype /Form /BBox [0 0 420 595]"
        f" /Resources << /Font << /F1 {pdf.font} 0 R >> >>",
    )
    pdf.page(b"q /Fm0 Do Q", resources=f"/Resources << /XObject << /Fm0 {inside} 0 R >> >>")
    yield Made(
        "pdf/text-in-form-object.pdf",
        classic(pdf.finish()),
        "the text is in an object that the page draws",
        says(1, True),
    )


def attached():
    pdf = plain(2)
    data = b"item;count\nCEDAR boards;12\n"
    file = pdf.stream(data, "/Type /EmbeddedFile /Subtype /text#2Fcsv")
    spec = pdf.add(f"<< /Type /Filespec /F (list.csv) /UF (list.csv) /EF << /F {file} 0 R >> >>")
    yield Made(
        "pdf/attachment.pdf",
        classic(pdf.finish(f"/Names << /EmbeddedFiles << /Names [(list.csv) {spec} 0 R] >> >>")),
        "a file is attached to the document",
        says(2, True),
    )
    pdf = Pdf()
    for index in range(2):
        little = slip(30, 40)
        thumb = pdf.stream(
            jpeg(little, quality=50),
            "/Type /XObject /Subtype /Image /Width 30 /Height 40"
            " /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
            deflate=False,
        )
        pdf.page(sheet(index), entries=f"/Thumb {thumb} 0 R")
    yield Made(
        "pdf/thumbnails.pdf", classic(pdf.finish()), "each page has its thumbnail", says(2, True)
    )
    pdf = plain(4)
    labels = "/PageLabels << /Nums [0 << /S /r >> 2 << /S /D /P (A-) /St 7 >>] >>"
    yield Made(
        "pdf/labels.pdf", classic(pdf.finish(labels)), "page labels i, ii, A-7, A-8", says(4, True)
    )
    pdf = Pdf()
    hidden, visible = (
        pdf.add("<< /Type /OCG /Name (BIRCH) >>"),
        pdf.add("<< /Type /OCG /Name (ALDER) >>"),
    )
    resources = f"/Resources << /Font << /F1 {pdf.font} 0 R >> /Properties << /A {visible} 0 R /B {hidden} 0 R >> >>"
    for index in range(2):
        name = "AB"[index]
        pdf.page(b"/OC /%s BDC\n" % name.encode() + sheet(index) + b"\nEMC", resources=resources)
    yield Made(
        "pdf/layers.pdf",
        classic(
            pdf.finish(
                f"/OCProperties << /OCGs [{visible} 0 R {hidden} 0 R]"
                f" /D << /ON [{visible} 0 R] /OFF [{hidden} 0 R] >> >>"
            )
        ),
        "layers, one of them switched off",
        says(2, True),
    )
    pdf = Pdf()
    root, parents = pdf.reserve(), pdf.reserve()
    elements, numbers = [], []
    for index in range(3):
        page = pdf.page(
            b"/P << /MCID 0 >> BDC\n" + sheet(index) + b"\nEMC", entries=f"/StructParents {index}"
        )
        element = pdf.add(
            f"<< /Type /StructElem /S /P /P {root} 0 R /Pg {page} 0 R /K 0"
            f" /ActualText {text(WORDS[index] + ' as read aloud')} >>"
        )
        elements.append(f"{element} 0 R")
        numbers.append(f"{index} [{element} 0 R]")
    pdf.put(
        root, f"<< /Type /StructTreeRoot /K [{' '.join(elements)}] /ParentTree {parents} 0 R >>"
    )
    pdf.put(parents, f"<< /Nums [{' '.join(numbers)}] >>")
    yield Made(
        "pdf/tagged.pdf",
        classic(pdf.finish(f"/StructTreeRoot {root} 0 R /MarkInfo << /Marked true >>")),
        "tagged: a structure names the text of each page",
        says(3, True),
    )


def files():
    for part in (layouts, trees, boxes, attached):
        yield from part()
