//! Answers that are meant to harm the client.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use mindee_sandbox::{Product, Settings};
use serde_json::json;
use support::{Bench, KEY, at, bench, bench_with, client, exchange, text};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const MODELS: &str = "/v2/search/models";

async fn body(bench: &Bench) -> String {
    let reply = bench.get(MODELS).send().await.unwrap();
    reply.text().await.unwrap()
}

#[tokio::test]
async fn an_endless_body_goes_on_and_announces_no_length() {
    let bench = bench().await;
    bench.rules(json!({"endless": true}));
    let mut reply = bench.get(MODELS).send().await.unwrap();
    assert_eq!(reply.content_length(), None);
    let mut received = 0;
    while received < 20_000_000 {
        received += reply.chunk().await.unwrap().unwrap().len();
    }
    drop(reply);
    bench.sandbox.clear_rules();
    assert_eq!(exchange(bench.get(MODELS)).await.0, 200);
}

/// The whole answer, head included, as it comes from the socket.
async fn raw(bench: &Bench) -> String {
    let address = bench.sandbox.base_url().trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {MODELS} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {KEY}\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_header_bomb_has_many_headers_or_large_ones() {
    let bench = bench().await;
    for (count, bytes) in [(15_000, 1), (1, 1_000_000)] {
        bench.sandbox.clear_rules();
        bench.rules(json!({"header_bomb": {"count": count, "bytes": bytes}}));
        let answer = raw(&bench).await;
        assert_eq!(answer.matches("x-bomb-").count(), count);
        assert!(answer.len() > bytes * count);
        assert!(answer.contains("\"models\""));
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_small_and_inflates_to_what_is_asked_for() {
    let bench = bench().await;
    bench.rules(json!({"gzip_bomb": 50_000_000}));
    let reply = bench.get(MODELS).send().await.unwrap();
    assert_eq!(reply.headers()["content-encoding"], "gzip");
    let bomb = reply.bytes().await.unwrap();
    assert!(bomb.len() < 200_000, "{}", bomb.len());
    let mut inflated = Vec::new();
    // The decoder checks length and checksum at the end.
    GzDecoder::new(&*bomb).read_to_end(&mut inflated).unwrap();
    assert_eq!(inflated.len(), 48 * 1024 * 1024);
}

#[tokio::test]
async fn a_deep_nest_is_put_beside_the_real_answer_or_where_it_is_wanted() {
    let bench = bench().await;
    bench.rules(json!({"times": 1, "deep": 10_000}));
    let deep = body(&bench).await;
    assert!(deep.contains(&"[".repeat(10_000)));
    assert!(deep.starts_with("{\"models\":[{\"id\":"));
    bench.rules(json!({"deep": {"count": 3, "pointer": "/models/0/name"}}));
    let (_, shallow) = exchange(bench.get(MODELS)).await;
    assert_eq!(at(&shallow, "/models/0/name"), json!([[[]]]));
}

#[tokio::test]
async fn a_number_may_be_ten_megabytes_long() {
    let bench = bench().await;
    bench.rules(json!({"digits": {"count": 10_000_000, "pointer": "/pagination/page"}}));
    let body = body(&bench).await;
    let (_, number) = body.split_once("\"page\":").unwrap();
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    assert_eq!(digits, 10_000_000);
}

#[tokio::test]
async fn a_job_may_have_an_id_that_leads_elsewhere() {
    let bench = bench().await;
    bench.rules(json!({"on": "enqueue", "change": [
        {"pointer": "/job/id", "value": "../admin"},
        {"pointer": "/job/polling_url", "value": "{base_url}/v2/../admin"},
    ]}));
    let job = bench.job(bench.form(Product::Extraction)).await;
    assert_eq!(text(&job, "/id"), "../admin");
    assert_eq!(text(&job, "/polling_url"), bench.url("/v2/../admin"));
}

#[tokio::test]
async fn retry_after_may_be_absurd_or_past() {
    let bench = bench().await;
    for (given, wanted) in [
        ("999999999", "999999999"),
        (
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
        ),
        ("{http_date:-60}", " GMT"),
        ("{http_date:x}", "{http_date:x}"),
    ] {
        bench.sandbox.clear_rules();
        bench.rules(json!({"answer": {"status": 429, "headers": {"Retry-After": given}}}));
        let reply = bench.get(MODELS).send().await.unwrap();
        let told = reply.headers()["retry-after"].to_str().unwrap().to_owned();
        assert!(told.ends_with(wanted), "{told}");
    }
}

#[tokio::test]
async fn times_may_lie_in_the_past_or_the_future() {
    let bench = bench().await;
    bench.rules(json!({"on": "job", "change": [
        {"pointer": "/job/created_at", "value": "{time:86400}"},
        {"pointer": "/job/completed_at", "value": "{time:-86400}"},
    ]}));
    let job = bench.job(bench.form(Product::Extraction)).await;
    let odd = bench.job_now(&job).await;
    assert!(text(&odd, "/created_at") > text(&job, "/created_at"));
    assert!(text(&odd, "/completed_at") < text(&job, "/created_at"));
}

#[tokio::test]
async fn the_next_connections_may_be_reset_before_a_byte_is_read() {
    let bench = bench().await;
    bench.rules(json!({"refuse": true, "times": 2}));
    let url = bench.url(MODELS);
    for _ in 0..2 {
        let request = client(None).get(&url).header("authorization", KEY);
        request.send().await.unwrap_err();
    }
    assert_eq!(bench.requests().len(), 0);
    assert_eq!(exchange(bench.get(MODELS)).await.0, 200);
    for rule in [
        json!({"refuse": true, "on": "job"}),
        json!({"refuse": true, "method": "GET"}),
    ] {
        assert!(bench.sandbox.add_rules_json(&rule).is_err());
    }
}

#[tokio::test]
async fn connections_may_be_refused_for_a_while() {
    let bench = bench().await;
    exchange(bench.get(MODELS)).await;
    let listener = bench.client.post(bench.url("/_sandbox/listener"));
    let (status, _) = exchange(listener.json(&json!({"closed_ms": 1000}))).await;
    assert_eq!(status, 200);
    let refused = client(None).get(bench.url(MODELS)).send().await;
    assert!(refused.unwrap_err().is_connect());
    assert_eq!(
        exchange(bench.get(MODELS)).await.0,
        200,
        "open ones stay open"
    );
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let again = client(None).get(bench.url(MODELS)).send().await.unwrap();
    assert_eq!(again.status(), 401);
    bench
        .sandbox
        .refuse_connections(Duration::from_millis(1))
        .await;
}

#[tokio::test]
async fn both_ports_refuse_from_the_first_moment_on() {
    let settings = Settings {
        tls: true,
        ..Settings::default()
    };
    let bench = bench_with(settings).await;
    bench
        .sandbox
        .refuse_connections(Duration::from_secs(1))
        .await;
    for base_url in [Some(bench.sandbox.base_url()), bench.sandbox.tls_base_url()] {
        let (_, port) = base_url.unwrap().rsplit_once(':').unwrap();
        let address = format!("127.0.0.1:{port}");
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    }
}

#[tokio::test]
async fn the_rules_that_are_described_are_understood() {
    let bench = bench().await;
    let readme = include_str!("../README.md");
    let (_, rest) = readme.split_once("```json\n").unwrap();
    let (rules, _) = rest.split_once("```").unwrap();
    let rules: Vec<serde_json::Value> = serde_json::from_str(rules).unwrap();
    assert_eq!(rules.len(), 12);
    for rule in rules {
        bench.rules(rule);
    }
}
