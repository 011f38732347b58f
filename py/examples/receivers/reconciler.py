"""Sees to what no webhook has brought: python reconciler.py <ledger> [older than] [every]

Start one beside the receivers, with their environment. It asks for each job, by its id, whose
webhook has not arrived so many seconds (300) after the upload, and hands on what a receiver was
killed over. It looks every so many seconds (60). Mindee keeps results for an hour at least: stay
well below that. What is safe with you may leave the ledger: `client.ledger.forget`.
"""

import sys
import time

from mindee_core import Client, MindeeError, WebhookError, webhook

from work import handle, keep, known


def reconcile(client: Client, older_than: float) -> None:
    # What is old is asked for at once, and what is not ready then is left to the next round.
    for document in client.ledger.resume(older_than=older_than, first_poll=0, deadline=30):
        if document.state == "failed" and document.job_id and not known(document.job_id):
            keep(document.job_id, "failure", str(document.error))
    for kept in client.ledger.collect():
        if kept.job_id and kept.raw and not known(kept.job_id):
            try:
                handle(webhook.unwrap_unsigned(kept.raw))
            except WebhookError:
                # This version cannot read it, and what comes after it must not wait.
                keep(kept.job_id, "unread", kept.raw)


def main(ledger: str, older_than: float = 300, every: float = 60) -> None:
    with Client(ledger=ledger) as client:
        while True:
            try:
                reconcile(client, older_than)
            except MindeeError as error:
                print(error, file=sys.stderr)
            time.sleep(every)


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:]))
