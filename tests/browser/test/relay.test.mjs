// The relays of the examples, as a visitor meets them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, test } from "node:test";

import { open, root, screenshots, startBrowser, startSandbox } from "./stage.mjs";

const sandbox = await startSandbox();
const browser = await startBrowser();
const invoice = join(root, "tests/data/invoice.pdf");
const relays = {
  FastAPI: [process.env.PYTHON ?? join(root, ".venv/bin/python"), "-m", "uvicorn", "relay:app", "--port", "0"],
  Express: [process.execPath, join(root, "node/examples/relay/relay.mjs"), "0"],
};

/** Starts a relay and gives its address; it ends with this process. */
async function startRelay([program, ...args], options) {
  const env = {
    ...process.env,
    NODE_ENV: "production",
    PYTHONPATH: join(root, "py/examples/relay"),
    MINDEE_V2_API_KEY: sandbox.api_key,
    MINDEE_V2_BASE_URL: sandbox.base_url,
    MINDEE_MODEL_ID: sandbox.models.extraction,
    RELAY_RATE: "1000/minute",
    ...options,
  };
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  after(() => child.kill());
  const said = [];
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}: ${said.join("\n")}`)));
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on("line", (line) => {
        said.push(line);
        const address = line.match(/http:\/\/127\.0\.0\.1:\d+/);
        if (address) resolve(address[0]);
      });
    }
  });
}

/** Stands between the browser and a relay, and keeps every byte that the browser gets. */
async function listenIn(address) {
  const pieces = [];
  const server = createServer((browser) => {
    const relay = connect(Number(new URL(address).port), "127.0.0.1");
    relay.on("data", (piece) => pieces.push(piece));
    browser.pipe(relay).pipe(browser);
    browser.on("error", () => relay.destroy());
    relay.on("error", () => browser.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  return { address: `http://127.0.0.1:${server.address().port}`, received: () => Buffer.concat(pieces).toString() };
}

/** A window with a relay's page; `asked` gathers whom it talks to. */
async function visit(address, options) {
  const { page, context, troubles } = await open(browser, "about:blank", options);
  const asked = new Set();
  context.on("request", (request) => asked.add(new URL(request.url()).origin));
  await page.goto(address);
  return {
    page,
    troubles,
    asked,
    read: async (file) => {
      await page.getByLabel("Document").setInputFiles(file);
      await page.getByRole("button", { name: "Read it" }).click();
    },
    fields: page.getByRole("region", { name: "Fields" }),
    alert: async () => {
      await page.getByRole("alert").filter({ hasText: /./ }).waitFor();
      return await page.getByRole("alert").innerText();
    },
  };
}

const pdf = (name, bytes) => ({ name, mimeType: "application/pdf", buffer: bytes });

for (const [name, command] of Object.entries(relays)) {
  describe(name, async () => {
    const address = await startRelay(command);
    const strict = await startRelay(command, { RELAY_LARGEST: "1000000", RELAY_RATE: "4/minute" });

    test("a document is chosen, its fields are seen, and the key is in nothing that came", async () => {
      const wire = await listenIn(address);
      const { page, troubles, asked, read, fields } = await visit(wire.address);
      await read(invoice);
      await page.getByText("Reading invoice.pdf …").waitFor();
      await page.getByText("This is what invoice.pdf says:").waitFor();
      const [supplier, total] = ["supplier name", "total amount"].map((field) =>
        fields.locator(`dt:text-is("${field}") + dd`).first().innerText(),
      );
      assert.ok((await supplier).length > 1);
      assert.match(await total, /^[\d.]+$/);
      assert.equal(await page.getByRole("alert").innerText(), "");
      const all = wire.received();
      assert.ok(all.includes("<title>Read a document</title>") && all.includes(`"total_amount":${await total}`));
      for (const secret of [sandbox.api_key, sandbox.models.extraction, sandbox.base_url]) {
        assert.ok(!all.includes(secret) && !(await page.content()).includes(secret));
      }
      assert.deepEqual([...asked], [wire.address]);
      assert.deepEqual(troubles, []);
    });

    test("what is refused is told in words, and the next document is read", async () => {
      const { page, read, fields, alert } = await visit(strict);
      await read(pdf("letter.pdf", Buffer.from("Dear reader,\n")));
      assert.match(await alert(), /^This is not a kind of file that can be read\. Send PDF, /);
      await read(pdf("large.pdf", Buffer.concat([readFileSync(invoice), Buffer.alloc(8_000_000, " ")])));
      await page.getByText("This file is too large: 1 MB is the limit.").waitFor();
      await read(pdf("empty.pdf", Buffer.alloc(0)));
      await page.getByText("This file is empty.").waitFor();
      await read(invoice);
      await page.getByText("This is what invoice.pdf says:").waitFor();
      assert.equal(await page.getByRole("alert").innerText(), "");
      await read(invoice);
      assert.equal(await alert(), "Many documents are being read. Please try again in a minute.");
      assert.equal(await fields.innerText(), "");
    });

    test("it can be done from the keyboard", async () => {
      const { page, fields } = await visit(address);
      const chosen = new Promise((resolve) => page.once("filechooser", (chooser) => resolve(chooser.setFiles(invoice))));
      await page.keyboard.press("Tab");
      await page.locator("#file:focus").waitFor();
      await page.keyboard.press("Enter");
      await chosen;
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.getByText("This is what invoice.pdf says:").waitFor();
      assert.ok(await fields.getByText("supplier name").first().isVisible());
      // Whoever goes on by the keyboard goes on from where he was.
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Read it");
    });

    test("a name of a file brings no markup in", async () => {
      const { page, read } = await visit(address);
      const markup = `<img src=x onerror="document.title='broken in'">.pdf`;
      await read(pdf(markup, readFileSync(invoice)));
      await page.getByText(`This is what ${markup} says:`).waitFor();
      assert.equal(await page.locator("img").count(), 0);
      assert.equal(await page.title(), "Read a document");
    });

    for (const colorScheme of ["light", "dark"]) {
      for (const [shape, width] of [["wide", 1280], ["narrow", 360]]) {
        test(`it fits a ${shape} window in ${colorScheme}`, async (context) => {
          const folder = screenshots();
          const size = { viewport: { width, height: 800 }, colorScheme };
          const { page, read, alert } = await visit(address, size);
          const shoot = async (what) => {
            const path = join(folder, `relay-${name}-${what}-${shape}-${colorScheme}.png`);
            await page.screenshot({ path, fullPage: true });
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(overflow <= 0, `${what} is ${overflow} pixels wider than the window`);
          };
          await shoot("page");
          await read(pdf("a letter with a rather long name, as people give them, 2026-11.pdf", Buffer.from("Dear\n")));
          await alert();
          await shoot("refused");
          await read(invoice);
          await page.getByText("This is what invoice.pdf says:").waitFor();
          await shoot("fields");
          context.diagnostic(`screenshots are in ${folder}`);
        });
      }
    }
  });
}
