"""What is tested is the published client."""

import base64
import hashlib
import importlib.metadata

from support import Sandbox


def test_the_installed_client_is_the_published_one_to_the_byte():
    files = importlib.metadata.files("mindee")
    hashed = [one for one in files if one.hash and one.suffix == ".py"]
    assert len(hashed) > 100
    for one in hashed:
        digest = hashlib.new(one.hash.mode, one.read_binary()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == one.hash.value


def test_every_request_is_the_client_s_own(sandbox: Sandbox):
    sandbox.run()
    assert [one["route"] for one in sandbox.requests()] == ["enqueue", "job", "result"]
    for one in sandbox.requests():
        agent = one["headers"]["user-agent"]
        assert agent.startswith("mindee-api-python@v5.4.0 ")
        assert one["authorization"] is True
