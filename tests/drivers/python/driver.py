"""The conformance driver of Python: plays requests from standard input over the public face."""

import io
import json
import sys
from urllib.parse import quote, unquote

import mindee_core
from mindee_core import MISSING, Base64, Client, MindeeError


def reply(*fields):
    line = "\t".join(quote(field, safe="", errors="replace") for field in fields)
    print(line, flush=fields[0] in ("ready", "done"))


def source_of(kind, value, *filename):
    """The source, and options that stand beside it."""
    name = filename[0] if filename else None
    beside = {"source_name": name} if name else {}
    if kind == "path":
        return PathOf(value), {}
    if kind in ("url", "text"):
        return value, {}
    if kind == "base64":
        return Base64(value, name), {}
    with open(value, "rb") as file:
        content = file.read()
    return (io.BufferedReader(io.BytesIO(content)) if kind == "reader" else content), beside


class PathOf:
    """A path object, as ``pathlib`` gives it, of exactly this text."""

    def __init__(self, text):
        self.text = text

    def __fspath__(self):
        return self.text


def answers(client, request):
    """The answers of a call, each a result with its bytes."""
    operation, options = request["call"], request["options"]
    product = getattr(client, request.get("product", ""), None)
    source, beside = request.get("source", (None, {}))
    match operation:
        case "run" | "enqueue":
            return [getattr(product, operation)(source, **beside, **options)]
        case "result":
            return [product.result(request.get("id"), **options)]
        case "jobs.get" | "jobs.wait" | "jobs.result":
            return [getattr(client.jobs, operation[5:])(request.get("id"), **options)]
        case "models.search":
            return client.models.search(**options).pages()


def told(request):
    """The lines that tell what a call gave."""
    with Client(**request["client"]) as client:
        for answer in answers(client, request):
            yield "body", answer.raw.decode("utf-8", "replace")
            if hasattr(answer, "resume_token"):
                yield "about", "resume_token", answer.resume_token
            for pointer in request["read"]:
                value = answer.pointer(pointer)
                text = "missing" if value is MISSING else json.dumps(value, ensure_ascii=False)
                yield "value", pointer, text


def perform(request):
    try:
        lines = list(told(request))
    except MindeeError as error:
        number = next(n for n, kind in mindee_core.errors.BY_NUMBER.items() if type(error) is kind)
        payload = json.dumps(error.payload, ensure_ascii=False)
        kept = "1" if error.body is not None else "0"
        lines = [("error", payload, str(number), type(error).__name__, kept)]
    for line in [*lines, ("done",)]:
        reply(*line)


def main():
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    reply("ready", "python", mindee_core.__version__)
    request = {"client": {}, "options": {}, "read": []}
    for line in sys.stdin:
        fields = line.rstrip("\n").split("\t")
        word, *fields = (unquote(field, errors="surrogateescape") for field in fields)
        match word:
            case "client":
                request["client"][fields[0]] = json.loads(fields[1])
            case "option":
                request["options"][fields[0]] = json.loads(fields[1])
            case "source":
                request["source"] = source_of(*fields)
            case "read":
                request["read"].append(fields[0])
            case "go":
                perform(request)
                request = {"client": {}, "options": {}, "read": []}
            case _:
                request[word] = fields[0]


if __name__ == "__main__":
    main()
