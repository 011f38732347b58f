/**
 * The options, by name and type. What is not given stays ungiven: defaults are the core's, and
 * the table in the README tells them. Times are in seconds.
 */

import type { Json } from "./json";

/** Options of a client. What is not given comes from the environment or the core's defaults. */
export interface ClientOptions {
  /** Mindee API key (V2), bare. Environment: `MINDEE_V2_API_KEY`. */
  apiKey?: string;
  /** Address of the API, without `/v2`. Environment: `MINDEE_V2_BASE_URL`. */
  baseUrl?: string | URL;
  /** Longest silence on a connection, in seconds. Environment: `MINDEE_REQUEST_TIMEOUT`. */
  requestTimeout?: number;
  /** Longest time to connect, TLS included, in seconds. */
  connectTimeout?: number;
  /** Proxy for every request, with its credentials if any. */
  proxy?: string | URL;
  /** PEM file with certificate authorities to trust beside the system's. */
  caFile?: string;
  /** Routes to use: the older ones are for extraction alone. */
  routes?: "products" | "inferences";
  /** Uploads per minute that this client lets through; Mindee's limit is the whole organization's. */
  postsPerMinute?: number;
  /** Questions and fetches per minute that this client lets through; the same holds for them. */
  getsPerMinute?: number;
  /** SQLite file that records each document, its job and its result. Without it nothing is kept. */
  ledger?: string;
}

/** Options of every call: how long and how often. */
export interface CallOptions {
  /** Longest time for the whole call, in seconds. */
  deadline?: number;
  /** How often a request that is safe to repeat is repeated. */
  retries?: number;
  /** Time from the upload to the first question, in seconds. Not given, it is learned for each model. */
  firstPoll?: number;
  /** Time between later questions, in seconds. Not given, it is learned for each model. */
  pollInterval?: number;
  /** Ends the call. Mindee goes on with what it has taken; the error tells the job. */
  signal?: AbortSignal | null;
}

/** Options of `run` and `enqueue`, for every product. */
export interface DocumentOptions extends CallOptions {
  /** The model's id, a UUID. */
  modelId: string;
  /** Your own name for the document, echoed in job, result and webhook. Not unique. */
  alias?: string;
  /** Webhooks of the model to call with the result. */
  webhookIds?: string[] | string;
  /** File name for Mindee to note instead of the source's own. */
  filename?: string;
  /**
   * Whether to look at a local document before it is sent: to `warn` of what Mindee may refuse or be slow with, to
   * `refuse` what Mindee would, or to `mend` it where that can be done. What is left to know stands in `warnings` of
   * the result or job.
   */
  preflight?: "warn" | "refuse" | "mend";
}

/** Options of `run` and `enqueue` for extraction. What is not given is as the model is set. */
export interface ExtractionOptions extends DocumentOptions {
  /** Whether the result holds the full text. */
  rawText?: boolean;
  /** Whether each field holds its places on the page. */
  polygon?: boolean;
  /** Whether each field holds a confidence. */
  confidence?: boolean;
  /** Whether the model's RAG documents are used. */
  rag?: boolean;
  /** Text that helps to read the document. */
  textContext?: string;
  /** Data schema for this call: `{ replace: { fields: [...] } }`, or its JSON text. */
  dataSchema?: { [key: string]: Json } | string;
}

/** What to look for among the models; nothing given finds all. */
export interface ModelQuery extends CallOptions {
  /** Part of the name, in any case. */
  name?: string;
  /** The product. */
  modelType?: "extraction" | "split" | "crop" | "classification" | "ocr" | (string & {});
  /** The page to start at, from 1. */
  page?: number;
  /** Models to a page, 1 to 100. */
  perPage?: number;
}
