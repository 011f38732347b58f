// A relay between browsers and Mindee: node relay.mjs <port>
//
// A browser must not have the key, so it sends its document here and gets the fields back. A document
// is passed on while it arrives: it is neither written down nor held in memory.
//
// GET  /           the page
// POST /documents  the document as the body, its name in X-Filename as encodeURIComponent writes it;
//                  answers {"fields": {name: value}}, or {"error": "text for people"}
//
// MINDEE_V2_API_KEY  the key
// MINDEE_MODEL_ID    the model that reads the documents
// RELAY_LARGEST      the largest document, in bytes
// RELAY_RATE         documents for each visitor, such as 10/minute
// RELAY_DEADLINE     seconds that one document may take
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import express from "express";
import { rateLimit } from "express-rate-limit";
import { Client, MindeeError } from "mindee-core";

const { MINDEE_MODEL_ID, RELAY_RATE = "10/minute" } = process.env;
const LARGEST = Number(process.env.RELAY_LARGEST ?? 20_000_000);
const DEADLINE = Number(process.env.RELAY_DEADLINE ?? 120);
const PAGE = readFileSync(new URL("page.html", import.meta.url), "utf8");

const KINDS = "PDF, JPEG, PNG, WebP, TIFF, HEIC or HEIF";
const LATER = "The document could not be read just now. Please try again later.";
/** What visitors are told, by the error's code. The error itself is for the log. */
const ANSWERS = {
  "source.empty": [400, "This file is empty."],
  "source.unreadable": [400, "The upload broke off. Please try again."],
  "source.too_large": [413, `This file is too large: ${Math.floor(LARGEST / 1_000_000)} MB is the limit.`],
  "source.type_refused": [415, `This is not a kind of file that can be read. Send ${KINDS}.`],
  "job.failed": [400, "This document could not be read. Is it whole, and not locked?"],
  rate_limited: [429, "Many documents are being read. Please try again in a minute."],
  "timeout.deadline": [504, "Reading took too long. Please try again, with fewer pages."],
};

/** The page's own scripts or styles, as its security policy names them. */
function hashes(tag) {
  const texts = [...PAGE.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))];
  return texts.map(([, text]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`).join(" ");
}

const HEADERS = {
  "Content-Security-Policy":
    `default-src 'none'; script-src ${hashes("script")}; style-src ${hashes("style")}; img-src data:; ` +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

class TooLarge extends Error {}

/** The document as it arrives, up to the limit. */
async function* document(request) {
  let left = LARGEST;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    left -= chunk.length;
    if (left < 0) throw new TooLarge();
    yield chunk;
  }
}

/** The file's name: nothing in it may begin a line of the log. */
function nameOf(request) {
  try {
    return decodeURIComponent(request.get("X-Filename")).replace(/\p{C}/gu, "");
  } catch {
    return "";
  }
}

/** A field's value, without what else is known about it. */
function plain(field) {
  if (field.kind === "list") return field.items.map(plain);
  return field.kind === "object" ? values(field.fields) : field.value;
}

const values = (fields) => Object.fromEntries([...fields].map(([name, field]) => [name, plain(field)]));

function refuse(response, code) {
  const [status, error] = ANSWERS[code] ?? [502, LATER];
  response.status(status).json({ error });
}

const client = new Client();
const app = express();
app.disable("x-powered-by");
// Only a proxy on this machine is believed whom it speaks for.
app.set("trust proxy", "loopback");

const [documents, unit] = RELAY_RATE.split("/");
const rate = rateLimit({
  limit: Number(documents),
  windowMs: { second: 1000, minute: 60_000, hour: 3_600_000 }[unit],
  // The network that IPv6 gives to one home is one visitor.
  ipv6Subnet: 64,
  handler: (request, response) => refuse(response, "rate_limited"),
});

// Pages of other sites cannot send this header without leave, which is never given.
function hasName(request, response, next) {
  if (request.get("X-Filename") !== undefined) return next();
  response.status(400).json({ error: "The file's name is missing." });
}

app.get("/", (request, response) => response.set(HEADERS).type("html").send(PAGE));

app.post("/documents", hasName, rate, async (request, response) => {
  if (Number(request.get("Content-Length")) > LARGEST) return refuse(response, "source.too_large");
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const source = { stream: document(request), filename: nameOf(request) };
  const options = { modelId: MINDEE_MODEL_ID, deadline: DEADLINE, signal: gone.signal };
  try {
    const inference = await client.extraction.run(source, options);
    response.json({ fields: values(inference.result.fields) });
  } catch (error) {
    if (!(error instanceof MindeeError)) throw error;
    console.warn(error.message);
    refuse(response, error.cause instanceof TooLarge ? "source.too_large" : error.code);
  }
  request.resume(); // What is left of the body is thrown away, so that the answer is heard.
});

// Four arguments make it the handler of errors, and none of them shows a visitor a stack.
app.use((error, request, response, next) => {
  console.error(error);
  refuse(response, error.code);
});

const server = app.listen(Number(process.argv[2]), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
