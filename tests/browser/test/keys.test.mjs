// Settings → API Keys, from the first click to the refusal.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { open, root, startBrowser, startSandbox, use } from "./stage.mjs";

const sandbox = await startSandbox();
const browser = await startBrowser();
const python = join(root, ".venv/bin/python");

/** Makes a key on the page and returns its text; the dialog that shows it stays open. */
async function create(page, name) {
  await page.getByRole("button", { name: "Create API Key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  return page.getByRole("textbox", { name: "API key" }).inputValue();
}

/** What the Python client says of a key: how many models there are, or how it was refused. */
async function inPython(key) {
  const script = `
from mindee_core import Client, MindeeError
import sys
try:
    print(sum(1 for _ in Client(api_key=sys.argv[1], base_url=sys.argv[2]).models.search()))
except MindeeError as error:
    print(error.http_status, error.problem.code)
`;
  const told = await promisify(execFile)(python, ["-c", script, key, sandbox.base_url]);
  return told.stdout.trim();
}

test("a key is created, copied, used, forgotten by the page, and deleted for good", async () => {
  const { page, troubles } = await open(browser, sandbox.page_url);
  const key = await create(page, "dev");
  assert.match(key, /^md_sandbox_\w{32}$/);
  assert.ok(await page.getByText("It cannot be shown again.").isVisible());
  await page.getByRole("button", { name: "Copy" }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
  await page.getByText("Copied").waitFor();
  await page.getByRole("button", { name: "Done" }).click();
  assert.deepEqual(await use(sandbox, key), [200, undefined]);

  await page.reload();
  const row = page.getByRole("row", { name: /^dev/ });
  await row.waitFor();
  assert.ok(!(await page.content()).includes(key));
  assert.ok((await row.innerText()).includes(`…${key.slice(-4)}`));

  await row.getByRole("button", { name: "Delete dev" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
  assert.deepEqual(await use(sandbox, key), [200, undefined]);
  assert.equal(await row.count(), 1);

  await row.getByRole("button", { name: "Delete dev" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Key deleted").waitFor();
  assert.deepEqual(await use(sandbox, key), [401, "401-001"]);
  assert.equal(await row.count(), 0);
  assert.deepEqual(await use(sandbox, sandbox.api_key), [200, undefined]);
  assert.deepEqual(troubles, []);
});

test("the Python client works with a key from the page, and is refused once it is deleted", async () => {
  assert.ok(existsSync(python), `${python} is missing: make python`);
  const { page } = await open(browser, sandbox.page_url);
  const key = await create(page, "python");
  await page.getByRole("button", { name: "Done" }).click();
  assert.equal(await inPython(key), "5");
  await page.getByRole("button", { name: "Delete python" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Key deleted").waitFor();
  assert.equal(await inPython(key), "401 401-001");
});

test("the key is not in the page once its dialog is closed", async () => {
  const { page } = await open(browser, sandbox.page_url);
  const key = await create(page, "closing");
  await page.keyboard.press("Escape");
  await page.locator("#create-key:focus").waitFor();
  const left = await page.evaluate(
    (key) => [...document.querySelectorAll("input, textarea")].some((input) => input.value === key),
    key,
  );
  assert.equal(left, false);
  assert.ok(!(await page.content()).includes(key));
});

test("everything can be done from the keyboard", async () => {
  const { page } = await open(browser, sandbox.page_url);
  const press = (key) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  const go = async (wanted) => {
    for (let steps = 0; (await focused()) !== wanted; steps += 1) {
      assert.ok(steps < 40, `Tab never came to ${wanted}`);
      await press("Tab");
    }
  };
  await press("Tab");
  assert.equal(await focused(), "Skip to content");
  await go("Create API Key");
  await press("Enter");
  await page.keyboard.type("typed");
  await press("Enter");
  await page.getByText("Your new API key").waitFor();
  await page.locator("#copy-key:focus").waitFor();
  await press("Enter");
  await page.getByText("Copied").waitFor();
  const key = await page.evaluate(() => navigator.clipboard.readText());
  assert.deepEqual(await use(sandbox, key), [200, undefined]);
  await press("Escape");
  await page.locator("#create-key:focus").waitFor();

  const remove = page.getByRole("button", { name: "Delete typed" });
  await remove.focus();
  await press("Enter");
  await page.getByRole("alertdialog").waitFor();
  assert.equal(await focused(), "Cancel");
  await press("Escape");
  assert.deepEqual(await use(sandbox, key), [200, undefined]);
  await page.locator("[aria-label='Delete typed']:focus").waitFor();
  await press("Enter");
  await page.getByRole("alertdialog").waitFor();
  await press("Tab");
  assert.equal(await focused(), "Delete");
  await press("Enter");
  await page.getByText("Key deleted").waitFor();
  assert.deepEqual(await use(sandbox, key), [401, "401-001"]);
});

test("a name that is taken is told in the dialog, which stays open", async () => {
  const { page } = await open(browser, sandbox.page_url);
  await create(page, "taken");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Create API Key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("taken");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("there is a key named taken already").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Name" }).inputValue(), "taken");
});
