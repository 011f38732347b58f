/**
 * Local files made ready before they are sent. No client and no key is needed, and JavaScript's
 * thread is free meanwhile.
 *
 * What hostile files can cost is limited; the options that begin with `limit` raise or lower that.
 */

import { errorOf } from "./errors";
import { parse } from "./json";
import { prepareDocument } from "./mindee-core.node";
import { camelKeys, optionsText } from "./names";
import type { Inference } from "./results";
import { type Bytes, type LocalDocument, hand } from "./source";

/** A local file: a path as text or a `file:` URL; bytes, with or without a name; or a made one. */
export type LocalSource =
  | string
  | URL
  | Bytes
  | LocalDocument
  | { path: string }
  | { base64: string; filename?: string }
  | { bytes: Bytes; filename?: string };

/** What hostile files can cost. */
export interface LimitOptions {
  /** Largest picture that is decoded, in pixels. */
  limitPixels?: number;
  /** Most pages that a document may have. */
  limitPages?: number;
  /** Most objects of a PDF that are looked at. */
  limitObjects?: number;
  /** Most bytes that compressed parts of a file may grow to, all together. */
  limitInflated?: number;
  /** How deep objects and page trees may be nested. */
  limitNesting?: number;
  /** Longest time that is spent on a file, in seconds. */
  limitTime?: number;
}

/** What a file is. What is not known is undefined. */
export interface Inspection {
  /** By its content, such as `application/pdf`. */
  readonly mediaType: string;
  /** In bytes. */
  readonly length: number;
  /** Pages of a PDF or TIFF, pictures of a HEIF sequence; 1 for other pictures. */
  readonly pages?: number;
  /** In pixels as stored; not of a PDF. */
  readonly width?: number;
  /** In pixels as stored; not of a PDF. */
  readonly height?: number;
  /** As EXIF has it, 1 to 8, where the picture says it. */
  readonly orientation?: number;
  /** Whether the picture moves. */
  readonly animated?: boolean;
  /** Whether, and how, it is encrypted. Mindee takes no encrypted file. */
  readonly encrypted: "no" | "empty_password" | "password";
  /** Whether a PDF holds text, rather than pictures of it alone. */
  readonly textLayer?: boolean;
  /** Whether only readers that mend can read it: see `repair`. */
  readonly damaged: boolean;
}

/** One thing to know about a file before it is sent. */
export interface Finding {
  /** Stable text such as `encrypted`. */
  readonly code: string;
  /** What it means: Mindee will refuse it, may refuse it, the call is slow, or it costs. */
  readonly severity: "refused" | "doubtful" | "slow" | "cost";
  /** What was found. */
  readonly message: string;
  /** What can be done about it. */
  readonly hint: string;
}

/** What there is to know about a file before it is sent. */
export interface Preflight {
  /** Whether Mindee will take the file. */
  readonly passes: boolean;
  /** What the file is; null where nothing can be told. */
  readonly inspection: Inspection | null;
  /** What to know, the gravest first. */
  readonly findings: readonly Finding[];
}

/** A file that was mended, or that was sound. */
export interface Repaired extends LocalDocument {
  /** What was mended, such as `cross_reference_rebuilt`; empty for a sound file, which is unchanged. */
  readonly mended: readonly string[];
}

/** A file that was made smaller, or could not be. */
export interface Shrunk extends LocalDocument {
  /** Whether it is smaller; if not, it is the file as it was. */
  readonly smaller: boolean;
  /** Why it is as it was. */
  readonly note: string | null;
}

/** Which pages, and when. */
export interface PageOptions extends LimitOptions {
  /** A document with fewer pages than this comes back as it is. */
  onMinPages?: number;
}

/** How small. */
export interface ShrinkOptions extends LimitOptions {
  /** Largest width of a picture, in pixels. */
  maxWidth?: number;
  /** Largest height of a picture, in pixels. */
  maxHeight?: number;
  /** Largest size of a picture in millions of pixels. */
  megapixels?: number;
  /** Largest size of the new file, in bytes. */
  maxBytes?: number;
  /** Quality of JPEG, from 1 to 100. */
  quality?: number;
  /** Resolution of scanned pages, in dots per inch. */
  dpi?: number;
  /** Whether large JPEG files are decoded at a smaller size: quicker, and a little less sharp. */
  fast?: boolean;
}

/** How a file is cut. */
export interface CutOptions extends LimitOptions {
  /** Quality of JPEG, from 1 to 100. */
  quality?: number;
  /** Resolution of pictures made of pages, in dots per inch. */
  dpi?: number;
}

/** Tells what a file is, without decoding it. A large PDF on the disk is not read whole. */
export async function inspect(source: LocalSource, limits?: LimitOptions): Promise<Inspection> {
  return (await perform("document.inspect", source, limits)).about as Inspection;
}

/** Tells what Mindee will refuse of a file, what will cost and what will be slow. */
export async function preflight(source: LocalSource, limits?: LimitOptions): Promise<Preflight> {
  return (await perform("document.preflight", source, limits)).about as Preflight;
}

/**
 * Keeps pages of a PDF or TIFF: counted from 0, from the end below that (-1 is the last), in this
 * order.
 */
export async function keepPages(
  source: LocalSource,
  pages: number | Iterable<number>,
  options?: PageOptions,
): Promise<LocalDocument> {
  return one(await perform("document.keep_pages", source, { ...options, pages: listed(pages) }));
}

/** Removes pages of a PDF or TIFF: counted from 0, from the end below that (-1 is the last). */
export async function removePages(
  source: LocalSource,
  pages: number | Iterable<number>,
  options?: PageOptions,
): Promise<LocalDocument> {
  return one(await perform("document.remove_pages", source, { ...options, pages: listed(pages) }));
}

/**
 * Mends a damaged PDF: junk before its header, a missing or wrong cross-reference, a truncated tail.
 * A sound file comes back byte for byte.
 */
export async function repair(source: LocalSource, limits?: LimitOptions): Promise<Repaired> {
  const made = await perform("document.repair", source, limits);
  return { ...one(made), ...(made.about as Pick<Repaired, "mended">) };
}

/**
 * Makes a picture, or the scanned pages of a PDF, smaller. The picture is turned upright and never
 * enlarged.
 */
export async function shrink(source: LocalSource, options?: ShrinkOptions): Promise<Shrunk> {
  const made = await perform("document.shrink", source, options);
  return { ...one(made), ...(made.about as Pick<Shrunk, "smaller" | "note">) };
}

/**
 * Cuts a file into what a split or crop result found in it: documents by their pages, or pictures at
 * full resolution. Their names sort.
 */
export async function cut(
  source: LocalSource,
  result: Inference | Bytes | string,
  options?: CutOptions,
): Promise<LocalDocument[]> {
  return (await perform("document.cut", source, { ...options, result: jsonOf(result) })).files;
}

/** What an operation found and made. */
interface Made {
  about: unknown;
  files: LocalDocument[];
}

async function perform(operation: string, source: LocalSource, given?: object): Promise<Made> {
  const handed = hand(source);
  const text = optionsText({ ...given, ...handed.arguments });
  const { about, files, failure } = await prepareDocument(operation, text, handed.content);
  if (failure != null || about == null || files == null) {
    throw errorOf(failure ?? {});
  }
  return { about: camelKeys(parse(about)), files };
}

/** The one file that was made. */
function one({ files }: Made): LocalDocument {
  return files[0] as LocalDocument;
}

function listed(pages: number | Iterable<number>): number | number[] {
  return typeof pages === "number" ? pages : [...pages];
}

/** A result's JSON, as it came. */
function jsonOf(result: Inference | Bytes | string): string {
  if (typeof result === "string") {
    return result;
  }
  return new TextDecoder().decode("raw" in result ? result.raw : (result as Uint8Array));
}
