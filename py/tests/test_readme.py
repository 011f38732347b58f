"""The Python that the README shows, beside the five lines, runs as written."""

import json
import re
import shutil

import pytest
from conftest import DATA, ROOT

import mindee_core

README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture
def lines_of(sandbox, tmp_path, monkeypatch):
    """Runs the Python under a heading where the files are that it names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINDEE_V2_API_KEY", sandbox.options["api_key"])
    monkeypatch.setenv("MINDEE_V2_BASE_URL", sandbox.options["base_url"])
    for name in ("invoice.pdf", "scan.pdf", "pile.pdf"):
        shutil.copy(DATA / "invoice-3-pages.pdf", name)
    shutil.copy(DATA / "receipt.heic", "photo.heic")

    def run(heading, **given):
        section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        [code] = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
        models = {"model_id": "extraction", "split_model_id": "split"}
        names = {name: sandbox.models[product] for name, product in models.items()}
        exec(code, names | given)

    return run


def test_files_are_made_ready(lines_of, sandbox, capsys):
    lines_of("Files made ready")
    assert len(sandbox.requests("enqueue")) == 2
    findings, *parts = capsys.readouterr().out.splitlines()
    assert findings.startswith("[") and len(parts) >= 1


def test_a_document_that_was_taken_is_taken_up_again(lines_of, sandbox, capsys):
    sandbox.rules({"on": "result", "times": 1, "answer": {"status": 400}})
    with mindee_core.Client() as client:
        lines_of("When something goes wrong", client=client)
    assert "400" in capsys.readouterr().out
    assert sandbox.ask("GET", "seen")["billed"]["documents"] == 1


def test_a_batch_is_collected(lines_of, sandbox, capsys):
    with mindee_core.Client(ledger="batch.sqlite") as client:
        model = sandbox.models["extraction"]
        inference = client.extraction.run("invoice.pdf", model_id=model, alias="first")
    saved = {}
    lines_of("A batch that survives", Client=mindee_core.Client, save=saved.__setitem__)
    assert capsys.readouterr().out == "first done\n"
    assert json.loads(saved["first"]) == json.loads(inference.raw)
