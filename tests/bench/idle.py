"""What one waiting job costs: memory, and CPU while the wait goes on."""

from ground import Sandbox, finished, table

# What runs at the same time: ours hardly work, the others' thousand do.
GROUPS = [
    [
        ("Rust", "rust-ours", (10, 1_000, 10_000)),
        ("Python, asyncio", "python-async", (10, 1_000, 10_000)),
        ("Node", "node-ours", (10, 1_000)),
    ],
    [
        ("Python, official, shared connection", "python-official-shared", (10,)),
        ("Node, official", "node-official", (10,)),
    ],
    [("Python, official, shared connection", "python-official-shared", (1_000,))],
    [("Node, official", "node-official", (1_000,))],
]
SETTLE = 5


def measure(ground):
    seconds = 5 if ground.quick else 20
    rows = []
    for group in GROUPS:
        waits = [
            Waits(ground, what, name, count, seconds)
            for what, name, counts in group
            for count in counts
            if count <= 1_000 or not ground.quick
        ]
        rows += [one.row() for one in waits]
    table(
        f"Waiting for jobs that do not end, watched for {seconds} s",
        [
            "client",
            "in flight",
            "KiB each",
            "CPU s per minute",
            "CPU ms per minute each",
            "questions/s",
        ],
        rows,
        [
            "KiB each: resident memory above the start of the waits, with uploads where one call",
            "does both (Node and the official clients). Ours under 1200 questions per minute.",
        ],
    )


class Waits:
    """Some waits of one client."""

    def __init__(self, ground, what, name, count, seconds):
        self.what, self.name, self.count, self.seconds = what, name, count, seconds
        self.sandbox = Sandbox(record=False, tls=True)
        self.sandbox.rules([{"on": "enqueue", "job": {"processing_ms": None}}])
        task = ("idle", count, seconds, ground.document(1000), self.sandbox.model)
        self.worker = ground.start(name, self.sandbox, *task)

    def row(self):
        told = finished(self.name, self.worker)
        with self.sandbox as sandbox:
            polls = sandbox.meter()["counts"]["by_route"].get("job", 0)
        return [
            self.what,
            f"{self.count:,}",
            f"{told['kib_each']:.1f}",
            f"{told['cpu_per_minute']:.2f}",
            f"{told['cpu_per_minute'] / self.count * 1000:.2f}",
            f"{polls / (self.seconds + SETTLE):.0f}",
        ]
