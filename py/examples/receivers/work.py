"""What becomes of a delivery. This is the part that is yours; here it is one table of SQLite.

The same inference can come here twice: after a crash, or when webhook and reconciler meet. So there
is a unique key in your own database too. WORK is the path of the file here.
"""

import hashlib
import logging
import os
import sqlite3
from contextlib import closing

from mindee_core.webhook import FailureDelivery, ResultDelivery

FILE = os.environ.get("WORK", "work.sqlite")
TABLE = "CREATE TABLE IF NOT EXISTS work (id TEXT PRIMARY KEY, kind TEXT NOT NULL, body NOT NULL)"


def handle(delivery: ResultDelivery | FailureDelivery) -> None:
    """Works on a result or a failure, away from the request that brought it."""
    try:
        if delivery.kind == "result":
            keep(delivery.inference_id, "result", delivery.raw)
        else:
            problem = delivery.failure.error
            keep(delivery.inference_id, "failure", (problem and problem.detail) or "")
    except Exception:
        # The reconciler hands it on once more.
        logging.exception("Inference %s was not worked on", delivery.inference_id)


def keep_unread(body: bytes) -> None:
    """Saves what Mindee has signed and this version cannot read."""
    keep(hashlib.sha256(body).hexdigest(), "unread", body)


def keep(id: str, kind: str, body: bytes | str) -> None:
    with closing(sqlite3.connect(FILE)) as work, work:
        work.execute(TABLE)
        row = (id, kind, body)
        new = work.execute("INSERT OR IGNORE INTO work VALUES (?, ?, ?)", row).rowcount
    print(kind, id, "is new" if new else "is known", flush=True)


def known(id: str) -> bool:
    """Whether it was worked on."""
    with closing(sqlite3.connect(FILE)) as work, work:
        work.execute(TABLE)
        return bool(work.execute("SELECT 1 FROM work WHERE id = ?", (id,)).fetchone())
