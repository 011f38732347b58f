"""The main road, blocking and on an event loop."""

import asyncio
import inspect
import pickle
import re

import pytest
from conftest import DATA, SOON

import mindee_core

TRUNCATED = DATA / "documents" / "jpeg" / "truncated.jpg"
PRODUCTS = ["extraction", "split", "crop", "classification", "ocr"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_document_of_every_product_is_run(client, sandbox, product):
    document = DATA / ("receipt.png" if product == "crop" else "invoice.pdf")
    inference = getattr(client, product).run(document, model_id=sandbox.models[product], **SOON)
    assert inference.file.name == document.name
    assert inference.model.id == sandbox.models[product]
    assert type(inference.result).__name__.lower() == f"{product}result"
    assert inference.raw.startswith(b'{"inference"')


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_document_of_every_product_is_run_on_an_event_loop(on_loop, sandbox, product):
    document = DATA / ("receipt.png" if product == "crop" else "invoice.pdf")

    async def work(client):
        part = getattr(client, product)
        return await part.run(document, model_id=sandbox.models[product], **SOON)

    inference = on_loop(work)
    assert inference.file.name == document.name
    assert type(inference.result).__name__.lower() == f"{product}result"


def test_what_preflight_warns_of_stands_beside_result_and_job(client, sandbox):
    options = {"model_id": sandbox.models["extraction"], "preflight": "warn"}
    inference = client.extraction.run(TRUNCATED, **options, **SOON)
    [warning] = inference.warnings
    assert (warning.code, warning.severity) == ("damaged", "doubtful")
    assert client.extraction.enqueue(TRUNCATED, **options).warnings == [warning]
    assert pickle.loads(pickle.dumps(inference)).warnings == [warning]
    assert client.extraction.run(DATA / "invoice.pdf", **options, **SOON).warnings == []


def test_what_preflight_warns_of_is_told_on_an_event_loop(on_loop, sandbox):
    async def work(client):
        model = sandbox.models["extraction"]
        return await client.extraction.run(TRUNCATED, model_id=model, preflight="warn", **SOON)

    assert [warning.code for warning in on_loop(work).warnings] == ["damaged"]


def test_a_job_is_followed_step_by_step(client, sandbox):
    model = sandbox.models["extraction"]
    job = client.extraction.enqueue(DATA / "invoice.pdf", model_id=model, alias="a")
    assert (job.status, job.alias, job.filename) == ("Processing", "a", "invoice.pdf")
    assert client.jobs.get(job.id).id == job.id
    assert client.jobs.wait(job.resume_token, **SOON).status == "Processed"
    assert client.extraction.result(job.id).id == job.id


def test_a_job_is_followed_step_by_step_on_an_event_loop(on_loop, sandbox):
    async def work(client):
        model = sandbox.models["extraction"]
        job = await client.extraction.enqueue(DATA / "invoice.pdf", model_id=model)
        assert (await client.jobs.get(job.id)).id == job.id
        assert (await client.jobs.wait(job.resume_token, **SOON)).status == "Processed"
        return (await client.extraction.result(job.id)).id == job.id

    assert on_loop(work)


def test_a_resume_token_gives_the_result_whatever_the_product(client, sandbox):
    job = client.ocr.enqueue(DATA / "invoice.jpg", model_id=sandbox.models["ocr"])
    inference = client.jobs.result(job.resume_token, **SOON)
    assert isinstance(inference.result, mindee_core.types.OcrResult)
    assert inference.result.pages[0].words[0].content


def test_models_are_searched_over_all_pages(client, sandbox):
    models = list(client.models.search(per_page=2))
    assert {model.id for model in models} == set(sandbox.models.values())
    assert [request["query"] for request in sandbox.requests()] == [
        "per_page=2",
        "page=2&per_page=2",
        "page=3&per_page=2",
    ]


def test_models_are_searched_over_all_pages_on_an_event_loop(on_loop, sandbox):
    async def work(client):
        pages = [page async for page in client.models.search(per_page=2).pages()]
        assert [page.pagination.page for page in pages] == [1, 2, 3]
        return [model.id async for model in client.models.search(per_page=2)]

    assert set(on_loop(work)) == set(sandbox.models.values())


def test_nothing_is_asked_before_a_search_is_read(client, sandbox):
    search = client.models.search()
    assert sandbox.requests() == []
    next(iter(search))
    assert len(sandbox.requests()) == 1


def test_a_closed_client_says_so_and_closes_twice(sandbox):
    client = mindee_core.Client(**sandbox.options)
    client.close()
    client.close()
    with pytest.raises(mindee_core.UsageError, match="closed"):
        client.jobs.get("some-id")


def test_a_closed_asynchronous_client_says_so(sandbox):
    async def work():
        client = mindee_core.AsyncClient(**sandbox.options)
        await client.close()
        await client.close()
        await client.jobs.get("some-id")

    with pytest.raises(mindee_core.UsageError, match="closed"):
        asyncio.run(work())


def parts(client):
    names = [name for name in client.__slots__ if not name.startswith("_")]
    return {name: getattr(client, name) for name in names}


def test_both_clients_have_equal_names_and_signatures(sandbox):
    blocking = mindee_core.Client(**sandbox.options)
    awaited = mindee_core.AsyncClient(**sandbox.options)
    assert inspect.signature(mindee_core.Client) == inspect.signature(mindee_core.AsyncClient)
    assert parts(blocking).keys() == parts(awaited).keys()
    for name, part in {"": blocking, **parts(blocking)}.items():
        other = getattr(awaited, name) if name else awaited
        public = {method for method in dir(part) if not method.startswith("_")}
        assert public == {method for method in dir(other) if not method.startswith("_")}
        for method in public - parts(blocking).keys():
            one, two = getattr(part, method), getattr(other, method)
            # What is awaited can be a source, or come from a ledger, of the one alone.
            alike = re.sub("Async(Source|Iterator)", r"\1", str(inspect.signature(two)))
            assert str(inspect.signature(one)) == alike
            assert inspect.getdoc(one)
            assert inspect.iscoroutinefunction(two) == (method not in ("search", "collect"))
