"""CPU and wall time of one call: `jobs.get`, and `enqueue` of 50 KB, at 1 and at 16 at once."""

from ground import Sandbox, median, reach, table

DOCUMENT = 50_000
# Ours, and the peers it stands beside, each with the same TLS condition.
PAIRS = [
    ("Python, threads", "python-sync", ["python-official", "python-official-shared"]),
    ("Python, asyncio", "python-async", ["python-official", "python-official-shared"]),
    ("Node", "node-ours", ["node-official"]),
    ("C", "c-ours", []),
    ("Rust", "rust-ours", []),
]
PEERS = {
    "python-official": "official",
    "python-official-shared": "official, shared connection",
    "node-official": "official",
}


def measure(ground):
    rounds = 2 if ground.quick else 5
    names = list(dict.fromkeys(n for _, ours, peers in PAIRS for n in (ours, *peers)))
    with Sandbox(record=False, tls=True) as sandbox:
        # A job that does not end: both sides get the same small answer.
        sandbox.rules([{"on": "enqueue", "times": 1, "job": {"processing_ms": None}}])
        document = ground.document(DOCUMENT)
        ground.run("c-ours", sandbox, "enqueue", 1, 1, document, sandbox.model)
        (job,) = (one["id"] for one in sandbox.jobs() if one["status"] == "Processing")
        sandbox.admin("DELETE", "/rules")
        for task, subject in (("get", job), ("enqueue", document)):
            rows = []
            for at_once in (1, 16):
                figures = {name: [] for name in names}
                for turn in range(rounds):
                    # The order turns, so that no client always follows the same other one.
                    for name in names[turn:] + names[:turn]:
                        calls = calls_of(name, task, ground.quick)
                        told = ground.run(
                            name, sandbox, task, calls, at_once, subject, sandbox.model
                        )
                        figures[name].append(
                            (told["cpu"] / calls * 1e3, told["wall"] / calls * 1e3)
                        )
                rows += rows_of(figures, at_once)
            what = "jobs.get" if task == "get" else "enqueue of 50 KB"
            table(
                f"One {what}, milliseconds (median of {rounds} processes of each)",
                [
                    "what",
                    "ours, CPU",
                    "peer, CPU",
                    "ratio",
                    "ours, wall",
                    "peer, wall",
                    "ratio",
                    "reach of CPU",
                ],
                rows,
                ["Python, C and Rust over http, Node over https, on both sides."],
            )


def calls_of(name, task, quick):
    calls = {"python-official": 40}.get(name, 400 if task == "get" else 200)
    return calls // 2 if quick else calls


def rows_of(figures, at_once):
    for what, ours, peers in PAIRS:
        label = f"{what}, {at_once} at once"
        cpu, wall = (median([one[n] for one in figures[ours]]) for n in (0, 1))
        if not peers:
            yield [label, f"{cpu:.3f}", "-", "-", f"{wall:.3f}", "-", "-", ""]
        for peer in peers:
            its_cpu, its_wall = (median([one[n] for one in figures[peer]]) for n in (0, 1))
            ratios = [
                median([a[n] / b[n] for a, b in zip(figures[ours], figures[peer], strict=True)])
                for n in (0, 1)
            ]
            yield [
                f"{label} / {PEERS[peer]}",
                f"{cpu:.3f}",
                f"{its_cpu:.3f}",
                f"{ratios[0]:.2f}",
                f"{wall:.3f}",
                f"{its_wall:.3f}",
                f"{ratios[1]:.2f}",
                reach(ratios[0], 0.5, "0.50"),
            ]
