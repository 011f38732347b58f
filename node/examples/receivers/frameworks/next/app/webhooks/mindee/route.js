// Receives webhooks with Next.js, in a route handler: POST /webhooks/mindee
import { after } from "next/server";

import { bodyOf, inbox } from "../../../inbox.mjs";

export async function POST(request) {
  // The signature is over the body as it came: no request.json(), and no limit in request.bytes().
  const body = await bodyOf(request.body ?? [], request.headers.get("content-length"));
  const status = body === undefined ? 413 : await inbox().receive(body, request.headers, after);
  return new Response(null, { status });
}
