// Options of a request: as they are sent, and what they do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { sandboxOf } from "../support.js";

const sandbox = sandboxOf(import.meta.url);
const SCHEMA = {
  replace: {
    fields: [
      {
        name: "hull_number",
        title: "Hull number",
        is_array: false,
        type: "string",
        description: "The number on the hull.",
      },
    ],
  },
};

test("nothing is sent that was not asked for", async () => {
  await sandbox.enqueue();
  assert.deepEqual(await sandbox.fields(), []);
});

for (const [option, name] of Object.entries({
  rag: "rag",
  rawText: "raw_text",
  polygon: "polygon",
  confidence: "confidence",
})) {
  test(`${name} is sent as a word and is told as active`, async () => {
    const inference = await sandbox.run("extraction", undefined, { [option]: true });
    assert.deepEqual(await sandbox.fields(), [[name, "true"]]);
    assert.equal(inference.activeOptions[option], true);
  });
}

test("a switch that is off is sent as a word too", async () => {
  const inference = await sandbox.run("extraction", undefined, { polygon: false });
  assert.deepEqual(await sandbox.fields(), [["polygon", "false"]]);
  assert.equal(inference.activeOptions.polygon, false);
});

test("confidence and polygons are given when asked for", async () => {
  const options = { confidence: true, polygon: true };
  const { fields } = (await sandbox.run("extraction", undefined, options)).result;
  const name = fields.getSimpleField("supplier_name");
  assert.equal(typeof name.confidence, "string");
  assert.equal(name.locations[0].polygon.length, 4);
});

test("confidence and polygons are left out when they are off", async () => {
  const options = { confidence: false, polygon: false };
  const { fields } = (await sandbox.run("extraction", undefined, options)).result;
  const name = fields.getSimpleField("supplier_name");
  assert.equal(name.confidence, undefined);
  assert.deepEqual(name.locations, []);
});

test("a text context is sent as it is and is told as active", async () => {
  const textContext = "Amounts are in €.";
  const inference = await sandbox.run("extraction", undefined, { textContext });
  assert.deepEqual(await sandbox.fields(), [["text_context", textContext]]);
  assert.equal(inference.activeOptions.textContext, true);
});

test("a data schema is sent as JSON and decides on the fields", async () => {
  const inference = await sandbox.run("extraction", undefined, { dataSchema: SCHEMA });
  const [[name, value]] = await sandbox.fields();
  assert.equal(name, "data_schema");
  assert.deepEqual(JSON.parse(value), SCHEMA);
  assert.deepEqual([...inference.result.fields.keys()], ["hull_number"]);
  assert.equal(inference.activeOptions.dataSchema.replace, true);
});

test("an alias comes back in the job", async () => {
  const job = await sandbox.enqueue("classification", undefined, { alias: "märz 2026" });
  assert.equal(job.alias, "märz 2026");
  assert.deepEqual(await sandbox.fields(), [["alias", "märz 2026"]]);
});

test("webhooks are sent in one part, joined by commas", async () => {
  const webhook = sandbox.webhook();
  await sandbox.enqueue("extraction", undefined, { webhookIds: [webhook, webhook] });
  assert.deepEqual(await sandbox.fields(), [["webhook_ids", `${webhook},${webhook}`]]);
});
