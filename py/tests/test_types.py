"""Types: the stub is the native half's, and type checkers accept and refuse what they should."""

import os
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def passes(*command):
    environment = {**os.environ, "MYPYPATH": str(PACKAGE / "python")}
    whole = [sys.executable, "-m", *command]
    done = subprocess.run(whole, cwd=PACKAGE, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stub_is_the_native_halfs():
    passes("mypy.stubtest", "mindee_core._native")


def test_types_are_strict_and_a_wrong_argument_is_an_error():
    passes("mypy", "--config-file", "pyproject.toml")


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "python" / "mindee_core" / "py.typed").exists()
