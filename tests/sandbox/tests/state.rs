//! The state file, and the program's `keys` command.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use reqwest::multipart::Form;
use serde_json::{Value, json};
use support::receiver::{Receiver, receiver};
use support::{at, client, exchange, png, text};

const KEY: &str = "md_k";

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mindee-sandbox"))
}

struct Running {
    child: Child,
    ready: Value,
}

/// Whatever becomes of the test, the program ends with it.
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(state: &Path, more: &[&str]) -> Self {
        let mut command = program();
        command
            .args(["--api-key", KEY, "--processing-ms", "20", "--state"])
            .arg(state)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        Self { child, ready }
    }

    /// Ends the program as nothing can prepare for.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", text(&self.ready, "/base_url"))
    }

    async fn get(&self, path: &str, key: &str) -> (u16, Value) {
        let request = client(None).get(self.url(path));
        exchange(request.header("authorization", key)).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        exchange(client(None).post(self.url(path)).json(&body))
            .await
            .1
    }

    async fn upload(&self, webhook: Option<&str>) -> String {
        let model = text(&self.ready, "/models/extraction");
        let mut form = Form::new().text("model_id", model).part("file", png());
        if let Some(webhook) = webhook {
            form = form.text("webhook_ids", webhook.to_owned());
        }
        let request = client(None).post(self.url("/v2/products/extraction/enqueue"));
        let request = request.header("authorization", KEY).multipart(form);
        text(&exchange(request).await.1, "/job/id")
    }

    async fn webhook(&self, receiver: &Receiver) -> String {
        let wanted = json!({
            "model_id": text(&self.ready, "/models/extraction"),
            "name": "Mine", "url": receiver.url, "signing_secret": "s",
        });
        text(&self.post("/_sandbox/webhooks", wanted).await, "/id")
    }

    async fn processed(&self, job: &str) {
        let path = format!("/v2/jobs/{job}?redirect=false");
        while text(&self.get(&path, KEY).await.1, "/job/status") == "Processing" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn keys_webhooks_jobs_results_and_deliveries_survive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.db");
    let receiver = receiver(&[200]).await;
    let first = Running::start(&state, &[]);
    let made = first.post("/_sandbox/keys", json!({"name": "dev"})).await;
    let webhook = first.webhook(&receiver).await;
    let job = first.upload(Some(&webhook)).await;
    first.processed(&job).await;
    receiver.next().await;
    let result = format!("/v2/products/extraction/results/{job}");
    let before = first.get(&result, KEY).await;
    let path = format!("/v2/jobs/{job}?redirect=false");
    while text(&first.get(&path, KEY).await.1, "/job/webhooks/0/status") == "Processing" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    first.kill();

    let second = Running::start(&state, &[]);
    let key = text(&made, "/key");
    assert_eq!(second.get(&result, &key).await, before);
    let job = second.get(&path, &key).await.1;
    assert_eq!(text(&job, "/job/webhooks/0/id"), webhook);
    assert_eq!(text(&job, "/job/webhooks/0/status"), "Processed");
    assert_eq!(at(&job, "/job/webhooks/0/attempts_count"), 1);
    let webhooks = at(&second.ready, "/webhooks");
    let kept = webhooks.as_array().unwrap().iter();
    let mut kept = kept.filter(|kept| text(kept, "/id") == webhook);
    assert_eq!(text(kept.next().unwrap(), "/signing_secret"), "s");
}

#[tokio::test]
async fn a_delivery_that_was_not_made_is_made_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.db");
    let receiver = receiver(&[200]).await;
    let first = Running::start(&state, &["--processing", "1500ms"]);
    let webhook = first.webhook(&receiver).await;
    let job = first.upload(Some(&webhook)).await;
    assert_eq!(receiver.count(), 0);
    first.kill();
    let _second = Running::start(&state, &[]);
    let body: Value = serde_json::from_slice(&receiver.next().await.body).unwrap();
    assert_eq!(text(&body, "/inference/id"), job);
}

#[tokio::test]
async fn a_key_deleted_before_kill_9_stays_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.db");
    let first = Running::start(&state, &[]);
    let made = first.post("/_sandbox/keys", json!({"name": "dev"})).await;
    let path = format!("/_sandbox/keys/{}", text(&made, "/id"));
    exchange(client(None).delete(first.url(&path))).await;
    first.kill();
    let second = Running::start(&state, &[]);
    let (status, problem) = second.get("/v2/search/models", &text(&made, "/key")).await;
    assert_eq!((status, text(&problem, "/code").as_str()), (401, "401-001"));
}

fn keys(arguments: &[&str], place: [&str; 2]) -> Output {
    let mut command = program();
    command.arg("keys").args(arguments).args(place);
    command.output().unwrap()
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test]
async fn the_keys_command_manages_keys_of_a_running_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.db");
    let running = Running::start(&state, &[]);
    let url = text(&running.ready, "/base_url");
    let place = ["--url", url.as_str()];
    let key = told(&keys(&["create", "dev"], place)).trim().to_owned();
    assert_eq!(running.get("/v2/search/models", &key).await.0, 200);
    let listed = told(&keys(&["list"], place));
    assert!(listed.contains("dev") && listed.contains("default"));
    assert!(!listed.contains(&key) && listed.contains(&key[key.len() - 4..]));
    told(&keys(&["delete", "dev"], place));
    assert_eq!(running.get("/v2/search/models", &key).await.0, 401);
    let again = keys(&["delete", "dev"], place);
    assert!(!again.status.success());
}

#[tokio::test]
async fn the_keys_command_manages_keys_in_a_state_file() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.db");
    let place = ["--state", state.to_str().unwrap()];
    let dev = told(&keys(&["create", "dev"], place)).trim().to_owned();
    let prod = told(&keys(&["create", "prod"], place)).trim().to_owned();
    told(&keys(&["delete", "dev"], place));
    let running = Running::start(&state, &[]);
    assert_eq!(running.get("/v2/search/models", &dev).await.0, 401);
    assert_eq!(running.get("/v2/search/models", &prod).await.0, 200);
    let in_use = keys(&["list"], place);
    assert!(!in_use.status.success());
    let why = String::from_utf8(in_use.stderr).unwrap();
    assert!(why.contains("in use by a running sandbox"), "{why}");
}

#[cfg(unix)]
#[test]
fn the_state_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.db");
    told(&keys(&["list"], ["--state", state.to_str().unwrap()]));
    let mode = std::fs::metadata(&state).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_that_holds_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("letter.txt");
    std::fs::write(&state, "Dear all, this is no database. ".repeat(100)).unwrap();
    let output = program().arg("--state").arg(&state).output().unwrap();
    assert!(!output.status.success());
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(why.contains("the state file cannot be opened"), "{why}");
}
