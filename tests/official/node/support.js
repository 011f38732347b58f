// The sandbox of a test file, and short ways to use the official client with it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { beforeEach } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Client, PathInput, product } from "mindee";

export const UNKNOWN = "fc405e37-4ba4-4d03-aeba-533a8d1f0f21";

export const PRODUCTS = {
  extraction: product.Extraction,
  split: product.Split,
  crop: product.Crop,
  classification: product.Classification,
  ocr: product.Ocr,
};

/** The shortest wait that the client allows. */
export const QUICK = { initialDelaySec: 1, delaySec: 1, maxRetries: 20 };

export const path = (name) => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
export const sample = (name) => new PathInput({ inputPath: path(name) });
export const sha256 = (name) => createHash("sha256").update(readFileSync(path(name))).digest("hex");

export function sandboxOf(file) {
  assert.ok(process.env.MINDEE_SANDBOXES, "run these tests with `npm test`");
  const ready = JSON.parse(process.env.MINDEE_SANDBOXES)[basename(fileURLToPath(file))];
  process.env.MINDEE_V2_API_HOST = new URL(ready.tls_base_url).host;
  process.env.MINDEE_V2_API_KEY = ready.api_key;
  const sandbox = new Sandbox(ready);
  beforeEach(() => sandbox.reset());
  return sandbox;
}

class Sandbox {
  constructor(ready) {
    this.address = ready.tls_base_url;
    this.apiKey = ready.api_key;
    this.models = ready.models;
    this.admin = ready.admin_url;
  }

  async ask(method, path, body) {
    const headers = { "content-type": "application/json" };
    const request = { method, headers, body: body && JSON.stringify(body) };
    const answer = await fetch(`${this.admin}${path}`, request);
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer;
  }

  async reset() {
    await this.ask("DELETE", "/rules");
    await this.ask("DELETE", "/seen");
  }

  rule(rule) {
    return this.ask("POST", "/rules", rule);
  }

  async seen() {
    return (await this.ask("GET", "/seen")).json();
  }

  async requests(route) {
    const { requests } = await this.seen();
    return requests.filter((one) => !route || one.route === route);
  }

  /** Names and values of the only enqueue, without the file and the model. */
  async fields() {
    const enqueues = await this.requests("enqueue");
    assert.equal(enqueues.length, 1);
    return enqueues[0].body.fields
      .filter(({ name }) => name !== "file" && name !== "model_id")
      .map(({ name, value }) => [name, value]);
  }

  /** The file part of the only enqueue. */
  async file() {
    const enqueues = await this.requests("enqueue");
    assert.equal(enqueues.length, 1);
    return enqueues[0].body.fields.find(({ name }) => name === "file");
  }

  webhook(name = "extraction") {
    return `a1b2c3d4-000${Object.keys(PRODUCTS).indexOf(name) + 1}-4a5b-8c6d-7e8f90a1b2c3`;
  }

  /** Sends a document, waits, and gives the inference. */
  async run(name = "extraction", source = sample("invoice.pdf"), options = {}) {
    const parameters = { modelId: this.models[name], ...options };
    const client = new Client();
    const response = await client.enqueueAndGetResult(PRODUCTS[name], source, parameters, QUICK);
    assert.ok(response instanceof PRODUCTS[name].responseClass);
    return response.inference;
  }

  /** Sends a document and gives the job, which is not waited for. */
  async enqueue(name = "extraction", source = sample("invoice.pdf"), options = {}) {
    const parameters = { modelId: this.models[name], ...options };
    return (await new Client().enqueue(PRODUCTS[name], source, parameters)).job;
  }

  /** Sends a document and asks for its job until that is over. */
  async finished(name = "extraction", options = {}) {
    const { id } = await this.enqueue(name, sample("invoice.pdf"), options);
    for (let tries = 0; tries < 200; tries += 1) {
      const { job } = await new Client().getJob(id);
      if (job.status !== "Processing") return job;
      await setTimeout(50);
    }
    throw new Error("the job did not end");
  }
}
