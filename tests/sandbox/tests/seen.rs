//! The record of what was seen, and the other admin routes.
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
use support::{KEY, at, bench, bench_with, client, documents, exchange, png, text};

#[tokio::test]
async fn a_form_is_recorded_field_by_field() {
    let bench = bench().await;
    let model = bench.model(Product::Extraction);
    bench
        .job(bench.form(Product::Extraction).text("alias", "été"))
        .await;
    let seen = bench.requests();
    assert_eq!(seen.len(), 1);
    let request = &seen[0];
    assert_eq!(text(request, "/method"), "POST");
    assert_eq!(text(request, "/path"), "/v2/products/extraction/enqueue");
    assert_eq!(text(request, "/route"), "enqueue");
    assert_eq!(at(request, "/status"), 202);
    assert_eq!(at(request, "/authorization"), true);
    assert_eq!(at(request, "/body/complete"), true);
    let fields = bench.last_fields();
    assert_eq!(fields[0], json!({"name": "model_id", "value": model}));
    assert_eq!(text(&fields[1], "/filename"), "receipt.png");
    assert_eq!(at(&fields[1], "/bytes"), documents::PNG.len());
    assert_eq!(text(&fields[1], "/sha256").len(), 64);
    assert_eq!(fields[2], json!({"name": "alias", "value": "été"}));
    assert_eq!(
        at(&bench.sandbox.seen(), "/bytes_received"),
        at(request, "/body/bytes")
    );
}

#[tokio::test]
async fn the_admin_route_tells_what_the_library_tells() {
    let bench = bench().await;
    bench.get("/v2/search/models?name=x").send().await.unwrap();
    let seen = bench.url("/_sandbox/seen");
    let (_, body) = exchange(bench.client.get(&seen)).await;
    assert_eq!(body, bench.sandbox.seen());
    assert_eq!(text(&body, "/requests/0/query"), "name=x");
    assert_eq!(at(&body, "/requests/0/body"), Value::Null);
    bench.client.delete(&seen).send().await.unwrap();
    assert_eq!(at(&bench.sandbox.seen(), "/requests"), json!([]));
    assert_eq!(at(&bench.sandbox.seen(), "/connections"), 0);
}

#[tokio::test]
async fn keys_are_compared_and_never_kept() {
    let bench = bench().await;
    let url = bench.url("/v2/search/models");
    for key in [KEY, "md_wrong_canary"] {
        let request = bench.client.get(&url).header("authorization", key);
        request.send().await.unwrap();
    }
    bench.client.get(&url).send().await.unwrap();
    let told: Vec<Value> = bench
        .requests()
        .iter()
        .map(|request| at(request, "/authorization"))
        .collect();
    assert_eq!(told, [json!(true), json!(false), Value::Null]);
    let (_, state) = exchange(bench.client.get(bench.url("/_sandbox/state"))).await;
    let everything = format!("{}{state}", bench.sandbox.seen());
    assert!(everything.contains("REDACTED"));
    assert!(!everything.contains("canary"));
    assert!(!everything.contains(KEY));
}

#[tokio::test]
async fn connections_are_counted_by_the_requests_they_carry() {
    let bench = bench().await;
    for _ in 0..3 {
        bench
            .get("/v2/search/models")
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
    }
    assert_eq!(at(&bench.sandbox.seen(), "/connections"), 1);
    let other = client(None);
    other
        .get(bench.url("/_sandbox/state"))
        .send()
        .await
        .unwrap();
    assert_eq!(at(&bench.sandbox.seen(), "/connections"), 1);
    let another = client(None);
    another
        .get(bench.url("/v2/search/models"))
        .send()
        .await
        .unwrap();
    assert_eq!(at(&bench.sandbox.seen(), "/connections"), 2);
    assert_eq!(at(&bench.requests()[3], "/connection"), 2);
}

#[tokio::test]
async fn documents_and_pages_are_metered_when_a_job_is_made() {
    let bench = bench().await;
    let pdf = Part::bytes(documents::pdf(4)).file_name("four.pdf");
    let form = Form::new()
        .text("model_id", bench.model(Product::Extraction))
        .part("file", pdf);
    bench.job(form).await;
    bench.job(bench.form(Product::Extraction)).await;
    let refused = Form::new().part("file", png());
    let request = bench.enqueue(Product::Extraction).multipart(refused);
    request.send().await.unwrap();
    let billed = at(&bench.sandbox.seen(), "/billed");
    assert_eq!(at(&billed, "/documents"), 2);
    assert_eq!(at(&billed, "/pages"), 5);
}

#[tokio::test]
async fn each_document_is_metered_by_alias_and_by_content() {
    let bench = bench().await;
    for alias in ["a", "b", "b"] {
        bench
            .job(bench.form(Product::Extraction).text("alias", alias))
            .await;
    }
    bench.job(bench.form(Product::Extraction)).await;
    let billed = at(&bench.sandbox.seen(), "/billed");
    assert_eq!(at(&billed, "/documents_by_alias"), json!({"a": 1, "b": 2}));
    let by_sha256 = at(&billed, "/documents_by_sha256");
    let counts: Vec<_> = by_sha256.as_object().unwrap().values().collect();
    assert_eq!(counts, [4]);
}

#[tokio::test]
async fn the_meter_is_what_was_seen_without_the_requests() {
    let bench = bench().await;
    bench.job(bench.form(Product::Extraction)).await;
    let (_, meter) = exchange(bench.client.get(bench.url("/_sandbox/meter"))).await;
    assert_eq!(meter, bench.sandbox.meter());
    let mut seen = bench.sandbox.seen();
    seen.as_object_mut().unwrap().remove("requests");
    assert_eq!(seen, meter);
    let counts = json!({
        "requests": 1, "by_route": {"enqueue": 1}, "by_status": {"202": 1}, "by_fault": {},
    });
    assert_eq!(at(&meter, "/counts"), counts);
}

#[tokio::test]
async fn requests_may_be_counted_without_being_recorded() {
    let bench = bench_with(Settings {
        record_requests: false,
        ..Settings::default()
    })
    .await;
    let form = bench.form(Product::Extraction).text("alias", "a");
    bench.job(form).await;
    let seen = bench.sandbox.seen();
    assert_eq!(at(&seen, "/requests"), json!([]));
    assert_eq!(at(&seen, "/counts/by_route/enqueue"), 1);
    assert_eq!(at(&seen, "/billed/documents_by_alias/a"), 1);
    assert_eq!(at(&seen, "/connections"), 1);
    assert!(at(&seen, "/bytes_received").as_u64().unwrap() > 0);
    bench.sandbox.reset_seen();
    assert_eq!(at(&bench.sandbox.meter(), "/counts/requests"), 0);
}

#[tokio::test]
async fn the_state_lists_models_and_jobs() {
    let bench = bench().await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    let (_, state) = exchange(bench.client.get(bench.url("/_sandbox/state"))).await;
    assert_eq!(at(&state, "/models").as_array().unwrap().len(), 5);
    assert_eq!(at(&state, "/jobs/0/id"), at(&job, "/id"));
}

#[tokio::test]
async fn admin_routes_answer_to_loopback_names_only() {
    let bench = bench().await;
    let url = bench.url("/_sandbox/seen");
    for (host, wanted) in [
        ("localhost:1234", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example", 403),
        ("localhost.evil.example:80", 403),
    ] {
        let (status, _) = exchange(bench.client.get(&url).header("host", host)).await;
        assert_eq!(status, wanted, "{host}");
    }
}
