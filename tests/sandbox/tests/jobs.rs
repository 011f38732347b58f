//! The life of a job, as its route tells it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use mindee_sandbox::{Product, Settings};
use serde_json::{Value, json};
use support::{Bench, KEY, at, bench, bench_with, exchange, json, text};

async fn path_of_a_job(bench: &Bench) -> String {
    let job = bench.job(bench.form(Product::Extraction)).await;
    format!("/v2/jobs/{}", text(&job, "/id"))
}

#[tokio::test]
async fn a_job_is_processing_until_its_time_has_passed() {
    let bench = bench_with(Settings {
        processing: Duration::from_millis(400),
        ..Settings::default()
    })
    .await;
    let path = path_of_a_job(&bench).await;
    let (status, body) = exchange(bench.get(&path)).await;
    assert_eq!(
        (status, text(&body, "/job/status").as_str()),
        (200, "Processing")
    );
    let result = text(&body, "/job/id");
    let result = format!("/v2/products/extraction/results/{result}");
    support::refused(bench.get(&result), "404-003").await;
    tokio::time::sleep(Duration::from_millis(410)).await;
    let (status, body) = exchange(bench.get(&path)).await;
    assert_eq!(
        (status, text(&body, "/job/status").as_str()),
        (302, "Processed")
    );
    assert!(text(&body, "/job/completed_at") > text(&body, "/job/created_at"));
    assert_eq!(bench.get(&result).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_processed_job_answers_302_with_the_job_and_the_address_of_the_result() {
    let bench = bench().await;
    let reply = bench
        .get(&path_of_a_job(&bench).await)
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 302);
    assert_eq!(reply.headers()["content-type"], "application/json");
    let location = reply.headers()["location"].to_str().unwrap().to_owned();
    let body = json(reply).await;
    assert_eq!(text(&body, "/job/result_url"), location);
    let id = text(&body, "/job/id");
    assert_eq!(
        location,
        bench.url(&format!("/v2/products/extraction/results/{id}"))
    );
}

#[tokio::test]
async fn redirect_false_answers_200() {
    let bench = bench().await;
    let path = path_of_a_job(&bench).await;
    let (status, body) = exchange(bench.get(&format!("{path}?redirect=false"))).await;
    assert_eq!(
        (status, text(&body, "/job/status").as_str()),
        (200, "Processed")
    );
    let (status, _) = exchange(bench.get(&format!("{path}?redirect=true"))).await;
    assert_eq!(status, 302);
    support::refused(bench.get(&format!("{path}?redirect=maybe")), "422-001").await;
}

#[tokio::test]
async fn a_setting_turns_the_redirect_off() {
    let bench = bench_with(Settings {
        answer_with_302: false,
        ..Settings::default()
    })
    .await;
    let (status, _) = exchange(bench.get(&path_of_a_job(&bench).await)).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn addresses_are_built_from_the_host_that_the_client_wrote() {
    let bench = bench().await;
    let path = path_of_a_job(&bench).await;
    let request = bench.get(&path).header("host", "relay.example:8080");
    let (_, body) = exchange(request).await;
    let polling_url = text(&body, "/job/polling_url");
    assert_eq!(polling_url, format!("http://relay.example:8080{path}"));
}

#[tokio::test]
async fn the_id_of_the_job_is_the_id_of_the_inference() {
    let bench = bench().await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    let inference = bench.inference_of(&job).await;
    assert_eq!(at(&inference, "/id"), at(&job, "/id"));
    assert_eq!(at(&inference, "/job/id"), at(&job, "/id"));
}

#[tokio::test]
async fn a_result_belongs_to_its_own_product() {
    let bench = bench().await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    let path = format!("/v2/products/ocr/results/{}", text(&job, "/id"));
    support::refused(bench.get(&path), "404-003").await;
}

#[tokio::test]
async fn a_finished_job_lists_the_webhooks_that_were_asked_for() {
    let bench = bench().await;
    let id = "a1b2c3d4-0001-4a5b-8c6d-7e8f90a1b2c3";
    let form = bench.form(Product::Extraction).text("webhook_ids", id);
    let job = bench.job(form).await;
    assert_eq!(at(&job, "/webhooks"), json!([]));
    let entry = at(&bench.job_now(&job).await, "/webhooks/0");
    assert_eq!(text(&entry, "/id"), id);
    assert!(at(&entry, "/created_at").is_string());
    assert_eq!(at(&entry, "/error"), Value::Null);
}

#[tokio::test]
async fn jobs_are_kept_apart_by_sandbox() {
    let (one, other) = (bench().await, bench().await);
    let path = path_of_a_job(&one).await;
    support::refused(other.get(&path).header("authorization", KEY), "404-002").await;
}
