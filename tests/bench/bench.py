"""Figures beside the official clients, in the same run: `make bench`, or this file with `--only`.

Every figure is a median of several runs that alternate between the clients, so that whatever else
the machine does falls on all of them alike. The server is the sandbox, in a process of its own.
Nothing is written into the repository; release builds are expected (see the Makefile).
"""

import argparse
import importlib
import os
import platform
import shutil
import subprocess
import sys
import time
from importlib.metadata import version

ROWS = {
    "import": "import_time",
    "per-call": "per_call",
    "memory": "memory",
    "waits": "waits",
    "idle": "idle",
    "batch": "batch",
    "killed": "killed",
    "webhooks": "webhooks",
    "receivers": "receivers",
    "documents": "documents",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", action="append", choices=ROWS, help="one group of rows; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="fewer runs: a look, not a figure")
    return parser.parse_args()


def introduce():
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load} before the first row")
    print(f"Python {platform.python_version()}, Node {node.lstrip('v')}")
    print(f"mindee-core {version('mindee-core')} beside the official clients for Python and Node")


def main():
    given = arguments()
    for tool in ("node", "cc", "cargo"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: see the README for what to install")
    introduce()
    # Python would keep its compiled files beside these.
    sys.dont_write_bytecode = True
    ground_of = importlib.import_module("ground")
    os.chdir(ground_of.ROOT)
    begun = time.monotonic()
    with ground_of.Ground(given.quick) as ground:
        for name in given.only or ROWS:
            row_begun = time.monotonic()
            importlib.import_module(ROWS[name]).measure(ground)
            print(f"({time.monotonic() - row_begun:.0f} s)", flush=True)
    print(f"\nbench: {time.monotonic() - begun:.0f} s in all")


if __name__ == "__main__":
    main()
