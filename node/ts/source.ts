/** What to send, in the forms that Node knows. The core checks it; here it is only handed over. */

import { fileURLToPath } from "node:url";
import { basename } from "node:path";

import { largestSource } from "./mindee-core.node";

/** Bytes in memory. They are copied when the call starts, so the buffer may be used again. */
export type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/**
 * A document to send:
 * a path or an https URL as text; a `URL` (`file:` is a path); bytes; a `Blob` or `File`; a
 * stream, which is read into memory; or an object that names its kind.
 */
export type Source =
  | string
  | URL
  | Bytes
  | Blob
  | AsyncIterable<Uint8Array | string>
  | { path: string }
  | { url: string | URL }
  | { base64: string; filename?: string }
  | { bytes: Bytes; filename?: string };

/** A source as the core takes it: arguments, and bytes beside them. */
export interface Handed {
  arguments: { source?: unknown; sourceName?: string };
  content?: Buffer;
}

/** Hands a source over. A stream is read to its end; its own error rejects. */
export async function hand(source: Source, signal?: AbortSignal | null): Promise<Handed> {
  if (typeof source !== "object" || source === null) {
    return { arguments: { source } };
  }
  if (source instanceof URL) {
    const isFile = source.protocol === "file:";
    return { arguments: { source: isFile ? { path: fileURLToPath(source) } : { url: source } } };
  }
  const bytes = view(source);
  if (bytes !== undefined) {
    return named(undefined, bytes);
  }
  if (source instanceof Blob) {
    return named((source as Partial<File>).name, Buffer.from(await source.arrayBuffer()));
  }
  if (Symbol.asyncIterator in source) {
    const path = (source as { path?: unknown }).path;
    const filename = typeof path === "string" ? basename(path) : undefined;
    return named(filename, await readAll(source, signal));
  }
  const inside = "bytes" in source ? view(source.bytes) : undefined;
  if (inside !== undefined) {
    return named((source as { filename?: string }).filename, inside);
  }
  return { arguments: { source } };
}

/** Bytes, with their name where there is one. */
function named(sourceName: string | undefined, content: Buffer): Handed {
  return { arguments: sourceName === undefined ? {} : { sourceName }, content };
}

/** The same bytes as a Buffer; undefined for what is no bytes. */
export function view(value: unknown): Buffer | undefined {
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  const isBuffer = value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
  return isBuffer ? Buffer.from(value) : undefined;
}

/** Reads a stream into memory, but no further than the core would take it. */
async function readAll(
  stream: AsyncIterable<Uint8Array | string>,
  signal: AbortSignal | null | undefined,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const iterator = stream[Symbol.asyncIterator]();
  let abort = () => {};
  // A stream may stall for ever, and an abort must be heard all the same.
  const aborted = new Promise<null>((resolve) => (abort = () => resolve(null)));
  signal?.addEventListener("abort", abort, { once: true });
  let length = 0;
  try {
    while (signal?.aborted !== true && length <= largestSource()) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === null || next.done === true) {
        break;
      }
      const chunk = Buffer.from(next.value as Uint8Array);
      chunks.push(chunk);
      length += chunk.length;
    }
    return Buffer.concat(chunks);
  } finally {
    signal?.removeEventListener("abort", abort);
    if (signal?.aborted === true) {
      (stream as { destroy?: () => void }).destroy?.();
    }
    // Not awaited: the end of a stalled read may never come. After the stream's end it is nothing.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
