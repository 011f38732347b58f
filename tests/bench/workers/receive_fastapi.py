"""The least that receives a webhook with FastAPI: where BENCH_VERIFIED is set the body is verified
before the answer. Nothing is kept."""

import os

from fastapi import FastAPI, Request, Response

from mindee_core import webhook

VERIFIED = "BENCH_VERIFIED" in os.environ
SECRET = os.environ["MINDEE_WEBHOOK_SECRETS"]
app = FastAPI(openapi_url=None)


@app.post("/webhooks/mindee")
async def receive(request: Request) -> Response:
    body = await request.body()
    if VERIFIED:
        webhook.unwrap(body, request.headers, SECRET)
    return Response(status_code=200)
