"""Search for models."""

import pytest
from mindee.v2 import Client
from mindee.v2.error import MindeeHTTPErrorV2
from mindee.v2.search.models.model_search_parameters import ModelSearchParameters

from support import PARAMETERS, Sandbox


def search(**options):
    return Client().search(ModelSearchParameters(**options))


def test_every_model_is_listed_with_its_type(sandbox: Sandbox):
    found = search()
    assert {one.model_type: one.id for one in found.models} == sandbox.models
    assert all(one.name for one in found.models)


def test_a_model_is_listed_with_its_webhooks(sandbox: Sandbox):
    (model,) = search(model_type="extraction").models
    (webhook,) = model.webhooks
    assert webhook.id == sandbox.webhook()
    assert webhook.name
    assert webhook.url.startswith("https://")


@pytest.mark.parametrize("product", PARAMETERS)
def test_models_are_found_by_type(sandbox: Sandbox, product: str):
    (model,) = search(model_type=product).models
    assert (model.id, model.model_type) == (sandbox.models[product], product)


def test_models_are_found_by_a_part_of_the_name_in_any_case(sandbox: Sandbox):
    every = search().models
    part = every[0].name[1:6].upper()
    expected = [one.id for one in every if part.lower() in one.name.lower()]
    assert [one.id for one in search(name=part).models] == expected


def test_a_name_that_no_model_has_finds_nothing(sandbox: Sandbox):
    found = search(name="no model is called so")
    assert list(found.models) == []
    assert found.pagination.total_items == 0


def test_models_are_listed_page_by_page(sandbox: Sandbox):
    pages = [search(page=number, per_page=2) for number in (1, 2, 3)]
    assert [len(page.models) for page in pages] == [2, 2, 1]
    ids = {one.id for page in pages for one in page.models}
    assert ids == set(sandbox.models.values())
    last = pages[2].pagination
    assert (last.page, last.per_page) == (3, 2)
    assert (last.total_items, last.total_pages) == (5, 3)


def test_a_search_is_sent_as_a_query(sandbox: Sandbox):
    search(name="a b&c", model_type="ocr", page=1, per_page=5)
    (request,) = sandbox.requests("models")
    assert request["path"] == "/v2/search/models"
    assert request["query"] == "page=1&per_page=5&name=a+b%26c&model_type=ocr"


def test_a_page_that_is_too_large_is_refused(sandbox: Sandbox):
    with pytest.raises(MindeeHTTPErrorV2) as told:
        search(per_page=101)
    assert told.value.status == 422


def test_the_older_search_call_finds_models_too(sandbox: Sandbox):
    with pytest.deprecated_call():
        found = Client().search_models(model_type="crop")
    assert [one.id for one in found.models] == [sandbox.models["crop"]]
