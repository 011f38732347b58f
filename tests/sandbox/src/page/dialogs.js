// Dialogs: the browser's own, which keep the focus inside and close with Escape.
import { byId, trouble } from "./dom.js";

for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

/** Opens a form; `submit` does the work, and the dialog closes when that went well. */
export function openForm(id, troubleId, submit) {
  const dialog = byId(id);
  const form = dialog.querySelector("form");
  const button = form.querySelector("[type=submit]");
  trouble(troubleId, null);
  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await submit();
      dialog.close();
    } catch (error) {
      trouble(troubleId, error.message);
    } finally {
      button.disabled = false;
    }
  };
  dialog.showModal();
}

/** Asks before something is deleted. */
export function confirm(title, text, submit) {
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  openForm("confirm", "confirm-trouble", submit);
}
