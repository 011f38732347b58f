//! RAG documents: upload, look, annotate and activate, delete.

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::Call;
use crate::clock::later;
use crate::form::Reading;
use crate::made;
use crate::order;
use crate::problem::Problem;
use crate::product::Product;
use crate::rag::{RagDocument, RagStatus};
use crate::reply::Reply;
use crate::world::{Store, World};

pub(super) fn upload(world: &World, call: &Call<'_>) -> Result<Reply, Problem> {
    order::readable(call.received)?;
    let mut faults = Vec::new();
    let model_id = order::required_id(call.received, "model_id", &mut faults);
    let (Some(model_id), true) = (model_id, faults.is_empty()) else {
        return Err(Problem::invalid_fields(faults));
    };
    let file = call
        .received
        .file()
        .ok_or_else(|| Problem::invalid_field("file", "A file is required."))?;
    let document = order::uploaded(file, None)?;
    let mut store = world.store();
    let model = store
        .model(model_id)
        .ok_or_else(|| Problem::not_found("404-001", "The model"))?;
    if model.product != Product::Extraction {
        let detail = "RAG documents belong to extraction models.";
        return Err(Problem::invalid_field("model_id", detail));
    }
    let created = world.clock.now();
    let processing = world.processing(model, &document.sha256);
    let document = RagDocument {
        id: Uuid::new_v4(),
        model_id,
        annotation: made::annotation(model, &document.sha256),
        filename: document.name,
        created,
        total_matches: 0,
        last_match: None,
        status: RagStatus::Draft,
        processing,
        ready: later(created, processing),
    };
    let body = document.json(created);
    store.rag_documents.push(document);
    Ok(Reply::json(StatusCode::CREATED, body))
}

pub(super) fn get(world: &World, id: Uuid) -> Result<Reply, Problem> {
    let mut store = world.store();
    let document = find(&mut store, id)?;
    Ok(Reply::json(
        StatusCode::OK,
        document.json(world.clock.now()),
    ))
}

/// The annotation is put in place first, then the status changes.
pub(super) fn update(world: &World, call: &Call<'_>, id: Uuid) -> Result<Reply, Problem> {
    order::readable(call.received)?;
    let Reading::Form(Some(body)) = &call.received.reading else {
        return Err(Problem::unreadable_body("A JSON body is required."));
    };
    let status = match body.get("status").unwrap_or(&Value::Null) {
        Value::Null => None,
        Value::String(text) if text == "Active" => Some(RagStatus::Active),
        Value::String(text) if text == "Inactive" => Some(RagStatus::Inactive),
        _ => {
            return Err(Problem::invalid_field(
                "status",
                "status must be Active or Inactive",
            ));
        }
    };
    let mut store = world.store();
    let document = find(&mut store, id)?;
    let now = world.clock.now();
    if document.is_processing(now) {
        return Err(Problem::invalid_field(
            "status",
            "The document is being processed.",
        ));
    }
    match body.get("annotation").unwrap_or(&Value::Null) {
        Value::Null => {}
        annotation => {
            let fields = annotation.get("fields").and_then(Value::as_object);
            let fields = fields.ok_or_else(|| {
                Problem::invalid_field("annotation", "annotation must be an object with fields")
            })?;
            document
                .annotate(fields)
                .map_err(|detail| Problem::invalid_field("annotation", detail))?;
        }
    }
    if let Some(status) = status {
        if status == RagStatus::Active && !document.has_selection() {
            return Err(Problem::nothing_selected());
        }
        document.set_status(status, now);
    }
    Ok(Reply::json(StatusCode::OK, document.json(now)))
}

pub(super) fn delete(world: &World, id: Uuid) -> Result<Reply, Problem> {
    let mut store = world.store();
    find(&mut store, id)?;
    store.rag_documents.retain(|document| document.id != id);
    Ok(Reply::bytes(StatusCode::NO_CONTENT, Bytes::new()))
}

fn find(store: &mut Store, id: Uuid) -> Result<&mut RagDocument, Problem> {
    store
        .rag_documents
        .iter_mut()
        .find(|document| document.id == id)
        .ok_or_else(|| Problem::not_found("404-004", "The RAG document"))
}
