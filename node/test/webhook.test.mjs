import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createServer, request } from "node:http";
import { test } from "node:test";
import { inspect } from "node:util";

import { FailedInference, Inference, UsageError, WebhookError, webhook } from "mindee-core";

const file = new URL("../../tests/vectors/webhook.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8"));
const [result, failed] = vectors.signed;
const { body, secret, signature } = result;
const bytes = Buffer.from(body);

/** What a function throws. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
}

/** Plays a row of the vectors. */
function unwrap({ body, headers, secrets, largest, unsigned }) {
  const options = { largest };
  return unsigned === true
    ? webhook.unwrapUnsigned(Buffer.from(body), options)
    : webhook.unwrap(Buffer.from(body), headers, secrets, options);
}

for (const row of vectors.rows) {
  test(`a delivery with ${row.name} comes out as the vectors say`, () => {
    if (row.expect !== undefined) {
      const { kind, inferenceId, secret, raw } = unwrap(row);
      assert.deepEqual({ kind, inference_id: inferenceId, secret }, row.expect);
      assert.equal(raw.toString(), row.body);
      return;
    }
    const error = thrown(() => unwrap(row));
    assert.equal(error.code, row.error);
    assert.equal(error.body !== undefined, row.keeps_body === true);
  });
}

for (const [index, row] of vectors.signed.entries()) {
  test(`body ${index} is signed as the vectors say`, () => {
    assert.equal(webhook.sign(Buffer.from(row.body), row.secret), row.signature);
  });
}

const responses = new URL("../../tests/data/responses/", import.meta.url);
for (const name of readdirSync(responses).filter((name) => name.startsWith("extraction-"))) {
  test(`a long delivery is read in parts as it is read whole: ${name}`, () => {
    // Long by the white space behind it.
    const raw = Buffer.concat([readFileSync(new URL(name, responses)), Buffer.alloc(5000, " ")]);
    const whole = new Inference(raw);
    const ways = [
      (inference) => inference,
      (inference) => [...inference.result.fields],
      (inference) => [...inference.result.fields.keys()],
      (inference) => [...inference.result.fields.values()],
      (inference) => [...inference.result.fields.entries()],
      (inference) => [...inference.result.fields.keys()].map((name) => inference.result.fields.get(name)),
      (inference) => inference.result.fields.at(0),
      (inference) => inference.result.fields.size,
      (inference) => inspect(inference.result.fields, { depth: 9 }),
      (inference) => JSON.stringify(inference.result),
      (inference) => Object.keys(inference.result),
      (inference) => inference.result.rawText,
      (inference) => inference.pointer("/inference/result"),
      (inference) => {
        const found = [];
        inference.result.fields.forEach((field, name) => found.push([name, field]));
        return found;
      },
    ];
    for (const way of ways) {
      assert.deepStrictEqual(way(webhook.unwrapUnsigned(raw).inference), way(whole));
    }
    assert.equal(whole.result.fields.get("no such field"), undefined);
  });
}

test("of a long delivery only what is asked for is read", (t) => {
  const text = "x".repeat(100);
  const fields = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`f${n}`, { value: text }]));
  const raw = Buffer.from(JSON.stringify({ inference: { id: "i", result: { fields } } }));
  const parsed = t.mock.method(JSON, "parse");
  const { inference } = webhook.unwrapUnsigned(raw);
  assert.equal(inference.result.fields.get("f99").value, text);
  const read = parsed.mock.calls.reduce((sum, call) => sum + call.arguments[0].length, 0);
  assert.ok(read < raw.length / 2, `${read} of ${raw.length}`);
});

test("a result and a failure are told apart by their kind", () => {
  const one = webhook.unwrap(bytes, { "x-signature": signature }, secret);
  assert.ok(one.kind === "result" && one.inference instanceof Inference);
  assert.equal(one.inference.result.fields.get("total").value, 12.5);
  const other = webhook.unwrapUnsigned(failed.body);
  assert.ok(other.kind === "failure" && other.failure instanceof FailedInference);
  assert.equal(other.failure.error.code, "500-012");
  assert.equal(other.failure.fileAlias, "october-42");
  assert.equal(other.failure.inferenceId, other.inferenceId);
});

for (const [name, headers] of Object.entries({
  "an object": { "X-SIGNATURE": signature },
  "an object with a list": { "x-signature": [signature], "set-cookie": undefined },
  "the Headers of fetch": new Headers({ "X-Signature": signature }),
  "a Map": new Map([["X-Signature", signature]]),
  "a list of pairs": [["accept", "*/*"], ["X-Signature", signature]],
})) {
  test(`headers are taken as ${name}`, () => {
    assert.equal(webhook.unwrap(bytes, headers, [secret]).secret, 0);
  });
}

for (const [name, form] of Object.entries({
  "a Buffer": bytes,
  "a Uint8Array": new Uint8Array(bytes),
  "an ArrayBuffer": new Uint8Array(bytes).buffer,
  "its text": body,
})) {
  test(`the body is taken as ${name}`, () => {
    assert.deepEqual(webhook.unwrap(form, { "x-signature": signature }, secret).raw, bytes);
    assert.equal(webhook.sign(form, secret), signature);
  });
}

test("text is a body and never a path", () => {
  assert.equal(thrown(() => webhook.unwrapUnsigned(file.pathname)).code, "webhook.not_json");
});

test("a body that was parsed is refused, since its bytes are lost", () => {
  for (const parsed of [JSON.parse(body), null, undefined, 5]) {
    assert.throws(() => webhook.unwrap(parsed, { "x-signature": signature }, secret), TypeError);
  }
});

test("the second secret counts while one takes the place of another", () => {
  const { secret: which } = webhook.unwrap(bytes, { "x-signature": signature }, ["new one", secret]);
  assert.equal(which, 1);
});

test("a wrong signature is a matter of webhooks, and a missing secret of usage", () => {
  const headers = { "x-signature": "0".repeat(64) };
  assert.ok(thrown(() => webhook.unwrap(bytes, headers, secret)) instanceof WebhookError);
  for (const none of [[], "", undefined, null, [""]]) {
    assert.ok(thrown(() => webhook.unwrap(bytes, headers, none)) instanceof UsageError);
  }
  assert.ok(thrown(() => webhook.sign(bytes, "")) instanceof UsageError);
});

test("an unknown option is refused with the nearest name", () => {
  const error = thrown(() => webhook.unwrapUnsigned(bytes, { largets: 5 }));
  assert.match(error.message, /did you mean `largest`/);
});

test("no error shows a secret, and no delivery shows it or the document", () => {
  const hidden = "canary-secret";
  const document = '{"inference":{"id":"x","canary":1}';
  const headers = { "X-Signature": webhook.sign(document, hidden) };
  for (const call of [
    () => webhook.unwrap(document, headers, hidden),
    () => webhook.unwrap("{}", headers, [hidden, ""]),
    () => webhook.unwrap("{}", headers, { hidden }),
    () => webhook.unwrap("{}", {}, hidden),
    () => webhook.sign("{}", [hidden]),
  ]) {
    const error = thrown(call);
    const shown = inspect(error, { depth: 9 }) + JSON.stringify(error) + error.stack;
    assert.doesNotMatch(shown, /canary/);
    assert.ok(!shown.includes(headers["X-Signature"]));
  }
  const delivery = webhook.unwrap(bytes, { "x-signature": signature }, secret);
  assert.ok(!inspect(delivery, { depth: 9 }).includes(secret));
  assert.ok(!Object.keys(delivery).includes("raw"));
});

test("a server of Node reads what was sent to it", async () => {
  const server = createServer(async (incoming, answer) => {
    const chunks = await incoming.toArray();
    const { kind } = webhook.unwrap(Buffer.concat(chunks), incoming.headers, secret);
    answer.end(kind);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const headers = { "X-Signature": signature, connection: "close" };
  const options = { method: "POST", host: "127.0.0.1", port: server.address().port, headers };
  const answer = await new Promise((resolve, reject) => {
    request(options, resolve).once("error", reject).end(bytes);
  });
  assert.equal(Buffer.concat(await answer.toArray()).toString(), "result");
  server.close();
});
