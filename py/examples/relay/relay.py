"""A relay between browsers and Mindee: uvicorn relay:app --limit-concurrency 64

A browser must not have the key, so it sends its document here and gets the fields back. A document
is passed on while it arrives: it is neither written down nor held in memory.

GET  /           the page
POST /documents  the document as the body, its name in X-Filename as encodeURIComponent writes it;
                 answers {"fields": {name: value}}, or {"error": "text for people"}

MINDEE_V2_API_KEY  the key
MINDEE_MODEL_ID    the model that reads the documents
RELAY_LARGEST      the largest document, in bytes
RELAY_RATE         documents for each visitor, such as 10/minute
RELAY_DEADLINE     seconds that one document may take
"""

import base64
import hashlib
import logging
import os
import re
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from mindee_core import AsyncClient, MindeeError
from mindee_core.fields import Field

LARGEST = int(os.environ.get("RELAY_LARGEST", 20_000_000))
RATE = parse(os.environ.get("RELAY_RATE", "10/minute"))
DEADLINE = float(os.environ.get("RELAY_DEADLINE", 120))
MODEL_ID = os.environ["MINDEE_MODEL_ID"]
PAGE = Path(__file__).with_name("page.html").read_text("utf-8")

KINDS = "PDF, JPEG, PNG, WebP, TIFF, HEIC or HEIF"
LATER = "The document could not be read just now. Please try again later."
ANSWERS = {
    "source.empty": (400, "This file is empty."),
    "source.unreadable": (400, "The upload broke off. Please try again."),
    "source.too_large": (413, f"This file is too large: {LARGEST // 1_000_000} MB is the limit."),
    "source.type_refused": (415, f"This is not a kind of file that can be read. Send {KINDS}."),
    "job.failed": (400, "This document could not be read. Is it whole, and not locked?"),
    "rate_limited": (429, "Many documents are being read. Please try again in a minute."),
    "timeout.deadline": (504, "Reading took too long. Please try again, with fewer pages."),
}
"""What visitors are told, by the error's code. The error itself is for the log."""


def hashes(tag: str) -> str:
    """The page's own scripts or styles, as its security policy names them."""
    texts = re.findall(f"<{tag}>(.*?)</{tag}>", PAGE, re.DOTALL)
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; script-src {hashes('script')}; "
    f"style-src {hashes('style')}; img-src data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

app = FastAPI(openapi_url=None)
client = AsyncClient()
# Counts in this process. Several can count together in a storage such as Redis.
limiter = MovingWindowRateLimiter(MemoryStorage())


class TooLarge(Exception):
    """The document has passed the limit."""


def visitor(request: Request) -> str:
    """Whom the rate is counted for: an IPv4 address, or the network that IPv6 gives to one home.

    Behind a proxy on another machine uvicorn needs --forwarded-allow-ips to know it.
    """
    host = request.client.host if request.client else ""
    return str(ip_network(f"{host}/64", strict=False)) if ":" in host else host


async def document(request: Request) -> AsyncIterator[bytes]:
    """The document as it arrives, up to the limit."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST:
            raise TooLarge
        if chunk:
            yield chunk


def plain(field: Field) -> Any:
    """A field's value, without what else is known about it."""
    if field.kind == "list":
        return [plain(item) for item in field.items]
    if field.kind == "object":
        return {name: plain(inner) for name, inner in field.fields.items()}
    return field.value


def refusal(code: str) -> Response:
    status, text = ANSWERS.get(code, (502, LATER))
    return JSONResponse({"error": text}, status)


@app.get("/")
async def page() -> Response:
    return HTMLResponse(PAGE, headers=HEADERS)


@app.post("/documents")
async def read(request: Request) -> Response:
    # Pages of other sites cannot send this header without leave, which is never given.
    header = request.headers.get("x-filename")
    if header is None:
        return JSONResponse({"error": "The file's name is missing."}, 400)
    # Nothing in a name may begin a line of the log.
    name = "".join(letter for letter in unquote(header) if letter.isprintable())
    if not await limiter.hit(RATE, visitor(request)):
        return refusal("rate_limited")
    if int(request.headers.get("content-length", 0)) > LARGEST:
        return refusal("source.too_large")
    try:
        inference = await client.extraction.run(
            document(request), model_id=MODEL_ID, source_name=name, deadline=DEADLINE
        )
    except MindeeError as error:
        logging.warning("%s", error)
        too_large = isinstance(error.__cause__, TooLarge)
        return refusal("source.too_large" if too_large else error.code)
    return JSONResponse({"fields": {n: plain(f) for n, f in inference.result.fields.items()}})
