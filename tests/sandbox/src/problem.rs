//! Mindee's error body, and the codes the sandbox answers with.

use serde_json::{Value, json};

/// One entry of `errors`: where, and what.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) pointer: String,
    pub(crate) detail: String,
}

impl Fault {
    pub(crate) fn at(field: &str, detail: impl Into<String>) -> Self {
        Self {
            pointer: format!("#/{field}"),
            detail: detail.into(),
        }
    }
}

/// A refusal, in the shape every Mindee error has.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
    pub(crate) errors: Vec<Fault>,
}

impl Problem {
    pub(crate) fn new(
        status: u16,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    fn with(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    pub(crate) fn invalid_fields(errors: Vec<Fault>) -> Self {
        Self::new(
            422,
            "422-001",
            "Invalid fields in form",
            "One or more fields failed validation.",
        )
        .with(errors)
    }

    pub(crate) fn invalid_field(field: &str, detail: impl Into<String>) -> Self {
        Self::invalid_fields(vec![Fault::at(field, detail)])
    }

    pub(crate) fn invalid_file(field: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::new(422, "422-002", "Invalid file", detail.clone())
            .with(vec![Fault::at(field, detail)])
    }

    pub(crate) fn unknown_webhooks(detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self::new(422, "422-003", "No matching webhooks", detail.clone())
            .with(vec![Fault::at("webhook_ids", detail)])
    }

    pub(crate) fn unreadable_body(detail: impl Into<String>) -> Self {
        Self::new(422, "422-004", "Unreadable request body", detail)
    }

    pub(crate) fn nothing_selected() -> Self {
        let detail = "At least one field must be selected before the document is activated.";
        Self::new(422, "422-024", "No field selected", detail)
            .with(vec![Fault::at("annotation", detail)])
    }

    pub(crate) fn file_too_large() -> Self {
        let detail = "The file is larger than 100 MB.";
        Self::new(413, "413-001", "File too large", detail).with(vec![Fault::at("file", detail)])
    }

    pub(crate) fn too_many_requests() -> Self {
        let detail = "The rate limit of the organization is exceeded.";
        Self::new(429, "429-001", "Too many requests", detail)
    }

    pub(crate) fn not_kept(detail: impl Into<String>) -> Self {
        Self::new(500, "500-000", "Not kept", detail)
    }

    pub(crate) fn not_found(code: &'static str, what: &str) -> Self {
        Self::new(404, code, "Not found", format!("{what} was not found."))
    }

    /// In a sentence, for who uses the library.
    pub(crate) fn told(&self) -> String {
        let fault = self.errors.first();
        fault.map_or_else(|| self.detail.clone(), |fault| fault.detail.clone())
    }

    pub(crate) fn json(&self) -> Value {
        let errors: Vec<Value> = self
            .errors
            .iter()
            .map(|fault| json!({"pointer": fault.pointer, "detail": fault.detail}))
            .collect();
        json!({
            "status": self.status,
            "detail": self.detail,
            "title": self.title,
            "code": self.code,
            "errors": errors,
        })
    }
}
