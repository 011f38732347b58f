//! What a rule can say about the life of a job.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use mindee_sandbox::{Fate, On, Processing, Product, Rule};
use serde_json::{Value, json};
use support::{Bench, at, bench, exchange, refused, text};

/// A job with this fate, and its path.
async fn job(bench: &Bench, fate: Value) -> (Value, String) {
    bench.sandbox.clear_rules();
    bench.rules(json!([{"on": "enqueue", "job": fate}]));
    let job = bench.job(bench.form(Product::Extraction)).await;
    let path = format!("/v2/jobs/{}", text(&job, "/id"));
    (job, path)
}

fn result_path(job: &Value) -> String {
    format!("/v2/products/extraction/results/{}", text(job, "/id"))
}

#[tokio::test]
async fn a_job_that_never_ends_stays_in_processing() {
    let bench = bench().await;
    let (_, path) = job(&bench, json!({"processing_ms": null})).await;
    let (status, body) = exchange(bench.get(&path)).await;
    assert_eq!(
        (status, text(&body, "/job/status").as_str()),
        (200, "Processing")
    );
}

#[tokio::test]
async fn a_job_may_take_its_own_time() {
    let bench = bench().await;
    let (_, path) = job(&bench, json!({"processing_ms": 60_000})).await;
    let (_, body) = exchange(bench.get(&path)).await;
    assert_eq!(text(&body, "/job/status"), "Processing");
    bench.sandbox.clear_rules();
    bench.sandbox.add_rule(Rule {
        on: On::Enqueue,
        job: Some(Fate {
            processing_ms: Processing::Never,
            ..Fate::default()
        }),
        ..Rule::default()
    });
    let job = bench.job(bench.form(Product::Extraction)).await;
    assert_eq!(text(&bench.job_now(&job).await, "/status"), "Processing");
}

#[tokio::test]
async fn a_failed_job_answers_200_with_a_problem() {
    let bench = bench().await;
    let (job, path) = job(&bench, json!({"fail": true})).await;
    let (status, body) = exchange(bench.get(&path)).await;
    assert_eq!(
        (status, text(&body, "/job/status").as_str()),
        (200, "Failed")
    );
    assert_eq!(at(&body, "/job/result_url"), Value::Null);
    assert_eq!(text(&body, "/job/error/code"), "500-012");
    assert_eq!(at(&body, "/job/error/errors"), json!([]));
    assert!(at(&body, "/job/completed_at").is_string());
    refused(bench.get(&result_path(&job)), "404-003").await;
}

#[tokio::test]
async fn the_problem_of_a_failed_job_may_be_given() {
    let bench = bench().await;
    let fail = json!({"code": "422-001", "status": 422});
    let (_, path) = job(&bench, json!({"fail": fail})).await;
    let (_, body) = exchange(bench.get(&path)).await;
    assert_eq!(text(&body, "/job/error/code"), "422-001");
    assert_eq!(text(&body, "/job/error/title"), "Inference failed");
}

#[tokio::test]
async fn a_result_may_be_given() {
    let bench = bench().await;
    let result = json!({"fields": {}, "raw_text": null, "rag": null});
    let (job, _) = job(&bench, json!({"result": result})).await;
    let inference = bench.inference_of(&job).await;
    assert_eq!(at(&inference, "/result"), result);
    assert_eq!(at(&inference, "/id"), at(&job, "/id"));
}

#[tokio::test]
async fn a_result_may_be_gone() {
    let bench = bench().await;
    let (job, path) = job(&bench, json!({"gone": true})).await;
    let (status, body) = exchange(bench.get(&path)).await;
    assert_eq!(
        (status, text(&body, "/job/status").as_str()),
        (302, "Processed")
    );
    refused(bench.get(&result_path(&job)), "404-003").await;
}

#[tokio::test]
async fn a_processed_job_may_lack_the_address_of_its_result() {
    let bench = bench().await;
    let (_, path) = job(&bench, json!({"no_result_url": true})).await;
    let (status, body) = exchange(bench.get(&path)).await;
    assert_eq!(
        (status, text(&body, "/job/status").as_str()),
        (200, "Processed")
    );
    assert_eq!(at(&body, "/job/result_url"), Value::Null);
}

#[tokio::test]
async fn a_result_may_be_deleted_when_it_is_fetched() {
    let bench = bench().await;
    let (job, path) = job(&bench, json!({"delete_on_fetch": true})).await;
    bench.inference_of(&job).await;
    refused(bench.get(&result_path(&job)), "404-003").await;
    refused(bench.get(&path), "404-002").await;
}
