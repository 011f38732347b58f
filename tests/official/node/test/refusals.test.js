// Requests that are refused, and how the client tells it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BufferInput, Client, product } from "mindee";
import { UNKNOWN, path, sample, sandboxOf } from "../support.js";

const sandbox = sandboxOf(import.meta.url);

async function refusal(promise) {
  const told = await promise.then(() => assert.fail("it was not refused"), (error) => error);
  assert.equal(told.name, "MindeeHttpErrorV2", `${told}`);
  assert.ok(told.title && told.detail);
  assert.ok(told.code.startsWith(`${told.status}-`));
  return told;
}

const wrong = () => new Client({ apiKey: "md_wrong" });
const send = (client, options) =>
  client.enqueue(product.Extraction, sample("invoice.pdf"), {
    modelId: sandbox.models.extraction,
    ...options,
  });

test("a wrong key is refused for a document", async () => {
  const told = await refusal(send(wrong()));
  assert.equal(told.status, 401);
  assert.equal(told.code, "401-001");
  assert.equal((await sandbox.seen()).billed.documents, 0);
});

test("a wrong key is refused for a job", async () => {
  const job = await sandbox.enqueue();
  assert.equal((await refusal(wrong().getJob(job.id))).status, 401);
});

test("a wrong key is refused for a result", async () => {
  const job = await sandbox.finished();
  const told = await refusal(wrong().getResult(product.Extraction, job.id));
  assert.equal(told.status, 401);
});

test("a key with Bearer in front is refused", async () => {
  const client = new Client({ apiKey: `Bearer ${sandbox.apiKey}` });
  assert.equal((await refusal(client.getJob(UNKNOWN))).code, "401-009");
});

test("an unknown job is told as 404", async () => {
  assert.equal((await refusal(new Client().getJob(UNKNOWN))).status, 404);
});

test("an unknown result is told as 404", async () => {
  const told = await refusal(new Client().getResult(product.Extraction, UNKNOWN));
  assert.equal(told.status, 404);
});

test("an unknown model is told as 404", async () => {
  assert.equal((await refusal(send(new Client(), { modelId: UNKNOWN }))).status, 404);
});

test("a job id that is no UUID is told as 422", async () => {
  assert.equal((await refusal(new Client().getJob("not-an-id"))).status, 422);
});

test("a model id that is no UUID is told with its place", async () => {
  const told = await refusal(send(new Client(), { modelId: "not-an-id" }));
  assert.equal(told.status, 422);
  assert.deepEqual(told.errors.map((one) => one.pointer), ["#/model_id"]);
});

test("a file of a foreign type is told as 422", async () => {
  const buffer = readFileSync(path("not-a.pdf"));
  const source = new BufferInput({ buffer, filename: "not-a.pdf" });
  assert.equal((await refusal(sandbox.enqueue("extraction", source))).status, 422);
});

test("an unknown webhook is told as 422", async () => {
  assert.equal((await refusal(send(new Client(), { webhookIds: [UNKNOWN] }))).status, 422);
});

test("too many requests are told as 429", async () => {
  const json = { status: 429, code: "429-001", title: "Too many requests", detail: "Wait." };
  await sandbox.rule({ on: "enqueue", answer: { status: 429, json: { ...json, errors: [] } } });
  assert.equal((await refusal(send(new Client()))).code, "429-001");
});
