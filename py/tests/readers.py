"""Readers of other houses: what they find in a file is not ours to say."""

import io
import json
import math
import subprocess
import tempfile
from pathlib import Path

import pikepdf
import pillow_heif
import pypdfium2 as pdfium
from conftest import DATA
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageStat

DOCUMENTS = DATA / "documents"
EXPECTED = json.loads((DOCUMENTS / "expected.json").read_text())
"""By name: what there is to tell of a file; the README of the folder explains it."""
PASSWORD = "oak-and-ash"
WORDS = (
    *("ALDER", "BIRCH", "CEDAR", "DOGWOOD", "ELM", "FIR"),
    *("GINKGO", "HAZEL", "IRONWOOD", "JUNIPER", "KAPOK", "LARCH"),
)
"""Each page of the PDFs has a word of its own."""

pillow_heif.register_heif_opener()


def named(kind, **wanted):
    """Files that are no attack, of a media type, and of which this is expected."""
    return [
        name
        for name, expected in EXPECTED.items()
        if (expected.get("media_type") or "").startswith(kind)
        and not expected.keys() & {"hostile", "fails"}
        and all(expected.get(key) == value for key, value in wanted.items())
    ]


def qpdf(content, *arguments):
    """How qpdf ended."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document.pdf")
        path.write_bytes(content)
        command = [path if argument == "FILE" else argument for argument in arguments]
        return subprocess.run(["qpdf", *command], capture_output=True)


def is_sound(content, password=""):
    """Whether qpdf finds no fault."""
    return qpdf(content, "--check", f"--password={password}", "FILE").returncode == 0


def laid_open(content):
    """The file, and the file with every stream inflated and no object inside another."""
    ended = qpdf(content, "--qdf", "--object-streams=disable", "--decode-level=all", "FILE", "-")
    assert ended.returncode == 0, ended.stderr
    return content + ended.stdout


def texts(content):
    """The text of each page."""
    with pdfium.PdfDocument(content) as document:
        return [page.get_textpage().get_text_range() for page in document]


def rendered(content, scale=1.5):
    """Each page as a picture, with its notes and fields."""
    with pdfium.PdfDocument(content) as document:
        document.init_forms()
        return [page.render(scale=scale).to_pil().convert("RGB") for page in document]


def same(one, other):
    """Whether two pictures are alike, pixel for pixel."""
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


def psnr(one, other):
    """How near two pictures are to each other, in dB: 30 is near, 40 is hard to tell apart."""
    assert one.size == other.size
    squares = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).sum2
    mean = sum(squares) / (3 * one.width * one.height)
    return math.inf if mean == 0 else 10 * math.log10(255 * 255 / mean)


def opened(content):
    """A picture, read in full."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def seen(path, frame=0):
    """A picture as it is to be seen: upright, in sRGB, over white; by Pillow alone."""
    with Image.open(path) as picture:
        picture.seek(frame)
        picture.load()
        profile = picture.info.get("icc_profile")
        shown = ImageOps.exif_transpose(picture)
    if shown.mode.startswith("I"):
        data = [value >> 8 for value in shown.convert("I").get_flattened_data()]
        shown = Image.frombytes("L", shown.size, bytes(data))
    if "A" in shown.getbands() or "transparency" in shown.info:
        shown = shown.convert("RGBA")
        white = Image.new("RGBA", shown.size, "white")
        shown = Image.alpha_composite(white, shown)
    shown = shown.convert("RGB")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else None
    except OSError:
        profile = None
    if profile:
        shown = ImageCms.profileToProfile(shown, profile, ImageCms.createProfile("sRGB"))
    return shown


def fields(content):
    """The form's fields by their full names: their values, and how many places show them."""
    found = {}

    def gather(field, above, value):
        name = ".".join(filter(None, (above, str(field.get("/T", "")))))
        value = str(field["/V"]) if "/V" in field else value
        kids = [kid for kid in field.get("/Kids", []) if "/T" in kid]
        for kid in kids:
            gather(kid, name, value)
        if not kids:
            found[name] = (value, len(field.get("/Kids", [field])))

    with pikepdf.open(io.BytesIO(content)) as document:
        for field in document.Root.get("/AcroForm", {}).get("/Fields", []):
            gather(field, "", None)
    return found


def bookmarks(content):
    """The title of each bookmark, and the number of the page that it leads to."""
    with pdfium.PdfDocument(content) as document:
        found = {}
        for entry in document.get_toc():
            place = entry.get_dest()
            found[entry.get_title()] = None if place is None else place.get_index()
        return found


def links(content):
    """For each page the numbers of the pages that its links lead to."""
    with pikepdf.open(io.BytesIO(content)) as document:
        numbers = {page.obj.objgen: index for index, page in enumerate(document.pages)}
        names = (
            pikepdf.NameTree(document.Root.Names.Dests)
            if "/Dests" in document.Root.get("/Names", {})
            else {}
        )

        def target(note):
            place = note.get("/Dest") if "/Dest" in note else note.get("/A", {}).get("/D")
            if isinstance(place, pikepdf.String):
                place = names[str(place)]
            return None if place is None else numbers[place[0].objgen]

        return [
            [
                target(note)
                for note in page.get("/Annots", [])
                if note.Subtype == "/Link" and "/URI" not in note.get("/A", {})
            ]
            for page in document.pages
        ]
