// What would have been billed, and what was asked.
import { byId, element, replace } from "./dom.js";
import { ask } from "./server.js";

export async function show() {
  const meter = await ask("GET", "meter");
  const figures = [
    ["Documents", meter.billed.documents],
    ["Pages", meter.billed.pages],
    ["Taken more than once", Object.values(meter.billed.documents_by_sha256).filter((count) => count > 1).length],
    ["Requests", meter.counts.requests],
    ["Beyond the rate limits", meter.rate_limited],
  ];
  replace(byId("usage-figures"), figures, () =>
    figures.map(([name, count]) => element("div", { class: "card figure" }, element("b", {}, count.toLocaleString()), element("span", { class: "quiet" }, name))),
  );
}
