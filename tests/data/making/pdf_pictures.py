"""PDF pages that are pictures: scans of each kind."""

import io
import struct
import zlib

from PIL import Image, ImageChops

from .drawing import faded, grain, slip
from .jpegs import inks, jpeg
from .made import Made
from .pdf_writer import Pdf, classic, sheet, text

# A till slip of 166 x 222 points, which is 692 x 925 pixels at 300 dpi.
SLIP, DPI = (166, 222), 300
PIXELS = tuple(round(side * DPI / 72) for side in SLIP)


def shown(name="Im0", size=SLIP):
    return f"q {size[0]} 0 0 {size[1]} 0 0 cm /{name} Do Q".encode()


def image(pdf, data, picture, colour, entries="", bits=8, deflate=False):
    head = (
        f"/Type /XObject /Subtype /Image /Width {picture.width} /Height {picture.height}"
        f" /ColorSpace /{colour} /BitsPerComponent {bits} {entries}"
    )
    return pdf.stream(data, head, deflate=deflate)


def scanned(pdf, number, content=b"", size=SLIP, entries=""):
    resources = f"/Resources << /XObject << /Im0 {number} 0 R >> /Font << /F1 {pdf.font} 0 R >> >>"
    return pdf.page(shown(size=size) + b"\n" + content, size, entries, resources)


def of_jpeg(pdf, picture, colour="DeviceRGB", entries="", **options):
    return image(
        pdf,
        jpeg(picture, **{"quality": 60, **options}),
        picture,
        colour,
        "/Filter /DCTDecode " + entries,
    )


def line_art(picture):
    return picture.convert("L").point([255 if i > 150 else 0 for i in range(256)]).convert("1")


def fax(picture):
    """The picture's rows in the coding of fax G4, without a file around them."""
    out = io.BytesIO()
    # Pillow's files say that zero is black; fax means paper by zero.
    ImageChops.invert(picture).save(
        out, "TIFF", compression="group4", tiffinfo={278: picture.height}
    )
    with Image.open(io.BytesIO(out.getvalue())) as written:
        assert written.tag_v2[262] == 1
        (start,), (length,) = written.tag_v2[273], written.tag_v2[279]
    return out.getvalue()[start : start + length]


def jbig2(picture):
    """A page of one region, coded as fax G4, which JBIG2 allows for."""
    page = struct.pack(">IIIIBH", *picture.size, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", *picture.size, 0, 0, 0) + b"\x01" + fax(picture)
    segments = b""
    for number, (kind, data) in enumerate(((48, page), (38, region))):
        segments += struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data
    return segments


def hidden_text(lines):
    """The words of a scan, laid over it and not painted."""
    steps = [
        f"BT 3 Tr /F1 8 Tf 10 {SLIP[1] - 30 - 14 * number} Td {text(line)} Tj ET"
        for number, line in enumerate(lines)
    ]
    return "\n".join(steps).encode()


def says(pages, text_layer=False, **more):
    return {
        "media_type": "application/pdf",
        "pages": pages,
        "encrypted": "no",
        "text_layer": text_layer,
        "damaged": False,
        **more,
    }


def one(make):
    pdf = Pdf()
    make(pdf)
    return classic(pdf.finish())


def files():
    picture = grain(slip(*PIXELS), 6)
    gray, line = picture.convert("L"), line_art(slip(*PIXELS))
    small = slip(346, 462)

    def scan(pdf):
        scanned(pdf, of_jpeg(pdf, picture))
        scanned(pdf, of_jpeg(pdf, gray, "DeviceGray"))

    yield Made(
        "pdf/scan.pdf",
        one(scan),
        "two scanned pages at 300 dpi: JPEG in colour, JPEG in gray",
        says(2),
    )

    words = ["Harbour Ironmongery", "6 Brass hinges 14.10", "TOTAL EUR 34.15"]
    yield Made(
        "pdf/scan-with-text.pdf",
        one(lambda pdf: scanned(pdf, of_jpeg(pdf, gray, "DeviceGray"), hidden_text(words))),
        "a scan with its words laid over it, not painted",
        says(1, True),
    )

    def mixed(pdf):
        pdf.page(sheet(0))
        scanned(pdf, of_jpeg(pdf, gray, "DeviceGray"))
        pdf.page(sheet(2))

    yield Made("pdf/mixed.pdf", one(mixed), "a page of text, a scan, a page of text", says(3, True))
    yield Made(
        "pdf/scan-cmyk.pdf",
        one(
            lambda pdf: scanned(
                pdf, of_jpeg(pdf, inks(small), "DeviceCMYK", "/Decode [1 0 1 0 1 0 1 0]")
            )
        ),
        "a scan in four inks",
        says(1),
    )
    parameters = f"/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns {line.width} /Rows {line.height} >>"
    yield Made(
        "pdf/scan-g4.pdf",
        one(
            lambda pdf: scanned(pdf, image(pdf, fax(line), line, "DeviceGray", parameters, bits=1))
        ),
        "a scan in fax G4",
        says(1),
    )
    yield Made(
        "pdf/scan-jbig2.pdf",
        one(
            lambda pdf: scanned(
                pdf, image(pdf, jbig2(line), line, "DeviceGray", "/Filter /JBIG2Decode", bits=1)
            )
        ),
        "a scan in JBIG2",
        says(1),
    )
    yield Made(
        "pdf/scan-deflate.pdf",
        one(
            lambda pdf: scanned(pdf, image(pdf, small.tobytes(), small, "DeviceRGB", deflate=True))
        ),
        "a scan without loss",
        says(1),
    )

    def predicted(pdf):
        width = small.width * 3
        data = small.tobytes()
        up = bytearray()
        for start in range(0, len(data), width):
            row = data[start : start + width]
            above = data[start - width : start] if start else bytes(width)
            up += b"\x02" + bytes((a - b) % 256 for a, b in zip(row, above))
        parameters = f"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 3 /Columns {small.width} >>"
        scanned(pdf, image(pdf, zlib.compress(bytes(up), 9), small, "DeviceRGB", parameters))

    yield Made(
        "pdf/scan-predictor.pdf",
        one(predicted),
        "a scan without loss, each row against the one above",
        says(1),
    )

    def masked(pdf):
        alpha = faded(small).getchannel("A")
        mask = image(pdf, alpha.tobytes(), alpha, "DeviceGray", deflate=True)
        scanned(
            pdf,
            image(
                pdf,
                jpeg(small, quality=60),
                small,
                "DeviceRGB",
                f"/Filter /DCTDecode /SMask {mask} 0 R",
            ),
        )

    yield Made("pdf/scan-mask.pdf", one(masked), "a picture with a soft mask", says(1))

    def indexed(pdf):
        few = small.quantize(16, dither=Image.Dither.NONE)
        table = bytes(few.getpalette()[:48]).hex()
        head = (
            f"/Type /XObject /Subtype /Image /Width {few.width} /Height {few.height}"
            f" /ColorSpace [/Indexed /DeviceRGB 15 <{table}>] /BitsPerComponent 8"
        )
        scanned(pdf, pdf.stream(few.tobytes(), head))

    yield Made("pdf/scan-palette.pdf", one(indexed), "a scan with a palette", says(1))

    def strips(pdf):
        third = small.height // 3
        names, steps = [], []
        for number in range(3):
            part = small.crop((0, number * third, small.width, (number + 1) * third))
            names.append(f"/Im{number} {of_jpeg(pdf, part, quality=70)} 0 R")
            steps.append(
                f"q {SLIP[0]} 0 0 {SLIP[1] / 3} 0 {SLIP[1] * (2 - number) / 3} cm /Im{number} Do Q"
            )
        pdf.page(
            "\n".join(steps).encode(),
            SLIP,
            "",
            f"/Resources << /XObject << {' '.join(names)} >> >>",
        )

    yield Made("pdf/scan-strips.pdf", one(strips), "a scan in three strips", says(1))

    def turned(pdf):
        for angle in (0, 90, 180, 270):
            scanned(pdf, of_jpeg(pdf, small, quality=50), entries=f"/Rotate {angle}")

    yield Made(
        "pdf/scan-rotated.pdf",
        one(turned),
        "scans on pages turned by 0, 90, 180 and 270 degrees",
        says(4),
    )

    def shared(pdf):
        number = of_jpeg(pdf, small, quality=50)
        for _ in range(4):
            scanned(pdf, number)

    yield Made("pdf/scan-shared.pdf", one(shared), "four pages that show one picture", says(4))

    def inline(pdf):
        tiny = slip(24, 32).convert("L")
        data = (
            b"q 166 0 0 222 0 0 cm BI /W 24 /H 32 /CS /G /BPC 8 /F /AHx ID "
            + tiny.tobytes().hex().encode()
            + b"> EI Q"
        )
        pdf.page(data, SLIP)

    yield Made("pdf/scan-inline.pdf", one(inline), "a picture written into the page", says(1))
    yield Made(
        "pdf/scan-bomb.pdf",
        one(
            lambda pdf: scanned(
                pdf,
                pdf.stream(
                    zlib.compress(zlib.compress(bytes(300_000_000), 9), 9),
                    "/Type /XObject /Subtype /Image /Width 10000 /Height 10000 /ColorSpace /DeviceRGB"
                    " /BitsPerComponent 8 /Filter [/FlateDecode /FlateDecode]",
                    deflate=False,
                ),
            )
        ),
        "a picture of 100 million pixels in a kilobyte",
        says(1, hostile=True),
    )
    yield Made(
        "pdf/scan-bomb-size.pdf",
        one(
            lambda pdf: scanned(
                pdf,
                pdf.stream(
                    bytes(1000),
                    "/Type /XObject /Subtype /Image /Width 65535 /Height 65535"
                    " /ColorSpace /DeviceRGB /BitsPerComponent 8",
                ),
            )
        ),
        "a picture that says it has 65535 x 65535 pixels",
        says(1, hostile=True),
    )
