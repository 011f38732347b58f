//! The API key: missing, dressed up, wrong, right.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use mindee_sandbox::{Sandbox, Settings};
use support::{KEY, bench, refused};

#[tokio::test]
async fn a_request_without_a_key_is_refused() {
    let bench = bench().await;
    let request = bench.client.get(bench.url("/v2/search/models"));
    refused(request, "401-008").await;
}

#[tokio::test]
async fn an_empty_key_is_a_missing_key() {
    let bench = bench().await;
    let request = bench.client.get(bench.url("/v2/search/models"));
    refused(request.header("authorization", ""), "401-008").await;
}

#[tokio::test]
async fn a_key_with_bearer_is_refused() {
    let bench = bench().await;
    let request = bench.client.get(bench.url("/v2/search/models"));
    let dressed_up = format!("Bearer {KEY}");
    refused(request.header("authorization", dressed_up), "401-009").await;
}

#[tokio::test]
async fn an_unknown_key_is_refused() {
    let bench = bench().await;
    let request = bench.client.get(bench.url("/v2/search/models"));
    refused(request.header("authorization", "md_other"), "401-001").await;
}

#[tokio::test]
async fn a_sandbox_makes_a_new_key_at_each_start() {
    let first = Sandbox::start(Settings::default()).await.unwrap();
    let second = Sandbox::start(Settings::default()).await.unwrap();
    assert!(first.api_key().starts_with("md_sandbox_"));
    assert_ne!(first.api_key(), second.api_key());
}
