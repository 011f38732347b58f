/**
 * Webhooks, without a client: is a delivery Mindee's, and what does it say.
 *
 * The signature is over the body as it came, so the body is asked for before anything parses it:
 * with Express by `express.raw({ type: () => true })`, with a `Request` of `fetch` by
 * `await request.arrayBuffer()`.
 */

import { errorOf } from "./errors";
import { parse } from "./json";
import { type Settled, signWebhook, unwrapWebhook } from "./mindee-core.node";
import { optionsText } from "./names";
import { FailedInference, Inference } from "./results";
import type { Bytes } from "./source";
import { view } from "./streams";

/** A webhook's body: its bytes, or its text, which stands for its UTF-8 bytes. Never a path. */
export type Body = Bytes | string;

/**
 * The headers of a request, names in any case: `request.headers` of Node, the `Headers` of `fetch`,
 * a `Map`, an object, or a list of pairs.
 */
export type RequestHeaders =
  | Iterable<readonly [name: string, value: string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** The signing secret of the webhook; several while one takes the place of another. */
export type Secrets = string | readonly string[];

/** Options of reading a delivery. */
export interface DeliveryOptions {
  /** The largest body that is read, in bytes. */
  largest?: number;
}

/** What both kinds of deliveries tell. */
interface Told {
  /** The inference's id, the same as the job's: repeats are told by it. */
  readonly inferenceId: string;
  /** Which of the secrets signed it, from 0; null where it was taken unsigned. */
  readonly secret: number | null;
  /**
   * The body, byte for byte: what was given, not a copy of it, so leave it as it is. Document content:
   * never log it.
   */
  readonly raw: Buffer;
}

/** A delivery of a result. */
export interface ResultDelivery extends Told {
  readonly kind: "result";
  /** The result, the same as one fetched. */
  readonly inference: Inference;
}

/** A delivery of a failure. */
export interface FailureDelivery extends Told {
  readonly kind: "failure";
  /** The inference that failed, with Mindee's problem. */
  readonly failure: FailedInference;
}

/** What a webhook says; `kind` tells which of the two it is. */
export type Delivery = ResultDelivery | FailureDelivery;

/** Verifies a delivery and reads it; throws a `WebhookError` where it is not what it claims. */
export function unwrap(
  body: Body,
  headers: RequestHeaders,
  secrets: Secrets,
  options?: DeliveryOptions,
): Delivery {
  return deliveryOf(answerOf(body, signed(headers, secrets, options)));
}

/** Reads a delivery whose signature nobody has checked. Anybody can have sent it. */
export function unwrapUnsigned(body: Body, options?: DeliveryOptions): Delivery {
  return deliveryOf(answerOf(body, unsigned(options)));
}

/** The signature of a body, as the header `X-Signature` has it: for tests of your own receiver. */
export function sign(body: Body, secret: string): string {
  // The boundary's own complaint would show what is no text, and a secret may be inside.
  const signed = signWebhook(bytesOf(body), typeof secret === "string" ? secret : "");
  if (typeof signed === "string") {
    return signed;
  }
  throw errorOf(signed);
}

/**
 * Arguments of a delivery that is to be verified.
 * @internal
 */
export function signed(
  headers: RequestHeaders,
  secrets: Secrets,
  options: DeliveryOptions | undefined,
): object {
  // JSON shows nothing of an iterable such as `Headers`; a list of pairs it shows.
  const listed = Symbol.iterator in Object(headers) ? [...(headers as Iterable<unknown>)] : headers;
  return { ...options, headers: listed, secrets };
}

/**
 * Arguments of a delivery that is not to be verified.
 * @internal
 */
export function unsigned(options: DeliveryOptions | undefined): object {
  return { ...options, unsigned: true };
}

/**
 * A body's bytes. A body that was parsed is refused: its bytes cannot be told from it.
 * @internal
 */
export function bytesOf(body: Body): Buffer {
  if (typeof body === "string") {
    return Buffer.from(body);
  }
  const bytes = view(body);
  if (bytes === undefined) {
    throw new TypeError("The body is not bytes: give it as it came, before anything parses it");
  }
  // What another thread may change is copied: what is read must be what was verified.
  return bytes.buffer instanceof SharedArrayBuffer ? Buffer.from(bytes) : bytes;
}

/** What the core tells of a delivery beside its bytes. */
interface About {
  kind: "result" | "failure";
  inference_id: string;
  secret: number | null;
  outline?: string;
}

/**
 * A delivery from the core's answer.
 * @internal
 */
export function deliveryOf({ body, about }: { body: Buffer; about: object }): Delivery {
  const { kind, inference_id: inferenceId, secret, outline } = about as About;
  const said =
    kind === "result"
      ? { kind, inferenceId, secret, inference: new Inference(body, outline) }
      : { kind, inferenceId, secret, failure: new FailedInference(body) };
  // Not listed, so that whoever prints a delivery does not print the document.
  return Object.defineProperty(said, "raw", { value: body }) as Delivery;
}

function answerOf(body: Body, given: object): { body: Buffer; about: object } {
  const bytes = bytesOf(body);
  const settled: Settled = unwrapWebhook(bytes, optionsText(given));
  if (settled.about === undefined) {
    throw errorOf(settled);
  }
  return { body: bytes, about: parse(settled.about) as object };
}
