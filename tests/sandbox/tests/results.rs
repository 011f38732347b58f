//! Results: made from file, schema and options, or read from a folder.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use mindee_sandbox::{Product, Settings};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use support::{Bench, at, bench, bench_with, documents, exchange, text};

fn form_with(bench: &Bench, product: Product, bytes: Vec<u8>) -> Form {
    Form::new()
        .text("model_id", bench.model(product))
        .part("file", Part::bytes(bytes).file_name("file"))
}

/// The `result` part for a file.
async fn result(bench: &Bench, product: Product, bytes: Vec<u8>) -> Value {
    let form = form_with(bench, product, bytes);
    let (_, body) = exchange(bench.enqueue(product).multipart(form)).await;
    let (slug, id) = (product.slug(), text(&body, "/job/id"));
    let path = format!("/v2/products/{slug}/results/{id}");
    let (status, body) = exchange(bench.get(&path)).await;
    assert_eq!(status, 200);
    at(&body, "/inference/result")
}

#[tokio::test]
async fn the_same_file_gives_the_same_result_in_every_sandbox() {
    let (one, other) = (bench().await, bench().await);
    for product in Product::ALL {
        let first = result(&one, product, documents::pdf(3)).await;
        let again = result(&other, product, documents::pdf(3)).await;
        assert_eq!(first, again);
    }
    let first = result(&one, Product::Extraction, documents::pdf(3)).await;
    let different = result(&one, Product::Extraction, documents::pdf(4)).await;
    assert_ne!(first, different);
}

#[tokio::test]
async fn the_page_count_is_that_of_the_file() {
    let bench = bench().await;
    let cases = [
        (documents::pdf(1), 1, "application/pdf"),
        (documents::pdf(250), 250, "application/pdf"),
        (documents::tiff(3), 3, "image/tiff"),
        (documents::PNG.to_vec(), 1, "image/png"),
        (
            b"%PDF-1.7\nnot much of a PDF".to_vec(),
            1,
            "application/pdf",
        ),
    ];
    for (bytes, pages, media_type) in cases {
        let form = form_with(&bench, Product::Extraction, bytes);
        let inference = bench.inference(form).await;
        assert_eq!(at(&inference, "/file/page_count"), pages);
        assert_eq!(text(&inference, "/file/mime_type"), media_type);
    }
}

#[tokio::test]
async fn an_extraction_has_a_value_for_every_field_of_the_schema() {
    let bench = bench().await;
    let fields = at(
        &result(&bench, Product::Extraction, documents::pdf(1)).await,
        "/fields",
    );
    assert!(at(&fields, "/supplier_name/value").is_string());
    assert!(at(&fields, "/is_paid/value").is_boolean());
    assert!(at(&fields, "/supplier_address/fields/city/value").is_string());
    assert!(at(&fields, "/line_items/items/0/fields/quantity/value").is_u64());
    assert_eq!(text(&fields, "/date/value").len(), 10);
    let amount = |name: &str| fields[name]["value"].as_f64().unwrap();
    let difference = amount("total_net") + amount("total_tax") - amount("total_amount");
    assert!(difference.abs() < 0.005);
}

#[tokio::test]
async fn options_that_are_off_leave_null_and_empty_lists() {
    let bench = bench().await;
    let inference = bench.inference(bench.form(Product::Extraction)).await;
    let field = at(&inference, "/result/fields/supplier_name");
    assert_eq!(field["confidence"], Value::Null);
    assert_eq!(field["locations"], json!([]));
    assert_eq!(at(&inference, "/result/raw_text"), Value::Null);
    assert_eq!(at(&inference, "/result/rag"), Value::Null);
    let options = json!({
        "raw_text": false, "polygon": false, "confidence": false, "rag": false,
        "multipage_context": false, "text_context": false, "data_schema": {"replace": false},
    });
    assert_eq!(at(&inference, "/active_options"), options);
}

#[tokio::test]
async fn options_that_are_on_are_honoured_and_told() {
    let bench = bench().await;
    let mut form = form_with(&bench, Product::Extraction, documents::pdf(2));
    for option in ["raw_text", "polygon", "confidence", "rag"] {
        form = form.text(option, "true");
    }
    let inference = bench
        .inference(form.text("text_context", "From a shop."))
        .await;
    let field = at(&inference, "/result/fields/supplier_name");
    assert!(field["confidence"].is_string());
    assert_eq!(
        field["locations"][0]["polygon"].as_array().unwrap().len(),
        4
    );
    assert_eq!(
        at(&inference, "/result/fields/line_items").get("locations"),
        None
    );
    let pages = at(&inference, "/result/raw_text/pages");
    assert_eq!(pages.as_array().unwrap().len(), 2);
    assert_eq!(
        at(&inference, "/result/rag/retrieved_document_id"),
        Value::Null
    );
    assert_eq!(at(&inference, "/active_options/rag"), true);
    assert_eq!(at(&inference, "/active_options/text_context"), true);
}

#[tokio::test]
async fn a_replaced_schema_decides_the_fields() {
    let bench = bench().await;
    let schema = json!({"replace": {"fields": [
        {"title": "Colour", "name": "colour", "is_array": true, "description": "All colours.",
         "type": "classification", "classification_values": ["red"]},
    ]}});
    let form = bench
        .form(Product::Extraction)
        .text("data_schema", schema.to_string());
    let inference = bench.inference(form).await;
    let fields = at(&inference, "/result/fields");
    assert_eq!(fields.as_object().unwrap().len(), 1);
    assert_eq!(at(&fields, "/colour/items/0/value"), "red");
    assert_eq!(at(&inference, "/active_options/data_schema/replace"), true);
}

#[tokio::test]
async fn splits_cover_all_pages() {
    let bench = bench().await;
    let splits = at(
        &result(&bench, Product::Split, documents::pdf(9)).await,
        "/splits",
    );
    let mut next = 0;
    for split in splits.as_array().unwrap() {
        assert_eq!(at(split, "/page_range/0"), next);
        next = at(split, "/page_range/1").as_i64().unwrap() + 1;
        assert!(at(split, "/document_type").is_string());
    }
    assert_eq!(next, 9);
}

#[tokio::test]
async fn crop_classification_and_ocr_have_their_own_shape() {
    let bench = bench().await;
    let crop = result(&bench, Product::Crop, documents::pdf(1)).await;
    assert!(at(&crop, "/crops/0/object_type").is_string());
    assert_eq!(at(&crop, "/crops/0/location/page"), 0);
    let class = result(&bench, Product::Classification, documents::pdf(1)).await;
    assert!(at(&class, "/classification/document_type").is_string());
    let ocr = result(&bench, Product::Ocr, documents::pdf(2)).await;
    assert_eq!(at(&ocr, "/pages").as_array().unwrap().len(), 2);
    assert!(at(&ocr, "/pages/0/words/0/content").is_string());
    assert!(at(&ocr, "/pages/0/content").is_string());
}

#[tokio::test]
async fn only_extraction_tells_active_options() {
    let bench = bench().await;
    let form = bench.form(Product::Ocr);
    let (_, body) = exchange(bench.enqueue(Product::Ocr).multipart(form)).await;
    let path = format!("/v2/products/ocr/results/{}", text(&body, "/job/id"));
    let (_, body) = exchange(bench.get(&path)).await;
    assert_eq!(body["inference"].get("active_options"), None);
}

#[tokio::test]
async fn a_folder_of_results_is_asked_by_hash_then_model_then_product() {
    let folder = tempfile::tempdir().unwrap();
    let bench = bench_with(Settings {
        results: Some(folder.path().to_owned()),
        ..Settings::default()
    })
    .await;
    let whole = json!({"inference": {"id": "not-this-one", "result": {"fields": {"by": {"value": "product"}}}}});
    let part = json!({"fields": {"by": {"value": "model"}}});
    let by_hash = json!({"result": {"fields": {"by": {"value": "hash"}}}});
    bench.job(bench.form(Product::Extraction)).await;
    let hash = text(&bench.last_fields()[1], "/sha256");
    let files = [
        ("extraction".to_owned(), whole, "product"),
        (bench.model(Product::Extraction), part, "model"),
        (hash, by_hash, "hash"),
    ];
    for (name, content, wanted) in files {
        std::fs::write(
            folder.path().join(format!("{name}.json")),
            content.to_string(),
        )
        .unwrap();
        let job = bench.job(bench.form(Product::Extraction)).await;
        let inference = bench.inference_of(&job).await;
        assert_eq!(at(&inference, "/result/fields/by/value"), wanted);
        assert_eq!(at(&inference, "/id"), at(&job, "/id"));
        assert_eq!(at(&inference, "/file/name"), "receipt.png");
    }
}
