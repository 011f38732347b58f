"""Many documents: 500 of 50 KB at 64 at once, from upload to result."""

from ground import Sandbox, table

DOCUMENT = 50_000
AT_ONCE = 64
CLIENTS = [
    ("Python, threads", "python-sync"),
    ("Python, asyncio", "python-async"),
    ("Python, official", "python-official"),
    ("Python, official, shared connection", "python-official-shared"),
    ("Node", "node-ours"),
    ("Node, official", "node-official"),
    ("C", "c-ours"),
    ("Rust", "rust-ours"),
]


def measure(ground):
    usual = 64 if ground.quick else 500
    document = ground.document(DOCUMENT)
    for seconds in (0, 2):
        rows = []
        for what, name in CLIENTS:
            # As it comes it takes minutes; the figures are per document.
            count = usual // 4 if name == "python-official" else usual
            with Sandbox(record=False, tls=True, processing_ms=seconds * 1000) as sandbox:
                task = ("batch", count, AT_ONCE, document, sandbox.model)
                told = ground.run(name, sandbox, *task)
                seen = sandbox.meter()
            rows.append(
                [
                    what,
                    count,
                    f"{count / told['wall']:.1f}",
                    f"{told['cpu'] / count * 1000:.2f}",
                    seen["connections"],
                    f"{seen['counts']['by_route'].get('job', 0) / count:.2f}",
                    told["errors"],
                ]
            )
        table(
            f"{usual} documents of 50 KB, {AT_ONCE} at once, processing time {seconds} s",
            [
                "client",
                "documents",
                "documents/s",
                "CPU s per 1,000",
                "connections",
                "polls each",
                "errors",
            ],
            rows,
            [
                "Each client with its own defaults, but for the budgets, which are out of the way.",
                "First question: ours after 3 s until the model is known, official after 2 s.",
                "Python, C and Rust over http, Node over https.",
            ],
        )
