//! The lines that the README shows run as written, against the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mindee_conformance::{languages, root};
use mindee_sandbox::{Sandbox, Settings};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

fn data() -> PathBuf {
    root().canonicalize().unwrap().join("tests/data")
}

/// The first block of a kind after a heading of the README.
fn block(heading: &str, kind: &str) -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme
        .split_once(&format!("{heading}\n"))
        .map(|(_, rest)| rest.to_owned());
    let code =
        section.and_then(|section| Some(section.split_once(&format!("```{kind}\n"))?.1.to_owned()));
    let code = code.and_then(|code| Some(code.split_once("```")?.0.to_owned()));
    code.unwrap_or_else(|| panic!("README.md has no {kind} under {heading}"))
}

/// The program that holds the README's lines must hold them all, one after another.
fn holds(program: &Path, code: &str) {
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect()
    };
    let (program_lines, code) = (
        lines(&std::fs::read_to_string(program).unwrap()),
        lines(code),
    );
    let found = program_lines
        .windows(code.len())
        .any(|window| window == code);
    assert!(
        found,
        "{} does not hold the README's lines",
        program.display()
    );
}

async fn prints_the_total(mut command: Command) {
    let sandbox = Sandbox::start(Settings {
        processing: Duration::from_millis(20),
        results: Some(data().join("results")),
        ..Settings::default()
    })
    .await
    .unwrap();
    let output = command
        .env("MINDEE_V2_API_KEY", sandbox.api_key())
        .env("MINDEE_V2_BASE_URL", sandbox.base_url())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("1369.8"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn in_the_data_folder(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(data());
    command
}

fn wanted(language: &str) -> bool {
    languages::wanted().iter().any(|wanted| wanted == language)
}

#[tokio::test]
async fn the_lines_of_rust_run() {
    holds(
        &root().join("core/examples/readme.rs"),
        &block("**Rust**", "rust"),
    );
    let program = root()
        .canonicalize()
        .unwrap()
        .join("target/debug/examples/readme");
    prints_the_total(in_the_data_folder(program)).await;
}

#[tokio::test]
async fn the_lines_of_python_run() {
    let code = block("**Python**", "python");
    if wanted("python") {
        let mut command =
            in_the_data_folder(root().canonicalize().unwrap().join(".venv/bin/python"));
        command.args(["-c", &code]);
        prints_the_total(command).await;
    }
}

#[tokio::test]
async fn the_lines_of_node_run() {
    let code = block("**Node**", "js");
    if wanted("node") {
        // The package is found by its own name from its own folder; the document from ours.
        let code = format!("process.chdir({:?});\n{code}", data().to_string_lossy());
        let mut command = Command::new("node");
        command
            .args(["--input-type=module", "--eval", &code])
            .current_dir(root().join("node"));
        prints_the_total(command).await;
    }
}

#[test]
fn the_lines_of_c_stand_in_a_program_that_is_tested() {
    holds(
        &root().join("ffi-c/examples/readme.c"),
        &block("**C**", "c"),
    );
}

#[test]
fn the_lines_of_cpp_stand_in_a_program_that_is_tested() {
    holds(
        &root().join("ffi-c/examples/readme.cpp"),
        &block("**C++**", "cpp"),
    );
}

/// A port that nobody listens on.
fn free_port() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port().to_string()
}

#[tokio::test]
async fn five_commands_lead_to_a_webhook_that_was_received_and_verified() {
    let commands = block("## Try everything offline", "sh");
    if !wanted("node") {
        return;
    }
    // The same programs, built already: another build may hold cargo's lock.
    let commands = commands
        .replace(
            "cargo run -q -p mindee-sandbox --",
            "target/debug/mindee-sandbox",
        )
        .replace("8080", &free_port())
        .replace("8081", &free_port());
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("bash")
        .args(["-eu", "-c", &format!("{commands}\nwait")])
        .current_dir(root())
        .env("MINDEE_LEDGER", folder.path().join("inbox.sqlite"))
        .env("WORK", folder.path().join("work"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let group = shell.id().unwrap();
    let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines();
    let worked_on = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.ends_with(": done") {
                return;
            }
        }
        panic!("the commands ended, and nothing was received");
    };
    let in_time = tokio::time::timeout(Duration::from_mins(2), worked_on).await;
    // The sandbox and the receiver, which the shell started.
    std::process::Command::new("kill")
        .args(["-TERM", "--", &format!("-{group}")])
        .status()
        .unwrap();
    in_time.unwrap();
}
