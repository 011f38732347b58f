// Read by the compiler alone: a wrong name or type must be an error, and a right one must not.
import {
  Client,
  type Confidence,
  type ExtractionOptions,
  type Field,
  type Inference,
  type Job,
  type Json,
  type LedgerDocument,
  MindeeError,
  type Model,
  type Source,
  type SplitResult,
  UsageError,
  webhook,
} from "mindee-core";

declare const request: import("node:http").IncomingMessage;

const modelId = "6f1c2a34-8b5d-4e7a-9c10-2d3e4f5a6b71";
const client = new Client({ apiKey: "md_x", baseUrl: new URL("https://api-v2.mindee.net"), requestTimeout: 5 });
new Client();

// @ts-expect-error: there is no such option
new Client({ apikey: "md_x" });
// @ts-expect-error: seconds are a number
new Client({ requestTimeout: "5" });
// @ts-expect-error: routes have names
new Client({ routes: "v2" });

const inference = await client.extraction.run("a.pdf", { modelId, rawText: true, dataSchema: { replace: null } });
const total: Field | undefined = inference.result.fields.get("total");
const value: Json | undefined = total?.value;
const confidence: Confidence | null | undefined = total?.confidence;
const raw: Buffer = inference.raw;
for (const [name, field] of inference.result.fields) {
  const text: string | undefined = field.get(name)?.text;
}

// @ts-expect-error: a model is needed
client.extraction.run("a.pdf");
// @ts-expect-error: a model is needed
client.extraction.run("a.pdf", {});
// @ts-expect-error: there is no such option
client.extraction.run("a.pdf", { modelId, rawtext: true });
// @ts-expect-error: a boolean is no text
client.extraction.run("a.pdf", { modelId, rawText: "true" });
// @ts-expect-error: an option of extraction alone
client.split.run("a.pdf", { modelId, rawText: true });
// @ts-expect-error: a number is no source
client.extraction.run(5, { modelId });
// @ts-expect-error: a stream gives bytes
client.extraction.run(["%PDF"], { modelId });
// @ts-expect-error: text is no signal
client.extraction.run("a.pdf", { modelId, signal: "now" });
// @ts-expect-error: a field is no number
const wrong: number = total;

const sources: Source[] = [
  "a.pdf",
  new URL("https://example.com/a.pdf"),
  Buffer.alloc(1),
  new Uint8Array(1),
  new ArrayBuffer(1),
  new Blob([]),
  process.stdin,
  new Blob([]).stream(),
  request,
  [new Uint8Array(1), Buffer.alloc(1)],
  (function* () {
    yield new Uint8Array(1);
  })(),
  (async function* () {
    yield Buffer.alloc(1);
  })(),
  { stream: request, filename: "a.pdf" },
  { path: "a.pdf" },
  { url: "https://example.com/a.pdf" },
  { base64: "AAAA", filename: "a.pdf" },
  { bytes: new Uint8Array(1), filename: "a.pdf" },
];

const job: Job = await client.ocr.enqueue("a.pdf", { modelId, webhookIds: ["x"], signal: AbortSignal.timeout(1) });
const token: string = job.resumeToken;
const split: Inference<SplitResult> = await client.split.result(job.id, { deadline: 5 });
const [first, last] = split.result.splits[0]!.pageRange;
const any: Inference = await client.jobs.result(token);
const chained: Field | undefined =
  any.result.classification?.extractionResponse?.inference.result.fields.get("total");
for await (const model of client.models.search({ modelType: "extraction", perPage: 10 })) {
  const known: Model = model;
}

try {
  await client.jobs.wait(token);
} catch (error) {
  if (error instanceof UsageError) {
    const code: string = error.code;
  } else if (error instanceof MindeeError) {
    const resume: string | undefined = error.resumeToken;
  }
}
const options: ExtractionOptions = { modelId, retries: 0 };

const body = Buffer.from("{}");
const delivery = webhook.unwrap(body, request.headers, ["old secret", "new secret"], { largest: 5 });
webhook.unwrap(body, new Headers(), "secret");
webhook.unwrap(body, [["X-Signature", "0"]], "secret");
if (delivery.kind === "result") {
  const found: Inference = delivery.inference;
} else {
  const code: string | null | undefined = delivery.failure.error?.code;
}
// @ts-expect-error: a result has no failure
delivery.kind === "result" && delivery.failure;
// @ts-expect-error: a parsed body is no body
webhook.unwrap({ inference: {} }, request.headers, "secret");
const signature: string = webhook.sign(body, "secret");
const { first: isFirst, waits, kind } = await client.jobs.deliver(body, request.headers, "secret");
const waiting: number = (await client.status()).jobsWaitedFor;
const rows: LedgerDocument[] = await client.ledger.resume({ deadline: 5 });
// @ts-expect-error: there is no such state to compare with
rows[0]!.key === "done";
for await (const { key, inference } of client.ledger.collect({ after: 1, most: 5 })) {
  const kept: Inference | null = inference;
  const count: number = await client.ledger.forget(key);
}
// @ts-expect-error: resume sends what was recorded, with what was recorded
client.ledger.resume({ modelId });
