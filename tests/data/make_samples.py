#!/usr/bin/env python3
"""Make the sample documents of this folder, and the results that belong to them.

How to run it, from the root of the repository:

    python3 -m venv .venv/samples
    .venv/samples/bin/pip install reportlab==5.1.0 pillow==13.0.0 pillow-heif==1.8.1
    .venv/samples/bin/python tests/data/make_samples.py

The files are written beside this script; another folder can be named as the
only argument. The outputs are committed, so the tests need none of the above.

Everything is invented: no such company, person, address or account exists.
The same package versions give the same bytes. The files in `responses/` are
written by hand and are not touched.

Each file in `results/` is the value of `inference.result`. Its positions are
those of the document it was made from:

    extraction, classification   invoice.pdf
    split                        invoice-3-pages.pdf
    crop                         two-pages.tiff
    ocr                          receipt.png
"""

import io
import json
import random
import sys
from pathlib import Path

import pillow_heif
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont
from reportlab import rl_config
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

SEED = 20261031
A4 = (595.0, 842.0)

INK = (34, 40, 49)
SOFT = (108, 115, 125)
ACCENT = (24, 78, 92)
FONT_SCALE = 0.96  # the font of the pictures runs larger than Helvetica
TINT = (232, 240, 241)
RULE = (196, 203, 208)

SUPPLIER = "Lumen & Quill Ltd"
SUPPLIER_ADDRESS = {
    "address": "14 Lantern Row, Eastmere EM4 2QX, United Kingdom",
    "street_number": "14",
    "street_name": "Lantern Row",
    "city": "Eastmere",
    "postal_code": "EM4 2QX",
    "country": "United Kingdom",
}
# description, quantity, unit price, total
LINES = [
    ("Desk lamp, brass, adjustable arm", 4, 89.50, 358.00),
    ("Fountain pen, black, fine nib", 12, 34.25, 411.00),
    ("Laid paper A4, ream of 250 sheets", 25, 14.90, 372.50),
]
NET, TAX, TOTAL = 1141.50, 228.30, 1369.80


def money(amount):
    return f"{amount:,.2f}"


# --------------------------------------------------------------------------
# A page is a list of drawing steps in points, origin at the top left. It can
# be painted into a PDF or into a picture, and knows where its texts are.


def pdf_width(text, size, bold):
    return stringWidth(text, "Helvetica-Bold" if bold else "Helvetica", size)


def picture_width(text, size, _bold):
    return ImageFont.load_default(size * FONT_SCALE * 4).getlength(text) / 4


class Page:
    def __init__(self, size=A4, width=None):
        self.size = size
        self.width = width or pdf_width
        self.steps = []
        self.texts = []  # (x0, baseline, size, bold, text)
        self.boxes = {}  # field name -> [x0, y0, x1, y1]

    def text(self, x, y, text, size=9.5, bold=False, align="left", color=INK, field=None):
        width = self.width(text, size, bold)
        x0 = {"left": x, "right": x - width, "center": x - width / 2}[align]
        self.steps.append(("text", x, y, text, size, bold, align, color))
        self.texts.append((x0, y, size, bold, text))
        if field:
            self.mark(field, x0, y - size * 0.78, x0 + width, y + size * 0.24)
        return x0 + width

    def mark(self, field, x0, y0, x1, y1):
        if field in self.boxes:
            a, b, c, d = self.boxes[field]
            x0, y0, x1, y1 = min(a, x0), min(b, y0), max(c, x1), max(d, y1)
        self.boxes[field] = [x0, y0, x1, y1]

    def rect(self, x, y, width, height, fill):
        self.steps.append(("rect", x, y, width, height, fill))

    def line(self, x0, y, x1, color=RULE, width=0.7):
        self.steps.append(("line", x0, y, x1, color, width))

    def disc(self, x, y, radius, fill):
        self.steps.append(("disc", x, y, radius, fill))

    def location(self, field, page=0):
        x0, y0, x1, y1 = self.boxes[field]
        return {"page": page, "polygon": polygon(x0, y0, x1, y1, self.size)}

    def rows(self):
        """The texts by line, top to bottom and left to right."""
        rows = []
        for item in sorted(self.texts, key=lambda t: (t[1], t[0])):
            if rows and abs(rows[-1][0][1] - item[1]) < 4.5:
                rows[-1].append(item)
            else:
                rows.append([item])
        return [sorted(row) for row in rows]

    def plain(self):
        return "\n".join(" ".join(t[4] for t in row) for row in self.rows())

    def to_pdf(self, canvas):
        height = self.size[1]
        for kind, *step in self.steps:
            if kind == "text":
                x, y, text, size, bold, align, color = step
                canvas.setFillColorRGB(*(c / 255 for c in color))
                canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
                draw = {
                    "left": canvas.drawString,
                    "right": canvas.drawRightString,
                    "center": canvas.drawCentredString,
                }[align]
                draw(x, height - y, text)
            elif kind == "rect":
                x, y, w, h, fill = step
                canvas.setFillColorRGB(*(c / 255 for c in fill))
                canvas.rect(x, height - y - h, w, h, stroke=0, fill=1)
            elif kind == "line":
                x0, y, x1, color, width = step
                canvas.setStrokeColorRGB(*(c / 255 for c in color))
                canvas.setLineWidth(width)
                canvas.line(x0, height - y, x1, height - y)
            else:
                x, y, radius, fill = step
                canvas.setFillColorRGB(*(c / 255 for c in fill))
                canvas.circle(x, height - y, radius, stroke=0, fill=1)
        canvas.showPage()

    def to_image(self, dpi):
        """Painted at twice the size and reduced, so that edges are smooth."""
        scale = 2 * dpi / 72
        big = Image.new("RGB", tuple(round(side * scale) for side in self.size), "white")
        pen = ImageDraw.Draw(big)
        for kind, *step in self.steps:
            if kind == "text":
                x, y, text, size, bold, align, color = step
                pen.text(
                    (x * scale, y * scale),
                    text,
                    fill=color,
                    font=ImageFont.load_default(size * scale * FONT_SCALE),
                    anchor={"left": "ls", "right": "rs", "center": "ms"}[align],
                    stroke_width=size * scale * 0.028 if bold else 0,
                )
            elif kind == "rect":
                x, y, w, h, fill = step
                pen.rectangle([x * scale, y * scale, (x + w) * scale, (y + h) * scale], fill=fill)
            elif kind == "line":
                x0, y, x1, color, width = step
                pen.line(
                    [x0 * scale, y * scale, x1 * scale, y * scale],
                    fill=color,
                    width=max(1, round(width * scale)),
                )
            else:
                x, y, radius, fill = step
                pen.ellipse(
                    [(x - radius) * scale, (y - radius) * scale,
                     (x + radius) * scale, (y + radius) * scale],
                    fill=fill,
                )
        return big.resize((big.width // 2, big.height // 2), Image.Resampling.LANCZOS)


def polygon(x0, y0, x1, y1, size):
    width, height = size
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return [[round(x / width, 4), round(y / height, 4)] for x, y in corners]


# --------------------------------------------------------------------------
# The documents


def letterhead(page, title):
    page.disc(66, 66, 17, ACCENT)
    page.disc(66, 61, 6.5, (246, 203, 110))
    page.rect(61, 70, 10, 1.8, (246, 203, 110))
    page.rect(62.5, 73.5, 7, 1.8, (246, 203, 110))
    page.text(94, 64, SUPPLIER, 17, bold=True, color=ACCENT, field="supplier_name")
    page.text(94, 79, "Lamps, pens and paper for quiet rooms", 8.5, color=SOFT)
    page.text(545, 68, title, 22, bold=True, align="right", color=ACCENT)
    page.line(50, 96, 545, ACCENT, 1.4)


def address_block(page, x, y, heading, lines):
    page.text(x, y, heading, 7.5, bold=True, color=SOFT)
    for number, line in enumerate(lines):
        page.text(x, y + 15 + 13 * number, line, 9.5, bold=number == 0)


def invoice_page(of=None):
    page = Page()
    letterhead(page, "INVOICE")

    page.text(50, 122, "FROM", 7.5, bold=True, color=SOFT)
    page.text(50, 137, "14", field="supplier_address.street_number")
    page.text(63.5, 137, "Lantern Row", field="supplier_address.street_name")
    page.text(50, 150, "Eastmere", field="supplier_address.city")
    page.text(92.5, 150, "EM4 2QX", field="supplier_address.postal_code")
    page.text(50, 163, "United Kingdom", field="supplier_address.country")
    page.text(50, 180, "accounts@lumen-quill.example.com", 8.5, color=SOFT)
    page.text(50, 192, "VAT number GB 000 0042 00", 8.5, color=SOFT)
    for part in ("street_number", "street_name", "city", "postal_code", "country"):
        page.mark("supplier_address", *page.boxes[f"supplier_address.{part}"])
    page.boxes["supplier_address.address"] = page.boxes["supplier_address"]

    address_block(page, 226, 122, "BILL TO", [
        "Bramble Hill Books", "Marta Ostrow", "7 Weir Street", "3021 Oakhaven", "Netherlands",
    ])

    page.rect(378, 110, 167, 92, TINT)
    facts = [
        ("Invoice number", "INV-2026-0042", "invoice_number"),
        ("Invoice date", "2026-10-31", "date"),
        ("Due date", "2026-11-30", "due_date"),
        ("Currency", "EUR", "currency"),
        ("Your order", "BHB-1187", None),
    ]
    for number, (label, value, field) in enumerate(facts):
        y = 127 + 16 * number
        page.text(388, y, label, 8.5, color=SOFT)
        page.text(535, y, value, 9.5, bold=number == 0, align="right", field=field)

    top = 232
    page.rect(50, top, 495, 22, ACCENT)
    white = (255, 255, 255)
    page.text(60, top + 14.5, "Description", 9, bold=True, color=white)
    page.text(350, top + 14.5, "Quantity", 9, bold=True, align="right", color=white)
    page.text(440, top + 14.5, "Unit price", 9, bold=True, align="right", color=white)
    page.text(535, top + 14.5, "Total", 9, bold=True, align="right", color=white)
    for number, (description, quantity, unit, total) in enumerate(LINES):
        y = top + 42 + 27 * number
        name = f"line_items.{number}"
        page.text(60, y, description, field=f"{name}.description")
        page.text(350, y, str(quantity), align="right", field=f"{name}.quantity")
        page.text(440, y, money(unit), align="right", field=f"{name}.unit_price")
        page.text(535, y, money(total), align="right", field=f"{name}.total_price")
        for part in ("description", "quantity", "unit_price", "total_price"):
            page.mark(name, *page.boxes[f"{name}.{part}"])
        page.line(50, y + 10, 545)

    y = top + 42 + 27 * len(LINES) + 14
    page.text(440, y, "Net amount", align="right", color=SOFT)
    page.text(535, y, money(NET), align="right", field="total_net")
    page.text(440, y + 18, "VAT 20 %", align="right", color=SOFT)
    page.text(535, y + 18, money(TAX), align="right", field="total_tax")
    page.rect(330, y + 29, 215, 26, TINT)
    page.text(440, y + 46, "Total due (EUR)", 11, bold=True, align="right", color=ACCENT)
    page.text(535, y + 46, money(TOTAL), 11, bold=True, align="right", color=ACCENT,
              field="total_amount")
    page.text(60, y, "Payment status: open", 9.5, bold=True, field="is_paid")

    page.text(50, 488, "PAYMENT", 7.5, bold=True, color=SOFT)
    rows = [
        ("Bank", "Eastmere Savings Bank"),
        ("Account holder", SUPPLIER),
        ("IBAN", "GB00 EAST 0000 0000 0000 42"),
        ("Reference", "INV-2026-0042"),
    ]
    for number, (label, value) in enumerate(rows):
        page.text(50, 504 + 14 * number, label, 9, color=SOFT)
        page.text(132, 504 + 14 * number, value, 9)

    page.text(50, 590, "NOTES", 7.5, bold=True, color=SOFT)
    page.text(50, 606, "Please pay within 30 days and quote the invoice number.", 9)
    page.text(50, 620, "The goods were delivered on 2026-10-29 and remain ours until they are paid.", 9)
    page.text(50, 634, "Lamps carry a guarantee of five years. Thank you for your order.", 9)

    footer(page, of)
    return page


def footer(page, of=None):
    page.line(50, 780, 545)
    page.text(50, 794, f"{SUPPLIER}  |  Registered in Eastmere, number 0004242", 7.5, color=SOFT)
    page.text(545, 794, of or "Page 1 of 1", 7.5, align="right", color=SOFT)
    page.text(50, 805, "www.lumen-quill.example.com", 7.5, color=SOFT)


def delivery_page():
    page = Page()
    letterhead(page, "DELIVERY NOTE")
    address_block(page, 50, 122, "DELIVER TO", [
        "Bramble Hill Books", "7 Weir Street", "3021 Oakhaven", "Netherlands",
    ])
    page.rect(378, 110, 167, 60, TINT)
    for number, (label, value) in enumerate([
        ("Delivery note", "DN-2026-0042"), ("Delivered on", "2026-10-29"), ("Your order", "BHB-1187"),
    ]):
        page.text(388, 127 + 16 * number, label, 8.5, color=SOFT)
        page.text(535, 127 + 16 * number, value, 9.5, bold=number == 0, align="right")
    page.rect(50, 232, 495, 22, ACCENT)
    page.text(60, 246.5, "Description", 9, bold=True, color=(255, 255, 255))
    page.text(535, 246.5, "Quantity", 9, bold=True, align="right", color=(255, 255, 255))
    for number, (description, quantity, _, _) in enumerate(LINES):
        y = 274 + 27 * number
        page.text(60, y, description)
        page.text(535, y, str(quantity), align="right")
        page.line(50, y + 10, 545)
    page.text(50, 372, "Three parcels, 41.2 kg in all. The parcels are listed on the next page.", 9)
    page.text(50, 440, "Received by", 9, color=SOFT)
    page.line(112, 441, 320)
    page.text(340, 440, "Date", 9, color=SOFT)
    page.line(368, 441, 545)
    footer(page, "Page 2 of 3")
    return page


def parcels_page():
    page = Page()
    letterhead(page, "DELIVERY NOTE")
    page.text(50, 126, "Parcels of delivery note DN-2026-0042", 12, bold=True)
    for number, (name, content) in enumerate([
        ("Parcel 1, 14.6 kg", "4 desk lamps, wrapped one by one"),
        ("Parcel 2, 1.1 kg", "12 fountain pens in presentation boxes"),
        ("Parcel 3, 25.5 kg", "25 reams of laid paper"),
    ]):
        y = 160 + 44 * number
        page.rect(50, y - 16, 495, 36, TINT)
        page.text(62, y, name, bold=True)
        page.text(62, y + 13, content, 9, color=SOFT)
    page.text(50, 300, "Please check the parcels and report any damage within seven days.", 9)
    footer(page, "Page 3 of 3")
    return page


FIRST_RECEIPT = {
    "when": "2026-10-30 09:14",
    "number": "3187",
    "items": [
        ("2 Flat white", "6.80"), ("1 Mint tea", "2.90"),
        ("2 Almond croissant", "7.40"), ("1 Orange juice", "3.50"),
    ],
    "net": "18.90",
    "tax": "1.70",
    "total": "20.60",
}
SECOND_RECEIPT = {
    "when": "2026-10-31 13:47",
    "number": "3246",
    "items": [
        ("1 Onion soup", "6.50"), ("1 Cheese sandwich", "5.95"),
        ("1 Pear juice", "3.75"), ("1 Espresso", "2.30"),
    ],
    "net": "16.97",
    "tax": "1.53",
    "total": "18.50",
}


def receipt_page(facts):
    page = Page((260.0, 400.0), picture_width)
    middle, left, right = 130, 24, 236
    page.text(middle, 42, "The Copper Kettle", 17, bold=True, align="center")
    page.text(middle, 58, "2 Mill Yard, Oakhaven", 9.5, align="center")
    page.text(middle, 71, "copper-kettle.example.com", 9.5, align="center")
    page.line(left, 86, right, INK, 0.8)
    page.text(left, 104, facts["when"], 10)
    page.text(right, 104, "No. " + facts["number"], 10, align="right")
    page.line(left, 114, right, INK, 0.8)
    for number, (item, price) in enumerate(facts["items"]):
        page.text(left, 136 + 19 * number, item, 11)
        page.text(right, 136 + 19 * number, price, 11, align="right")
    page.line(left, 208, right, INK, 0.8)
    page.text(left, 228, "Net", 11)
    page.text(right, 228, facts["net"], 11, align="right")
    page.text(left, 246, "VAT 9 %", 11)
    page.text(right, 246, facts["tax"], 11, align="right")
    page.text(left, 272, "TOTAL EUR", 15, bold=True)
    page.text(right, 272, facts["total"], 15, bold=True, align="right")
    page.line(left, 286, right, INK, 0.8)
    page.text(left, 304, "Paid by card", 10)
    page.text(right, 304, "**** 0000", 10, align="right")
    page.text(middle, 338, "Thank you, see you soon!", 11, align="center")
    stripes = random.Random(SEED + int(facts["number"]))
    x = 62.0
    while x < 196:
        width = stripes.choice((1.0, 1.0, 2.0, 3.0))
        page.rect(x, 352, width, 26, INK)
        x += width + stripes.choice((1.2, 1.2, 2.4))
    return page


# --------------------------------------------------------------------------
# Pictures


def noise(size, low, high, seed):
    data = random.Random(seed).randbytes(size[0] * size[1])
    span = high - low
    return Image.frombytes("L", size, data).point([low + i * span // 255 for i in range(256)])


def shaded(picture, darkest, angle):
    """A soft fall of light over the picture, from full brightness down to `darkest`."""
    side = Image.linear_gradient("L").rotate(angle, resample=Image.Resampling.BICUBIC)
    side = side.crop((38, 38, 218, 218)).resize(picture.size, Image.Resampling.BICUBIC)
    light = side.point([255 - i * (255 - darkest) // 255 for i in range(256)])
    return ImageChops.multiply(picture, Image.merge("RGB", (light, light, light)))


def photo(page):
    """The page as if photographed on a desk."""
    sheet = page.to_image(108)
    sheet = ImageChops.multiply(sheet, Image.new("RGB", sheet.size, (252, 249, 242)))
    sheet = shaded(sheet, 240, 32)

    size = (sheet.width + 84, sheet.height + 90)
    grain = noise((size[0] // 24, size[1]), 0, 255, SEED)
    grain = grain.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1.2))
    desk = Image.composite(
        Image.new("RGB", size, (132, 101, 74)), Image.new("RGB", size, (112, 83, 59)), grain
    )
    desk = desk.filter(ImageFilter.GaussianBlur(1))

    mask = Image.new("L", size, 0)
    mask.paste(255, (42, 45, 42 + sheet.width, 45 + sheet.height))
    full = Image.new("RGB", size)
    full.paste(sheet, (42, 45))
    turn = {"resample": Image.Resampling.BICUBIC}
    full, mask = full.rotate(-1.3, **turn), mask.rotate(-1.3, **turn)
    shadow = ImageChops.offset(mask, 7, 9).filter(ImageFilter.GaussianBlur(9))
    desk.paste((38, 27, 20), (0, 0), shadow.point([i * 150 // 255 for i in range(256)]))
    desk.paste(full, (0, 0), mask)
    desk = shaded(desk, 222, -140)

    speckle = noise(size, 0, 10, SEED + 1)
    desk = ImageChops.subtract(desk, Image.merge("RGB", (speckle,) * 3))
    return desk.filter(ImageFilter.GaussianBlur(0.35))


def scan(picture):
    return picture.convert("L").point([255 if i > 150 else 0 for i in range(256)]).convert("1")


def two_receipts(size, receipts):
    """A page with two receipts on it, as it comes out of a flat scanner."""
    page = Image.new("RGB", size, "white")
    polygons = []
    for place, receipt in zip([(62, 90), (486, 610)], receipts):
        single = receipt.to_image(100)
        framed = Image.new("RGB", (single.width + 4, single.height + 4), (90, 90, 90))
        framed.paste(single, (2, 2))
        page.paste(framed, place)
        x, y = place
        polygons.append(polygon(x, y, x + framed.width, y + framed.height, size))
    return page, polygons


# --------------------------------------------------------------------------
# Results


def simple(value, page=None, name=None, confidence="Certain"):
    locations = [page.location(name)] if page else []
    return {"value": value, "confidence": confidence, "locations": locations}


def extraction_result(page):
    address = {
        key: simple(value, page, f"supplier_address.{key}", "High" if key == "address" else "Certain")
        for key, value in SUPPLIER_ADDRESS.items()
    }
    items = []
    for number, line in enumerate(LINES):
        name = f"line_items.{number}"
        keys = ("description", "quantity", "unit_price", "total_price")
        items.append({
            "fields": {
                key: simple(value, page, f"{name}.{key}", "Medium" if key == "description" else "High")
                for key, value in zip(keys, line)
            },
            "confidence": "High",
            "locations": [page.location(name)],
        })
    return {
        "fields": {
            "supplier_name": simple(SUPPLIER, page, "supplier_name"),
            "supplier_address": {
                "fields": address,
                "confidence": "High",
                "locations": [page.location("supplier_address")],
            },
            "invoice_number": simple("INV-2026-0042", page, "invoice_number"),
            "date": simple("2026-10-31", page, "date"),
            "due_date": simple("2026-11-30", page, "due_date", "High"),
            "currency": simple("EUR", page, "currency"),
            "total_net": simple(NET, page, "total_net"),
            "total_tax": simple(TAX, page, "total_tax", "High"),
            "total_amount": simple(TOTAL, page, "total_amount"),
            "is_paid": simple(False, page, "is_paid", "Low"),
            "line_items": {"items": items, "confidence": "High"},
        },
        "raw_text": {"pages": [{"content": page.plain()}]},
        "rag": None,
    }


def receipt_result(page, facts):
    return {
        "fields": {
            "supplier_name": simple("The Copper Kettle"),
            "date": simple(facts["when"][:10], confidence="High"),
            "currency": simple("EUR"),
            "total_amount": simple(float(facts["total"])),
        },
        "raw_text": {"pages": [{"content": page.plain()}]},
        "rag": None,
    }


def chained(number, name, mime_type, result):
    identifier = f"7d9f3c52-1e84-4b6a-9c0d-5a2e8f4170{number:02d}"
    return {
        "inference": {
            "id": identifier,
            "job": {"id": identifier},
            "model": {"id": "c1b5a0e6-3f27-4d98-8e41-90ab6d7f2c35"},
            "file": {"name": name, "alias": None, "page_count": 1, "mime_type": mime_type},
            "active_options": {
                "raw_text": True,
                "polygon": True,
                "confidence": True,
                "rag": False,
                "multipage_context": False,
                "text_context": False,
                "data_schema": {"replace": False},
            },
            "result": result,
        }
    }


def ocr_result(page):
    words = []
    for row in page.rows():
        for x0, y, size, bold, text in row:
            for word in text.split(" "):
                width = page.width(word, size, bold)
                box = (x0, y - size * 0.78, x0 + width, y + size * 0.24)
                words.append({"content": word, "polygon": polygon(*box, page.size)})
                x0 += width + page.width(" ", size, bold)
    return {"pages": [{"content": page.plain(), "words": words}]}


def as_json(value, indent=0):
    """Indented JSON that keeps short values on one line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(short) + indent <= 100 or not isinstance(value, (dict, list)):
        return short
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        body = [f"{pad}{json.dumps(k, ensure_ascii=False)}: {as_json(v, indent + 2)}" for k, v in value.items()]
        return "{\n" + ",\n".join(body) + "\n" + " " * indent + "}"
    body = [pad + as_json(v, indent + 2) for v in value]
    return "[\n" + ",\n".join(body) + "\n" + " " * indent + "]"


# --------------------------------------------------------------------------
# Files


def pdf(pages, title):
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor(SUPPLIER)
    canvas.setSubject("Sample document")
    for page in pages:
        page.to_pdf(canvas)
    canvas.save()
    return buffer.getvalue()


def encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def main(folder):
    rl_config.useA85 = 0  # keep compressed streams binary, as most producers do
    pillow_heif.register_heif_opener()
    files = {}

    invoice = invoice_page()
    receipt, other = receipt_page(FIRST_RECEIPT), receipt_page(SECOND_RECEIPT)
    files["invoice.pdf"] = pdf([invoice], "Invoice INV-2026-0042")
    files["invoice-3-pages.pdf"] = pdf(
        [invoice_page("Page 1 of 3"), delivery_page(), parcels_page()],
        "Invoice INV-2026-0042 with delivery note",
    )
    files["invoice.jpg"] = encoded(photo(invoice), "JPEG", quality=62, optimize=True, dpi=(108, 108))

    paper = receipt.to_image(144)
    files["receipt.png"] = encoded(
        paper.convert("L").quantize(16), "PNG", optimize=True, dpi=(144, 144)
    )
    colour = shaded(ImageChops.multiply(paper, Image.new("RGB", paper.size, (251, 248, 240))), 226, 20)
    files["receipt.webp"] = encoded(colour, "WEBP", quality=70, method=6)
    files["receipt.heic"] = encoded(colour, "HEIF", quality=60)

    first = invoice.to_image(110)
    second, places = two_receipts(first.size, (receipt, other))
    files["two-pages.tiff"] = encoded(
        scan(first), "TIFF", save_all=True, append_images=[scan(second)],
        compression="group4", dpi=(110, 110),
    )
    tiny = Image.new("P", (24, 24), 0)
    tiny.putpalette([250, 247, 238, 24, 78, 92, 246, 203, 110])
    pen = ImageDraw.Draw(tiny)
    pen.ellipse([2, 2, 21, 21], fill=1)
    pen.ellipse([8, 6, 15, 13], fill=2)
    files["picture.gif"] = encoded(tiny, "GIF")

    whole = files["invoice.pdf"]
    junk = b"\x00\xff\xfeScanned by desk 2, tray 1, batch 0042\r\n\x1b\x90\x07"
    junk += random.Random(SEED).randbytes(60 - len(junk))
    assert len(junk) == 60 and b"%" not in junk
    files["broken-header.pdf"] = junk + whole
    files["no-header.pdf"] = whole[whole.index(b"\n") + 1:]
    assert b"%PDF" not in files["no-header.pdf"]
    files["not-a.pdf"] = (
        b"Shopping list\n\n- two lamps\n- one bottle of ink\n- paper, the thick kind\n\n"
        b"This is plain text under the name of another type.\n"
    )
    files["empty.pdf"] = b""

    result = extraction_result(invoice)
    sheet = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    crops = [
        {"object_type": "invoice", "location": {"page": 0, "polygon": sheet}},
        {"object_type": "receipt", "location": {"page": 1, "polygon": places[0]}},
        {"object_type": "receipt", "location": {"page": 1, "polygon": places[1]}},
    ]
    three = extraction_result(invoice_page("Page 1 of 3"))
    child = chained(1, "invoice-3-pages.pdf_split_0_1", "application/pdf", three)
    results = {
        "extraction": result,
        "split": {
            "splits": [
                {"page_range": [0, 0], "document_type": "invoice", "extraction_response": child},
                {"page_range": [1, 2], "document_type": "delivery_note", "extraction_response": None},
            ]
        },
        "crop": {"crops": crops},
        "crop-chained": {
            "crops": [
                dict(crops[0], extraction_response=None),
                dict(crops[1], extraction_response=chained(
                    2, "receipt-1.png", "image/png", receipt_result(receipt, FIRST_RECEIPT))),
                dict(crops[2], extraction_response=chained(
                    3, "receipt-2.png", "image/png", receipt_result(other, SECOND_RECEIPT))),
            ]
        },
        "classification": {"classification": {"document_type": "invoice"}},
        "classification-chained": {
            "classification": {
                "document_type": "invoice",
                "extraction_response": chained(4, "invoice.pdf", "application/pdf", result),
            }
        },
        "ocr": ocr_result(receipt),
    }
    for name, value in results.items():
        files[f"results/{name}.json"] = (as_json(value) + "\n").encode()

    (folder / "results").mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
        print(f"{len(data):8,d}  {name}")
    print(f"{sum(map(len, files.values())):8,d}  in all")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
