import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { CancelledError, JobFailedError, OutcomeUnknownError, TimeoutError, webhook } from "mindee-core";

import { data, failure, large, startSandbox, startStalled, until } from "./sandbox.mjs";

const sandbox = await startSandbox();
const path = data("invoice.pdf");
const secret = "signing secret";
beforeEach(() => sandbox.clear());

test("a deadline ends the wait for a job, with the token to go on with", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: 600_000 } });
  const client = sandbox.client();
  const begun = performance.now();
  const error = await failure(client.extraction.run(path, { ...sandbox.quick(), deadline: 1 }));
  assert.ok(performance.now() - begun < 3000);
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.code, "timeout.deadline");
  await sandbox.advance(600);
  assert.equal((await client.jobs.result(error.resumeToken)).id, error.jobId);
});

test("a deadline ends a question that is not answered", async () => {
  await sandbox.rules({ on: "job", stall: true });
  const begun = performance.now();
  const run = sandbox.client().extraction.run(path, { ...sandbox.quick(), deadline: 1 });
  const error = await failure(run);
  assert.ok(performance.now() - begun < 3000);
  assert.ok(error instanceof TimeoutError && error.resumeToken !== undefined);
});

test("a deadline ends an upload that has stalled, and the outcome is unknown", async () => {
  const client = sandbox.client({ baseUrl: await startStalled(), requestTimeout: 30 });
  const begun = performance.now();
  const error = await failure(client.extraction.run(large(), { ...sandbox.quick(), deadline: 1 }));
  assert.ok(performance.now() - begun < 3000);
  assert.ok(error instanceof OutcomeUnknownError, error.message);
});

test("many waits at once share one poller, and each hears of its own job", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: 300 } });
  const client = sandbox.client();
  const enqueue = () => client.extraction.enqueue(path, sandbox.quick());
  const jobs = await Promise.all(Array.from({ length: 200 }, enqueue));
  const waits = jobs.map((job) => client.jobs.result(job.resumeToken));
  const inferences = await Promise.all(waits);
  assert.deepEqual(inferences.map(({ id }) => id), jobs.map(({ id }) => id));
});

test("a client asks no more than its budget, however many wait", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
  const client = sandbox.client({ getsPerMinute: 60 });
  const enqueue = () => client.extraction.enqueue(path, sandbox.quick());
  const jobs = await Promise.all(Array.from({ length: 40 }, enqueue));
  const limits = { firstPoll: 0.01, pollInterval: 0.01, deadline: 2 };
  const waits = jobs.map((job) => failure(client.jobs.wait(job.id, limits)));
  for (const error of await Promise.all(waits)) {
    assert.ok(error instanceof TimeoutError);
  }
  const { requests } = await sandbox.seen();
  const asked = requests.filter((request) => request.method === "GET").length;
  // A tenth of a minute's questions at once, and one more in each second.
  assert.ok(asked >= 6 && asked <= 12, `${asked} questions`);
});

test("the status tells what the calls wait for", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
  const client = sandbox.client();
  const idle = {
    jobsWaitedFor: 0,
    uploadsWaitingForBudget: 0,
    readsWaitingForBudget: 0,
    shareOfUploads: 1,
    shareOfReads: 1,
  };
  assert.deepEqual(await client.status(), idle);
  const controller = new AbortController();
  const options = { ...sandbox.quick(), deadline: 20, signal: controller.signal };
  const runs = [1, 2, 3].map(() => failure(client.extraction.run(path, options)));
  await until(async () => (await client.status()).jobsWaitedFor === 3);
  controller.abort();
  for (const error of await Promise.all(runs)) {
    assert.ok(error instanceof CancelledError);
  }
  assert.deepEqual(await client.status(), idle);
});

test("a refusal for too many requests shows in the status", async () => {
  await sandbox.rules({ on: "enqueue", times: 1, answer: { status: 429 } });
  const client = sandbox.client();
  await failure(client.extraction.enqueue(path, { ...sandbox.quick(), retries: 0 }));
  const { shareOfUploads, shareOfReads } = await client.status();
  assert.ok(shareOfUploads < 1);
  assert.equal(shareOfReads, 1);
});

test("a webhook ends the waits for its job, and its repeat is told", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
  const client = sandbox.client();
  const job = await client.extraction.enqueue(path, sandbox.quick());
  const waits = [1, 2].map(() => client.jobs.result(job.id, { deadline: 20 }));
  await until(async () => (await client.status()).jobsWaitedFor === 2);
  const body = JSON.stringify({ inference: { id: job.id, result: { fields: {} } } });
  const headers = new Headers({ "X-Signature": webhook.sign(body, secret) });
  const told = await client.jobs.deliver(body, headers, ["another", secret]);
  const { kind, inferenceId, secret: which, first, waits: ended } = told;
  assert.deepEqual([kind, inferenceId, which, first, ended], ["result", job.id, 1, true, 2]);
  for (const inference of await Promise.all(waits)) {
    assert.equal(inference.raw.toString(), body);
  }
  const again = await client.jobs.deliverUnsigned(Buffer.from(body));
  assert.deepEqual([again.secret, again.first, again.waits], [null, false, 0]);
});

test("a webhook of a failure fails the waits for its job, with Mindee's problem", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
  const client = sandbox.client();
  const job = await client.extraction.enqueue(path, sandbox.quick());
  const wait = failure(client.jobs.wait(job.id, { deadline: 20 }));
  await until(async () => (await client.status()).jobsWaitedFor === 1);
  const body = JSON.stringify({ inference_id: job.id, error: { status: 500, code: "500-012" } });
  assert.equal((await client.jobs.deliverUnsigned(body)).kind, "failure");
  const error = await wait;
  assert.ok(error instanceof JobFailedError);
  assert.deepEqual([error.problem.code, error.jobId], ["500-012", job.id]);
});

test("a delivery that is not Mindee's ends no wait", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
  const client = sandbox.client();
  const job = await client.extraction.enqueue(path, sandbox.quick());
  const wait = failure(client.jobs.result(job.id, { deadline: 1 }));
  const body = JSON.stringify({ inference: { id: job.id } });
  const headers = { "x-signature": "0".repeat(64) };
  const error = await failure(client.jobs.deliver(body, headers, secret));
  assert.equal(error.code, "webhook.signature_mismatch");
  assert.ok((await wait) instanceof TimeoutError);
  const parsed = await failure(client.jobs.deliver(JSON.parse(body), headers, secret));
  assert.ok(parsed instanceof TypeError);
});
