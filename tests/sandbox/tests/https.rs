//! HTTPS with the throw-away authority.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use mindee_sandbox::{Product, Settings};
use support::{KEY, bench_with, client, exchange, http_2_client, json, text};

fn with_tls() -> Settings {
    Settings {
        tls: true,
        ..Settings::default()
    }
}

#[tokio::test]
async fn the_authority_makes_the_certificate_trusted() {
    let bench = bench_with(with_tls()).await;
    let base = bench.sandbox.tls_base_url().unwrap();
    let form = bench.form(Product::Extraction);
    let url = format!("{base}/v2/products/extraction/enqueue");
    let request = bench.client.post(url).header("authorization", KEY);
    let (status, body) = exchange(request.multipart(form)).await;
    assert_eq!(status, 202);
    assert!(text(&body, "/job/polling_url").starts_with(base));
}

#[tokio::test]
async fn the_certificate_is_good_for_the_address_as_well() {
    let bench = bench_with(with_tls()).await;
    let base = bench.sandbox.tls_base_url().unwrap();
    let url = base.replace("localhost", "127.0.0.1") + "/_sandbox/state";
    assert_eq!(bench.client.get(url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn without_the_authority_the_certificate_is_not_trusted() {
    let bench = bench_with(with_tls()).await;
    let base = bench.sandbox.tls_base_url().unwrap();
    client(None).get(base).send().await.unwrap_err();
}

#[tokio::test]
async fn a_reset_reaches_through_tls() {
    let bench = bench_with(with_tls()).await;
    bench.rules(serde_json::json!([{"reset": "before_body", "times": 1}]));
    let url = format!("{}/v2/search/models", bench.sandbox.tls_base_url().unwrap());
    let request = || bench.client.get(&url).header("authorization", KEY);
    request().send().await.unwrap_err();
    assert_eq!(request().send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn plain_http_is_there_beside_it() {
    let bench = bench_with(with_tls()).await;
    let (status, _) = exchange(bench.get("/v2/search/models")).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn http_2_is_spoken_to_those_who_want_it() {
    let bench = bench_with(Settings::default()).await;
    let client = http_2_client();
    let url = bench.url("/v2/products/extraction/enqueue");
    let request = client.post(url).header("authorization", KEY);
    let reply = request.multipart(bench.form(Product::Extraction)).send();
    let reply = reply.await.unwrap();
    assert_eq!(reply.version(), reqwest::Version::HTTP_2);
    let job = json(reply).await;
    assert!(text(&job, "/job/polling_url").starts_with(bench.sandbox.base_url()));
    for reset in ["before_headers", "mid_body"] {
        bench.sandbox.clear_rules();
        bench.rules(serde_json::json!([{"reset": reset}]));
        let url = bench.url("/v2/search/models");
        let request = client.get(url).header("authorization", KEY).send();
        let outcome = async { request.await?.bytes().await };
        outcome.await.unwrap_err();
    }
}
