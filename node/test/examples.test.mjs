import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { data, startSandbox } from "./sandbox.mjs";

const sandbox = await startSandbox();
const outputs = {};

/** Runs an example as a user would. */
function example(name, ...args) {
  const program = fileURLToPath(new URL(`../examples/${name}`, import.meta.url));
  return new Promise((resolve) => {
    const options = { env: sandbox.environment };
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

for (const name of ["invoice.mjs", "invoice.cjs"]) {
  test(`${name} prints the fields of an invoice`, async () => {
    const { code, stdout, stderr } = await example(name, data("invoice.pdf"), sandbox.models.extraction);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(
      stdout,
      /^supplier_name: .+\ninvoice_number: .+\ndate: .+\ncurrency: .+\ntotal_amount: [\d.]+\nline_items: \d+\nline_item_1: .+\n$/,
    );
    assert.doesNotMatch(stdout, /undefined/);
    outputs[name] = stdout;
  });

  test(`${name} says what is wrong, and fails`, async () => {
    const { code, stdout, stderr } = await example(name, "absent.pdf", sandbox.models.extraction);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^absent\.pdf does not exist\. .* \[source\.not_found\]\n$/);
  });
}

test("both examples print the same", () => {
  assert.equal(outputs["invoice.mjs"], outputs["invoice.cjs"]);
});

test("batch.mjs reads a folder, and started again sends nothing twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mindee-batch-"));
  const ledger = join(folder, "ledger.sqlite");
  const documents = join(folder, "documents");
  mkdirSync(documents);
  for (const name of ["a.pdf", "b.pdf", "c.pdf"]) {
    copyFileSync(data("invoice.pdf"), join(documents, name));
  }
  const before = (await sandbox.seen()).billed.documents;
  for (let round = 0; round < 2; round += 1) {
    const { code, stdout, stderr } = await example("batch.mjs", documents, sandbox.models.extraction, ledger);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual(stdout.trim().split("\n").sort(), ["a.pdf\tdone", "b.pdf\tdone", "c.pdf\tdone"]);
  }
  assert.equal((await sandbox.seen()).billed.documents - before, 3);
  rmSync(folder, { recursive: true });
});

test("prepare.mjs makes a file ready, and writes it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mindee-prepare-"));
  const { code, stdout, stderr } = await example("prepare.mjs", data("documents/tiff/plain.tiff"), folder);
  assert.deepEqual([code, stderr], [0, ""]);
  const { size } = statSync(join(folder, "plain.jpg"));
  assert.equal(stdout, `cost: The file has 1 page\nplain.jpg: ${size} bytes\n`);
  rmSync(folder, { recursive: true });
});
