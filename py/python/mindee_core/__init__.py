"""Client for the Mindee V2 document API: a document goes in, typed fields come out.

    import mindee_core

    with mindee_core.Client() as client:
        inference = client.extraction.run("invoice.pdf", model_id="your-model-id")
        print(inference.result.fields["total_amount"].value)

The key comes from ``MINDEE_V2_API_KEY`` or the option ``api_key``. ``AsyncClient`` is the same for
asyncio. This library is independent of Mindee.
"""

from . import document, errors, jobs, ledger, types, webhook
from ._native import __version__
from .aio import AsyncClient
from .client import Client
from .errors import (
    AuthError,
    CancelledError,
    InternalError,
    JobFailedError,
    MindeeError,
    NetworkError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    ServerError,
    TimeoutError,
    UsageError,
    WebhookError,
)
from .fields import Field, Fields, Location
from .jobs import Job, Model, Problem, Status
from .ledger import LedgerDocument, LedgerResult
from .sources import Base64
from .types import Inference
from .view import MISSING

__all__ = [
    "MISSING",
    "AsyncClient",
    "AuthError",
    "Base64",
    "CancelledError",
    "Client",
    "Field",
    "Fields",
    "Inference",
    "InternalError",
    "Job",
    "JobFailedError",
    "LedgerDocument",
    "LedgerResult",
    "Location",
    "MindeeError",
    "Model",
    "NetworkError",
    "OutcomeUnknownError",
    "Problem",
    "RateLimitedError",
    "RejectedError",
    "ServerError",
    "Status",
    "TimeoutError",
    "UsageError",
    "WebhookError",
    "__version__",
    "document",
    "errors",
    "jobs",
    "ledger",
    "types",
    "webhook",
]
