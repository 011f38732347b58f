"""The files that the rows of files made ready are measured on, all made here: large pictures and
PDFs of many pages. No two runs of a bench share them; each run makes the same."""

import io
import random
import zlib

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDE, HIGH = 6000, 4000
WORDS = (
    *("Total", "Subtotal", "VAT", "19%", "Invoice", "No.", "2026-0417", "Coffee", "Bread", "Milk"),
    *("3,49", "12,80", "EUR", "Amount", "due", "Thank", "you", "Table", "12", "Server", "crémant"),
    *("brûlée", "0.5l", "Mineral", "water", "delivery", "paper", "ink"),
)


def picture(kind, path):
    """A JPEG of 24 megapixels, 4:2:0 and of quality 90, as telephones make them."""
    made = {"photo": photo, "receipt": receipt, "scan": scan}[kind]()
    made.save(path, quality=90, subsampling="4:2:0")


def line(dice, count):
    return " ".join(dice.choices(WORDS, k=count))


def bytes_of(samples):
    return Image.fromarray(numpy.clip(samples, 0, 255).astype(numpy.uint8))


def spread(samples):
    """One channel over the whole picture."""
    small = Image.fromarray(samples.astype(numpy.float32))
    return numpy.asarray(small.resize((WIDE, HIGH), Image.Resampling.BICUBIC))


def photo():
    """Waves and spots of colour with the grain of a sensor, and three sheets with small print."""
    dice, noise = random.Random(5), numpy.random.default_rng(5)
    # Waves have no detail, so that they are drawn small.
    across = numpy.linspace(0, 1, WIDE // 8)[None, :]
    down = numpy.linspace(0, 1, HIGH // 8)[:, None]
    waves = numpy.full((3, HIGH // 8, WIDE // 8), 125.0)
    for _ in range(6):
        x, y = noise.uniform(0.5, 14, 2)
        wave = numpy.sin(6.283 * (x * across + y * down) + noise.uniform(0, 6.3))
        waves += wave * noise.uniform(-26, 26, (3, 1, 1))
    samples = numpy.stack([spread(wave) for wave in waves], axis=-1)
    for size, strength in ((2, 8), (8, 11), (40, 18)):
        for channel in range(3):
            samples[..., channel] += spread(noise.normal(0, strength, (HIGH // size, WIDE // size)))
    samples += noise.normal(0, 3, (HIGH, WIDE, 1)).astype(numpy.float32)
    made = bytes_of(samples)
    draw = ImageDraw.Draw(made)
    for left, top in ((400, 300), (3300, 500), (1800, 2200)):
        draw.rectangle((left, top, left + 1900, top + 1500), fill=(244, 242, 236))
        for row in range(34):
            font = ImageFont.load_default(26 if row % 3 else 34)
            place = (left + 60, top + 40 + row * 42)
            draw.text(place, line(dice, 8), font=font, fill=(40, 38, 44))
    return made.filter(ImageFilter.GaussianBlur(0.8))


def receipt():
    """A receipt on a table, a little askew, with light from one side."""
    dice, noise = random.Random(6), numpy.random.default_rng(6)
    table = numpy.full((HIGH, WIDE, 3), (74, 58, 46), numpy.float32)
    made = bytes_of(table + noise.normal(0, 9, (HIGH, WIDE, 1)))
    draw = ImageDraw.Draw(made)
    draw.rectangle((1500, 60, 4500, 3940), fill=(240, 240, 235))
    for row in range(92):
        font = ImageFont.load_default(24 if row % 4 else 38)
        ink = (50, 50, 58) if row % 7 else (170, 30, 30)
        draw.text((1560, 90 + row * 41), line(dice, 11)[:110], font=font, fill=ink)
    made = made.rotate(3, resample=Image.Resampling.BICUBIC, fillcolor=(74, 58, 46))
    light = numpy.linspace(0.8, 1.08, WIDE, dtype=numpy.float32)[None, :, None]
    samples = numpy.asarray(made) * light
    made = bytes_of(samples + noise.normal(0, 2.5, samples.shape))
    return made.filter(ImageFilter.GaussianBlur(0.7))


def scan():
    """Two pages of print on white, with a stamp."""
    dice, noise = random.Random(7), numpy.random.default_rng(7)
    made = Image.new("RGB", (WIDE, HIGH), (252, 252, 250))
    draw = ImageDraw.Draw(made)
    font = ImageFont.load_default(34)
    for column in range(2):
        for row in range(80):
            place = (150 + column * 2950, 90 + row * 48)
            draw.text(place, line(dice, 14)[:95], font=font, fill=(15, 15, 20))
    draw.rectangle((200, 3500, 1500, 3900), outline=(20, 40, 160), width=8)
    stamp = ImageFont.load_default(120)
    draw.text((260, 3600), "PAID 17.04.2026", font=stamp, fill=(20, 40, 160))
    samples = numpy.asarray(made) + noise.normal(0, 1.2, (HIGH, WIDE, 3))
    return bytes_of(samples).filter(ImageFilter.GaussianBlur(0.6))


def heic(source, path):
    """A picture of 12 megapixels as newer telephones make them."""
    from pillow_heif import register_heif_opener

    register_heif_opener()
    with Image.open(source) as picture:
        # Decoding takes as long whatever the encoder tried.
        quickly = {"preset": "ultrafast"}
        picture.resize((4032, 2688)).save(path, quality=60, enc_params=quickly)


def text_pdf(pages, path):
    """Pages of thirty lines each, deflated, with one font for all."""
    dice = random.Random(pages)
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    with Pdf(path) as pdf:
        shared = pdf.add(font)
        for page in range(pages):
            lines = b"".join(
                b"(Page %d, line %d: %d) Tj T*\n" % (page, row, dice.randrange(10**6))
                for row in range(30)
            )
            drawn = zlib.compress(b"BT /F1 12 Tf 50 780 Td 14 TL\n" + lines + b"ET")
            content = pdf.add_stream(b"/Filter/FlateDecode", drawn)
            pdf.add_page(content, b"/Font<</F1 %d 0 R>>" % shared)


def scan_pdf(pages, size, path):
    """Pages that are one JPEG of about so many bytes each."""
    noise = numpy.random.default_rng(pages)
    side = int(size**0.5)
    with Pdf(path) as pdf:
        for _ in range(pages):
            grain = Image.fromarray(noise.integers(0, 255, (side // 2, side // 2), numpy.uint8))
            coded = io.BytesIO()
            grain.resize((side, side)).save(coded, "JPEG", quality=90)
            about = b"/Type/XObject/Subtype/Image/Width %d/Height %d" % (side, side)
            about += b"/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/DCTDecode"
            image = pdf.add_stream(about, coded.getvalue())
            content = pdf.add_stream(b"", b"q 595 0 0 842 0 0 cm /Im0 Do Q")
            pdf.add_page(content, b"/XObject<</Im0 %d 0 R>>" % image)


class Pdf:
    """A PDF that is written as it grows: objects 1 and 2 are the catalogue and the page tree."""

    def __init__(self, path):
        self.file = open(path, "wb")  # noqa: SIM115
        self.offsets = [0, 0]
        self.pages = []

    def __enter__(self):
        self.file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        return self

    def add(self, body, number=None):
        if number is None:
            self.offsets.append(0)
            number = len(self.offsets)
        self.offsets[number - 1] = self.file.tell()
        self.file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        return number

    def add_stream(self, about, data):
        head = b"<<%s/Length %d>>" % (about, len(data))
        return self.add(head + b"\nstream\n" + data + b"\nendstream")

    def add_page(self, content, resources):
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<<%s>>>>"
        self.pages.append(self.add(page % (content, resources)))

    def __exit__(self, *_):
        self.add(b"<</Type/Catalog/Pages 2 0 R>>", 1)
        kids = b" ".join(b"%d 0 R" % page for page in self.pages)
        self.add(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self.pages), kids), 2)
        place, count = self.file.tell(), len(self.offsets) + 1
        self.file.write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        self.file.writelines(b"%010d 00000 n \n" % offset for offset in self.offsets)
        trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        self.file.write(trailer % (count, place))
        self.file.close()
