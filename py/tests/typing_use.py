"""What a type checker must accept, and what it must refuse: an unused `ignore` is an error."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import mindee_core
from mindee_core import AsyncClient, Base64, Client, Inference, webhook
from mindee_core.options import ExtractionOptions
from mindee_core.types import ExtractionResult, OcrResult
from mindee_core.view import View


def accepted(client: Client) -> None:
    inference: Inference[ExtractionResult] = client.extraction.run(
        "a.pdf", model_id="m", alias=None, deadline=timedelta(minutes=1), webhook_ids=["w"]
    )
    confidence: str | None = inference.result.fields["total"].confidence
    rows: list[mindee_core.Field] = inference.result.fields["rows"].items
    words: OcrResult = client.ocr.run(b"", model_id="m", source_name="a.pdf").result
    options: ExtractionOptions = {"model_id": "m", "poll_interval": 0.5}
    for source in (Path("a.pdf"), io.BytesIO(), Base64("", filename="a.pdf"), memoryview(b"")):
        client.extraction.enqueue(source, **options)
    with open("a.pdf", "rb") as file:
        for stream in (file, (part for part in (b"", b"")), [b""]):
            client.extraction.enqueue(stream, **options)
    names: list[str | None] = [model.name for model in client.models.search(per_page=5)]
    chained = client.split.result("i").result.splits[0].extraction_response
    if chained is not None:
        chained.inference.result.fields
    try:
        client.jobs.get("i")
    except mindee_core.MindeeError as error:
        token: str | None = error.resume_token
        print(token, confidence, rows, words, names)


def told_by_webhook(client: Client, body: bytes, environment: dict[str, object]) -> str | None:
    for headers in ({"X-Signature": "s"}, [("X-Signature", "s")], [(b"x-signature", b"s")]):
        webhook.unwrap(body, headers, ["new", "old"], largest=1000)
    delivered = client.jobs.deliver(body, environment, "secret")
    delivery = delivered.delivery
    if delivery.kind == "result":
        inference: Inference[View] = delivery.inference
        return inference.id if delivered.first else None
    return delivery.failure.error.detail if delivery.failure.error else None


def recorded(client: Client) -> list[bytes | None]:
    errors: list[mindee_core.MindeeError | None] = [row.error for row in client.ledger.resume()]
    keys: list[int] = [row.key for row in client.ledger.pending() if row.can_be_sent_again]
    waiting: int = client.status().jobs_waited_for
    print(errors, waiting, client.ledger.forget(keys), client.ledger.forget(5))
    return [kept.raw for kept in client.ledger.collect(after=3, most=10)]


async def chunks() -> AsyncIterator[bytes]:
    yield b""


async def awaited(client: AsyncClient, reader: asyncio.StreamReader) -> None:
    for stream in (chunks(), reader, io.BytesIO(), [b""]):
        await client.ocr.enqueue(stream, model_id="m")
    await client.ocr.enqueue([""], model_id="m")  # type: ignore[list-item]
    async with client as same:
        inference: Inference[ExtractionResult] = await same.extraction.run("a.pdf", model_id="m")
        print(inference.id, [model.id async for model in same.models.search()])
        first: bool = (await same.jobs.deliver(b"", [], "s")).first
        kept: list[Inference[View] | None] = [row.inference async for row in same.ledger.collect()]
        print(first, kept)


def refused(client: Client) -> None:
    client.extraction.run("a.pdf")  # type: ignore[call-arg]
    client.extraction.run("a.pdf", model_id=5)  # type: ignore[arg-type]
    client.extraction.run("a.pdf", model_id="m", polygons=True)  # type: ignore[call-arg]
    client.extraction.run(5, model_id="m")  # type: ignore[arg-type]
    client.extraction.run(io.StringIO(), model_id="m")  # type: ignore[arg-type]
    client.extraction.run(chunks(), model_id="m")  # type: ignore[arg-type]
    client.ocr.run("a.pdf", model_id="m", rag=True)  # type: ignore[call-arg]
    client.jobs.get("i", model_id="m")  # type: ignore[call-arg]
    client.models.search(per_page="5")  # type: ignore[arg-type]
    client.extraction.result("i").result.splits  # type: ignore[attr-defined]
    client.extraction.result("i").file.page_count  # type: ignore[union-attr]
    Client(key="k")  # type: ignore[call-arg]
    webhook.unwrap({"inference": {}}, {}, "s")  # type: ignore[arg-type]
    webhook.unwrap(b"", {}, b"s").failure  # type: ignore[arg-type, union-attr]
    webhook.unwrap(b"", {})  # type: ignore[call-arg]
    client.ledger.resume(model_id="m")  # type: ignore[call-arg]
    client.ledger.collect(most="5")  # type: ignore[arg-type]
