import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

import { begin, startProgram } from "./programs.mjs";
import { data, startSandbox, until } from "./sandbox.mjs";

const sandbox = await startSandbox();
beforeEach(() => sandbox.clear());
const example = (name) => fileURLToPath(new URL(`../examples/relay/${name}`, import.meta.url));
const invoice = readFileSync(data("invoice.pdf"));
const spaces = (length) => Buffer.alloc(length, " ");
const LATER = [502, "The document could not be read just now. Please try again later."];

async function startRelay(options) {
  const own = { MINDEE_MODEL_ID: sandbox.models.extraction, RELAY_LARGEST: "64000000", RELAY_RATE: "1000/minute" };
  const env = { ...sandbox.environment, NODE_ENV: "production", ...own, ...options };
  const program = await startProgram([process.execPath, example("relay.mjs"), "0"], env);
  after(() => assert.ok(!program.lines.join("\n").includes(sandbox.api_key)));
  const url = `${program.address}/documents`;
  return {
    ...program,
    url,
    /** Status and answer to a document. */
    send: async (body, name = "invoice.pdf", headers = {}) => {
      const all = { "X-Filename": encodeURIComponent(name), ...headers };
      const answer = await fetch(url, { method: "POST", body, headers: all });
      return [answer.status, await answer.json()];
    },
    /** Begins to send a document. */
    open: (headers) => begin(url, { headers: { "X-Filename": "a.pdf", ...headers } }),
    /** The most memory that it has ever held, in bytes. */
    peak: () => {
      const [, kilobytes] = readFileSync(`/proc/${program.pid}/status`, "utf8").match(/VmHWM:\s+(\d+) kB/);
      return Number(kilobytes) * 1024;
    },
  };
}

const relay = await startRelay();
const strict = await startRelay({ RELAY_LARGEST: "100000", RELAY_RATE: "2/minute", RELAY_DEADLINE: "0.7" });
/** A header of a proxy on this machine, which is believed. */
const visitor = (address) => ({ "X-Forwarded-For": address });
let visitors = 0;
const someone = () => visitor(`192.0.2.${(visitors += 1)}`);
const enqueued = async () =>
  (await sandbox.seen()).requests.filter(({ path }) => path.endsWith("/enqueue"));
const billed = async () => (await sandbox.seen()).billed.documents;

test("the page is the one of the relay in Python", () => {
  const python = fileURLToPath(new URL("../../py/examples/relay/page.html", import.meta.url));
  assert.deepEqual(readFileSync(example("page.html")), readFileSync(python));
});

test("the page may run its own script and nothing else", async () => {
  const answer = await fetch(relay.address);
  const page = await answer.text();
  assert.equal(page, readFileSync(example("page.html"), "utf8"));
  const policy = answer.headers.get("content-security-policy").split("; ").map((rule) => rule.split(/ (.*)/s));
  const rules = Object.fromEntries(policy);
  for (const tag of ["script", "style"]) {
    const [[, text]] = [...page.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))];
    assert.equal(rules[`${tag}-src`], `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  }
  assert.deepEqual([rules["default-src"], rules["connect-src"], rules["frame-ancestors"]], ["'none'", "'self'", "'none'"]);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
});

test("a document comes back as its fields", async () => {
  const [status, told] = await relay.send(invoice);
  const own = await sandbox.client().extraction.run(invoice, sandbox.quick());
  const { fields } = own.result;
  assert.deepEqual([status, Object.keys(told)], [200, ["fields"]]);
  assert.deepEqual(Object.keys(told.fields), [...fields.keys()]);
  assert.equal(told.fields.total_amount, fields.get("total_amount").value);
  const city = fields.get("supplier_address").get("city").value;
  assert.ok(city !== undefined && told.fields.supplier_address.city === city);
  const items = fields.get("line_items").items.map((item) => item.get("description").value);
  assert.ok(items.length > 0);
  assert.deepEqual(told.fields.line_items.map((item) => item.description), items);
});

test("the file's name goes with it", async () => {
  await relay.send(invoice, "Größe\n\0.pdf");
  const { jobs } = await sandbox.admin("GET", "jobs");
  assert.equal(jobs[0].filename, "Größe.pdf");
});

test("a document is passed on while it arrives", async () => {
  const large = Buffer.concat([invoice, spaces(800_000)]);
  const { begun, status } = relay.open({ "Content-Length": large.length });
  begun.write(large.subarray(0, 400_000));
  await until(async () => (await enqueued()).length === 1);
  assert.equal((await enqueued())[0].status, null);
  begun.end(large.subarray(400_000));
  assert.equal(await status, 200);
});

test("memory does not grow with the document", async () => {
  const large = (megabytes) => Buffer.concat([invoice, spaces(megabytes * 1_000_000)]);
  // Chunks that were passed on wait for the garbage collector, up to some tens of megabytes.
  assert.equal((await relay.send(large(40)))[0], 200);
  const before = relay.peak();
  assert.equal((await relay.send(large(60)))[0], 200);
  const grown = relay.peak() - before;
  assert.ok(grown < 10_000_000, `it grew by ${grown} bytes`);
  assert.ok((await enqueued()).at(-1).body.bytes > 60_000_000);
});

for (const [what, body, status, text] of [
  ["an empty file", Buffer.alloc(0), 400, "This file is empty."],
  ["a file of another kind", Buffer.from("not a document"), 415, "This is not a kind of file that can be read. Send PDF, "],
  ["a file that is too large", Buffer.concat([invoice, spaces(100_000)]), 413, "This file is too large: "],
]) {
  test(`${what} is refused in words`, async () => {
    const [answer, told] = await strict.send(body, "invoice.pdf", someone());
    assert.deepEqual([answer, Object.keys(told)], [status, ["error"]]);
    assert.ok(told.error.startsWith(text), told.error);
    assert.equal(await billed(), 0);
  });
}

test("a document without a name is refused, and so is whatever a page of another site can send", async () => {
  const answer = await fetch(relay.url, { method: "POST", body: invoice });
  assert.deepEqual([answer.status, await answer.json()], [400, { error: "The file's name is missing." }]);
  const asked = await fetch(relay.url, { method: "OPTIONS", headers: { Origin: "https://elsewhere.example" } });
  assert.equal(asked.headers.get("access-control-allow-origin"), null);
  assert.deepEqual((await sandbox.seen()).requests, []);
});

test("a large document is refused before it is sent", async () => {
  const { begun, status } = strict.open({ "Content-Length": 100_001, ...someone() });
  assert.equal(await status, 413);
  begun.destroy();
});

test("a document of untold length is refused as soon as it is too large", async () => {
  const { begun, status } = strict.open(someone());
  begun.write(invoice);
  begun.write(spaces(100_000));
  assert.equal(await status, 413);
  begun.destroy();
  assert.equal(await billed(), 0);
});

test("each visitor has a rate", async () => {
  const answer = async (address) => await strict.send(Buffer.alloc(0), "a.pdf", visitor(address));
  assert.deepEqual((await answer("2001:db8:1:2::1"))[0], 400);
  assert.deepEqual((await answer("2001:db8:1:2::1"))[0], 400);
  const error = "Many documents are being read. Please try again in a minute.";
  assert.deepEqual(await answer("2001:db8:1:2:ffff::9"), [429, { error }]);
  assert.deepEqual((await answer("2001:db8:1:3::1"))[0], 400);
});

for (const [what, rule, [status, text]] of [
  ["a key that is refused", { answer: { status: 401 } }, LATER],
  ["a page of a server that fails", { answer: { status: 500, body: "<html>{base_url}</html>" } }, LATER],
  ["a connection that breaks", { reset: "before_headers" }, LATER],
  ["a limit of the organization", { answer: { status: 429 } }, [429, "Many documents are being read."]],
  ["a job that fails", { job: { fail: true } }, [400, "This document could not be read."]],
  ["a job that never ends", { job: { processing_ms: null } }, [504, "Reading took too long."]],
]) {
  test(`${what} behind the relay is told without what is behind it`, async () => {
    await sandbox.rules({ on: "enqueue", ...rule });
    const [answer, told] = await strict.send(invoice, "invoice.pdf", someone());
    assert.deepEqual([answer, Object.keys(told)], [status, ["error"]]);
    assert.ok(told.error.startsWith(text), told.error);
    assert.doesNotMatch(told.error, /key|mindee|http|127/i);
  });
}

/** Waits until the relay has written of one more error than before something. */
async function complaint(something) {
  const known = relay.lines.length;
  await something();
  await until(() => relay.lines.length > known);
  return relay.lines.at(-1);
}

test("an upload that breaks off is no document", async () => {
  const { begun } = relay.open({ "Content-Length": 800_000 });
  begun.write(Buffer.concat([invoice, spaces(400_000)]));
  await until(async () => (await enqueued()).length === 1);
  assert.match(await complaint(() => begun.destroy()), /\[(outcome\.unknown|source\.unreadable)\]$/);
  assert.equal(await billed(), 0);
  assert.equal((await relay.send(invoice))[0], 200);
});

test("nobody waits for a visitor who has left", async () => {
  await sandbox.rules({ on: "enqueue", job: { processing_ms: null } });
  const { begun } = relay.open({ "Content-Length": invoice.length });
  begun.end(invoice);
  await until(async () => (await billed()) === 1);
  assert.match(await complaint(() => begun.destroy()), /\[cancelled\]$/);
});
