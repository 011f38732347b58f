"""A small writer of PDF files that can also write what no library would."""

import hashlib
import struct
import zlib

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
# One word for each page, which stands nowhere else: what is left of a page can be searched for.
WORDS = (
    "ALDER",
    "BIRCH",
    "CEDAR",
    "DOGWOOD",
    "ELM",
    "FIR",
    "GINKGO",
    "HAZEL",
    "IRONWOOD",
    "JUNIPER",
    "KAPOK",
    "LARCH",
)
COLOURS = ((0.72, 0.16, 0.16), (0.10, 0.48, 0.30), (0.16, 0.30, 0.70), (0.78, 0.56, 0.08))
A5 = (420, 595)


def text(value):
    """A literal string."""
    for sign in "\\()":
        value = value.replace(sign, "\\" + sign)
    return f"({value})"


def sheet(index, size=A5, title=None, lines=()):
    """The content of a page: a bar of colour, its word, and some lines in Helvetica (`/F1`)."""
    width, height = size
    word = WORDS[index % len(WORDS)]
    red, green, blue = COLOURS[index % len(COLOURS)]
    steps = [
        f"q {red} {green} {blue} rg 30 {height - 70} {width - 60} 34 re f Q",
        f"BT 1 1 1 rg /F1 16 Tf 40 {height - 58} Td {text(title or f'Sheet {index + 1}: {word}')} Tj ET",
        f"q 0.5 w 30 {height - 90} m {width - 30} {height - 90} l S Q",
    ]
    body = lines or (
        f"Oakhaven Timber Yard, list {word.lower()}-{index + 1:03}",
        "Oak boards, planed, 24 x 140 mm",
        "Pine battens, rough, 30 x 50 mm",
        "Delivered to the yard gate, signed for by hand",
    )
    for number, line in enumerate(body):
        steps.append(f"BT 0 g /F1 11 Tf 40 {height - 115 - 18 * number} Td {text(line)} Tj ET")
    return "\n".join(steps).encode()


class Pdf:
    """Objects by number. What is written is up to `classic`, `streamed` and `hybrid`."""

    def __init__(self):
        self.bodies = {}
        self.streams = set()
        self.last = 0
        self.tree = self.reserve()
        self.root = self.reserve()
        self.font = self.add(
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
        )
        self.kids = []

    def reserve(self):
        self.last += 1
        return self.last

    def put(self, number, body):
        self.bodies[number] = body if isinstance(body, bytes) else body.encode()
        return number

    def add(self, body):
        return self.put(self.reserve(), body)

    def stream(self, data, entries="", deflate=True, number=None):
        if deflate:
            data, entries = zlib.compress(data, 9), entries + " /Filter /FlateDecode"
        number = number or self.reserve()
        self.streams.add(number)
        head = f"<< /Length {len(data)} {entries} >>\nstream\n".encode()
        return self.put(number, head + data + b"\nendstream")

    def page(
        self, content, size=A5, entries="", resources=None, parent=None, number=None, box=True
    ):
        """A page; `resources` and `box` None or false leaves that to the tree."""
        if resources is None:
            resources = f"/Resources << /Font << /F1 {self.font} 0 R >> >>"
        contents = content if isinstance(content, int) else self.stream(content)
        media = f"/MediaBox [0 0 {size[0]} {size[1]}]" if box else ""
        number = self.put(
            number or self.reserve(),
            f"<< /Type /Page /Parent {parent or self.tree} 0 R {media} {resources}"
            f" /Contents {contents} 0 R {entries} >>",
        )
        if parent is None:
            self.kids.append(number)
        return number

    def sheets(self, count, **options):
        return [self.page(sheet(index), **options) for index in range(count)]

    def finish(self, catalog="", tree="", count=None):
        """The page tree and the catalog."""
        kids = " ".join(f"{kid} 0 R" for kid in self.kids)
        count = len(self.kids) if count is None else count
        self.put(self.tree, f"<< /Type /Pages /Kids [{kids}] /Count {count} {tree} >>")
        self.put(self.root, f"<< /Type /Catalog /Pages {self.tree} 0 R {catalog} >>")
        return self


def _identity(content):
    digest = hashlib.md5(content).hexdigest()
    return f"/ID [<{digest}> <{digest}>]"


def _objects(pdf, out, numbers):
    places = {}
    for number in numbers:
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + pdf.bodies[number] + b"\nendobj\n"
    return places


def table(places, start=0):
    """Cross-reference lines, section by section."""
    out, numbers = b"xref\n", sorted(places)
    while numbers:
        run = [numbers.pop(0)]
        while numbers and numbers[0] == run[-1] + 1:
            run.append(numbers.pop(0))
        out += b"%d %d\n" % (run[0], len(run))
        for number in run:
            place = places[number]
            out += (
                b"%010d %05d f \n" % place
                if isinstance(place, tuple)
                else b"%010d 00000 n \n" % (place + start)
            )
    return out


def classic(pdf, trailer="", header=HEADER, shift=0):
    """With a cross-reference table; `shift` is added to every offset."""
    out = bytearray(header)
    places = {0: (0, 65535), **_objects(pdf, out, sorted(pdf.bodies))}
    at = len(out)
    out += table(places, shift)
    out += f"trailer\n<< /Size {pdf.last + 1} /Root {pdf.root} 0 R {_identity(bytes(out))} {trailer} >>\n".encode()
    out += b"startxref\n%d\n%%%%EOF\n" % (at + shift)
    return bytes(out)


def _packed(pdf, numbers):
    """An object stream's number and body, and the place of each object in it."""
    head, body, places = [], b"", {}
    holder = pdf.reserve()
    for index, number in enumerate(numbers):
        head.append(f"{number} {len(body)}")
        body += pdf.bodies[number] + b"\n"
        places[number] = (holder, index)
    first = (" ".join(head) + "\n").encode()
    pdf.stream(first + body, f"/Type /ObjStm /N {len(numbers)} /First {len(first)}", number=holder)
    return holder, places


def _xref_stream(pdf, number, entries, trailer):
    """Lines of 1, 4 and 2 bytes; `entries` by number: (kind, first, second)."""
    rows = b"".join(struct.pack(">BIH", *entries[one]) for one in sorted(entries))
    if 0 not in entries:
        trailer += f" /Index [{' '.join(f'{one} 1' for one in sorted(entries))}]"
    pdf.stream(rows, f"/Type /XRef /Size {max(entries) + 1} /W [1 4 2] {trailer}", number=number)


def streamed(pdf, pack=True, trailer=""):
    """With a cross-reference stream, and with the objects in object streams where `pack`."""
    loose = sorted(pdf.bodies)
    entries = {}
    if pack:
        inside = [number for number in loose if number not in pdf.streams]
        holder, places = _packed(pdf, inside)
        entries = {number: (2, *place) for number, place in places.items()}
        loose = [number for number in loose if number in pdf.streams] + [holder]
    out = bytearray(HEADER)
    for number, place in _objects(pdf, out, loose).items():
        entries[number] = (1, place, 0)
    own, at = pdf.reserve(), len(out)
    entries = {one: (0, 0, 65535) for one in range(own)} | entries | {own: (1, at, 0)}
    _xref_stream(pdf, own, entries, f"/Root {pdf.root} 0 R {_identity(bytes(out))} {trailer}")
    _objects(pdf, out, [own])
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % at


def hybrid(pdf, hidden):
    """A table for old readers, in which the `hidden` objects are free, then an empty one with a stream for them."""
    _holder, places = _packed(pdf, hidden)
    out = bytearray(HEADER)
    found = _objects(pdf, out, [number for number in sorted(pdf.bodies) if number not in hidden])
    own, at_stream = pdf.reserve(), len(out)
    _xref_stream(
        pdf,
        own,
        {**{number: (2, *place) for number, place in places.items()}, own: (1, at_stream, 0)},
        "",
    )
    _objects(pdf, out, [own])
    at, free = len(out), {number: (0, 65535) for number in [0, own, *hidden]}
    trailer = f"/Size {pdf.last + 1} /Root {pdf.root} 0 R {_identity(bytes(out))}"
    out += table({**found, **free}) + f"trailer\n<< {trailer} >>\nstartxref\n{at}\n%%EOF\n".encode()
    last = len(out)
    out += (
        f"xref\n0 0\ntrailer\n<< {trailer} /Prev {at} /XRefStm {at_stream} >>\n"
        f"startxref\n{last}\n%%EOF\n"
    ).encode()
    return bytes(out)


def start_of(content):
    """What the last `startxref` says."""
    at = content.rindex(b"startxref")
    return int(content[at + 9 :].split()[0])


def updated(content, changes, root, size, trailer=""):
    """An incremental update: changed objects behind the end, and a table of them."""
    out = bytearray(content)
    places = {}
    for number, body in changes.items():
        if body is None:
            places[number] = (0, 1)
            continue
        places[number] = len(out)
        out += (
            b"%d 0 obj\n" % number
            + (body if isinstance(body, bytes) else body.encode())
            + b"\nendobj\n"
        )
    at = len(out)
    out += table(places)
    previous = start_of(content)
    out += f"trailer\n<< /Size {size} /Root {root} 0 R /Prev {previous} {trailer} >>\nstartxref\n{at}\n%%EOF\n".encode()
    return bytes(out)
