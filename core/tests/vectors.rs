//! Pure functions against `tests/vectors`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::time::Duration;

use mindee_core::pace::{Budget, Purpose};
use mindee_core::poll::{Durations, Market, Schedule};
use mindee_core::retry::{Effect, Outcome, Verdict, decide, retry_after};
use serde_json::{Value, json};
use tokio::time::Instant;

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
fn a_fixed_schedule_asks_as_the_vectors_say() {
    for row in vectors("schedule").as_array().unwrap() {
        let mut schedule = Schedule::fixed(millis(&row["first_ms"]), millis(&row["interval_ms"]));
        let mut asked = Duration::ZERO;
        for age in row["ages_ms"].as_array().unwrap() {
            asked = schedule.due(asked, None, &Market::default());
            assert_eq!(asked, millis(age), "{}", row["name"]);
            schedule.answered();
        }
    }
}

#[test]
fn with_nothing_known_the_documented_schedule_holds() {
    let mut schedule = Schedule::learned();
    assert_eq!(
        schedule.due(Duration::ZERO, None, &Market::default()),
        Duration::from_secs(3)
    );
    schedule.answered();
    let asked = Duration::from_secs(3);
    assert_eq!(
        schedule.due(asked, Some(&Durations::default()), &Market::default()),
        Duration::from_secs(4)
    );
}

#[test]
fn a_wish_beyond_a_minute_does_not_stop_a_wait() {
    let mut schedule = Schedule::learned();
    let wish = Some(Duration::from_secs(999_999_999));
    assert_eq!(schedule.failed(wish, 0.5), Duration::from_mins(1));
}

fn model_of(seconds: impl IntoIterator<Item = f64>) -> Durations {
    let mut model = Durations::default();
    for seconds in seconds {
        model.learn(Duration::from_secs_f64(seconds));
    }
    model
}

/// The ages at which a job is asked for that takes `seconds`.
fn questions(model: &Durations, seconds: f64, factor: f64) -> Vec<f64> {
    let mut ages: Vec<f64> = Vec::new();
    while ages.last().is_none_or(|age| *age < seconds) {
        ages.push(model.due(ages.last().copied().unwrap_or(0.0), model.price() * factor));
    }
    ages
}

#[test]
fn a_model_that_always_takes_as_long_is_asked_at_that_moment() {
    let model = model_of([10.0; 20]);
    let ages = questions(&model, 10.0, 1.0);
    assert!(ages.len() <= 8, "{ages:?}");
    assert!(ages.last().unwrap() - 10.0 < 0.4, "{ages:?}");
}

#[test]
fn a_job_that_is_late_is_asked_for_ever_and_ever_more_seldom() {
    let model = model_of([2.0, 2.1, 1.9, 2.0]);
    let ages = questions(&model, 600.0, 1.0);
    assert!(ages.last().unwrap() - 600.0 < 60.5, "{ages:?}");
    assert!(ages.len() < 400, "{}", ages.len());
}

#[test]
fn a_dearer_question_is_asked_more_seldom() {
    let model = model_of([4.0, 5.0, 6.0, 5.5, 4.5, 8.0]);
    assert!(questions(&model, 8.0, 50.0).len() < questions(&model, 8.0, 1.0).len());
}

#[test]
fn no_more_questions_are_asked_than_on_a_fixed_schedule() {
    let seconds = [2.2, 3.0, 3.9, 4.4, 5.0, 5.7, 6.5, 8.0, 11.0, 15.0];
    let model = model_of(seconds);
    let (mut ours, mut fixed) = (0.0, 0.0);
    for seconds in seconds {
        ours += f64::from(u32::try_from(questions(&model, seconds, 1.0).len()).unwrap());
        fixed += 1.0 + ((seconds - 2.0) / 1.5_f64).ceil();
    }
    assert!(ours <= fixed, "{ours} against {fixed}");
}

const ASKED: Purpose = Purpose::Question { waits: 1 };

/// Requests that leave in the first `seconds` when somebody asks every millisecond.
fn spent(budget: &mut Budget, purpose: Purpose, from: Instant, seconds: u64) -> Vec<u64> {
    let at = |millis: &u64| from + Duration::from_millis(*millis);
    (0..seconds * 1000)
        .filter(|millis| budget.take(at(millis), purpose).is_ok())
        .collect()
}

/// A budget whose latest questions were all worth it, or all in vain.
fn after_questions(per_minute: u32, worth_it: bool) -> Budget {
    let mut budget = Budget::new(per_minute);
    (0..100).for_each(|_| budget.answered(worth_it));
    budget
}

#[test]
fn no_minute_sees_more_than_the_budget() {
    let budgets = [
        (200, Purpose::Errand, Budget::new(200)),
        (200, ASKED, after_questions(200, true)),
        (200, ASKED, after_questions(200, false)),
        (7, ASKED, after_questions(7, false)),
    ];
    for (most, purpose, mut budget) in budgets {
        let left = spent(&mut budget, purpose, Instant::now(), 200);
        for window in left.windows(most + 1) {
            assert!(window[most] - window[0] >= 60_000, "{window:?}");
        }
        assert!(left.len() >= 15, "{}", left.len());
    }
}

#[test]
fn errands_and_questions_that_are_worth_it_leave_within_seconds() {
    let now = Instant::now();
    let errands = spent(&mut Budget::new(1200), Purpose::Errand, now, 10);
    let questions = spent(&mut after_questions(1200, true), ASKED, now, 10);
    assert_eq!((errands.len(), questions.len()), (1200, 1200));
    // Not all in one moment: each under way takes a connection.
    assert!(errands[600] > 2_000, "{}", errands[600]);
}

#[test]
fn questions_in_vain_are_spread_over_the_minute() {
    let now = Instant::now();
    let first = spent(&mut after_questions(1200, false), ASKED, now, 1).len();
    assert!((120..=140).contains(&first), "{first}");
}

#[test]
fn questions_in_vain_for_more_jobs_than_a_minute_serves_leave_budget_for_the_answers() {
    let now = Instant::now();
    let many = Purpose::Question { waits: 1_000 };
    let mut budget = after_questions(1200, false);
    let in_vain = spent(&mut budget, many, now, 30).len();
    assert!((200..=320).contains(&in_vain), "{in_vain}");
    let later = now + Duration::from_secs(30);
    assert_eq!(
        in_vain + spent(&mut budget, Purpose::Errand, later, 10).len(),
        1200
    );
}

#[test]
fn a_refusal_halves_the_share_and_time_gives_it_back() {
    let now = Instant::now();
    let mut budget = after_questions(1200, false);
    budget.refused(now, Some(Duration::from_secs(2)));
    budget.refused(now, None);
    let later = |seconds| now + Duration::from_secs(seconds);
    assert_eq!(budget.take(later(1), ASKED), Err(later(2)));
    let cut = spent(&mut budget, ASKED, later(2), 5).len();
    assert!((60..=110).contains(&cut), "{cut}");
    let whole = spent(&mut budget, ASKED, later(100), 5).len();
    assert!(whole >= 190, "{whole}");
}
