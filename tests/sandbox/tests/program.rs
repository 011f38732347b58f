//! The sandbox as a program.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use support::{at, client, text};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mindee-sandbox"));
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts the program and reads the line by which it says that it is ready.
fn start(command: &mut Command) -> (Child, Value) {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

#[tokio::test]
async fn one_line_tells_all_and_the_end_of_stdin_ends_it() {
    let mut command = program();
    let (mut child, ready) = start(command.args(["--exit-with-stdin", "--api-key", "md_k"]));
    assert_eq!(at(&ready, "/ready"), true);
    assert_eq!(at(&ready, "/pid"), child.id());
    assert_eq!(at(&ready, "/tls_base_url"), Value::Null);
    let models = at(&ready, "/models");
    assert_eq!(models.as_object().unwrap().len(), 5);
    let url = format!("{}/v2/search/models", text(&ready, "/base_url"));
    let request = client(None).get(url).header("authorization", "md_k");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let state = format!("{}/state", text(&ready, "/admin_url"));
    assert_eq!(client(None).get(state).send().await.unwrap().status(), 200);

    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert!(told.contains("export MINDEE_V2_API_KEY=md_k\n"));
    let export = format!("export MINDEE_V2_BASE_URL={}\n", text(&ready, "/base_url"));
    assert!(told.contains(&export));
}

#[test]
fn sigterm_and_sigint_end_it_cleanly() {
    for signal in ["-TERM", "-INT"] {
        let (mut child, _) = start(&mut program());
        let pid = child.id().to_string();
        Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(child.wait().unwrap().success());
    }
}

#[tokio::test]
async fn flags_are_environment_variables_too() {
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    let mut command = program();
    command
        .env("MINDEE_SANDBOX_API_KEY", "md_from_environment")
        .env("MINDEE_SANDBOX_TLS", "true")
        .env("MINDEE_SANDBOX_CA_FILE", &ca_file)
        .env("MINDEE_SANDBOX_EXIT_WITH_STDIN", "1");
    let (mut child, ready) = start(&mut command);
    assert_eq!(text(&ready, "/api_key"), "md_from_environment");
    assert_eq!(text(&ready, "/ca_file"), ca_file.to_str().unwrap());
    let ca_pem = std::fs::read_to_string(&ca_file).unwrap();
    let url = format!("{}/_sandbox/state", text(&ready, "/tls_base_url"));
    let reply = client(Some(&ca_pem)).get(url).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn flags_set_chance_times_limits_and_storage() {
    let mut command = program();
    let (mut child, ready) = start(command.args([
        "--exit-with-stdin",
        "--api-key=md_k",
        "--seed=42",
        "--speed=60",
        "--processing=lognormal:5s,0.8",
        "--processing-of=ocr=1ms",
        "--storage-hours=1",
        "--delete-on-fetch",
        "--rate-limits=200,1",
        "--retry-after=seconds",
        "--faults=0",
        "--no-record",
    ]));
    assert_eq!(at(&ready, "/seed"), 42);
    let url = format!("{}/v2/search/models", text(&ready, "/base_url"));
    for wanted in [200, 429] {
        let request = client(None).get(&url).header("authorization", "md_k");
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), wanted);
        assert_eq!(reply.headers().contains_key("retry-after"), wanted == 429);
    }
    let admin = text(&ready, "/admin_url");
    let seen = client(None).get(format!("{admin}/seen")).send().await;
    let seen = support::json(seen.unwrap()).await;
    assert_eq!(at(&seen, "/requests"), serde_json::json!([]));
    assert_eq!(at(&seen, "/rate_limited"), 1);
    let clock = client(None).get(format!("{admin}/clock")).send().await;
    let clock = support::json(clock.unwrap()).await;
    assert_eq!(at(&clock, "/speed").as_f64(), Some(60.0));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn rules_may_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.json");
    let rules = r#"[{"on": "models", "every": 2, "answer": {"status": 503}}]"#;
    std::fs::write(&file, rules).unwrap();
    let mut command = program();
    command.arg("--exit-with-stdin").arg("--rules").arg(&file);
    let (mut child, ready) = start(&mut command);
    let url = format!("{}/v2/search/models", text(&ready, "/base_url"));
    for wanted in [401, 503] {
        let reply = client(None).get(&url).send().await.unwrap();
        assert_eq!(reply.status(), wanted);
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    for wrong in ["{", "{\"on\": \"moon\"}"] {
        std::fs::write(&file, wrong).unwrap();
        let output = program().arg("--rules").arg(&file).output().unwrap();
        assert!(!output.status.success(), "{wrong}");
    }
}

#[test]
fn a_seed_that_is_not_given_is_made_up_and_told() {
    let told: Vec<u64> = (0..2)
        .map(|_| {
            let (mut child, ready) = start(program().arg("--exit-with-stdin"));
            drop(child.stdin.take());
            child.wait().unwrap();
            at(&ready, "/seed").as_u64().unwrap()
        })
        .collect();
    assert_ne!(told[0], told[1]);
    assert!(told.iter().all(|seed| *seed < 1 << 53));
}

#[test]
fn flags_that_make_no_sense_end_the_program() {
    for flag in [
        "--faults=2",
        "--speed=0",
        "--processing=5",
        "--rate-limits=1",
        "--storage-hours=-1",
    ] {
        let output = program().arg(flag).output().unwrap();
        assert!(!output.status.success(), "{flag}");
    }
}

#[test]
fn only_loopback_addresses_are_listened_on() {
    let output = program().args(["--host", "0.0.0.0"]).output().unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("not a loopback address"), "{told}");
}
