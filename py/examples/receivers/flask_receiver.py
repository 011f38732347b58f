"""Receives Mindee's webhooks with Flask: gunicorn --workers 2 --threads 8 flask_receiver:app

What a delivery says is on the disk, in the ledger, before Mindee is told that it arrived. Let
uploads use the same ledger, and start reconciler.py for what no webhook brings.

MINDEE_WEBHOOK_SECRETS  the webhook's signing secret; several, with commas between them, while one
                        takes the place of another
MINDEE_LEDGER           path of the ledger
MINDEE_V2_API_KEY       the key
"""

import os
from concurrent.futures import ThreadPoolExecutor

from flask import Flask, Response, abort, request

from mindee_core import Client, WebhookError

from work import handle, keep_unread

LARGEST = 16_000_000  # bytes
SECRETS = os.environ["MINDEE_WEBHOOK_SECRETS"].split(",")

app = Flask(__name__)
# Flask answers 413 to a body whose length is told and larger, before it reads any of it. A body of
# untold length it cuts there without a word: by the one byte more that is seen.
app.config["MAX_CONTENT_LENGTH"] = LARGEST + 1
client = Client(ledger=os.environ["MINDEE_LEDGER"])
# A queue and a thread, which starts with the first delivery: so after gunicorn has forked.
worker = ThreadPoolExecutor(max_workers=1)


@app.post("/webhooks/mindee")
def receive() -> Response:
    body = request.get_data(cache=False)
    try:
        delivered = client.jobs.deliver(body, request.headers, SECRETS, largest=LARGEST)
    except WebhookError as error:
        if error.body is None:
            # Not signed by Mindee. Any other error is a 500, and Mindee tries again.
            abort(413 if error.code == "webhook.body_too_large" else 401)
        # The signature is right, and this version cannot read it.
        keep_unread(error.body)
    else:
        if delivered.first:
            worker.submit(handle, delivered.delivery)
    return Response(status=200)
