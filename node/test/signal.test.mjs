import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { beforeEach, test } from "node:test";

import { CancelledError, OutcomeUnknownError } from "mindee-core";

import { data, failure, large, startSandbox, startStalled } from "./sandbox.mjs";

const sandbox = await startSandbox();
const client = sandbox.client();
beforeEach(() => sandbox.clear());

const path = data("invoice.pdf");

test("a signal that was aborted before ends the call before a byte is sent", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  const error = await failure(client.extraction.run(path, { ...sandbox.quick(), signal }));
  assert.ok(error instanceof CancelledError);
  assert.equal(error.code, "cancelled");
  assert.equal(error.cause, signal.reason);
  assert.equal(error.maybeBilled, false);
  assert.equal((await sandbox.seen()).requests.length, 0);
});

test("an abort during the wait tells the job, so that it can be taken up again", async () => {
  await sandbox.rules({ on: "job", times: 1, delay_ms: 5000 });
  const controller = new AbortController();
  const run = client.extraction.run(path, { ...sandbox.quick(), signal: controller.signal });
  setTimeout(() => controller.abort(), 300);
  const error = await failure(run);
  assert.ok(error instanceof CancelledError);
  assert.equal(error.maybeBilled, true);
  assert.equal(error.cause.name, "AbortError");
  const inference = await client.jobs.result(error.resumeToken);
  assert.equal(inference.id, error.jobId);
});

test("an abort when the document may have arrived says that the outcome is unknown", async () => {
  await sandbox.rules({ on: "enqueue", stall: true });
  const controller = new AbortController();
  const options = { ...sandbox.quick(), alias: "mine", signal: controller.signal };
  const run = client.extraction.enqueue(path, options);
  setTimeout(() => controller.abort("enough"), 300);
  const error = await failure(run);
  assert.ok(error instanceof OutcomeUnknownError);
  assert.equal(error.alias, "mine");
  assert.equal(error.maybeBilled, true);
  assert.equal(error.cause, "enough");
});

test("an abort in mid-upload is heard at once, and the outcome is unknown", async () => {
  const stalled = sandbox.client({ baseUrl: await startStalled(), requestTimeout: 30 });
  const controller = new AbortController();
  const options = { ...sandbox.quick(), alias: "mine", signal: controller.signal };
  const run = failure(stalled.extraction.run(large(), options));
  setTimeout(() => controller.abort(), 500);
  await new Promise((resolve) => controller.signal.addEventListener("abort", resolve));
  const aborted = performance.now();
  const error = await run;
  assert.ok(performance.now() - aborted < 2000);
  assert.ok(error instanceof OutcomeUnknownError);
  assert.deepEqual([error.alias, error.maybeBilled], ["mine", true]);
});

test("an abort of a question that is not answered is heard at once, and gives the token", async () => {
  await sandbox.rules({ on: "job", stall: true });
  const controller = new AbortController();
  const job = await client.extraction.enqueue(path, sandbox.quick());
  const wait = failure(client.jobs.wait(job.resumeToken, { signal: controller.signal }));
  setTimeout(() => controller.abort(), 300);
  await new Promise((resolve) => controller.signal.addEventListener("abort", resolve));
  const aborted = performance.now();
  const error = await wait;
  assert.ok(performance.now() - aborted < 2000);
  assert.ok(error instanceof CancelledError);
  assert.deepEqual([error.jobId, error.resumeToken], [job.id, job.resumeToken]);
});

test("the timeout of a signal is its reason", async () => {
  await sandbox.rules({ on: "job", stall: true });
  const signal = AbortSignal.timeout(300);
  const error = await failure(client.extraction.run(path, { ...sandbox.quick(), signal }));
  assert.equal(error.cause.name, "TimeoutError");
});

test("a signal serves many calls, and none leaves a listener behind", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  for (let round = 0; round < 3; round += 1) {
    await client.extraction.run(path, { ...sandbox.quick(), signal });
    await failure(client.jobs.get("", { signal }));
  }
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("one abort ends every call that has the signal", async () => {
  await sandbox.rules({ on: "job", stall: true });
  const controller = new AbortController();
  const options = { ...sandbox.quick(), signal: controller.signal };
  const runs = [1, 2, 3].map(() => failure(client.extraction.run(path, options)));
  setTimeout(() => controller.abort(), 300);
  for (const error of await Promise.all(runs)) {
    assert.ok(error instanceof CancelledError);
  }
});

test("the user's own `onabort` is left alone", async () => {
  const controller = new AbortController();
  let heard = 0;
  controller.signal.onabort = () => (heard += 1);
  await sandbox.rules({ on: "job", stall: true });
  const run = client.extraction.run(path, { ...sandbox.quick(), signal: controller.signal });
  setTimeout(() => controller.abort(), 100);
  await failure(run);
  assert.equal(heard, 1);
});

test("an abort ends the reading of a stream that has stalled", async () => {
  const controller = new AbortController();
  const stalled = new Readable({ read() {} });
  stalled.push("%PDF-1.4");
  const options = { ...sandbox.quick(), signal: controller.signal };
  const call = client.extraction.enqueue(stalled, options);
  setTimeout(() => controller.abort(), 50);
  const error = await failure(call);
  assert.ok(error instanceof CancelledError);
  assert.ok(stalled.destroyed);
  assert.equal((await sandbox.seen()).requests.length, 0);
});

test("what is no signal is refused", async () => {
  const error = await failure(client.jobs.get("x", { signal: "soon" }));
  assert.ok(error instanceof TypeError);
});
