// Jobs, newest first, each with what happened to it.
import { byId, element, replace, say, time, trouble } from "./dom.js";
import { ask } from "./server.js";

export async function show() {
  const [{ total, jobs }, { webhooks }] = await Promise.all([ask("GET", "jobs"), ask("GET", "webhooks")]);
  const names = new Map(webhooks.map((webhook) => [webhook.id, webhook.name]));
  byId("jobs-lead").textContent =
    total === 0
      ? "No document was sent yet."
      : total > jobs.length
        ? `The newest ${jobs.length} of ${total} jobs.`
        : "Every document that was sent and is still kept, the newest first.";
  replace(byId("job-list"), [jobs, webhooks], () => jobs.map((job) => card(job, names)));
}

function card(job, names) {
  return element(
    "details",
    { class: "card", id: `job-${job.id}` },
    element(
      "summary",
      {},
      element("span", { class: "name" }, job.filename),
      element("span", { class: `pill ${job.status}` }, job.status),
      element("span", { class: "quiet" }, job.product),
      element("span", { class: "push" }, time(job.created_at)),
    ),
    element("div", { class: "inner" }, facts(job), timeline(job, names)),
  );
}

function facts(job) {
  const pairs = [
    ["Job id", element("code", {}, job.id)],
    ["Alias", job.alias],
    ["Document", `${job.media_type}, ${job.page_count === 1 ? "1 page" : `${job.page_count} pages`}`],
    ["SHA-256", element("code", {}, job.sha256)],
  ];
  const shown = pairs.filter(([, value]) => value !== null);
  return element("dl", { class: "facts" }, ...shown.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

/** What happened, in the order of time; what is still to come stands last. */
function timeline(job, names) {
  const times = (what, { count }) => (count === 1 ? what : `${what} ${count} times, last`);
  const why = job.error && element("div", { class: "quiet" }, `${job.error.code} ${job.error.detail}`);
  const steps = [
    ["", "Uploaded", job.created_at],
    ["", times("Asked about", job.polls), job.polls.last_at],
    [job.status, job.status, job.completed_at, why],
    ["", times("Result fetched", job.fetches), job.fetches.last_at],
  ].filter(([, , at], place) => at !== null || place === 2);
  steps.sort(([, , one], [, , other]) => (one ?? "9").localeCompare(other ?? "9"));
  return element(
    "ol",
    { class: "timeline" },
    ...steps.map((given) => step(...given)),
    ...job.deliveries.map((delivery) => deliveryStep(job, delivery, names)),
  );
}

function step(state, text, at, more) {
  return element("li", { class: state || undefined }, text, " ", at === null ? null : time(at), more);
}

function deliveryStep(job, delivery, names) {
  const name = names.get(delivery.webhook_id) ?? "a deleted webhook";
  const attempts = delivery.attempts.map((attempt) => {
    const outcome = attempt.status === null ? `no answer: ${attempt.error}` : `answered ${attempt.status}`;
    const faults = attempt.faults.length > 0 ? ` (rule: ${attempt.faults.join(", ").replaceAll("_", " ")})` : "";
    return element("li", {}, `${outcome} after ${attempt.took_ms} ms${faults} `, time(attempt.at));
  });
  const parts = [attempts.length > 0 ? element("ol", { class: "attempts" }, ...attempts) : null];
  if (delivery.error) {
    parts.push(element("div", { class: "quiet" }, delivery.error.detail));
  }
  if (delivery.next_attempt_at !== null && job.completed_at !== null) {
    parts.push(element("div", { class: "quiet" }, "Next attempt ", time(delivery.next_attempt_at)));
  }
  const again = element(
    "button",
    { type: "button", class: "small", id: `again-${job.id}-${delivery.webhook_id}`, "aria-label": `Redeliver ${job.filename} to ${name}`, onclick: () => redeliver(job, delivery) },
    "Redeliver",
  );
  const line = element(
    "div",
    { class: "row" },
    element("span", {}, `Delivery to ${name}`),
    element("span", { class: `pill ${delivery.status}` }, delivery.status),
    job.completed_at === null ? null : again,
  );
  return element("li", { class: delivery.status }, line, ...parts.filter(Boolean));
}

async function redeliver(job, delivery) {
  try {
    await ask("POST", `jobs/${job.id}/redeliver`, { webhook_id: delivery.webhook_id });
    say("Sent again");
    await show();
  } catch (error) {
    trouble("trouble", error.message);
  }
}
