"""Webhooks: verify and parse, from the raw body to one field in hand."""

import copy
import json
import os
import random
import subprocess
import sys

from ground import NODE_PACKAGE, OFFICIAL_NODE, ROOT, WORKERS, build_c, median, reach, table

SECRET = "ogNjY44MhvKPGTtVsI8zG82JqWQa68woYQH"
SIZES = {1_000: "1 KB", 3_000: "3 KB", 100_000: "100 KB", 10_000_000: "10 MB"}
PLATFORMS = {"c": "libcrypto", "python": "hashlib", "node": "node:crypto"}
LANGUAGES = {"rust": "Rust", "c": "C", "python": "Python", "node": "Node"}
WORDS = "invoice total net amount delivery paper ink order date due payment terms".split()


def measure(ground):
    rounds = 3 if ground.quick else 5
    workers = commands(ground)
    read, refused = [], []
    for size in SIZES:
        file = ground.folder / f"webhook-{size}.json"
        file.write_bytes(body(size))
        figures = {name: [] for name in workers}
        for turn in range(rounds):
            # The order turns, so that no client always follows the same other one.
            names = list(workers)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                count = max(3, min(1000, 10_000_000 // size))
                figures[name].append(run([*workers[name], file, SECRET, count]))
        values = {one["value"] for runs in figures.values() for one in runs}
        if len(values) != 1:
            sys.exit(f"the workers read different values: {values}")
        read += list(rows_of(figures, size))
        if size == max(SIZES):
            refused = list(verification(figures))
    show(read, refused, rounds)


def commands(ground):
    python, node = WORKERS / "webhook_python.py", WORKERS / "webhook_node.mjs"
    return {
        "rust": [*ground.command("rust-ours"), "webhook"],
        "c": [ground.built("webhook", lambda folder: build_c(folder, "webhook_c"))],
        "python": [sys.executable, python, "ours"],
        "python-official": [sys.executable, python, "official"],
        "node": ["node", node, "ours"],
        "node-official": ["node", node, "official"],
    }


def run(command):
    environment = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "BENCH_NODE_PACKAGE": str(NODE_PACKAGE),
        "BENCH_OFFICIAL_NODE": str(OFFICIAL_NODE),
    }
    told = subprocess.run(
        list(map(str, command)), env=environment, stdout=subprocess.PIPE, check=True
    )
    return json.loads(told.stdout)


def rows_of(figures, size):
    """One row for each language; ratios are within the rounds."""
    for name, language in LANGUAGES.items():
        peer = figures.get(f"{name}-official")
        hashes = figures["c" if name == "rust" else name]
        own = median([one["read"] for one in figures[name]])
        ratios = [a["read"] / b["read"] for a, b in zip(peer or [], figures[name], strict=False)]
        wanted = {"python": 5, "node": 2}.get(name) if size == 100_000 else None
        yield [
            f"{language}, {SIZES[size]}",
            f"{own:,.1f}",
            f"{median([one['bare'] for one in hashes]):,.1f}",
            f"{median([one['read'] for one in peer]):,.1f}" if peer else "-",
            f"{median(ratios):.2f}" if peer else "-",
            reach(-median(ratios), -wanted, f"{wanted}") if wanted else "",
        ]


def verification(figures):
    """Ours alone, over the platform's hash beside it; Rust's over that of C's process."""
    for name, language in LANGUAGES.items():
        of = "c" if name == "rust" else name
        pairs = zip(figures[name], figures[of], strict=True)
        ratio = median([own["refuse"] / platform["bare"] for own, platform in pairs])
        yield [
            f"{language} / {PLATFORMS[of]}",
            f"{median([one['refuse'] for one in figures[name]]) / 1000:.2f}",
            f"{median([one['bare'] for one in figures[of]]) / 1000:.2f}",
            f"{ratio:.3f}",
            reach(ratio, 1.15, "1.15"),
        ]


def show(read, refused, rounds):
    table(
        f"A webhook, from the raw body to one field in hand, microseconds (median of {rounds})",
        ["what", "ours", "bare HMAC", "official", "official/ours", "reach"],
        read,
        [
            "Verified, parsed, and one field read by the typed view. The whole body is checked by",
            "all of ours before they answer; from 4 KB on, Rust, Python and Node make values of a",
            "field when it is asked for, and C of all when the first is. Half of a body is fields",
            "with places and confidence, half is full text. Bare HMAC: the platform's own.",
        ],
    )
    table(
        f"Verification of 10 MB alone, milliseconds (median of {rounds})",
        ["ours / platform's HMAC-SHA256", "ours", "platform", "ratio", "reach"],
        refused,
        [
            "A body whose signature is wrong, so that nothing is parsed; it is looked through for",
            "line breaks as well, which a right signature spares. Here",
            f"`openssl speed -hmac sha256`: {openssl()}.",
        ],
    )


def openssl():
    """What OpenSSL says of itself, in milliseconds for 10 MB."""
    command = "openssl speed -seconds 1 -bytes 10000000 -mr -hmac sha256"
    try:
        told = subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout
        per_second = float(told.strip().splitlines()[-1].split(":")[-1])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return "not there"
    return f"{10_000_000 / per_second * 1000:.2f} ms for 10 MB"


def body(size):
    """A result as Mindee sends it, of about so many bytes: an invoice that grows by line items with
    places and confidence, and by pages of full text."""
    dice = random.Random(size)
    sample = json.loads((ROOT / "tests/data/results/extraction.json").read_text())
    fields = {}
    result = {"fields": fields, "raw_text": {"pages": []}, "rag": None}
    for name, field in {"total_amount": None, **sample["fields"]}.items():
        field = field or sample["fields"][name]
        if len(told(result)) + len(json.dumps(field)) < size:
            fields[name] = field
    if size < 20_000:
        return told(result)
    items, pages = fields["line_items"]["items"], result["raw_text"]["pages"]
    first, lengths = items[0], [len(told(result)), 0]
    while sum(lengths) < size - 2_000:
        if lengths[1] < lengths[0]:
            lines = [" ".join(dice.choices(WORDS, k=8)) for _ in range(40)]
            pages.append({"content": "\n".join(lines)})
            lengths[1] += len(json.dumps(pages[-1]))
        else:
            items.append(moved(first, dice))
            lengths[0] += len(compact(items[-1])) + 1
    return told(result)


def moved(item, dice):
    """The same line item somewhere else."""
    item = copy.deepcopy(item)
    for field in item["fields"].values():
        for location in field["locations"]:
            location["polygon"] = [[round(dice.random(), 4) for _ in "xy"] for _ in range(4)]
    return item


def told(result):
    options = {"raw_text": True, "polygon": True, "confidence": True, "rag": False}
    unset = {"multipage_context": False, "text_context": None, "data_schema": {"replace": False}}
    id = "3b8e6a14-5c92-4f0d-a7e3-1d64c09b2f58"
    inference = {
        "id": id,
        "job": {"id": id},
        "model": {"id": "6f1c2a34-8b5d-4e7a-9c10-2d3e4f5a6b71"},
        "file": {
            "name": "invoice.pdf",
            "alias": "october-42",
            "page_count": 1,
            "mime_type": "application/pdf",
        },
        "result": result,
        "active_options": options | unset,
    }
    return compact({"inference": inference})


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
