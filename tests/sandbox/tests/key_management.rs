//! API keys: made, shown once, listed, revoked, and kept as a hash only.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::time::Duration;

use mindee_sandbox::{KeyFile, Product, Sandbox, Settings};
use serde_json::{Value, json};
use support::{Bench, KEY, at, bench, bench_with, exchange, refused, text};

async fn create(bench: &Bench, name: &str) -> Value {
    let request = bench.client.post(bench.url("/_sandbox/keys"));
    let (status, made) = exchange(request.json(&json!({"name": name}))).await;
    assert_eq!(status, 201, "{made}");
    made
}

async fn list(bench: &Bench) -> Vec<Value> {
    let (_, told) = exchange(bench.client.get(bench.url("/_sandbox/keys"))).await;
    at(&told, "/keys").as_array().unwrap().clone()
}

async fn delete(bench: &Bench, key: &Value) {
    let path = format!("/_sandbox/keys/{}", text(key, "/id"));
    let (status, _) = exchange(bench.client.delete(bench.url(&path))).await;
    assert_eq!(status, 200);
}

fn search(bench: &Bench, key: &str) -> reqwest::RequestBuilder {
    let url = bench.url("/v2/search/models");
    bench.client.get(url).header("authorization", key)
}

#[tokio::test]
async fn a_key_is_shown_once_and_works() {
    let bench = bench().await;
    let made = create(&bench, "dev").await;
    let key = text(&made, "/key");
    assert!(key.starts_with("md_sandbox_") && key.len() >= 43);
    assert_eq!(search(&bench, &key).send().await.unwrap().status(), 200);
    let listed = list(&bench).await;
    assert_eq!(listed.len(), 2);
    assert!(!json!(listed).to_string().contains(&key));
    assert_eq!(text(&listed[1], "/name"), "dev");
    assert_eq!(text(&listed[1], "/last_four"), key[key.len() - 4..]);
    assert!(at(&listed[1], "/created_at").is_string());
}

#[tokio::test]
async fn the_last_use_of_a_key_is_told() {
    let bench = bench().await;
    let made = create(&bench, "dev").await;
    assert_eq!(at(&list(&bench).await[1], "/last_used_at"), Value::Null);
    let used = search(&bench, &text(&made, "/key")).send().await;
    assert_eq!(used.unwrap().status(), 200);
    let listed = list(&bench).await;
    assert!(text(&listed[1], "/last_used_at") > text(&listed[1], "/created_at"));
    assert_eq!(at(&listed[0], "/last_used_at"), Value::Null);
}

#[tokio::test]
async fn a_deleted_key_is_refused_at_once_and_the_others_still_work() {
    let bench = bench().await;
    let (dev, prod) = (create(&bench, "dev").await, create(&bench, "prod").await);
    delete(&bench, &dev).await;
    refused(search(&bench, &text(&dev, "/key")), "401-001").await;
    for key in [text(&prod, "/key"), KEY.to_owned()] {
        assert_eq!(search(&bench, &key).send().await.unwrap().status(), 200);
    }
    let path = format!("/_sandbox/keys/{}", text(&dev, "/id"));
    refused(bench.client.delete(bench.url(&path)), "404-005").await;
}

#[tokio::test]
async fn a_job_begun_with_a_deleted_key_is_there_for_another_key() {
    let bench = bench_with(Settings {
        processing: Duration::from_mins(1),
        ..Settings::default()
    })
    .await;
    let dev = create(&bench, "dev").await;
    let url = bench.url("/v2/products/extraction/enqueue");
    let upload = bench.client.post(url);
    let upload = upload.header("authorization", text(&dev, "/key"));
    let (_, job) = exchange(upload.multipart(bench.form(Product::Extraction))).await;
    let path = format!("/v2/jobs/{}", text(&job, "/job/id"));
    delete(&bench, &dev).await;
    let poll = bench.client.get(bench.url(&path));
    refused(poll.header("authorization", text(&dev, "/key")), "401-001").await;
    bench.sandbox.advance(Duration::from_mins(2)).unwrap();
    assert_eq!(exchange(bench.get(&path)).await.0, 302);
}

#[tokio::test]
async fn an_upload_under_way_is_refused_when_its_key_is_deleted() {
    let bench = bench().await;
    let dev = create(&bench, "dev").await;
    let (wait, go_on) = tokio::sync::oneshot::channel::<()>();
    let rest = async move {
        wait_for(go_on).await;
        Ok::<_, std::io::Error>("\"}")
    };
    let first = async { Ok::<_, std::io::Error>("{\"model_id\": \"x") };
    let pieces = futures_util::stream::once(Box::pin(first));
    let pieces = futures_util::StreamExt::chain(pieces, futures_util::stream::once(Box::pin(rest)));
    let url = bench.url("/v2/products/extraction/enqueue");
    let upload = bench.client.post(url);
    let upload = upload
        .header("authorization", text(&dev, "/key"))
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(pieces));
    let upload = tokio::spawn(upload.send());
    while bench.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    delete(&bench, &dev).await;
    wait.send(()).unwrap();
    assert_eq!(upload.await.unwrap().unwrap().status(), 401);
}

async fn wait_for(signal: tokio::sync::oneshot::Receiver<()>) {
    signal.await.unwrap();
}

#[tokio::test]
async fn names_are_there_short_and_not_taken() {
    let bench = bench().await;
    create(&bench, "dev").await;
    for name in [
        json!(""),
        json!("  "),
        json!("dev"),
        json!("n".repeat(101)),
        json!(7),
    ] {
        let request = bench.client.post(bench.url("/_sandbox/keys"));
        refused(request.json(&json!({"name": name})), "422-001").await;
    }
    create(&bench, "<script>alert(1)</script>").await;
}

#[tokio::test]
async fn the_default_key_can_be_deleted_like_any_other() {
    let bench = bench().await;
    let first = list(&bench).await[0].clone();
    assert_eq!(text(&first, "/name"), "default");
    delete(&bench, &first).await;
    refused(search(&bench, KEY), "401-001").await;
}

#[tokio::test]
async fn the_library_makes_lists_and_deletes_keys_too() {
    let bench = bench().await;
    let made = bench.sandbox.create_key("dev").unwrap();
    bench.sandbox.create_key("dev").unwrap_err();
    assert_eq!(
        search(&bench, &text(&made, "/key"))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        at(&bench.sandbox.keys(), "/keys").as_array().unwrap().len(),
        2
    );
    assert!(bench.sandbox.delete_key(&text(&made, "/id")).unwrap());
    assert!(!bench.sandbox.delete_key(&text(&made, "/id")).unwrap());
}

#[tokio::test]
async fn no_key_is_in_the_state_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let settings = Settings {
        state: Some(path.clone()),
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings).await.unwrap();
    let made = sandbox.create_key("dev").unwrap();
    let default = sandbox.api_key().to_owned();
    sandbox.stop().await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for key in [&text(&made, "/key"), &default] {
            let found = bytes.windows(key.len()).any(|part| part == key.as_bytes());
            assert!(!found);
        }
    }
    let mut file = KeyFile::open(&path).unwrap();
    let listed = file.list();
    assert_eq!(at(&listed, "/keys").as_array().unwrap().len(), 1);
    assert!(file.delete(&text(&made, "/id")).unwrap());
}

#[tokio::test]
async fn a_state_file_is_one_sandboxs_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let settings = Settings {
        state: Some(path.clone()),
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings).await.unwrap();
    let error = KeyFile::open(&path).unwrap_err();
    assert!(error.contains("in use"), "{error}");
    sandbox.stop().await;
    KeyFile::open(&path).unwrap();
}
