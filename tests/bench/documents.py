"""Files made ready before they are sent, beside the libraries that are used for it elsewhere."""

import json
import os
import shutil
import subprocess
import sys

import document_files
import numpy
from ground import (
    BUILD,
    HERE,
    NODE_PACKAGE,
    RELEASE,
    ROOT,
    WORKERS,
    build_c,
    median,
    reach,
    table,
)
from PIL import Image

PEERS = HERE / "node"
# What shrinks a JPEG: the worker, and whether the quicker, less sharp way is asked for.
SHRINKERS = {
    "Rust": ("rust", "no"),
    "Rust, fast": ("rust", "fast"),
    "Rust, libjpeg-turbo": ("rust-turbo", "no"),
    "Rust, libjpeg-turbo, fast": ("rust-turbo", "fast"),
    "C": ("c", "no"),
    "Python": ("python-ours", "no"),
    "Node": ("node-ours", "no"),
    "sharp": ("node-sharp", "no"),
    "pyvips": ("python-pyvips", "no"),
    "Pillow": ("python-pillow", "no"),
    "Pillow, draft": ("python-draft", "no"),
}
SIZES = ((1920, 1280), (2449, 1633))
# What a row must reach: beside whom, how many times its time, and how many times its memory.
WANTED = {
    "Rust": [("sharp", 1.25, None)],
    "Rust, libjpeg-turbo": [("sharp", 0.9, 0.6)],
    "Rust, libjpeg-turbo, fast": [("Pillow, draft", 0.5, None)],
    "C": [("Rust", 1.05, None)],
    "Python": [("Rust", 1.05, None)],
    "Node": [("Rust", 1.05, None)],
}
CUTTERS = {
    "Rust": "rust",
    "C": "c",
    "Python": "python-ours",
    "Node": "node-ours",
    "pypdfium2": "python-pypdfium2",
    "official Node": "node-official",
}
# Ours, each beside pypdfium2 and the official client.
CUTTERS_OF_OURS = ("Rust", "C", "Python", "Node")
MEMORY_BEYOND_OUTPUT = 4.0
LARGE_PDF = 95_000_000


def measure(ground):
    workers = commands(ground)
    shrink(ground, workers)
    pages(ground, workers)
    heic(ground, workers)
    inspect(ground, workers)


def commands(ground):
    python, node = WORKERS / "document.py", WORKERS / "document.mjs"
    return {
        "rust": [ground.built("documents", lambda _: build_rust("plain"))],
        "rust-turbo": [ground.built("documents-turbo", lambda _: build_rust("turbo", "turbo"))],
        "c": [ground.built("document", lambda folder: build_c(folder, "document_c"))],
        **{f"python-{whose}": [sys.executable, python, whose] for whose in PYTHON},
        **{f"node-{whose}": ["node", node, whose] for whose in ("ours", "sharp", "official")},
    }


PYTHON = ("ours", "pypdfium2", "pyvips", "pillow", "draft")


def build_rust(name, *features):
    """The worker is built as the other Rust worker is, from a copy beside the workspace's lock
    file; libjpeg-turbo takes cmake and nasm."""
    program = BUILD / f"documents-{name}"
    given = os.environ.get("MINDEE_BENCH_DOCUMENTS")
    if given:
        return f"{given}-{name}"
    place = BUILD / "documents"
    shutil.copytree(WORKERS / "documents", place, dirs_exist_ok=True)
    shutil.copyfile(ROOT / "Cargo.lock", place / "Cargo.lock")
    build = ["cargo", "build", "-q", "--release", "--target-dir", ROOT / "target"]
    build += ["--manifest-path", place / "Cargo.toml", "--features", ",".join(features)]
    subprocess.run(build, check=True)
    shutil.copyfile(RELEASE / "mindee-bench-documents", program)
    program.chmod(0o755)
    return program


def run(command, task, file, count, out="-"):
    environment = {
        **os.environ,
        "PYTHONDONTWRITEBYTECODE": "1",
        "BENCH_NODE_PACKAGE": str(NODE_PACKAGE),
        "BENCH_NODE_PEERS": str(PEERS),
    }
    told = subprocess.run(
        [*map(str, command), task, str(file), str(count), str(out)],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(told.stdout)


def interleaved(contenders, rounds, once):
    """What each told in each round. The order turns, so that none always follows the same other."""
    told = {name: [] for name in contenders}
    for turn in range(rounds):
        names = list(contenders)
        turn %= len(names)
        for name in names[turn:] + names[:turn]:
            told[name].append(once(name))
    return told


def milliseconds(told):
    """One figure for each round: the median of its calls but the first."""
    return [median(one["times"]) * 1000 for one in told]


def mebibytes(told):
    """The peak of the first call above what the process had before it."""
    return median([(one["peak_kib"] - one["start_kib"]) / 1024 for one in told])


def ratio(own, peer):
    """Within the rounds."""
    return median([a / b for a, b in zip(own, peer, strict=True)])


def shrink(ground, workers):
    rounds = 2 if ground.quick else 7
    for kind in ("photo",) if ground.quick else ("photo", "receipt", "scan"):
        file = ground.folder / f"{kind}.jpg"
        document_files.picture(kind, file)
        for size in SIZES:
            out = {name: ground.folder / f"{n}.jpg" for n, name in enumerate(SHRINKERS)}

            def once(name, size=size, file=file, out=out):
                worker, fast = SHRINKERS[name]
                task = f"shrink:{size[0]}:{size[1]}:{fast}"
                return run(workers[worker], task, file, 3, out[name])

            told = interleaved(SHRINKERS, rounds, once)
            show_shrunk(kind, size, told, quality(file, size, out), rounds)


def quality(file, size, out):
    """PSNR over all samples and SSIM of light, beside a full decode made smaller by Lanczos."""
    with Image.open(file) as picture:
        wanted = picture.resize(size, Image.Resampling.LANCZOS)
    for name, path in out.items():
        with Image.open(path) as made:
            if made.size != size:
                sys.exit(f"{name} made {made.size} of {size}")
            yield name, (psnr(wanted, made), ssim(wanted.convert("L"), made.convert("L")))


def psnr(wanted, made):
    apart = numpy.asarray(wanted, numpy.float32) - numpy.asarray(made.convert("RGB"))
    return 10 * numpy.log10(255**2 / numpy.square(apart).mean())


def ssim(wanted, made, side=8):
    """The mean over all windows of 8 by 8 (Wang et al., 2004, with uniform windows)."""

    def windows(samples):
        summed = numpy.pad(samples, ((1, 0), (1, 0))).cumsum(0).cumsum(1)
        inside = summed[side:, side:] - summed[:-side, side:]
        inside -= summed[side:, :-side] - summed[:-side, :-side]
        return inside / side**2

    a, b = (numpy.asarray(one, numpy.float64) for one in (wanted, made))
    mean_a, mean_b = windows(a), windows(b)
    own = windows(a * a) - mean_a**2 + windows(b * b) - mean_b**2
    shared = windows(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    over = (2 * mean_a * mean_b + c1) * (2 * shared + c2)
    return (over / ((mean_a**2 + mean_b**2 + c1) * (own + c2))).mean()


def show_shrunk(kind, size, told, qualities, rounds):
    times = {name: milliseconds(one) for name, one in told.items()}
    memory = {name: mebibytes(one) for name, one in told.items()}
    qualities = dict(qualities)
    rows = []
    for name in SHRINKERS:
        reached = []
        for peer, time, room in WANTED.get(name, ()):
            reached.append(beside(ratio(times[name], times[peer]), time, peer))
            if room:
                reached.append(beside(memory[name] / memory[peer], room, f"{peer}'s memory"))
        rows.append(
            [
                name,
                f"{median(times[name]):.0f}",
                f"{min(times[name]):.0f}",
                f"{ratio(times[name], times['sharp']):.2f}",
                f"{memory[name]:.0f}",
                f"{told[name][0]['bytes'] / 1000:.0f}",
                f"{qualities[name][0]:.2f}",
                f"{qualities[name][1]:.4f}",
                "; ".join(reached),
            ]
        )
    table(
        f"A {kind} of 24 megapixels to {size[0]} x {size[1]}, quality 85 (median of {rounds})",
        ["what", "ms", "least ms", "to sharp", "MiB", "kB", "PSNR", "SSIM", "reach"],
        rows,
        [
            "Path to JPEG in memory; MiB: the peak of a first call above the process before it.",
            "PSNR and SSIM beside a full decode made smaller by Lanczos. Ratios within the rounds.",
        ],
    )


def beside(value, limit, peer):
    return f"{value:.2f} of {reach(value, limit, f'{peer}, {limit}')}"


def pages(ground, workers):
    rounds = 2 if ground.quick else 7
    files = {
        "12 pages of text": (12, None),
        "120 scanned pages": (120, 300_000),
        "2,000 pages of text": (2000, None),
    }
    rows = []
    for what, (count, size) in files.items():
        file = ground.folder / f"{count}.pdf"
        if size:
            document_files.scan_pdf(count, size, file)
        else:
            document_files.text_pdf(count, file)
        for task, title in (("inspect", "page count"), ("keep", "keep [0, -2, -1]")):

            def once(name, task=task, file=file):
                return run(workers[CUTTERS[name]], task, file, 9)

            told = interleaved(CUTTERS, rounds, once)
            rows += rows_of_pages(f"{title}, {what}", told)
    table(
        f"Page counts and pages of PDFs, milliseconds (median of {rounds})",
        [
            "what",
            "ours",
            "pypdfium2",
            "official",
            "MiB",
            "reach of pypdfium2",
            "official",
            "memory",
        ],
        rows,
        [
            "From the path. Ours inspects the whole of what `inspect` tells, not the count alone.",
            "MiB: the peak of a first call above the process before it, without the output.",
        ],
    )


def rows_of_pages(what, told):
    times = {name: milliseconds(one) for name, one in told.items()}
    for name in CUTTERS_OF_OURS:
        beyond = mebibytes(told[name]) - told[name][0]["bytes"] / 2**20
        yield [
            f"{what}: {name}",
            f"{median(times[name]):.3f}",
            f"{median(times['pypdfium2']):.3f}",
            f"{median(times['official Node']):.3f}",
            f"{beyond:.1f}",
            beside(ratio(times[name], times["pypdfium2"]), 1.0, "its time"),
            beside(ratio(times[name], times["official Node"]), 0.1, "its time"),
            reach(beyond, MEMORY_BEYOND_OUTPUT, f"{MEMORY_BEYOND_OUTPUT:.0f}"),
        ]


def heic(ground, workers):
    rounds = 1 if ground.quick else 3
    source, file = ground.folder / "photo.jpg", ground.folder / "photo.heic"
    document_files.heic(source, file)
    contenders = {"Rust": "rust", "Python": "python-ours", "pillow-heif": "python-pillow"}

    def once(name):
        return run(workers[contenders[name]], "shrink:2449:1633:no", file, 1)

    told = interleaved(contenders, rounds, once)
    times = {name: milliseconds(one) for name, one in told.items()}
    table(
        f"A HEIC of 11 megapixels to a JPEG of 4, quality 85 (median of {rounds})",
        ["what", "ms", "to pillow-heif", "MiB"],
        [
            [
                name,
                f"{median(times[name]):.0f}",
                f"{ratio(times[name], times['pillow-heif']):.2f}",
                f"{mebibytes(told[name]):.0f}",
            ]
            for name in contenders
        ],
    )


def inspect(ground, workers):
    rounds = 2 if ground.quick else 7
    file = ground.folder / "large.pdf"
    document_files.scan_pdf(LARGE_PDF // 840_000, 1_500_000, file)
    contenders = {name: CUTTERS[name] for name in CUTTERS_OF_OURS}

    def once(name):
        return run(workers[contenders[name]], "inspect", file, 9)

    told = interleaved(contenders, rounds, once)
    rows = []
    for name in contenders:
        time, memory = median(milliseconds(told[name])), mebibytes(told[name])
        reached = f"{reach(time, 5, '5 ms')}; {reach(memory, 4, '4 MiB')}"
        rows.append([name, f"{time:.2f}", f"{memory:.1f}", reached])
    length = file.stat().st_size / 1e6
    table(
        f"Inspecting a PDF of {length:.0f} MB (median of {rounds})",
        ["what", "ms", "MiB", "reach"],
        rows,
    )
