"""The key is in no output, and a client does not leave its process."""

import copy
import pickle
import traceback

import pytest

import mindee_core

KEY = "md_canary_7f3a9c"


@pytest.mark.parametrize("kind", [mindee_core.Client, mindee_core.AsyncClient])
def test_no_form_of_a_client_shows_the_key(kind):
    client = kind(api_key=KEY)
    shown = [f"{client}", repr(client), f"{client:}", str(dir(client)), repr(client._door.native)]
    parts = [getattr(client, name) for name in client.__slots__]
    assert KEY not in " ".join(shown + [repr(part) + str(dir(part)) for part in parts])
    assert not hasattr(client, "__dict__")


@pytest.mark.parametrize("kind", [mindee_core.Client, mindee_core.AsyncClient])
@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_refuses_to_be_pickled_or_copied(kind, leave):
    with pytest.raises(TypeError, match="holds a key") as caught:
        leave(kind(api_key=KEY))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"api_key": f"Bearer {KEY}"},
        {"api_key": KEY, "api_kye": KEY},
        {"api_key": [KEY]},
        {"api_key": KEY.encode()},
        {"api_key": {KEY: object()}},
        {"api_key": KEY + "\ud800"},
        {"api_key": KEY, "base_url": f"https://user:{KEY}@example.com"},
        {"api_key": KEY, "proxy": f"no proxy {KEY}"},
    ],
)
def test_no_error_about_options_shows_the_key(options):
    with pytest.raises(mindee_core.UsageError) as caught:
        mindee_core.Client(**options)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.payload)
    assert KEY not in shown


def test_a_key_that_a_server_echoes_is_not_shown(sandbox):
    problem = {"status": 403, "code": "403-001", "title": KEY, "detail": f"key {KEY}", "errors": []}
    sandbox.rules({"on": "any", "answer": {"status": 403, "json": problem}})
    with mindee_core.Client(api_key=KEY, base_url=sandbox.options["base_url"]) as client:
        with pytest.raises(mindee_core.AuthError) as caught:
            client.jobs.get("01234567-89ab-cdef-0123-456789abcdef")
    assert KEY not in f"{caught.value!r}{caught.value.payload}"
