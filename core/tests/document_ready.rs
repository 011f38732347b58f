//! The option `preflight` of a call: what is sent then, and what is not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

mod served;

use mindee_core::{Client, Error};
use mindee_sandbox::Sandbox;
use served::{data, options, quick, sandbox};

/// A document of the corpus, run with this `preflight`, if with any.
async fn run(sandbox: &Sandbox, name: &str, preflight: Option<&str>) -> Result<(), Error> {
    let params = match preflight {
        Some(preflight) => quick(sandbox).preflight(preflight),
        None => quick(sandbox),
    };
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let document = data("documents").join(name);
    client.extraction().run(document, params).await.map(drop)
}

/// How many documents came, and how long the last of them was.
fn arrived(sandbox: &Sandbox) -> (u64, Option<u64>) {
    let seen = sandbox.seen();
    let sent = |request: &&serde_json::Value| request["method"] == "POST";
    let requests = seen["requests"].as_array().unwrap();
    let last = requests.iter().rfind(sent);
    let fields = last.and_then(|request| request.pointer("/body/fields")?.as_array());
    let length = fields.and_then(|fields| fields.iter().find_map(|field| field["bytes"].as_u64()));
    let count = requests.iter().filter(sent).count();
    (count.try_into().unwrap(), length)
}

#[tokio::test]
async fn a_document_that_mindee_would_refuse_is_not_sent() {
    let sandbox = sandbox().await;
    for name in ["pdf/empty-password-aes-256.pdf", "png/animated.png"] {
        let error = run(&sandbox, name, Some("refuse")).await.unwrap_err();
        assert_eq!(error.code(), "document.refused", "{name}: {error}");
    }
    assert_eq!(arrived(&sandbox).0, 0);
}

#[tokio::test]
async fn an_encrypted_document_that_opens_is_sent_open() {
    let sandbox = sandbox().await;
    let name = "pdf/empty-password-aes-256.pdf";
    assert!(run(&sandbox, name, None).await.is_err());
    run(&sandbox, name, Some("mend")).await.unwrap();
}

#[tokio::test]
async fn a_document_with_a_password_is_not_sent() {
    let sandbox = sandbox().await;
    let error = run(&sandbox, "pdf/password-aes-256.pdf", Some("mend"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "document.encrypted");
    assert_eq!(arrived(&sandbox).0, 0);
}

#[tokio::test]
async fn what_cannot_be_mended_and_is_not_refused_is_sent_as_it_is() {
    let sandbox = sandbox().await;
    for name in ["jpeg/truncated.jpg", "pdf/text.pdf"] {
        run(&sandbox, name, Some("mend")).await.unwrap();
        let length = std::fs::metadata(data("documents").join(name))
            .unwrap()
            .len();
        assert_eq!(arrived(&sandbox).1, Some(length), "{name}");
    }
}

#[tokio::test]
async fn a_damaged_pdf_is_sent_mended() {
    let sandbox = sandbox().await;
    let name = "pdf/junk-before.pdf";
    run(&sandbox, name, Some("mend")).await.unwrap();
    let length = std::fs::metadata(data("documents").join(name))
        .unwrap()
        .len();
    assert!(arrived(&sandbox).1.unwrap() < length);
}
