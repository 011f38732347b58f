import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

import { data, startSandbox, startStalled } from "./sandbox.mjs";

const sandbox = await startSandbox();
const here = fileURLToPath(new URL("..", import.meta.url));

/** Runs a program that has a client, and tells how it ended and what it said. */
async function ended(lines, environment = {}) {
  const program = `
    import { Client } from "mindee-core";
    const client = new Client();
    const options = ${JSON.stringify(sandbox.quick())};
    const run = (more) => client.extraction.run(${JSON.stringify(data("invoice.pdf"))}, { ...options, ...more });
    ${lines}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: here,
    env: { ...sandbox.environment, ...environment },
    timeout: 30_000,
  });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, output };
}

test("a pending promise keeps the process alive until it is settled", async () => {
  assert.deepEqual(await ended(`run().then(() => console.log("done"));`), {
    code: 0,
    output: "done\n",
  });
});

test("a process with nothing pending ends, though its client is still there", async () => {
  assert.deepEqual(await ended(`await run(); globalThis.kept = client;`), { code: 0, output: "" });
});

test("a process with a client and no call ends", async () => {
  assert.deepEqual(await ended(""), { code: 0, output: "" });
});

test("process.exit with many calls under way is silent", async () => {
  await sandbox.rules({ on: "job", stall: true });
  const lines = `
    for (let n = 0; n < 50; n += 1) run().catch(() => {});
    setTimeout(() => process.exit(3), 300);`;
  assert.deepEqual(await ended(lines), { code: 3, output: "" });
  await sandbox.clear();
});

test("process.exit in mid-upload is silent and does not wait for the server", async () => {
  const lines = `
    const large = Buffer.alloc(50_000_000, "%PDF-1.7 ");
    for (let n = 0; n < 4; n += 1) client.extraction.run(large, options).catch(() => {});
    setTimeout(() => process.exit(3), 500);`;
  const begun = performance.now();
  const stalled = { MINDEE_V2_BASE_URL: await startStalled(), MINDEE_REQUEST_TIMEOUT: "60" };
  assert.deepEqual(await ended(lines, stalled), { code: 3, output: "" });
  assert.ok(performance.now() - begun < 15_000);
});

const streams = `
  function* without() { yield Buffer.from("%PDF-1.4"); for (;;) yield Buffer.alloc(100_000); }
  async function* stalls() { yield Buffer.alloc(1_000_000, "%PDF-1.4 "); await new Promise(() => {}); }`;

test("process.exit while streams are sent, held back or stalled is silent", async () => {
  const lines = `${streams}
    for (let n = 0; n < 4; n += 1) {
      client.extraction.run(without(), options).catch(() => {});
      client.extraction.run(stalls(), options).catch(() => {});
    }
    setTimeout(() => process.exit(3), 500);`;
  assert.deepEqual(await ended(lines), { code: 3, output: "" });
  const stalled = { MINDEE_V2_BASE_URL: await startStalled() };
  assert.deepEqual(await ended(lines, stalled), { code: 3, output: "" });
});

test("a stream of 95 MB takes no memory", async () => {
  await sandbox.clear();
  const { code, output } = await ended(`
    import { readFileSync, writeFileSync } from "node:fs";
    const told = (name) => Number(readFileSync("/proc/self/status", "utf8").match(name + ":\\\\s+([0-9]+)")[1]);
    const begin = readFileSync(${JSON.stringify(data("invoice.pdf"))});
    const filler = Buffer.alloc(50_000, "\\n");
    async function* chunks() { yield begin; for (let n = 0; n < 1900; n += 1) yield filler; }
    // The peak begins anew from here.
    writeFileSync("/proc/self/clear_refs", "5");
    const before = told("VmRSS");
    await client.extraction.enqueue(chunks(), options);
    console.log(told("VmHWM") - before);`);
  assert.equal(code, 0, output);
  assert.ok(Number(output) < 40_000, `${output} KiB`);
  const { requests } = await sandbox.seen();
  assert.ok(requests[0].body.fields.at(-1).bytes > 95_000_000);
  await sandbox.clear();
});

test("process.exit while a ledger is written is silent", async () => {
  const ledger = mkdtempSync(join(tmpdir(), "mindee-exit-"));
  const lines = `
    const recorded = new Client({ ledger: ${JSON.stringify(join(ledger, "ledger.sqlite"))} });
    for (let n = 0; n < 50; n += 1) {
      recorded.extraction.run(${JSON.stringify(data("invoice.pdf"))}, options).catch(() => {});
    }
    setTimeout(() => process.exit(3), 100);`;
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual(await ended(lines), { code: 3, output: "" });
  }
  rmSync(ledger, { recursive: true });
});

test("a resume token is taken up in another process", async () => {
  await sandbox.clear();
  await sandbox.rules({ on: "enqueue", job: { processing_ms: 600_000 } });
  const { code, output } = await ended(`
    const error = await run({ deadline: 1 }).catch((error) => error);
    process.stdout.write(error.resumeToken);`);
  assert.equal(code, 0);
  await sandbox.advance(600);
  const other = await ended(`
    const inference = await client.jobs.result(${JSON.stringify(output)});
    process.stdout.write(inference.id);`);
  assert.deepEqual(other, { code: 0, output: (await sandbox.client().jobs.get(output)).id });
  assert.equal((await sandbox.seen()).billed.documents, 1);
  await sandbox.clear();
});

test("process.exit while answers arrive is silent", async () => {
  const lines = `
    let left = 20;
    for (let n = 0; n < 50; n += 1) run().then(() => (left -= 1) || process.exit(0));`;
  for (let round = 0; round < 5; round += 1) {
    assert.deepEqual(await ended(lines), { code: 0, output: "" });
  }
});

test("an uncaught failure ends the process as any uncaught error does", async () => {
  const { code, output } = await ended(`await run({ alais: "x" });`);
  assert.equal(code, 1);
  assert.match(output, /UsageError/);
});

const source = (lines) => `
  const { Client } = require("mindee-core");
  const { parentPort, workerData } = require("node:worker_threads");
  const client = new Client(workerData.options);
  const run = () => client.extraction.run(workerData.path, workerData.quick);
  ${lines}`;

function worker(lines) {
  const workerData = { options: sandbox.options, path: data("invoice.pdf"), quick: sandbox.quick() };
  return new Worker(source(lines), { eval: true, workerData });
}

test("a worker has clients of its own", async () => {
  const own = worker(`run().then((inference) => parentPort.postMessage(inference.file.name));`);
  const name = await new Promise((resolve, reject) => own.once("message", resolve).once("error", reject));
  assert.equal(name, "invoice.pdf");
});

test("a worker is terminated with calls under way, and its calls end with it", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
  const started = `for (let n = 0; n < 20; n += 1) run().catch(() => {});
    setTimeout(() => parentPort.postMessage("started"), 300);`;
  for (let round = 0; round < 3; round += 1) {
    const own = worker(started);
    await new Promise((resolve, reject) => own.once("message", resolve).once("error", reject));
    await own.terminate();
  }
  const before = (await sandbox.seen()).requests.length;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = (await sandbox.seen()).requests.length;
  assert.ok(after - before <= 1, `${after - before} requests after the end`);
  await sandbox.clear();
});

test("a worker is terminated while it reads streams", async () => {
  const started = `${streams}
    for (const stream of [without(), stalls(), without(), stalls()]) {
      client.extraction.run(stream, workerData.quick).catch(() => {});
    }
    setTimeout(() => parentPort.postMessage("started"), 300);`;
  for (let round = 0; round < 3; round += 1) {
    const own = worker(started);
    await new Promise((resolve, reject) => own.once("message", resolve).once("error", reject));
    await own.terminate();
  }
  await sandbox.clear();
});

test("calls of the main thread go on when a worker ends", async () => {
  const client = sandbox.client();
  await sandbox.rules({ on: "job", times: 1, delay_ms: 500 });
  const run = client.extraction.run(data("invoice.pdf"), sandbox.quick());
  const own = worker(`run().catch(() => {}); parentPort.postMessage("started");`);
  await new Promise((resolve) => own.once("message", resolve));
  await own.terminate();
  assert.equal((await run).file.name, "invoice.pdf");
  await sandbox.clear();
});

test("calls go on when nobody holds their client any more", async () => {
  const lines = `
    const runs = Array.from({ length: 5 }, () =>
      new Client().extraction.run(${JSON.stringify(data("invoice.pdf"))}, options));
    const collect = setInterval(gc, 10);
    await Promise.all(runs);
    clearInterval(collect);
    console.log("done");`;
  const withGc = `import v8 from "node:v8"; import vm from "node:vm";
    v8.setFlagsFromString("--expose-gc"); const gc = vm.runInNewContext("gc");`;
  assert.deepEqual(await ended(withGc + lines), { code: 0, output: "done\n" });
});
