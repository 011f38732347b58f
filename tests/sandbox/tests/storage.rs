//! How long results are kept.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use mindee_sandbox::{ModelSettings, Product, Settings};
use serde_json::{Value, json};
use support::{Bench, bench, bench_with, exchange, refused, text};

fn paths(job: &Value) -> [String; 2] {
    let id = text(job, "/id");
    [
        format!("/v2/jobs/{id}"),
        format!("/v2/products/extraction/results/{id}"),
    ]
}

async fn is_gone(bench: &Bench, job: &Value) {
    let [job, result] = paths(job);
    refused(bench.get(&job), "404-002").await;
    refused(bench.get(&result), "404-003").await;
}

#[tokio::test]
async fn results_are_kept_for_twelve_hours_after_the_job_ended() {
    let bench = bench().await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    bench
        .sandbox
        .advance(Duration::from_secs(12 * 3600 - 5))
        .unwrap();
    bench.inference_of(&job).await;
    bench.sandbox.advance(Duration::from_secs(5)).unwrap();
    is_gone(&bench, &job).await;
}

#[tokio::test]
async fn a_job_that_never_ends_never_expires() {
    let bench = bench().await;
    bench.rules(json!({"on": "enqueue", "job": {"processing_ms": null}}));
    let job = bench.job(bench.form(Product::Extraction)).await;
    bench.sandbox.advance(Duration::from_hours(240)).unwrap();
    let [path, _] = paths(&job);
    assert_eq!(exchange(bench.get(&path)).await.0, 200);
}

#[tokio::test]
async fn results_may_be_deleted_when_they_are_fetched() {
    let bench = bench_with(Settings {
        delete_on_fetch: true,
        ..Settings::default()
    })
    .await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    let [path, _] = paths(&job);
    assert_eq!(exchange(bench.get(&path)).await.0, 302);
    bench.inference_of(&job).await;
    is_gone(&bench, &job).await;
}

#[tokio::test]
async fn a_body_that_broke_off_was_fetched_all_the_same() {
    let bench = bench_with(Settings {
        delete_on_fetch: true,
        ..Settings::default()
    })
    .await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    bench.rules(json!({"on": "result", "cut": 10}));
    let [_, result] = paths(&job);
    let reply = bench.get(&result).send().await.unwrap();
    reply.bytes().await.unwrap_err();
    bench.sandbox.clear_rules();
    is_gone(&bench, &job).await;
}

#[tokio::test]
async fn a_model_may_keep_results_in_its_own_way() {
    let bench = bench_with(Settings {
        delete_on_fetch: true,
        by_model: BTreeMap::from([(
            "6f1c2a34-8b5d-4e7a-9c10-2d3e4f5a6b71".to_owned(),
            ModelSettings {
                storage_hours: Some(1.0),
                delete_on_fetch: Some(false),
                ..ModelSettings::default()
            },
        )]),
        ..Settings::default()
    })
    .await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    for _ in 0..2 {
        bench.inference_of(&job).await;
    }
    bench.sandbox.advance(Duration::from_secs(3601)).unwrap();
    is_gone(&bench, &job).await;
}

#[tokio::test]
async fn the_models_file_may_say_so_too() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("models.json");
    let id = "0b1c2d3e-0000-4000-8000-000000000001";
    let model = json!([{
        "id": id, "name": "Slow", "model_type": "extraction",
        "processing": "list:1m", "storage_hours": 0.5, "delete_on_fetch": true,
    }]);
    std::fs::write(&models, model.to_string()).unwrap();
    let bench = bench_with(Settings {
        models: Some(models),
        ..Settings::default()
    })
    .await;
    let form = reqwest::multipart::Form::new()
        .text("model_id", id)
        .part("file", support::png());
    let job = bench.job(form).await;
    assert_eq!(text(&bench.job_now(&job).await, "/status"), "Processing");
    bench.sandbox.advance(Duration::from_mins(1)).unwrap();
    bench.inference_of(&job).await;
    is_gone(&bench, &job).await;
}
