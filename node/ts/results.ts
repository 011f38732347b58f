/**
 * What comes back: jobs, inferences and models, typed over Mindee's JSON.
 *
 * Keys are in camel case. What the server leaves out is undefined, what it sends as null is null,
 * and keys of a later API version are there too. `raw` holds the bytes as they came.
 */

import type { Finding } from "./document";
import { Fields, type Location } from "./fields";
import { type Json, atPointer, parse } from "./json";
import { camelKeys } from "./names";

/** An answer: its bytes and what they say. */
abstract class Answer {
  readonly #raw: Buffer;
  #json: Json | undefined;

  /** Keeps the answer's bytes. */
  constructor(raw: Buffer) {
    this.#raw = raw;
  }

  /** Mindee's answer, byte for byte. */
  get raw(): Buffer {
    return this.#raw;
  }

  /** The value at a JSON pointer, with Mindee's own names: `/inference/result/fields/total/value`. */
  pointer(pointer: string): Json | undefined {
    this.#json ??= parse(this.#raw.toString());
    return atPointer(this.#json, pointer);
  }

  /** Mindee's JSON. Whole numbers beyond 2^53 are rounded; they are whole in `raw`. */
  toJSON(): unknown {
    return JSON.parse(this.#raw.toString().replace(/^\uFEFF/, ""));
  }

  /** Takes over what stands at a pointer, but for names that have a meaning here already. */
  protected take(pointer: string): void {
    this.takeOver(camelKeys(this.pointer(pointer) ?? {}, fieldsAt) as object);
  }

  /** Takes members over. */
  protected takeOver(members: object): void {
    Object.assign(this, Object.fromEntries(Object.entries(members).filter(([key]) => !(key in this))));
  }
}

/** Fields keep their names: they are the user's, not the API's. */
function fieldsAt(key: string, value: Json): Fields | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return key === "fields" && isObject ? new Fields(value) : undefined;
}

/** Mindee's description of an error (RFC 9457 in shape). */
export interface Problem {
  /** HTTP status, 100 to 599. */
  status?: number | null;
  /** Mindee's stable code, such as `422-001`. */
  code?: string | null;
  /** A short name of the error. */
  title?: string | null;
  /** What exactly is wrong. */
  detail?: string | null;
  /** The places in the request that are wrong. */
  errors?: { pointer?: string | null; detail?: string | null }[] | null;
}

/** The state of a job. A state of a later API version is kept as it came. */
export type JobStatus = "Processing" | "Processed" | "Failed" | (string & {});

/** A delivery of a job's result to one webhook. */
export interface JobWebhook {
  /** The webhook's id. */
  id: string;
  /** When the delivery was made, in UTC. */
  createdAt?: string | null;
  /** Its state. */
  status: JobStatus;
  /** Why it failed. */
  error?: Problem | null;
  /** How often it was tried. */
  attemptsCount?: number | null;
}

/** One document on its way through Mindee. */
export class Job extends Answer {
  /** The job's id; Mindee gives the result the same id. */
  declare readonly id: string;
  /** Its state. */
  declare readonly status: JobStatus;
  /** The model that reads it. */
  declare readonly modelId?: string | null;
  /** The document's file name. */
  declare readonly filename?: string | null;
  /** Your own name for the document. */
  declare readonly alias?: string | null;
  /** When it was taken, in UTC; Mindee writes no zone. */
  declare readonly createdAt?: string | null;
  /** When it ended, in UTC. */
  declare readonly completedAt?: string | null;
  /** Where Mindee would have it asked for. */
  declare readonly pollingUrl?: string | null;
  /** Where its result is, once there is one. */
  declare readonly resultUrl?: string | null;
  /** Deliveries to webhooks. */
  declare readonly webhooks?: JobWebhook[] | null;
  /** Why it failed. */
  declare readonly error?: Problem | null;

  /** Reads the answer of a job. */
  constructor(
    raw: Buffer,
    /** What takes the job up again, here or in another process. It holds no secret. */
    readonly resumeToken: string,
    /** What the option `preflight` found in the document that was sent, the gravest first; its cost is none of it. */
    readonly warnings: readonly Finding[] = [],
  ) {
    super(raw);
    this.take("/job");
  }
}

/** An object that is named by its id alone. */
export interface Reference {
  /** The id. */
  id: string;
}

/** The document as Mindee saw it. */
export interface DocumentFile {
  /** Its file name. */
  name?: string | null;
  /** Your own name for it. */
  alias?: string | null;
  /** Its number of pages. */
  pageCount?: number | null;
  /** Its media type. */
  mimeType?: string | null;
}

/** The options that were in force. An absent one was not told. */
export interface ActiveOptions {
  /** Full text. */
  rawText?: boolean | null;
  /** Places on the page. */
  polygon?: boolean | null;
  /** Confidences. */
  confidence?: boolean | null;
  /** RAG documents. */
  rag?: boolean | null;
  /** Context over several pages. */
  multipageContext?: boolean | null;
  /** Text that was given to help. */
  textContext?: boolean | null;
  /** The data schema of the call. */
  dataSchema?: { replace?: boolean | null } | null;
}

/** What Mindee found in one document. */
export interface InferenceContent<R> {
  /** The inference's id, the same as the job's. */
  readonly id: string;
  /** The job. */
  readonly job?: Reference | null;
  /** The model that was used. */
  readonly model?: Reference | null;
  /** The document. */
  readonly file?: DocumentFile | null;
  /** What the product found. */
  readonly result: R;
  /** The options that were in force; extraction alone tells them. */
  readonly activeOptions?: ActiveOptions | null;
}

/** An inference with the bytes it came in. */
export interface Inference<R = AnyResult> extends InferenceContent<R> {}

/** An inference with the bytes it came in. */
export class Inference<R = AnyResult> extends Answer {
  /**
   * Reads the answer of a result. In the outline of a long one the places of each field and of the
   * full text stand for the parts themselves, which are read when they are asked for.
   */
  constructor(
    raw: Buffer,
    outline?: string,
    /**
     * What the option `preflight` found in the document that `run` sent, the gravest first; its cost is none of it.
     */
    readonly warnings: readonly Finding[] = [],
  ) {
    super(raw);
    if (outline === undefined) {
      this.take("/inference");
      return;
    }
    const part = (place: Json) => {
      const [begin, end] = place as [number, number];
      return parse(` ${raw.toString("utf8", begin, end)}`);
    };
    const outlined = (key: string, value: Json) =>
      key === "fields" ? new Fields(value, part) : undefined;
    const members = camelKeys((parse(outline) as { inference: Json }).inference, outlined) as {
      result: { rawText?: unknown };
    };
    const { rawText } = members.result;
    if (rawText !== undefined) {
      const get = () => camelKeys(part(rawText as Json));
      Object.defineProperty(members.result, "rawText", { get, enumerable: true, configurable: true });
    }
    this.takeOver(members);
  }
}

/** An inference that failed, as webhooks tell it. */
export class FailedInference extends Answer {
  /** The inference's id, the same as the job's. */
  declare readonly inferenceId: string;
  /** The model. */
  declare readonly modelId?: string | null;
  /** The document's file name. */
  declare readonly fileName?: string | null;
  /** Your own name for the document. */
  declare readonly fileAlias?: string | null;
  /** Why it failed. */
  declare readonly error?: Problem | null;
  /** When it failed, in UTC. */
  declare readonly createdAt?: string | null;

  /** Reads the body of a webhook. */
  constructor(raw: Buffer) {
    super(raw);
    this.take("");
  }
}

/** A complete inference inside another one: extraction chained to split, crop or classification. */
export interface Chained {
  /** The extraction that followed. */
  inference: InferenceContent<ExtractionResult>;
}

/** What extraction found. */
export interface ExtractionResult {
  /** The fields, in Mindee's order. */
  fields: Fields;
  /** The full text, where `rawText` was on. */
  rawText?: { pages: { content: string }[] } | null;
  /** The RAG document that was used: null where RAG was off. */
  rag?: { retrievedDocumentId?: string | null } | null;
}

/** What split found. */
export interface SplitResult {
  /** The documents, in the order of their pages. */
  splits: Split[];
}

/** One document among the pages. */
export interface Split {
  /** First and last page, from 0, both included. */
  pageRange: [first: number, last: number];
  /** The kind of document. */
  documentType?: string | null;
  /** The extraction chained to it. */
  extractionResponse?: Chained | null;
}

/** What crop found. */
export interface CropResult {
  /** The documents. */
  crops: Crop[];
}

/** One document on a page. */
export interface Crop {
  /** The kind of document. */
  objectType?: string | null;
  /** Where it lies. */
  location: Location;
  /** The extraction chained to it. */
  extractionResponse?: Chained | null;
}

/** What classification found. */
export interface ClassificationResult {
  /** The answer. */
  classification: {
    /** The kind, one of the model's own. */
    documentType?: string | null;
    /** The extraction chained to it. */
    extractionResponse?: Chained | null;
  };
}

/** What OCR found. */
export interface OcrResult {
  /** The pages. */
  pages: {
    /** All text of the page. */
    content: string;
    /** The words, in reading order; corners as [x, y], each from 0 to 1, clockwise. */
    words: { content: string; polygon: [number, number][] }[];
  }[];
}

/** A result of any product: what a member of another product would hold is undefined. */
export type AnyResult = Partial<
  ExtractionResult & SplitResult & CropResult & ClassificationResult & OcrResult
>;

/** A model of the organization. */
export interface Model {
  /** Its id, to give as `modelId`. */
  id: string;
  /** Its name on Mindee's platform. */
  name?: string | null;
  /** Its product, as text: later products are kept. */
  modelType?: string | null;
  /** Its webhooks, to give in `webhookIds`. */
  webhooks?: { id: string; name?: string | null; url?: string | null }[] | null;
}

/** One page of models. */
export class ModelPage extends Answer {
  /** The models of this page. */
  declare readonly models: Model[];
  /** Where this page stands among the others. */
  declare readonly pagination?: {
    perPage?: number;
    page?: number;
    totalItems?: number;
    totalPages?: number;
  };

  /** Reads the answer of a search. */
  constructor(raw: Buffer) {
    super(raw);
    this.take("");
  }
}
