//! The inference of a finished job: a ready-made result if there is one, else a made one,
//! in the envelope that is always the sandbox's own.

use std::path::Path;

use serde_json::{Value, json};

use crate::job::Job;
use crate::made;
use crate::model::Model;
use crate::product::Product;

pub(crate) fn json(job: &Job, model: &Model, results: Option<&Path>) -> Result<Value, String> {
    let result = result(job, model, results)?;
    let document = &job.document;
    let mut inference = json!({
        "id": job.id,
        "job": {"id": job.id},
        "model": {"id": job.model_id},
        "file": {
            "name": document.name,
            "alias": job.alias,
            "page_count": document.page_count,
            "mime_type": document.media_type,
        },
        "result": result,
    });
    if job.product == Product::Extraction {
        let options = &job.options;
        let active = json!({
            "raw_text": options.raw_text,
            "polygon": options.polygon,
            "confidence": options.confidence,
            "rag": options.rag,
            "multipage_context": false,
            "text_context": options.text_context,
            "data_schema": {"replace": options.schema.is_some()},
        });
        if let Some(inference) = inference.as_object_mut() {
            inference.insert("active_options".to_owned(), active);
        }
    }
    Ok(json!({"inference": inference}))
}

/// What the document says: as a rule wants it, from the folder, or made up.
pub(crate) fn result(job: &Job, model: &Model, results: Option<&Path>) -> Result<Value, String> {
    if let Some(given) = &job.fate.result {
        return Ok(result_part(given.clone()));
    }
    let stored = results.map(|folder| stored(folder, job)).transpose()?;
    Ok(stored
        .flatten()
        .map_or_else(|| made::result(job, model), result_part))
}

/// A whole inference, or only the part under `result`.
fn result_part(mut given: Value) -> Value {
    if let Some(result) = given.pointer_mut("/inference/result") {
        return result.take();
    }
    match given.get_mut("result") {
        Some(result) => result.take(),
        None => given,
    }
}

/// Looks a result up in the folder, from the most to the least particular name.
fn stored(folder: &Path, job: &Job) -> Result<Option<Value>, String> {
    let model_id = job.model_id.to_string();
    for name in [
        job.document.sha256.as_str(),
        model_id.as_str(),
        job.product.slug(),
    ] {
        let path = folder.join(format!("{name}.json"));
        match std::fs::read(&path) {
            Ok(bytes) => {
                let value = serde_json::from_slice(&bytes);
                return value
                    .map(Some)
                    .map_err(|error| format!("{name}.json is not JSON: {error}"));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{name}.json cannot be read: {error}")),
        }
    }
    Ok(None)
}
