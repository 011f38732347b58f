"""Jobs step by step: enqueue, ask, fetch."""

from datetime import datetime, timedelta

import pytest
from mindee import ExtractionResponse
from mindee.error import MindeeError
from mindee.v2 import Client
from mindee.v2.error import MindeeHTTPErrorV2

from support import RESPONSES, Sandbox, quick, sample


def test_enqueue_gives_a_job_at_once(sandbox: Sandbox):
    job = sandbox.enqueue(alias="march")
    assert job.status == "Processing"
    assert job.model_id == sandbox.models["extraction"]
    assert job.filename == "invoice.pdf"
    assert job.alias == "march"
    assert job.polling_url == f"{sandbox.base_url}/v2/jobs/{job.id}"
    assert (job.result_url, job.completed_at, job.error) == (None, None, None)
    assert job.webhooks == []


def test_a_job_in_progress_stays_in_progress_when_asked_for(sandbox: Sandbox):
    sandbox.rule(on="enqueue", job={"processing_ms": None})
    job = sandbox.enqueue()
    again = Client().get_job(job.id).job
    assert (again.id, again.status, again.result_url) == (job.id, "Processing", None)
    assert again.created_at == job.created_at


def test_a_finished_job_names_its_result_and_its_times(sandbox: Sandbox):
    job = sandbox.finished()
    assert job.status == "Processed"
    assert job.result_url == (
        f"{sandbox.base_url}/v2/products/extraction/results/{job.id}"
    )
    assert isinstance(job.created_at, datetime)
    assert timedelta(milliseconds=99) < job.completed_at - job.created_at


@pytest.mark.parametrize("product", ["extraction", "crop", "classification", "ocr"])
def test_a_result_is_fetched_by_its_id(sandbox: Sandbox, product: str):
    job = sandbox.finished(product)
    response = Client().get_result(RESPONSES[product], job.id)
    assert response.inference.id == job.id


@pytest.mark.parametrize("product", RESPONSES)
def test_a_result_is_fetched_by_the_address_in_its_job(sandbox: Sandbox, product: str):
    job = sandbox.finished(product)
    response = Client().get_result_from_url(RESPONSES[product], job.result_url)
    assert response.inference.id == job.id


def test_a_result_can_be_fetched_more_than_once(sandbox: Sandbox):
    job = sandbox.finished()
    texts = {str(Client().get_result(ExtractionResponse, job.id)) for _ in range(2)}
    assert len(texts) == 1


def test_a_wait_goes_on_while_the_job_is_in_progress(sandbox: Sandbox):
    sandbox.rule(on="enqueue", job={"processing_ms": 1900})
    sandbox.run()
    assert [one["status"] for one in sandbox.requests("job")] == [200, 302]


def test_a_wait_for_a_job_that_never_ends_is_given_up(sandbox: Sandbox):
    sandbox.rule(on="enqueue", job={"processing_ms": None})
    parameters = sandbox.parameters()
    parameters.polling_options = quick(tries=1)
    with pytest.raises(MindeeError, match="Couldn't retrieve document"):
        Client().enqueue_and_get_result(
            ExtractionResponse, sample("invoice.pdf"), parameters
        )
    assert sandbox.requests("result") == []


def test_the_reason_of_a_failed_job_ends_the_wait(sandbox: Sandbox):
    sandbox.rule(on="enqueue", job={"fail": {"detail": "The pages are blank."}})
    with pytest.raises(MindeeError, match="The pages are blank"):
        sandbox.run()
    assert [one["status"] for one in sandbox.requests("job")] == [200]


def test_a_failed_job_holds_the_whole_problem(sandbox: Sandbox):
    problem = {
        "status": 422,
        "code": "422-017",
        "title": "Unreadable",
        "detail": "The pages are blank.",
        "errors": [{"pointer": "#/file", "detail": "No ink."}],
    }
    sandbox.rule(on="enqueue", job={"fail": problem})
    job = sandbox.finished()
    assert (job.status, job.result_url) == ("Failed", None)
    assert (job.error.status, job.error.code) == (422, "422-017")
    assert (job.error.title, job.error.detail) == ("Unreadable", "The pages are blank.")
    assert [(one.pointer, one.detail) for one in job.error.errors] == [
        ("#/file", "No ink.")
    ]
    assert job.completed_at is not None


def test_a_result_that_is_gone_is_told_as_404(sandbox: Sandbox):
    sandbox.rule(on="enqueue", job={"gone": True})
    with pytest.raises(MindeeHTTPErrorV2) as told:
        sandbox.run()
    assert told.value.status == 404


def test_the_webhooks_of_a_job_are_listed_when_it_is_over(sandbox: Sandbox):
    (webhook,) = sandbox.finished(webhook_ids=[sandbox.webhook()]).webhooks
    assert webhook.id == sandbox.webhook()
    assert webhook.status == "Processing"
    assert isinstance(webhook.created_at, datetime)
    assert webhook.error is None
