// Elements from plain values. Text always goes in as text: a name can hold anything and
// still is only shown.

/** An element with attributes and children; a child that is no node becomes text. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") {
      made.addEventListener("click", value);
    } else if (value !== undefined && value !== null) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** A point in time, with the exact one for whoever asks. */
export function time(text) {
  if (text === null) {
    return element("span", { class: "quiet" }, "never");
  }
  const moment = new Date(text);
  const shown = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return element("time", { datetime: text, title: text }, shown);
}

/** Says a short thing to eyes and screen readers alike. */
export function say(text) {
  const said = byId("said");
  said.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (said.textContent = ""), 2500);
}

/** Copies a text; false when the browser does not let us. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
    return true;
  } catch {
    say("The browser does not allow copying: select the text instead");
    return false;
  }
}

/** Shows trouble in its place, or hides the place. */
export function trouble(id, text) {
  const place = byId(id);
  place.textContent = text ?? "";
  place.hidden = !text;
}

/** Puts new content in place, unless it is the same: what has the focus keeps it. */
export function replace(place, value, make) {
  const known = JSON.stringify(value);
  if (place.known === known) {
    return;
  }
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...place.querySelectorAll("details[open]")].map((part) => part.id);
  place.replaceChildren(...make());
  place.known = known;
  for (const id of open) {
    byId(id)?.setAttribute("open", "");
  }
  if (focused) {
    byId(focused)?.focus();
  }
}
