/** A switch that ends calls. */
export declare class CancelHandle {
  /** A switch that ends nothing yet. The end of its environment, a worker say, throws it. */
  constructor()
  /** Ends every call that was or will be given this switch. */
  cancel(): void
}

/** A client of the core. It shows nothing of its options. */
export declare class NativeClient {
  /** A client with options as one JSON object, or why there is none. */
  static open(options: string): NativeClient | Settled
  /** Performs an operation of the core's table. The promise is never rejected. */
  call(operation: string, arguments: string, cancel: CancelHandle, content?: Buffer | undefined | null): Promise<Settled>
}

/** The largest document that Mindee takes, in bytes: no more of a stream is worth reading. */
export declare function largestSource(): number

/** The member `result` of each row of a JSON array, byte for byte; none where a row has none. */
export declare function rawResults(rows: Buffer): Array<Buffer | undefined | null>

/** How a call ended: an answer (`body`, `about`) or an error (`failure` and what belongs to it). */
export interface Settled {
  /** The answer's bytes, or those of an answer that could not be read. */
  body?: Buffer
  /** What the core adds to an answer, as JSON. */
  about?: string
  /** The error's payload, as JSON. */
  failure?: string
  /** The number of the error's category. */
  category?: number
  /** The error as one text. */
  text?: string
}

/** The signature of a webhook's body, or why there is none. */
export declare function signWebhook(body: Buffer, secret: string): string | Settled

/** The core's version, operations, options, categories and errors, as one JSON object. */
export declare function tables(): string

/** Verifies and reads a webhook's body, with `headers`, `secrets` and the rest as one JSON object. */
export declare function unwrapWebhook(body: Buffer, arguments: string): Settled
