// What is tested is the published client, over HTTPS.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sandboxOf } from "../support.js";

const sandbox = sandboxOf(import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), "utf8"));

test("the client is installed in the version that is locked with its hash", () => {
  const locked = read("package-lock.json").packages["node_modules/mindee"];
  assert.equal(read("node_modules/mindee/package.json").version, "5.2.0");
  assert.equal(locked.version, "5.2.0");
  assert.match(locked.integrity, /^sha512-/);
});

test("every request is the client's own", async () => {
  await sandbox.run();
  const requests = await sandbox.requests();
  assert.deepEqual(requests.map((one) => one.route), ["enqueue", "job", "result"]);
  for (const { headers, authorization } of requests) {
    assert.match(headers["user-agent"], /^mindee-api-nodejs@v5\.2\.0 /);
    assert.equal(authorization, true);
  }
});

test("addresses in answers are those of the HTTPS port", async () => {
  const job = await sandbox.finished();
  assert.match(sandbox.address, /^https:/);
  assert.equal(job.pollingUrl, `${sandbox.address}/v2/jobs/${job.id}`);
  assert.equal(job.resultUrl, `${sandbox.address}/v2/products/extraction/results/${job.id}`);
});
