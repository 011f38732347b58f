"""Receives Mindee's webhooks with FastAPI: uvicorn fastapi_receiver:app --limit-concurrency 64

What a delivery says is on the disk, in the ledger, before Mindee is told that it arrived. Let
uploads use the same ledger, and start reconciler.py for what no webhook brings.

MINDEE_WEBHOOK_SECRETS  the webhook's signing secret; several, with commas between them, while one
                        takes the place of another
MINDEE_LEDGER           path of the ledger
MINDEE_V2_API_KEY       the key
"""

import os

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from mindee_core import AsyncClient, WebhookError

from work import handle, keep_unread

LARGEST = 16_000_000  # bytes
SECRETS = os.environ["MINDEE_WEBHOOK_SECRETS"].split(",")

app = FastAPI(openapi_url=None)
client = AsyncClient(ledger=os.environ["MINDEE_LEDGER"])


def refusal(status: int) -> HTTPException:
    # With the connection the rest of a body goes, unread.
    return HTTPException(status, headers={"Connection": "close"})


async def body_of(request: Request) -> bytes:
    """The body as it came, and never more of it than the limit."""
    if int(request.headers.get("content-length", 0)) > LARGEST:
        raise refusal(413)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                raise refusal(413)
    except ClientDisconnect:
        raise refusal(400) from None
    return bytes(body)


@app.post("/webhooks/mindee")
async def receive(request: Request, background: BackgroundTasks) -> Response:
    body = await body_of(request)
    try:
        delivered = await client.jobs.deliver(body, request.headers, SECRETS, largest=LARGEST)
    except WebhookError as error:
        if error.body is None:
            # Not signed by Mindee. Any other error is a 500, and Mindee tries again.
            raise refusal(401) from None
        # The signature is right, and this version cannot read it.
        await run_in_threadpool(keep_unread, error.body)
    else:
        if delivered.first:
            # Runs when the answer has left, in a thread of its own.
            background.add_task(handle, delivered.delivery)
    return Response(status_code=200)
