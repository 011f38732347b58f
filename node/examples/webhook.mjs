// Receives webhooks: node webhook.mjs <port>
// The signing secrets come from MINDEE_WEBHOOK_SECRETS, separated by commas.
import { createServer } from "node:http";
import { MindeeError, webhook } from "mindee-core";

const secrets = process.env.MINDEE_WEBHOOK_SECRETS.split(",");

/** Answers one delivery. The signature is over the bytes, so nothing parses them before. */
async function receive(request, response) {
  try {
    const body = Buffer.concat(await request.toArray());
    const delivery = webhook.unwrap(body, request.headers, secrets);
    if (delivery.kind === "result") {
      const { fields } = delivery.inference.result;
      console.log(`${delivery.inferenceId}: ${fields.get("total_amount")?.value}`);
    } else {
      console.log(`${delivery.inferenceId} failed: ${delivery.failure.error?.detail}`);
    }
    response.end();
  } catch (error) {
    if (!(error instanceof MindeeError)) throw error;
    console.error(error.message);
    response.writeHead(401).end();
  }
}

const server = createServer(receive);
server.listen(Number(process.argv[2]), "127.0.0.1", () => {
  console.log(`listening on ${server.address().port}`);
});
