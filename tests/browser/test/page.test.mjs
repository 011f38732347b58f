// Models, webhooks, jobs and usage; what must not get in; and how it all looks.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";

import { open, screenshots, startBrowser, startSandbox, upload } from "./stage.mjs";

const sandbox = await startSandbox("--webhook-retries", "");
const browser = await startBrowser();
const MARKUP = `<img src=x onerror="document.title='broken in'"><script>document.title='broken in'</script>`;

/** A receiver on this machine; it fails as long as `failing` says so. */
async function receiver() {
  const receiver = { failing: true, bodies: [] };
  const server = createServer((request, answer) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      receiver.bodies.push(Buffer.concat(pieces));
      answer.writeHead(receiver.failing ? 500 : 204).end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  receiver.url = `http://127.0.0.1:${server.address().port}/hook`;
  return receiver;
}

test("a webhook is created, its secret copied, a failed delivery repeated, and it is deleted", async () => {
  const hook = await receiver();
  const { page, troubles } = await open(browser, `${sandbox.page_url}#models`);
  await page.getByText("Invoice", { exact: true }).click();
  await page.getByText("supplier_name").waitFor();
  await page.getByRole("button", { name: "Create webhook for Invoice" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("My receiver");
  await page.getByRole("textbox", { name: "URL" }).fill("http://elsewhere.example/hook");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("url must be https, or http to this machine").waitFor();
  await page.getByRole("textbox", { name: "URL" }).fill(hook.url);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("Webhook created").waitFor();
  await page.getByRole("button", { name: "Copy signing secret of My receiver" }).click();
  const secret = await page.evaluate(() => navigator.clipboard.readText());
  const { webhooks } = await sandbox.ask("GET", "webhooks");
  const made = webhooks.find((webhook) => webhook.name === "My receiver");
  assert.equal(secret, made.signing_secret);
  assert.ok(!(await page.content()).includes(secret));

  await upload(sandbox, { name: "delivered.png", webhook: made.id });
  await page.getByRole("link", { name: "Jobs" }).click();
  await page.getByText("delivered.png").click();
  await page.getByText("The endpoint answered 500.").waitFor();
  hook.failing = false;
  await page.getByRole("button", { name: "Redeliver delivered.png to My receiver" }).click();
  await page.getByText("answered 204").waitFor();
  assert.deepEqual(hook.bodies[0], hook.bodies[1]);

  await page.getByRole("link", { name: "Models" }).click();
  await page.getByText("Invoice", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Delete webhook My receiver" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Webhook deleted").waitFor();
  // The only complaint is the browser's own, about the address that was refused.
  assert.deepEqual(troubles.filter((trouble) => !trouble.includes("422")), []);
});

test("names of keys, files and webhooks cannot inject markup", async () => {
  await sandbox.ask("POST", "keys", { name: MARKUP.slice(0, 100) });
  await sandbox.ask("POST", "webhooks", { model_id: sandbox.models.extraction, name: MARKUP.slice(0, 100), url: "https://hooks.example.com/" });
  await upload(sandbox, { name: MARKUP });
  const { page, troubles } = await open(browser, sandbox.page_url);
  for (const [part, shown] of [["keys", ".name"], ["models", ".hook .name"], ["jobs", ".name"]]) {
    await page.goto(`${sandbox.page_url}#${part}`);
    const place = page.locator(`[data-page=${part}]`);
    await place.locator(shown).filter({ hasText: "<img src=x" }).first().waitFor({ state: "attached" });
    assert.equal(await place.locator("img, script").count(), 0);
    assert.ok(!(await page.title()).includes("broken in"));
  }
  assert.deepEqual(troubles, []);
});

test("the policy of the page stops a script that got in after all", async () => {
  const { page } = await open(browser, sandbox.page_url);
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.body.dataset.ran = 'yes'";
    document.body.append(script);
    return document.body.dataset.ran;
  });
  assert.equal(ran, undefined);
});

test("a page of another origin gets nothing and changes nothing", async () => {
  const server = createServer((_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end("<p>elsewhere"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  const { page } = await open(browser, `http://127.0.0.1:${server.address().port}/`);
  const before = await sandbox.ask("GET", "keys");
  const outcome = await page.evaluate(async (url) => {
    const tries = [
      () => fetch(`${url}/keys`).then((answer) => answer.text()),
      () => fetch(`${url}/keys`, { method: "POST", mode: "no-cors", body: '{"name":"stolen"}' }).then((answer) => answer.type),
    ];
    return Promise.all(tries.map((attempt) => attempt().catch(() => "refused")));
  }, sandbox.admin_url);
  assert.deepEqual(outcome, ["refused", "opaque"]);
  assert.deepEqual(await sandbox.ask("GET", "keys"), before);
});

test("usage tells documents and pages", async () => {
  const { page } = await open(browser, `${sandbox.page_url}#usage`);
  const meter = await sandbox.ask("GET", "meter");
  const figure = page.locator(".figure").filter({ hasText: "Documents" });
  assert.equal(await figure.locator("b").innerText(), String(meter.billed.documents));
});

for (const colorScheme of ["light", "dark"]) {
  for (const [shape, width] of [["wide", 1280], ["narrow", 360]]) {
    test(`it fits a ${shape} window in ${colorScheme}`, async (context) => {
      const own = await startSandbox();
      const hook = await receiver();
      for (const name of ["staging", "prod"]) {
        await own.ask("POST", "keys", { name });
      }
      const webhook = await own.ask("POST", "webhooks", { model_id: own.models.extraction, name: "Accounting", url: hook.url });
      await upload(own, { name: "invoice 2026-11 with a rather long name, as people give them.pdf", webhook: webhook.id });
      await upload(own);
      const folder = screenshots();
      const { page } = await open(browser, own.page_url, { viewport: { width, height: 800 }, colorScheme });
      const shoot = async (name) => {
        await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
        const path = join(folder, `${name}-${shape}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage: true });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${name} is ${overflow} pixels wider than the window`);
      };
      await page.getByText("staging", { exact: true }).waitFor();
      await shoot("keys");
      await page.getByRole("button", { name: "Create API Key" }).click();
      await page.getByRole("textbox", { name: "Name" }).fill("dev");
      await shoot("new-key");
      await page.getByRole("button", { name: "Create", exact: true }).click();
      await page.getByText("Your new API key").waitFor();
      await shoot("shown-key");
      await page.getByRole("button", { name: "Done" }).click();
      await page.getByRole("button", { name: "Delete dev" }).click();
      await shoot("confirm");
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("link", { name: "Models" }).click();
      await page.getByText("Invoice", { exact: true }).click();
      await shoot("models");
      await page.getByRole("link", { name: "Jobs" }).click();
      await page.getByText("invoice 2026-11").click();
      await page.getByText("answered 500").first().waitFor();
      await shoot("jobs");
      await page.getByRole("link", { name: "Usage" }).click();
      await page.getByText("Documents").waitFor();
      await shoot("usage");
      context.diagnostic(`screenshots are in ${folder}`);
    });
  }
}
