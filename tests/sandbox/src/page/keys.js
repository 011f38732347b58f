// Settings → API Keys.
import { confirm, openForm } from "./dialogs.js";
import { byId, copy, element, replace, say, time } from "./dom.js";
import { ask } from "./server.js";

export async function show() {
  const { keys } = await ask("GET", "keys");
  replace(byId("key-rows"), keys, () =>
    keys.length === 0
      ? [element("tr", {}, element("td", { class: "empty", colspan: "5" }, "There are no keys: every request is refused."))]
      : keys.map(row),
  );
}

function row(key) {
  const remove = element(
    "button",
    { type: "button", class: "small plain-danger", id: `delete-${key.id}`, "aria-label": `Delete ${key.name}`, onclick: () => askToDelete(key) },
    "Delete",
  );
  return element(
    "tr",
    {},
    element("td", { class: "name" }, key.name),
    element("td", { class: "mono", "data-label": "Key" }, `…${key.last_four}`),
    element("td", { "data-label": "Created" }, time(key.created_at)),
    element("td", { "data-label": "Last used" }, time(key.last_used_at)),
    element("td", { class: "end" }, remove),
  );
}

function askToDelete(key) {
  const text = `Requests with “${key.name}” (…${key.last_four}) are refused from then on. This cannot be undone.`;
  confirm("Delete this API key?", text, async () => {
    await ask("DELETE", `keys/${key.id}`);
    await show();
    say("Key deleted");
    byId("create-key").focus();
  });
}

byId("create-key").addEventListener("click", () => {
  const name = byId("key-name");
  name.value = "";
  let made = null;
  openForm("new-key", "key-trouble", async () => {
    made = await ask("POST", "keys", { name: name.value });
    await show();
    present(made.key);
  });
});

/** Shows the key for the only time; it leaves the page with the dialog. */
function present(key) {
  const dialog = byId("shown-key");
  const text = byId("shown-key-text");
  text.value = key;
  byId("copy-key").onclick = async () => {
    if (!(await copy(key))) {
      text.select();
    }
  };
  dialog.addEventListener(
    "close",
    () => {
      text.value = "";
      byId("copy-key").onclick = null;
      byId("create-key").focus();
    },
    { once: true },
  );
  dialog.showModal();
  byId("copy-key").focus();
}
