// The sandbox as a program, and Chromium to look at its page.
import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = process.env.MINDEE_SANDBOX ?? join(root, "target/debug/mindee-sandbox");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

function need(path, how) {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw new Error(`${path} is missing: ${how}`);
  }
}

/** Starts a sandbox; it ends with this process. */
export async function startSandbox(...flags) {
  need(program, "cargo build -p mindee-sandbox");
  const child = spawn(program, ["--exit-with-stdin", "--processing-ms", "50", ...flags], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  after(() => child.stdin.end());
  const ready = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the sandbox ended with ${code}`)));
    createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line)));
  });
  const ask = async (method, route, body) => {
    const answer = await fetch(`${ready.admin_url}/${route}`, {
      method,
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
    return answer.json();
  };
  return { ...ready, ask };
}

/** Starts Chromium; every page it opens fails the test on an error of its own. */
export async function startBrowser() {
  need(executablePath, "on Debian, apt-get install chromium");
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  after(() => browser.close());
  return browser;
}

/** A window with the page; `troubles` gathers what its console and its scripts complain of. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  await page.goto(url);
  return { page, context, troubles };
}

/** Where screenshots go. */
export function screenshots() {
  const folder = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "sandbox-page-"));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The status and code that a request with this key gets. */
export async function use(sandbox, key) {
  const answer = await fetch(`${sandbox.base_url}/v2/search/models`, { headers: { authorization: key } });
  const told = await answer.json();
  return [answer.status, told.code];
}

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** Sends a document and returns the job's id. */
export async function upload(sandbox, { name = "receipt.png", webhook } = {}) {
  const form = new FormData();
  form.set("model_id", sandbox.models.extraction);
  form.set("file", new Blob([PNG]), "receipt.png");
  form.set("filename", name);
  if (webhook) {
    form.set("webhook_ids", webhook);
  }
  const answer = await fetch(`${sandbox.base_url}/v2/products/extraction/enqueue`, {
    method: "POST",
    headers: { authorization: sandbox.api_key },
    body: form,
  });
  return (await answer.json()).job.id;
}
