"""What was shrunk is what Pillow makes of it: its size, its turn, its colours."""

import pytest
from PIL import Image, ImageOps
from readers import DOCUMENTS, EXPECTED, is_sound, named, opened, psnr, rendered, seen, texts

from mindee_core import document

NEAR = 30
"""In dB, of a picture of small print at quality 95, against Pillow's own reduction."""
PICTURES = [
    name
    for name in named("image/", damaged=False)
    if EXPECTED[name].get("width", 0) >= 60
    and EXPECTED[name].get("pages") == 1
    and not EXPECTED[name].get("animated")
]
SCANS = [name for name in named("application/pdf", damaged=False) if "/scan" in name]


def near(path, made):
    """How near a shrunk picture is to what Pillow makes of the original."""
    picture = opened(made.content)
    assert picture.getexif().get(0x0112, 1) == 1
    return psnr(
        ImageOps.exif_transpose(picture).convert("RGB"),
        seen(path).resize(picture.size, Image.Resampling.LANCZOS),
    )


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", PICTURES)
def test_a_shrunk_picture_is_upright_and_has_its_colours(name):
    upright = seen(DOCUMENTS / name)
    made = document.shrink(DOCUMENTS / name, max_width=50, quality=95)
    if not made.smaller:
        assert made.content == (DOCUMENTS / name).read_bytes()
        assert len(made.content) < 3_000
        return
    picture = opened(made.content)
    assert picture.size == (50, round(upright.height * 50 / upright.width))
    assert Image.MIME[picture.format] == made.media_type
    assert made.filename.endswith({"image/jpeg": ".jpg", "image/png": ".png"}[made.media_type])
    assert near(DOCUMENTS / name, made) >= NEAR


@pytest.mark.parametrize("name", named("image/", damaged=False))
def test_no_picture_grows(name):
    before = document.inspect(DOCUMENTS / name)
    made = document.shrink(DOCUMENTS / name, max_width=10_000, max_height=10_000)
    assert len(made.content) <= before.length
    assert made.smaller == (len(made.content) < before.length)
    if made.smaller:
        assert sorted(opened(made.content).size) == sorted((before.width, before.height))
    else:
        assert made.content == (DOCUMENTS / name).read_bytes()
        assert made.note


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_applied_and_dropped(orientation):
    upright = seen(DOCUMENTS / "jpeg/orientation-1.jpg")
    made = document.shrink(
        DOCUMENTS / f"jpeg/orientation-{orientation}.jpg", max_width=90, quality=95
    )
    picture = opened(made.content)
    assert picture.size == (90, 120)
    assert psnr(picture, upright.resize((90, 120), Image.Resampling.LANCZOS)) >= NEAR


@pytest.mark.parametrize("name", ["jpeg/baseline.jpg", "png/rgb-8.png", "heif/single.heic"])
def test_a_picture_is_brought_to_so_many_bytes(name):
    made = document.shrink(DOCUMENTS / name, max_bytes=2_500)
    assert len(made.content) <= 2_500
    assert opened(made.content).width > 20


def test_a_picture_is_brought_to_so_many_pixels():
    made = document.shrink(DOCUMENTS / "jpeg/baseline.jpg", megapixels=0.012)
    width, height = opened(made.content).size
    assert 0.0105 <= width * height / 1e6 <= 0.012
    assert abs(width / height - 180 / 240) < 0.01


@pytest.mark.parametrize("name", ["jpeg/baseline.jpg", "png/rgba-8.png", "pdf/scan.pdf"])
def test_shrinking_again_changes_nothing(name):
    options = {"max_width": 80} if name.startswith(("jpeg", "png")) else {"dpi": 100}
    made = document.shrink(DOCUMENTS / name, **options)
    again = document.shrink(made, **options)
    assert not again.smaller
    assert again.content == made.content


@pytest.mark.parametrize("name", SCANS)
def test_a_shrunk_scan_keeps_its_pages_and_its_look(name):
    content = (DOCUMENTS / name).read_bytes()
    made = document.shrink(DOCUMENTS / name, dpi=150)
    assert len(made.content) <= len(content)
    assert is_sound(made.content)
    before, after = rendered(content, 150 / 72), rendered(made.content, 150 / 72)
    assert [page.size for page in after] == [page.size for page in before]
    assert min(map(psnr, after, before)) >= 27
    assert texts(made.content) == texts(content)


def test_a_scan_at_300_dpi_gets_much_smaller():
    for name in ("pdf/scan.pdf", "pdf/scan-with-text.pdf"):
        made = document.shrink(DOCUMENTS / name, dpi=150)
        assert made.smaller
        assert len(made.content) < 0.6 * (DOCUMENTS / name).stat().st_size


def test_pages_of_text_stay_text():
    content = (DOCUMENTS / "pdf/mixed.pdf").read_bytes()
    made = document.shrink(DOCUMENTS / "pdf/mixed.pdf", dpi=150)
    assert texts(made.content) == texts(content)
    before, after = rendered(content), rendered(made.content)
    assert [psnr(one, other) > 50 for one, other in zip(before, after, strict=True)] == [
        True,
        False,
        True,
    ]
