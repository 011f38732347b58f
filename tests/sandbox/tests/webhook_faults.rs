//! Rules about deliveries.
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
use support::receiver::{Receiver, receiver, signature};
use support::{Bench, bench_with, text};

const SECRET: &str = "a secret of this test";

/// A sandbox with one endpoint, at a receiver that takes everything.
async fn with_rule(rule: Value) -> (Bench, Receiver, Webhook) {
    let bench = bench_with(Settings {
        webhook_retries: vec![Duration::from_millis(20)],
        ..Settings::default()
    })
    .await;
    let receiver = receiver(&[200]).await;
    let model = bench.model(Product::Extraction);
    let webhook = bench
        .sandbox
        .add_webhook(&model, &receiver.url, Some(SECRET))
        .unwrap();
    bench.rules(rule);
    (bench, receiver, webhook)
}

async fn send(bench: &Bench, webhook: &Webhook) -> String {
    let form = bench.form(Product::Extraction);
    let form = form.text("webhook_ids", webhook.id.clone());
    text(&bench.job(form).await, "/id")
}

#[tokio::test]
async fn late_waits_by_the_sandboxs_clock() {
    let rule = json!({"on": "webhook", "delivery": {"late_ms": 60_000}});
    let (bench, receiver, webhook) = with_rule(rule).await;
    send(&bench, &webhook).await;
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert_eq!(receiver.count(), 0);
    bench.sandbox.advance(Duration::from_secs(61)).unwrap();
    receiver.next().await;
}

#[tokio::test]
async fn twice_sends_the_same_thing_again() {
    let rule = json!({"on": "webhook", "times": 1, "delivery": {"twice": true}});
    let (bench, receiver, webhook) = with_rule(rule).await;
    send(&bench, &webhook).await;
    assert_eq!(receiver.next().await.body, receiver.next().await.body);
}

#[tokio::test]
async fn after_next_puts_deliveries_out_of_order() {
    let rule = json!({"on": "webhook", "times": 1, "delivery": {"after_next": true}});
    let (bench, receiver, webhook) = with_rule(rule).await;
    let first = send(&bench, &webhook).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = send(&bench, &webhook).await;
    let mut came = Vec::new();
    for _ in 0..2 {
        let body: Value = serde_json::from_slice(&receiver.next().await.body).unwrap();
        came.push(text(&body, "/inference/id"));
    }
    assert_eq!(came, [second, first]);
}

#[tokio::test]
async fn a_bad_signature_is_well_formed_but_of_another_secret() {
    let rule = json!({"on": "webhook", "delivery": {"bad_signature": true}});
    let (bench, receiver, webhook) = with_rule(rule).await;
    send(&bench, &webhook).await;
    let got = receiver.next().await;
    let sent = got.headers["x-signature"].to_str().unwrap();
    assert_eq!(sent.len(), 64);
    assert_ne!(sent, signature(SECRET, &got.body));
}

#[tokio::test]
async fn a_short_body_is_signed_as_a_whole() {
    let rule = json!({"on": "webhook", "delivery": {"short": 30}});
    let (bench, receiver, webhook) = with_rule(rule).await;
    send(&bench, &webhook).await;
    let got = receiver.next().await;
    assert_eq!((got.body.len(), got.is_whole), (30, true));
    assert_ne!(
        got.headers["x-signature"],
        signature(SECRET, &got.body).as_str()
    );
}

#[tokio::test]
async fn a_cut_body_breaks_off_and_is_sent_again() {
    let rule = json!({"on": "webhook", "times": 1, "delivery": {"cut": 30}});
    let (bench, receiver, webhook) = with_rule(rule).await;
    send(&bench, &webhook).await;
    let got = receiver.next().await;
    assert_eq!((got.body.len(), got.is_whole), (30, false));
    let got = receiver.next().await;
    assert!(got.is_whole);
    assert_eq!(
        got.headers["x-signature"],
        signature(SECRET, &got.body).as_str()
    );
}

#[tokio::test]
async fn a_rule_about_deliveries_says_what_happens_to_them() {
    let (bench, ..) = with_rule(json!([])).await;
    for wrong in [
        json!({"on": "webhook"}),
        json!({"on": "job", "delivery": {"twice": true}}),
        json!({"on": "webhook", "delivery": {"thrice": true}}),
    ] {
        bench.sandbox.add_rules_json(&wrong).unwrap_err();
    }
}
