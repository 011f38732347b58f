"""The picture that the images show: a till slip on which a turn, a mirror or a wrong colour is seen."""

import io
import random
import struct

from PIL import Image, ImageCms, ImageDraw, ImageFont

INK = (28, 34, 44)
# The corners, clockwise from the top left. No two are alike, so that every turn can be told.
CORNERS = ((204, 36, 40), (26, 142, 66), (242, 190, 24), (34, 72, 190))
SLIP = (
    ("Harbour Ironmongery", 15),
    ("9 Tannery Steps, Oakhaven", 8),
    ("", 8),
    ("6 Brass hinges      14.10", 10),
    ("1 Door knob          8.75", 10),
    ("2 Wood glue         11.30", 10),
    ("", 8),
    ("TOTAL EUR  34.15", 14),
    ("VAT 20 % incl. 5.69  No. 5521", 7),
    ("guarantee of two years on all fittings", 6),
)


def slip(width=180, height=240):
    """The upright picture, in colour."""
    picture = Image.new("RGB", (width, height), (250, 248, 240))
    pen = ImageDraw.Draw(picture)
    side = max(4, width // 9)
    places = ((0, 0), (width - side, 0), (width - side, height - side), (0, height - side))
    for (x, y), colour in zip(places, CORNERS):
        pen.rectangle([x, y, x + side - 1, y + side - 1], fill=colour)
    y = side + height * 0.03
    for text, size in SLIP:
        font = ImageFont.load_default(max(4, size * width / 190))
        pen.text((width * 0.07, y), text, fill=INK, font=font)
        y += size * width / 190 * 1.35
    # A fall of colours, for the differences between one quality and another.
    top, bottom = int(height * 0.72), int(height * 0.86)
    for x in range(int(width * 0.07), int(width * 0.93)):
        part = x / width
        pen.line(
            [x, top, x, bottom],
            fill=(int(255 * part), int(200 * (1 - part)), int(120 + 100 * abs(part - 0.5))),
        )
    return picture


def grain(picture, amount=10):
    """The same with a little noise, as a camera gives it."""
    noise = random.Random(7).randbytes(picture.width * picture.height)
    speckle = Image.frombytes("L", picture.size, noise).point(
        [i * amount // 255 for i in range(256)]
    )
    dark = Image.merge("RGB", (speckle,) * 3)
    return Image.blend(picture, Image.eval(dark, lambda v: 255 - v), amount / 255)


def encoded(picture, kind, **more):
    """The picture as bytes of this kind."""
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def faded(picture):
    """The same with an alpha channel: clear at the left, solid at the right."""
    ramp = Image.linear_gradient("L").rotate(90).resize(picture.size)
    picture = picture.convert("RGBA")
    picture.putalpha(ramp)
    return picture


# What a viewer does to show a picture with this EXIF orientation.
SHOWN = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
BACK = {
    Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
    Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
}


def stored(picture, orientation):
    """The pixels to store so that a viewer that obeys `orientation` shows `picture`."""
    shown = SHOWN[orientation]
    return picture if shown is None else picture.transpose(BACK.get(shown, shown))


def exif(orientation, thumbnail=None):
    """An EXIF block with an orientation, and a small picture where one is given."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "Lumen & Quill"
    block = tags.tobytes()
    if thumbnail is None:
        return block
    # The second directory holds the thumbnail, by offset and length.
    head, body = block[:6], bytearray(block[6:])
    order = "<" if body[:2] == b"II" else ">"
    first = struct.unpack_from(order + "I", body, 4)[0]
    count = struct.unpack_from(order + "H", body, first)[0]
    place = len(body) + len(body) % 2
    struct.pack_into(order + "I", body, first + 2 + 12 * count, place)
    body += bytes(place - len(body))
    at = place + 2 + 3 * 12 + 4
    body += struct.pack(order + "H", 3)
    for tag, kind, value in ((0x0103, 3, 6), (0x0201, 4, at), (0x0202, 4, len(thumbnail))):
        packed = struct.pack(
            order + ("HH" if kind == 3 else "I"), *((value, 0) if kind == 3 else (value,))
        )
        body += struct.pack(order + "HHI", tag, kind, 1) + packed
    body += struct.pack(order + "I", 0) + thumbnail
    return head + bytes(body)


def _fixed(value):
    return struct.pack(">i", round(value * 65536))


def profile(name, primaries, gamma):
    """An ICC profile of three primaries (as XYZ under D50) and a gamma."""
    text = name.encode() + b"\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"No copyright\0",
        b"wtpt": b"XYZ " + bytes(4) + _fixed(0.9642) + _fixed(1.0) + _fixed(0.8249),
    }
    for letter, point in zip(b"rgb", primaries):
        tags[bytes([letter]) + b"XYZ"] = b"XYZ " + bytes(4) + b"".join(map(_fixed, point))
        curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
        tags[bytes([letter]) + b"TRC"] = curve
    table, data = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        table += tag + struct.pack(">II", start + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    body = struct.pack(">I", len(tags)) + table + data
    header = struct.pack(
        ">I4sI4s4s4s", 128 + len(body), b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ "
    )
    header += struct.pack(">6H", 2026, 10, 31, 0, 0, 0) + b"acsp" + bytes(28)
    header += _fixed(0.9642) + _fixed(1.0) + _fixed(0.8249)
    return header + bytes(128 - len(header)) + body


# Wider than sRGB, by the numbers that their makers published.
WIDE = profile(
    "Wide (P3 primaries)",
    ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)),
    2.2,
)
WIDER = profile(
    "Wider (1998 primaries)",
    ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446)),
    2.2,
)


def into(picture, icc):
    """The same colours, as numbers of another profile."""
    return ImageCms.profileToProfile(
        picture,
        ImageCms.createProfile("sRGB"),
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
    )
