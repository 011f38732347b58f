//! The page and the admin routes: who is let in, and under which policy.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use mindee_sandbox::Product;
use serde_json::json;
use support::{at, bench, exchange, refused, text};

const FILES: [&str; 4] = ["", "page/style.css", "page/icon.svg", "page/main.js"];

#[tokio::test]
async fn the_root_leads_to_the_page() {
    let bench = bench().await;
    let answer = bench.client.get(bench.url("/")).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.headers()["location"], "/_sandbox/");
}

#[tokio::test]
async fn every_file_comes_with_a_strict_policy() {
    let bench = bench().await;
    for file in FILES {
        let url = bench.url(&format!("/_sandbox/{file}"));
        let answer = bench.client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{file}");
        let headers = answer.headers().clone();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let body = answer.text().await.unwrap();
        assert!(
            !body.contains("innerHTML") && !body.contains("https://"),
            "{file}"
        );
    }
}

#[tokio::test]
async fn every_script_that_is_named_is_there() {
    let bench = bench().await;
    let mut wanted = vec!["main.js".to_owned()];
    let mut seen = Vec::new();
    while let Some(name) = wanted.pop() {
        let url = bench.url(&format!("/_sandbox/page/{name}"));
        let answer = bench.client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        let script = answer.text().await.unwrap();
        seen.push(name);
        for line in script.lines().filter(|line| line.starts_with("import ")) {
            let name = line.split('"').nth(1).unwrap().trim_start_matches("./");
            if !seen.iter().any(|known| known == name) {
                wanted.push(name.to_owned());
            }
        }
    }
    assert!(seen.len() >= 8, "{seen:?}");
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    let bench = bench().await;
    for path in ["/_sandbox/", "/_sandbox/keys", "/_sandbox/page/main.js"] {
        let request = bench.client.get(bench.url(path));
        refused(request.header("host", "rebound.example"), "403-000").await;
    }
}

#[tokio::test]
async fn a_foreign_origin_is_refused() {
    let bench = bench().await;
    let post = || {
        bench
            .client
            .post(bench.url("/_sandbox/keys"))
            .json(&json!({"name": "dev"}))
    };
    for origin in ["https://elsewhere.example", "http://localhost:1", "null"] {
        refused(post().header("origin", origin), "403-000").await;
    }
    let (_, keys) = exchange(bench.client.get(bench.url("/_sandbox/keys"))).await;
    assert_eq!(at(&keys, "/keys").as_array().unwrap().len(), 1);
    let own = post().header("origin", bench.sandbox.base_url());
    assert_eq!(exchange(own).await.0, 201);
}

#[tokio::test]
async fn a_job_tells_uploads_polls_and_results() {
    let bench = bench().await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    bench.job_now(&job).await;
    bench.job_now(&job).await;
    bench.inference_of(&job).await;
    let (_, told) = exchange(bench.client.get(bench.url("/_sandbox/jobs"))).await;
    assert_eq!(at(&told, "/total"), 1);
    assert_eq!(at(&told, "/jobs/0/id"), at(&job, "/id"));
    assert_eq!(text(&told, "/jobs/0/status"), "Processed");
    assert_eq!(at(&told, "/jobs/0/polls/count"), 2);
    assert_eq!(at(&told, "/jobs/0/fetches/count"), 1);
    assert_eq!(at(&told, "/jobs/0/deliveries"), json!([]));
}
