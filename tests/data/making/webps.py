"""WebP files."""

import struct

from PIL import Image

from .drawing import WIDE, encoded, exif, faded, grain, into, slip, stored
from .made import Made


def says(picture, **more):
    return {
        "media_type": "image/webp",
        "pages": 1,
        "width": picture.width,
        "height": picture.height,
        "damaged": False,
        "encrypted": "no",
        **more,
    }


def files():
    picture = grain(slip())
    still = says(picture, animated=False)
    lossy = encoded(picture, "WEBP", quality=75)
    yield Made("webp/lossy.webp", lossy, "lossy", still)
    lossless = encoded(slip(), "WEBP", lossless=True)
    yield Made("webp/lossless.webp", lossless, "lossless", still)
    yield Made(
        "webp/lossy-alpha.webp",
        encoded(faded(picture), "WEBP", quality=75),
        "lossy, with alpha",
        still,
    )
    yield Made(
        "webp/lossless-alpha.webp",
        encoded(faded(slip()), "WEBP", lossless=True),
        "lossless, with alpha",
        still,
    )
    odd = slip(181, 239)
    yield Made(
        "webp/odd.webp",
        encoded(odd, "WEBP", quality=75),
        "lossy, odd sides",
        says(odd, animated=False),
    )
    frames = [slip(60, 80), slip(60, 80).transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    yield Made(
        "webp/animated.webp",
        encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=200),
        "animated: two frames",
        says(frames[0], animated=True),
    )
    pixels = stored(picture, 6)
    yield Made(
        "webp/orientation-6.webp",
        encoded(pixels, "WEBP", quality=75, exif=exif(6)),
        "EXIF orientation 6",
        says(pixels, animated=False, orientation=6),
    )
    yield Made(
        "webp/profile-wide.webp",
        encoded(into(picture, WIDE), "WEBP", quality=80, icc_profile=WIDE),
        "colours of the profile `wide`, which is in the file",
        still,
    )
    yield Made(
        "webp/truncated.webp",
        lossy[: len(lossy) // 2],
        "cut off in its pixels",
        {**still, "damaged": True},
    )
    yield Made(
        "webp/truncated-header.webp",
        lossy[:18],
        "cut off before its size",
        {"media_type": "image/webp", "fails": ["document.damaged"]},
    )
    huge = {
        "media_type": "image/webp",
        "pages": 1,
        "animated": False,
        "encrypted": "no",
        "hostile": True,
    }
    at = lossy.index(b"\x9d\x01\x2a") + 3
    yield Made(
        "webp/bomb.webp",
        lossy[:at] + struct.pack("<HH", 16383, 16383) + lossy[at + 4 :],
        "says 16383 x 16383 pixels, and holds few",
        {**huge, "width": 16383, "height": 16383},
    )
    header = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\xff" * 2
    body = b"WEBP" + header + lossy[12:]
    yield Made(
        "webp/bomb-canvas.webp",
        b"RIFF" + struct.pack("<I", len(body)) + body,
        "a canvas of 2^24 x 2^24 pixels around a small picture",
        {**huge, "width": 2**24, "height": 2**24},
    )
