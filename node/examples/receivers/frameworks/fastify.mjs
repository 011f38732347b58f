// Receives webhooks with Fastify: node fastify.mjs <port>
import fastify from "fastify";
import { Client } from "mindee-core";

import { LARGEST, openInbox } from "../inbox.mjs";

const inbox = openInbox(new Client({ ledger: process.env.MINDEE_LEDGER }));
// Fastify itself answers 413 to what passes the limit.
const server = fastify({ bodyLimit: LARGEST });

// The signature is over the body as it came, so nothing may parse it.
server.removeAllContentTypeParsers();
server.addContentTypeParser("*", { parseAs: "buffer" }, (request, body, done) => done(null, body));

server.post("/webhooks/mindee", async (request, reply) => {
  const body = request.body ?? Buffer.alloc(0);
  return reply.code(await inbox.receive(body, request.headers)).send();
});

const address = await server.listen({ port: Number(process.argv[2]), host: "127.0.0.1" });
console.log(`listening on ${address}`);
