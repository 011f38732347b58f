// Jobs step by step: enqueue, ask, fetch.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, product } from "mindee";
import { PRODUCTS, QUICK, sample, sandboxOf } from "../support.js";

const sandbox = sandboxOf(import.meta.url);

test("enqueue gives a job at once", async () => {
  const job = await sandbox.enqueue();
  assert.equal(job.status, "Processing");
  assert.equal(job.modelId, sandbox.models.extraction);
  assert.equal(job.filename, "invoice.pdf");
  assert.deepEqual(job.webhooks, []);
  assert.equal(job.completedAt, undefined);
});

test("a finished job names its times", async () => {
  const job = await sandbox.finished();
  assert.equal(job.status, "Processed");
  assert.ok(job.createdAt instanceof Date);
  assert.ok(job.completedAt - job.createdAt >= 99);
});

for (const name of Object.keys(PRODUCTS)) {
  test(`a result of ${name} is fetched by its id`, async () => {
    const job = await sandbox.finished(name);
    const { inference } = await new Client().getResult(PRODUCTS[name], job.id);
    assert.equal(inference.id, job.id);
  });
}

test("a wait goes on while the job is in progress", async () => {
  await sandbox.rule({ on: "enqueue", job: { processing_ms: 1900 } });
  await sandbox.run();
  assert.deepEqual((await sandbox.requests("job")).map((one) => one.status), [200, 302]);
});

test("a wait for a job that never ends is given up", async () => {
  await sandbox.rule({ on: "enqueue", job: { processing_ms: null } });
  const parameters = { modelId: sandbox.models.extraction };
  const polling = { ...QUICK, maxRetries: 2 };
  const client = new Client();
  const source = sample("invoice.pdf");
  await assert.rejects(
    client.enqueueAndGetResult(product.Extraction, source, parameters, polling),
    /Polling failed to retrieve a result/,
  );
  assert.equal((await sandbox.requests("job")).length, 2);
});

test("a failed job ends the wait with the whole problem", async () => {
  const problem = {
    status: 422,
    code: "422-017",
    title: "Unreadable",
    detail: "The pages are blank.",
    errors: [{ pointer: "#/file", detail: "No ink." }],
  };
  await sandbox.rule({ on: "enqueue", job: { fail: problem } });
  await assert.rejects(sandbox.run(), (told) => {
    assert.equal(told.name, "MindeeHttpErrorV2");
    const { status, code, title, detail } = told;
    const errors = told.errors.map((one) => ({ pointer: one.pointer, detail: one.detail }));
    assert.deepEqual({ status, code, title, detail, errors }, problem);
    return true;
  });
});

test("a failed job is a job without a result", async () => {
  await sandbox.rule({ on: "enqueue", job: { fail: true } });
  const job = await sandbox.finished();
  assert.equal(job.status, "Failed");
  assert.equal(job.resultUrl, null);
  assert.ok(job.error.detail);
});

test("the webhooks of a job are listed when it is over", async () => {
  const job = await sandbox.finished("extraction", { webhookIds: [sandbox.webhook()] });
  assert.deepEqual(job.webhooks.map((one) => one.id), [sandbox.webhook()]);
  assert.ok(job.webhooks[0].createdAt instanceof Date);
});
