//! Rules: which request they take, and what the client then sees.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::{Duration, Instant};

use mindee_sandbox::{Answer, On, Product, Reset, Rule};
use serde_json::{Value, json};
use support::{Bench, at, bench, exchange, text};

const MODELS: &str = "/v2/search/models";

async fn status(bench: &Bench) -> u16 {
    bench.get(MODELS).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn an_answer_replaces_the_real_one() {
    let bench = bench().await;
    let answer = json!({
        "status": 503, "headers": {"Retry-After": "1"},
        "body": "<html>busy</html>", "content_type": "text/html",
    });
    bench.rules(json!([{"on": "models", "answer": answer}]));
    let reply = bench.get(MODELS).send().await.unwrap();
    assert_eq!(reply.status(), 503);
    assert_eq!(reply.headers()["retry-after"], "1");
    assert_eq!(reply.headers()["content-type"], "text/html");
    assert_eq!(reply.text().await.unwrap(), "<html>busy</html>");
}

#[tokio::test]
async fn skip_and_times_choose_the_requests() {
    let bench = bench().await;
    bench.rules(json!({"on": "models", "skip": 1, "times": 2, "answer": {"status": 500}}));
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(status(&bench).await);
    }
    assert_eq!(seen, [200, 500, 500, 200]);
}

#[tokio::test]
async fn the_first_live_rule_applies() {
    let bench = bench().await;
    bench.rules(json!([
        {"on": "job", "answer": {"status": 500}},
        {"on": "any", "method": "POST", "answer": {"status": 501}},
        {"on": "any", "times": 1, "answer": {"status": 502}},
        {"on": "models", "answer": {"status": 503}},
    ]));
    assert_eq!([status(&bench).await, status(&bench).await], [502, 503]);
    bench.sandbox.clear_rules();
    assert_eq!(status(&bench).await, 200);
}

#[tokio::test]
async fn a_rule_is_written_in_rust_as_well() {
    let bench = bench().await;
    bench.sandbox.add_rule(Rule {
        on: On::Models,
        answer: Some(Answer {
            status: Some(429),
            ..Answer::default()
        }),
        ..Rule::default()
    });
    assert_eq!(status(&bench).await, 429);
    bench.sandbox.clear_rules();
    bench.sandbox.add_rule(Rule {
        reset: Some(Reset::BeforeHeaders),
        ..Rule::default()
    });
    bench.get(MODELS).send().await.unwrap_err();
}

#[tokio::test]
async fn a_rule_that_is_not_understood_is_refused() {
    let bench = bench().await;
    for rule in [json!([{"on": "moon"}]), json!([{"anser": {}}]), json!("x")] {
        assert!(bench.sandbox.add_rules_json(&rule).is_err());
    }
}

#[tokio::test]
async fn rules_come_by_the_admin_route_too() {
    let bench = bench().await;
    let rules = bench.url("/_sandbox/rules");
    let add = bench.client.post(&rules);
    let (code, _) = exchange(add.json(&json!([{"answer": {"status": 500}}]))).await;
    assert_eq!((code, status(&bench).await), (200, 500));
    let (code, _) = exchange(bench.client.post(&rules).json(&json!([{"on": 1}]))).await;
    assert_eq!(code, 422);
    bench.client.delete(&rules).send().await.unwrap();
    assert_eq!(status(&bench).await, 200);
}

#[tokio::test]
async fn a_request_that_is_answered_by_a_rule_has_no_effect_unless_handled() {
    let bench = bench().await;
    for (handled, documents) in [(false, 0), (true, 1)] {
        bench.sandbox.clear_rules();
        bench.sandbox.reset_seen();
        bench.rules(json!([{"on": "enqueue", "handled": handled, "answer": {"status": 502}}]));
        let form = bench.form(Product::Extraction);
        let request = bench.enqueue(Product::Extraction).multipart(form);
        assert_eq!(request.send().await.unwrap().status(), 502);
        assert_eq!(at(&bench.sandbox.seen(), "/billed/documents"), documents);
    }
}

#[tokio::test]
async fn changes_edit_the_real_answer() {
    let bench = bench().await;
    bench.rules(
        json!([{"on": "enqueue", "status": 200, "headers": {"x-more": "yes"}, "change": [
            {"pointer": "/job/result_url", "value": "{base_url}/elsewhere/{job_id}"},
            {"pointer": "/job/new/deep", "value": [1]},
            {"pointer": "/job/alias", "remove": true},
        ]}]),
    );
    let form = bench.form(Product::Extraction);
    let request = bench.enqueue(Product::Extraction).multipart(form);
    let reply = request.send().await.unwrap();
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["x-more"]),
        (200, &"yes".parse().unwrap())
    );
    let job = at(&support::json(reply).await, "/job");
    let elsewhere = bench.url(&format!("/elsewhere/{}", text(&job, "/id")));
    assert_eq!(text(&job, "/result_url"), elsewhere);
    assert_eq!(at(&job, "/new/deep"), json!([1]));
    assert_eq!(job.get("alias"), None);
    assert_eq!(text(&job, "/status"), "Processing");
}

#[tokio::test]
async fn placeholders_stand_for_what_the_request_is_about() {
    let bench = bench().await;
    let model = bench.model(Product::Extraction);
    let body = json!({"at": "{base_url}", "model": "{model_id}", "job": "{job_id}"});
    bench.rules(json!([{"answer": {"json": body}}]));
    let form = bench.form(Product::Extraction);
    let (_, body) = exchange(bench.enqueue(Product::Extraction).multipart(form)).await;
    assert_eq!(
        body,
        json!({"at": bench.sandbox.base_url(), "model": model, "job": "{job_id}"})
    );
    let (_, body) = exchange(bench.get("/v2/jobs/42")).await;
    assert_eq!(text(&body, "/job"), "42");
}

#[tokio::test]
async fn a_cut_answer_announces_more_than_it_sends() {
    let bench = bench().await;
    bench.rules(json!([{"cut": 20}]));
    let mut reply = bench.get(MODELS).send().await.unwrap();
    assert!(reply.content_length().unwrap() > 20);
    assert_eq!(reply.chunk().await.unwrap().unwrap().len(), 20);
    reply.chunk().await.unwrap_err();
}

#[tokio::test]
async fn a_reset_in_the_middle_of_the_body_is_a_reset() {
    let bench = bench().await;
    bench.rules(json!([{"reset": "mid_body"}]));
    let mut reply = bench.get(MODELS).send().await.unwrap();
    let announced = reply.content_length().unwrap();
    let half = reply.chunk().await.unwrap().unwrap();
    assert_eq!(u64::try_from(half.len()).unwrap(), announced / 2);
    reply.chunk().await.unwrap_err();
}

#[tokio::test]
async fn a_reset_is_recorded_with_or_without_the_body() {
    let bench = bench().await;
    for (reset, has_body) in [("before_body", false), ("before_headers", true)] {
        bench.sandbox.clear_rules();
        bench.sandbox.reset_seen();
        bench.rules(json!([{"on": "enqueue", "reset": reset}]));
        let form = bench.form(Product::Extraction);
        let request = bench.enqueue(Product::Extraction).multipart(form);
        request.send().await.unwrap_err();
        let seen = bench.requests();
        assert_eq!(at(&seen[0], "/status"), Value::Null);
        assert_eq!(at(&seen[0], "/body").is_object(), has_body);
        assert_eq!(at(&bench.sandbox.seen(), "/billed/documents"), 0);
    }
}

#[tokio::test]
async fn a_handled_reset_makes_the_job_nevertheless() {
    let bench = bench().await;
    bench.rules(json!([{"on": "enqueue", "reset": "before_headers", "handled": true}]));
    let form = bench.form(Product::Extraction);
    let request = bench.enqueue(Product::Extraction).multipart(form);
    request.send().await.unwrap_err();
    assert_eq!(at(&bench.sandbox.seen(), "/billed/documents"), 1);
}

#[tokio::test]
async fn answers_are_delayed_and_drip() {
    let bench = bench().await;
    bench.rules(json!([{"delay_ms": 60, "drip_ms": 5}]));
    let started = Instant::now();
    let reply = bench.get(MODELS).send().await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(60));
    let body = support::json(reply).await;
    assert!(started.elapsed() >= Duration::from_millis(60 + 15 * 5));
    assert!(at(&body, "/models").is_array());
}

#[tokio::test]
async fn a_stalled_request_is_seen_and_never_answered() {
    let bench = bench().await;
    bench.rules(json!([{"stall": true}]));
    let request = bench.get(MODELS).timeout(Duration::from_millis(80));
    assert!(request.send().await.unwrap_err().is_timeout());
    assert_eq!(at(&bench.requests()[0], "/status"), Value::Null);
}
