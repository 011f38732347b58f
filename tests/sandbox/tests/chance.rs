//! Rules and faults that come by chance, and can be repeated.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;

use futures_util::future::join_all;
use mindee_sandbox::{Product, Settings};
use serde_json::{Value, json};
use support::{Bench, at, bench, bench_with, client};

const MODELS: &str = "/v2/search/models";

async fn seeded(seed: u64) -> Bench {
    bench_with(Settings {
        seed: Some(seed),
        ..Settings::default()
    })
    .await
}

/// Which of so many requests, one after the other, a rule took.
async fn taken(bench: &Bench, path: &str, requests: usize) -> Vec<usize> {
    let mut taken = Vec::new();
    for number in 0..requests {
        if bench.get(path).send().await.unwrap().status() == 503 {
            taken.push(number);
        }
    }
    taken
}

#[tokio::test]
async fn every_takes_each_so_manieth_request() {
    let bench = bench().await;
    bench.rules(
        json!({"on": "models", "skip": 1, "every": 3, "times": 2, "answer": {"status": 503}}),
    );
    assert_eq!(taken(&bench, MODELS, 12).await, [3, 6]);
}

#[tokio::test]
async fn the_same_seed_takes_the_same_requests() {
    let rule = json!({"probability": 0.3, "answer": {"status": 503}});
    let mut told = Vec::new();
    for seed in [1, 1, 2] {
        let bench = seeded(seed).await;
        assert_eq!(bench.sandbox.seed(), seed);
        bench.rules(rule.clone());
        told.push(taken(&bench, MODELS, 60).await);
    }
    assert_eq!(told[0], told[1]);
    assert_ne!(told[0], told[2]);
    assert!((8..=28).contains(&told[0].len()), "{told:?}");
}

#[tokio::test]
async fn the_same_rules_do_the_same_once_more_after_they_were_cleared() {
    let bench = bench().await;
    let mut told = Vec::new();
    for _ in 0..2 {
        bench.sandbox.clear_rules();
        bench.rules(json!({"probability": 0.5, "answer": {"status": 503}}));
        told.push(taken(&bench, MODELS, 40).await);
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn each_route_has_its_own_numbers() {
    let bench = seeded(7).await;
    bench.rules(json!({"on": "models", "probability": 0.5, "answer": {"status": 503}}));
    let alone = taken(&bench, MODELS, 20).await;
    bench.sandbox.clear_rules();
    bench.rules(json!({"on": "models", "probability": 0.5, "answer": {"status": 503}}));
    let mut between = Vec::new();
    for number in 0..20 {
        bench.get("/v2/jobs/42").send().await.unwrap();
        between.extend(taken(&bench, MODELS, 1).await.iter().map(|_| number));
    }
    assert_eq!(alone, between);
}

#[tokio::test]
async fn requests_at_once_meet_as_many_faults_as_one_by_one() {
    let rule = json!({"on": "models", "probability": 0.3, "answer": {"status": 503}});
    let bench = seeded(3).await;
    bench.rules(rule.clone());
    let alone = taken(&bench, MODELS, 40).await.len();
    bench.sandbox.clear_rules();
    bench.rules(rule);
    let requests = (0..40).map(|_| bench.get(MODELS).send());
    let replies = join_all(requests).await;
    let refused = replies
        .into_iter()
        .filter(|reply| reply.as_ref().unwrap().status() == 503);
    assert_eq!(refused.count(), alone);
}

#[tokio::test]
async fn a_share_that_is_none_is_refused() {
    let bench = bench().await;
    for rule in [
        json!({"probability": 1.5}),
        json!({"probability": -0.1}),
        json!({"every": 0}),
    ] {
        assert!(bench.sandbox.add_rules_json(&rule).is_err());
    }
    assert!(bench.sandbox.set_faults(1.1).is_err());
    let settings = Settings {
        faults: f64::NAN,
        ..Settings::default()
    };
    assert!(mindee_sandbox::Sandbox::start(settings).await.is_err());
}

/// The faults of a run of uploads and of a run of searches, and how they ended.
async fn run(seed: u64, share: f64, requests: usize) -> Value {
    let bench = bench_with(Settings {
        seed: Some(seed),
        faults: share,
        ..Settings::default()
    })
    .await;
    let requests = (0..requests).map(async |_| {
        let upload = bench.enqueue(Product::Extraction);
        let upload = upload.multipart(bench.form(Product::Extraction));
        for request in [upload, bench.get(MODELS)] {
            if let Ok(reply) = request.send().await {
                let _ = reply.bytes().await;
            }
        }
    });
    join_all(requests).await;
    bench.sandbox.seen()
}

#[tokio::test]
async fn the_mixture_is_the_same_for_the_same_seed() {
    let (first, second) = tokio::join!(run(5, 0.4, 40), run(5, 0.4, 40));
    for part in ["/counts", "/billed"] {
        assert_eq!(at(&first, part), at(&second, part));
    }
    let other = run(6, 0.4, 40).await;
    assert_ne!(
        at(&first, "/counts/by_fault"),
        at(&other, "/counts/by_fault")
    );
}

#[tokio::test]
async fn the_mixture_has_every_kind_and_tells_which_documents_were_taken() {
    let seen = run(1, 1.0, 250).await;
    let faults: BTreeMap<String, u64> =
        serde_json::from_value(at(&seen, "/counts/by_fault")).unwrap();
    let readme = include_str!("../README.md");
    assert_eq!(faults.len(), 17, "{faults:?}");
    for name in faults.keys() {
        assert!(
            readme.contains(&format!("`{name}`")),
            "{name} is not described"
        );
    }
    assert_eq!(faults.values().sum::<u64>(), 500);
    let mut taken = 0;
    for request in at(&seen, "/requests").as_array().unwrap() {
        let fault = at(request, "/fault");
        let is_upload = at(request, "/route") == "enqueue";
        let fault = fault.as_str().unwrap();
        if is_upload && (fault.ends_with("taken") || ["slow_drip", "delay"].contains(&fault)) {
            taken += 1;
        }
    }
    assert_eq!(at(&seen, "/billed/documents"), taken);
    assert!(taken > 50);
}

#[tokio::test]
async fn the_mixture_can_be_turned_on_and_off() {
    let bench = bench().await;
    let url = bench.url("/_sandbox/faults");
    for (share, faulty) in [(1.0, true), (0.0, false)] {
        let request = client(None).post(&url).json(&json!({"share": share}));
        assert_eq!(request.send().await.unwrap().status(), 200);
        bench.sandbox.reset_seen();
        let _ = bench.get(MODELS).send().await;
        assert_eq!(bench.requests()[0].get("fault").is_some(), faulty);
    }
    bench.sandbox.set_faults(1.0).unwrap();
    bench.rules(json!({"status": 299}));
    let reply = bench.get(MODELS).send().await.unwrap();
    assert_eq!(reply.status(), 299, "rules come first");
}
