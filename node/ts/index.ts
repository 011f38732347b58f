/** The public names of `mindee-core`. */

export {
  Client,
  type Delivered,
  type Jobs,
  type Models,
  type ModelSearch,
  type Product,
  type Status,
} from "./client";
export {
  AuthError,
  CancelledError,
  InternalError,
  JobFailedError,
  MindeeError,
  NetworkError,
  OutcomeUnknownError,
  RateLimitedError,
  RejectedError,
  ServerError,
  TimeoutError,
  UsageError,
  WebhookError,
} from "./errors";
export { type Confidence, Field, Fields, type Location } from "./fields";
export type { Json } from "./json";
export type {
  CollectQuery,
  Ledger,
  LedgerDocument,
  LedgerResult,
  LedgerState,
  RecordedError,
} from "./ledger";
export type {
  CallOptions,
  ClientOptions,
  DocumentOptions,
  ExtractionOptions,
  ModelQuery,
} from "./options";
export {
  type ActiveOptions,
  type AnyResult,
  type Chained,
  type ClassificationResult,
  type Crop,
  type CropResult,
  type DocumentFile,
  type ExtractionResult,
  FailedInference,
  Inference,
  type InferenceContent,
  Job,
  type JobStatus,
  type JobWebhook,
  type Model,
  ModelPage,
  type OcrResult,
  type Problem,
  type Reference,
  type Split,
  type SplitResult,
} from "./results";
export type { Bytes, LocalDocument, Source, Stream } from "./source";
export * as document from "./document";
export * as webhook from "./webhook";
