/** A switch that ends calls. */
export declare class CancelHandle {
  /** A switch that ends nothing yet. The end of its environment, a worker say, throws it. */
  constructor()
  /** Ends every call that was or will be given this switch. */
  cancel(): void
}

/** Both ends of a pipe: JavaScript's, and the core's until a call takes it. */
export declare class Feed {
  /** A pipe for a document of so many bytes, where that is known. */
  constructor(length?: number | undefined | null)
  /**
   * Puts a chunk in, which is copied. Tells, by a promise where there is no room, whether more is
   * wanted. An empty chunk waits until the upload asks for the document.
   */
  push(chunk: Buffer): boolean | Promise<boolean>
  /** Says that the document is complete. */
  finish(): void
  /** Says that the stream failed, and why. */
  fail(cause: string): void
  /** Says that the stream gives something else than bytes. */
  notBytes(kind: string): void
  /**
   * Tells the one who pushes that no call will take the document. A call that is given it later
   * finds it spent.
   */
  close(): void
}

/** A client of the core. It shows nothing of its options. */
export declare class NativeClient {
  /** A client with options as one JSON object, or why there is none. */
  static open(options: string): NativeClient | Settled
  /**
   * Performs an operation of the core's table, with bytes or a stream beside its arguments. The
   * promise is never rejected.
   */
  call(operation: string, arguments: string, cancel: CancelHandle, beside?: Buffer | Feed | undefined | null): Promise<Settled>
}

/** A file that was made. */
export interface MadeFile {
  /** Its name. */
  filename: string
  /** Its media type. */
  mediaType: string
  /** Its bytes. */
  content: Buffer
}

/** How an operation on a local file ended: what was found and made, or an error. */
export interface PreparedFiles {
  /** What was found or done, as JSON. */
  about?: string
  /** The files that were made. */
  files?: Array<MadeFile>
  /** The error. */
  failure?: Settled
}

/**
 * Performs an operation on a local file, away from JavaScript's thread. The promise is never
 * rejected.
 */
export declare function prepareDocument(operation: string, arguments: string, content?: Buffer | undefined | null): Promise<PreparedFiles>

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

/**
 * Verifies and reads a webhook's body, with `headers`, `secrets` and the rest as one JSON object. The
 * body is read where it is and not given back.
 */
export declare function unwrapWebhook(body: Buffer, arguments: string): Settled
