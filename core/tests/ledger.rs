//! The ledger: whatever ends a call or a process, and wherever.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mindee_core::ledger::{CollectQuery, Ledger};
use mindee_core::webhook::{self, LARGEST};
use mindee_core::{ApiKey, Client, ClientOptions, Params, Source};
use mindee_sandbox::{Product, Sandbox, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;

struct Stage {
    sandbox: Sandbox,
    folder: TempDir,
}

impl Stage {
    async fn set() -> Self {
        let settings = Settings {
            processing: Duration::from_millis(20),
            ..Settings::default()
        };
        Self {
            sandbox: Sandbox::start(settings).await.unwrap(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ledger.sqlite")
    }

    fn client(&self) -> Client {
        let key = ApiKey::new(self.sandbox.api_key()).unwrap();
        let options = ClientOptions::new()
            .api_key(key)
            .base_url(self.sandbox.base_url());
        Client::new(options.ledger(self.file())).unwrap()
    }

    fn params(&self) -> Params {
        let soon = Duration::from_millis(30);
        let model = self.sandbox.model_id(Product::Extraction);
        Params::new()
            .model_id(model)
            .first_poll(soon)
            .poll_interval(soon)
            .retries(0_u32)
    }

    fn rules(&self, rules: &Value) {
        self.sandbox.add_rules_json(rules).unwrap();
    }

    fn taken(&self) -> u64 {
        self.sandbox.seen()["billed"]["documents"].as_u64().unwrap()
    }
}

fn invoice() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/invoice.pdf")
}

async fn states(ledger: &Ledger) -> Vec<String> {
    let rows = ledger.pending().await.unwrap();
    rows.iter()
        .map(|row| row["state"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_result_is_kept_byte_for_byte() {
    let stage = Stage::set().await;
    let client = stage.client();
    let inference = client
        .extraction()
        .run(invoice(), stage.params().alias("one"))
        .await
        .unwrap();
    let ledger = client.ledger().unwrap();
    assert_eq!(states(&ledger).await, ["done"]);
    let kept = ledger.collect(CollectQuery::default()).await.unwrap();
    let text = String::from_utf8(kept.raw().to_vec()).unwrap();
    assert!(
        text.contains(std::str::from_utf8(inference.raw()).unwrap()),
        "{text}"
    );
    assert!(text.contains("\"alias\":\"one\""));
}

#[tokio::test]
async fn large_results_are_collected_a_portion_at_a_time() {
    let stage = Stage::set().await;
    let client = stage.client();
    let padding = "x".repeat(700_000);
    for number in 0..5 {
        let body = json!({"inference": {"id": format!("{number}"), "result": {"fields": {}}, "padding": padding}});
        let delivery = webhook::unwrap_unsigned(body.to_string(), LARGEST).unwrap();
        client.jobs().deliver(&delivery).await.unwrap();
    }
    let ledger = client.ledger().unwrap();
    let mut portions = Vec::new();
    let mut next = Some(CollectQuery {
        most: Some(4),
        ..CollectQuery::default()
    });
    while let Some(query) = next {
        let collected = ledger.collect(query).await.unwrap();
        let rows: Vec<Value> = serde_json::from_slice(collected.raw()).unwrap();
        let ids = rows
            .iter()
            .map(|row| row["job_id"].as_str().unwrap().to_owned());
        portions.push(ids.collect::<Vec<_>>());
        next = collected.next();
    }
    assert_eq!(portions, [["0", "1"], ["2", "3"]]);
}

#[tokio::test]
async fn a_result_that_cannot_be_read_is_kept_all_the_same() {
    let stage = Stage::set().await;
    stage.rules(&json!([{"on": "result", "answer": {"status": 200, "json": {"outcome": "new"}}}]));
    let client = stage.client();
    client
        .extraction()
        .run(invoice(), stage.params())
        .await
        .unwrap_err();
    let ledger = client.ledger().unwrap();
    let kept = ledger.collect(CollectQuery::default()).await.unwrap();
    let rows: Value = serde_json::from_slice(kept.raw()).unwrap();
    assert_eq!(rows[0]["result"], json!({"outcome": "new"}));
}

#[tokio::test]
async fn a_refused_document_is_failed_with_its_reason() {
    let stage = Stage::set().await;
    let client = stage.client();
    let wrong = stage
        .params()
        .model_id("99999999-9999-4999-8999-999999999999");
    client.extraction().run(invoice(), wrong).await.unwrap_err();
    let rows = client
        .ledger()
        .unwrap()
        .resume(stage.params())
        .await
        .unwrap();
    assert_eq!(rows[0]["state"], "failed");
    assert_eq!(rows[0]["error"]["code"], "request.not_found");
    assert_eq!(stage.taken(), 0);
}

#[tokio::test]
async fn a_document_that_was_certainly_not_taken_is_sent_on_resume() {
    let stage = Stage::set().await;
    stage.rules(&json!([{"on": "enqueue", "times": 1, "answer": {"status": 503}}]));
    let client = stage.client();
    let params = stage.params().alias("later").raw_text(true);
    client
        .extraction()
        .run(invoice(), params)
        .await
        .unwrap_err();
    let ledger = client.ledger().unwrap();
    assert_eq!(states(&ledger).await, ["intended"]);
    let rows = ledger.resume(stage.params()).await.unwrap();
    assert_eq!(rows[0]["state"], "done", "{rows:?}");
    let kept = ledger.collect(CollectQuery::default()).await.unwrap();
    let kept = String::from_utf8(kept.raw().to_vec()).unwrap();
    assert!(
        kept.contains("\"alias\":\"later\"") && kept.contains("\"raw_text\":true"),
        "{kept}"
    );
}

#[tokio::test]
async fn an_upload_whose_answer_was_lost_is_unknown_and_left_alone() {
    let stage = Stage::set().await;
    stage
        .rules(&json!([{"on": "enqueue", "times": 1, "handled": true, "reset": "before_headers"}]));
    let client = stage.client();
    client
        .extraction()
        .run(invoice(), stage.params())
        .await
        .unwrap_err();
    let ledger = client.ledger().unwrap();
    ledger.resume(stage.params()).await.unwrap();
    assert_eq!(states(&ledger).await, ["unknown"]);
    assert_eq!(stage.taken(), 1);
}

#[tokio::test]
async fn a_wait_that_was_dropped_goes_on_with_resume() {
    let stage = Stage::set().await;
    stage.rules(&json!([{"on": "enqueue", "job": {"processing_ms": 300}}]));
    let client = stage.client();
    let run = client.extraction();
    let run = run.run(invoice(), stage.params());
    assert!(
        tokio::time::timeout(Duration::from_millis(200), run)
            .await
            .is_err()
    );
    let ledger = client.ledger().unwrap();
    assert_eq!(states(&ledger).await, ["taken"]);
    ledger.resume(stage.params()).await.unwrap();
    assert_eq!(states(&ledger).await, ["done"]);
    assert_eq!(stage.taken(), 1);
}

#[tokio::test]
async fn what_is_younger_than_asked_is_left_alone_by_resume() {
    let stage = Stage::set().await;
    let client = stage.client();
    let extraction = client.extraction();
    extraction.enqueue(invoice(), stage.params()).await.unwrap();
    let ledger = client.ledger().unwrap();
    let hour = Duration::from_hours(1);
    let rows = ledger
        .resume_older_than(hour, stage.params())
        .await
        .unwrap();
    assert_eq!(rows[0]["state"], "taken");
    ledger
        .resume_older_than(Duration::ZERO, stage.params())
        .await
        .unwrap();
    assert_eq!(states(&ledger).await, ["done"]);
}

#[tokio::test]
async fn an_overdue_job_is_asked_for_although_its_sender_lives() {
    let stage = Stage::set().await;
    let (sender, receiver) = (stage.client(), stage.client());
    let extraction = sender.extraction();
    extraction.enqueue(invoice(), stage.params()).await.unwrap();
    let ledger = receiver.ledger().unwrap();
    ledger.resume(stage.params()).await.unwrap();
    assert_eq!(states(&ledger).await, ["taken"]);
    let overdue = Duration::from_millis(1);
    ledger
        .resume_older_than(overdue, stage.params())
        .await
        .unwrap();
    assert_eq!(states(&ledger).await, ["done"]);
}

#[tokio::test]
async fn bytes_and_streams_cannot_be_sent_again_and_say_so() {
    let stage = Stage::set().await;
    stage.rules(&json!([{"on": "enqueue", "times": 2, "answer": {"status": 503}}]));
    let client = stage.client();
    let content = std::fs::read(invoice()).unwrap();
    let stream = std::io::Cursor::new(content.clone());
    for source in [
        Source::bytes(content, Some("a.pdf")),
        Source::reader(stream, None, Some("a.pdf")),
    ] {
        client
            .extraction()
            .run(source, stage.params())
            .await
            .unwrap_err();
    }
    let rows = client
        .ledger()
        .unwrap()
        .resume(stage.params())
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row["filename"], json!("a.pdf"));
        assert_eq!(
            (&row["state"], &row["can_be_sent_again"]),
            (&json!("intended"), &json!(false))
        );
    }
}

#[tokio::test]
async fn what_is_safe_elsewhere_is_forgotten() {
    let stage = Stage::set().await;
    let client = stage.client();
    client
        .extraction()
        .run(invoice(), stage.params())
        .await
        .unwrap();
    let ledger = client.ledger().unwrap();
    let key = ledger.pending().await.unwrap()[0]["key"].as_i64().unwrap();
    assert_eq!(ledger.forget(vec![key]).await.unwrap(), 1);
    assert!(ledger.pending().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_webhook_is_kept_before_it_is_answered_and_told_first_from_again() {
    let stage = Stage::set().await;
    let body = r#"{"inference":{"id":"job-of-nobody","result":{"fields":{}}}}"#;
    let delivery = mindee_core::webhook::unwrap_unsigned(body, 1_000).unwrap();
    let first = stage.client().jobs().deliver(&delivery).await.unwrap();
    // Another process, here another client: it knows by the file.
    let again = stage.client().jobs().deliver(&delivery).await.unwrap();
    assert_eq!((first.first, again.first), (true, false));
    let kept = stage
        .client()
        .ledger()
        .unwrap()
        .collect(CollectQuery::default())
        .await
        .unwrap();
    assert!(
        String::from_utf8(kept.raw().to_vec())
            .unwrap()
            .contains(body)
    );
}

/// Sends a document, and while its call waits or fetches, lets another process with the same ledger
/// be brought the result, which then is gone from `route`.
async fn a_result_that_went_elsewhere_is_given(route: &str) {
    let stage = Stage::set().await;
    let processing = json!({"on": "enqueue", "job": {"processing_ms": 60_000}});
    stage.rules(&json!([processing]));
    let (client, params) = (stage.client(), stage.params());
    let call = tokio::spawn(async move { client.extraction().run(invoice(), params).await });
    let other = stage.client();
    let ledger = other.ledger().unwrap();
    let id = loop {
        let rows = ledger.pending().await.unwrap();
        if let Some(id) = rows.first().and_then(|row| row["job_id"].as_str()) {
            break id.to_owned();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let body = json!({"inference": {"id": id, "result": {"fields": {}}}}).to_string();
    let delivery = webhook::unwrap_unsigned(body.clone(), LARGEST).unwrap();
    other.jobs().deliver(&delivery).await.unwrap();
    stage.rules(&json!([processing, {"on": route, "answer": {"status": 404}}]));
    stage.sandbox.advance(Duration::from_mins(2)).unwrap();
    let inference = call.await.unwrap().unwrap();
    assert_eq!(inference.raw(), body.as_bytes());
    assert_eq!(states(&ledger).await, ["done"]);
}

#[tokio::test]
async fn a_wait_whose_job_is_gone_finds_what_another_process_was_brought() {
    a_result_that_went_elsewhere_is_given("job").await;
}

#[tokio::test]
async fn a_fetch_whose_result_is_gone_finds_what_another_process_was_brought() {
    a_result_that_went_elsewhere_is_given("result").await;
}

#[tokio::test]
async fn the_news_of_a_failure_is_kept_and_told_first_from_again() {
    let stage = Stage::set().await;
    let body = r#"{"inference_id":"job-of-nobody","error":{"status":500,"code":"500-012"}}"#;
    let delivery = mindee_core::webhook::unwrap_unsigned(body, 1_000).unwrap();
    let first = stage.client().jobs().deliver(&delivery).await.unwrap();
    let again = stage.client().jobs().deliver(&delivery).await.unwrap();
    assert_eq!((first.first, again.first), (true, false));
    let rows = stage.client().ledger().unwrap().pending().await.unwrap();
    assert_eq!(
        (&rows[0]["state"], &rows[0]["job_id"]),
        (&json!("failed"), &json!("job-of-nobody"))
    );
}

#[tokio::test]
async fn a_result_that_is_here_outlives_the_news_of_a_failure() {
    let stage = Stage::set().await;
    let client = stage.client();
    let run = client.extraction();
    let inference = run.run(invoice(), stage.params()).await.unwrap();
    let body = json!({"inference_id": inference.id, "error": {"status": 500}}).to_string();
    let delivery = mindee_core::webhook::unwrap_unsigned(body, 1_000).unwrap();
    let delivered = client.jobs().deliver(&delivery).await.unwrap();
    assert!(!delivered.first);
    assert_eq!(states(&client.ledger().unwrap()).await, ["done"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_that_come_to_several_processes_at_once_are_all_kept() {
    let stage = Stage::set().await;
    let mut tasks = Vec::new();
    // Each client has the file open for itself, as a process of its own would.
    for process in 0..4 {
        let client = stage.client();
        tasks.push(tokio::spawn(async move {
            for number in 0..50 {
                let body =
                    format!(r#"{{"inference":{{"id":"{process}-{number}","result":{{}}}}}}"#);
                let delivery = mindee_core::webhook::unwrap_unsigned(body, 1_000).unwrap();
                assert!(client.jobs().deliver(&delivery).await.unwrap().first);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let ledger = stage.client().ledger().unwrap();
    assert_eq!(states(&ledger).await.len(), 200);
}

#[tokio::test]
async fn a_ledger_that_cannot_be_opened_stops_the_client() {
    let stage = Stage::set().await;
    let options = ClientOptions::new()
        .api_key(ApiKey::new(stage.sandbox.api_key()).unwrap())
        .base_url(stage.sandbox.base_url());
    let error = Client::new(options.ledger("/nowhere/at/all.sqlite")).unwrap_err();
    assert_eq!(error.code(), "ledger.broken");
}

/// The example, on a folder of documents with different contents.
fn batch(stage: &Stage, folder: &Path) -> tokio::process::Child {
    let tests = std::env::current_exe().unwrap();
    let program = tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/batch");
    tokio::process::Command::new(program)
        .arg(folder)
        .arg(stage.sandbox.model_id(Product::Extraction))
        .arg(stage.file())
        .env("MINDEE_V2_API_KEY", stage.sandbox.api_key())
        .env("MINDEE_V2_BASE_URL", stage.sandbox.base_url())
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_a_batch_loses_nothing_and_sends_nothing_twice() {
    let stage = Stage::set().await;
    let documents = stage.folder.path().join("documents");
    std::fs::create_dir(&documents).unwrap();
    let mut pdf = std::fs::read(invoice()).unwrap();
    for number in 0..60 {
        pdf.extend_from_slice(format!("\n% {number}").as_bytes());
        std::fs::write(documents.join(format!("{number:02}.pdf")), &pdf).unwrap();
    }
    // Killed at moments that fall into every phase: opening, sending, waiting, fetching.
    for millis in [30, 90, 150, 230, 320, 450, 3100, 3300] {
        let mut child = batch(&stage, &documents);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        child.kill().await.unwrap();
    }
    assert!(batch(&stage, &documents).wait().await.unwrap().success());

    let rows = stage.client().ledger().unwrap().pending().await.unwrap();
    assert_eq!(rows.len(), 60, "every document is in the ledger once");
    let mut uploads: BTreeMap<String, u32> = BTreeMap::new();
    for request in stage.sandbox.seen()["requests"].as_array().unwrap() {
        let fields = request["body"]["fields"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if let Some(alias) = fields
            .iter()
            .find(|field| field["name"] == "alias")
            .filter(|_| request["status"] == 202)
        {
            *uploads
                .entry(alias["value"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
    }
    for row in &rows {
        let alias = row["alias"].as_str().unwrap();
        let sent = uploads.get(alias).copied().unwrap_or_default();
        match row["state"].as_str().unwrap() {
            "done" => assert_eq!(sent, 1, "{row}"),
            "unknown" => assert!(sent <= 1, "{row}"),
            other => panic!("{other}: {row}"),
        }
    }
}
