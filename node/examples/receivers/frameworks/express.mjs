// Receives webhooks with Express: node express.mjs <port>
import express from "express";
import { Client } from "mindee-core";

import { bodyOf, openInbox } from "../inbox.mjs";

const inbox = openInbox(new Client({ ledger: process.env.MINDEE_LEDGER }));
const app = express();
app.disable("x-powered-by");

// The signature is over the body as it came: no express.json() before this route. And express.raw()
// would read a body that passes the limit to its end before it is refused.
app.post("/webhooks/mindee", async (request, response) => {
  const pieces = request.iterator({ destroyOnReturn: false });
  const body = await bodyOf(pieces, request.headers["content-length"]);
  response.sendStatus(body === undefined ? 413 : await inbox.receive(body, request.headers));
  request.resume(); // What is left of the body is thrown away, so that the answer is heard.
});

// Four arguments make it the handler of errors: here of a body that broke off.
app.use((error, request, response, next) => {
  response.destroy();
});

const server = app.listen(Number(process.argv[2]), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
