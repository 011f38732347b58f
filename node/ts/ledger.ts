/** The ledger: a durable record of documents, jobs and results in one file. */

import { type Arguments, perform } from "./call";
import type { MindeeError } from "./errors";
import { type Json, parse } from "./json";
import { type NativeClient, rawResults } from "./mindee-core.node";
import { camelKeys } from "./names";
import type { CallOptions } from "./options";
import { Inference } from "./results";

/**
 * How far a document is. `intended`: it was not taken. `sending`: it is on its way from a process
 * that lives. `unknown`: it may have been taken and billed. `taken`: it has a job. `done`: its
 * result is here. `failed`: it was refused, or its processing failed.
 */
export type LedgerState =
  | "intended"
  | "sending"
  | "unknown"
  | "taken"
  | "done"
  | "failed"
  | (string & {});

/** The error of a document of the ledger, as a `MindeeError` tells it. */
export type RecordedError = Pick<
  MindeeError,
  | "code"
  | "category"
  | "hint"
  | "retryable"
  | "maybeBilled"
  | "httpStatus"
  | "retryAfter"
  | "problem"
  | "jobId"
  | "resumeToken"
  | "alias"
  | "causes"
> & { readonly message: string };

/** A document of the ledger. */
export interface LedgerDocument {
  /** Its number in the ledger; what came later has a higher one. */
  readonly key: number;
  /** How far it is. */
  readonly state: LedgerState;
  /** The product it was sent to. */
  readonly product: string;
  /** Its file name. */
  readonly filename: string | null;
  /** Your own name for it. */
  readonly alias: string | null;
  /** Its job, where it was taken. */
  readonly jobId: string | null;
  /** What takes the job up again. */
  readonly resumeToken: string | null;
  /** What came in its way. */
  readonly error: RecordedError | null;
  /** When it was recorded, in UTC. */
  readonly createdAt: string;
  /** Whether the ledger knows a path or URL to send it from. */
  readonly canBeSentAgain: boolean;
}

/** A result that the ledger holds. */
export interface LedgerResult {
  /** The document's number in the ledger. */
  readonly key: number;
  /** Its file name. */
  readonly filename: string | null;
  /** Your own name for it. */
  readonly alias: string | null;
  /** Its job. */
  readonly jobId: string | null;
  /** The result, the same as one fetched; null where the bytes that came are no JSON. */
  readonly inference: Inference | null;
}

/** Which results to collect. */
export interface CollectQuery {
  /** Only those after the document of this key. */
  after?: number;
  /** How many at most. */
  most?: number;
}

/** Which documents to resume. */
export interface ResumeQuery {
  /** Those that were recorded at least this many seconds ago; younger ones are left alone. */
  olderThan?: number;
}

/** The ledger of a client. Without the client's option `ledger` each method fails. */
export class Ledger {
  readonly #native: NativeClient;

  /** @internal */
  constructor(native: NativeClient) {
    this.#native = native;
  }

  /** Every document that was not forgotten, with its state. */
  async pending(): Promise<LedgerDocument[]> {
    const { body } = await perform(this.#native, "ledger.pending", {}, undefined);
    return documents(body);
  }

  /**
   * Sends what was certainly not taken, waits for what has a job, and leaves the unknown to you.
   * Gives the state of all afterwards; an error of one document is in its row.
   */
  async resume({ olderThan, ...options }: ResumeQuery & CallOptions = {}): Promise<LedgerDocument[]> {
    const { body } = await perform(this.#native, "ledger.resume", { olderThan }, options);
    return documents(body);
  }

  /** Results that are here, oldest first. They are read as far as this is, so they are never in memory together. */
  async *collect(query?: CollectQuery): AsyncGenerator<LedgerResult, void, undefined> {
    let next: Arguments | undefined = { ...query };
    while (next !== undefined) {
      const { body, about } = await perform(this.#native, "ledger.collect", next, undefined);
      yield* results(body);
      next = about.next;
    }
  }

  /** Removes documents whose results are safe with you, by their keys; gives how many there were. */
  async forget(keys: number | Iterable<number>): Promise<number> {
    const listed = typeof keys === "object" && keys !== null ? [...keys] : keys;
    const { body } = await perform(this.#native, "ledger.forget", { keys: listed }, undefined);
    return (parse(body.toString()) as { forgotten: number }).forgotten;
  }
}

function results(body: Buffer): LedgerResult[] {
  const raw = rawResults(body);
  return rows<LedgerResult & { result: unknown }>(body, ["result"]).map(({ result: _, ...row }, index) => {
    const bytes = raw[index];
    return { ...row, inference: bytes == null ? null : new Inference(bytes) };
  });
}

function documents(body: Buffer): LedgerDocument[] {
  return rows<LedgerDocument>(body);
}

/** Rows with their names in camel case. What is Mindee's own stays as it is. */
function rows<Row>(body: Buffer, asItCame: string[] = []): Row[] {
  const keep = (key: string, value: Json) => (asItCame.includes(key) ? value : undefined);
  return camelKeys(parse(body.toString()), keep) as Row[];
}
