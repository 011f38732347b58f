"""PDF files whose pages are tied to each other: links, bookmarks, forms."""

from .made import Made
from .pdf_pictures import says
from .pdf_writer import WORDS, Pdf, classic, sheet, streamed, text


def bookmarks():
    """Nested, to several pages, by each kind of destination."""
    pdf = Pdf()
    pages = pdf.sheets(5)
    root = pdf.reserve()
    # title, how it names its page, page, entries below it
    wanted = (
        (
            "Part ALDER",
            "direct",
            0,
            (("Note on ALDER", "direct", 0, ()), ("Note on BIRCH", "action", 1, ())),
        ),
        (
            "Part CEDAR",
            "name",
            2,
            (("Within CEDAR", "direct", 2, (("Down in DOGWOOD", "string", 3, ()),)),),
        ),
        ("Part ELM", "action", 4, ()),
        ("The yard's site", "uri", None, ()),
    )

    def entry(parent, items):
        numbers = [pdf.reserve() for _ in items]
        for index, (title, how, page, below) in enumerate(items):
            to = {
                "direct": lambda: f"/Dest [{pages[page]} 0 R /XYZ 0 500 null]",
                "action": lambda: f"/A << /S /GoTo /D [{pages[page]} 0 R /Fit] >>",
                "name": lambda: f"/Dest /dest{WORDS[page]}",
                "string": lambda: f"/Dest {text('to ' + WORDS[page])}",
                "uri": lambda: "/A << /S /URI /URI (https://oakhaven-timber.example.com/) >>",
            }[how]()
            links = f"/Prev {numbers[index - 1]} 0 R " if index else ""
            links += f"/Next {numbers[index + 1]} 0 R " if index + 1 < len(numbers) else ""
            if below:
                first, last = entry(numbers[index], below)
                links += f"/First {first} 0 R /Last {last} 0 R /Count {len(below)}"
            pdf.put(numbers[index], f"<< /Title {text(title)} /Parent {parent} 0 R {links} {to} >>")
        return numbers[0], numbers[-1]

    first, last = entry(root, wanted)
    pdf.put(root, f"<< /Type /Outlines /First {first} 0 R /Last {last} 0 R /Count 8 >>")
    names = (
        f"/Dests << /destCEDAR [{pages[2]} 0 R /Fit] >>"
        f" /Names << /Dests << /Names [(to DOGWOOD) << /D [{pages[3]} 0 R /XYZ 0 300 null] >>] >> >>"
    )
    return pdf.finish(f"/Outlines {root} 0 R /PageMode /UseOutlines {names}")


def links():
    """Each page links to the next one and to the first; two of them by name."""
    pdf = Pdf()
    pages = [pdf.reserve() for _ in range(4)]
    for index, number in enumerate(pages):
        following = pages[(index + 1) % 4]
        notes = [
            f"<< /Type /Annot /Subtype /Link /Rect [40 40 200 60] /Border [0 0 1] /C [0 0 1]"
            f" /Dest [{following} 0 R /Fit] /Contents {text('from ' + WORDS[index])} >>",
            "<< /Type /Annot /Subtype /Link /Rect [220 40 380 60] /Border [0 0 1] /C [1 0 0]"
            f" /A << /S /GoTo /D {text('to ' + WORDS[0])} >> >>",
            "<< /Type /Annot /Subtype /Link /Rect [220 80 380 100] /Border [0 0 1]"
            " /A << /S /URI /URI (https://oakhaven-timber.example.com/) >> >>",
        ]
        notes = " ".join(f"{pdf.add(note)} 0 R" for note in notes)
        pdf.page(sheet(index), number=number, entries=f"/Annots [{notes}]")
    low, high = pdf.add(_names(pages[:2], 0)), pdf.add(_names(pages[2:], 2))
    return pdf.finish(
        f"/OpenAction [{pages[3]} 0 R /Fit] /Names << /Dests << /Kids [{low} 0 R {high} 0 R] >> >>"
    )


def _names(pages, start):
    pairs = [
        f"{text('to ' + WORDS[start + index])} [{page} 0 R /Fit]"
        for index, page in enumerate(pages)
    ]
    ends = [text("to " + WORDS[start]), text("to " + WORDS[start + len(pages) - 1])]
    return f"<< /Limits [{' '.join(ends)}] /Names [{' '.join(pairs)}] >>"


def form():
    """Three pages with notes, marks, links and filled fields; some fields are on two pages."""
    pdf = Pdf()
    pages = [pdf.reserve() for _ in range(3)]
    notes = [[] for _ in pages]

    def look(width, height, steps):
        return pdf.stream(
            steps.encode(),
            f"/Type /XObject /Subtype /Form /BBox [0 0 {width} {height}]"
            f" /Resources << /Font << /Helv {pdf.font} 0 R >> >>",
        )

    def written(value, width=180, height=22):
        return look(
            width,
            height,
            f"/Tx BMC q 0.93 0.95 1 rg 0 0 {width} {height} re f 0 0 0.5 rg"
            f" BT /Helv 11 Tf 4 7 Td {text(value)} Tj ET Q EMC",
        )

    def widget(page, place, value, entries, number=None):
        x, y = place
        number = number or pdf.reserve()
        pdf.put(
            number,
            f"<< /Type /Annot /Subtype /Widget /F 4 /Rect [{x} {y} {x + 180} {y + 22}]"
            f" /P {pages[page]} 0 R /DA (/Helv 11 Tf 0 0 0.5 rg)"
            f" /AP << /N {written(value)} 0 R >> {entries} >>",
        )
        notes[page].append(number)
        return number

    def filled(page, place, name, value, more=""):
        return widget(page, place, value, f"/FT /Tx /T {text(name)} /V {text(value)} {more}")

    customer = filled(0, (40, 380), "customer", "Marta Ostrow (ALDER)")
    weight = filled(1, (40, 380), "weight", "412 kg (BIRCH)")
    # One field that is seen on the first and the third page
    signed = pdf.reserve()
    both = [
        widget(page, (40, 340), "Ostrow, 31 October", f"/Parent {signed} 0 R") for page in (0, 2)
    ]
    pdf.put(
        signed,
        f"<< /FT /Tx /T (signed by) /V (Ostrow, 31 October) /Kids [{both[0]} 0 R {both[1]} 0 R] >>",
    )
    # A group of fields, its members on the second and third page
    address = pdf.reserve()
    street = filled(1, (40, 300), "street", "7 Weir Street (BIRCH)", f"/Parent {address} 0 R")
    town = filled(2, (40, 300), "town", "Oakhaven (CEDAR)", f"/Parent {address} 0 R")
    pdf.put(address, f"<< /T (address) /Kids [{street} 0 R {town} 0 R] >>")
    on = look(22, 22, "q 1 w 1 1 20 20 re S 3 w 4 4 m 18 18 l S 4 18 m 18 4 l S Q")
    off = look(22, 22, "q 1 w 1 1 20 20 re S Q")
    box = pdf.add(
        f"<< /Type /Annot /Subtype /Widget /F 4 /Rect [240 380 262 402] /P {pages[0]} 0 R /FT /Btn"
        f" /T (express) /V /Yes /AS /Yes /AP << /N << /Yes {on} 0 R /Off {off} 0 R >> >> >>"
    )
    notes[0].append(box)
    # What is no field
    popup = pdf.reserve()
    note = pdf.add(
        f"<< /Type /Annot /Subtype /Text /F 4 /Rect [300 480 318 498] /Name /Note /C [1 0.9 0.2]"
        f" /Contents (Ask about the ALDER boards) /Popup {popup} 0 R /P {pages[0]} 0 R >>"
    )
    pdf.put(
        popup,
        f"<< /Type /Annot /Subtype /Popup /Rect [320 440 410 500] /Parent {note} 0 R /P {pages[0]} 0 R >>",
    )
    notes[0] += [note, popup]
    mark = look(150, 16, "/G0 gs 1 0.9 0.2 rg 0 0 150 16 re f")
    for page in (1, 2):
        notes[page].append(
            pdf.add(
                f"<< /Type /Annot /Subtype /Highlight /F 4 /Rect [40 458 190 474] /C [1 0.9 0.2]"
                f" /QuadPoints [40 474 190 474 40 458 190 458] /AP << /N {mark} 0 R >>"
                f" /Contents {text('Checked on ' + WORDS[page])} >>"
            )
        )
    notes[0].append(
        pdf.add(
            f"<< /Type /Annot /Subtype /Link /Rect [40 40 200 60] /Border [0 0 1]"
            f" /Dest [{pages[2]} 0 R /Fit] >>"
        )
    )
    notes[2].append(
        pdf.add(
            f"<< /Type /Annot /Subtype /Link /Rect [40 40 200 60] /Border [0 0 1]"
            f" /A << /S /GoTo /D [{pages[1]} 0 R /Fit] >> >>"
        )
    )
    for index, number in enumerate(pages):
        listed = " ".join(f"{one} 0 R" for one in notes[index])
        pdf.page(sheet(index), number=number, entries=f"/Annots [{listed}]")
    fields = " ".join(f"{one} 0 R" for one in (customer, weight, signed, address, box))
    return pdf.finish(
        f"/AcroForm << /Fields [{fields}] /DA (/Helv 0 Tf 0 g)"
        f" /DR << /Font << /Helv {pdf.font} 0 R >> >> >>"
    )


def files():
    yield Made(
        "pdf/bookmarks.pdf",
        classic(bookmarks()),
        "nested bookmarks to five pages: direct, by action, by both kinds of name",
        says(5, True),
    )
    yield Made(
        "pdf/links.pdf",
        classic(links()),
        "links from page to page, direct and by name",
        says(4, True),
    )
    yield Made(
        "pdf/form.pdf",
        classic(form()),
        "notes, marks, links, and a form with filled fields",
        says(3, True),
    )
    yield Made(
        "pdf/form-in-streams.pdf", streamed(form()), "the same in object streams", says(3, True)
    )
