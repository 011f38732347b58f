//! Webhooks against `tests/vectors/webhook.json`, and what the vectors cannot say.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use bytes::Bytes;
use mindee_core::Category;
use mindee_core::webhook::{LARGEST, Payload, SigningSecret, sign, unwrap, unwrap_json};
use serde_json::{Map, Value, json};

fn vectors() -> Value {
    let path = format!(
        "{}/../tests/vectors/webhook.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn body(row: &Value) -> Bytes {
    Bytes::from(row["body"].as_str().unwrap().to_owned())
}

#[test]
fn every_vector_comes_out_as_it_says() {
    let vectors = vectors();
    for row in vectors["rows"].as_array().unwrap() {
        let mut arguments = Map::new();
        for key in ["headers", "secrets", "largest", "unsigned"] {
            if let Some(value) = row.get(key) {
                arguments.insert(key.to_owned(), value.clone());
            }
        }
        let body = body(row);
        let unwrapped = unwrap_json(&body, &Value::Object(arguments).to_string(), || {
            body.clone()
        });
        match unwrapped {
            Ok(reply) => {
                assert_eq!(reply.about, row["expect"], "{}", row["name"]);
                assert_eq!(reply.body, body, "{}", row["name"]);
            }
            Err(error) => {
                assert_eq!(error.code(), row["error"], "{}: {error}", row["name"]);
                assert_eq!(
                    error.body().is_some(),
                    row.get("keeps_body").is_some(),
                    "{}",
                    row["name"]
                );
            }
        }
    }
}

#[test]
fn signatures_are_made_as_the_vectors_say() {
    for row in vectors()["signed"].as_array().unwrap() {
        let secret = SigningSecret::new(row["secret"].as_str().unwrap()).unwrap();
        assert_eq!(sign(&body(row), &secret).unwrap(), row["signature"]);
    }
}

#[test]
fn a_result_and_a_failure_are_told_apart_by_type() {
    let vectors = vectors();
    let secret = SigningSecret::new("s").unwrap();
    for (index, wanted) in [(0, true), (1, false)] {
        let body = body(&vectors["signed"][index]);
        let signature = sign(&body, &secret).unwrap();
        let headers = [("X-Signature", signature.as_str())];
        let delivery = unwrap(body, headers, std::slice::from_ref(&secret), LARGEST).unwrap();
        assert_eq!(matches!(delivery.payload, Payload::Result(_)), wanted);
    }
}

#[test]
fn neither_secret_nor_signature_nor_document_is_in_an_error() {
    let secret = "canary-secret";
    let right = sign(
        b"{\"document\": \"canary\"}",
        &SigningSecret::new(secret).unwrap(),
    )
    .unwrap();
    let headers = json!({"X-Signature": right.replace(right.get(..2).unwrap(), "00")});
    for secrets in [
        json!([secret]),
        json!([secret, ""]),
        json!({"canary": secret}),
    ] {
        let arguments = json!({"headers": headers, "secrets": secrets}).to_string();
        let body = Bytes::from("{\"document\": \"canary\"}");
        let error = unwrap_json(&body, &arguments, || body.clone()).unwrap_err();
        let text = format!("{error} {error:?} {}", error.payload());
        assert!(!text.contains("canary") && !text.contains(&right), "{text}");
    }
    assert!(!format!("{:?}", SigningSecret::new(secret).unwrap()).contains("canary"));
}

#[test]
fn a_wrong_signature_is_a_matter_of_webhooks_and_a_missing_secret_of_usage() {
    let body = Bytes::from("{}");
    let headers = json!({"X-Signature": "0".repeat(64)});
    let category = |secrets: Value| {
        let arguments = json!({"headers": headers, "secrets": secrets}).to_string();
        unwrap_json(&body, &arguments, || body.clone())
            .unwrap_err()
            .category()
    };
    assert_eq!(category(json!(["s"])), Category::Webhook);
    assert_eq!(category(json!([])), Category::Usage);
}
