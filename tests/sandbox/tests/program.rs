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

#[test]
fn only_loopback_addresses_are_listened_on() {
    let output = program().args(["--host", "0.0.0.0"]).output().unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("not a loopback address"), "{told}");
}
