// Each product from the document to the typed result.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PRODUCTS, path, sample, sandboxOf } from "../support.js";

const sandbox = sandboxOf(import.meta.url);
const points = (polygon) => Array.from(polygon, ([x, y]) => [x, y]);

for (const name of Object.keys(PRODUCTS)) {
  test(`${name} is enqueued, polled and fetched on its own road`, async () => {
    const inference = await sandbox.run(name);
    const requests = await sandbox.requests();
    assert.deepEqual(
      requests.map(({ method, path, status }) => [method, path, status]),
      [
        ["POST", `/v2/products/${name}/enqueue`, 202],
        ["GET", `/v2/jobs/${inference.job.id}`, 302],
        ["GET", `/v2/products/${name}/results/${inference.id}`, 200],
      ],
    );
  });

  test(`an inference of ${name} names its model, its job and its file`, async () => {
    const inference = await sandbox.run(name, sample("invoice-3-pages.pdf"));
    assert.equal(inference.id, inference.job.id);
    assert.equal(inference.model.id, sandbox.models[name]);
    assert.equal(inference.file.name, "invoice-3-pages.pdf");
    assert.equal(inference.file.pageCount, 3);
    assert.equal(inference.file.mimeType, "application/pdf");
  });
}

test("an invoice is read into simple fields", async () => {
  const { fields } = (await sandbox.run()).result;
  assert.equal(fields.getSimpleField("supplier_name").stringValue, "Lumen & Quill Ltd");
  assert.equal(fields.getSimpleField("invoice_number").stringValue, "INV-2026-0042");
  assert.equal(fields.getSimpleField("date").stringValue, "2026-10-31");
  assert.equal(fields.getSimpleField("total_net").numberValue, 1141.5);
  assert.equal(fields.getSimpleField("total_tax").numberValue, 228.3);
  assert.equal(fields.getSimpleField("total_amount").numberValue, 1369.8);
  assert.equal(fields.getSimpleField("is_paid").booleanValue, false);
  assert.equal(fields.size, 11);
});

test("an address is read into an object field", async () => {
  const { fields } = (await sandbox.run()).result;
  const address = fields.getObjectField("supplier_address").simpleFields;
  assert.equal(address.get("city").stringValue, "Eastmere");
  assert.equal(address.get("postal_code").stringValue, "EM4 2QX");
  assert.equal(address.size, 6);
});

test("line items are read into a list of object fields", async () => {
  const { fields } = (await sandbox.run()).result;
  const lines = fields.getListField("line_items").objectItems;
  const number = (line, name) => line.getSimpleField(name).numberValue;
  assert.deepEqual(
    lines.map((line) => [number(line, "quantity"), number(line, "total_price")]),
    [[4, 358], [12, 411], [25, 372.5]],
  );
});

test("confidence and the place of a field are read", async () => {
  const { fields } = (await sandbox.run()).result;
  const name = fields.getSimpleField("supplier_name");
  assert.equal(name.confidence, "Certain");
  assert.equal(fields.getSimpleField("is_paid").confidence, "Low");
  assert.equal(name.locations[0].page, 0);
  assert.deepEqual(points(name.locations[0].polygon), [
    [0.158, 0.0603],
    [0.404, 0.0603],
    [0.404, 0.0809],
    [0.158, 0.0809],
  ]);
});

test("raw text is read page by page", async () => {
  const { pages } = (await sandbox.run()).result.rawText;
  assert.equal(pages.length, 1);
  assert.match(pages[0].content, /^Lumen & Quill Ltd INVOICE\n/);
});

test("a split is read into page ranges", async () => {
  const { splits } = (await sandbox.run("split", sample("invoice-3-pages.pdf"))).result;
  assert.deepEqual(
    splits.map(({ pageRange, documentType }) => [pageRange, documentType]),
    [[[0, 0], "invoice"], [[1, 2], "delivery_note"]],
  );
});

test("a crop is read into types and places", async () => {
  const { crops } = (await sandbox.run("crop", sample("two-pages.tiff"))).result;
  assert.deepEqual(
    crops.map(({ objectType, location }) => [objectType, location.page]),
    [["invoice", 0], ["receipt", 1], ["receipt", 1]],
  );
  assert.deepEqual(points(crops[0].location.polygon), [[0, 0], [1, 0], [1, 1], [0, 1]]);
});

test("a classification is read into one type", async () => {
  const { classification } = (await sandbox.run("classification")).result;
  assert.equal(classification.documentType, "invoice");
});

test("a classification with a chained extraction is read", async () => {
  const result = JSON.parse(readFileSync(path("results/classification-chained.json"), "utf8"));
  await sandbox.rule({ on: "enqueue", job: { result } });
  const { classification } = (await sandbox.run("classification")).result;
  assert.equal(classification.documentType, "invoice");
});

test("OCR is read into pages and words", async () => {
  const { pages } = (await sandbox.run("ocr", sample("receipt.png"))).result;
  assert.equal(pages.length, 1);
  assert.match(pages[0].content, /^The Copper Kettle\n/);
  assert.equal(pages[0].words.length, 47);
  assert.equal(pages[0].words[1].content, "Copper");
  assert.deepEqual(points(pages[0].words[0].polygon)[0], [0.2433, 0.0719]);
});
