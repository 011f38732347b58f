/** What to send, in the forms that Node knows. The core checks it; here it is only handed over. */

import { ReadStream } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

import { isStream, view } from "./streams";

/** Bytes in memory. They are copied when the call starts, so the buffer may be used again. */
export type Bytes = ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** What gives a document in chunks: a `Readable`, a web stream, any iterable of bytes. */
export type Stream = AsyncIterable<Bytes> | Iterable<Bytes> | ReadableStream<Bytes>;

/**
 * A document to send:
 * a path or an https URL as text; a `URL` (`file:` is a path); bytes; a `Blob` or `File`; a stream
 * or another iterable of bytes; or an object that names its kind.
 *
 * Paths, blobs and streams are streamed and never held in memory. A stream can be sent once: small
 * ones are sent again where the server asks for it, larger ones end with its error. It is read no
 * faster than it is sent. One that is not read to its end is destroyed, cancelled or returned; but
 * a request that came to a server is read on, so that it can be answered.
 */
export type Source =
  | string
  | URL
  | Bytes
  | Blob
  | Stream
  | { path: string }
  | { url: string | URL }
  | { base64: string; filename?: string }
  | { bytes: Bytes; filename?: string }
  | LocalDocument
  | { stream: Stream; filename?: string };

/** A local file that was made here: a source to send, or to work on further. */
export interface LocalDocument {
  /** Its name; the extension follows the content. */
  readonly filename: string;
  /** Its media type, such as `image/jpeg`. */
  readonly mediaType: string;
  /** Its bytes. */
  readonly content: Buffer;
}

/** A source as the core takes it: arguments, and bytes or a stream beside them. */
export interface Handed {
  arguments: { source?: unknown; sourceName?: string };
  content?: Buffer;
  stream?: Stream;
  length?: number;
}

/** Hands a source over. */
export function hand(source: Source): Handed {
  if (typeof source !== "object" || source === null) {
    return { arguments: { source } };
  }
  if (source instanceof URL) {
    const isFile = source.protocol === "file:";
    return { arguments: { source: isFile ? { path: fileURLToPath(source) } : { url: source } } };
  }
  const content = view(source);
  if (content !== undefined) {
    return { ...named(undefined), content };
  }
  if (source instanceof Blob) {
    const name = (source as Partial<File>).name;
    return { ...named(name), stream: source.stream(), length: source.size };
  }
  if (isStream(source)) {
    // Other streams have a `path` that is no file's.
    const path = source instanceof ReadStream ? String(source.path ?? "") : "";
    return { ...named(basename(path) || undefined), stream: source };
  }
  const { filename } = source as { filename?: string };
  const held = "content" in source ? source.content : "bytes" in source ? source.bytes : undefined;
  const bytes = view(held);
  if (bytes !== undefined) {
    return { ...named(filename), content: bytes };
  }
  if ("stream" in source && typeof source.stream === "object" && isStream(source.stream ?? {})) {
    return { ...named(filename), stream: source.stream };
  }
  return { arguments: { source } };
}

/** The name of what goes beside the arguments, where there is one. */
function named(sourceName: string | undefined): Handed {
  return { arguments: sourceName === undefined ? {} : { sourceName } };
}
