// The ways to hand over a document, and how each arrives.

import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { test } from "node:test";
import { Base64Input, BufferInput, BytesInput, StreamInput, UrlInput } from "mindee";
import { path, sample, sandboxOf, sha256 } from "../support.js";

const sandbox = sandboxOf(import.meta.url);
const ADDRESS = "https://files.example.com/invoices/march%20%26%20april.pdf?v=1&x=a+b";

test("a path arrives with its name and every byte", async () => {
  await sandbox.enqueue("extraction", sample("invoice.pdf"));
  const file = await sandbox.file();
  assert.equal(file.filename, "invoice.pdf");
  assert.equal(file.content_type, "application/octet-stream");
  assert.equal(file.sha256, sha256("invoice.pdf"));
});

test("a buffer arrives whole", async () => {
  const buffer = readFileSync(path("receipt.png"));
  await sandbox.enqueue("extraction", new BufferInput({ buffer, filename: "lunch.png" }));
  const file = await sandbox.file();
  assert.equal(file.filename, "lunch.png");
  assert.equal(file.sha256, sha256("receipt.png"));
});

test("bytes arrive whole", async () => {
  const inputBytes = new Uint8Array(readFileSync(path("receipt.webp")));
  await sandbox.enqueue("extraction", new BytesInput({ inputBytes, filename: "lunch.webp" }));
  assert.equal((await sandbox.file()).sha256, sha256("receipt.webp"));
});

test("base64 arrives decoded", async () => {
  const inputString = readFileSync(path("invoice.jpg")).toString("base64");
  await sandbox.enqueue("extraction", new Base64Input({ inputString, filename: "scan.jpg" }));
  assert.equal((await sandbox.file()).sha256, sha256("invoice.jpg"));
});

test("a stream arrives whole", async () => {
  const inputStream = createReadStream(path("two-pages.tiff"));
  await sandbox.enqueue("extraction", new StreamInput({ inputStream, filename: "two.tiff" }));
  assert.equal((await sandbox.file()).sha256, sha256("two-pages.tiff"));
});

test("the type of a file is told by its content", async () => {
  const inference = await sandbox.run("extraction", sample("receipt.png"));
  assert.equal(inference.file.mimeType, "image/png");
});

test("a name with accents comes back unchanged", async () => {
  const filename = "Reçu d'été - Größe 東京.pdf";
  const buffer = readFileSync(path("invoice.pdf"));
  const job = await sandbox.enqueue("extraction", new BufferInput({ buffer, filename }));
  assert.equal(job.filename, filename);
});

test("a document by URL is sent as a part of the form", async () => {
  await sandbox.enqueue("extraction", new UrlInput({ url: ADDRESS }));
  const [{ body }] = await sandbox.requests("enqueue");
  assert.match(body.content_type, /^multipart\/form-data;/);
  assert.deepEqual(await sandbox.fields(), [["url", ADDRESS]]);
});

test("a document by URL is read like any other", async () => {
  const inference = await sandbox.run("extraction", new UrlInput({ url: ADDRESS }));
  assert.equal(inference.result.fields.getSimpleField("total_amount").numberValue, 1369.8);
  assert.equal(inference.file.mimeType, "application/pdf");
});
