import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { UsageError, document } from "mindee-core";

import { data, failure, startSandbox } from "./sandbox.mjs";

const sandbox = await startSandbox();
const three = data("invoice-3-pages.pdf");

test("a file is told without being decoded, by path and by bytes", async () => {
  const found = await document.inspect(three);
  assert.deepEqual([found.mediaType, found.pages, found.encrypted], ["application/pdf", 3, "no"]);
  assert.deepEqual(await document.inspect(readFileSync(three)), found);
});

test("pages are kept in their order, and the made file is sent as it is", async () => {
  const kept = await document.keepPages(three, [-1, 0]);
  assert.deepEqual([kept.filename, kept.mediaType], ["invoice-3-pages.pdf", "application/pdf"]);
  const client = sandbox.client();
  const inference = await client.extraction.run(kept, sandbox.quick());
  assert.equal(inference.file.pageCount, 2);
  assert.equal(inference.file.name, "invoice-3-pages.pdf");
});

test("a page out of range is told with its index and the count", async () => {
  const error = await failure(document.removePages(three, 3));
  assert.ok(error instanceof UsageError);
  assert.equal(error.code, "document.page_out_of_range");
  assert.match(error.message, /3/);
});

test("a damaged file is mended, and a sound one is not touched", async () => {
  const mended = await document.repair(data("broken-header.pdf"));
  assert.deepEqual(mended.mended, ["junk_before_header"]);
  const sound = await document.repair(three);
  assert.deepEqual([sound.mended, sound.content], [[], readFileSync(three)]);
});

test("a picture is made smaller, and its name follows its content", async () => {
  const shrunk = await document.shrink(data("receipt.png"), { maxWidth: 60, quality: 60 });
  const found = await document.inspect(shrunk);
  assert.equal(shrunk.smaller, true);
  assert.deepEqual([shrunk.filename, found.mediaType, found.width], ["receipt.jpg", "image/jpeg", 60]);
});

test("many files are made ready at once, away from JavaScript's thread", async () => {
  let ticks = 0;
  const clock = setInterval(() => (ticks += 1), 1);
  const files = await Promise.all(
    Array.from({ length: 16 }, () => document.shrink(data("invoice.jpg"), { maxWidth: 100 })),
  );
  clearInterval(clock);
  assert.ok(files.every(({ content }) => content.equals(files[0].content)));
  assert.ok(ticks > 0);
});

test("what Mindee would refuse is refused before it is sent, where the option asks for it", async () => {
  const before = (await sandbox.seen()).requests.length;
  const error = await failure(
    sandbox.client().extraction.run(data("picture.gif"), { ...sandbox.quick(), preflight: "refuse" }),
  );
  assert.equal(error.code, "document.refused");
  assert.equal((await sandbox.seen()).requests.length, before);
});

test("what preflight warns of stands beside result and job", async () => {
  const { extraction } = sandbox.client();
  const damaged = data("documents/jpeg/truncated.jpg");
  const asked = { ...sandbox.quick(), preflight: "warn" };
  const { warnings } = await extraction.run(damaged, asked);
  assert.deepEqual(warnings.map(({ code, severity }) => [code, severity]), [["damaged", "doubtful"]]);
  assert.deepEqual((await extraction.enqueue(damaged, asked)).warnings, warnings);
  assert.deepEqual((await extraction.run(data("invoice.pdf"), asked)).warnings, []);
});
