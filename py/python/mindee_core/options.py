"""The names and types of options, for type checkers and completion.

What each option means, its default and its environment variable are the core's; this page repeats
names, and a test compares them with the core. ``None`` is the same as not giving an option.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypedDict

Seconds = float | timedelta | None
"""A time: a number of seconds, or a ``timedelta``."""


class ClientOptions(TypedDict, total=False):
    """Options of a client, given once."""

    api_key: str | None
    """Mindee API key (V2), bare. Else MINDEE_V2_API_KEY counts."""
    base_url: str | None
    """Address of the API, without ``/v2``. Else MINDEE_V2_BASE_URL counts."""
    request_timeout: Seconds
    """Longest silence on a connection. Else MINDEE_REQUEST_TIMEOUT counts."""
    connect_timeout: Seconds
    """Longest time to connect, TLS included."""
    proxy: str | None
    """Proxy for every request. Else HTTPS_PROXY, HTTP_PROXY and NO_PROXY count."""
    ca_file: str | os.PathLike[str] | None
    """PEM file with certificate authorities to trust beside the system's."""
    routes: str | None
    """Routes to use: ``products``, or the older ``inferences`` (extraction alone)."""
    posts_per_minute: int | None
    """Uploads per minute that this client lets through."""
    gets_per_minute: int | None
    """Questions and fetches per minute that this client lets through."""
    ledger: str | os.PathLike[str] | None
    """File that keeps a durable record of documents, jobs and results."""


class WaitOptions(TypedDict, total=False):
    """How long and how often."""

    deadline: Seconds
    """Longest time for the whole call: upload, wait and fetch."""
    retries: int | None
    """How often a request that is safe to repeat is repeated."""
    first_poll: Seconds
    """Time from the upload to the first question for the result."""
    poll_interval: Seconds
    """Time between later questions."""


class LimitOptions(TypedDict, total=False):
    """What a hostile local file can cost at most."""

    limit_pixels: int | None
    """Largest picture that is decoded, in pixels."""
    limit_pages: int | None
    """Most pages that a document may have."""
    limit_objects: int | None
    """Most objects of a PDF that are looked at."""
    limit_inflated: int | None
    """Most bytes that compressed parts of a file may grow to, all together."""
    limit_nesting: int | None
    """How deep objects and page trees may be nested."""
    limit_time: Seconds
    """Longest time that is spent on a file."""


class _Model(TypedDict):
    model_id: str
    """The model's id, a UUID."""


class DocumentOptions(_Model, WaitOptions, total=False):
    """Options of a document, for every product. Those not given are the model's to decide."""

    alias: str | None
    """Your own name for the document, echoed in job, result and webhook. Not unique."""
    webhook_ids: str | Sequence[str] | None
    """Webhooks of the model to call with the result."""
    filename: str | None
    """File name for Mindee to note instead of the source's own."""
    preflight: str | None
    """Whether to look at a local document before it is sent: to ``warn`` of what Mindee may refuse
    or be slow with, to ``refuse`` what Mindee would, or to ``mend`` it where that can be done. What
    is left to know stands in ``warnings`` of the result or job."""
    source_name: str | None
    """File name of a source that is bytes or a stream."""


class ExtractionOptions(DocumentOptions, total=False):
    """Options of a document to extract."""

    raw_text: bool | None
    """Whether the result holds the full text."""
    polygon: bool | None
    """Whether each field holds its places on the page."""
    confidence: bool | None
    """Whether each field holds a confidence."""
    rag: bool | None
    """Whether the model's RAG documents are used."""
    text_context: str | None
    """Text that helps to read the document."""
    data_schema: str | dict[str, Any] | None
    """Data schema for this call: ``{"replace": {"fields": [...]}}``."""


class SearchOptions(WaitOptions, total=False):
    """Which models to find; nothing given finds all."""

    name: str | None
    """Part of the name, in any case."""
    model_type: str | None
    """The product."""
    page: int | None
    """The page to begin with, from 1."""
    per_page: int | None
    """Models to a page."""
