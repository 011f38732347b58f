// Models with their data schema, and the webhooks of each.
import { confirm, openForm } from "./dialogs.js";
import { byId, copy, element, replace, say } from "./dom.js";
import { ask } from "./server.js";

export async function show() {
  const { models } = await ask("GET", "state");
  replace(byId("model-list"), models, () => models.map(card));
}

function card(model) {
  const inner = element("div", { class: "inner" });
  inner.append(
    element(
      "dl",
      { class: "facts" },
      element("dt", {}, "Model id"),
      element("dd", {}, element("code", {}, model.id), " ", copyButton("model id", model.id)),
    ),
  );
  if (model.data_schema.fields.length > 0) {
    inner.append(element("h3", {}, "Data schema"), fields(model.data_schema.fields));
  }
  if (model.classes.length > 0) {
    inner.append(element("h3", {}, "Classes"), element("p", { class: "row" }, ...model.classes.map((name) => element("span", { class: "pill" }, name))));
  }
  const create = element("button", { type: "button", class: "small", id: `hook-${model.id}`, "aria-label": `Create webhook for ${model.name}`, onclick: () => askToCreate(model) }, "Create webhook");
  inner.append(element("div", { class: "row between" }, element("h3", {}, "Webhooks"), create));
  inner.append(...model.webhooks.map(hook));
  if (model.webhooks.length === 0) {
    inner.append(element("p", { class: "quiet" }, "None yet."));
  }
  return element(
    "details",
    { class: "card", id: `model-${model.id}` },
    element("summary", {}, element("span", { class: "name" }, model.name), element("span", { class: "pill" }, model.model_type), element("span", { class: "quiet push" }, webhooks(model.webhooks.length))),
    inner,
  );
}

const webhooks = (count) => (count === 1 ? "1 webhook" : `${count} webhooks`);

function fields(list) {
  const item = (field) => {
    const type = field.is_array ? `list of ${field.type}` : field.type;
    const line = element("div", {}, element("code", {}, field.name), element("span", { class: "quiet" }, type.replaceAll("_", " ")), element("span", {}, field.description));
    return element("li", {}, line, field.nested_fields?.length ? element("ul", {}, ...field.nested_fields.map(item)) : null);
  };
  return element("ul", { class: "fields" }, ...list.map(item));
}

function hook(webhook) {
  const remove = element("button", { type: "button", class: "small plain-danger", id: `delete-${webhook.id}`, "aria-label": `Delete webhook ${webhook.name}`, onclick: () => askToDelete(webhook) }, "Delete");
  return element(
    "div",
    { class: "hook" },
    element("div", { class: "row between" }, element("span", { class: "name" }, webhook.name), remove),
    element("div", { class: "address" }, webhook.url),
    element(
      "dl",
      { class: "facts" },
      element("dt", {}, "Webhook id"),
      element("dd", {}, element("code", {}, webhook.id), " ", copyButton(`webhook id of ${webhook.name}`, webhook.id)),
      element("dt", {}, "Signing secret"),
      element("dd", {}, element("code", {}, `${webhook.signing_secret.slice(0, 8)}…`), " ", copyButton(`signing secret of ${webhook.name}`, webhook.signing_secret)),
    ),
  );
}

const copyButton = (what, text) =>
  element("button", { type: "button", class: "small", "aria-label": `Copy ${what}`, onclick: () => copy(text) }, "Copy");

function askToDelete(webhook) {
  const text = `Nothing more is sent to “${webhook.name}”, and a request that names its id is refused.`;
  confirm("Delete this webhook?", text, async () => {
    await ask("DELETE", `webhooks/${webhook.id}`);
    await show();
    say("Webhook deleted");
  });
}

function askToCreate(model) {
  const [name, url] = [byId("webhook-name"), byId("webhook-url")];
  name.value = "";
  url.value = "";
  byId("new-webhook-model").textContent = `For the model ${model.name}. A signing secret is made for it.`;
  openForm("new-webhook", "webhook-trouble", async () => {
    await ask("POST", "webhooks", { model_id: model.id, name: name.value, url: url.value });
    await show();
    say("Webhook created");
  });
}
