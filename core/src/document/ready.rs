//! What the option `preflight` of a call does with its document before it is sent.

use super::preflight::{Preflight, SAVE_AGAIN};
use super::{Budget, Document, File, Limits, Shrink, keep_pages, preflight, repair, shrink};
use crate::error::{Error, code};
use crate::finding::{Finding, Severity};
use crate::source::{LARGEST, Source};

/// What to do with a document of which there is something to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readiness {
    /// To refuse it here.
    Refuse,
    /// To mend it where that can be done, and to refuse it here otherwise.
    Mend,
    /// To send it as it is.
    Warn,
}

impl Readiness {
    pub(crate) fn of(text: &str) -> Result<Self, Error> {
        match text {
            "refuse" => Ok(Self::Refuse),
            "mend" => Ok(Self::Mend),
            "warn" => Ok(Self::Warn),
            _ => Err(Error::new(
                code::OPTION_INVALID,
                "Option `preflight` takes `warn`, `refuse` or `mend`",
            )),
        }
    }
}

/// Looks at a local document, and gives the one to send, with what there is to know of it all the
/// same, but for its cost. Streams and URLs pass unseen.
pub(crate) fn make_ready(
    source: Source,
    readiness: Readiness,
) -> Result<(Source, Vec<Finding>), Error> {
    if !source.is_local() {
        return Ok((source, Vec::new()));
    }
    let budget = Budget::new(Limits::default());
    let (source, file) = source.with_file()?;
    let found = match preflight(&file, &budget) {
        // It is sent all the same, and so that is a thing to know.
        Err(error) if readiness == Readiness::Warn && error.code() == code::DOCUMENT_LIMIT.code => {
            return Ok((source, vec![unseen(&error)]));
        }
        found => found?,
    };
    if readiness == Readiness::Mend
        && let Some(document) = mended(file, &found, &budget)?
    {
        let file = File::bytes(document.content.clone(), Some(&document.filename));
        let left = preflight(&file, &budget)?;
        refuse(&left)?;
        return Ok((document.into(), warnings(left)));
    }
    if readiness != Readiness::Warn {
        refuse(&found)?;
    }
    Ok((source, warnings(found)))
}

fn unseen(error: &Error) -> Finding {
    Finding {
        code: "unreadable",
        severity: Severity::Doubtful,
        message: error.message().to_owned(),
        hint: SAVE_AGAIN,
    }
}

fn warnings(found: Preflight) -> Vec<Finding> {
    let mut warnings = found.findings;
    warnings.retain(|finding| finding.severity != Severity::Cost);
    warnings
}

/// The error for a document that Mindee would refuse.
fn refuse(found: &Preflight) -> Result<(), Error> {
    let refused = found
        .findings
        .iter()
        .find(|finding| finding.severity == Severity::Refused);
    refused.map_or(Ok(()), |finding| {
        let message = format!(
            "{}; {}",
            finding.message,
            finding.hint.trim_end_matches('.')
        );
        Err(Error::new(code::DOCUMENT_REFUSED, message))
    })
}

/// The mended document; nothing where there is nothing to mend.
fn mended(file: File, found: &Preflight, budget: &Budget) -> Result<Option<Document>, Error> {
    let has = |code: &str| found.findings.iter().any(|finding| finding.code == code);
    let mut document = None;
    let mut file = file;
    let again = |made: Document| {
        let file = File::bytes(made.content.clone(), Some(&made.filename));
        (Some(made), file)
    };
    let media_type = found
        .inspection
        .as_ref()
        .map(|inspection| inspection.media_type);
    if has("damaged") && media_type == Some("application/pdf") {
        (document, file) = again(repair(&file, budget)?.document);
    }
    if has("encrypted") {
        let pages = found
            .inspection
            .as_ref()
            .and_then(|inspection| inspection.pages);
        let all: Vec<i64> = (0..pages.unwrap_or(0))
            .filter_map(|page| page.try_into().ok())
            .collect();
        (document, file) = again(keep_pages(&file, &all, 0, budget)?);
    }
    if ["animated", "sequence", "huge", "too_large"]
        .iter()
        .any(|code| has(code))
    {
        let size = Shrink {
            max_bytes: has("too_large").then_some(LARGEST),
            ..Shrink::default()
        };
        let shrunk = shrink(&file, &size, budget)?;
        if shrunk.smaller {
            document = Some(shrunk.document);
        }
    }
    Ok(document)
}
