/** Streams: read here, chunk by chunk, as fast as the core sends them. */

import type { Readable } from "node:stream";

import { Feed } from "./mindee-core.node";
import type { Stream } from "./source";

/** How the chunks of a stream are got, and how it is let go before its end. */
interface Chunks {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  stop(): void;
  /** Whether it can be read once. */
  once: boolean;
}

/** Streams that a call has read. */
const read = new WeakSet<object>();

/** Whether something gives chunks. */
export function isStream(source: object): source is Stream {
  return Symbol.asyncIterator in source || Symbol.iterator in source || "getReader" in source;
}

/** Whether nothing is left of a stream that could be sent. */
function isSpent(stream: Partial<Readable & ReadableStream>): boolean {
  const over = stream.readableEnded === true || (stream.destroyed === true && !stream.errored);
  return read.has(stream) || over || stream.locked === true;
}

/** A stream on its way into one call. */
export class Pouring {
  /** What the call takes. */
  readonly feed: Feed;
  /** What the stream failed with. */
  failure: { error: unknown } | undefined;
  #chunks: Chunks | undefined;

  constructor(stream: Stream, length: number | undefined) {
    this.feed = new Feed(length);
    if (isSpent(stream as object)) {
      this.feed.close();
      return;
    }
    if (isReadable(stream)) {
      // It may fail before anybody reads it, and reading it tells of that as well.
      stream.on("error", () => {});
    }
    void this.#pour(stream, this.feed);
  }

  /** Lets the stream go, at the end of the call. */
  stop(): void {
    this.feed.close();
    this.#chunks?.stop();
  }

  async #pour(stream: Stream, feed: Feed): Promise<void> {
    try {
      // Nothing is read before the core asks for it.
      if (await feed.push(Buffer.alloc(0))) {
        this.#chunks = chunksOf(stream);
        if (this.#chunks.once) {
          read.add(stream);
        }
        await this.#pourAll(this.#chunks, feed);
      }
    } catch (error) {
      this.failure = { error };
      // Its text may be confidential; the error itself is the cause of the call's.
      feed.fail(error instanceof Error ? error.name : typeof error);
    }
    this.#chunks?.stop();
  }

  async #pourAll(chunks: Chunks, feed: Feed): Promise<void> {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done === true) {
        this.#chunks = undefined;
        return feed.finish();
      }
      const chunk = view(value);
      if (chunk === undefined) {
        return feed.notBytes(value === null ? "null" : typeof value);
      }
      if (!(await feed.push(chunk))) {
        return;
      }
    }
  }
}

function chunksOf(stream: Stream): Chunks {
  if ("getReader" in stream) {
    const reader = stream.getReader();
    return {
      next: () => reader.read(),
      stop: () => void reader.cancel().catch(() => {}),
      once: true,
    };
  }
  if (isReadable(stream)) {
    const chunks = stream.iterator({ destroyOnReturn: false });
    return { next: () => chunks.next(), stop: () => release(stream, chunks), once: true };
  }
  const chunks =
    Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
  return {
    next: async () => await chunks.next(),
    // Not awaited: the end of a stalled read may never come.
    stop: () => void (async () => await chunks.return?.())().catch(() => {}),
    once: (chunks as object) === stream,
  };
}

function isReadable(stream: object): stream is Readable {
  return "iterator" in stream && "destroy" in stream && "on" in stream;
}

/**
 * Ends a stream of Node's. A server's request is read on for nothing: its answer goes over the same
 * connection, so that a server which closes it could not tell what went wrong.
 */
function release(stream: Readable, chunks: AsyncIterator<unknown>): void {
  if (typeof (stream as { method?: unknown }).method === "string") {
    void chunks.return?.().then(
      () => stream.resume(),
      () => {},
    );
  } else {
    stream.destroy();
  }
}

/** The same bytes as a Buffer; undefined for what is no bytes. */
export function view(value: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  const isBuffer = value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
  return isBuffer ? Buffer.from(value) : undefined;
}
