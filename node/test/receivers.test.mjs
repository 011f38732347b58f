import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { webhook } from "mindee-core";

import { begin, startProgram } from "./programs.mjs";
import { data, startSandbox, until } from "./sandbox.mjs";

const LARGEST = 16_000_000;
const OVERDUE = 1;
const sandbox = await startSandbox("--webhook-retries", "100ms,100ms");
const receivers = fileURLToPath(new URL("../examples/receivers", import.meta.url));
const invoice = data("invoice.pdf");
const root = mkdtempSync(join(tmpdir(), "mindee-receivers-"));
after(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => sandbox.clear());

const frameworks = join(receivers, "frameworks");
const node = process.execPath;
const next = [node, join(frameworks, "node_modules/next/dist/bin/next")];
const commands = {
  http: [node, join(receivers, "http.mjs"), "0"],
  express: [node, join(frameworks, "express.mjs"), "0"],
  fastify: [node, join(frameworks, "fastify.mjs"), "0"],
  next: [...next, "start", "--hostname", "127.0.0.1", "--port", "0"],
};

/** What is installed for the frameworks is this package, as it was built last. */
function install() {
  const installed = join(frameworks, "node_modules/mindee-core/dist");
  if (!existsSync(installed)) {
    throw new Error("the frameworks are missing: npm ci --prefix examples/receivers/frameworks");
  }
  rmSync(installed, { recursive: true });
  cpSync(fileURLToPath(new URL("../dist", import.meta.url)), installed, { recursive: true });
}

const offline = { ...sandbox.environment, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
install();
execFileSync(next[0], [next[1], "build"], { cwd: join(frameworks, "next"), env: offline, stdio: "pipe" });

/** Starts a receiver whose files are in a folder. */
async function start(command, folder, environment) {
  const own = {
    MINDEE_WEBHOOK_SECRETS: "old,new",
    MINDEE_LEDGER: join(folder, "ledger.sqlite"),
    MINDEE_OVERDUE: String(OVERDUE),
    WORK: join(folder, "work"),
  };
  const env = { ...offline, ...own, ...environment };
  const program = await startProgram(command, env, join(frameworks, "next"));
  const url = `${program.address}/webhooks/mindee`;
  return {
    ...program,
    url,
    /** The status that a body is answered with. */
    post: async (body, headers) => (await fetch(url, { method: "POST", body, headers })).status,
    /** How often an inference was worked on. */
    times: (id) => program.lines.filter((line) => line.startsWith(`${id}: `)).length,
    /** What was left behind by the work. */
    work: (file) => JSON.parse(readFileSync(join(own.WORK, file), "utf8")),
  };
}

const signed = (body, secret = "new") => ({ "X-Signature": webhook.sign(body, secret) });
const result = (id) => JSON.stringify({ inference: { id, result: { fields: {} } } });
const padded = (body, length) => body.replace("{", "{".padEnd(length - body.length + 1));

/** Sends an invoice to the model; its results go to these webhooks. */
const send = (webhookIds, client = sandbox.client()) =>
  client.extraction.enqueue(invoice, { ...sandbox.quick(), webhookIds });

/** What the deliveries of a job were answered with, attempt by attempt. */
async function answers(job) {
  const { jobs } = await sandbox.admin("GET", "jobs");
  const { deliveries } = jobs.find(({ id }) => id === job.id);
  return deliveries.flatMap(({ attempts }) => attempts.map(({ status }) => status));
}

/** Waits until the deliveries of a job were answered so. */
const answered = (job, ...statuses) =>
  until(async () => JSON.stringify(await answers(job)) === JSON.stringify(statuses));

for (const [name, command] of Object.entries(commands)) {
  describe(name, async () => {
    const folder = mkdtempSync(join(root, `${name}-`));
    const receiver = await start(command, folder);
    /** Makes a webhook of the model that leads to the receiver. */
    const hook = async (secret = "new") => {
      const about = { model_id: sandbox.models.extraction, name: secret, url: receiver.url, signing_secret: secret };
      return (await sandbox.admin("POST", "webhooks", about)).id;
    };

    test("a result is worked on as Mindee delivers it", async () => {
      const job = await send([await hook()]);
      await until(() => receiver.times(job.id) === 1);
      await answered(job, 200);
      const fetched = await sandbox.client().extraction.result(job.id);
      assert.deepEqual(receiver.work(`${job.id}.json`), fetched.toJSON());
    });

    test("a failure is worked on too", async () => {
      await sandbox.rules({ on: "enqueue", job: { fail: { detail: "Page 3 is empty." } } });
      const job = await send([await hook()]);
      await until(() => receiver.lines.includes(`${job.id}: failed`));
      await answered(job, 200);
      assert.equal(receiver.work(`${job.id}.json`).error.detail, "Page 3 is empty.");
    });

    test("what is delivered again is answered, and not worked on again", async () => {
      const id = await hook();
      const job = await send([id]);
      await until(() => receiver.times(job.id) === 1);
      await answered(job, 200);
      await sandbox.admin("POST", `jobs/${job.id}/redeliver`, { webhook_id: id });
      await answered(job, 200, 200);
      // What comes later is worked on later: so the repeat would have been by now.
      const later = await send([id]);
      await until(() => receiver.times(later.id) === 1);
      assert.equal(receiver.times(job.id), 1);
    });

    test("a delivery with a bad signature is refused, and its repetition with a good one is not", async () => {
      await sandbox.rules({ on: "webhook", times: 1, delivery: { bad_signature: true } });
      const job = await send([await hook()]);
      await answered(job, 401, 200);
      await until(() => receiver.times(job.id) === 1);
    });

    test("what Mindee has not signed is refused", async () => {
      const body = result("unsigned");
      assert.equal(await receiver.post(body, {}), 401);
      assert.equal(await receiver.post(body, { "X-Signature": "0".repeat(63) }), 401);
      assert.equal(await receiver.post(body, signed(body, "another")), 401);
      assert.equal(await receiver.post(undefined, {}), 401);
      assert.equal(receiver.times("unsigned"), 0);
    });

    test("both secrets count while one takes the place of another", async () => {
      const job = await send([await hook("old"), await hook("new")]);
      await answered(job, 200, 200);
      await until(() => receiver.times(job.id) === 1);
    });

    test("the bytes are what is signed, however they are written and whatever they are called", async () => {
      const body = `\n{ "inference" : {"result":{"fields":{}},\r\n "id": "spaced-ü" } }`;
      for (const type of ["application/json; charset=utf-16", "text/plain", "application/octet-stream"]) {
        assert.equal(await receiver.post(body, { ...signed(body), "Content-Type": type }), 200, type);
      }
      await until(() => receiver.times("spaced-ü") === 1);
    });

    test("what is signed and cannot be read is kept", async () => {
      for (const body of ["no JSON", '{"later":"another shape"}']) {
        assert.equal(await receiver.post(body, signed(body)), 200);
        const kept = readdirSync(join(folder, "work")).map((file) => readFileSync(join(folder, "work", file), "utf8"));
        assert.ok(kept.includes(body));
      }
    });

    test("a body whose length passes the limit is refused before it comes", async () => {
      const { begun, status } = begin(receiver.url, { headers: { "Content-Length": LARGEST + 1 } });
      assert.equal(await status, 413);
      begun.destroy();
    });

    test("a body that passes the limit is refused while it comes", async () => {
      const { begun, status } = begin(receiver.url);
      begun.write(Buffer.alloc(LARGEST + 1, "x"));
      assert.equal(await status, 413);
      begun.destroy();
    });

    test("a body that breaks off does no harm", async () => {
      const { begun } = begin(receiver.url, { headers: { "Content-Length": 1000 } });
      await new Promise((resolve) => begun.write("half of it", resolve));
      begun.destroy();
      const body = result("after the break");
      assert.equal(await receiver.post(body, signed(body)), 200);
    });

    test("what no webhook brings is asked for, also while its sender lives", async () => {
      const sender = sandbox.client({ ledger: join(folder, "ledger.sqlite") });
      const [nowhere] = sandbox.webhooks.map(({ id }) => id);
      const job = await send([nowhere], sender);
      await until(() => receiver.times(job.id) === 1);
      assert.equal(receiver.work(`${job.id}.json`).inference.id, job.id);
      const { state } = (await sender.ledger.pending()).find(({ jobId }) => jobId === job.id);
      assert.equal(state, "done");
    });

    test("a delivery that was answered is in the ledger, though the receiver is killed at once", async () => {
      // As large as the limit, so that a receiver that answers too early has not kept it yet.
      const body = padded(result("kept"), LARGEST);
      assert.equal(await receiver.post(body, signed(body)), 200);
      await receiver.kill();
      const { ledger } = sandbox.client({ ledger: join(folder, "ledger.sqlite") });
      let last;
      for await (const kept of ledger.collect()) last = kept;
      assert.equal(last.inference.raw.toString(), body);
    });
  });
}

test("work that was not done when a receiver was killed is done by the next", async () => {
  const folder = mkdtempSync(join(root, "undone-"));
  const inTheWay = join(folder, "file");
  writeFileSync(inTheWay, "");
  const first = await start(commands.http, folder, { WORK: join(inTheWay, "work") });
  const body = result("undone");
  assert.equal(await first.post(body, signed(body)), 200);
  await until(() => first.lines.some((line) => line.includes("ENOTDIR")));
  assert.equal(first.times("undone"), 0);
  await first.kill();
  const second = await start(commands.http, folder);
  await until(() => second.times("undone") === 1);
  assert.equal(second.work("undone.json").inference.id, "undone");
});

test("a delivery that cannot be kept is answered with 500, so that Mindee tries again", async () => {
  const folder = mkdtempSync(join(root, "full-"));
  // No file of it may grow beyond 100 kilobytes or so, as on a disk that is full.
  const command = ["sh", "-c", 'ulimit -f 200; exec "$@"', "sh", ...commands.http];
  const receiver = await start(command, folder);
  const body = padded(result("too much"), 500_000);
  assert.equal(await receiver.post(body, signed(body)), 500);
  assert.equal(receiver.times("too much"), 0);
});

test("a receiver without secrets does not start", async () => {
  const started = start(commands.http, root, { MINDEE_WEBHOOK_SECRETS: "" });
  await assert.rejects(started, /MINDEE_WEBHOOK_SECRETS and MINDEE_LEDGER must be set/);
});
