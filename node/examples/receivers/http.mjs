// Receives webhooks with nothing but Node: node http.mjs <port>
import { createServer } from "node:http";

import { Client } from "mindee-core";

import { bodyOf, openInbox } from "./inbox.mjs";

const inbox = openInbox(new Client({ ledger: process.env.MINDEE_LEDGER }));

async function answer(request) {
  if (request.method !== "POST" || request.url !== "/webhooks/mindee") return 404;
  const pieces = request.iterator({ destroyOnReturn: false });
  const body = await bodyOf(pieces, request.headers["content-length"]);
  return body === undefined ? 413 : inbox.receive(body, request.headers);
}

const server = createServer(async (request, response) => {
  try {
    response.writeHead(await answer(request)).end();
    request.resume(); // What is left of the body is thrown away, so that the answer is heard.
  } catch {
    response.destroy(); // The body broke off: there is nobody to answer.
  }
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
