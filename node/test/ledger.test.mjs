import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Inference, UsageError, webhook } from "mindee-core";

import { data, failure, startSandbox, until } from "./sandbox.mjs";

const sandbox = await startSandbox();
const folder = mkdtempSync(join(tmpdir(), "mindee-ledger-"));
after(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => sandbox.clear());

let files = 0;
const freshFile = () => join(folder, `${(files += 1)}.sqlite`);
const path = data("invoice.pdf");
const soon = { firstPoll: 0.03, pollInterval: 0.03 };
const collect = async (client, query) => {
  const results = [];
  for await (const result of client.ledger.collect(query)) results.push(result);
  return results;
};
const states = async (client) => (await client.ledger.pending()).map((row) => row.state);

test("a result is kept byte for byte, and is read as one that was fetched", async () => {
  const client = sandbox.client({ ledger: freshFile() });
  const given = await client.extraction.run(path, { ...sandbox.quick(), alias: "one" });
  const [row] = await client.ledger.pending();
  assert.equal(row.state, "done");
  assert.deepEqual(
    [row.product, row.filename, row.alias, row.jobId, row.error],
    ["extraction", "invoice.pdf", "one", given.id, null],
  );
  const [kept] = await collect(client);
  assert.ok(kept.inference instanceof Inference);
  assert.deepEqual(kept.inference.raw, given.raw);
  assert.deepEqual([kept.key, kept.filename, kept.alias, kept.jobId], [row.key, "invoice.pdf", "one", given.id]);
  const total = (inference) => inference.result.fields.get("total_amount").value;
  assert.equal(total(kept.inference), total(given));
});

test("a part of the results is collected, oldest first, and forgotten by keys", async () => {
  const client = sandbox.client({ ledger: freshFile() });
  for (const alias of ["a", "b", "c"]) {
    await client.extraction.run(path, { ...sandbox.quick(), alias });
  }
  const first = await collect(client, { most: 2 });
  const rest = await collect(client, { after: first.at(-1).key });
  assert.deepEqual([...first, ...rest].map((row) => row.alias), ["a", "b", "c"]);
  assert.equal(await client.ledger.forget(first.map((row) => row.key)), 2);
  assert.equal(await client.ledger.forget(rest[0].key), 1);
  assert.deepEqual(await client.ledger.pending(), []);
});

test("large results are read one after another, and forgotten meanwhile", async () => {
  const client = sandbox.client({ ledger: freshFile() });
  for (const id of ["a", "b", "c", "d"]) {
    // Each is a portion of the ledger by itself.
    const inference = { id, result: { fields: {} }, padding: "x".repeat(1_100_000) };
    await client.jobs.deliverUnsigned(JSON.stringify({ inference }));
  }
  const ids = [];
  for await (const { key, jobId } of client.ledger.collect({ most: 3 })) {
    ids.push(jobId);
    await client.ledger.forget(key);
  }
  assert.deepEqual(ids, ["a", "b", "c"]);
  assert.deepEqual((await collect(client)).map((row) => row.jobId), ["d"]);
});

test("an unreadable result is kept all the same", async () => {
  await sandbox.rules({ on: "result", answer: { status: 200, json: { outcome: "new" } } });
  const client = sandbox.client({ ledger: freshFile() });
  await failure(client.extraction.run(path, sandbox.quick()));
  const [kept] = await collect(client);
  assert.equal(kept.inference.raw.toString(), '{"outcome":"new"}');
});

test("a document that was certainly not taken is sent on resume, with its options", async () => {
  await sandbox.rules({ on: "enqueue", times: 1, answer: { status: 503 } });
  const client = sandbox.client({ ledger: freshFile() });
  const options = { ...sandbox.quick(), retries: 0, alias: "later", rawText: true };
  await failure(client.extraction.run(path, options));
  const [before] = await client.ledger.pending();
  assert.deepEqual([before.state, before.canBeSentAgain], ["intended", true]);
  assert.equal(before.error.maybeBilled, false);
  const [resumed] = await client.ledger.resume(soon);
  assert.equal(resumed.state, "done");
  const [{ inference }] = await collect(client);
  assert.deepEqual([inference.file.alias, inference.activeOptions.rawText], ["later", true]);
});

test("an upload whose answer was lost is unknown, and left to the user", async () => {
  await sandbox.rules({ on: "enqueue", times: 1, handled: true, reset: "before_headers" });
  const client = sandbox.client({ ledger: freshFile() });
  await failure(client.extraction.run(path, sandbox.quick()));
  assert.deepEqual((await client.ledger.resume(soon)).map((row) => row.state), ["unknown"]);
  assert.equal((await sandbox.seen()).billed.documents, 1);
});

test("what is younger than asked is left alone by resume", async () => {
  const client = sandbox.client({ ledger: freshFile() });
  await client.extraction.enqueue(path, sandbox.quick());
  const [young] = await client.ledger.resume({ olderThan: 3600 });
  const [resumed] = await client.ledger.resume({ olderThan: 0, ...soon });
  assert.deepEqual([young.state, resumed.state], ["taken", "done"]);
});

test("a wait that was aborted goes on with resume", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: 400 } });
  const client = sandbox.client({ ledger: freshFile() });
  const controller = new AbortController();
  const run = client.extraction.run(path, { ...sandbox.quick(), signal: controller.signal });
  await until(async () => (await states(client)).includes("taken"));
  controller.abort();
  await failure(run);
  assert.deepEqual((await client.ledger.resume(soon)).map((row) => row.state), ["done"]);
  assert.equal((await sandbox.seen()).billed.documents, 1);
});

test("a webhook is kept by the ledger, and its repeat is told even to another client", async () => {
  const file = freshFile();
  const body = '{"inference":{"id":"job-of-nobody","result":{"fields":{}}}}';
  const headers = { "X-Signature": webhook.sign(body, "s") };
  const first = await sandbox.client({ ledger: file }).jobs.deliver(body, headers, ["s"]);
  const again = await sandbox.client({ ledger: file }).jobs.deliver(body, headers, ["s"]);
  assert.deepEqual([first.first, again.first], [true, false]);
  const [kept] = await collect(sandbox.client({ ledger: file }));
  assert.equal(kept.inference.raw.toString(), body);
});

test("a client without a ledger says so", async () => {
  const { ledger } = sandbox.client();
  for (const call of [ledger.pending(), ledger.resume(), ledger.collect().next(), ledger.forget([1])]) {
    const error = await failure(call);
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /`ledger` is not given/);
  }
});

test("a ledger that cannot be opened stops the client before anything is sent", () => {
  const ledger = join(folder, "absent", "ledger.sqlite");
  assert.throws(() => sandbox.client({ ledger }), (error) => error.code === "ledger.broken");
});

test("two processes share a ledger, and each leaves the other's documents alone", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
  const file = freshFile();
  const other = batch(file, [path]);
  const client = sandbox.client({ ledger: file });
  await until(async () => (await states(client)).includes("taken"));
  assert.deepEqual((await client.ledger.resume({ deadline: 0.5 })).map((row) => row.error), [null]);
  other.kill("SIGKILL");
  await other.ended;
  const before = await waitingRequests();
  const [taken] = await client.ledger.resume({ deadline: 0.5, ...soon });
  assert.equal(taken.error.code, "timeout.deadline");
  assert.ok((await waitingRequests()) > before);
});

const waitingRequests = async () =>
  (await sandbox.seen()).requests.filter((request) => request.path.startsWith("/v2/jobs/")).length;

const AT_A_TIME = 4;

/** A process that resumes what a ledger holds and sends each document that it does not hold yet. */
function batch(ledger, documents) {
  const program = `
    import { basename } from "node:path";
    import { Client } from "mindee-core";
    const [ledger, options, documents] = process.argv.slice(1).map((text) => JSON.parse(text));
    const client = new Client({ ledger, postsPerMinute: 100000, getsPerMinute: 100000 });
    const { firstPoll, pollInterval } = options;
    const known = new Set((await client.ledger.pending()).map((row) => row.alias));
    const resumed = client.ledger.resume({ firstPoll, pollInterval });
    const fresh = documents.filter((path) => !known.has(basename(path))).values();
    const work = async () => {
      for (const path of fresh) {
        await client.extraction.run(path, { ...options, alias: basename(path) });
      }
    };
    await Promise.all([resumed, ...Array.from({ length: ${AT_A_TIME} }, work)]);`;
  const given = [ledger, sandbox.quick(), documents].map((value) => JSON.stringify(value));
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program, "--", ...given], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: sandbox.environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  child.ended = new Promise((resolve) => child.once("close", resolve));
  return child;
}

test("killed again and again, a batch loses nothing and sends nothing twice", async () => {
  await sandbox.rules({ on: "job", drip_ms: 2 });
  const file = freshFile();
  const documents = join(folder, "documents");
  mkdirSync(documents);
  const paths = Array.from({ length: 60 }, (_, number) => {
    const own = join(documents, `${number}.pdf`);
    writeFileSync(own, Buffer.concat([readFileSync(path), Buffer.from(`\n% ${number}`)]));
    return own;
  });
  const reader = sandbox.client({ ledger: file });
  // Killed by what has been done, so that each round falls into another phase on any machine.
  const rounds = [1, 10, 25, 40, 50];
  for (const enough of rounds) {
    const child = batch(file, paths);
    let over = false;
    child.ended.then(() => (over = true));
    await until(async () => {
      const begun = (await states(reader)).filter((state) => state !== "intended");
      return over || begun.length >= enough;
    });
    child.kill("SIGKILL");
    await child.ended;
  }
  assert.equal(await batch(file, paths).ended, 0);

  const rows = await reader.ledger.pending();
  assert.equal(rows.length, 60, "every document is in the ledger once");
  const sent = (await sandbox.seen()).billed.documents_by_alias;
  for (const { state, alias } of rows) {
    assert.ok(state === "done" || state === "unknown", `${alias}: ${state}`);
    const times = sent[alias] ?? 0;
    assert.ok(state === "done" ? times === 1 : times <= 1, `${alias}: ${state}, sent ${times} times`);
  }
  const done = rows.filter((row) => row.state === "done").map((row) => row.key);
  assert.ok(done.length >= 60 - rounds.length * AT_A_TIME, "a kill leaves no more than was being sent");
  const collected = await collect(reader);
  assert.deepEqual(collected.map((row) => row.key), done);
});
