// The Node worker: a task, how many, how many at once, its subject and the model.

import { createRequire } from "node:module";
import { given, measure } from "./measure.mjs";

const { Client } = createRequire(import.meta.url)(process.env.BENCH_NODE_PACKAGE);
const client = new Client({
  caFile: process.env.BENCH_CA_FILE,
  postsPerMinute: 1_000_000,
  getsPerMinute: given.task === "idle" ? 1200 : 1_000_000,
});
const { subject, model: modelId } = given;
const enqueue = () => client.extraction.enqueue({ path: subject }, { modelId });
const run = () => client.extraction.run({ path: subject }, { modelId });
const calls = { get: () => client.jobs.get(subject), enqueue, upload: enqueue, batch: run, idle: run };
await measure(calls[given.task]);
