"""What a result found in a file is cut out of it at full resolution."""

import pypdfium2 as pdfium
import pytest
from readers import DOCUMENTS, WORDS, is_sound, opened, psnr, seen, texts

from mindee_core import document

# Each corner of the picture has its own colour, so a wrong turn is a wrong crop.
CORNER = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.25], [0.0, 0.25]]
PICTURES = [
    *(f"jpeg/orientation-{orientation}.jpg" for orientation in range(1, 9)),
    "jpeg/progressive.jpg",
    "jpeg/cmyk.jpg",
    "jpeg/profile-wide.jpg",
    "png/rgb-8.png",
    "png/rgba-8.png",
    "png/orientation-6.png",
    "webp/lossy.webp",
    "tiff/lzw.tiff",
    "tiff/orientation-6.tiff",
    "heif/single.heic",
    "heif/orientation-6.heic",
]


def crop_of(*polygons, page=0):
    crops = [
        {"object_type": "slip", "location": {"page": page, "polygon": one}} for one in polygons
    ]
    return {"inference": {"result": {"crops": crops}}}


def split_of(*ranges):
    splits = [{"page_range": list(one), "document_type": "list"} for one in ranges]
    return {"inference": {"result": {"splits": splits}}}


@pytest.mark.parametrize("name", PICTURES)
def test_a_crop_has_every_pixel_and_the_right_turn(name):
    upright = seen(DOCUMENTS / name)
    [made] = document.cut(DOCUMENTS / name, crop_of(CORNER), quality=95)
    picture = opened(made.content).convert("RGB")
    assert abs(picture.width - upright.width / 2) <= 1
    assert abs(picture.height - upright.height / 4) <= 1
    assert psnr(picture, upright.crop((0, 0, *picture.size))) >= 30


@pytest.mark.parametrize("page", range(4))
def test_a_crop_of_a_page_is_drawn_as_the_page_is_turned(page):
    [made] = document.cut(
        DOCUMENTS / "pdf/scan-rotated.pdf", crop_of(CORNER, page=page), dpi=144, quality=95
    )
    with pdfium.PdfDocument(DOCUMENTS / "pdf/scan-rotated.pdf") as whole:
        drawn = whole[page].render(scale=2).to_pil().convert("RGB")
    picture = opened(made.content).convert("RGB")
    assert abs(picture.width - drawn.width / 2) <= 1
    assert abs(picture.height - drawn.height / 4) <= 1
    assert psnr(picture, drawn.crop((0, 0, *picture.size))) >= 24


def test_crops_have_names_that_sort():
    polygons = [CORNER] * 11
    made = document.cut(DOCUMENTS / "jpeg/baseline.jpg", crop_of(*polygons))
    names = [one.filename for one in made]
    assert len(set(names)) == 11
    assert names == sorted(names)


def test_a_split_gives_a_document_for_each_range():
    made = document.cut(DOCUMENTS / "pdf/12-pages.pdf", split_of((0, 0), (1, 4), (11, 11)))
    found = [[next(w for w in WORDS if w in page) for page in texts(one.content)] for one in made]
    assert found == [["ALDER"], ["BIRCH", "CEDAR", "DOGWOOD", "ELM"], ["LARCH"]]
    assert all(is_sound(one.content) for one in made)
    names = [one.filename for one in made]
    assert names == sorted(set(names))
