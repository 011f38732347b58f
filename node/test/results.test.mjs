import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { inspect } from "node:util";
import { beforeEach, test } from "node:test";

import { Field, Fields } from "mindee-core";

import { data, startSandbox } from "./sandbox.mjs";

const sandbox = await startSandbox();
const client = sandbox.client();
beforeEach(() => sandbox.clear());

/** What the client makes of a result that the server answers with. */
async function result(body) {
  await sandbox.clear();
  await sandbox.rules({ on: "result", answer: { body } });
  return client.extraction.result("any", { retries: 0 });
}

const response = (name) => readFileSync(data(`responses/${name}.json`), "utf8");

test("the bytes are kept as they came", async () => {
  const body = response("extraction-byte-order-mark");
  assert.equal((await result(body)).raw.toString(), body);
});

test("fields are read by name, by index and by JSON pointer", async () => {
  const inference = await result(response("extraction-simple"));
  const { fields } = inference.result;
  const [name, field] = fields.at(0);
  assert.equal(fields.get(name), field);
  assert.equal(fields.at(fields.size), undefined);
  assert.equal(fields.get("absent"), undefined);
  assert.equal(inference.pointer(`/inference/result/fields/${name}/value`), field.value);
  assert.equal(inference.pointer("/inference/absent"), undefined);
  assert.equal(inference.pointer("inference"), undefined);
});

test("any name can be the name of a field", async () => {
  const body = response("extraction-awkward-field-names");
  const names = Object.keys(JSON.parse(body).inference.result.fields);
  const { fields } = (await result(body)).result;
  assert.ok(names.includes("__proto__") && names.includes("items") && names.includes(""));
  for (const name of names) {
    assert.equal(fields.get(name).value, name);
  }
  assert.equal(fields.get("valueOf"), undefined);
});

test("whole numbers beyond 2^53 are whole", async () => {
  const inference = await result(response("extraction-integers-beyond-2-53"));
  const { fields } = inference.result;
  assert.equal(fields.get("largest_safe").value, 9007199254740991);
  assert.equal(fields.get("first_unsafe").value, 9007199254740993n);
  assert.equal(fields.get("i64_min").value, -9223372036854775808n);
  assert.equal(fields.get("first_unsafe").number, 9007199254740992);
  const pointer = "/inference/result/fields/u64_max/value";
  assert.equal(inference.pointer(pointer), 18446744073709551615n);
  assert.ok(JSON.stringify(inference).includes("9007199254740991"));
  assert.ok(JSON.stringify(fields));
});

test("digits in texts and fractions are left alone", async () => {
  const value = '12345678901234567, "x": 9007199254740993 \\';
  const fields = {
    big: { value: 1 },
    text: { value },
    fraction: { value: 0.1234567890123456 },
    quotes: { value: 'a"b' },
  };
  const json = JSON.stringify({ inference: { id: "x", result: { fields } } });
  const read = (await result(json.replace('"value":1}', '"value":9007199254740993}'))).result.fields;
  assert.equal(read.get("big").value, 9007199254740993n);
  assert.equal(read.get("text").value, value);
  assert.equal(read.get("fraction").value, 0.1234567890123456);
  assert.equal(read.get("quotes").value, 'a"b');
});

test("null, missing, false, zero and empty text are told apart", async () => {
  const inference = await result(response("extraction-optional-keys-missing"));
  assert.equal(inference.result.rawText, undefined);
  assert.equal(inference.activeOptions, undefined);
  const other = await result(response("extraction-null-values"));
  assert.equal(other.result.rag, null);
  const values = [...other.result.fields.values()].map((field) => field.value);
  assert.ok(values.includes(null));
});

test("fields inside fields are read to any depth", async () => {
  const { fields } = (await result(response("extraction-five-levels"))).result;
  const depth = (field) =>
    1 + Math.max(0, ...field.items.map(depth), ...[...(field.fields?.values() ?? [])].map(depth));
  assert.ok(Math.max(...[...fields.values()].map(depth)) >= 5);
});

test("fields named like the keys of a field are fields", async () => {
  const body = response("extraction-object-with-field-named-value");
  const { fields } = (await result(body)).result;
  const inner = [...fields.values()].find((field) => field.kind === "object");
  assert.ok(inner.get("value") instanceof Field);
  assert.ok(inner.get("items") instanceof Field);
});

test("an unknown confidence is kept, and an unknown kind of field stays as it came", async () => {
  const { fields } = (await result(response("extraction-unknown-confidence"))).result;
  assert.ok([...fields.values()].some((field) => field.confidence === "Absolute"));
  const odd = (await result(response("extraction-unknown-field-kind"))).result.fields;
  const field = [...odd.values()].find(({ kind }) => kind === "other");
  assert.equal(typeof field.json, "object");
});

test("locations that are null are no locations", async () => {
  const { fields } = (await result(response("extraction-locations-null"))).result;
  assert.deepEqual(fields.at(0)[1].locations, []);
});

test("an extraction chained to a classification is read like any other", async () => {
  await sandbox.rules({ on: "result", answer: { body: response("classification-chained-result") } });
  const { classification } = (await client.classification.result("any")).result;
  const { inference } = classification.extractionResponse;
  assert.ok(inference.result.fields instanceof Fields);
  assert.ok(inference.file.mimeType);
});

test("a page range is first and last page", async () => {
  const { splits } = (await client.split.run(data("invoice-3-pages.pdf"), sandbox.quick("split"))).result;
  assert.equal(splits[0].pageRange[0], 0);
  assert.equal(splits.at(-1).pageRange[1], 2);
});

test("unknown keys are there too, and cost nothing", async () => {
  const inference = await result(response("extraction-unknown-keys"));
  assert.ok(inference.result.fields.size > 0);
});

test("every readable answer is shown, stringified and iterated without a complaint", async () => {
  const names = readdirSync(data("responses")).filter((name) => /^(extraction|inference)-/.test(name));
  assert.ok(names.length > 20);
  for (const name of names) {
    const inference = await result(readFileSync(data(`responses/${name}`), "utf8"));
    assert.ok(inspect(inference, { depth: 20 }));
    assert.ok(JSON.stringify(inference));
    for (const [, field] of inference.result.fields ?? []) {
      assert.ok(field.kind);
    }
  }
});

test("a job's answer is typed, and its odd words are kept", async () => {
  await sandbox.rules({ on: "job", answer: { body: response("job-unknown-status") } });
  const job = await client.jobs.get("any");
  assert.equal(job.status, "Paused");
  assert.equal(job.webhooks[0].status, "Deferred");
  assert.match(job.resumeToken, /^mj1_/);
});

test("an answer that is nested without end does not exhaust the stack", async () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  const body = `{"job":{"id":"x","status":"Processing","later":${deep}}}`;
  await sandbox.rules({ on: "job", answer: { body } });
  assert.equal((await client.jobs.get("any", { retries: 0 })).id, "x");
});

test("keys of an answer that are named like our own members change none of them", async () => {
  const names = { raw: 1, pointer: 2, to_json: 3, __proto__x: 4, constructor: 5, resume_token: 6 };
  const job = { id: "x", status: "Processing", ...names };
  const body = JSON.stringify({ job }).replace("__proto__x", "__proto__");
  await sandbox.rules({ on: "job", answer: { body } });
  const read = await client.jobs.get("any");
  assert.equal(read.raw.toString(), body);
  assert.equal(read.pointer("/job/pointer"), 2);
  assert.match(read.resumeToken, /^mj1_/);
  assert.equal(read.constructor.name, "Job");
});
