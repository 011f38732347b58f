// The worker of the official Node client, with the same arguments as ours.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { given, measure } from "./measure.mjs";

// It is installed beside the tests that use it.
const beside = createRequire(join(process.env.BENCH_OFFICIAL_NODE, "package.json"));
const { Client, PathInput, product } = await import(pathToFileURL(beside.resolve("mindee")));

const client = new Client();
const { subject, model: modelId } = given;
const source = () => new PathInput({ inputPath: subject });
const enqueue = () => client.enqueue(product.Extraction, source(), { modelId });
const run = () => client.enqueueAndGetResult(product.Extraction, source(), { modelId });
const calls = { get: () => client.getJob(subject), enqueue, upload: enqueue, batch: run, idle: run };
await measure(calls[given.task]);
