//! Webhooks: what is sent where, signed how, and how often.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use mindee_sandbox::{Product, Settings, Webhook};
use serde_json::{Value, json};
use support::receiver::{Receiver, receiver};
use support::{Bench, at, bench, bench_with, refused, text};

const SECRET: &str = "ogNjY44MhvKPGTtVsI8zG82JqWQa68woYQH";
const LONG: Duration = Duration::from_secs(20);

/// A sandbox that tries again soon, and one more time only.
async fn impatient() -> Bench {
    bench_with(Settings {
        webhook_retries: vec![Duration::from_millis(20), Duration::from_millis(30)],
        webhook_timeout: Duration::from_millis(500),
        ..Settings::default()
    })
    .await
}

fn add(bench: &Bench, receiver: &Receiver) -> Webhook {
    let model = bench.model(Product::Extraction);
    let added = bench
        .sandbox
        .add_webhook(&model, &receiver.url, Some(SECRET));
    added.unwrap()
}

/// Sends a document whose result goes to the webhook.
async fn send(bench: &Bench, webhook: &Webhook) -> Value {
    let form = bench
        .form(Product::Extraction)
        .text("webhook_ids", webhook.id.clone());
    bench.job(form).await
}

async fn ended(bench: &Bench, count: usize) -> Value {
    let ended = bench.sandbox.wait_for_deliveries(count, LONG).await;
    ended.unwrap()
}

#[tokio::test]
async fn a_delivery_is_the_result_as_one_compact_line() {
    let (bench, receiver) = (impatient().await, receiver(&[200]).await);
    let webhook = add(&bench, &receiver);
    let job = send(&bench, &webhook).await;
    ended(&bench, 1).await;
    let got = receiver.next().await;
    let path = format!("/v2/products/extraction/results/{}", text(&job, "/id"));
    let result = bench.get(&path).send().await.unwrap();
    assert_eq!(got.body, result.bytes().await.unwrap());
    assert!(!got.body.contains(&b'\n') && !got.body.contains(&b'\r'));
    assert_eq!(got.method, "POST");
    assert_eq!(got.headers["content-type"], "application/json");
}

#[tokio::test]
async fn a_delivery_that_arrived_has_fetched_the_result() {
    let bench = bench_with(Settings {
        delete_on_fetch: true,
        webhook_retries: vec![Duration::from_millis(20)],
        ..Settings::default()
    })
    .await;
    let receiver = receiver(&[500, 200]).await;
    let webhook = add(&bench, &receiver);
    bench.rules(json!({"on": "enqueue", "job": {"processing_ms": 100}}));
    let job = send(&bench, &webhook).await;
    let told = ended(&bench, 1).await;
    assert_eq!(at(&told, "/0/attempts/1/status"), 200);
    let path = format!("/v2/jobs/{}", text(&job, "/id"));
    refused(bench.get(&path), "404-002").await;
}

#[tokio::test]
async fn a_delivery_that_did_not_arrive_has_fetched_nothing() {
    let bench = bench_with(Settings {
        delete_on_fetch: true,
        webhook_retries: Vec::new(),
        ..Settings::default()
    })
    .await;
    let receiver = receiver(&[500]).await;
    let webhook = add(&bench, &receiver);
    let job = send(&bench, &webhook).await;
    ended(&bench, 1).await;
    bench.inference_of(&job).await;
}

#[tokio::test]
async fn a_delivery_is_signed_under_both_names_of_the_header() {
    let (bench, receiver) = (impatient().await, receiver(&[200]).await);
    let webhook = add(&bench, &receiver);
    assert_eq!(webhook.signing_secret, SECRET);
    send(&bench, &webhook).await;
    let got = receiver.next().await;
    let wanted = support::receiver::signature(SECRET, &got.body);
    assert_eq!(got.headers["x-signature"], wanted.as_str());
    assert_eq!(got.headers["x-mindee-hmac-signature"], wanted.as_str());
}

#[tokio::test]
async fn a_failed_inference_sends_its_problem_without_an_envelope() {
    let (bench, receiver) = (impatient().await, receiver(&[200]).await);
    let webhook = add(&bench, &receiver);
    bench.rules(json!({"on": "enqueue", "job": {"fail": true}}));
    let form = bench.form(Product::Extraction).text("alias", "a-1");
    let form = form.text("webhook_ids", webhook.id.clone());
    let job = bench.job(form).await;
    let got: Value = serde_json::from_slice(&receiver.next().await.body).unwrap();
    let keys: Vec<&String> = got.as_object().unwrap().keys().collect();
    let wanted = [
        "inference_id",
        "model_id",
        "file_name",
        "file_alias",
        "error",
        "created_at",
    ];
    assert_eq!(keys, wanted);
    assert_eq!(at(&got, "/inference_id"), at(&job, "/id"));
    assert_eq!(text(&got, "/file_name"), "receipt.png");
    assert_eq!(text(&got, "/file_alias"), "a-1");
    assert_eq!(text(&got, "/error/code"), "500-012");
    assert!(text(&got, "/created_at").ends_with('Z'));
}

#[tokio::test]
async fn the_job_tells_status_and_attempts() {
    let (bench, receiver) = (impatient().await, receiver(&[500, 200]).await);
    let webhook = add(&bench, &receiver);
    let job = send(&bench, &webhook).await;
    ended(&bench, 1).await;
    let entry = at(&bench.job_now(&job).await, "/webhooks/0");
    assert_eq!(text(&entry, "/id"), webhook.id);
    assert_eq!(text(&entry, "/status"), "Processed");
    assert_eq!(at(&entry, "/attempts_count"), 2);
    assert_eq!(at(&entry, "/error"), Value::Null);
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let (bench, receiver) = (impatient().await, receiver(&[302, 307, 301]).await);
    let webhook = add(&bench, &receiver);
    let job = send(&bench, &webhook).await;
    ended(&bench, 1).await;
    assert_eq!(receiver.count(), 3);
    let job = bench.job_now(&job).await;
    assert_eq!(text(&job, "/status"), "Processed");
    assert_eq!(text(&job, "/webhooks/0/status"), "Failed");
    let detail = text(&job, "/webhooks/0/error/detail");
    assert_eq!(detail, "The endpoint answered 301.");
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_in_time_is_tried_again() {
    let (bench, receiver) = (impatient().await, receiver(&[0, 200]).await);
    let webhook = add(&bench, &receiver);
    send(&bench, &webhook).await;
    let deliveries = ended(&bench, 1).await;
    assert_eq!(text(&deliveries, "/0/status"), "Processed");
    assert_eq!(at(&deliveries, "/0/attempts/0/status"), Value::Null);
    assert!(at(&deliveries, "/0/attempts/0/error").is_string());
}

#[tokio::test]
async fn attempts_wait_for_growing_gaps_of_the_sandboxs_clock() {
    let (bench, receiver) = (bench().await, receiver(&[500]).await);
    let webhook = add(&bench, &receiver);
    send(&bench, &webhook).await;
    receiver.next().await;
    for gap in [1, 5, 30, 120, 600] {
        bench
            .sandbox
            .wait_for_deliveries(1, Duration::from_millis(80))
            .await
            .unwrap_err();
        bench.sandbox.advance(Duration::from_secs(gap)).unwrap();
        receiver.next().await;
    }
    assert_eq!(text(&ended(&bench, 1).await, "/0/status"), "Failed");
}

#[tokio::test]
async fn a_delivery_comes_with_the_end_of_the_job() {
    let settings = Settings {
        processing: Duration::from_mins(5),
        ..Settings::default()
    };
    let (bench, receiver) = (bench_with(settings).await, receiver(&[200]).await);
    let webhook = add(&bench, &receiver);
    send(&bench, &webhook).await;
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert_eq!(receiver.count(), 0);
    bench.sandbox.advance(Duration::from_mins(5)).unwrap();
    receiver.next().await;
}

#[tokio::test]
async fn an_endpoint_of_another_model_or_a_deleted_one_makes_the_upload_fail() {
    let (bench, receiver) = (bench().await, receiver(&[200]).await);
    let webhook = add(&bench, &receiver);
    let form = bench.form(Product::Ocr);
    let form = form.text("webhook_ids", webhook.id.clone());
    refused(bench.enqueue(Product::Ocr).multipart(form), "422-003").await;
    bench.sandbox.delete_webhook(&webhook.id).unwrap();
    let form = bench.form(Product::Extraction);
    let form = form.text("webhook_ids", webhook.id);
    refused(
        bench.enqueue(Product::Extraction).multipart(form),
        "422-003",
    )
    .await;
}

#[tokio::test]
async fn what_is_on_its_way_to_a_deleted_endpoint_fails() {
    let settings = Settings {
        processing: Duration::from_mins(5),
        ..Settings::default()
    };
    let (bench, receiver) = (bench_with(settings).await, receiver(&[200]).await);
    let webhook = add(&bench, &receiver);
    send(&bench, &webhook).await;
    bench.sandbox.delete_webhook(&webhook.id).unwrap();
    bench.sandbox.advance(Duration::from_secs(301)).unwrap();
    assert_eq!(text(&ended(&bench, 1).await, "/0/status"), "Failed");
    assert_eq!(receiver.count(), 0);
}

#[tokio::test]
async fn a_delivery_can_be_asked_for_again() {
    let (bench, receiver) = (impatient().await, receiver(&[500, 500, 500, 200]).await);
    let webhook = add(&bench, &receiver);
    let job = send(&bench, &webhook).await;
    assert_eq!(text(&ended(&bench, 1).await, "/0/status"), "Failed");
    let path = format!("/_sandbox/jobs/{}/redeliver", text(&job, "/id"));
    let body = json!({"webhook_id": webhook.id});
    let again = bench.client.post(bench.url(&path)).json(&body).send().await;
    assert_eq!(again.unwrap().status(), 200);
    let deliveries = ended(&bench, 1).await;
    assert_eq!(text(&deliveries, "/0/status"), "Processed");
    let attempts = at(&deliveries, "/0/attempts");
    assert_eq!(attempts.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_default_endpoints_are_placeholders_to_which_nothing_is_sent() {
    let bench = bench().await;
    let webhooks = bench.sandbox.webhooks();
    let webhook = webhooks.first().unwrap();
    assert!(webhook.signing_secret.starts_with("whsec_"));
    let job = send(&bench, webhook).await;
    tokio::time::sleep(Duration::from_millis(80)).await;
    let entry = at(&bench.job_now(&job).await, "/webhooks/0");
    assert_eq!(text(&entry, "/status"), "Processing");
    assert_eq!(at(&entry, "/attempts_count"), 0);
}

#[tokio::test]
async fn the_search_for_models_tells_no_secret() {
    let bench = bench().await;
    let answer = bench.get("/v2/search/models").send().await.unwrap();
    let told = answer.text().await.unwrap();
    assert!(told.contains("hooks.example.com") && !told.contains("whsec_"));
}

#[tokio::test]
async fn an_address_is_https_or_on_this_machine() {
    let bench = bench().await;
    let model = bench.model(Product::Ocr);
    let add = |url: &str| bench.sandbox.add_webhook(&model, url, None);
    for good in [
        "https://hooks.example.com/a?key=1",
        "http://127.0.0.1:8080/",
        "http://localhost/x",
        "http://[::1]:1/",
    ] {
        assert!(add(good).is_ok(), "{good}");
    }
    for bad in [
        "http://example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "hooks",
        "",
    ] {
        assert!(add(bad).is_err(), "{bad}");
    }
}

#[tokio::test]
async fn endpoints_are_made_listed_and_deleted_over_admin_routes() {
    let bench = bench().await;
    let url = bench.url("/_sandbox/webhooks");
    let wanted = json!({
        "model_id": bench.model(Product::Ocr), "name": "Mine", "url": "http://localhost:9/h",
    });
    let made = bench.client.post(&url).json(&wanted).send().await.unwrap();
    assert_eq!(made.status(), 201);
    let made = support::json(made).await;
    assert!(text(&made, "/signing_secret").starts_with("whsec_"));
    let listed = bench.client.get(&url).send().await.unwrap();
    let listed = support::json(listed).await;
    assert!(at(&listed, "/webhooks").as_array().unwrap().contains(&made));
    let one = format!("{url}/{}", text(&made, "/id"));
    assert_eq!(
        bench.client.delete(&one).send().await.unwrap().status(),
        200
    );
    refused(bench.client.delete(&one), "404-006").await;
    let bad = json!({"model_id": bench.model(Product::Ocr), "name": " ", "url": "http://x.y/"});
    refused(bench.client.post(&url).json(&bad), "422-001").await;
}

#[tokio::test]
async fn https_endpoints_are_trusted_through_the_throw_away_authority() {
    let settings = Settings {
        tls: true,
        ..Settings::default()
    };
    let bench = bench_with(settings).await;
    let certificate = bench.sandbox.issue_certificate().unwrap();
    let receiver = support::receiver::secure_receiver(&certificate).await;
    assert!(receiver.url.starts_with("https://"));
    let webhook = add(&bench, &receiver);
    send(&bench, &webhook).await;
    assert!(!receiver.next().await.body.is_empty());
    assert_eq!(text(&ended(&bench, 1).await, "/0/status"), "Processed");
}

#[tokio::test]
async fn an_https_endpoint_of_an_unknown_authority_is_refused() {
    let stranger = Settings {
        tls: true,
        ..Settings::default()
    };
    let stranger = bench_with(stranger).await;
    let certificate = stranger.sandbox.issue_certificate().unwrap();
    let receiver = support::receiver::secure_receiver(&certificate).await;
    let bench = impatient().await;
    let webhook = add(&bench, &receiver);
    send(&bench, &webhook).await;
    assert_eq!(text(&ended(&bench, 1).await, "/0/status"), "Failed");
    assert_eq!(receiver.count(), 0);
}
