//! Requests that the API does not take, and what it says of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use mindee_sandbox::Product;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use support::{Bench, bench, documents, png, refused, text};

const UNKNOWN: &str = "fc405e37-4ba4-4d03-aeba-533a8d1f0f21";

/// Enqueues for extraction and returns the pointer of the first fault.
async fn fault(bench: &Bench, form: Form, code: &str) -> String {
    let request = bench.enqueue(Product::Extraction).multipart(form);
    text(&refused(request, code).await, "/errors/0/pointer")
}

fn with_file(bench: &Bench, part: Part) -> Form {
    Form::new()
        .text("model_id", bench.model(Product::Extraction))
        .part("file", part)
}

#[tokio::test]
async fn a_model_id_is_required() {
    let bench = bench().await;
    let form = Form::new().part("file", png());
    assert_eq!(fault(&bench, form, "422-001").await, "#/model_id");
}

#[tokio::test]
async fn a_model_id_is_a_uuid() {
    let bench = bench().await;
    let form = Form::new().text("model_id", "my-model").part("file", png());
    assert_eq!(fault(&bench, form, "422-001").await, "#/model_id");
}

#[tokio::test]
async fn an_unknown_model_is_not_found() {
    let bench = bench().await;
    let form = Form::new().text("model_id", UNKNOWN).part("file", png());
    refused(
        bench.enqueue(Product::Extraction).multipart(form),
        "404-001",
    )
    .await;
}

#[tokio::test]
async fn a_model_serves_its_own_product_only() {
    let bench = bench().await;
    let form = bench.form(Product::Ocr);
    assert_eq!(fault(&bench, form, "422-001").await, "#/model_id");
}

#[tokio::test]
async fn a_file_is_required() {
    let bench = bench().await;
    let form = Form::new().text("model_id", bench.model(Product::Extraction));
    assert_eq!(fault(&bench, form, "422-001").await, "#/file");
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let bench = bench().await;
    let form = Form::new().text("model_id", "x").text("rag", "perhaps");
    let request = bench.enqueue(Product::Extraction).multipart(form);
    let problem = refused(request, "422-001").await;
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_empty_file_is_refused() {
    let bench = bench().await;
    let form = with_file(&bench, Part::bytes(&[]).file_name("empty.pdf"));
    assert_eq!(fault(&bench, form, "422-002").await, "#/file");
}

#[tokio::test]
async fn a_text_with_the_name_of_a_pdf_is_refused() {
    let bench = bench().await;
    let form = with_file(&bench, Part::bytes(b"hello").file_name("hello.pdf"));
    assert_eq!(fault(&bench, form, "422-002").await, "#/file");
}

#[tokio::test]
async fn a_file_above_100_mb_is_refused_after_it_is_read() {
    let bench = bench().await;
    let size = 100 * 1024 * 1024 + 1;
    let mut bytes = documents::PNG.to_vec();
    bytes.resize(size, 0);
    let form = with_file(&bench, Part::bytes(bytes).file_name("large.png"));
    assert_eq!(fault(&bench, form, "413-001").await, "#/file");
    assert_eq!(bench.last_fields()[1]["bytes"], size);
}

#[tokio::test]
async fn an_option_is_true_or_false() {
    let bench = bench().await;
    for option in ["raw_text", "polygon", "confidence", "rag"] {
        let form = bench.form(Product::Extraction).text(option, "yes");
        assert_eq!(fault(&bench, form, "422-001").await, format!("#/{option}"));
    }
}

#[tokio::test]
async fn webhook_ids_are_uuids_that_the_model_knows() {
    let bench = bench().await;
    let form = bench.form(Product::Extraction).text("webhook_ids", "x");
    assert_eq!(fault(&bench, form, "422-001").await, "#/webhook_ids");
    let form = bench.form(Product::Extraction).text("webhook_ids", UNKNOWN);
    assert_eq!(fault(&bench, form, "422-003").await, "#/webhook_ids");
}

#[tokio::test]
async fn an_address_is_https() {
    let bench = bench().await;
    for url in ["http://example.com/a.pdf", "no address"] {
        let form = Form::new()
            .text("model_id", bench.model(Product::Extraction))
            .text("url", url);
        assert_eq!(fault(&bench, form, "422-001").await, "#/url");
    }
}

#[tokio::test]
async fn base64_is_base64() {
    let bench = bench().await;
    let form = Form::new()
        .text("model_id", bench.model(Product::Extraction))
        .text("file_base64", "&&& this is no base64 &&&");
    assert_eq!(fault(&bench, form, "422-001").await, "#/file_base64");
}

#[tokio::test]
async fn a_data_schema_is_checked() {
    let bench = bench().await;
    let field = |name: &str, kind: &str| json!({"title": "A", "name": name, "is_array": false, "description": "a", "type": kind});
    let no_description = json!({"title": "A", "name": "a", "is_array": false, "type": "string"});
    let schemas = [
        "not json".to_owned(),
        "[]".to_owned(),
        json!({"replace": {"fields": [no_description]}}).to_string(),
        json!({"replace": {"fields": [field("Total", "number")]}}).to_string(),
        json!({"replace": {"fields": [field("total", "money")]}}).to_string(),
        json!({"replace": {"fields": [field("kind", "classification")]}}).to_string(),
        json!({"replace": {"fields": [field("lines", "nested_object")]}}).to_string(),
    ];
    for schema in schemas {
        let form = bench.form(Product::Extraction).text("data_schema", schema);
        assert_eq!(fault(&bench, form, "422-001").await, "#/data_schema");
    }
}

#[tokio::test]
async fn other_content_types_and_broken_bodies_are_refused() {
    let bench = bench().await;
    let request = bench.enqueue(Product::Extraction);
    let xml = request
        .header("content-type", "application/xml")
        .body("<a/>");
    refused(xml, "422-004").await;
    let request = bench.enqueue(Product::Extraction);
    let json = request.header("content-type", "application/json");
    refused(json.body("{\"model_id\""), "422-004").await;
    refused(
        bench.enqueue(Product::Extraction).json(&json!([])),
        "422-004",
    )
    .await;
    let request = bench.enqueue(Product::Extraction);
    let no_boundary = request.header("content-type", "multipart/form-data");
    refused(no_boundary.body("x"), "422-004").await;
}

#[tokio::test]
async fn ids_in_paths_are_uuids_of_things_that_exist() {
    let bench = bench().await;
    refused(bench.get("/v2/jobs/x"), "422-001").await;
    refused(bench.get(&format!("/v2/jobs/{UNKNOWN}")), "404-002").await;
    refused(bench.get("/v2/products/ocr/results/x"), "422-001").await;
    let result = format!("/v2/products/ocr/results/{UNKNOWN}");
    refused(bench.get(&result), "404-003").await;
    refused(bench.get(&format!("/v2/inferences/{UNKNOWN}")), "404-003").await;
}

#[tokio::test]
async fn unknown_routes_and_methods_are_told_apart() {
    let bench = bench().await;
    refused(bench.get("/v1/products"), "404-000").await;
    refused(bench.post("/v2/products/magic/enqueue"), "404-000").await;
    refused(bench.get("/v2/products/ocr/enqueue"), "405-000").await;
    refused(bench.post("/v2/search/models"), "405-000").await;
}
