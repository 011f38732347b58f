//! The search for models, page by page.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use mindee_sandbox::{Product, Settings};
use serde_json::{Value, json};
use support::{Bench, at, bench, bench_with, exchange, refused, text};

async fn search(bench: &Bench, query: &str) -> Value {
    let (status, body) = exchange(bench.get(&format!("/v2/search/models{query}"))).await;
    assert_eq!(status, 200);
    body
}

fn count(body: &Value) -> usize {
    at(body, "/models").as_array().unwrap().len()
}

#[tokio::test]
async fn there_is_one_model_with_a_fixed_id_for_each_product() {
    let bench = bench().await;
    let body = search(&bench, "").await;
    assert_eq!(count(&body), 5);
    for product in Product::ALL {
        let body = search(&bench, &format!("?model_type={}", product.slug())).await;
        assert_eq!(count(&body), 1);
        assert_eq!(text(&body, "/models/0/id"), bench.model(product));
        assert_eq!(text(&body, "/models/0/model_type"), product.slug());
        assert!(at(&body, "/models/0/webhooks/0/url").is_string());
    }
    let invoice = bench.model(Product::Extraction);
    assert_eq!(invoice, "6f1c2a34-8b5d-4e7a-9c10-2d3e4f5a6b71");
}

#[tokio::test]
async fn names_are_searched_by_part_and_in_any_case() {
    let bench = bench().await;
    let body = search(&bench, "?name=DOCUMENT").await;
    assert_eq!(count(&body), 2);
    assert_eq!(at(&body, "/pagination/total_items"), 2);
    assert_eq!(at(&body, "/pagination/total_items_unfiltered"), 5);
    assert_eq!(count(&search(&bench, "?name=nothing").await), 0);
    assert_eq!(count(&search(&bench, "?name=&model_type=").await), 5);
}

#[tokio::test]
async fn pages_follow_each_other() {
    let bench = bench().await;
    let third = search(&bench, "?page=3&per_page=2").await;
    assert_eq!(count(&third), 1);
    let pagination = json!({
        "per_page": 2, "page": 3, "total_items": 5, "total_pages": 3,
        "total_items_unfiltered": 5,
    });
    assert_eq!(at(&third, "/pagination"), pagination);
    assert_eq!(count(&search(&bench, "?page=9").await), 0);
}

#[tokio::test]
async fn a_search_has_bounds() {
    let bench = bench().await;
    for query in [
        "page=0",
        "page=x",
        "per_page=0",
        "per_page=101",
        "model_type=magic",
    ] {
        let request = bench.get(&format!("/v2/search/models?{query}"));
        refused(request, "422-001").await;
    }
}

#[tokio::test]
async fn a_models_file_adds_models() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("models.json");
    let id = "0b6f6c52-7a0e-4a4c-9d55-0d9a3a1f7c11";
    let models = json!([{"id": id, "name": "Second reader", "model_type": "ocr"}]);
    std::fs::write(&path, models.to_string()).unwrap();
    let bench = bench_with(Settings {
        models: Some(path),
        ..Settings::default()
    })
    .await;
    let body = search(&bench, "?model_type=ocr").await;
    assert_eq!(count(&body), 2);
    assert_eq!(text(&body, "/models/1/id"), id);
    assert_eq!(at(&body, "/models/1/webhooks"), json!([]));
}
