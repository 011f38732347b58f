//! Every scenario, in every language: the same result, the same error, the same requests seen.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mindee_conformance::driver::Driver;
use mindee_conformance::normal::line_of;
use mindee_conformance::play::{OddFiles, Played, play};
use mindee_conformance::scenario::{Scenario, all};
use mindee_conformance::{languages, root};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_scenario_comes_out_alike_in_every_language() {
    let scenarios = all(&root().join("tests/scenarios"));
    assert!(
        scenarios.len() >= 40,
        "{} scenarios are too few",
        scenarios.len()
    );
    let only = std::env::var("SCENARIO").unwrap_or_default();
    let odd = OddFiles::make().unwrap();
    let mut drivers: Vec<Driver> = languages::wanted()
        .iter()
        .map(|language| languages::start(language).unwrap_or_else(|e| panic!("{e}")))
        .collect();
    let mut faults = String::new();
    let mut played = 0;
    for scenario in scenarios
        .iter()
        .filter(|scenario| scenario.name.contains(&only))
    {
        let reference = play(scenario, &odd, None).await.unwrap();
        for fault in against_the_scenario(scenario, &reference) {
            let _ = writeln!(faults, "{}: rust: {fault}", scenario.name);
        }
        for driver in &mut drivers {
            if scenario.not_in.contains_key(&driver.language) {
                continue;
            }
            let language = driver.language.clone();
            let result = play(scenario, &odd, Some(driver)).await;
            played += 1;
            let fault = match result {
                Ok(other) if other == reference => continue,
                Ok(other) => difference(&reference, &other),
                Err(error) => error.to_string(),
            };
            let _ = writeln!(faults, "{}: {language}: {fault}", scenario.name);
        }
    }
    println!(
        "{} scenarios, {played} times in other languages",
        scenarios.len()
    );
    assert!(faults.is_empty(), "\n{faults}");
}

/// Where the reference is not what the scenario says.
fn against_the_scenario(scenario: &Scenario, played: &Played) -> Vec<String> {
    let mut faults = Vec::new();
    let lines: Vec<String> = played.seen.iter().map(line_of).collect();
    if lines != scenario.seen {
        faults.push(format!("the server saw {lines:?}, not {:?}", scenario.seen));
    }
    match (&played.outcome.error, &scenario.error) {
        (None, None) => {}
        (Some(error), None) => faults.push(format!("an error: {}", error.payload)),
        (None, Some(_)) => faults.push("no error".to_owned()),
        (Some(error), Some(expected)) => {
            for (key, value) in expected {
                let given = error
                    .payload
                    .pointer(key)
                    .cloned()
                    .unwrap_or(json!("missing"));
                if !fits(&given, value) {
                    faults.push(format!("the error's {key} is {given}, not {value}"));
                }
            }
            if error.keeps_body != scenario.keeps_body {
                faults.push(format!("the error keeps bytes: {}", error.keeps_body));
            }
        }
    }
    if scenario.error.is_none() {
        for (pointer, value) in &scenario.read {
            let given = played
                .outcome
                .values
                .get(pointer)
                .cloned()
                .unwrap_or(json!("not read"));
            if given != *value {
                faults.push(format!("{pointer} is {given}, not {value}"));
            }
        }
    }
    let form = form_of(played);
    for (name, value) in &scenario.form {
        let given = form.get(name).cloned().unwrap_or(Value::Null);
        if given != *value {
            faults.push(format!("the form's {name} is {given}, not {value}"));
        }
    }
    faults
}

/// Texts may be given by a part of them, after `~`.
fn fits(given: &Value, expected: &Value) -> bool {
    match (
        given.as_str(),
        expected.as_str().and_then(|text| text.strip_prefix('~')),
    ) {
        (Some(given), Some(part)) => given.contains(part),
        _ => given == expected,
    }
}

/// The fields of the first upload: the value, or file name, type and size; repeated ones as a list.
fn form_of(played: &Played) -> BTreeMap<String, Value> {
    let mut form: BTreeMap<String, Value> = BTreeMap::new();
    let upload = played
        .seen
        .iter()
        .find(|request| request.get("method") == Some(&json!("POST")));
    let fields = upload
        .and_then(|request| request.get("fields"))
        .and_then(Value::as_array);
    for field in fields.into_iter().flatten() {
        let name = field
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let value = field.get("value").cloned().unwrap_or_else(|| {
            json!([
                field.get("filename"),
                field.get("content_type"),
                field.get("bytes")
            ])
        });
        match form.remove(&name) {
            Some(Value::Array(mut many)) => {
                many.push(value);
                form.insert(name, Value::Array(many));
            }
            Some(one) => {
                form.insert(name, json!([one, value]));
            }
            None => {
                form.insert(name, value);
            }
        }
    }
    form
}

fn difference(reference: &Played, other: &Played) -> String {
    let mut text = String::new();
    let mut compare = |what: &str, left: String, right: String| {
        if left != right {
            let _ = write!(text, "\n  {what}\n    rust: {left}\n    here: {right}");
        }
    };
    compare(
        "error",
        format!("{:?}", reference.outcome.error),
        format!("{:?}", other.outcome.error),
    );
    compare(
        "values",
        format!("{:?}", reference.outcome.values),
        format!("{:?}", other.outcome.values),
    );
    compare(
        "about",
        format!("{:?}", reference.outcome.about),
        format!("{:?}", other.outcome.about),
    );
    compare(
        "bodies",
        format!("{:?}", reference.outcome.bodies),
        format!("{:?}", other.outcome.bodies),
    );
    compare(
        "seen",
        format!("{:?}", reference.seen),
        format!("{:?}", other.seen),
    );
    text
}
