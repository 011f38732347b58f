"""JPEG files."""

import io
import struct

from PIL import Image, ImageChops

from .drawing import WIDE, WIDER, exif, grain, into, slip, stored
from .made import Made

SOF = (0xC0, 0xC1, 0xC2)


def jpeg(picture, **options):
    """The picture as JPEG bytes."""
    out = io.BytesIO()
    picture.save(out, "JPEG", **{"quality": 80, **options})
    return out.getvalue()


def place_of(content, markers):
    """Where the first marker of these stands."""
    place = 2
    while content[place + 1] not in markers:
        place += 2 + struct.unpack_from(">H", content, place + 2)[0]
    return place


def resized(content, width, height):
    """The same file, with another size in its header."""
    at = place_of(content, SOF)
    return content[: at + 5] + struct.pack(">HH", height, width) + content[at + 9 :]


def inks(picture):
    """The picture in four inks, most of its gray in black alone."""
    bands = [bytearray() for _ in range(4)]
    pixels = picture.tobytes()
    for at in range(0, len(pixels), 3):
        colours = [255 - value for value in pixels[at : at + 3]]
        black = min(colours) * 7 // 10
        for band, ink in zip(bands, colours):
            band.append(round(255 * (ink - black) / (255 - black)))
        bands[3].append(black)
    return Image.merge("CMYK", [Image.frombytes("L", picture.size, bytes(band)) for band in bands])


def ycck(picture):
    """Four inks as Adobe's programs write them: three as brightness and colour, and black inverted."""
    cyan, magenta, yellow, black = inks(picture).split()
    planes = (
        *Image.merge("RGB", (cyan, magenta, yellow)).convert("YCbCr").split(),
        ImageChops.invert(black),
    )
    # Pillow inverts what it writes as CMYK.
    content = jpeg(Image.merge("CMYK", [ImageChops.invert(plane) for plane in planes]))
    at = place_of(content, (0xEE,))
    assert content[at + 4 : at + 9] == b"Adobe" and content[at + 15] == 0
    return content[: at + 15] + b"\x02" + content[at + 16 :]


def says(picture, **more):
    return {
        "media_type": "image/jpeg",
        "pages": 1,
        "width": picture.width,
        "height": picture.height,
        "damaged": False,
        "encrypted": "no",
        **more,
    }


def files():
    picture = grain(slip())
    odd = grain(slip(181, 239))
    fine = {"quality": 85}
    same = says(picture)
    baseline = jpeg(picture, subsampling=2)
    yield Made("jpeg/baseline.jpg", baseline, "baseline, colour, 4:2:0", same)
    yield Made("jpeg/progressive.jpg", jpeg(picture, progressive=True), "progressive", same)
    yield Made("jpeg/gray.jpg", jpeg(picture.convert("L")), "one component", same)
    yield Made(
        "jpeg/gray-progressive.jpg",
        jpeg(picture.convert("L"), progressive=True),
        "one component, progressive",
        same,
    )
    yield Made(
        "jpeg/cmyk.jpg", jpeg(inks(picture)), "four inks, inverted, with Adobe's marker", same
    )
    yield Made("jpeg/ycck.jpg", ycck(picture), "four inks as YCCK, with Adobe's marker", same)
    yield Made(
        "jpeg/cmyk-progressive.jpg",
        jpeg(inks(picture), progressive=True),
        "four inks, progressive",
        same,
    )
    yield Made(
        "jpeg/rgb.jpg", jpeg(picture, keep_rgb=True), "red, green and blue, not as YCbCr", same
    )
    for number, word in enumerate(("444", "422", "420")):
        yield Made(
            f"jpeg/{word}.jpg",
            jpeg(picture, subsampling=number, **fine),
            f"colour subsampled {':'.join(word)}",
            same,
        )
        yield Made(
            f"jpeg/odd-{word}.jpg",
            jpeg(odd, subsampling=number, **fine),
            f"odd sides, colour subsampled {':'.join(word)}",
            says(odd),
        )
    yield Made(
        "jpeg/one-pixel.jpg",
        jpeg(Image.new("RGB", (1, 1), (204, 36, 40))),
        "one pixel",
        says(Image.new("1", (1, 1))),
    )
    yield Made(
        "jpeg/narrow.jpg",
        jpeg(Image.new("RGB", (3, 1500), (34, 72, 190))),
        "3 x 1500 pixels",
        says(Image.new("1", (3, 1500))),
    )
    yield Made(
        "jpeg/restarts.jpg", jpeg(picture, restart_marker_rows=1), "with restart markers", same
    )
    for orientation in range(1, 9):
        pixels = stored(picture, orientation)
        yield Made(
            f"jpeg/orientation-{orientation}.jpg",
            jpeg(pixels, exif=exif(orientation)),
            f"EXIF orientation {orientation}",
            says(pixels, orientation=orientation),
        )
    yield Made(
        "jpeg/orientation-9.jpg",
        jpeg(picture, exif=exif(9)),
        "an EXIF orientation that there is not: shown as it is",
        same,
    )
    pixels = stored(picture, 6)
    block = exif(6, jpeg(slip(45, 60), quality=50))
    yield Made(
        "jpeg/thumbnail.jpg",
        jpeg(pixels, exif=block),
        "EXIF with orientation 6 and a small JPEG of another size",
        says(pixels, orientation=6),
    )
    yield Made(
        "jpeg/exif-broken.jpg",
        jpeg(picture, exif=b"Exif\0\0II*\0\xff\xff\xff\x7f"),
        "an EXIF block that points out of itself",
        same,
    )
    for word, icc in (("wide", WIDE), ("wider", WIDER)):
        yield Made(
            f"jpeg/profile-{word}.jpg",
            jpeg(into(picture, icc), icc_profile=icc),
            f"colours of the profile `{word}`, which is in the file",
            same,
        )
    yield Made(
        "jpeg/profile-broken.jpg",
        jpeg(picture, icc_profile=WIDE[:90] + bytes(40)),
        "a profile that is none",
        same,
    )
    yield Made(
        "jpeg/two-pictures.jpg",
        baseline + jpeg(slip(60, 80)),
        "a second JPEG after the end, as phones write it",
        same,
    )
    yield Made(
        "jpeg/junk-after.jpg",
        baseline + b"<html>not part of it</html>" * 20,
        "junk after the end",
        same,
    )
    half = {**says(picture), "damaged": True}
    yield Made(
        "jpeg/truncated.jpg", baseline[: len(baseline) * 3 // 5], "cut off in its pixels", half
    )
    yield Made(
        "jpeg/truncated-header.jpg",
        baseline[: place_of(baseline, SOF) + 3],
        "cut off before its size",
        {"media_type": "image/jpeg", "fails": ["document.damaged"]},
    )
    yield Made(
        "jpeg/only-two-bytes.jpg",
        b"\xff\xd8\xff\xe0",
        "nothing but its first bytes",
        {"media_type": "image/jpeg", "fails": ["document.damaged"]},
    )
    yield Made(
        "jpeg/no-pixels.jpg",
        resized(baseline, 0, 0),
        "no width and no height",
        {"media_type": "image/jpeg", "fails": ["document.damaged"]},
    )
    bomb = {
        "media_type": "image/jpeg",
        "pages": 1,
        "width": 65535,
        "height": 65535,
        "encrypted": "no",
    }
    yield Made(
        "jpeg/bomb.jpg",
        resized(baseline, 65535, 65535),
        "says 65535 x 65535 pixels, and holds few",
        {**bomb, "hostile": True},
    )
    yield Made(
        "jpeg/bomb-progressive.jpg",
        resized(jpeg(picture, progressive=True), 65535, 65535),
        "the same, progressive",
        {**bomb, "hostile": True},
    )
    scans = jpeg(slip(32, 32), progressive=True)
    last = scans.rindex(b"\xff\xda")
    yield Made(
        "jpeg/many-scans.jpg",
        resized(scans[:-2] + scans[last:-2] * 250 + scans[-2:], 4000, 4000),
        "250 scans over 16 million pixels that are not there",
        {
            "media_type": "image/jpeg",
            "pages": 1,
            "width": 4000,
            "height": 4000,
            "encrypted": "no",
            "hostile": True,
        },
    )
