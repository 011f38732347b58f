from collections.abc import Iterator

import pytest

from support import RESULTS, Sandbox


def _run(monkeypatch: pytest.MonkeyPatch, *flags: str) -> Iterator[Sandbox]:
    sandbox = Sandbox(*flags)
    monkeypatch.setenv("MINDEE_V2_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("MINDEE_V2_API_KEY", sandbox.api_key)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that answers with the results in tests/data/results."""
    yield from _run(monkeypatch, "--results", str(RESULTS))


@pytest.fixture
def inventive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that makes its results from the data schema and the options."""
    yield from _run(monkeypatch)
