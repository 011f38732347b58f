// Which part of the page is shown, and when it is brought up to date.
import { byId, trouble } from "./dom.js";
import * as jobs from "./jobs.js";
import * as keys from "./keys.js";
import * as models from "./models.js";
import * as usage from "./usage.js";

const PAGES = { keys, models, jobs, usage };
const EVERY_MS = 2000;

let page = "keys";

async function refresh() {
  try {
    await PAGES[page].show();
    if (refresh.failed) {
      trouble("trouble", null);
    }
    refresh.failed = false;
  } catch {
    refresh.failed = true;
    trouble("trouble", "The sandbox does not answer.");
  }
}

async function turn() {
  // The skip link has a hash too, and leads to no other part.
  const wanted = location.hash.slice(1) || "keys";
  page = Object.hasOwn(PAGES, wanted) ? wanted : page;
  trouble("trouble", null);
  for (const section of document.querySelectorAll("[data-page]")) {
    section.hidden = section.dataset.page !== page;
  }
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${page}`) {
      link.setAttribute("aria-current", "page");
    } else {
      link.removeAttribute("aria-current");
    }
  }
  document.title = `${byId(`${page}-title`).textContent} · Mindee sandbox`;
  await refresh();
}

addEventListener("hashchange", turn);
setInterval(() => document.visibilityState === "visible" && refresh(), EVERY_MS);
await turn();
