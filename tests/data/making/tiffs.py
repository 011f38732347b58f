"""TIFF files: most by Pillow, and by hand what it does not write."""

import io
import struct

from PIL import Image

from .drawing import WIDE, faded, grain, into, slip, stored
from .jpegs import inks
from .made import Made

SHORT, LONG, RATIONAL = 3, 4, 5


def tiff(*pictures, **options):
    out = io.BytesIO()
    first, *rest = pictures
    more = {"save_all": True, "append_images": rest} if rest else {}
    first.save(out, "TIFF", **more, **options)
    return out.getvalue()


def by_hand(pages, order="<"):
    """Pages as (tags, pieces): the pieces are strips or tiles, whose offsets and lengths are filled in."""
    out = bytearray((b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 0))
    link = 4
    for tags, pieces, (offsets, lengths) in pages:
        places = []
        for piece in pieces:
            out += bytes(len(out) % 2)
            places.append(len(out))
            out += piece
        tags = {**tags, offsets: (LONG, places), lengths: (LONG, [len(piece) for piece in pieces])}
        entries = b""
        for tag, (kind, values) in sorted(tags.items()):
            letter = {SHORT: "H", LONG: "I"}[kind]
            data = struct.pack(f"{order}{len(values)}{letter}", *values)
            if len(data) > 4:
                out += bytes(len(out) % 2)
                place, data = len(out), out.extend(data) or b""
                data = struct.pack(order + "I", place)
            entries += struct.pack(order + "HHI", tag, kind, len(values)) + data.ljust(4, b"\0")
        out += bytes(len(out) % 2)
        struct.pack_into(order + "I", out, link, len(out))
        out += struct.pack(order + "H", len(tags)) + entries
        link = len(out)
        out += bytes(4)
    return bytes(out)


STRIPS, TILES = (273, 279), (324, 325)


def tags_of(width, height, bits, photometric, **more):
    tags = {
        256: (LONG, [width]),
        257: (LONG, [height]),
        258: (SHORT, bits),
        259: (SHORT, [1]),
        262: (SHORT, [photometric]),
        277: (SHORT, [len(bits)]),
    }
    return {**tags, **{int(key[1:]): value for key, value in more.items()}}


def tiled(picture, side=64):
    pieces = []
    for y in range(0, picture.height, side):
        for x in range(0, picture.width, side):
            pieces.append(picture.crop((x, y, x + side, y + side)).tobytes())
    tags = tags_of(*picture.size, [8, 8, 8], 2, t322=(LONG, [side]), t323=(LONG, [side]))
    return by_hand([(tags, pieces, TILES)])


def planar(picture):
    tags = tags_of(*picture.size, [8, 8, 8], 2, t284=(SHORT, [2]), t278=(LONG, [picture.height]))
    return by_hand([(tags, [band.tobytes() for band in picture.split()], STRIPS)])


def big_endian_16(picture):
    rows = struct.pack(
        f">{picture.width * picture.height * 3}H", *(v * 257 for v in picture.tobytes())
    )
    tags = tags_of(*picture.size, [16, 16, 16], 2, t278=(LONG, [picture.height]))
    return by_hand([(tags, [rows], STRIPS)], ">")


def white_is_zero(picture):
    flipped = picture.point([255 - i for i in range(256)])
    tags = tags_of(*picture.size, [8], 0, t278=(LONG, [picture.height]))
    return by_hand([(tags, [flipped.tobytes()], STRIPS)])


def looped(content):
    """The last directory's link is set to the first."""
    content = bytearray(content)
    first = place = struct.unpack_from("<I", content, 4)[0]
    while True:
        link = place + 2 + 12 * struct.unpack_from("<H", content, place)[0]
        following = struct.unpack_from("<I", content, link)[0]
        if not following:
            struct.pack_into("<I", content, link, first)
            return bytes(content)
        place = following


def says(picture, **more):
    return {
        "media_type": "image/tiff",
        "pages": 1,
        "width": picture.width,
        "height": picture.height,
        "damaged": False,
        "encrypted": "no",
        **more,
    }


def files():
    picture, small = slip(), slip(90, 120)
    same, less = says(picture), says(small)
    yield Made("tiff/plain.tiff", tiff(small), "colour, not compressed", less)
    for name, compression in (("lzw", "tiff_lzw"), ("deflate", "tiff_adobe_deflate")):
        yield Made(
            f"tiff/{name}.tiff", tiff(picture, compression=compression), f"colour, {name}", same
        )
    yield Made("tiff/packbits.tiff", tiff(small, compression="packbits"), "colour, packbits", less)
    yield Made(
        "tiff/jpeg.tiff", tiff(grain(picture), compression="jpeg", quality=75), "JPEG inside", same
    )
    line = picture.convert("L").point([255 if i > 150 else 0 for i in range(256)]).convert("1")
    yield Made("tiff/g4.tiff", tiff(line, compression="group4"), "fax G4, 1 bit", same)
    yield Made("tiff/g3.tiff", tiff(line, compression="group3"), "fax G3, 1 bit", same)
    yield Made("tiff/gray-1.tiff", tiff(line), "1 bit, not compressed", same)
    yield Made(
        "tiff/gray-8.tiff", tiff(small.convert("L"), compression="tiff_lzw"), "gray, 8 bit", less
    )
    sixteen = _sixteen(small)
    yield Made(
        "tiff/gray-16.tiff", tiff(sixteen, compression="tiff_adobe_deflate"), "gray, 16 bit", less
    )
    yield Made(
        "tiff/palette.tiff", tiff(small.quantize(64), compression="tiff_lzw"), "palette", less
    )
    yield Made("tiff/cmyk.tiff", tiff(inks(small), compression="tiff_lzw"), "four inks", less)
    yield Made(
        "tiff/rgba.tiff", tiff(faded(small), compression="tiff_lzw"), "colour and alpha", less
    )
    yield Made(
        "tiff/rgb-16-big-endian.tiff",
        big_endian_16(slip(60, 80)),
        "colour, 16 bit, big-endian",
        says(slip(60, 80)),
    )
    yield Made("tiff/tiled.tiff", tiled(small), "tiles of 64 pixels", less)
    yield Made("tiff/planar.tiff", planar(small), "each colour for itself", less)
    yield Made(
        "tiff/white-is-zero.tiff", white_is_zero(small.convert("L")), "gray, white is zero", less
    )
    # What libtiff packs for Pillow is never a BigTIFF.
    tiny = slip(60, 80)
    yield Made("tiff/big.tiff", tiff(tiny, big_tiff=True), "BigTIFF", says(tiny))
    yield Made(
        "tiff/profile-wide.tiff",
        tiff(into(small, WIDE), compression="tiff_lzw", icc_profile=WIDE),
        "colours of the profile `wide`, which is in the file",
        less,
    )
    for orientation in (3, 6, 7):
        pixels = stored(picture, orientation)
        yield Made(
            f"tiff/orientation-{orientation}.tiff",
            tiff(pixels, compression="tiff_lzw", tiffinfo={274: orientation}),
            f"orientation {orientation}",
            says(pixels, orientation=orientation),
        )
    pages = [slip(90, 120), slip(120, 90).convert("L"), line, slip(60, 80)]
    several = tiff(*pages, compression="tiff_adobe_deflate")
    yield Made(
        "tiff/4-pages.tiff",
        several,
        "four pages of their own size and colours",
        {**less, "pages": 4},
    )
    yield Made(
        "tiff/4-pages-big.tiff",
        tiff(*pages, big_tiff=True),
        "four pages, BigTIFF",
        {**less, "pages": 4},
    )
    grays = [slip(*size).convert("L") for size in ((40, 50), (50, 40), (30, 30))]
    three = by_hand([(_gray_tags(one), [one.tobytes()], STRIPS) for one in grays], ">")
    yield Made(
        "tiff/3-pages-mixed.tiff",
        three,
        "three pages, big-endian",
        {**says(slip(40, 50)), "pages": 3},
    )
    # 12 pages as a fax machine sends them
    fax = [
        slip(200, 260 + 2 * number).convert("1", dither=Image.Dither.NONE) for number in range(12)
    ]
    yield Made(
        "tiff/12-pages.tiff",
        tiff(*fax, compression="group4"),
        "twelve pages, fax G4",
        {**says(fax[0]), "pages": 12},
    )
    damaged = {
        "media_type": "image/tiff",
        "damaged": True,
        "may_fail": ["document.damaged", "document.limit"],
    }
    yield Made(
        "tiff/loop.tiff",
        looped(several),
        "the last page names the first as the next one",
        {**damaged, "pages": 4, "hostile": True},
    )
    yield Made(
        "tiff/truncated.tiff",
        several[: len(several) * 3 // 5],
        "cut off: the later pages are lost",
        damaged,
    )
    yield Made(
        "tiff/truncated-pixels.tiff",
        _without_end(),
        "one page, its pixels cut off",
        {**damaged, "pages": 1, "width": 90, "height": 120},
    )
    second = three.index(struct.pack(">HHII", 256, LONG, 1, 50)) + 12
    yield Made(
        "tiff/garbled-page.tiff",
        three[:second] + b"-" + three[second:],
        "a byte too many among the facts of the second page",
        damaged,
    )
    yield Made(
        "tiff/truncated-header.tiff",
        several[:6],
        "cut off before its first page",
        {"fails": ["document.damaged", "source.type_refused"]},
    )
    yield Made(
        "tiff/bomb.tiff",
        by_hand(
            [(tags_of(65535, 65535, [8, 8, 8], 2, t278=(LONG, [65535])), [bytes(300)], STRIPS)]
        ),
        "says 65535 x 65535 pixels, and holds few",
        {
            "media_type": "image/tiff",
            "pages": 1,
            "width": 65535,
            "height": 65535,
            "encrypted": "no",
            "hostile": True,
        },
    )
    strips = tags_of(90, 120, [8], 1, t278=(LONG, [1]))
    content = bytearray(by_hand([(strips, [bytes(90)] * 120, STRIPS)]))
    at = content.index(struct.pack("<HHI", 273, LONG, 120))
    struct.pack_into("<I", content, at + 4, 0xFFFFFFF0)
    yield Made(
        "tiff/bomb-strips.tiff",
        bytes(content),
        "says it has four billion strips",
        {
            "media_type": "image/tiff",
            "may_fail": ["document.damaged", "document.limit"],
            "hostile": True,
        },
    )


def _gray_tags(picture):
    return tags_of(*picture.size, [8], 1, t278=(LONG, [picture.height]))


def _sixteen(picture):
    values = [value * 257 for value in picture.convert("L").tobytes()]
    return Image.frombytes("I;16", picture.size, struct.pack(f"<{len(values)}H", *values))


def _without_end():
    """Written with the directory first, so that only pixels are lost."""
    picture = slip(90, 120).convert("L")
    tags = {**_gray_tags(picture), 273: (LONG, [0]), 279: (LONG, [90 * 120])}
    start = 8 + 2 + 12 * len(tags) + 4
    tags[273] = (LONG, [start])
    out = b"II" + struct.pack("<HIH", 42, 8, len(tags))
    for tag, (kind, values) in sorted(tags.items()):
        data = struct.pack("<H" if kind == SHORT else "<I", values[0])
        out += struct.pack("<HHI", tag, kind, 1) + data.ljust(4, b"\0")
    return out + bytes(4) + picture.tobytes()[:5000]
