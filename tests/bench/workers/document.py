"""Files made ready in Python: whose, the task, a file, how often, and a file to write or -."""

import io
import json
import sys
import time
from pathlib import Path

from measure import forget_peak, status

whose, task, file, count, out = sys.argv[1:]
task, *size = task.split(":")


def ours():
    from mindee_core import document

    def shrunk():
        width, _, fast = size
        return document.shrink(file, max_width=int(width), fast=fast == "fast").content

    return {
        "inspect": lambda: document.inspect(file).pages,
        "keep": lambda: document.keep_pages(file, [0, -2, -1]).content,
        "shrink": shrunk,
    }


def pypdfium2():
    from pypdfium2 import PdfDocument

    def pages():
        with PdfDocument(file) as pdf:
            return len(pdf)

    def keep():
        with PdfDocument(file) as pdf, PdfDocument.new() as kept:
            last = len(pdf) - 1
            kept.import_pages(pdf, [0, last - 1, last])
            made = io.BytesIO()
            kept.save(made)
            return made.getvalue()

    return {"inspect": pages, "keep": keep}


def pyvips():
    from pyvips import Image

    def shrunk():
        width, height, _ = size
        picture = Image.thumbnail(file, int(width), height=int(height), size="force")
        return picture.jpegsave_buffer(Q=85)

    return {"shrink": shrunk}


def pillow(draft=False):
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener()

    def shrunk():
        wanted = tuple(map(int, size[:2]))
        with Image.open(file) as picture:
            if draft:
                picture.draft("RGB", wanted)
            made = io.BytesIO()
            picture.resize(wanted, Image.Resampling.LANCZOS).save(made, "JPEG", quality=85)
            return made.getvalue()

    return {"shrink": shrunk}


def main():
    doers = {
        "ours": ours,
        "pypdfium2": pypdfium2,
        "pyvips": pyvips,
        "pillow": pillow,
        "draft": lambda: pillow(draft=True),
    }
    do = doers[whose]()[task]
    forget_peak()
    start = status("VmRSS")
    made = do()
    peak = status("VmHWM")
    times = []
    for _ in range(int(count)):
        made = None
        begun = time.perf_counter()
        made = do()
        times.append(time.perf_counter() - begun)
    if out != "-":
        Path(out).write_bytes(made)
    length = len(made) if isinstance(made, bytes) else 0
    json.dump({"times": times, "start_kib": start, "peak_kib": peak, "bytes": length}, sys.stdout)


main()
