"""Makes a file ready to be sent: prepare.py <file> <folder>

Prints what there is to know about it, mends a PDF, makes a picture smaller, and writes the new file
into the folder. No API key is needed.
"""

import sys
from pathlib import Path

from mindee_core import MindeeError, document


def prepare(path: str, folder: str) -> None:
    found = document.preflight(path)
    for finding in found.findings:
        print(f"{finding.severity}: {finding.message}")
    is_pdf = found.inspection and found.inspection.media_type == "application/pdf"
    ready = document.repair(path) if is_pdf else document.shrink(path)
    Path(folder, ready.filename).write_bytes(ready.content)
    print(f"{ready.filename}: {len(ready.content)} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} <file> <folder>")
    try:
        prepare(*sys.argv[1:])
    except MindeeError as error:
        sys.exit(str(error))
