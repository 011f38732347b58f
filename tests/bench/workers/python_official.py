"""The worker of the official Python client: `official` as it comes, or `official-shared` given one
httpx client; then the same arguments as ours."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from measure import Idle, Measured
from mindee import ExtractionParameters, ExtractionResponse, PathInput
from mindee.error.mindee_error import MindeeError
from mindee.v2 import Client

kind, task, count, at_once, subject, model = sys.argv[1:7]
count, at_once = int(count), int(at_once)


def client_of():
    if kind == "official":
        return Client()
    # Room for all threads, each with a connection that is kept.
    room = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return Client(http_client=httpx.Client(limits=room))


def called(client):
    """One call of the task."""

    def get():
        client.get_job(subject)

    def enqueue():
        client.enqueue(PathInput(subject), ExtractionParameters(model))

    def run():
        client.enqueue_and_get_result(
            ExtractionResponse, PathInput(subject), ExtractionParameters(model)
        )

    return {"get": get, "enqueue": enqueue, "upload": enqueue, "batch": run, "idle": run}[task]


def safe(_):
    try:
        call()
    except (MindeeError, httpx.HTTPError) as error:
        print(repr(error), file=sys.stderr)
        return 1
    return 0


call = called(client_of())
if task == "idle":
    watch = Idle()
    for number in range(count):
        threading.Thread(target=safe, args=(number,), daemon=True).start()
    time.sleep(5)
    watch.settled()
    time.sleep(at_once)
    watch.tell(count)
with ThreadPoolExecutor(at_once) as pool:
    if task in ("get", "enqueue"):
        sum(pool.map(safe, range(2 * at_once + (5 if kind == "official" else 20))))
    measured = Measured()
    measured.tell(sum(pool.map(safe, range(count))))
