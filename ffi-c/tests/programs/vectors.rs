//! The rows of `tests/vectors/webhook.json`, in C and in C++.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::toolchain::{build_c, build_cpp, folder};

/// One list of the vectors.
fn vectors(list: &str) -> Vec<Value> {
    let path = folder().join("../tests/vectors/webhook.json");
    let all: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    all.get(list).unwrap().as_array().unwrap().clone()
}

/// One line of the drivers' protocol.
fn line(fields: &[&str]) -> String {
    let encoded = fields.iter().map(|field| encoded(field));
    encoded.collect::<Vec<_>>().join("\t") + "\n"
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A text, or the first of a list of texts.
fn text(value: &Value) -> &str {
    value.as_str().or_else(|| value[0].as_str()).unwrap()
}

fn told(row: &Value) -> String {
    let mut lines = line(&["body", text(&row["body"])]);
    match &row["headers"] {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| lines += &line(&["header", name, text(value)])),
        pairs => pairs
            .as_array()
            .into_iter()
            .flatten()
            .for_each(|pair| lines += &line(&["header", text(&pair[0]), text(&pair[1])])),
    }
    match &row["secrets"] {
        Value::String(secret) => lines += &line(&["secret", secret]),
        secrets => secrets
            .as_array()
            .into_iter()
            .flatten()
            .for_each(|secret| lines += &line(&["secret", text(secret)])),
    }
    if let Some(largest) = row.get("largest") {
        lines += &line(&["largest", &largest.to_string()]);
    }
    if row["unsigned"] == true {
        lines += "unsigned\n";
    }
    lines + "go\n"
}

fn expected(row: &Value) -> String {
    let body = text(&row["body"]);
    let Some(expected) = row.get("expect") else {
        let kept = if row.get("keeps_body").is_some() {
            "kept"
        } else {
            "none"
        };
        return line(&["error", text(&row["error"]), kept]);
    };
    let secret = expected["secret"]
        .as_u64()
        .map_or_else(|| "none".to_owned(), |index| index.to_string());
    let (kind, id) = (text(&expected["kind"]), text(&expected["inference_id"]));
    line(&["delivery", kind, id, &secret, body])
}

/// What a program answers to lines.
#[track_caller]
fn answers(program: PathBuf, lines: &str) -> Vec<String> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(lines.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_inclusive('\n').map(str::to_owned).collect()
}

#[track_caller]
fn every_row_comes_out_as_it_says(program: PathBuf) {
    let rows = vectors("rows");
    let lines: String = rows.iter().map(told).collect();
    let answers = answers(program, &lines);
    assert_eq!(answers.len(), rows.len());
    for (row, answer) in rows.iter().zip(answers) {
        assert_eq!(answer, expected(row), "{}", row["name"]);
    }
}

#[track_caller]
fn every_signature_is_made_as_the_vectors_say(program: PathBuf) {
    let rows = vectors("signed");
    let tell = |row: &Value| line(&["sign", text(&row["body"]), text(&row["secret"])]);
    let lines: String = rows.iter().map(tell).collect();
    let made = |row: &Value| line(&["signature", text(&row["signature"])]);
    assert_eq!(
        answers(program, &lines),
        rows.iter().map(made).collect::<Vec<_>>()
    );
}

#[test]
fn every_row_of_the_webhook_vectors_comes_out_as_it_says_in_c() {
    every_row_comes_out_as_it_says(build_c("tests/c/vectors.c"));
}

#[test]
fn every_row_of_the_webhook_vectors_comes_out_as_it_says_in_cpp() {
    every_row_comes_out_as_it_says(build_cpp("tests/cpp/vectors.cpp"));
}

#[test]
fn every_signature_is_made_as_the_vectors_say_in_c() {
    every_signature_is_made_as_the_vectors_say(build_c("tests/c/vectors.c"));
}

#[test]
fn every_signature_is_made_as_the_vectors_say_in_cpp() {
    every_signature_is_made_as_the_vectors_say(build_cpp("tests/cpp/vectors.cpp"));
}
