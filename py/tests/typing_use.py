"""What a type checker must accept, and what it must refuse: an unused `ignore` is an error."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import mindee_core
from mindee_core import AsyncClient, Base64, Client, Inference
from mindee_core.options import ExtractionOptions
from mindee_core.types import ExtractionResult, OcrResult


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
    names: list[str | None] = [model.name for model in client.models.search(per_page=5)]
    chained = client.split.result("i").result.splits[0].extraction_response
    if chained is not None:
        chained.inference.result.fields
    try:
        client.jobs.get("i")
    except mindee_core.MindeeError as error:
        token: str | None = error.resume_token
        print(token, confidence, rows, words, names)


async def awaited(client: AsyncClient) -> None:
    async with client as same:
        inference: Inference[ExtractionResult] = await same.extraction.run("a.pdf", model_id="m")
        print(inference.id, [model.id async for model in same.models.search()])


def refused(client: Client) -> None:
    client.extraction.run("a.pdf")  # type: ignore[call-arg]
    client.extraction.run("a.pdf", model_id=5)  # type: ignore[arg-type]
    client.extraction.run("a.pdf", model_id="m", polygons=True)  # type: ignore[call-arg]
    client.extraction.run(5, model_id="m")  # type: ignore[arg-type]
    client.extraction.run(io.StringIO(), model_id="m")  # type: ignore[arg-type]
    client.ocr.run("a.pdf", model_id="m", rag=True)  # type: ignore[call-arg]
    client.jobs.get("i", model_id="m")  # type: ignore[call-arg]
    client.models.search(per_page="5")  # type: ignore[arg-type]
    client.extraction.result("i").result.splits  # type: ignore[attr-defined]
    client.extraction.result("i").file.page_count  # type: ignore[union-attr]
    Client(key="k")  # type: ignore[call-arg]
