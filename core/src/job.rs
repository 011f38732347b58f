//! A job: what Mindee does with one document, and the token that takes it up again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::{Error, code};
use crate::finding::Finding;
use crate::lenient::{or_default, read_json};
use crate::problem::Problem;
use crate::product::Product;

/// The state of a job. A state of a later API version is kept as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobStatus {
    /// Mindee works on it.
    Processing,
    /// The result can be fetched.
    Processed,
    /// It ended without a result.
    Failed,
    /// A state that this version does not know; a wait goes on.
    Other(String),
}

impl<'de> Deserialize<'de> for JobStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match String::deserialize(deserializer)?.as_str() {
            "Processing" => Self::Processing,
            "Processed" => Self::Processed,
            "Failed" => Self::Failed,
            other => Self::Other(other.to_owned()),
        })
    }
}

/// One document on its way through Mindee (Mindee: OpenAPI 2.0.0, `JobResponse`).
#[derive(Debug, Clone, Deserialize)]
pub struct Job {
    /// The job's id; Mindee gives the result the same id.
    pub id: String,
    /// Its state.
    pub status: JobStatus,
    /// The model that reads it.
    #[serde(default, deserialize_with = "or_default")]
    pub model_id: Option<String>,
    /// The document's file name.
    #[serde(default, deserialize_with = "or_default")]
    pub filename: Option<String>,
    /// Your own name for the document.
    #[serde(default, deserialize_with = "or_default")]
    pub alias: Option<String>,
    /// When it was taken, in UTC; Mindee writes no zone.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Option<String>,
    /// When it ended, in UTC.
    #[serde(default, deserialize_with = "or_default")]
    pub completed_at: Option<String>,
    /// Where Mindee would have it asked for.
    #[serde(default, deserialize_with = "or_default")]
    pub polling_url: Option<String>,
    /// Where its result is, once there is one.
    #[serde(default, deserialize_with = "or_default")]
    pub result_url: Option<String>,
    /// Deliveries to webhooks.
    #[serde(default, deserialize_with = "or_default")]
    pub webhooks: Vec<JobWebhook>,
    /// Why it failed.
    #[serde(default, deserialize_with = "or_default")]
    pub error: Option<Problem>,
    #[serde(skip)]
    pub(crate) origin: String,
    #[serde(skip)]
    pub(crate) product: Option<Product>,
    #[serde(skip)]
    pub(crate) raw: Bytes,
    #[serde(skip)]
    pub(crate) warnings: Vec<Finding>,
}

/// A delivery of a job's result to one webhook.
#[derive(Debug, Clone, Deserialize)]
pub struct JobWebhook {
    /// The webhook's id.
    pub id: String,
    /// When the delivery was made, in UTC.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: Option<String>,
    /// Its state.
    pub status: JobStatus,
    /// Why it failed.
    #[serde(default, deserialize_with = "or_default")]
    pub error: Option<Problem>,
    /// How often it was tried.
    #[serde(default, deserialize_with = "or_default")]
    pub attempts_count: u32,
}

/// Mindee writes UTC, in some answers without saying so.
fn timestamp(text: &str) -> Option<OffsetDateTime> {
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    parse(text).or_else(|| parse(&format!("{text}Z")))
}

#[derive(Deserialize)]
struct JobAnswer {
    job: Job,
}

impl Job {
    /// Reads Mindee's answer and keeps its bytes.
    pub(crate) fn read(
        raw: Bytes,
        origin: &str,
        product: Option<Product>,
    ) -> Result<Self, serde_json::Error> {
        let JobAnswer { mut job } = read_json(&raw)?;
        origin.clone_into(&mut job.origin);
        job.product = product;
        job.raw = raw;
        Ok(job)
    }

    /// What the option `preflight` found in the document that was sent, the gravest first; its cost
    /// is none of it.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }

    /// What takes the job up again, here or in another process.
    pub fn resume_token(&self) -> ResumeToken {
        ResumeToken {
            origin: self.origin.clone(),
            product: self.product,
            job_id: self.id.clone(),
        }
    }

    /// Whether the id can stand in a path, so that the job can be asked for.
    pub(crate) fn has_usable_id(&self) -> bool {
        path_segment(&self.id).is_ok()
    }

    /// How long Mindee took, where the job ended and tells it, and no clock jumped.
    pub fn took(&self) -> Option<Duration> {
        let (begun, ended) = (
            timestamp(self.created_at.as_deref()?)?,
            timestamp(self.completed_at.as_deref()?)?,
        );
        let took: Duration = (ended - begun).try_into().ok()?;
        (took < LONGEST_WORK).then_some(took)
    }

    /// How old the job is by our clock; nothing where the clocks disagree.
    pub(crate) fn age(&self) -> Option<Duration> {
        let begun = timestamp(self.created_at.as_deref()?)?;
        let age: Duration = (OffsetDateTime::now_utc() - begun).try_into().ok()?;
        (age < LONGEST_WORK).then_some(age)
    }

    /// Mindee's answer, byte for byte.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }
}

/// Mindee gives up on a document after 590 seconds (OpenAPI 2.0.0): what is said to have taken longer
/// is an error of one of the clocks.
const LONGEST_WORK: Duration = Duration::from_mins(10);
const PREFIX: &str = "mj1_";
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A short printable text that names a job, its product and the address it was sent to.
/// It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResumeToken {
    origin: String,
    product: Option<Product>,
    job_id: String,
}

#[derive(Serialize, Deserialize)]
struct Written {
    o: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<Product>,
    j: String,
}

impl ResumeToken {
    /// The job's id.
    pub fn job_id(&self) -> &str {
        &self.job_id
    }

    /// The product, where it is known.
    pub fn product(&self) -> Option<Product> {
        self.product
    }

    pub(crate) fn with_product(mut self, product: Option<Product>) -> Self {
        self.product = self.product.or(product);
        self
    }

    /// Reads a resume token or a bare job id, and refuses a token of another address.
    pub(crate) fn of(token_or_id: &str, origin: &str) -> Result<Self, Error> {
        let token = if token_or_id.starts_with(PREFIX) {
            token_or_id.parse()?
        } else {
            Self {
                origin: origin.to_owned(),
                product: None,
                job_id: token_or_id.to_owned(),
            }
        };
        path_segment(&token.job_id)?;
        if token.origin != origin {
            let message = format!(
                "The job was sent to {}, and this client talks to {origin}",
                token.origin
            );
            return Err(Error::new(code::TOKEN_FOREIGN, message));
        }
        Ok(token)
    }
}

/// An id as a path segment. What could climb or cut a path is refused, the rest is escaped.
pub(crate) fn path_segment(id: &str) -> Result<String, Error> {
    let climbs = id.contains(['/', '\\']) || id.chars().all(|c| c == '.');
    if climbs || id.contains(char::is_control) || id.len() > 512 {
        let message = "The id is empty, too long or holds characters that no id has";
        return Err(Error::new(code::ID_INVALID, message));
    }
    Ok(utf8_percent_encode(id, &RESERVED).to_string())
}

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = Written {
            o: self.origin.clone(),
            p: self.product,
            j: self.job_id.clone(),
        };
        let json = serde_json::to_vec(&written).map_err(|_| fmt::Error)?;
        write!(f, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for ResumeToken {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let written: Option<Written> = text
            .strip_prefix(PREFIX)
            .and_then(|body| URL_SAFE_NO_PAD.decode(body).ok())
            .and_then(|json| serde_json::from_slice(&json).ok());
        let Written { o, p, j } = written
            .ok_or_else(|| Error::new(code::ID_INVALID, "The resume token cannot be read"))?;
        Ok(Self {
            origin: o,
            product: p,
            job_id: j,
        })
    }
}
