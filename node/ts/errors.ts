/** Errors: one class for each category of the core, all under `MindeeError`. */

import type { Settled } from "./mindee-core.node";
import { type Json, parse } from "./json";
import { camelKeys } from "./names";
import type { Problem } from "./results";

/** A failed call: what happened, what it means for the document, and what to do. */
export class MindeeError extends Error {
  /** Stable code, such as `source.empty`. */
  declare readonly code: string;
  /** The kind of failure, one for each class. */
  declare readonly category: string;
  /** The number of the category, the same in every language. */
  declare readonly categoryNumber: number;
  /** What to do about it. */
  declare readonly hint: string;
  /** Whether the same call may succeed later without a change. */
  declare readonly retryable: boolean;
  /** Whether Mindee may have taken the document, and so may bill it. */
  declare readonly maybeBilled: boolean;
  /** HTTP status of the answer, where there was one. */
  declare readonly httpStatus?: number;
  /** When the server wished to be asked again, in seconds. */
  declare readonly retryAfter?: number;
  /** Mindee's own description of the error, where it gave one. */
  declare readonly problem?: Problem;
  /** The job, where the document was taken. */
  declare readonly jobId?: string;
  /** What `client.jobs.result` takes to go on, here or in another process. */
  declare readonly resumeToken?: string;
  /** The alias that was sent, to find the document by. */
  declare readonly alias?: string;
  /** What lay beneath, outermost first. */
  declare readonly causes?: string[];
  /** The core's error as it came, the same in every language. */
  declare readonly payload: Readonly<Record<string, Json>>;
  /** The bytes of an answer that could not be read. Document content: never log it. */
  declare readonly body: Buffer | undefined;

  /** @internal */
  constructor(settled: Settled) {
    super(settled.text);
    const payload = parse(settled.failure ?? "{}") as Record<string, Json>;
    const { message: _, ...facts } = payload;
    Object.assign(this, camelKeys(facts));
    const hidden = {
      name: { value: new.target.name, writable: true, configurable: true },
      categoryNumber: { value: settled.category },
      payload: { value: payload },
      body: { value: settled.body },
    };
    Object.defineProperties(this, hidden);
  }
}

/** The call is wrong; no byte was sent. */
export class UsageError extends MindeeError {}
/** The API key was not accepted, or has no access. */
export class AuthError extends MindeeError {}
/** Mindee refused the request. */
export class RejectedError extends MindeeError {}
/** Too many requests for the organization's limits. */
export class RateLimitedError extends MindeeError {}
/** The document was taken, and its processing failed. */
export class JobFailedError extends MindeeError {}
/** The server's answer is an error of its own or cannot be used. */
export class ServerError extends MindeeError {}
/** The server could not be reached, or the connection broke. */
export class NetworkError extends MindeeError {}
/** Time ran out on our side. */
export class TimeoutError extends MindeeError {}
/** The caller ended the call; `cause` is the signal's reason. */
export class CancelledError extends MindeeError {}
/** The upload may have been taken: nobody can tell from here. */
export class OutcomeUnknownError extends MindeeError {}
/** A webhook delivery is not what it claims to be. */
export class WebhookError extends MindeeError {}
/** A defect of this library. */
export class InternalError extends MindeeError {}

/** The classes by the number of their category. */
const classes: Record<number, typeof MindeeError> = {
  1: UsageError,
  2: AuthError,
  3: RejectedError,
  4: RateLimitedError,
  5: JobFailedError,
  6: ServerError,
  7: NetworkError,
  8: TimeoutError,
  9: CancelledError,
  10: OutcomeUnknownError,
  11: WebhookError,
  12: InternalError,
};

/**
 * The error of a call, made where the stack still leads to the caller.
 * @internal
 */
export function errorOf(settled: Settled): MindeeError {
  return new (classes[settled.category ?? 0] ?? MindeeError)(settled);
}
