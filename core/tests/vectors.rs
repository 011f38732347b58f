//! Pure functions against `tests/vectors`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::time::Duration;

use mindee_core::poll::Schedule;
use mindee_core::retry::{Effect, Outcome, Verdict, decide, retry_after};
use serde_json::{Value, json};

fn vectors(name: &str) -> Value {
    let path = format!(
        "{}/../tests/vectors/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn millis(value: &Value) -> Duration {
    Duration::from_millis(value.as_u64().unwrap())
}

#[test]
fn retries_are_decided_as_the_vectors_say() {
    for row in vectors("retry").as_array().unwrap() {
        let effect = if row["effect"] == "read" {
            Effect::Read
        } else {
            Effect::Upload
        };
        let outcome = match &row["outcome"] {
            Value::String(word) => match word.as_str() {
                "lost" => Outcome::Lost,
                "unreadable" => Outcome::Unreadable,
                "not_sent" => Outcome::NotSent,
                other => panic!("{other}"),
            },
            status => Outcome::Status(
                u16::try_from(status["status"].as_u64().unwrap()).unwrap(),
                status.get("retry_after_ms").map(millis),
            ),
        };
        let number = |key: &str| u32::try_from(row[key].as_u64().unwrap()).unwrap();
        let given = match decide(
            effect,
            outcome,
            number("attempt"),
            number("retries"),
            row["jitter"].as_f64().unwrap(),
        ) {
            Verdict::Again(delay) => {
                json!({ "again_ms": u64::try_from(delay.as_millis()).unwrap() })
            }
            Verdict::Stop => json!("stop"),
            Verdict::Unknown => json!("unknown"),
        };
        assert_eq!(given, row["verdict"], "{}", row["name"]);
    }
}

#[test]
fn retry_after_is_read_as_seconds_and_as_date() {
    let vectors = vectors("retry_after");
    let now = httpdate::parse_http_date(vectors["now"].as_str().unwrap()).unwrap();
    for row in vectors["rows"].as_array().unwrap() {
        let given = retry_after(row["value"].as_str().unwrap(), now).map(|wish| wish.as_secs());
        assert_eq!(given, row["seconds"].as_u64(), "{}", row["value"]);
    }
}

#[test]
fn questions_are_asked_on_schedule() {
    for row in vectors("schedule").as_array().unwrap() {
        let mut schedule = Schedule::new(millis(&row["first_ms"]), millis(&row["interval_ms"]));
        for delay in row["delays_ms"].as_array().unwrap() {
            assert_eq!(schedule.next_delay(), millis(delay), "{}", row["name"]);
        }
    }
}

#[test]
fn a_wish_beyond_a_minute_does_not_stop_a_wait() {
    let mut schedule = Schedule::new(Duration::ZERO, Duration::from_secs(1));
    let wish = Some(Duration::from_secs(999_999_999));
    assert_eq!(schedule.after_failure(wish, 0.5), Duration::from_mins(1));
}
