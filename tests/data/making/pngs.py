"""PNG files, written here by hand: Pillow knows neither interlacing nor every depth."""

import io
import struct
import zlib

from PIL import Image

from .drawing import WIDE, exif, faded, grain, into, slip, stored
from .made import Made, open_to

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rows_of(samples, width, height, channels, depth, left=0, top=0, step_x=1, step_y=1):
    """The samples of one pass, packed, each row with the filter `none` in front."""
    out = bytearray()
    for y in range(top, height, step_y):
        row = []
        for x in range(left, width, step_x):
            at = (y * width + x) * channels
            row += samples[at : at + channels]
        if not row:
            continue
        out.append(0)
        if depth == 16:
            out += struct.pack(f">{len(row)}H", *row)
        elif depth == 8:
            out += bytes(row)
        else:
            bits = "".join(format(value, f"0{depth}b") for value in row)
            bits += "0" * (-len(bits) % 8)
            out += int(bits, 2).to_bytes(len(bits) // 8, "big")
    return bytes(out)


def png(size, colour, depth, samples, before=b"", interlaced=False, after=b""):
    """A PNG of these samples; `before` and `after` are chunks around the pixels."""
    (width, height), channels = size, CHANNELS[colour]
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    raw = b"".join(rows_of(samples, width, height, channels, depth, *one) for one in passes)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return (
        SIGNATURE
        + chunk(b"IHDR", head)
        + before
        + chunk(b"IDAT", zlib.compress(raw, 9))
        + after
        + chunk(b"IEND")
    )


def flat(picture):
    return list(picture.tobytes())


def wide(values):
    """8 bits to 16, with something in the lower half."""
    return [
        value * 257 ^ (index % 7 if 0 < value < 255 else 0) for index, value in enumerate(values)
    ]


def says(picture, **more):
    return {
        "media_type": "image/png",
        "pages": 1,
        "width": picture.width,
        "height": picture.height,
        "animated": False,
        "damaged": False,
        "encrypted": "no",
        **more,
    }


def bomb(width, height, colour=RGB, depth=8):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        SIGNATURE
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(5000), 9))
        + chunk(b"IEND")
    )


def animated(frames):
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], duration=200, loop=0)
    return out.getvalue()


def files():
    picture = slip()
    small, size = slip(90, 120), (90, 120)
    gray = small.convert("L")
    same, less = says(picture), says(small)
    for depth in (1, 2, 4, 8):
        values = [value >> (8 - depth) for value in flat(gray)]
        yield Made(
            f"png/gray-{depth}.png", png(size, GRAY, depth, values), f"gray, {depth} bit", less
        )
    yield Made("png/gray-16.png", png(size, GRAY, 16, wide(flat(gray))), "gray, 16 bit", less)
    yield Made(
        "png/gray-see-through.png",
        png(size, GRAY, 8, flat(gray), chunk(b"tRNS", struct.pack(">H", gray.getpixel((45, 2))))),
        "gray, with one shade that is clear",
        less,
    )
    yield Made("png/rgb-8.png", png(picture.size, RGB, 8, flat(picture)), "colour, 8 bit", same)
    yield Made("png/rgb-16.png", png(size, RGB, 16, wide(flat(small))), "colour, 16 bit", less)
    yield Made(
        "png/rgb-see-through.png",
        png(
            size, RGB, 8, flat(small), chunk(b"tRNS", struct.pack(">3H", *small.getpixel((45, 2))))
        ),
        "colour, with one colour that is clear",
        less,
    )
    few = small.quantize(16, dither=Image.Dither.NONE)
    palette = chunk(b"PLTE", bytes(few.getpalette()[:48]))
    for depth in (4, 8):
        yield Made(
            f"png/palette-{depth}.png",
            png(size, PALETTE, depth, flat(few), palette),
            f"palette, {depth} bit",
            less,
        )
    clear = chunk(b"tRNS", bytes(255 - 16 * index for index in range(12)))
    yield Made(
        "png/palette-see-through.png",
        png(size, PALETTE, 8, flat(few), palette + clear),
        "palette, with clear and half clear entries",
        less,
    )
    alpha = faded(small)
    yield Made("png/rgba-8.png", png(size, RGBA, 8, flat(alpha)), "colour and alpha, 8 bit", less)
    yield Made(
        "png/rgba-16.png", png(size, RGBA, 16, wide(flat(alpha))), "colour and alpha, 16 bit", less
    )
    both = alpha.convert("LA")
    yield Made(
        "png/gray-alpha-8.png", png(size, GRAY_ALPHA, 8, flat(both)), "gray and alpha, 8 bit", less
    )
    yield Made(
        "png/gray-alpha-16.png",
        png(size, GRAY_ALPHA, 16, wide(flat(both))),
        "gray and alpha, 16 bit",
        less,
    )
    yield Made(
        "png/interlaced.png", png(size, RGB, 8, flat(small), interlaced=True), "interlaced", less
    )
    yield Made(
        "png/interlaced-gray-1.png",
        png(
            (89, 117), GRAY, 1, [v >> 7 for v in flat(slip(89, 117).convert("L"))], interlaced=True
        ),
        "interlaced, gray, 1 bit, odd sides",
        says(slip(89, 117)),
    )
    pixels = stored(picture, 6)
    turn = chunk(b"eXIf", exif(6)[6:])
    yield Made(
        "png/orientation-6.png",
        png(pixels.size, RGB, 8, flat(pixels), turn),
        "EXIF orientation 6",
        says(pixels, orientation=6),
    )
    yield Made(
        "png/orientation-6-last.png",
        png(pixels.size, RGB, 8, flat(pixels), after=turn),
        "EXIF orientation 6, after the pixels",
        says(pixels, orientation=6),
    )
    named = chunk(b"iCCP", b"wide\0\0" + zlib.compress(WIDE, 9))
    yield Made(
        "png/profile-wide.png",
        png(size, RGB, 8, flat(into(small, WIDE)), named),
        "colours of the profile `wide`, which is in the file",
        less,
    )
    moving = [slip(60, 80), slip(60, 80).transpose(Image.Transpose.FLIP_LEFT_RIGHT), slip(60, 80)]
    yield Made(
        "png/animated.png",
        animated(moving),
        "animated: three frames",
        says(moving[0], animated=True),
    )
    one = struct.pack(">II", 1, 0)
    yield Made(
        "png/animated-one-frame.png",
        png(size, RGB, 8, flat(small), chunk(b"acTL", one)),
        "animated by its header, with one frame",
        {**less, "animated": True},
    )
    whole = png(picture.size, RGB, 8, flat(grain(picture)))
    yield Made(
        "png/truncated.png",
        whole[: len(whole) // 2],
        "cut off in its pixels",
        {**same, "damaged": True},
    )
    yield Made("png/no-end.png", whole[:-12], "without its last chunk", {**same, "damaged": True})
    yield Made(
        "png/truncated-header.png",
        whole[:20],
        "cut off before its size",
        {"media_type": "image/png", "fails": ["document.damaged"]},
    )
    at = whole.index(b"IDAT") + 200
    yield Made(
        "png/wrong-checksum.png",
        whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
        "a bit turned in its pixels: inspecting need not see it",
        open_to(same, "damaged"),
    )
    yield Made(
        "png/no-pixels.png",
        bomb(0, 0),
        "no width and no height",
        {"media_type": "image/png", "fails": ["document.damaged"]},
    )
    huge = {
        "media_type": "image/png",
        "pages": 1,
        "animated": False,
        "encrypted": "no",
        "hostile": True,
    }
    yield Made(
        "png/bomb.png",
        bomb(65535, 65535),
        "says 65535 x 65535 pixels, and holds few",
        {**huge, "width": 65535, "height": 65535},
    )
    yield Made(
        "png/bomb-beyond.png",
        bomb(2**31 - 1, 2**31 - 1),
        "says the most pixels that a PNG can",
        {**huge, "width": 2**31 - 1, "height": 2**31 - 1},
    )
    inflating = chunk(b"iCCP", b"bomb\0\0" + zlib.compress(bytes(60_000_000), 9))
    yield Made(
        "png/bomb-profile.png",
        png((8, 8), GRAY, 8, [90] * 64, inflating),
        "a profile that inflates to 60 MB",
        {**huge, "width": 8, "height": 8},
    )
    texts = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(40_000_000), 9))
    yield Made(
        "png/bomb-text.png",
        png((8, 8), GRAY, 8, [90] * 64, texts),
        "a text that inflates to 40 MB",
        {**huge, "width": 8, "height": 8},
    )
    long = struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + bytes(40)
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    yield Made(
        "png/bomb-chunk.png",
        SIGNATURE + chunk(b"IHDR", head) + long,
        "a chunk that says it is 2 GB long",
        {**huge, "width": 8, "height": 8, "damaged": True},
    )
