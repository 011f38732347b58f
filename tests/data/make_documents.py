#!/usr/bin/env python3
"""Make the files of `documents/`: each kind of file that Mindee takes, sound, odd, damaged and hostile.

How to run it, from the root of the repository:

    python3 -m venv .venv/samples
    .venv/samples/bin/pip install pillow==13.0.0 pillow-heif==1.8.1 pikepdf==10.17.0 pyhanko==0.38.0
    .venv/samples/bin/python tests/data/make_documents.py

The files are committed, so the tests need none of the above. Everything in them was drawn and
written here; shops, names and goods are invented, and no font is in them: pictures use the one
that comes with Pillow, PDFs name Helvetica, which every reader has.

The same package versions give the same bytes, except for the encrypted and the signed PDFs: they
hold fresh random numbers, and are made only where they are missing.

`expected.json` says what an honest look at each file must tell. It follows from how a file was
made, and is never read back from it. `making/` has one module for each kind of file.
"""

import json
import sys
from pathlib import Path

from making import (
    heifs,
    jpegs,
    pdf_damage,
    pdf_hostile,
    pdf_linked,
    pdf_locked,
    pdf_pictures,
    pdfs,
    pngs,
    refused,
    tiffs,
    webps,
)

README = """\
# Documents of every kind

Made by `../make_documents.py`; every file was drawn and written there, and no part of it comes from
elsewhere. They are under the licences of this repository. Do not edit them by hand.

`expected.json` says for each file what an honest look at it must tell, by how it was made:

| Key | Means |
|---|---|
| `media_type` | by content |
| `pages` | of a PDF or TIFF; 1 for a picture; HEIC: pictures beside each other, or in the longest track |
| `width`, `height` | pixels as they are stored, before they are turned |
| `orientation` | how the stored pixels are to be turned, as EXIF counts it; not there: not told, or 1 |
| `animated` | PNG, WebP, HEIC sequences |
| `encrypted` | `no`, `empty_password`, `password` |
| `text_layer` | PDF: whether any page holds text, painted or not |
| `damaged` | whether a reader must mend it or will lose part of it |
| `fails` | nothing can be told: one of these errors |
| `may_fail` | one of these errors is right too |
| `hostile` | made to do harm: whatever is told, it is told within the limits |
| `repair` | `mended`: after repair it is sound, and has the same `pages` |

What is not said is either not of that kind, or may be told either way.

"""


def made(folder):
    """Every file, by name."""
    for kind in (
        jpegs,
        pngs,
        webps,
        heifs,
        tiffs,
        refused,
        pdfs,
        pdf_linked,
        pdf_pictures,
        pdf_damage,
        pdf_hostile,
    ):
        yield from kind.files()
    yield from pdf_locked.files(folder)


def main(folder):
    files = sorted(made(folder), key=lambda file: file.name)
    names = {file.name for file in files}
    assert len(names) == len(files), "two files have one name"
    for old in folder.rglob("*"):
        if (
            old.is_file()
            and old.parent != folder
            and old.relative_to(folder).as_posix() not in names
        ):
            old.unlink()
    for file in files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)

    lines = (f"  {json.dumps(file.name)}: {json.dumps(file.expected)}" for file in files)
    (folder / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    rows = "".join(f"| `{file.name}` | {file.what} |\n" for file in files)
    (folder / "README.md").write_text(README + "| File | What it is |\n|---|---|\n" + rows)
    print(f"{len(files)} files, {sum(len(file.content) for file in files):,d} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "documents")
