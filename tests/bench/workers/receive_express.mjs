// The least that receives a webhook with Express: where BENCH_VERIFIED is set the body is verified
// before the answer. Nothing is kept.

import { createRequire } from "node:module";

const required = createRequire(process.env.BENCH_RECEIVERS);
const express = required("express");
const { webhook } = createRequire(import.meta.url)(process.env.BENCH_NODE_PACKAGE);

const app = express();
app.disable("x-powered-by");
app.post("/webhooks/mindee", express.raw({ type: () => true, limit: "16mb" }), (request, response) => {
  if (process.env.BENCH_VERIFIED !== undefined) {
    webhook.unwrap(request.body, request.headers, process.env.MINDEE_WEBHOOK_SECRETS);
  }
  response.sendStatus(200);
});
const server = app.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
