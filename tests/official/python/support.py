"""The sandbox as a program, and short ways to use the official client with it."""

import hashlib
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
from mindee import (
    ClassificationParameters,
    ClassificationResponse,
    CropParameters,
    CropResponse,
    ExtractionParameters,
    ExtractionResponse,
    OCRParameters,
    OCRResponse,
    PathInput,
    PollingOptions,
    SplitParameters,
    SplitResponse,
)
from mindee.v2 import Client

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data"
RESULTS = DATA / "results"
UNKNOWN = "fc405e37-4ba4-4d03-aeba-533a8d1f0f21"

PARAMETERS = {
    "extraction": ExtractionParameters,
    "split": SplitParameters,
    "crop": CropParameters,
    "classification": ClassificationParameters,
    "ocr": OCRParameters,
}
RESPONSES = {
    "extraction": ExtractionResponse,
    "split": SplitResponse,
    "crop": CropResponse,
    "classification": ClassificationResponse,
    "ocr": OCRResponse,
}


class Sandbox:
    """One run of the program. It ends when its standard input is closed."""

    def __init__(self, *flags: str) -> None:
        program = os.environ.get("MINDEE_SANDBOX", "target/debug/mindee-sandbox")
        self._process = subprocess.Popen(
            [ROOT / program, "--exit-with-stdin", "--processing-ms", "100", *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        line = self._process.stdout.readline()
        assert line, "the sandbox did not start: is it built?"
        ready = json.loads(line)
        self.base_url: str = ready["base_url"]
        self.api_key: str = ready["api_key"]
        self.models: dict[str, str] = ready["models"]
        self._admin = httpx.Client(base_url=ready["admin_url"], trust_env=False)

    def stop(self) -> None:
        self._admin.close()
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(timeout=10) == 0

    def rule(self, **rule: Any) -> None:
        self._admin.post("/rules", json=rule).raise_for_status()

    def seen(self) -> dict[str, Any]:
        return self._admin.get("/seen").raise_for_status().json()

    def requests(self, route: str | None = None) -> list[dict[str, Any]]:
        every = self.seen()["requests"]
        return [one for one in every if route in (None, one["route"])]

    def fields(self) -> list[tuple[str, str]]:
        """Names and values of the only enqueue, without the file and the model."""
        (enqueue,) = self.requests("enqueue")
        return [
            (field["name"], field["value"])
            for field in enqueue["body"]["fields"]
            if field["name"] not in ("file", "model_id")
        ]

    def file(self) -> dict[str, Any]:
        """The file part of the only enqueue."""
        (enqueue,) = self.requests("enqueue")
        (file,) = [one for one in enqueue["body"]["fields"] if one["name"] == "file"]
        return file

    def parameters(self, product: str = "extraction", **options: Any) -> Any:
        return PARAMETERS[product](
            self.models[product], polling_options=quick(), **options
        )

    def webhook(self, product: str = "extraction") -> str:
        number = list(PARAMETERS).index(product) + 1
        return f"a1b2c3d4-000{number}-4a5b-8c6d-7e8f90a1b2c3"

    def run(self, product: str = "extraction", source: Any = None, **options: Any):
        """Sends a document, waits, and gives the inference."""
        response = Client().enqueue_and_get_result(
            RESPONSES[product],
            source or sample("invoice.pdf"),
            self.parameters(product, **options),
        )
        assert isinstance(response, RESPONSES[product])
        return response.inference

    def enqueue(self, product: str = "extraction", source: Any = None, **options: Any):
        """Sends a document and gives the job, which is not waited for."""
        source = source or sample("invoice.pdf")
        return Client().enqueue(source, self.parameters(product, **options)).job

    def finished(self, product: str = "extraction", **options: Any):
        """Sends a document and asks for its job until that is over."""
        job_id = self.enqueue(product, **options).id
        end = time.monotonic() + 10
        while time.monotonic() < end:
            job = Client().get_job(job_id).job
            if job.status != "Processing":
                return job
            time.sleep(0.05)
        raise AssertionError("the job did not end")


def quick(tries: int = 20) -> PollingOptions:
    """The shortest wait that the client allows."""
    return PollingOptions(initial_delay_sec=1, delay_sec=1, max_retries=tries)


def sample(name: str) -> PathInput:
    return PathInput(DATA / name)


def sha256(name: str) -> str:
    return hashlib.sha256((DATA / name).read_bytes()).hexdigest()
