"""Webhooks in Python: `ours` or `official`, a body's file, the secret, and how often."""

import gc
import hmac
import json
import statistics
import sys
import time
from pathlib import Path

kind, file, secret, count = sys.argv[1:5]
count = int(count)
body = Path(file).read_bytes()
signature = hmac.new(secret.encode(), body, "sha256").hexdigest()
FIELD = "total_amount"


def ours():
    from mindee_core import WebhookError, webhook

    headers, wrong = {"X-Signature": signature}, {"X-Signature": "0" * 64}

    def read():
        return webhook.unwrap(body, headers, secret).inference.result.fields[FIELD].value

    def refuse():
        try:
            webhook.unwrap(body, wrong, secret)
        except WebhookError:
            return
        sys.exit("a wrong signature was taken")

    return read, refuse


def official():
    from mindee import ExtractionResponse, LocalResponse

    def read():
        response = LocalResponse(body)
        if not response.is_valid_hmac_signature(secret, signature):
            sys.exit("the signature was refused")
        return (
            response.deserialize_response(ExtractionResponse).inference.result.fields[FIELD].value
        )

    def refuse():
        if LocalResponse(body).is_valid_hmac_signature(secret, "0" * 64):
            sys.exit("a wrong signature was taken")

    return read, refuse


def bare():
    hmac.digest(secret.encode(), body, "sha256")


def taken(call):
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1e6


read, refuse = {"ours": ours, "official": official}[kind]()
times = {read: [], refuse: [], bare: []}
for _ in range(count):
    times[read].append(taken(read))
gc.collect()
for turn in range(max(count, 25)):
    # Together, so that what disturbs one disturbs the other, and each of them first in turn.
    for call in (refuse, bare)[:: 1 if turn % 2 else -1]:
        times[call].append(taken(call))
told = {call.__name__: statistics.median(all) for call, all in times.items()}
json.dump({**told, "value": read()}, sys.stdout)
