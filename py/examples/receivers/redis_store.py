"""Receives Mindee's webhooks without a ledger, and keeps them in Redis: flask --app redis_store run

Redis holds the bytes of each delivery before Mindee is told that it arrived, tells the first of an
inference from its repeats, and is the queue of its workers: BLPOP mindee:work gives an inference's
id, and GET mindee:<id> its bytes. Let it write each change to its disk: appendonly yes, appendfsync
always.

MINDEE_WEBHOOK_SECRETS  the webhook's signing secret; several, with commas between them
REDIS_URL               address of the Redis server
"""

import hashlib
import os

from flask import Flask, Response, abort, request
from redis import Redis

from mindee_core import WebhookError, webhook

LARGEST = 16_000_000  # bytes
SECRETS = os.environ["MINDEE_WEBHOOK_SECRETS"].split(",")
KEPT_FOR = 7 * 24 * 3600  # seconds in which a repeat is known as one

app = Flask(__name__)
# Flask answers 413 to a body whose length is told and larger, before it reads any of it. A body of
# untold length it cuts there without a word: by the one byte more that is seen.
app.config["MAX_CONTENT_LENGTH"] = LARGEST + 1
redis = Redis.from_url(os.environ["REDIS_URL"])
# One step, so that nothing is kept without being in the queue.
keep = redis.register_script("""
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then
  redis.call('RPUSH', KEYS[2], ARGV[3])
end
""")


def keep_once(id: str, body: bytes) -> None:
    """Keeps the first delivery of an inference and puts it into the queue; a repeat is neither."""
    keep(keys=[f"mindee:{id}", "mindee:work"], args=[body, KEPT_FOR, id])


@app.post("/webhooks/mindee")
def receive() -> Response:
    body = request.get_data(cache=False)
    try:
        delivery = webhook.unwrap(body, request.headers, SECRETS, largest=LARGEST)
    except WebhookError as error:
        if error.body is None:
            # Not signed by Mindee. Any other error is a 500, and Mindee tries again.
            abort(413 if error.code == "webhook.body_too_large" else 401)
        # The signature is right, and this version cannot read it.
        redis.set(f"mindee:unread:{hashlib.sha256(body).hexdigest()}", body)
    else:
        keep_once(delivery.inference_id, delivery.raw)
    return Response(status=200)
