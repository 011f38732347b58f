//! What a receiver of webhooks does, whatever it is written in: the programs of the examples are
//! run beside the sandbox, by the same environment and the same port.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mindee_core::ledger::CollectQuery;
use mindee_core::webhook::{SigningSecret, sign};
use mindee_core::{ApiKey, Client, ClientOptions, Params};
use mindee_sandbox::{Product, Sandbox, Settings, Webhook};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

pub(crate) const SECRET: &str = "ogNjY44MhvKPGTtVsI8zG82JqWQa68woYQH";
const LARGEST: usize = 16_000_000;
/// Longer than anything here takes, also under valgrind.
const LONG: Duration = Duration::from_mins(1);
/// Soon enough for a test: reconciled ten times in it.
const SOON: &str = "1";
/// Never in a test.
const LATE: &str = "86400";

/// A sandbox, and a folder for ledger and work.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    folder: TempDir,
    program: Vec<PathBuf>,
    /// Sends documents, and lives on.
    sender: Client,
}

/// A receiver that runs.
pub(crate) struct Receiver {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What was worked on before it listened.
    early: VecDeque<String>,
    port: u16,
}

impl Stage {
    /// `program` is the command that starts the receiver, without its port.
    pub(crate) async fn set(program: Vec<PathBuf>) -> Self {
        let settings = Settings {
            processing: Duration::from_millis(20),
            webhook_retries: Vec::new(),
            webhook_timeout: LONG,
            ..Settings::default()
        };
        let sandbox = Sandbox::start(settings).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let options = ClientOptions::new()
            .api_key(ApiKey::new(sandbox.api_key()).unwrap())
            .base_url(sandbox.base_url())
            .ledger(folder.path().join("ledger.sqlite"));
        Self {
            sender: Client::new(options).unwrap(),
            sandbox,
            folder,
            program,
        }
    }

    pub(crate) async fn receiver(&self) -> Receiver {
        self.receiver_with(SECRET, LATE).await
    }

    async fn receiver_with(&self, secrets: &str, overdue: &str) -> Receiver {
        let (program, arguments) = self.program.split_first().unwrap();
        let mut child = Command::new(program)
            .args(arguments)
            .arg("0")
            .env("MINDEE_V2_API_KEY", self.sandbox.api_key())
            .env("MINDEE_V2_BASE_URL", self.sandbox.base_url())
            .env("MINDEE_WEBHOOK_SECRETS", secrets)
            .env("MINDEE_LEDGER", self.folder.path().join("ledger.sqlite"))
            .env("WORK", self.folder.path().join("work"))
            .env("MINDEE_OVERDUE", overdue)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut early = VecDeque::new();
        loop {
            let told = timeout(LONG, lines.next_line()).await.unwrap().unwrap();
            let told = told.expect("the receiver says where it listens");
            if let Some(port) = told.strip_prefix("listening on http://127.0.0.1:") {
                let port = port.parse().unwrap();
                return Receiver {
                    child,
                    lines,
                    early,
                    port,
                };
            }
            early.push_back(told);
        }
    }

    /// A webhook of the model that calls the receiver.
    pub(crate) fn webhook(&self, receiver: &Receiver) -> Webhook {
        let url = format!("http://127.0.0.1:{}/webhooks/mindee", receiver.port);
        let model = self.sandbox.model_id(Product::Extraction);
        self.sandbox.add_webhook(model, &url, Some(SECRET)).unwrap()
    }

    /// Sends a document, and keeps its job in the ledger of the receiver.
    pub(crate) async fn send(&self, webhook: Option<&Webhook>) -> String {
        let mut params = Params::new().model_id(self.sandbox.model_id(Product::Extraction));
        if let Some(webhook) = webhook {
            params = params.webhook_ids(vec![webhook.id.clone()]);
        }
        let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/invoice.pdf");
        let job = self.sender.extraction().enqueue(document, params).await;
        job.unwrap().id
    }

    /// The answers to the deliveries so far.
    async fn answered(&self, deliveries: usize) -> Vec<Value> {
        let told = self.sandbox.wait_for_deliveries(deliveries, LONG).await;
        let told = told.unwrap();
        let attempts = told.as_array().unwrap().iter();
        attempts
            .flat_map(|delivery| delivery["attempts"].as_array().unwrap())
            .map(|attempt| attempt["status"].clone())
            .collect()
    }

    /// The rows of the ledger.
    async fn rows(&self) -> Vec<Value> {
        let ledger = self.sender.ledger().unwrap();
        ledger.pending().await.unwrap()
    }

    /// The results in the ledger.
    async fn results(&self) -> Value {
        let ledger = self.sender.ledger().unwrap();
        let collected = ledger.collect(CollectQuery::default()).await.unwrap();
        serde_json::from_slice(collected.raw()).unwrap()
    }

    /// What was worked on, by its inference.
    fn worked_on(&self, id: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.work_on(id)).unwrap()).unwrap()
    }

    fn forget_work_on(&self, id: &str) {
        std::fs::remove_file(self.work_on(id)).unwrap();
    }

    fn work_on(&self, id: &str) -> PathBuf {
        self.folder.path().join(format!("work/{id}.json"))
    }

    /// The bytes that were saved because nobody could read them.
    fn unread(&self) -> Vec<Vec<u8>> {
        let entries = std::fs::read_dir(self.folder.path().join("work")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let unread = paths.filter(|path| path.extension().is_some_and(|name| name == "unread"));
        unread.map(|path| std::fs::read(path).unwrap()).collect()
    }
}

impl Receiver {
    /// The inference that is worked on next.
    async fn next(&mut self) -> String {
        if let Some(id) = self.early.pop_front() {
            return id;
        }
        let line = timeout(LONG, self.lines.next_line()).await.unwrap();
        line.unwrap().expect("the receiver goes on")
    }

    /// Ends it as the kernel would; gives what was worked on and not asked for yet.
    async fn kill(mut self) -> VecDeque<String> {
        self.child.kill().await.unwrap();
        let mut left = self.early;
        while let Some(line) = self.lines.next_line().await.unwrap() {
            left.push_back(line);
        }
        left
    }

    async fn post(&self, body: &[u8], headers: &[(&str, &str)]) -> u16 {
        let length = body.len().to_string();
        let headers = [headers, &[("Content-Length", length.as_str())]].concat();
        self.exchange(&headers, body).await
    }

    async fn signed(&self, body: &[u8], secret: &str) -> u16 {
        let signature = sign(body, &SigningSecret::new(secret).unwrap()).unwrap();
        self.post(body, &[("X-Signature", &signature)]).await
    }

    /// Sends the head and what is given of the body, and reads the status of the answer.
    async fn exchange(&self, headers: &[(&str, &str)], body: &[u8]) -> u16 {
        let lines: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = "POST /webhooks/mindee HTTP/1.1\r\nHost: receiver\r\n".to_owned();
        let head = head + &lines.concat();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all((head + "\r\n").as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = [0; "HTTP/1.1 200".len()];
        let read = timeout(LONG, stream.read_exact(&mut answer)).await;
        read.expect("an answer in time").unwrap();
        let text = std::str::from_utf8(&answer).unwrap();
        text.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

fn result(id: &str) -> Vec<u8> {
    json!({"inference": {"id": id, "result": {"fields": {}}}})
        .to_string()
        .into_bytes()
}

fn failure(id: &str) -> Vec<u8> {
    json!({"inference_id": id, "error": {"status": 500, "detail": "Why."}})
        .to_string()
        .into_bytes()
}

pub(crate) async fn a_delivery_is_kept_byte_for_byte_and_worked_on(stage: Stage) {
    let mut receiver = stage.receiver().await;
    let webhook = stage.webhook(&receiver);
    let id = stage.send(Some(&webhook)).await;
    assert_eq!(stage.answered(1).await, [200]);
    assert_eq!(receiver.next().await, id);
    let results = stage.results().await;
    assert_eq!(results[0]["result"]["inference"]["id"], id);
    assert_eq!(stage.worked_on(&id), results[0]["result"]);
    assert_eq!(
        stage.rows().await.len(),
        1,
        "the sender's own row is filled"
    );
}

pub(crate) async fn what_is_not_signed_by_mindee_is_answered_with_401_and_kept_nowhere(
    stage: Stage,
) {
    let receiver = stage.receiver().await;
    let webhook = stage.webhook(&receiver);
    let rule = json!([{"on": "webhook", "delivery": {"bad_signature": true}}]);
    stage.sandbox.add_rules_json(&rule).unwrap();
    stage.send(Some(&webhook)).await;
    assert_eq!(stage.answered(1).await, [401]);
    assert_eq!(receiver.post(&result("a"), &[]).await, 401);
    let malformed = [("X-Signature", "sha256=00")];
    assert_eq!(receiver.post(&result("b"), &malformed).await, 401);
    assert_eq!(receiver.signed(&result("c"), "another").await, 401);
    assert_eq!(stage.results().await, json!([]));
    assert!(receiver.kill().await.is_empty());
}

pub(crate) async fn a_repeated_delivery_is_worked_on_once(stage: Stage) {
    let mut receiver = stage.receiver().await;
    let webhook = stage.webhook(&receiver);
    let rule = json!([{"on": "webhook", "delivery": {"twice": true}}]);
    stage.sandbox.add_rules_json(&rule).unwrap();
    let id = stage.send(Some(&webhook)).await;
    stage.answered(1).await;
    assert_eq!(receiver.next().await, id);
    assert_eq!(receiver.signed(&result("probe"), SECRET).await, 200);
    assert_eq!(receiver.next().await, "probe");
    assert!(receiver.kill().await.is_empty());
    // The next start looks through the ledger once; the probe is what it finds last.
    stage.forget_work_on("probe");
    let mut receiver = stage.receiver().await;
    assert_eq!(receiver.next().await, "probe");
    // It is not the work that tells first from again.
    stage.forget_work_on(&id);
    for id in [id.as_str(), "another"] {
        assert_eq!(receiver.signed(&result(id), SECRET).await, 200);
    }
    assert_eq!(receiver.next().await, "another");
}

pub(crate) async fn a_body_beyond_the_limit_is_answered_with_413(stage: Stage) {
    let receiver = stage.receiver().await;
    let told = (LARGEST + 1).to_string();
    let early = receiver.exchange(&[("Content-Length", &told)], b"").await;
    assert_eq!(early, 413, "before any of it is sent");
    let mut chunk = format!("{:x}\r\n", LARGEST + 1).into_bytes();
    chunk.resize(chunk.len() + LARGEST + 1, b' ');
    chunk.extend_from_slice(b"\r\n");
    let chunked = [("Transfer-Encoding", "chunked")];
    let late = receiver.exchange(&chunked, &chunk).await;
    assert_eq!(late, 413, "while its end is not in sight");
    let mut body = result("as-large-as-can-be");
    body.resize(LARGEST, b' ');
    assert_eq!(receiver.signed(&body, SECRET).await, 200);
}

pub(crate) async fn a_failed_inference_is_worked_on_too(stage: Stage) {
    let mut receiver = stage.receiver().await;
    let webhook = stage.webhook(&receiver);
    let rule = json!([{"on": "enqueue", "job": {"fail": {"detail": "No page could be read."}}}]);
    stage.sandbox.add_rules_json(&rule).unwrap();
    let id = stage.send(Some(&webhook)).await;
    assert_eq!(stage.answered(1).await, [200]);
    assert_eq!(receiver.next().await, id);
    let said = stage.worked_on(&id);
    assert_eq!(said["error"]["detail"], "No page could be read.");
    assert_eq!(stage.rows().await[0]["state"], "failed");
}

pub(crate) async fn each_of_several_secrets_is_taken(stage: Stage) {
    let mut receiver = stage.receiver_with("old,new", LATE).await;
    for secret in ["old", "new"] {
        assert_eq!(receiver.signed(&result(secret), secret).await, 200);
        assert_eq!(receiver.next().await, secret);
    }
    assert_eq!(receiver.signed(&result("none"), "old,new").await, 401);
}

pub(crate) async fn what_was_answered_with_200_outlives_kill_9(stage: Stage) {
    let receiver = stage.receiver().await;
    let webhook = stage.webhook(&receiver);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(stage.send(Some(&webhook)).await);
    }
    assert_eq!(stage.answered(3).await, [200, 200, 200]);
    let worked_on = receiver.kill().await;
    let results = stage.results().await;
    assert_eq!(results.as_array().unwrap().len(), 3);
    // What was not worked on is by the next start.
    let mut receiver = stage.receiver().await;
    let mut all: Vec<String> = worked_on.into();
    while all.len() < ids.len() {
        all.push(receiver.next().await);
    }
    all.sort();
    ids.sort();
    assert_eq!(all, ids);
}

pub(crate) async fn work_that_was_cut_off_is_done_by_the_next_start(stage: Stage) {
    let mut receiver = stage.receiver().await;
    for (id, body) in [("a", result("a")), ("b", failure("b"))] {
        assert_eq!(receiver.signed(&body, SECRET).await, 200);
        assert_eq!(receiver.next().await, id);
    }
    receiver.kill().await;
    // As if it had been killed between the answer and the work.
    stage.forget_work_on("a");
    stage.forget_work_on("b");
    let mut receiver = stage.receiver().await;
    assert_eq!(receiver.next().await, "a");
    assert_eq!(receiver.next().await, "b");
    assert_eq!(stage.worked_on("a")["inference"]["id"], "a");
    assert_eq!(stage.worked_on("b")["problem"]["detail"], "Why.");
    // Now it is known: nothing is done twice.
    receiver.kill().await;
    let receiver = stage.receiver().await;
    assert_eq!(receiver.signed(&result("a"), SECRET).await, 200);
    assert!(receiver.kill().await.is_empty());
}

pub(crate) async fn what_no_webhook_brings_is_asked_for(stage: Stage) {
    let mut receiver = stage.receiver_with(SECRET, SOON).await;
    let id = stage.send(None).await;
    assert_eq!(receiver.next().await, id);
    assert_eq!(stage.worked_on(&id)["inference"]["id"], id);
    assert_eq!(stage.rows().await[0]["state"], "done");
}

pub(crate) async fn what_is_signed_and_cannot_be_read_is_saved_and_answered_with_200(stage: Stage) {
    let receiver = stage.receiver().await;
    for body in [b"{\"inference\": 7}".as_slice(), b"\xFFno json", b""] {
        assert_eq!(receiver.signed(body, SECRET).await, 200);
        assert!(stage.unread().iter().any(|kept| kept == body));
    }
    assert!(receiver.kill().await.is_empty());
}

pub(crate) async fn what_cannot_be_written_is_answered_with_500(mut stage: Stage) {
    // As good as a full disk: no file may grow beyond 200 KiB.
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"];
    stage.program.splice(0..0, limited.map(PathBuf::from));
    let mut receiver = stage.receiver().await;
    let mut body = result("too-large");
    body.resize(400 * 1024, b' ');
    assert_eq!(receiver.signed(&body, SECRET).await, 500);
    assert_eq!(receiver.signed(&result("small"), SECRET).await, 200);
    assert_eq!(receiver.next().await, "small");
}

#[allow(
    dead_code,
    reason = "one of the programs is watched, and not the other"
)]
/// Everything that can come, and SIGTERM: for programs that end by it, and are watched meanwhile.
pub(crate) async fn a_day_of_a_receiver_that_ends_well(stage: Stage) {
    let mut receiver = stage.receiver_with(SECRET, SOON).await;
    let webhook = stage.webhook(&receiver);
    let pushed = stage.send(Some(&webhook)).await;
    assert_eq!(stage.answered(1).await, [200]);
    assert_eq!(receiver.next().await, pushed);
    let late = stage.send(None).await;
    assert_eq!(receiver.next().await, late);
    assert_eq!(receiver.signed(&result(&pushed), SECRET).await, 200);
    assert_eq!(receiver.signed(&failure("f"), SECRET).await, 200);
    assert_eq!(receiver.next().await, "f");
    assert_eq!(receiver.signed(b"no json", SECRET).await, 200);
    assert_eq!(receiver.post(&result("a"), &[]).await, 401);
    let told = (LARGEST + 1).to_string();
    let early = receiver.exchange(&[("Content-Length", &told)], b"").await;
    assert_eq!(early, 413);
    let id = receiver.child.id().unwrap().to_string();
    Command::new("kill").arg(id).status().await.unwrap();
    let ended = timeout(LONG, receiver.child.wait()).await.unwrap();
    let ended = ended.unwrap();
    assert!(ended.success(), "{ended}");
}

/// Declares a test for each of the cases, with the command that starts the receiver.
#[macro_export]
macro_rules! receiver_cases {
    ($program:expr, $($case:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            receiving::$case(receiving::Stage::set($program).await).await;
        })+
    };
}
