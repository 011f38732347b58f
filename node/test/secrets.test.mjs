import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";

import { Client } from "mindee-core";

import { failure, startSandbox } from "./sandbox.mjs";

const canary = "md_canary_0123456789";
const sandbox = await startSandbox("--api-key", canary);

/** Everything that a program may print of a value. */
const shown = (value) =>
  [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(value),
    String(value),
    value?.stack,
    ...Reflect.ownKeys(value).map((key) => inspect(value[key], { depth: 20, showHidden: true })),
  ].join("\n");

test("a client shows no key", () => {
  assert.doesNotMatch(shown(sandbox.client()), /canary/);
});

test("a search shows no key", () => {
  assert.doesNotMatch(shown(sandbox.client().models.search()), /canary/);
});

for (const key of [`Bearer ${canary}`, `"${canary}"`, `${canary}\n`, ` ${canary} x`]) {
  test(`the error for the key ${JSON.stringify(key).replace(canary, "…")} shows no key`, () => {
    try {
      new Client({ apiKey: key, baseUrl: sandbox.base_url });
    } catch (error) {
      assert.doesNotMatch(shown(error), /canary/);
    }
  });
}

for (const options of [{ apiKey: [canary] }, { apiKey: { key: canary } }, { baseUrl: [canary] }]) {
  test(`the error for ${Object.keys(options)} of another type shows no key`, () => {
    const error = (() => {
      try {
        return new Client({ apiKey: canary, ...options });
      } catch (thrown) {
        return thrown;
      }
    })();
    assert.doesNotMatch(shown(error), /canary/);
  });
}

test("the error for a server that repeats the key shows no key", async () => {
  const json = { status: 422, code: "422-001", title: "Odd", detail: `your key is ${canary}` };
  await sandbox.rules({ answer: { status: 422, json } });
  const error = await failure(sandbox.client().jobs.get("x", { retries: 0 }));
  assert.equal(error.code, "request.refused");
  assert.doesNotMatch(shown(error), /canary/);
});
