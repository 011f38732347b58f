import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";

import { Inference, Job } from "mindee-core";

import { data, startSandbox } from "./sandbox.mjs";

const sandbox = await startSandbox();
const client = sandbox.client();
beforeEach(() => sandbox.clear());

test("a run uploads, waits and gives the typed result", async () => {
  const inference = await client.extraction.run(data("invoice.pdf"), sandbox.quick());
  assert.ok(inference instanceof Inference);
  assert.equal(inference.file.name, "invoice.pdf");
  assert.equal(inference.file.pageCount, 1);
  assert.equal(typeof inference.result.fields.get("total_amount").value, "number");
});

test("options are sent under the API's names, and what is not given is not sent", async () => {
  const options = { ...sandbox.quick(), alias: "mine", rawText: true, polygon: undefined };
  await client.extraction.enqueue(data("invoice.pdf"), options);
  const { requests } = await sandbox.seen();
  const names = requests[0].body.fields.map((field) => field.name);
  assert.deepEqual(names, ["model_id", "alias", "raw_text", "file"]);
});

test("a job is taken up again by its resume token", async () => {
  const job = await client.extraction.enqueue(data("invoice.pdf"), sandbox.quick());
  assert.ok(job instanceof Job);
  assert.equal(job.status, "Processing");
  const other = sandbox.client();
  const done = await other.jobs.wait(job.resumeToken, { firstPoll: 0.02, pollInterval: 0.02 });
  assert.equal(done.status, "Processed");
  assert.equal((await other.jobs.get(job.id)).id, job.id);
  const inference = await other.jobs.result(job.resumeToken, { pollInterval: 0.02 });
  assert.equal(inference.id, job.id);
  assert.equal((await client.extraction.result(job.id)).id, job.id);
});

for (const product of ["extraction", "split", "crop", "classification", "ocr"]) {
  test(`${product} gives its own result`, async () => {
    const source = data(product === "crop" ? "invoice.jpg" : "invoice-3-pages.pdf");
    const { result } = await client[product].run(source, sandbox.quick(product));
    const member = { extraction: "fields", split: "splits", crop: "crops", ocr: "pages" };
    assert.ok(result[member[product] ?? product]);
  });
}

test("many calls at once share one client", async () => {
  const source = readFileSync(data("invoice.pdf"));
  const runs = Array.from({ length: 20 }, () => client.extraction.run(source, sandbox.quick()));
  const ids = new Set((await Promise.all(runs)).map((inference) => inference.id));
  assert.equal(ids.size, 20);
});

test("the search for models asks for the next page only when it gets there", async () => {
  const names = [];
  for await (const model of client.models.search({ perPage: 2 })) {
    names.push(model.modelType);
    if (names.length === 3) {
      break;
    }
  }
  assert.deepEqual(names, ["extraction", "split", "crop"]);
  assert.equal((await sandbox.seen()).requests.length, 2);
});

test("the search for models ends with the last page, and starts anew when iterated again", async () => {
  const search = client.models.search({ perPage: 2 });
  for (let round = 0; round < 2; round += 1) {
    const pages = [];
    for await (const page of search.pages()) {
      pages.push(page.models.length);
    }
    assert.deepEqual(pages, [2, 2, 1]);
  }
});

test("a name and a type narrow the search on every page", async () => {
  const found = [];
  for await (const model of client.models.search({ modelType: "ocr", perPage: 1 })) {
    found.push(model.modelType);
  }
  assert.deepEqual(found, ["ocr"]);
});
