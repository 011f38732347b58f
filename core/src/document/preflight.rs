//! What Mindee will refuse of a file, what will cost and what will be slow, before it is sent.

use serde_json::{Value, json};

use super::inspect::{Encryption, Inspection};
use super::{Budget, File, inspect};
use crate::error::{Error, code};
use crate::finding::{Finding, Severity};
use crate::source::LARGEST;

/// Mindee advises 3 to 5 megapixels (Mindee: "Optimise your documents").
const ADVISED_MEGAPIXELS: u64 = 5_000_000;
/// What helps where nothing here can mend a file.
pub(super) const SAVE_AGAIN: &str =
    "Open the file in a viewer and save it again, or scan the page again.";

/// What there is to know about a file before it is sent.
#[derive(Debug, Clone)]
pub struct Preflight {
    /// What the file is; nothing where it is not even a type that can be looked at.
    pub inspection: Option<Inspection>,
    /// The gravest first.
    pub findings: Vec<Finding>,
}

impl Preflight {
    /// Whether Mindee will take the file.
    pub fn passes(&self) -> bool {
        let refused = |finding: &Finding| finding.severity == Severity::Refused;
        !self.findings.iter().any(refused)
    }

    /// The same as JSON: `passes`, `inspection`, and `findings` with `code`, `severity`, `message`
    /// and `hint`.
    pub fn to_json(&self) -> Value {
        json!({
            "passes": self.passes(),
            "inspection": self.inspection.as_ref().map(Inspection::to_json),
            "findings": self.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
        })
    }
}

/// Tells what Mindee will refuse (Mindee: "Technical limitations"), what will cost and what will be
/// slow. A file that cannot be read at all is an error; one that Mindee would refuse is not.
pub fn preflight(file: &File, budget: &Budget) -> Result<Preflight, Error> {
    let mut findings = Vec::new();
    let mut find = |code, severity, message: String, hint| {
        findings.push(Finding {
            code,
            severity,
            message,
            hint,
        });
    };
    if file.length() == 0 {
        find(
            "empty",
            Severity::Refused,
            "The file is empty".to_owned(),
            "Check that it was written in full.",
        );
        return Ok(Preflight {
            inspection: None,
            findings,
        });
    }
    if file.length() > LARGEST {
        find(
            "too_large",
            Severity::Refused,
            format!("The file has {} bytes; Mindee takes 100 MB", file.length()),
            "Shrink it, or keep fewer pages.",
        );
    }
    let inspection = match inspect(file, budget) {
        Ok(inspection) => Some(inspection),
        Err(error) if error.code() == code::SOURCE_TYPE_REFUSED.code => {
            find(
                "type",
                Severity::Refused,
                error.message().to_owned(),
                "Mindee takes PDF, JPEG, PNG, WebP, TIFF, HEIC and HEIF.",
            );
            None
        }
        Err(error) if error.code() == code::DOCUMENT_DAMAGED.code => {
            find(
                "unreadable",
                Severity::Doubtful,
                error.message().to_owned(),
                SAVE_AGAIN,
            );
            None
        }
        Err(error) => return Err(error),
    };
    if let Some(inspection) = &inspection {
        look(inspection, &mut find);
    }
    Ok(Preflight {
        inspection,
        findings,
    })
}

fn look(
    inspection: &Inspection,
    find: &mut impl FnMut(&'static str, Severity, String, &'static str),
) {
    match inspection.encrypted {
        Encryption::No => {}
        Encryption::EmptyPassword => find(
            "encrypted",
            Severity::Refused,
            "The file is encrypted, with an empty password".to_owned(),
            "Keep all its pages: the new file is not encrypted.",
        ),
        Encryption::Password => find(
            "encrypted",
            Severity::Refused,
            "The file needs a password".to_owned(),
            "Save it without its password.",
        ),
    }
    if inspection.animated == Some(true) {
        find(
            "animated",
            Severity::Refused,
            "The picture is animated".to_owned(),
            "Shrink it: the first picture is kept.",
        );
    }
    let pages = inspection.pages.unwrap_or(1);
    if inspection.media_type == "image/heif" && pages > 1 {
        find(
            "sequence",
            Severity::Refused,
            format!("The file holds {pages} pictures; Mindee takes one of this type"),
            "Shrink it: the first picture is kept.",
        );
    }
    if inspection.damaged {
        let (message, hint) = if inspection.media_type == "application/pdf" {
            ("The file is damaged, and may be mended", "Repair it.")
        } else {
            (
                "The picture is damaged: a part of it may be lost",
                SAVE_AGAIN,
            )
        };
        find("damaged", Severity::Doubtful, message.to_owned(), hint);
    }
    let pixels =
        u64::from(inspection.width.unwrap_or(0)) * u64::from(inspection.height.unwrap_or(0));
    if pixels > ADVISED_MEGAPIXELS {
        find(
            "huge",
            Severity::Slow,
            format!(
                "The picture has {} megapixels; Mindee advises 3 to 5",
                pixels / 1_000_000
            ),
            "Shrink it.",
        );
    }
    let what = if pages == 1 { "page" } else { "pages" };
    find(
        "pages",
        Severity::Cost,
        format!("The file has {pages} {what}"),
        "Pages are what is billed: keep those that matter.",
    );
}
