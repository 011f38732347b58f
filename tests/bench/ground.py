"""What every row needs: sandboxes, documents, workers, tables."""

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORKERS = HERE / "workers"
OFFICIAL_NODE = ROOT / "tests/official/node"
# Another build of the Node package may be measured in place of the repository's.
NODE_PACKAGE = Path(os.environ.get("MINDEE_BENCH_NODE", ROOT / "node")).resolve()
RELEASE = ROOT / "target/release"
# A worker may build here: the folder is the build's own and in no commit.
BUILD = ROOT / "target/bench"

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Sandbox:
    """One run of the sandbox. It ends when its standard input is closed."""

    def __init__(self, *flags, record=True, tls=False, processing_ms=0):
        program = RELEASE / "mindee-sandbox"
        wanted = [program, "--exit-with-stdin", "--processing-ms", str(processing_ms), *flags]
        if tls:
            wanted.append("--tls")
        if not record:
            wanted.append("--no-record")
        self.process = subprocess.Popen(
            wanted, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the sandbox did not start: build it with `cargo build --release`")
        self.ready = json.loads(line)
        self.model = self.ready["models"]["extraction"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def admin(self, method, path, body=None):
        request = urllib.request.Request(
            self.ready["admin_url"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with _direct.open(request, timeout=60) as answer:
            return json.load(answer)

    def rules(self, rules):
        self.admin("POST", "/rules", rules)

    def seen(self):
        return self.admin("GET", "/seen")

    def jobs(self):
        return self.admin("GET", "/state")["jobs"]

    def meter(self):
        """The numbers of the record without its list."""
        return self.admin("GET", "/meter")

    def job(self, id):
        """A job as a client sees it."""
        address = f"{self.ready['base_url']}/v2/jobs/{id}?redirect=false"
        request = urllib.request.Request(address, headers={"Authorization": self.ready["api_key"]})
        with _direct.open(request, timeout=60) as answer:
            return json.load(answer)["job"]

    def environment(self, tls):
        """What a worker needs to find and to trust this sandbox."""
        ready = self.ready
        given = {
            "MINDEE_V2_API_KEY": ready["api_key"],
            "MINDEE_V2_BASE_URL": ready["tls_base_url"] if tls else ready["base_url"],
            "NO_PROXY": "127.0.0.1,localhost",
        }
        if tls:
            given["MINDEE_V2_API_HOST"] = ready["tls_base_url"].removeprefix("https://")
            given["NODE_EXTRA_CA_CERTS"] = given["BENCH_CA_FILE"] = ready["ca_file"]
        return {**os.environ, **given}


class Ground:
    """A folder for documents, and the workers by name."""

    def __init__(self, quick):
        self.quick = quick
        self._folder = tempfile.TemporaryDirectory(prefix="mindee-bench-")
        self.folder = Path(self._folder.name)
        self._built = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def document(self, size):
        """A picture of a given size that no two runs share: a real one, and noise behind it."""
        path = self.folder / f"document-{size}.png"
        if not path.exists():
            noise = random.Random(size)
            with path.open("wb") as file:
                head = (ROOT / "tests/data/receipt.png").read_bytes()
                file.write(head[:size])
                left = size - len(head)
                while left > 0:
                    file.write(noise.randbytes(min(left, 1 << 20)))
                    left -= 1 << 20
        return path

    def command(self, name):
        """How a worker is started."""
        language, kind = name.split("-", 1)
        match language:
            case "python":
                script = "python_official.py" if kind.startswith("official") else "python_ours.py"
                return [sys.executable, WORKERS / script, kind]
            case "node":
                return ["node", WORKERS / f"node_{kind}.mjs"]
            case "c":
                return [self.built("c", build_c)]
            case "rust":
                return [self.built("rust", build_rust)]
        raise ValueError(name)

    def built(self, name, build):
        if name not in self._built:
            self._built[name] = build(self.folder)
        return self._built[name]

    def start(self, name, sandbox, *task):
        """Starts a worker; `finished` waits for it."""
        environment = sandbox.environment(tls=name.startswith("node"))
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        environment["BENCH_NODE_PACKAGE"] = str(NODE_PACKAGE)
        environment["BENCH_OFFICIAL_NODE"] = str(OFFICIAL_NODE)
        return subprocess.Popen(
            [*self.command(name), *map(str, task)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, name, sandbox, *task):
        return finished(name, self.start(name, sandbox, *task))


def finished(name, process):
    out, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"the worker {name} ended with {process.returncode}")
    return json.loads(out)


def build_c(folder, name="c_ours"):
    program = folder / name
    flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}"]
    source = WORKERS / f"{name}.c"
    library = RELEASE / "libmindee.a"
    subprocess.run(
        ["cc", *flags, source, "-o", program, library, "-lpthread", "-ldl", "-lm"], check=True
    )
    return program


def build_rust(_):
    """The Rust worker is no member of the workspace: it is built from a copy, with the workspace's
    own lock file and profile, so that the same versions are measured."""
    place = BUILD / "rust"
    (place / "src").mkdir(parents=True, exist_ok=True)
    for name in ("Cargo.toml", "src/deliver.rs", "src/main.rs", "src/webhook.rs"):
        shutil.copyfile(WORKERS / "rust" / name, place / name)
    shutil.copyfile(ROOT / "Cargo.lock", place / "Cargo.lock")
    build = ["cargo", "build", "-q", "--release", "--target-dir", ROOT / "target"]
    subprocess.run([*build, "--manifest-path", place / "Cargo.toml"], check=True)
    return RELEASE / "mindee-bench-worker"


median = statistics.median


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(title, columns, rows, notes=()):
    """Prints a table: the first column to the left, the others to the right."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in [columns, *rows]) for n in range(len(columns))]
    print(f"\n{title}")
    for row in [columns, ["-" * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  " + "  ".join(cells).rstrip())
    for note in notes:
        print(f"  {note}")
    sys.stdout.flush()


def reach(value, limit, text):
    return f"{text}: {'met' if value < limit else 'missed'}"
