import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import * as imported from "mindee-core";

const require = createRequire(import.meta.url);
const required = require("mindee-core");
const here = fileURLToPath(new URL("..", import.meta.url));

test("import and require give the same names and the same classes", () => {
  const names = Object.keys(required).sort();
  assert.deepEqual(Object.keys(imported).sort(), names);
  for (const name of names) {
    assert.equal(imported[name], required[name]);
  }
});

test("the package needs no other package to run", () => {
  const { dependencies, peerDependencies, optionalDependencies } = require("../package.json");
  assert.deepEqual([dependencies, peerDependencies, optionalDependencies], [undefined, undefined, undefined]);
});

test("to load the package loads its own files and light parts of Node alone", () => {
  const program = `
    const before = new Set(process.moduleLoadList);
    require("mindee-core");
    const loaded = process.moduleLoadList.filter((name) => !before.has(name));
    console.log(JSON.stringify(loaded));`;
  const loaded = JSON.parse(execFileSync(process.execPath, ["--eval", program], { cwd: here }));
  const heavy = loaded.filter((name) => /http|net|tls|crypto|stream|worker|fs\/promises|undici/.test(name));
  assert.deepEqual(heavy, []);
});

test("the lock file names no place to fetch from", () => {
  const lock = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
  assert.doesNotMatch(lock, /"resolved"/);
});
