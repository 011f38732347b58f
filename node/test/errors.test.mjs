import assert from "node:assert/strict";
import { inspect } from "node:util";
import { beforeEach, test } from "node:test";

import * as mindee from "mindee-core";

import { data, failure, startSandbox } from "./sandbox.mjs";

const { Client, MindeeError } = mindee;
const sandbox = await startSandbox();
const client = sandbox.client();
const path = data("invoice.pdf");
beforeEach(() => sandbox.clear());

const run = (rule) => async () => {
  await sandbox.rules(rule);
  // A client of its own: after a 429 a client slows down.
  return sandbox.client().extraction.run(path, { ...sandbox.quick(), retries: 0 });
};


const failures = {
  UsageError: () => client.extraction.run(data("empty.pdf"), sandbox.quick()),
  AuthError: () => sandbox.client({ apiKey: "another" }).jobs.get("x"),
  RejectedError: () => client.split.run(path, sandbox.quick("extraction")),
  RateLimitedError: run({ on: "enqueue", answer: { status: 429 } }),
  JobFailedError: run({ on: "enqueue", job: { fail: true } }),
  ServerError: async () => {
    await sandbox.rules({ on: "job", answer: { status: 500 } });
    return client.jobs.get("x", { retries: 0 });
  },
  NetworkError: () => sandbox.client({ baseUrl: "http://127.0.0.1:1" }).jobs.get("x"),
  TimeoutError: async () => {
    await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
    return client.extraction.run(path, { ...sandbox.quick(), deadline: 0.5 });
  },
  CancelledError: () => client.jobs.get("x", { signal: AbortSignal.abort() }),
  OutcomeUnknownError: run({ on: "enqueue", reset: "before_headers" }),
};

for (const [name, fail] of Object.entries(failures)) {
  test(`a failure of its kind is a ${name}`, async () => {
    const error = await failure(fail());
    assert.ok(error instanceof mindee[name], inspect(error));
    assert.ok(error instanceof MindeeError && error instanceof Error);
    assert.equal(error.name, name);
    assert.equal(error.payload.code, error.code);
  });
}

test("the text says what happened, what to do, and the code", async () => {
  const error = await failure(client.extraction.run("absent.pdf", sandbox.quick()));
  const { message, hint, code } = error.payload;
  assert.equal(error.message, `${message}. ${hint} [${code}]`);
});

test("the fields of the payload are fields of the error, in camel case", async () => {
  const error = await failure(failures.JobFailedError());
  assert.equal(error.category, "job_failed");
  assert.equal(error.categoryNumber, 5);
  assert.equal(error.problem.code, "500-012");
  assert.equal(error.maybeBilled, true);
  assert.equal(error.jobId, error.payload.job_id);
  assert.equal(error.resumeToken, error.payload.resume_token);
});

test("what is not known of an error is undefined", async () => {
  const error = await failure(failures.UsageError());
  assert.equal(error.jobId, undefined);
  assert.equal(error.httpStatus, undefined);
  assert.equal(error.body, undefined);
});

test("the bytes of an unreadable answer are kept, and shown nowhere", async () => {
  await sandbox.rules({ on: "result", answer: { body: "<html>confidential</html>" } });
  const error = await failure(client.extraction.result("x", { retries: 0 }));
  assert.equal(error.body.toString(), "<html>confidential</html>");
  assert.ok(error.jobId);
  assert.doesNotMatch(inspect(error, { depth: 10 }) + JSON.stringify(error), /confidential/);
});

test("the stack leads to the line that called", async () => {
  async function theCallersFunction() {
    await client.jobs.get("");
  }
  const error = await failure(theCallersFunction());
  assert.match(error.stack, /theCallersFunction/);
});

test("an unknown option is refused with the nearest name", async () => {
  const error = await failure(client.extraction.run(path, { modleId: "x" }));
  assert.equal(error.code, "option.unknown");
  assert.match(error.message, /did you mean `model_id`/);
});

test("an unknown client option throws", () => {
  assert.throws(() => new Client({ apikey: "x" }), mindee.UsageError);
});

for (const [name, value] of Object.entries({
  "not a number": NaN,
  endless: Infinity,
  "a function": () => 1,
  "a symbol": Symbol("s"),
  "a list": [1],
  negative: -1,
})) {
  test(`a deadline that is ${name} is refused, not dropped`, async () => {
    const error = await failure(client.jobs.get("x", { deadline: value }));
    assert.equal(error.code, "option.invalid");
  });
}

test("null and undefined are the same as not giving an option", async () => {
  const options = { ...sandbox.quick(), alias: null, filename: undefined };
  const job = await client.extraction.enqueue(path, options);
  assert.equal(job.alias, null);
});
