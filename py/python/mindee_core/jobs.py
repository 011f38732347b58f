"""Jobs, the organization's models, and Mindee's own description of an error."""

from __future__ import annotations

from .view import Document, View, many, one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .document import Finding


class ProblemItem(View):
    """One wrong place in a request."""

    __slots__ = ()

    pointer: str | None
    """A JSON pointer fragment such as ``#/model_id``."""
    detail: str | None
    """What is wrong there."""


class Problem(View):
    """An error as Mindee describes it."""

    __slots__ = ()

    status: int | None
    """HTTP status. For a failed job it is not the status of any request."""
    code: str | None
    """Mindee's stable code, such as ``422-001``; what Mindee's support asks for."""
    title: str | None
    """A short name of the error; several errors may share one."""
    detail: str | None
    """What exactly is wrong."""
    errors: list[ProblemItem]
    """The places in the request that are wrong."""

    _reads = {"errors": many(ProblemItem)}


class JobWebhook(View):
    """A delivery of a job's result to one webhook."""

    __slots__ = ()

    id: str
    """The webhook's id."""
    created_at: str | None
    """When the delivery was made, in UTC."""
    status: str
    """Its state: ``Processing``, ``Processed``, ``Failed``, or a word of a later version."""
    error: Problem | None
    """Why it failed."""
    attempts_count: int | None
    """How often it was tried."""

    _reads = {"error": one(Problem)}


def findings(about: dict[str, Any]) -> list[Finding]:
    from .document import Finding

    return [Finding(found) for found in about.get("warnings", ())]


class Job(Document):
    """One document on its way through Mindee."""

    __slots__ = ("_about",)

    id: str
    """The job's id; Mindee gives the result the same id."""
    status: str
    """Its state: ``Processing``, ``Processed``, ``Failed``, or a word of a later version."""
    model_id: str | None
    """The model that reads it."""
    filename: str | None
    """The document's file name."""
    alias: str | None
    """Your own name for the document."""
    created_at: str | None
    """When it was taken, in UTC."""
    completed_at: str | None
    """When it ended, in UTC."""
    polling_url: str | None
    """Where Mindee would have it asked for."""
    result_url: str | None
    """Where its result is, once there is one."""
    webhooks: list[JobWebhook]
    """Deliveries to webhooks."""
    error: Problem | None
    """Why it failed."""

    _name = "job"
    _reads = {"webhooks": many(JobWebhook), "error": one(Problem)}

    def __init__(self, raw: bytes, about: dict[str, Any]) -> None:
        super().__init__(raw)
        self._about = about

    @property
    def resume_token(self) -> str:
        """What ``client.jobs.result`` takes to go on, here or elsewhere. Holds no secret."""
        token: str = self._about["resume_token"]
        return token

    @property
    def warnings(self) -> list[Finding]:
        """What the option ``preflight`` found in the document that was sent, the gravest first; its
        cost is none of it."""
        return findings(self._about)

    def __reduce__(self) -> Any:
        return type(self), (self.raw, self._about)


class Status(View):
    """What the calls of a client wait for, in this process."""

    __slots__ = ()

    jobs_waited_for: int
    """Waits for jobs."""
    uploads_waiting_for_budget: int
    """Uploads that wait until one may leave."""
    reads_waiting_for_budget: int
    """Questions and fetches that wait until one may leave."""
    share_of_uploads: float
    """The part of the budget of uploads that is in force, from 0 to 1; less than 1 after a 429."""
    share_of_reads: float
    """The same for questions and fetches."""


class ModelWebhook(View):
    """A webhook of a model."""

    __slots__ = ()

    id: str
    """Its id, to give in ``webhook_ids``."""
    name: str | None
    """Its name."""
    url: str | None
    """Its address."""


class Model(View):
    """A model of the organization."""

    __slots__ = ()

    id: str
    """Its id, to give as ``model_id``."""
    name: str | None
    """Its name on Mindee's platform."""
    model_type: str | None
    """Its product, as text: later products are kept."""
    webhooks: list[ModelWebhook]
    """Its webhooks."""

    _reads = {"webhooks": many(ModelWebhook)}


class Pagination(View):
    """Where a page stands among the others."""

    __slots__ = ()

    per_page: int | None
    """Models to a page."""
    page: int | None
    """This page, from 1."""
    total_items: int | None
    """Models in all."""
    total_pages: int | None
    """Pages in all."""


class ModelPage(Document):
    """One page of models."""

    __slots__ = ()

    models: list[Model]
    """The models of this page."""
    pagination: Pagination | None
    """Where this page stands."""

    _reads = {"models": many(Model), "pagination": one(Pagination)}

    def __reduce__(self) -> Any:
        return type(self), (self.raw,)
