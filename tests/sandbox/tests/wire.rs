//! Bytes on the wire that an HTTP library would not send.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use mindee_sandbox::Product;
use serde_json::{Value, json};
use support::{Bench, KEY, at, bench, documents};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn connect(bench: &Bench) -> TcpStream {
    let address = bench.sandbox.base_url().trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// Reads until the text so far contains `end`.
async fn read_to(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(end) {
        let reading = stream.read(&mut buffer);
        let count = tokio::time::timeout(Duration::from_secs(5), reading).await;
        let count = count.unwrap().unwrap();
        assert!(count > 0, "ended after {text:?}");
        text += std::str::from_utf8(&buffer[..count]).unwrap();
    }
    text
}

#[tokio::test]
async fn a_get_that_announces_a_body_and_sends_none_is_answered() {
    let bench = bench().await;
    let mut stream = connect(&bench).await;
    let head = format!(
        "GET /v2/search/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: {KEY}\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let reply = read_to(&mut stream, "\"pagination\"").await;
    assert!(reply.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_gets_it() {
    let bench = bench().await;
    let mut stream = connect(&bench).await;
    let body = json!({
        "model_id": bench.model(Product::Extraction),
        "url": "https://example.com/a.pdf",
    })
    .to_string();
    let head = format!(
        "POST /v2/products/extraction/enqueue HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: {KEY}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let reply = read_to(&mut stream, "\r\n\r\n").await;
    assert!(reply.starts_with("HTTP/1.1 100"));
    stream.write_all(body.as_bytes()).await.unwrap();
    let reply = read_to(&mut stream, "polling_url").await;
    assert!(reply.starts_with("HTTP/1.1 202"));
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_recorded_and_makes_no_job() {
    let bench = bench().await;
    let mut stream = connect(&bench).await;
    let head = format!(
        "POST /v2/products/extraction/enqueue HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: {KEY}\r\nContent-Type: multipart/form-data; boundary=x\r\n\
         Content-Length: 100000\r\n\r\n--x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(documents::PNG).await.unwrap();
    drop(stream);
    let mut body = Value::Null;
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        if let Some(request) = bench.requests().first() {
            body = at(request, "/body");
        }
        if body.is_object() {
            break;
        }
    }
    assert_eq!(at(&body, "/complete"), false);
    assert_eq!(at(&bench.sandbox.seen(), "/billed/documents"), 0);
}

#[tokio::test]
async fn a_reset_is_a_tcp_reset() {
    let bench = bench().await;
    bench.rules(json!([{"reset": "before_headers"}]));
    let mut stream = connect(&bench).await;
    let head = "GET /v2/search/models HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let error = stream.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn nothing_listens_after_stop() {
    let bench = bench().await;
    let mut stream = connect(&bench).await;
    let address = bench
        .sandbox
        .base_url()
        .trim_start_matches("http://")
        .to_owned();
    bench.sandbox.stop().await;
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap_or(0), 0);
    TcpStream::connect(address).await.unwrap_err();
}
