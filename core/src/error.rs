//! One table of errors, and the error that every language shows.
//!
//! A wrapper switches on the [`Category`] alone, which is closed and numbered. Codes are open:
//! a new row in the table below reaches every language without a line of wrapper code.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::job::ResumeToken;
use crate::problem::Problem;

/// What kind of failure it is; the number is the same in every language and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Category {
    /// The call is wrong; no byte was sent.
    Usage = 1,
    /// The API key was not accepted, or has no access.
    Auth = 2,
    /// Mindee refused the request.
    Rejected = 3,
    /// Too many requests for the organization's limits.
    RateLimited = 4,
    /// The document was taken, and its processing failed.
    JobFailed = 5,
    /// The server's answer is an error of its own or cannot be used.
    Server = 6,
    /// The server could not be reached, or the connection broke.
    Network = 7,
    /// Time ran out on our side.
    Timeout = 8,
    /// The caller ended the wait.
    Cancelled = 9,
    /// The upload may have been taken: nobody can tell from here.
    OutcomeUnknown = 10,
    /// A webhook delivery is not what it claims to be.
    Webhook = 11,
    /// A defect of this library.
    Internal = 12,
}

impl Category {
    /// Every category, in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::Usage,
        Self::Auth,
        Self::Rejected,
        Self::RateLimited,
        Self::JobFailed,
        Self::Server,
        Self::Network,
        Self::Timeout,
        Self::Cancelled,
        Self::OutcomeUnknown,
        Self::Webhook,
        Self::Internal,
    ];

    /// The name that payloads and documents use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Auth => "auth",
            Self::Rejected => "rejected",
            Self::RateLimited => "rate_limited",
            Self::JobFailed => "job_failed",
            Self::Server => "server",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Webhook => "webhook",
            Self::Internal => "internal",
        }
    }

    /// The category's number, as C and the wrappers' native layers see it.
    #[expect(
        clippy::as_conversions,
        reason = "the discriminant of a `repr(i32)` enum"
    )]
    pub const fn number(self) -> i32 {
        self as i32
    }
}

/// One row of the table of errors.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Stable text such as `source.empty`; never reused.
    pub code: &'static str,
    /// The kind of failure.
    pub category: Category,
    /// Whether the same call may succeed later without a change.
    pub retryable: bool,
    /// What the reader can do about it.
    pub hint: &'static str,
}

macro_rules! table {
    ($($name:ident = $code:literal, $category:ident, $retryable:literal, $hint:literal;)+) => {
        /// The rows of the table of errors, by name.
        #[allow(missing_docs, reason = "each row carries its own text")]
        pub mod code {
            use super::{Category, Row};
            $(pub const $name: &Row = &Row {
                code: $code, category: Category::$category, retryable: $retryable, hint: $hint,
            };)+
        }
        /// Every error that this library can give.
        pub const TABLE: &[&Row] = &[$(code::$name),+];
    };
}

table! {
    API_KEY_MISSING = "api_key.missing", Usage, false,
        "Give the option `api_key`, or set MINDEE_V2_API_KEY.";
    API_KEY_MALFORMED = "api_key.malformed", Usage, false,
        "Give the bare key as Mindee's platform shows it: no `Bearer`, no quotes.";
    API_KEY_OF_SANDBOX = "api_key.of_sandbox", Usage, false,
        "Give the sandbox's address as `base_url`, or a key of Mindee's platform.";
    BASE_URL_INVALID = "base_url.invalid", Usage, false,
        "Give an address such as https://api-v2.mindee.net, without /v2, user name or query.";
    BASE_URL_INSECURE = "base_url.insecure", Usage, false,
        "Use https; plain http is accepted for this machine's own addresses only.";
    OPTION_UNKNOWN = "option.unknown", Usage, false,
        "Check the option's name against the table of options.";
    OPTION_INVALID = "option.invalid", Usage, false,
        "Give the option a value of the type that the table of options names.";
    OPTION_MISSING = "option.missing", Usage, false,
        "Give the named option or argument.";
    OPERATION_UNKNOWN = "operation.unknown", Usage, false,
        "Use an operation from the table of operations.";
    ID_INVALID = "id.invalid", Usage, false,
        "Give the id, or the resume token, exactly as it was handed out.";
    TOKEN_FOREIGN = "token.foreign_origin", Usage, false,
        "Use a client whose `base_url` is the address that the job was sent to.";
    TEXT_NOT_UTF8 = "text.not_utf8", Usage, false,
        "Give UTF-8 text without NUL bytes.";
    HANDLE_NULL = "handle.null", Usage, false,
        "Pass a handle that was created and not yet freed, and a place for the answer.";
    SOURCE_MISSING = "source.missing", Usage, false,
        "Give a path, bytes, base64 text, a stream or an https URL.";
    SOURCE_NOT_FOUND = "source.not_found", Usage, false,
        "Check the path, and the folder that it is relative to.";
    SOURCE_NOT_A_FILE = "source.not_a_file", Usage, false,
        "Give the path of a regular file; send a folder's files one by one.";
    SOURCE_UNREADABLE = "source.unreadable", Usage, false,
        "Check the permissions, the stream that was given, and that nothing changes the file while it is sent.";
    SOURCE_PATH_NOT_UTF8 = "source.path_not_utf8", Usage, false,
        "Open the file yourself and give its bytes with a file name.";
    SOURCE_EMPTY = "source.empty", Usage, false,
        "Check that the file was written in full.";
    SOURCE_TOO_LARGE = "source.too_large", Usage, false,
        "Mindee takes up to 100 MB; send fewer pages or a smaller image.";
    SOURCE_TYPE_REFUSED = "source.type_refused", Usage, false,
        "Mindee takes PDF, JPEG, PNG, WebP, TIFF, HEIC and HEIF; the content counts, not the name.";
    SOURCE_URL_INVALID = "source.url_invalid", Usage, false,
        "Give a public https URL of at most 2048 characters.";
    SOURCE_BASE64_INVALID = "source.base64_invalid", Usage, false,
        "Give standard base64 text; a `data:` prefix and line breaks are fine.";
    SOURCE_NOT_BYTES = "source.not_bytes", Usage, false,
        "Open the file in binary mode; a stream must give bytes.";
    SOURCE_SPENT = "source.spent", Usage, false,
        "Open the stream anew, or move it back to its start: what was read is not sent again.";
    DOCUMENT_ENCRYPTED = "document.encrypted", Usage, false,
        "Save it without its password, even an empty one: Mindee takes no encrypted file.";
    DOCUMENT_DAMAGED = "document.damaged", Usage, false,
        "Open the file in a viewer and save it again, or scan the page again.";
    DOCUMENT_LIMIT = "document.limit", Usage, false,
        "Raise the named limit if you trust the file.";
    DOCUMENT_TYPE_UNFIT = "document.type_unfit", Usage, false,
        "Pages are of PDF and TIFF; shrinking and cutting are of PDF and pictures.";
    DOCUMENT_PAGE_OUT_OF_RANGE = "document.page_out_of_range", Usage, false,
        "Pages count from 0; -1 is the last one.";
    DOCUMENT_NO_PAGES_LEFT = "document.no_pages_left", Usage, false,
        "Keep at least one page.";
    DOCUMENT_REFUSED = "document.refused", Usage, false,
        "Mend what the message names, or give `preflight` as `mend`, or as `warn` to send it all the same; nothing was sent.";
    DOCUMENT_RESULT_UNFIT = "document.result_unfit", Usage, false,
        "Give Mindee's split or crop result as it came, and the very file that it was made from.";
    LEDGER_BROKEN = "ledger.broken", Usage, false,
        "Check the path, the permissions and the room on the disk; nothing is sent that cannot be recorded.";
    AUTH_REFUSED = "auth.refused", Auth, false,
        "Check that the key exists on Mindee's platform and belongs to the V2 API.";
    AUTH_FORBIDDEN = "auth.forbidden", Auth, false,
        "Check that the model belongs to the key's organization.";
    REQUEST_REFUSED = "request.refused", Rejected, false,
        "Mend what Mindee names in the detail and its pointers.";
    PAYMENT_REQUIRED = "request.payment_required", Rejected, false,
        "Check the organization's plan and subscription on Mindee's platform.";
    NOT_FOUND = "request.not_found", Rejected, false,
        "Check the id, and that it belongs to this organization.";
    RESULT_GONE = "result.gone", Rejected, false,
        "Results are kept 1 to 24 hours, or until the first fetch or delivery to a webhook, by the model's storage setting; if nobody has it, send the document again.";
    RATE_LIMITED = "rate_limited", RateLimited, true,
        "Wait some seconds; the limits are counted over the whole organization.";
    JOB_FAILED = "job.failed", JobFailed, false,
        "Read Mindee's detail: the document or an option did not suit the model.";
    SERVER_ERROR = "server.error", Server, true,
        "Try again later; nothing is wrong with the call.";
    ANSWER_NOT_JSON = "answer.not_json", Server, true,
        "Check for a relay or login page between here and Mindee; the bytes are kept in the error.";
    ANSWER_UNKNOWN_SHAPE = "answer.unknown_shape", Server, false,
        "The bytes are kept in the error: save them, and see whether a newer version reads them.";
    ANSWER_TOO_LARGE = "answer.too_large", Server, false,
        "The answer passes this library's limit; check what stands between here and Mindee.";
    ANSWER_REDIRECT = "answer.redirect", Server, false,
        "Set `base_url` to the final address; redirects are never followed with a key.";
    FOREIGN_ORIGIN = "answer.foreign_origin", Server, false,
        "The server named an address outside its own /v2/ routes; the key was not sent there.";
    UNREACHABLE = "network.unreachable", Network, true,
        "Check the address, the network and the proxy settings; nothing was taken by the server.";
    CERTIFICATE = "network.certificate", Network, false,
        "Check the host name and the clock; give your own certificate authority as `ca_file`.";
    INTERRUPTED = "network.interrupted", Network, true,
        "Try again; the connection broke before the answer was complete.";
    TIMEOUT_SILENCE = "timeout.silence", Timeout, true,
        "Try again, or raise `request_timeout`: no byte moved for that long.";
    TIMEOUT_DEADLINE = "timeout.deadline", Timeout, true,
        "Raise `deadline`; where the error carries a resume token, the job goes on at Mindee and is billed: take it up again with it.";
    CANCELLED = "cancelled", Cancelled, true,
        "Where the error carries a resume token, the job goes on at Mindee: take it up again with it.";
    OUTCOME_UNKNOWN = "outcome.unknown", OutcomeUnknown, false,
        "The document may have been taken and billed: look for the alias on Mindee's platform or among the webhooks before you send it again.";
    SECRET_MISSING = "webhook.secret_missing", Usage, false,
        "Give the signing secret of the webhook, as Mindee's platform shows it.";
    SIGNATURE_MISSING = "webhook.signature_missing", Webhook, false,
        "Answer 401. If it is Mindee's, see whether a proxy drops the header.";
    SIGNATURE_MALFORMED = "webhook.signature_malformed", Webhook, false,
        "Answer 401: this is not how Mindee signs.";
    SIGNATURE_MISMATCH = "webhook.signature_mismatch", Webhook, false,
        "Answer 401. If it is Mindee's, check the secret, and that the body is raw: not parsed and written again.";
    DELIVERY_TOO_LARGE = "webhook.body_too_large", Webhook, false,
        "Answer 413, or raise the limit if your results are that large.";
    DELIVERY_NOT_JSON = "webhook.not_json", Webhook, false,
        "The signature is right and the body is not JSON: save the bytes kept in the error.";
    DELIVERY_UNKNOWN_SHAPE = "webhook.unknown_shape", Webhook, false,
        "The signature is right: save the bytes kept in the error, answer 200, and see whether a newer version reads them.";
    INTERNAL = "internal", Internal, false,
        "This is a defect of the library; please report it with the code and the version.";
}

/// A failed call: what happened, what it means for the document, and what to do.
///
/// Never holds a secret. The bytes of an answer that could not be read stand apart in
/// [`body`](Self::body) and are in no text.
#[derive(Clone)]
pub struct Error(Box<Detail>);

#[derive(Clone)]
struct Detail {
    row: &'static Row,
    message: String,
    http_status: Option<u16>,
    problem: Option<Problem>,
    job_id: Option<String>,
    resume_token: Option<ResumeToken>,
    alias: Option<String>,
    filename: Option<String>,
    maybe_billed: bool,
    retry_after: Option<Duration>,
    body: Option<Bytes>,
    causes: Vec<String>,
}

impl Error {
    /// An error of the table with what happened, as a sentence without a full stop.
    pub fn new(row: &'static Row, message: impl Into<String>) -> Self {
        Self(Box::new(Detail {
            row,
            message: message.into(),
            http_status: None,
            problem: None,
            job_id: None,
            resume_token: None,
            alias: None,
            filename: None,
            maybe_billed: false,
            retry_after: None,
            body: None,
            causes: Vec::new(),
        }))
    }

    /// Adds an error and all its sources as the causes.
    pub(crate) fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        self.0.causes = causes_of(error);
        self
    }

    pub(crate) fn with_causes(mut self, causes: Vec<String>) -> Self {
        self.0.causes = causes;
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    pub(crate) fn with_retry_after(mut self, wish: Option<Duration>) -> Self {
        self.0.retry_after = wish;
        self
    }

    /// The same event under another row, where more is known about what it means.
    pub(crate) fn recoded(mut self, row: &'static Row) -> Self {
        self.0.row = row;
        self
    }

    /// Adds to what happened.
    pub(crate) fn with_remark(mut self, remark: &str) -> Self {
        self.0.message = format!("{}; {remark}", self.0.message);
        self
    }

    pub(crate) fn with_problem(mut self, problem: Problem) -> Self {
        self.0.problem = Some(problem);
        self
    }

    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.0.body = Some(body);
        self
    }

    /// Names the document, for an error of its upload.
    pub(crate) fn with_document(mut self, alias: Option<&str>, filename: Option<&str>) -> Self {
        self.0.alias = alias.map(str::to_owned);
        self.0.filename = filename.map(str::to_owned);
        self
    }

    /// Marks an error that came after the upload: the job can be taken up again.
    pub(crate) fn with_job(mut self, token: &ResumeToken) -> Self {
        self.0.job_id = Some(token.job_id().to_owned());
        self.0.resume_token = Some(token.clone());
        self.0.maybe_billed = true;
        self
    }

    /// Marks an error that came when the server may have the document already.
    pub(crate) fn maybe_billed_now(mut self) -> Self {
        self.0.maybe_billed = true;
        self
    }

    /// The stable code, such as `source.empty`.
    pub fn code(&self) -> &'static str {
        self.0.row.code
    }

    /// The kind of failure.
    pub fn category(&self) -> Category {
        self.0.row.category
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the reader can do about it.
    pub fn hint(&self) -> &'static str {
        self.0.row.hint
    }

    /// Whether the same call may succeed later without a change. An upload is retryable only
    /// where it was certainly not taken.
    pub fn retryable(&self) -> bool {
        self.0.row.retryable
    }

    /// Whether Mindee may have taken the document, and so may bill it.
    pub fn maybe_billed(&self) -> bool {
        self.0.maybe_billed
    }

    /// When the server wished to be asked again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// HTTP status of the answer, where there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// Mindee's own description of the error, where it gave one.
    pub fn problem(&self) -> Option<&Problem> {
        self.0.problem.as_ref()
    }

    /// The job, where the document was taken.
    pub fn job_id(&self) -> Option<&str> {
        self.0.job_id.as_deref()
    }

    /// What [`Jobs::result`](crate::client::Jobs::result) takes to go on, here or in another process.
    pub fn resume_token(&self) -> Option<&ResumeToken> {
        self.0.resume_token.as_ref()
    }

    /// The alias that was sent, to find the document by.
    pub fn alias(&self) -> Option<&str> {
        self.0.alias.as_deref()
    }

    /// The document's file name, where its upload failed.
    pub fn filename(&self) -> Option<&str> {
        self.0.filename.as_deref()
    }

    /// The bytes of an answer that could not be read. Document content: never log it.
    pub fn body(&self) -> Option<&Bytes> {
        self.0.body.as_ref()
    }

    /// What lay beneath, outermost first.
    pub fn causes(&self) -> &[String] {
        &self.0.causes
    }

    /// The error as one JSON object, the same in every language. Absent facts are left out.
    pub fn payload(&self) -> Value {
        let d = &self.0;
        let mut payload = Map::new();
        let mut put = |key: &str, value: Value| payload.insert(key.to_owned(), value);
        put("code", json!(d.row.code));
        put("category", json!(d.row.category.name()));
        put("message", json!(d.message));
        put("hint", json!(d.row.hint));
        put("retryable", json!(self.retryable()));
        put("maybe_billed", json!(d.maybe_billed));
        if let Some(status) = d.http_status {
            put("http_status", json!(status));
        }
        if let Some(wish) = d.retry_after {
            put("retry_after", json!(wish.as_secs_f64()));
        }
        if let Some(problem) = &d.problem {
            put("problem", json!(problem));
        }
        if let Some(job_id) = &d.job_id {
            put("job_id", json!(job_id));
        }
        if let Some(token) = &d.resume_token {
            put("resume_token", json!(token.to_string()));
        }
        if let Some(alias) = &d.alias {
            put("alias", json!(alias));
        }
        if let Some(filename) = &d.filename {
            put("filename", json!(filename));
        }
        if !d.causes.is_empty() {
            put("causes", json!(d.causes));
        }
        Value::Object(payload)
    }
}

/// The texts of an error and its sources, outermost first.
pub(crate) fn causes_of(error: &(dyn std::error::Error + 'static)) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let sources = std::iter::successors(Some(error), |cause| cause.source());
    for text in sources.map(ToString::to_string) {
        // Libraries often repeat their source's text in their own.
        if !causes.iter().any(|known| known.contains(&text)) {
            causes.push(text);
        }
    }
    causes
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}. {} [{}]",
            self.0.message, self.0.row.hint, self.0.row.code
        )
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({})", self.payload())
    }
}

impl std::error::Error for Error {}
