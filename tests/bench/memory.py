"""Peak memory above the start for one upload of 95 MB."""

from ground import Sandbox, median, reach, table

DOCUMENT = 95_000_000
ROWS = [
    ("Python", "python-sync", "python-official"),
    ("Python, asyncio", "python-async", "python-official"),
    ("Node", "node-ours", "node-official"),
    ("C", "c-ours", None),
    ("Rust", "rust-ours", None),
]


def measure(ground):
    rounds = 1 if ground.quick else 3
    document = ground.document(DOCUMENT)
    names = list(dict.fromkeys(n for _, ours, peer in ROWS for n in (ours, peer) if n))
    extra = {name: [] for name in names}
    with Sandbox(record=False, tls=True) as sandbox:
        for _ in range(rounds):
            for name in names:
                told = ground.run(name, sandbox, "upload", 1, 1, document, sandbox.model)
                extra[name].append((told["peak_kib"] - told["start_kib"]) / 1024)
    rows = []
    for what, ours, peer in ROWS:
        own, its = median(extra[ours]), peer and median(extra[peer])
        rows.append(
            [
                what,
                f"{own:.1f}",
                f"{its:.1f}" if peer else "-",
                f"{own / its:.3f}" if peer else "-",
                reach(own, 8, "8.0"),
            ]
        )
    table(
        f"Peak memory above start, one file of 95 MB by its path, MiB (median of {rounds})",
        ["what", "ours", "official", "ratio", "reach"],
        rows,
        ["From the client's making to the upload's end, by VmHWM of the process."],
    )
