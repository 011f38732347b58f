"""Pages that are kept stay what they are; pages that are removed are gone."""

import io

import pikepdf
import pytest
from PIL import Image
from readers import (
    DOCUMENTS,
    EXPECTED,
    WORDS,
    bookmarks,
    fields,
    is_sound,
    laid_open,
    links,
    named,
    rendered,
    same,
    texts,
)

from mindee_core import document
from mindee_core.errors import MindeeError

PDFS = [name for name in named("application/pdf", damaged=False) if "pages" in EXPECTED[name]]
SEVERAL = [name for name in PDFS if EXPECTED[name]["pages"] > 1]
TIFFS = [
    "tiff/4-pages.tiff",
    "tiff/4-pages-big.tiff",
    "tiff/3-pages-mixed.tiff",
    "tiff/12-pages.tiff",
]


def bytes_of(name):
    return (DOCUMENTS / name).read_bytes()


@pytest.mark.parametrize("name", PDFS)
def test_kept_pages_look_as_before_in_the_order_asked_for(name):
    before = rendered(bytes_of(name))
    wanted = [-1, 0]
    made = document.keep_pages(DOCUMENTS / name, wanted)
    assert (made.media_type, made.filename) == ("application/pdf", name.split("/")[1])
    assert is_sound(made.content)
    after = rendered(made.content)
    assert len(after) == len(wanted)
    assert all(same(before[index], page) for index, page in zip(wanted, after, strict=True))


@pytest.mark.parametrize("name", [name for name in SEVERAL if EXPECTED[name]["text_layer"]])
def test_nothing_of_a_removed_page_stays_in_the_file(name):
    here = [word for page in texts(bytes_of(name)) for word in WORDS if word in page]
    for kept in (0, EXPECTED[name]["pages"] - 1):
        made = document.keep_pages(bytes_of(name), [kept])
        left = laid_open(made.content)
        words = {word for word in WORDS if word.encode() in left}
        assert words <= {word for word in here if word in texts(made.content)[0]}


@pytest.mark.parametrize("name", ["pdf/page-removed-later.pdf", "pdf/page-freed-later.pdf"])
def test_a_page_that_an_update_removed_is_not_brought_back(name):
    assert b"BIRCH" in laid_open(bytes_of("pdf/text.pdf"))
    made = document.keep_pages(DOCUMENTS / name, [1, 0])
    assert [word in laid_open(made.content) for word in (b"ALDER", b"BIRCH", b"CEDAR")] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(("name", "images"), [("pdf/scan.pdf", 1), ("pdf/thumbnails.pdf", 1)])
def test_pictures_of_removed_pages_are_gone(name, images):
    made = document.remove_pages(DOCUMENTS / name, 1)
    assert (
        laid_open(made.content).count(b"/Subtype /Image") - made.content.count(b"/Subtype /Image")
        == images
    )


def test_pages_come_in_the_order_given_and_twice_where_named_twice():
    made = document.keep_pages(DOCUMENTS / "pdf/12-pages.pdf", [0, -2, -1, 0])
    found = [next(word for word in WORDS if word in page) for page in texts(made.content)]
    assert found == ["ALDER", "KAPOK", "LARCH", "ALDER"]
    assert is_sound(made.content)


def test_removing_is_keeping_the_others():
    made = document.remove_pages(DOCUMENTS / "pdf/12-pages.pdf", [0, -1, 5])
    found = [next(word for word in WORDS if word in page) for page in texts(made.content)]
    assert found == [word for word in WORDS if word not in ("ALDER", "LARCH", "FIR")]


@pytest.mark.parametrize("name", ["pdf/form.pdf", "pdf/form-in-streams.pdf"])
def test_a_form_keeps_the_fields_of_its_kept_pages(name):
    shared = ("Ostrow, 31 October", 1)
    first = document.keep_pages(DOCUMENTS / name, 0)
    assert fields(first.content) == {
        "customer": ("Marta Ostrow (ALDER)", 1),
        "signed by": shared,
        "express": ("/Yes", 1),
    }
    last = document.keep_pages(DOCUMENTS / name, 2)
    assert fields(last.content) == {"signed by": shared, "address.town": ("Oakhaven (CEDAR)", 1)}
    both = document.keep_pages(DOCUMENTS / name, [2, 0])
    assert fields(both.content)["signed by"] == (shared[0], 2)


def test_links_lead_to_their_pages_or_are_gone():
    assert links(bytes_of("pdf/links.pdf")) == [[1, 0], [2, 0], [3, 0], [0, 0]]
    made = document.keep_pages(DOCUMENTS / "pdf/links.pdf", [3, 0, 1])
    found = [[place for place in page if place is not None] for page in links(made.content)]
    assert found == [[1, 1], [2, 1], [1]]


def test_bookmarks_of_kept_pages_stay_and_lead_there():
    made = document.keep_pages(DOCUMENTS / "pdf/bookmarks.pdf", [1, 0])
    found = bookmarks(made.content)
    wanted = {"Part ALDER": 1, "Note on ALDER": 1, "Note on BIRCH": 0}
    assert {title: found.get(title) for title in wanted} == wanted
    assert found.keys() <= {*wanted, "The yard's site"}


def test_a_password_is_asked_for():
    with pytest.raises(MindeeError) as refused:
        document.keep_pages(DOCUMENTS / "pdf/password-aes-256.pdf", 0)
    assert refused.value.code == "document.encrypted"


@pytest.mark.parametrize("name", TIFFS)
def test_kept_pages_of_a_tiff_are_as_before(name):
    wanted = [-1, 0, 1]
    made = document.keep_pages(DOCUMENTS / name, wanted)
    assert made.media_type == "image/tiff"
    before, after = frames(bytes_of(name)), frames(made.content)
    assert len(after) == 3
    for index, page in zip(wanted, after, strict=True):
        assert page.mode == before[index].mode
        assert page.tobytes() == before[index].tobytes()


def test_nothing_of_a_removed_page_of_a_tiff_stays():
    content = bytes_of("tiff/3-pages-mixed.tiff")
    pages = [page.tobytes() for page in frames(content)]
    assert all(page in content for page in pages)
    made = document.remove_pages(content, 1)
    assert [page in made.content for page in pages] == [True, False, True]


def frames(content):
    with Image.open(io.BytesIO(content)) as picture:
        found = []
        for number in range(picture.n_frames):
            picture.seek(number)
            found.append(picture.copy())
        return found


def test_every_object_of_a_cut_file_is_needed():
    made = document.keep_pages(DOCUMENTS / "pdf/12-pages.pdf", 0)
    with pikepdf.open(io.BytesIO(made.content)) as kept:
        before = len(kept.objects)
        kept.remove_unreferenced_resources()
        out = io.BytesIO()
        kept.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(out.getvalue())) as again:
        assert before <= len(again.objects) + 2
