//! Mindee's error object: the body of every refused request, and the `error` of a failed job.

use serde::{Deserialize, Serialize};

use crate::lenient::or_default;
use crate::secret::ApiKey;

/// In characters.
const LONGEST_SENTENCE: usize = 1000;

/// An error as Mindee describes it (RFC 9457 in shape; Mindee: "Problem database").
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// HTTP status, 100 to 599. For a failed job it is not the status of any request.
    #[serde(default, deserialize_with = "or_default")]
    pub status: Option<u16>,
    /// Mindee's stable code, such as `422-001`; what Mindee's support asks for.
    #[serde(default, deserialize_with = "or_default")]
    pub code: Option<String>,
    /// A short name of the error; several errors may share one.
    #[serde(default, deserialize_with = "or_default")]
    pub title: Option<String>,
    /// What exactly is wrong.
    #[serde(default, deserialize_with = "or_default")]
    pub detail: Option<String>,
    /// The places in the request that are wrong.
    #[serde(default, deserialize_with = "or_default")]
    pub errors: Vec<ProblemItem>,
}

/// One wrong place in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemItem {
    /// A JSON pointer fragment such as `#/model_id`.
    #[serde(default, deserialize_with = "or_default")]
    pub pointer: Option<String>,
    /// What is wrong there.
    #[serde(default, deserialize_with = "or_default")]
    pub detail: Option<String>,
}

impl Problem {
    /// Reads an error body. `None` where the body is not Mindee's: an HTML page of a relay, say.
    pub(crate) fn read(body: &[u8], key: &ApiKey) -> Option<Self> {
        let text = key.redact(std::str::from_utf8(body).ok()?);
        // A list would be read as the members in their order.
        let problem: Self = text
            .trim_start()
            .starts_with('{')
            .then(|| serde_json::from_str(&text).ok())??;
        let says_something =
            problem.code.is_some() || problem.detail.is_some() || problem.title.is_some();
        says_something.then_some(problem)
    }

    /// Title, detail and places in one line.
    pub(crate) fn sentence(&self) -> String {
        let mut parts: Vec<String> = [&self.title, &self.detail]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        for item in &self.errors {
            match (&item.pointer, &item.detail) {
                (Some(pointer), Some(detail)) => parts.push(format!("{pointer}: {detail}")),
                (Some(text), None) | (None, Some(text)) => parts.push(text.clone()),
                (None, None) => {}
            }
        }
        // The whole stands in the problem itself; a message is to be read.
        parts.join(": ").chars().take(LONGEST_SENTENCE).collect()
    }
}
