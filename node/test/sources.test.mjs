import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, openAsBlob, readFileSync } from "node:fs";
import { relative } from "node:path";
import { Readable } from "node:stream";
import { beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";

import { data, failure, startSandbox } from "./sandbox.mjs";

const sandbox = await startSandbox();
const client = sandbox.client();
const path = data("invoice.pdf");
const bytes = readFileSync(path);
const wide = new Uint8Array(bytes.length + 10);
wide.set(bytes, 5);
beforeEach(() => sandbox.clear());

const digest = createHash("sha256").update(bytes).digest("hex");

/** The last field of the form that a source led to: the document. */
async function uploaded(source) {
  await client.extraction.enqueue(source, sandbox.quick());
  const { requests } = await sandbox.seen();
  return requests[0].body.fields.at(-1);
}

const sources = {
  "a path as text": [path, "invoice.pdf"],
  "a relative path": [relative(process.cwd(), path), "invoice.pdf"],
  "a path by name": [{ path }, "invoice.pdf"],
  "a file URL": [pathToFileURL(path), "invoice.pdf"],
  "a Buffer": [bytes, "document.pdf"],
  "a part of a Uint8Array": [wide.subarray(5, 5 + bytes.length), "document.pdf"],
  "a DataView": [new DataView(wide.buffer, 5, bytes.length), "document.pdf"],
  "an ArrayBuffer": [new Uint8Array(bytes).buffer, "document.pdf"],
  "bytes with a file name": [{ bytes, filename: "mine.pdf" }, "mine.pdf"],
  "base64 text": [{ base64: bytes.toString("base64"), filename: "b.pdf" }, "b.pdf"],
  "base64 text after its file name": [{ filename: "b.pdf", base64: bytes.toString("base64") }, "b.pdf"],
  "a Blob": [new Blob([bytes]), "document.pdf"],
  "a Blob of a file": [await openAsBlob(path), "document.pdf"],
  "a File": [new File([bytes], "scan.pdf"), "scan.pdf"],
  "a file's stream": [() => createReadStream(path), "invoice.pdf"],
  "a Readable": [() => Readable.from([bytes.subarray(0, 100), bytes.subarray(100)]), "document.pdf"],
  "a ReadableStream": [() => new Blob([bytes]).stream(), "document.pdf"],
};

for (const [name, [source, filename]] of Object.entries(sources)) {
  test(`${name} is sent whole under its name`, async () => {
    const part = await uploaded(typeof source === "function" ? source() : source);
    assert.equal(part.filename, filename);
    assert.equal(part.sha256, digest);
  });
}

for (const [name, source] of Object.entries({
  "https text": "https://example.com/a.pdf",
  "a URL object": new URL("https://example.com/a.pdf"),
  "a URL by name": { url: "https://example.com/a.pdf" },
  "a URL object by name": { url: new URL("https://example.com/a.pdf") },
})) {
  test(`${name} is sent as an address`, async () => {
    const part = await uploaded(source);
    assert.deepEqual([part.name, part.value], ["url", "https://example.com/a.pdf"]);
  });
}

for (const source of [undefined, null, 5, true, {}, { paths: "x" }, () => {}, 10n, Symbol("s")]) {
  const name = typeof source === "object" ? JSON.stringify(source) : String(source);
  test(`${name} is no source, and the core says so`, async () => {
    const error = await failure(client.extraction.enqueue(source, sandbox.quick()));
    assert.equal(error.code, "source.missing");
  });
}

test("a buffer may be changed as soon as the call has started", async () => {
  const own = Buffer.from(bytes);
  const call = client.extraction.enqueue(own, sandbox.quick());
  await Promise.resolve();
  own.fill(0);
  await call;
  const { requests } = await sandbox.seen();
  assert.equal(requests[0].body.fields.at(-1).sha256, digest);
});

test("a path with half a surrogate pair is a path that does not exist", async () => {
  const error = await failure(client.extraction.enqueue("a\ud800.pdf", sandbox.quick()));
  assert.equal(error.code, "source.not_found");
});
