"""What `expected.json` says of the documents is what readers of other houses find in them."""

import io
import re

import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image
from readers import DOCUMENTS, EXPECTED, PASSWORD, is_sound, named, psnr

# The turn of a JPEG, PNG or WebP is left to the viewer; these containers are turned when opened.
TURNED_WHEN_OPENED = ("heif/", "tiff/")
# Readers take junk in front of the header in their stride, Mindee may not.
SOUND_TO_QPDF = ("pdf/junk-before.pdf", "pdf/junk-before-in-streams.pdf")


def password_of(name):
    return PASSWORD if EXPECTED[name]["encrypted"] == "password" else ""


def test_every_file_is_expected_and_every_expected_file_is_there():
    files = {path.relative_to(DOCUMENTS).as_posix() for path in DOCUMENTS.glob("*/*")}
    assert files == EXPECTED.keys()
    assert len(files) > 250


@pytest.mark.parametrize("name", named("application/pdf", damaged=False))
def test_sound_pdfs_are_sound_and_have_that_many_pages(name):
    with pikepdf.open(DOCUMENTS / name, password=password_of(name)) as document:
        assert len(document.pages) == EXPECTED[name].get("pages", 2)
    with pdfium.PdfDocument(DOCUMENTS / name, password=password_of(name)) as document:
        assert len(document) == EXPECTED[name].get("pages", 2)
    assert is_sound((DOCUMENTS / name).read_bytes(), password_of(name))


@pytest.mark.parametrize("name", named("application/pdf", damaged=True))
def test_damaged_pdfs_are_damaged(name):
    assert is_sound((DOCUMENTS / name).read_bytes()) == (name in SOUND_TO_QPDF)


@pytest.mark.parametrize("name", named("application/pdf", damaged=False))
def test_a_text_layer_is_there_or_not(name):
    with pdfium.PdfDocument(DOCUMENTS / name, password=password_of(name)) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    assert bool(text.strip()) == EXPECTED[name].get("text_layer", True)


@pytest.mark.parametrize("name", named("application/pdf", damaged=False))
def test_passwords_are_as_they_are_told(name):
    told = EXPECTED[name]["encrypted"]
    try:
        with pikepdf.open(DOCUMENTS / name) as document:
            assert told == ("empty_password" if document.is_encrypted else "no")
    except pikepdf.PasswordError:
        assert told == "password"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", named("image/", damaged=False))
def test_pictures_have_that_size_turn_and_number(name):
    expected = EXPECTED[name]
    with Image.open(DOCUMENTS / name) as picture:
        turned = expected.get("orientation", 1) >= 5 and name.startswith(TURNED_WHEN_OPENED)
        size = (expected["width"], expected["height"])
        assert picture.size == (size[::-1] if turned else size)
        if name.startswith(("jpeg/", "png/", "webp/")) and name != "jpeg/orientation-9.jpg":
            assert picture.getexif().get(0x0112) == expected.get("orientation")
        # Of a HEIC it is the pictures beside each other that count there, not those of a track.
        in_a_track = name.startswith("heif/") and expected.get("animated")
        if name.startswith(("tiff/", "heif/")) and not in_a_track:
            assert getattr(picture, "n_frames", 1) == expected.get("pages", 1)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("name", named("image/", damaged=False))
def test_sound_pictures_are_decoded(name):
    with Image.open(DOCUMENTS / name) as picture:
        picture.load()


@pytest.mark.parametrize("name", named("image/", damaged=True))
def test_damaged_pictures_are_not_decoded(name):
    if name == "png/no-end.png":
        # Every pixel is there.
        assert not (DOCUMENTS / name).read_bytes().endswith(b"IEND\xaeB`\x82")
        return
    with pytest.raises((OSError, SyntaxError, TypeError, UserWarning, ValueError)):
        with Image.open(DOCUMENTS / name) as picture:
            for frame in range(getattr(picture, "n_frames", 1)):
                picture.seek(frame)
                picture.load()


def test_animated_pictures_are_told_from_still_ones():
    moving = [name for name in EXPECTED if EXPECTED[name].get("animated")]
    for name in moving:
        content = (DOCUMENTS / name).read_bytes()
        assert re.search(rb"acTL|ANIM|moov", content), name
    assert {name.split("/")[0] for name in moving} == {"png", "webp", "heif"}


def test_the_turn_of_a_heic_is_in_its_container():
    upright = Image.open(DOCUMENTS / "heif/single.heic").convert("RGB")
    for orientation in (3, 5, 6, 8):
        name = f"heif/orientation-{orientation}.heic"
        content = (DOCUMENTS / name).read_bytes()
        assert b"irot" in content or b"imir" in content
        with Image.open(io.BytesIO(content)) as picture:
            assert psnr(picture, upright) > 35
