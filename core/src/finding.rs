//! What there is to know about a document before it is sent, and what a call tells of it afterwards.

use serde_json::{Value, json};

use crate::error::{Category, Error};

/// What a finding means for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Mindee will refuse the file.
    Refused,
    /// Mindee may refuse the file, or read it badly.
    Doubtful,
    /// It makes the call slow.
    Slow,
    /// It is what the call will cost.
    Cost,
}

impl Severity {
    /// The name that wrappers see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Doubtful => "doubtful",
            Self::Slow => "slow",
            Self::Cost => "cost",
        }
    }
}

/// One thing to know about a file before it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable text such as `encrypted`.
    pub code: &'static str,
    /// What it means for the document.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// What can be done about it.
    pub hint: &'static str,
}

impl Finding {
    /// The same as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "code": self.code, "severity": self.severity.name(),
            "message": self.message, "hint": self.hint,
        })
    }
}

/// An error of Mindee's about a document, with what was known of it before.
pub(crate) fn foreseen(error: Error, warnings: &[Finding]) -> Error {
    match (error.category(), warnings.first()) {
        (Category::Rejected | Category::JobFailed, Some(gravest)) => {
            error.with_remark(&format!("`preflight` warns: {}", gravest.message))
        }
        _ => error,
    }
}
