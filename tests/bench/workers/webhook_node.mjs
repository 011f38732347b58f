// Webhooks in Node: `ours` or `official`, a body's file, the secret, and how often.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [kind, file, secret, often] = process.argv.slice(2);
const count = Number(often);
const body = readFileSync(file);
const sign = () => createHmac("sha256", secret).update(body).digest("hex");
const [signature, wrong] = [sign(), "0".repeat(64)];
const FIELD = "total_amount";

function ours() {
  const { webhook, WebhookError } = createRequire(import.meta.url)(process.env.BENCH_NODE_PACKAGE);
  const unwrap = (signature) => webhook.unwrap(body, { "x-signature": signature }, secret);
  return {
    read: () => unwrap(signature).inference.result.fields.get(FIELD).value,
    refuse: () => {
      try {
        unwrap(wrong);
      } catch (error) {
        if (error instanceof WebhookError) return;
      }
      throw new Error("a wrong signature was taken");
    },
  };
}

async function official() {
  const beside = createRequire(join(process.env.BENCH_OFFICIAL_NODE, "package.json"));
  const { product, v2 } = await import(pathToFileURL(beside.resolve("mindee")));
  return {
    read: async () => {
      const response = new v2.LocalResponse(body);
      await response.init();
      if (!response.isValidHmacSignature(secret, signature)) throw new Error("refused");
      const { inference } = await response.deserializeResponse(product.ExtractionResponse);
      return inference.result.fields.get(FIELD).value;
    },
    refuse: async () => {
      const response = new v2.LocalResponse(body);
      await response.init();
      if (response.isValidHmacSignature(secret, wrong)) throw new Error("taken");
    },
  };
}

async function taken(call) {
  const begun = performance.now();
  await call();
  return (performance.now() - begun) * 1000;
}

const { read, refuse } = await { ours, official }[kind]();
const times = { read: [], refuse: [], bare: [] };
for (let turn = 0; turn < count; turn += 1) {
  times.read.push(await taken(read));
}
for (let turn = 0; turn < Math.max(count, 25); turn += 1) {
  // Together, so that what disturbs one disturbs the other, and each of them first in turn.
  const pair = [["refuse", refuse], ["bare", sign]];
  for (const [name, call] of turn % 2 ? pair : pair.reverse()) {
    times[name].push(await taken(call));
  }
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const told = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
console.log(JSON.stringify({ ...told, value: await read() }));
