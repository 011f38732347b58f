"""The client for asyncio: the same names and arguments, to be awaited."""

from __future__ import annotations

from .bridge import AsyncDoor
from .jobs import Job, Model, ModelPage, Status
from .ledger import LedgerDocument, LedgerResult, documents, forgotten, listed, results
from .types import (
    ClassificationResult,
    CropResult,
    ExtractionResult,
    Inference,
    OcrResult,
    SplitResult,
    _Result,
)
from .webhook import Delivered, bytes_of, delivered, signed, unsigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from typing import Any, NoReturn

    from typing_extensions import Self, Unpack

    from .options import (
        ClientOptions,
        DocumentOptions,
        ExtractionOptions,
        SearchOptions,
        WaitOptions,
    )
    from .sources import AsyncSource
    from .types import R
    from .view import View
    from .webhook import Body, Headers, Secrets
else:
    R = None


class _Product(_Result[R]):
    """What all products have."""

    __slots__ = ("_door", "_product", "_kind")

    def __init__(self, door: AsyncDoor, product: str, kind: type[R]) -> None:
        self._door = door
        self._product = product
        self._kind = kind

    async def _run(self, source: AsyncSource, options: Any) -> Inference[R]:
        arguments = dict(product=self._product, **options)
        body, about = await self._door.call("run", arguments, source)
        return Inference(body, self._kind, about=about)

    async def _enqueue(self, source: AsyncSource, options: Any) -> Job:
        arguments = dict(product=self._product, **options)
        return Job(*await self._door.call("enqueue", arguments, source))

    async def result(self, id: str, **options: Unpack[WaitOptions]) -> Inference[R]:
        """Fetches the result of a finished inference, by its id or resume token."""
        arguments = dict(product=self._product, id=id, **options)
        body, _ = await self._door.call("result", arguments)
        return Inference(body, self._kind)


class Extraction(_Product[ExtractionResult]):
    """Fields by the model's data schema."""

    __slots__ = ()

    async def run(
        self, source: AsyncSource, **options: Unpack[ExtractionOptions]
    ) -> Inference[ExtractionResult]:
        """Uploads a document, waits for its job and fetches the result, under one deadline."""
        return await self._run(source, options)

    async def enqueue(self, source: AsyncSource, **options: Unpack[ExtractionOptions]) -> Job:
        """Uploads a document and returns its job at once."""
        return await self._enqueue(source, options)


class Product(_Product[R]):
    """A product other than extraction."""

    __slots__ = ()

    async def run(self, source: AsyncSource, **options: Unpack[DocumentOptions]) -> Inference[R]:
        """Uploads a document, waits for its job and fetches the result, under one deadline."""
        return await self._run(source, options)

    async def enqueue(self, source: AsyncSource, **options: Unpack[DocumentOptions]) -> Job:
        """Uploads a document and returns its job at once."""
        return await self._enqueue(source, options)


class Jobs:
    """Jobs, whatever their product. Wherever an id is taken, a resume token is taken too."""

    __slots__ = ("_door",)

    def __init__(self, door: AsyncDoor) -> None:
        self._door = door

    async def get(self, id: str, **options: Unpack[WaitOptions]) -> Job:
        """Asks once for a job."""
        return Job(*await self._door.call("jobs.get", dict(id=id, **options)))

    async def wait(self, id: str, **options: Unpack[WaitOptions]) -> Job:
        """Waits until a job is processed, and returns it. A failed job is an error."""
        return Job(*await self._door.call("jobs.wait", dict(id=id, **options)))

    async def result(self, id: str, **options: Unpack[WaitOptions]) -> Inference[View]:
        """Waits until a job is processed, and fetches its result, whatever the product."""
        body, _ = await self._door.call("jobs.result", dict(id=id, **options))
        return Inference(body)

    async def deliver(
        self, body: Body, headers: Headers, secrets: Secrets, *, largest: int | None = None
    ) -> Delivered:
        """Tells of a webhook's arrival: verified, it is kept in the ledger, where there is one,
        and ends the waits for its job. Answer the webhook when this has returned."""
        return await self._deliver(body, signed(headers, secrets, largest))

    async def deliver_unsigned(self, body: Body, *, largest: int | None = None) -> Delivered:
        """The same for a delivery whose signature nobody has checked. Anybody can have sent it."""
        return await self._deliver(body, unsigned(largest))

    async def _deliver(self, body: Body, arguments: dict[str, Any]) -> Delivered:
        return delivered(*await self._door.call("jobs.deliver", arguments, bytes_of(body)))


class Ledger:
    """The ledger of a client. Without the client's option ``ledger`` each method is an error."""

    __slots__ = ("_door",)

    def __init__(self, door: AsyncDoor) -> None:
        self._door = door

    async def pending(self) -> list[LedgerDocument]:
        """Every document that was not forgotten, with its state."""
        body, _ = await self._door.call("ledger.pending", {})
        return documents(body)

    async def resume(
        self, *, older_than: float | None = None, **options: Unpack[WaitOptions]
    ) -> list[LedgerDocument]:
        """Sends what was certainly not taken, waits for what has a job, and leaves the unknown to
        you. Documents recorded less than ``older_than`` seconds ago are left alone. Gives all
        documents afterwards; what came in the way of one is in its row."""
        body, _ = await self._door.call("ledger.resume", dict(options, older_than=older_than))
        return documents(body)

    async def collect(
        self, *, after: int | None = None, most: int | None = None
    ) -> AsyncIterator[LedgerResult]:
        """Results that are here, oldest first: those after the document of a key, and so many at
        most. They are read as far as this is, so they are never in memory together."""
        arguments: dict[str, Any] | None = dict(after=after, most=most)
        while arguments is not None:
            body, about = await self._door.call("ledger.collect", arguments)
            for kept in results(body):
                yield kept
            arguments = about.get("next")

    async def forget(self, keys: int | Iterable[int]) -> int:
        """Removes documents whose results are safe with you, by their keys. Gives how many there
        were."""
        body, _ = await self._door.call("ledger.forget", dict(keys=listed(keys)))
        return forgotten(body)


class ModelSearch:
    """The models that were found, in the order of their pages. Asks as far as it is read."""

    __slots__ = ("_door", "_query")

    def __init__(self, door: AsyncDoor, query: dict[str, Any]) -> None:
        self._door = door
        self._query = query

    async def pages(self) -> AsyncIterator[ModelPage]:
        """The pages, each with its bytes."""
        arguments: dict[str, Any] | None = self._query
        while arguments is not None:
            body, about = await self._door.call("models.search", arguments)
            yield ModelPage(body)
            further = about.get("next")
            arguments = further and {**self._query, **further}

    async def __aiter__(self) -> AsyncIterator[Model]:
        async for page in self.pages():
            for model in page.models:
                yield model


class Models:
    """The organization's models."""

    __slots__ = ("_door",)

    def __init__(self, door: AsyncDoor) -> None:
        self._door = door

    def search(self, **options: Unpack[SearchOptions]) -> ModelSearch:
        """The models that match: ``async for model in client.models.search(): ...``."""
        return ModelSearch(self._door, dict(options))


class AsyncClient:
    """A client of the Mindee V2 API, safe to share between tasks, threads and event loops.

    What is not given comes from the environment (``MINDEE_V2_API_KEY``, ``MINDEE_V2_BASE_URL``) or
    the core's defaults. A forked process may go on with its parent's client.

    Cancelling a task ends its call within 100 ms; the exception's ``__cause__`` is the call's own
    error, whose ``resume_token`` goes on with a document that was sent already.
    """

    __slots__ = (
        "_door",
        "extraction",
        "split",
        "crop",
        "classification",
        "ocr",
        "jobs",
        "ledger",
        "models",
    )

    extraction: Extraction
    """Fields by the model's data schema."""
    split: Product[SplitResult]
    """Where one document ends and the next begins."""
    crop: Product[CropResult]
    """Where the documents lie on a picture."""
    classification: Product[ClassificationResult]
    """Which kind of document it is."""
    ocr: Product[OcrResult]
    """All words and their places."""
    jobs: Jobs
    """Jobs, whatever their product."""
    ledger: Ledger
    """The durable record of documents, jobs and results."""
    models: Models
    """The organization's models."""

    def __init__(self, **options: Unpack[ClientOptions]) -> None:
        self._door = door = AsyncDoor(dict(options))
        self.extraction = Extraction(door, "extraction", ExtractionResult)
        self.split = Product(door, "split", SplitResult)
        self.crop = Product(door, "crop", CropResult)
        self.classification = Product(door, "classification", ClassificationResult)
        self.ocr = Product(door, "ocr", OcrResult)
        self.jobs = Jobs(door)
        self.ledger = Ledger(door)
        self.models = Models(door)

    async def status(self) -> Status:
        """What the client's calls wait for in this process. Nothing is asked of Mindee."""
        from json import loads

        body, _ = await self._door.call("status", {})
        return Status(loads(body))

    async def close(self) -> None:
        """Lets go of the connections; a second time does nothing."""
        self._door.native.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a key and connections; make a new one instead")
