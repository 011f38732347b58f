"""HEIC and HEIF files."""

import struct

import pillow_heif

from .drawing import WIDE, encoded, exif, faded, grain, into, slip, stored
from .made import Made

pillow_heif.register_heif_opener()


def says(kind, picture, **more):
    return {
        "media_type": f"image/{kind}",
        "pages": 1,
        "width": picture.width,
        "height": picture.height,
        "damaged": False,
        "encrypted": "no",
        **more,
    }


def branded(content, brand):
    """The same file under another major brand."""
    return content[:8] + brand + content[12:]


def files():
    picture = slip()
    single = encoded(picture, "HEIF", quality=60)
    seen = says("heic", picture)
    yield Made("heif/single.heic", single, "HEIC, one picture", seen)
    yield Made(
        "heif/brand-heix.heic",
        branded(single, b"heix"),
        "HEIC: the same under the brand `heix`",
        seen,
    )
    yield Made(
        "heif/single.heif",
        branded(single, b"mif1"),
        "HEIF: the same under the brand `mif1`",
        says("heif", picture),
    )
    # The container's own turn is what counts; its EXIF block says the same and is not to be obeyed again.
    for orientation in (3, 5, 6, 8):
        pixels = stored(picture, orientation)
        yield Made(
            f"heif/orientation-{orientation}.heic",
            encoded(pixels, "HEIF", quality=60, exif=exif(orientation)),
            f"turned by the container (`irot`, `imir`) as EXIF orientation {orientation} would",
            says("heic", pixels, orientation=orientation),
        )
    yield Made(
        "heif/exif-alone.heic",
        _exif_alone(picture),
        "an EXIF orientation of 6 and no turn in the container: shown as it is",
        seen,
    )
    yield Made(
        "heif/grid.heic",
        encoded(grain(slip(300, 400)), "HEIF", quality=50, tile_size=128),
        "tiles of 128 pixels, as phones write them",
        says("heic", slip(300, 400)),
    )
    yield Made(
        "heif/odd.heic",
        encoded(slip(181, 239), "HEIF", quality=60),
        "odd sides",
        says("heic", slip(181, 239)),
    )
    yield Made("heif/gray.heic", encoded(picture.convert("L"), "HEIF", quality=60), "gray", seen)
    yield Made("heif/alpha.heic", encoded(faded(picture), "HEIF", quality=60), "with alpha", seen)
    yield Made(
        "heif/444.heic", encoded(picture, "HEIF", quality=60, chroma=444), "colour in full", seen
    )
    yield Made(
        "heif/profile-wide.heic",
        encoded(into(picture, WIDE), "HEIF", quality=60, icc_profile=WIDE),
        "colours of the profile `wide`, which is in the file",
        seen,
    )
    yield Made(
        "heif/thumbnail.heic",
        encoded(grain(picture), "HEIF", quality=60, thumbnails=[64]),
        "with a thumbnail, which is no picture of its own",
        seen,
    )
    second = slip(90, 120)
    yield Made(
        "heif/two-pictures.heic",
        encoded(picture, "HEIF", quality=60, save_all=True, append_images=[second]),
        "two pictures",
        {**seen, "pages": 2},
    )
    yield Made(
        "heif/sequence.heic",
        sequence(single),
        "brand `hevc`: a still picture, and a track that shows it twice",
        {**seen, "animated": True, "pages": 2},
    )
    shown = sequence(single)
    count = shown.index(b"stsz") + 12
    yield Made(
        "heif/sequence-beyond.heic",
        shown[:count] + b"\xff" * 4 + shown[count + 4 :],
        "a track that says it has four billion pictures",
        {**seen, "animated": True, "hostile": True},
    )
    yield Made(
        "heif/truncated.heic",
        single[: len(single) * 3 // 5],
        "cut off in its pixels",
        {**seen, "damaged": True},
    )
    yield Made(
        "heif/truncated-header.heic",
        single[:60],
        "cut off in its first boxes",
        {"media_type": "image/heic", "fails": ["document.damaged"]},
    )
    at = single.index(b"ispe") + 8
    yield Made(
        "heif/bomb.heic",
        single[:at] + struct.pack(">II", 65535, 65535) + single[at + 8 :],
        "says 65535 x 65535 pixels, and holds few",
        {
            "media_type": "image/heic",
            "pages": 1,
            "width": 65535,
            "height": 65535,
            "encrypted": "no",
            "hostile": True,
        },
    )


def _exif_alone(picture):
    """Written with a turn of none, and the EXIF block's orientation changed afterwards."""
    content = bytearray(encoded(picture, "HEIF", quality=60, exif=exif(1)))
    at = content.rindex(b"Exif\0\0") + 6
    order = "<" if content[at : at + 2] == b"II" else ">"
    entry = content.index(struct.pack(order + "HHI", 0x0112, 3, 1), at)
    struct.pack_into(order + "H", content, entry + 8, 6)
    return bytes(content)


def box(kind, *parts):
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def sequence(single):
    """A still picture with a `moov` box beside it, whose track shows that picture twice."""
    unity = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    mvhd = box(
        b"mvhd",
        bytes(12),
        struct.pack(">II", 1000, 400),
        bytes(24 - 4),
        unity,
        bytes(24),
        struct.pack(">I", 2),
    )
    configuration = single.index(b"hvcC") - 4
    length = struct.unpack_from(">I", single, configuration)[0]
    hvcc = single[configuration : configuration + length]
    entry = box(
        b"hvc1",
        bytes(6),
        struct.pack(">H", 1),
        bytes(16),
        struct.pack(">HH", 180, 240),
        struct.pack(">III", 0x480000, 0x480000, 0),
        struct.pack(">H", 1),
        bytes(32),
        struct.pack(">HH", 24, 0xFFFF),
        hvcc,
    )
    data = single.index(b"mdat") + 4
    size = len(single) - data
    stbl = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
        box(b"stts", bytes(4), struct.pack(">III", 1, 2, 200)),
        box(b"stsc", bytes(4), struct.pack(">IIII", 1, 1, 1, 1)),
        box(b"stsz", bytes(4), struct.pack(">IIII", 0, 2, size, size)),
        box(b"stco", bytes(4), struct.pack(">III", 2, data, data)),
    )
    minf = box(
        b"minf",
        box(b"vmhd", struct.pack(">I", 1), bytes(8)),
        box(
            b"dinf",
            box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", struct.pack(">I", 1))),
        ),
        stbl,
    )
    mdia = box(
        b"mdia",
        box(b"mdhd", bytes(12), struct.pack(">II", 1000, 400), bytes(4)),
        box(b"hdlr", bytes(8), b"pict", bytes(12), b"\0"),
        minf,
    )
    tkhd = box(
        b"tkhd",
        struct.pack(">I", 7),
        bytes(8),
        struct.pack(">III", 1, 0, 400),
        bytes(16),
        unity,
        struct.pack(">II", 180 << 16, 240 << 16),
    )
    return branded(single, b"hevc") + box(b"moov", mvhd, box(b"trak", tkhd, mdia))
