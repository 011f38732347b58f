//! RAG documents: their life from upload to deletion.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use mindee_sandbox::{Product, Settings};
use reqwest::multipart::Form;
use serde_json::{Value, json};
use support::{Bench, KEY, at, bench, bench_with, exchange, png, refused, text};

const ROUTE: &str = "/v2/products/extraction/rag-documents";
const UNKNOWN: &str = "fc405e37-4ba4-4d03-aeba-533a8d1f0f21";

async fn upload(bench: &Bench) -> String {
    let form = bench.form(Product::Extraction);
    let (status, body) = exchange(bench.post(ROUTE).multipart(form)).await;
    assert_eq!(status, 201);
    format!("{ROUTE}/{}", text(&body, "/id"))
}

fn patch(bench: &Bench, path: &str, body: &Value) -> reqwest::RequestBuilder {
    let request = bench.client.patch(bench.url(path));
    request.header("authorization", KEY).json(body)
}

async fn status(bench: &Bench, path: &str) -> String {
    text(&exchange(bench.get(path)).await.1, "/status")
}

fn selection() -> Value {
    let field = json!({"value": "Acme", "selected": true, "guidelines": "As printed."});
    json!({"fields": {"supplier_name": field}})
}

#[tokio::test]
async fn a_document_is_processed_to_a_draft_with_a_proposed_annotation() {
    let bench = bench_with(Settings {
        processing: Duration::from_millis(400),
        ..Settings::default()
    })
    .await;
    let path = upload(&bench).await;
    let (_, body) = exchange(bench.get(&path)).await;
    assert_eq!(text(&body, "/status"), "Processing");
    assert_eq!(at(&body, "/annotation"), Value::Null);
    tokio::time::sleep(Duration::from_millis(410)).await;
    let (_, body) = exchange(bench.get(&path)).await;
    assert_eq!(text(&body, "/status"), "Draft");
    assert_eq!(text(&body, "/filename"), "receipt.png");
    assert!(text(&body, "/created_at").ends_with('Z'));
    let field = at(&body, "/annotation/fields/supplier_name");
    let keys: Vec<&String> = field.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["value", "selected", "guidelines"]);
    let nested = at(&body, "/annotation/fields/supplier_address/fields/city");
    assert_eq!(nested.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_document_is_annotated_activated_matched_and_put_to_rest() {
    let bench = bench().await;
    let path = upload(&bench).await;
    let annotation = json!({"annotation": selection()});
    let (code, body) = exchange(patch(&bench, &path, &annotation)).await;
    assert_eq!((code, text(&body, "/status").as_str()), (200, "Draft"));
    assert_eq!(at(&body, "/annotation/fields/supplier_name/value"), "Acme");
    assert!(at(&body, "/annotation/fields/total_net").is_object());

    exchange(patch(&bench, &path, &json!({"status": "Active"}))).await;
    assert_eq!(status(&bench, &path).await, "Active");

    let form = bench.form(Product::Extraction).text("rag", "true");
    let inference = bench.inference(form).await;
    let retrieved = text(&inference, "/result/rag/retrieved_document_id");
    assert!(path.ends_with(&retrieved));
    let (_, body) = exchange(bench.get(&path)).await;
    assert_eq!(at(&body, "/total_matches"), 1);
    assert!(at(&body, "/last_match_at").is_string());

    let (_, body) = exchange(patch(&bench, &path, &json!({"status": "Inactive"}))).await;
    assert_eq!(text(&body, "/status"), "Inactive");
}

#[tokio::test]
async fn activation_takes_time() {
    let bench = bench_with(Settings {
        processing: Duration::from_millis(300),
        ..Settings::default()
    })
    .await;
    let path = upload(&bench).await;
    tokio::time::sleep(Duration::from_millis(310)).await;
    let change = json!({"annotation": selection(), "status": "Active"});
    let (_, body) = exchange(patch(&bench, &path, &change)).await;
    assert_eq!(text(&body, "/status"), "Processing");
    tokio::time::sleep(Duration::from_millis(310)).await;
    assert_eq!(status(&bench, &path).await, "Active");
}

#[tokio::test]
async fn nothing_selected_means_no_activation() {
    let bench = bench().await;
    let path = upload(&bench).await;
    let request = patch(&bench, &path, &json!({"status": "Active"}));
    refused(request, "422-024").await;
    assert_eq!(status(&bench, &path).await, "Draft");
}

#[tokio::test]
async fn selection_keys_on_inner_fields_are_accepted_and_dropped() {
    let bench = bench().await;
    let path = upload(&bench).await;
    let city = json!({"value": "Lyon", "selected": false, "guidelines": null});
    let address = json!({"fields": {"city": city}, "selected": true, "guidelines": null});
    let change = json!({"annotation": {"fields": {"supplier_address": address}}});
    let (code, body) = exchange(patch(&bench, &path, &change)).await;
    assert_eq!(code, 200);
    let address = at(&body, "/annotation/fields/supplier_address");
    assert_eq!(at(&address, "/selected"), true);
    assert_eq!(at(&address, "/fields/city"), json!({"value": "Lyon"}));
}

#[tokio::test]
async fn a_deleted_document_is_gone() {
    let bench = bench().await;
    let path = upload(&bench).await;
    let delete = || {
        let request = bench.client.delete(bench.url(&path));
        request.header("authorization", KEY)
    };
    assert_eq!(delete().send().await.unwrap().status(), 204);
    refused(delete(), "404-004").await;
    refused(bench.get(&path), "404-004").await;
}

#[tokio::test]
async fn documents_are_listed_by_model_without_their_annotation() {
    let bench = bench().await;
    upload(&bench).await;
    let route = "/v2/search/rag-documents";
    let model = bench.model(Product::Extraction);
    let (_, body) = exchange(bench.get(&format!("{route}?model_id={model}"))).await;
    assert_eq!(text(&body, "/rag_documents/0/model_id"), model);
    assert_eq!(at(&body, "/rag_documents/0").get("annotation"), None);
    assert_eq!(at(&body, "/pagination/total_items"), 1);
    let query = format!("{route}?model_id={model}&filename=RECEIPT");
    let (_, body) = exchange(bench.get(&query)).await;
    assert_eq!(at(&body, "/pagination/total_items"), 1);
    let query = format!("{route}?model_id={model}&filename=nothing");
    let (_, body) = exchange(bench.get(&query)).await;
    assert_eq!(at(&body, "/rag_documents"), json!([]));
    refused(bench.get(route), "422-001").await;
    refused(bench.get(&format!("{route}?model_id={UNKNOWN}")), "404-001").await;
}

#[tokio::test]
async fn uploads_and_changes_are_checked() {
    let bench = bench().await;
    refused(
        bench.post(ROUTE).multipart(bench.form(Product::Ocr)),
        "422-001",
    )
    .await;
    let no_model = Form::new().part("file", png());
    refused(bench.post(ROUTE).multipart(no_model), "422-001").await;
    let no_file = Form::new().text("model_id", bench.model(Product::Extraction));
    refused(bench.post(ROUTE).multipart(no_file), "422-001").await;
    let path = upload(&bench).await;
    for change in [
        json!({"status": "Draft"}),
        json!({"annotation": {"fields": {"colour": {"value": "red"}}}}),
        json!({"annotation": []}),
    ] {
        refused(patch(&bench, &path, &change), "422-001").await;
    }
    refused(bench.get(&format!("{ROUTE}/x")), "422-001").await;
    refused(bench.get(&format!("{ROUTE}/{UNKNOWN}")), "404-004").await;
}
