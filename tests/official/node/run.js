// Starts one sandbox for each test file, and the tests with what they need to find and
// to trust it: Node reads NODE_EXTRA_CA_CERTS only when it starts.

import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = resolve(root, process.env.MINDEE_SANDBOX ?? "target/debug/mindee-sandbox");
const results = ["--results", join(root, "tests/data/results")];

// The results of options.test.js are made from the data schema and the options.
const files = {
  "client.test.js": results,
  "jobs.test.js": results,
  "options.test.js": [],
  "products.test.js": results,
  "refusals.test.js": results,
  "sources.test.js": results,
};

async function start(flags, caFile) {
  const always = ["--exit-with-stdin", "--tls", "--ca-file", caFile, "--processing-ms", "100"];
  const child = spawn(program, [...always, ...flags], { stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise((settle, fail) => {
    child.once("error", fail);
    child.once("exit", settle);
  });
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, "line"), ended]);
  if (!Array.isArray(first)) throw new Error("the sandbox did not start: is it built?");
  return { ready: JSON.parse(first[0]), stop: () => (child.stdin.end(), ended) };
}

const folder = await mkdtemp(join(tmpdir(), "mindee-official-"));
try {
  const names = Object.keys(files);
  const caFiles = names.map((name) => join(folder, `${name}.pem`));
  const sandboxes = await Promise.all(names.map((name, n) => start(files[name], caFiles[n])));

  const trusted = join(folder, "all.pem");
  await writeFile(trusted, await Promise.all(caFiles.map((file) => readFile(file, "utf8"))));
  const ready = Object.fromEntries(names.map((name, n) => [name, sandboxes[n].ready]));

  const tests = names.map((name) => fileURLToPath(new URL(`test/${name}`, import.meta.url)));
  const node = spawn(process.execPath, ["--test", "--test-concurrency=6", ...tests], {
    stdio: "inherit",
    env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted, MINDEE_SANDBOXES: JSON.stringify(ready) },
  });
  [process.exitCode] = await once(node, "exit");

  const codes = await Promise.all(sandboxes.map((sandbox) => sandbox.stop()));
  if (codes.some((code) => code !== 0)) throw new Error(`the sandboxes ended with ${codes}`);
} finally {
  await rm(folder, { recursive: true });
}
