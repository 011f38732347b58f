"""Time to import the package, over the bare interpreter."""

import os
import subprocess
import sys
import time

from ground import NODE_PACKAGE, OFFICIAL_NODE, median, reach, table


def measure(ground):
    rounds = 5 if ground.quick else 21
    python = {
        "bare": python_with("pass"),
        "ours": python_with("from mindee_core import Client"),
        "peer": python_with("from mindee.v2 import Client"),
    }
    entry = (NODE_PACKAGE / "dist/index.mjs").as_uri()
    node_import = {
        "bare": node_with("import", ""),
        "ours": node_with("import", f"import {{ Client }} from {entry!r}"),
        "peer": node_with("import", "import { Client } from 'mindee'"),
    }
    node_require = {
        "bare": node_with("require", ""),
        "ours": node_with("require", f"require({str(NODE_PACKAGE)!r})"),
    }
    rows = [
        row("Python: import", python, rounds, 20),
        row("Node: import", node_import, rounds, 15),
        row("Node: require", node_require, rounds, 15),
    ]
    table(
        f"Import over the bare interpreter, milliseconds (median of {rounds} starts of each)",
        ["what", "bare", "ours", "official", "ratio", "ours, CPU", "official, CPU", "reach"],
        rows,
    )


def python_with(code):
    return [sys.executable, "-c", code]


def node_with(way, code):
    kind = "module" if way == "import" else "commonjs"
    return ["node", f"--input-type={kind}", "-e", code]


def row(what, commands, rounds, limit):
    for command in commands.values():
        timed(command)
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(timed(command))

    def over(name, which):
        """The difference within each round, so that a busy moment counts for both."""
        if name not in times:
            return None
        return median(
            [a[which] - b[which] for a, b in zip(times[name], times["bare"], strict=True)]
        )

    ours, peer = over("ours", 0), over("peer", 0)
    return [
        what,
        f"{median([wall for wall, _ in times['bare']]):.1f}",
        f"+{ours:.1f}",
        f"+{peer:.1f}" if peer else "-",
        f"{ours / peer:.2f}" if peer else "-",
        f"+{over('ours', 1):.1f}",
        f"+{over('peer', 1):.1f}" if peer else "-",
        reach(ours, limit, f"+{limit}"),
    ]


def timed(command):
    """Wall and CPU time of one process, from its start to its end, in milliseconds."""
    begun = time.perf_counter()
    # Node looks for the official package from here.
    process = subprocess.Popen(command, cwd=OFFICIAL_NODE, stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    return wall * 1000, (used.ru_utime + used.ru_stime) * 1000
