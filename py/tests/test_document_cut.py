"""What a result found in a file is cut out of it at full resolution."""

import pypdfium2 as pdfium
import pytest
from readers import DOCUMENTS, EXPECTED, WORDS, is_sound, named, opened, psnr, seen, texts

from mindee_core import document

# Each corner of the picture has its own colour, so a wrong turn is a wrong crop.
CORNER = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.25], [0.0, 0.25]]
WHOLE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
PICTURES = [name for name in named("image/", damaged=False) if EXPECTED[name]["width"] >= 60]


def crop_of(*polygons, page=0):
    crops = [
        {"object_type": "slip", "location": {"page": page, "polygon": one}} for one in polygons
    ]
    return {"inference": {"result": {"crops": crops}}}


def split_of(*ranges):
    splits = [{"page_range": list(one), "document_type": "list"} for one in ranges]
    return {"inference": {"result": {"splits": splits}}}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", PICTURES)
def test_a_crop_of_the_whole_has_every_pixel_and_its_colour(name):
    upright = seen(DOCUMENTS / name)
    [made] = document.cut(DOCUMENTS / name, crop_of(WHOLE), quality=95)
    assert near(made, upright) >= 30


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", [name for name in PICTURES if "orientation" in EXPECTED[name]])
def test_a_crop_is_taken_from_the_upright_picture(name):
    upright = seen(DOCUMENTS / name)
    width, height = upright.size
    [made] = document.cut(DOCUMENTS / name, crop_of(CORNER), quality=95)
    assert near(made, upright.crop((0, 0, width // 2, height // 4))) >= 30


def near(made, wanted):
    picture = opened(made.content)
    assert picture.size == wanted.size
    return psnr(picture.convert("RGB"), wanted)


@pytest.mark.parametrize("page", range(4))
@pytest.mark.parametrize(("name", "dpi"), [("pdf/scan-rotated.pdf", 150), ("pdf/rotated.pdf", 144)])
def test_a_crop_of_a_page_is_drawn_as_the_page_is_turned(name, dpi, page):
    [made] = document.cut(DOCUMENTS / name, crop_of(CORNER, page=page), dpi=dpi, quality=95)
    with pdfium.PdfDocument(DOCUMENTS / name) as whole:
        drawn = whole[page].render(scale=dpi / 72).to_pil().convert("RGB")
    picture = opened(made.content).convert("RGB")
    assert abs(picture.width - drawn.width / 2) <= 1
    assert abs(picture.height - drawn.height / 4) <= 1
    # Two renderers never set a letter alike.
    assert psnr(picture, drawn.crop((0, 0, *picture.size))) >= 20


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
