/** The same names for `import`: one build, so both ways give the same classes. */

export {
  AuthError,
  CancelledError,
  Client,
  FailedInference,
  Field,
  Fields,
  Inference,
  InternalError,
  Job,
  JobFailedError,
  MindeeError,
  ModelPage,
  NetworkError,
  OutcomeUnknownError,
  RateLimitedError,
  RejectedError,
  ServerError,
  TimeoutError,
  UsageError,
  WebhookError,
  document,
  webhook,
} from "./index.js";
export type * from "./index.js";
