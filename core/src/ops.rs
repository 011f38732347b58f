//! The table of operations: what each takes, and the request that it makes. No I/O.

use crate::engine::Settings;
use crate::error::{Error, code};
use crate::job::path_segment;
use crate::options::{Params, Preparation};
use crate::product::Product;
use crate::webhook;

/// One row of the table of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationSpec {
    /// The name that wrappers call it by.
    pub name: &'static str,
    /// The arguments beside the options of the call.
    pub arguments: &'static [&'static str],
    /// The options of the call that it heeds.
    pub options: Heeded,
    /// What it does.
    pub doc: &'static str,
}

/// Which options of a call an operation heeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heeded {
    /// All of them.
    All,
    /// Those that say how long and how often.
    Waiting,
    /// None: nothing is sent.
    Nothing,
    /// Those of [`Preparation`] that it names, and the limits: it works on a local file.
    Preparing(&'static [&'static str]),
}

/// The options that say how long and how often.
const WAITING: [&str; 4] = ["deadline", "retries", "first_poll", "poll_interval"];

/// Every operation.
pub const TABLE: &[OperationSpec] = &[
    OperationSpec {
        name: "run",
        arguments: &["product", "source", "source_name"],
        options: Heeded::All,
        doc: "Uploads a document, waits for its job and fetches the result, under one deadline.",
    },
    OperationSpec {
        name: "enqueue",
        arguments: &["product", "source", "source_name"],
        options: Heeded::All,
        doc: "Uploads a document and returns its job at once.",
    },
    OperationSpec {
        name: "result",
        arguments: &["product", "id"],
        options: Heeded::Waiting,
        doc: "Fetches the result of a finished inference.",
    },
    OperationSpec {
        name: "jobs.get",
        arguments: &["id"],
        options: Heeded::Waiting,
        doc: "Asks once for a job, by its id or resume token.",
    },
    OperationSpec {
        name: "jobs.wait",
        arguments: &["id"],
        options: Heeded::Waiting,
        doc: "Waits until a job is processed, and returns it.",
    },
    OperationSpec {
        name: "jobs.result",
        arguments: &["id"],
        options: Heeded::Waiting,
        doc: "Waits until a job is processed, and fetches its result, whatever the product.",
    },
    OperationSpec {
        name: "jobs.deliver",
        arguments: &webhook::ARGUMENTS,
        options: Heeded::Nothing,
        doc: "Verifies a webhook's delivery, keeps it in the ledger, and ends the waits for its job.",
    },
    OperationSpec {
        name: "models.search",
        arguments: &["name", "model_type", "page", "per_page"],
        options: Heeded::Waiting,
        doc: "Lists the organization's models, one page at a time.",
    },
    OperationSpec {
        name: "status",
        arguments: &[],
        options: Heeded::Nothing,
        doc: "Tells what the client's calls wait for: jobs, and budget.",
    },
    OperationSpec {
        name: "ledger.pending",
        arguments: &[],
        options: Heeded::Nothing,
        doc: "Lists every document of the ledger with its state.",
    },
    OperationSpec {
        name: "ledger.resume",
        arguments: &["older_than"],
        options: Heeded::Waiting,
        doc: "Sends what was certainly not taken, waits for what has a job, and lists all. `older_than`: seconds since a document was recorded; younger ones are left alone.",
    },
    OperationSpec {
        name: "ledger.collect",
        arguments: &["after", "most"],
        options: Heeded::Nothing,
        doc: "Gives results that the ledger holds, oldest first, a portion at a time.",
    },
    OperationSpec {
        name: "ledger.forget",
        arguments: &["keys"],
        options: Heeded::Nothing,
        doc: "Removes documents from the ledger, by their keys.",
    },
    OperationSpec {
        name: "document.inspect",
        arguments: &["source", "source_name"],
        options: Heeded::Preparing(&[]),
        doc: "Tells what a local file is, without decoding it: type, pages, size, encryption.",
    },
    OperationSpec {
        name: "document.preflight",
        arguments: &["source", "source_name"],
        options: Heeded::Preparing(&[]),
        doc: "Tells what Mindee will refuse of a local file, what will cost and what will be slow.",
    },
    OperationSpec {
        name: "document.keep_pages",
        arguments: &["source", "source_name"],
        options: Heeded::Preparing(&["pages", "on_min_pages"]),
        doc: "Keeps the named pages of a PDF or TIFF, in their order.",
    },
    OperationSpec {
        name: "document.remove_pages",
        arguments: &["source", "source_name"],
        options: Heeded::Preparing(&["pages", "on_min_pages"]),
        doc: "Removes the named pages of a PDF or TIFF.",
    },
    OperationSpec {
        name: "document.repair",
        arguments: &["source", "source_name"],
        options: Heeded::Preparing(&[]),
        doc: "Mends a damaged PDF, and tells what was mended.",
    },
    OperationSpec {
        name: "document.shrink",
        arguments: &["source", "source_name"],
        options: Heeded::Preparing(&[
            "max_width",
            "max_height",
            "megapixels",
            "max_bytes",
            "quality",
            "dpi",
            "fast",
        ]),
        doc: "Makes a picture, or the scanned pages of a PDF, smaller.",
    },
    OperationSpec {
        name: "document.cut",
        arguments: &["source", "source_name"],
        options: Heeded::Preparing(&["result", "quality", "dpi"]),
        doc: "Cuts a local file into what a split or crop result found.",
    },
];

/// The operation of a name.
pub fn find(name: &str) -> Result<&'static OperationSpec, Error> {
    TABLE.iter().find(|spec| spec.name == name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        Error::new(
            code::OPERATION_UNKNOWN,
            format!("There is no operation `{shown}`"),
        )
    })
}

impl OperationSpec {
    /// Whether a key of [`Params`] is heeded.
    pub fn heeds(&self, key: &str) -> bool {
        match self.options {
            Heeded::All => Params::SPEC.iter().any(|spec| spec.key == key),
            Heeded::Waiting => WAITING.contains(&key),
            Heeded::Nothing => false,
            Heeded::Preparing(named) => {
                named.contains(&key)
                    || (key.starts_with("limit_")
                        && Preparation::SPEC.iter().any(|spec| spec.key == key))
            }
        }
    }

    /// Whether it works on a local file: no client and no key is needed.
    pub fn prepares(&self) -> bool {
        matches!(self.options, Heeded::Preparing(_))
    }

    /// Every key that a call of it may hold.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + '_ {
        let options = Params::SPEC
            .iter()
            .chain(Preparation::SPEC)
            .map(|spec| spec.key)
            .filter(|key| self.heeds(key));
        self.arguments.iter().copied().chain(options)
    }
}

/// The path that a document is handed over at.
pub(crate) fn enqueue_path(product: Product, settings: &Settings) -> Result<String, Error> {
    if !settings.older_routes {
        return Ok(format!("/v2/products/{product}/enqueue"));
    }
    older_route_fits(product)?;
    Ok("/v2/inferences/enqueue".to_owned())
}

/// The path of a result.
pub(crate) fn result_path(
    product: Product,
    id: &str,
    settings: &Settings,
) -> Result<String, Error> {
    let id = path_segment(id)?;
    if !settings.older_routes {
        return Ok(format!("/v2/products/{product}/results/{id}"));
    }
    older_route_fits(product)?;
    Ok(format!("/v2/inferences/{id}"))
}

/// The path of a job.
pub(crate) fn job_path(id: &str) -> Result<String, Error> {
    Ok(format!("/v2/jobs/{}", path_segment(id)?))
}

fn older_route_fits(product: Product) -> Result<(), Error> {
    if product == Product::Extraction {
        return Ok(());
    }
    let message = format!("Option `routes` is `inferences`, which has no route for {product}");
    Err(Error::new(code::OPTION_INVALID, message))
}

/// The text parts of an upload's form, in the order of the table. Absent stays absent.
pub(crate) fn form_texts(
    product: Product,
    params: &Params,
) -> Result<Vec<(&'static str, String)>, Error> {
    let given = params.given();
    for spec in Params::SPEC.iter().filter(|spec| spec.extraction_only) {
        if product != Product::Extraction && given.contains(&spec.key) {
            let message = format!("Option `{}` is for extraction, not for {product}", spec.key);
            return Err(Error::new(code::OPTION_INVALID, message));
        }
    }
    let model_id = params.model_id.as_deref().unwrap_or_default();
    if model_id.is_empty() {
        return Err(Error::new(
            code::OPTION_MISSING,
            "Option `model_id` is not given",
        ));
    }
    check_uuid("model_id", model_id)?;
    let mut texts = vec![("model_id", model_id.to_owned())];
    let mut text = |name, value: &Option<String>| {
        if let Some(value) = value {
            texts.push((name, value.clone()));
        }
    };
    text("alias", &params.alias);
    text("filename", &params.filename);
    text("text_context", &params.text_context);
    text(
        "data_schema",
        &params
            .data_schema
            .as_ref()
            .map(|schema| schema.as_json().to_owned()),
    );
    text("raw_text", &params.raw_text.map(|on| on.to_string()));
    text("polygon", &params.polygon.map(|on| on.to_string()));
    text("confidence", &params.confidence.map(|on| on.to_string()));
    text("rag", &params.rag.map(|on| on.to_string()));
    if let Some(ids) = &params.webhook_ids {
        for id in &ids.0 {
            check_uuid("webhook_ids", id)?;
            texts.push(("webhook_ids", id.clone()));
        }
    }
    Ok(texts)
}

/// A wrong id is told before a large document is uploaded for nothing.
fn check_uuid(key: &str, id: &str) -> Result<(), Error> {
    if uuid::Uuid::try_parse(id).is_ok() {
        return Ok(());
    }
    let shown: String = id.chars().take(60).collect();
    Err(Error::new(
        code::OPTION_INVALID,
        format!("Option `{key}` takes a UUID, not `{shown}`"),
    ))
}
