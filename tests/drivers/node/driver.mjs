// Plays conformance requests from stdin through the public face of the Node package.
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { Client, MindeeError } from "../../../node/dist/index.mjs";

const { version } = JSON.parse(readFileSync(new URL("../../../node/package.json", import.meta.url)));

const encode = (text) =>
  encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const say = (...parts) => process.stdout.write(`${parts.map((part) => encode(String(part))).join("\t")}\n`);
const camel = (key) => key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
// `JSON.stringify` knows no bigint, and a whole number beyond 2^53 is one.
const text = (json) => (typeof json === "bigint" ? String(json) : JSON.stringify(json));

const sources = {
  path: (path) => ({ path }),
  url: (url) => ({ url }),
  text: (source) => source,
  base64: (base64, filename) => ({ base64, filename }),
  bytes: (path, filename) => ({ bytes: readFileSync(path), filename }),
  reader: (path, filename) => ({ stream: createReadStream(path), filename }),
};

async function* answers(request) {
  const client = new Client(request.client);
  const { product, id, options } = request;
  const source = request.source && sources[request.source[0]](...request.source.slice(1));
  switch (request.call) {
    case "run":
    case "enqueue":
      return yield await client[product][request.call](source, options);
    case "result":
      return yield await client[product].result(id, options);
    case "models.search":
      return yield* client.models.search(options).pages();
    default:
      return yield await client.jobs[request.call.slice("jobs.".length)](id, options);
  }
}

async function play(request) {
  try {
    for await (const answer of answers(request)) {
      say("body", answer.raw.toString());
      if (answer.resumeToken !== undefined) {
        say("about", "resume_token", answer.resumeToken);
      }
      for (const pointer of request.read) {
        const value = answer.pointer(pointer);
        say("value", pointer, value === undefined ? "missing" : text(value));
      }
    }
  } catch (error) {
    if (!(error instanceof MindeeError)) {
      throw error;
    }
    say("error", JSON.stringify(error.payload), error.categoryNumber, error.name, error.body ? 1 : 0);
  }
  say("done");
}

const fresh = () => ({ client: {}, options: {}, read: [] });
let request = fresh();
say("ready", "node", version);
for await (const line of createInterface({ input: process.stdin })) {
  const [kind, ...parts] = line.split("\t").map(decodeURIComponent);
  if (kind === "client") {
    request.client[camel(parts[0])] = JSON.parse(parts[1]);
  } else if (kind === "option") {
    request.options[camel(parts[0])] = JSON.parse(parts[1]);
  } else if (kind === "source") {
    request.source = parts;
  } else if (kind === "read") {
    request.read.push(parts[0]);
  } else if (kind === "go") {
    await play(request);
    request = fresh();
  } else {
    request[kind] = parts[0];
  }
}
