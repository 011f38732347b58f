"""The examples do what a newcomer sees."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import DATA

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
EXAMPLE = EXAMPLES / "invoice.py"


def run(sandbox, document):
    environment = {
        **os.environ,
        "MINDEE_V2_API_KEY": sandbox.options["api_key"],
        "MINDEE_V2_BASE_URL": sandbox.options["base_url"],
    }
    command = [sys.executable, EXAMPLE, document, sandbox.models["extraction"]]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("document", ["invoice.pdf", "invoice.jpg"])
def test_the_example_reads_an_invoice(sandbox, document):
    done = run(sandbox, DATA / document)
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert list(lines) == [
        "supplier_name",
        "invoice_number",
        "date",
        "currency",
        "total_amount",
        "line_items",
        "line_item_1",
    ]
    assert (done.returncode, done.stderr) == (0, "")
    assert int(lines["line_items"]) > 0


def test_the_example_tells_an_error_and_fails(sandbox):
    done = run(sandbox, DATA / "missing.pdf")
    assert (done.returncode, done.stdout) == (1, "")
    assert "missing.pdf does not exist." in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "made"),
    [("broken-header.pdf", "broken-header.pdf"), ("documents/tiff/plain.tiff", "plain.jpg")],
)
def test_a_file_is_made_ready(tmp_path, given, made):
    command = [sys.executable, EXAMPLES / "prepare.py", DATA / given, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    *findings, last = done.stdout.splitlines()
    assert "cost: The file has 1 page" in findings
    assert last == f"{made}: {(tmp_path / made).stat().st_size} bytes"
