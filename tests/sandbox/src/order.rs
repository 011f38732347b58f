//! Reads and checks the fields of an enqueue request.

use url::Url;
use uuid::Uuid;

use crate::form::{Reading, Received};
use crate::intake::{self, Upload};
use crate::job::{ActiveOptions, Document};
use crate::model::{Model, OptionDefaults};
use crate::problem::{Fault, Problem};
use crate::product::Product;
use crate::schema;

/// Largest file that the API takes.
const FILE_LIMIT: u64 = 100 * 1024 * 1024;
/// Longest address that the API takes.
const URL_LIMIT: usize = 2048;

/// An enqueue request whose fields are well-formed.
pub(crate) struct Order {
    pub(crate) model_id: Uuid,
    pub(crate) webhook_ids: Vec<Uuid>,
    pub(crate) alias: Option<String>,
    pub(crate) document: Document,
    given: GivenOptions,
}

#[derive(Default)]
struct GivenOptions {
    raw_text: Option<bool>,
    polygon: Option<bool>,
    confidence: Option<bool>,
    rag: Option<bool>,
    text_context: bool,
    schema: Option<schema::DataSchema>,
}

impl Order {
    pub(crate) fn read(received: &Received, product: Product) -> Result<Self, Problem> {
        readable(received)?;
        let mut faults = Vec::new();
        let model_id = required_id(received, "model_id", &mut faults);
        let webhook_ids = webhook_ids(received, &mut faults);
        let given = match product {
            Product::Extraction => options(received, &mut faults),
            _ => GivenOptions::default(),
        };
        let url = source(received, &mut faults);
        let (Some(model_id), true) = (model_id, faults.is_empty()) else {
            return Err(Problem::invalid_fields(faults));
        };
        let wanted_name = received.text("filename").map(str::to_owned);
        let document = match (received.file(), url) {
            (Some(upload), _) => uploaded(upload, wanted_name)?,
            (None, Some(url)) => remote(&url, wanted_name),
            (None, None) => return Err(Problem::invalid_field("file", "A file is required.")),
        };
        Ok(Self {
            model_id,
            webhook_ids,
            alias: received.text("alias").map(str::to_owned),
            document,
            given,
        })
    }

    /// Compares the order with the model that it names.
    pub(crate) fn check(&self, model: &Model, product: Product) -> Result<(), Problem> {
        if model.product != product {
            let (is, asked) = (model.product.slug(), product.slug());
            return Err(Problem::invalid_field(
                "model_id",
                format!("The model is a model for {is}, not for {asked}."),
            ));
        }
        let known = |id: &Uuid| model.webhook(*id).is_some();
        if self.webhook_ids.iter().all(known) {
            Ok(())
        } else {
            Err(Problem::unknown_webhooks(
                "There are no matching webhooks for this model.",
            ))
        }
    }

    pub(crate) fn options(&self, defaults: OptionDefaults) -> ActiveOptions {
        let given = &self.given;
        ActiveOptions {
            raw_text: given.raw_text.unwrap_or(defaults.raw_text),
            polygon: given.polygon.unwrap_or(defaults.polygon),
            confidence: given.confidence.unwrap_or(defaults.confidence),
            rag: given.rag.unwrap_or(defaults.rag),
            text_context: given.text_context,
            schema: given.schema.clone(),
        }
    }
}

/// Refuses a body that is no form.
pub(crate) fn readable(received: &Received) -> Result<(), Problem> {
    match &received.reading {
        Reading::Unreadable(detail) => Err(Problem::unreadable_body(detail.clone())),
        Reading::OtherJson(_) => Err(Problem::unreadable_body("The JSON body is not an object.")),
        Reading::Nothing | Reading::Form(_) => Ok(()),
    }
}

/// A UUID in the usual form with hyphens. Its version is not looked at.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    (text.len() == 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}

pub(crate) fn required_id(
    received: &Received,
    name: &str,
    faults: &mut Vec<Fault>,
) -> Option<Uuid> {
    let Some(text) = received.text(name) else {
        faults.push(Fault::at(name, format!("{name} is required")));
        return None;
    };
    let id = uuid(text);
    if id.is_none() {
        faults.push(Fault::at(
            name,
            format!("{name} must be a valid UUID format"),
        ));
    }
    id
}

/// Repeated, joined by commas, or under the bracketed name; the same id counts once.
fn webhook_ids(received: &Received, faults: &mut Vec<Fault>) -> Vec<Uuid> {
    let mut ids = Vec::new();
    let given = received
        .texts("webhook_ids")
        .chain(received.texts("webhook_ids[]"))
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|text| !text.is_empty());
    for text in given {
        match uuid(text) {
            Some(id) if ids.contains(&id) => {}
            Some(id) => ids.push(id),
            None => faults.push(Fault::at("webhook_ids", "webhook_ids must be valid UUIDs")),
        }
    }
    ids
}

fn options(received: &Received, faults: &mut Vec<Fault>) -> GivenOptions {
    let mut flag = |name: &str| match received.text(name) {
        None => None,
        Some(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Some(_) => {
            faults.push(Fault::at(name, format!("{name} must be true or false")));
            None
        }
    };
    let (raw_text, polygon) = (flag("raw_text"), flag("polygon"));
    let (confidence, rag) = (flag("confidence"), flag("rag"));
    let schema = match received.text("data_schema").map(schema::parse_override) {
        None => None,
        Some(Ok(schema)) => schema,
        Some(Err(detail)) => {
            faults.push(Fault::at("data_schema", detail));
            None
        }
    };
    GivenOptions {
        raw_text,
        polygon,
        confidence,
        rag,
        text_context: received.text("text_context").is_some(),
        schema,
    }
}

/// Checks that there is one source; the address, if it is one.
fn source(received: &Received, faults: &mut Vec<Fault>) -> Option<Url> {
    if received.file().is_some() {
        return None;
    }
    if received.text("file_base64").is_some() {
        faults.push(Fault::at("file_base64", "file_base64 must be base64"));
        return None;
    }
    let Some(text) = received.text("url") else {
        let detail = "One of file, url and file_base64 is required";
        faults.push(Fault::at("file", detail));
        return None;
    };
    let parsed = Url::parse(text).ok().filter(|url| url.scheme() == "https");
    if parsed.is_none() || text.len() > URL_LIMIT {
        let detail = "url must be an https address of at most 2048 characters";
        faults.push(Fault::at("url", detail));
    }
    parsed
}

/// Checks a file that came with the request.
pub(crate) fn uploaded(upload: &Upload, wanted_name: Option<String>) -> Result<Document, Problem> {
    if upload.bytes == 0 {
        return Err(Problem::invalid_file("file", "The file is empty."));
    }
    if upload.bytes > FILE_LIMIT {
        return Err(Problem::file_too_large());
    }
    let Some(media_type) = upload.media_type else {
        return Err(Problem::invalid_file(
            "file",
            "The file type is not supported.",
        ));
    };
    if upload.encrypted {
        return Err(Problem::invalid_file(
            "file",
            "The PDF is protected by a password.",
        ));
    }
    let own_name = upload.filename.clone().filter(|name| !name.is_empty());
    Ok(Document {
        name: wanted_name
            .or(own_name)
            .unwrap_or_else(|| "document".to_owned()),
        media_type: media_type.to_owned(),
        page_count: upload.page_count,
        sha256: upload.sha256.clone(),
    })
}

/// A document by address. The sandbox never leaves the machine: it takes the name for
/// what it says, and the address for the content.
fn remote(url: &Url, wanted_name: Option<String>) -> Document {
    let last = url.path_segments().and_then(|mut parts| parts.next_back());
    let own_name = last.filter(|name| !name.is_empty()).unwrap_or("document");
    let extension = own_name.rsplit('.').next().unwrap_or_default();
    let media_type = match extension.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "tif" | "tiff" => "image/tiff",
        "heic" => "image/heic",
        "heif" => "image/heif",
        _ => "application/pdf",
    };
    Document {
        name: wanted_name.unwrap_or_else(|| own_name.to_owned()),
        media_type: media_type.to_owned(),
        page_count: 1,
        sha256: intake::sha256_of(url.as_str()),
    }
}
