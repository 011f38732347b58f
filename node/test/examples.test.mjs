import assert from "node:assert/strict";
import { execFile } from "node:child_process";
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
