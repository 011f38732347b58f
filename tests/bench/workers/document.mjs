// Files made ready in Node: whose, the task, a file, how often, and a file to write or -.

import { readFileSync, writeFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [whose, given, file, count, out] = process.argv.slice(2);
const [task, ...size] = given.split(":");
const peers = createRequire(join(process.env.BENCH_NODE_PEERS ?? ".", "package.json"));

function ours() {
  const { document } = createRequire(import.meta.url)(process.env.BENCH_NODE_PACKAGE);
  const [width, , fast] = size;
  const wish = { maxWidth: Number(width), fast: fast === "fast" };
  return {
    inspect: async () => (await document.inspect({ path: file })).pages,
    keep: async () => (await document.keepPages({ path: file }, [0, -2, -1])).content,
    shrink: async () => (await document.shrink({ path: file }, wish)).content,
  };
}

function sharp() {
  const sharp = peers("sharp");
  // Else every call but the first would find the picture decoded.
  sharp.cache(false);
  const [width, height] = size.map(Number);
  const shrunk = () => sharp(file).resize(width, height, { fit: "fill" }).jpeg({ quality: 85 });
  return { shrink: () => shrunk().toBuffer() };
}

async function official() {
  const { PathInput } = await import(pathToFileURL(peers.resolve("mindee")));
  const opened = async () => {
    const source = new PathInput({ inputPath: file });
    await source.init();
    return source;
  };
  const keep = async () => {
    const source = await opened();
    const pageIndexes = [0, -2, -1];
    await source.applyPageOptions({ operation: "KEEP_ONLY", pageIndexes, onMinPages: 0 });
    return source.fileObject;
  };
  return { inspect: async () => (await opened()).getPageCount(), keep };
}

function status(name) {
  const text = readFileSync("/proc/self/status", "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)[1]);
}

const make = (await { ours, sharp, official }[whose]())[task];
try {
  // Lets the peak start anew from what is in memory now.
  writeFileSync("/proc/self/clear_refs", "5");
} catch {
  // Then the peak of the start counts too.
}
const start = status("VmRSS");
let made = await make();
const peak = status("VmHWM");
const times = [];
for (let number = 0; number < Number(count); number += 1) {
  made = undefined;
  const begun = performance.now();
  made = await make();
  times.push((performance.now() - begun) / 1000);
}
if (out !== "-") {
  writeFileSync(out, made);
}
const told = { times, start_kib: start, peak_kib: peak, bytes: made.length ?? 0 };
writeSync(1, JSON.stringify(told));
process.exit(0);
