//! The organization's rate limits.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use mindee_sandbox::{Product, RateLimits, RetryAfter, Settings};
use support::{Bench, at, bench, bench_with, client, refused};

const MODELS: &str = "/v2/search/models";

async fn limited(retry_after: RetryAfter) -> Bench {
    bench_with(Settings {
        rate_limits: Some(RateLimits {
            posts_per_minute: 2,
            gets_per_minute: 3,
            retry_after,
        }),
        ..Settings::default()
    })
    .await
}

async fn get(bench: &Bench) -> u16 {
    bench.get(MODELS).send().await.unwrap().status().as_u16()
}

async fn upload(bench: &Bench) -> u16 {
    let request = bench.enqueue(Product::Extraction);
    let request = request.multipart(bench.form(Product::Extraction));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn post_and_get_are_counted_apart_over_all_routes() {
    let bench = limited(RetryAfter::Absent).await;
    bench.get("/v2/jobs/42").send().await.unwrap();
    assert_eq!([get(&bench).await, get(&bench).await], [200, 200]);
    refused(bench.get(MODELS), "429-001").await;
    refused(bench.get("/v2/jobs/42"), "429-001").await;
    assert_eq!([upload(&bench).await, upload(&bench).await], [202, 202]);
    assert_eq!(upload(&bench).await, 429);
    let seen = bench.sandbox.seen();
    assert_eq!(at(&seen, "/rate_limited"), 3);
    assert_eq!(at(&seen, "/billed/documents"), 2);
    assert_eq!(at(&seen, "/counts/by_status/429"), 3);
}

#[tokio::test]
async fn there_is_room_again_after_a_minute() {
    let bench = limited(RetryAfter::Absent).await;
    for wanted in [200, 200, 200, 429] {
        assert_eq!(get(&bench).await, wanted);
    }
    bench.sandbox.advance(Duration::from_secs(50)).unwrap();
    assert_eq!(get(&bench).await, 429);
    bench.sandbox.advance(Duration::from_secs(10)).unwrap();
    assert_eq!(get(&bench).await, 200);
}

#[tokio::test]
async fn only_the_organizations_own_requests_count() {
    let bench = limited(RetryAfter::Absent).await;
    for _ in 0..5 {
        let reply = bench.client.get(bench.url(MODELS)).send().await.unwrap();
        assert_eq!(reply.status(), 401);
        let state = client(None).get(bench.url("/_sandbox/state"));
        assert_eq!(state.send().await.unwrap().status(), 200);
    }
    assert_eq!(get(&bench).await, 200);
}

#[tokio::test]
async fn retry_after_comes_in_the_form_that_is_asked_for() {
    for form in [RetryAfter::Absent, RetryAfter::Seconds, RetryAfter::Date] {
        let bench = limited(form).await;
        for _ in 0..3 {
            get(&bench).await;
        }
        let reply = bench.get(MODELS).send().await.unwrap();
        let told = reply.headers().get("retry-after");
        let told = told.map(|value| value.to_str().unwrap().to_owned());
        match form {
            RetryAfter::Absent => assert_eq!(told, None),
            RetryAfter::Seconds => {
                let seconds: u64 = told.unwrap().parse().unwrap();
                assert!((58..=60).contains(&seconds), "{seconds}");
            }
            RetryAfter::Date => assert!(told.unwrap().ends_with(" GMT")),
        }
    }
}

#[tokio::test]
async fn no_limits_are_set_by_default() {
    let bench = bench().await;
    for _ in 0..20 {
        assert_eq!(get(&bench).await, 200);
    }
}
