//! The option `preflight` of a call: what is sent then, and what is not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

mod served;

use mindee_core::{Client, Error, Finding};
use mindee_sandbox::Sandbox;
use served::{data, options, quick, sandbox};

/// A document of the corpus, run with this `preflight`, if with any; gives what was warned of.
async fn run(
    sandbox: &Sandbox,
    name: &str,
    preflight: Option<&str>,
) -> Result<Vec<&'static str>, Error> {
    let params = match preflight {
        Some(preflight) => quick(sandbox).preflight(preflight),
        None => quick(sandbox),
    };
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let document = data("documents").join(name);
    let inference = client.extraction().run(document, params).await?;
    Ok(codes(inference.warnings()))
}

fn codes(warnings: &[Finding]) -> Vec<&'static str> {
    warnings.iter().map(|warning| warning.code).collect()
}

fn length(name: &str) -> u64 {
    let metadata = std::fs::metadata(data("documents").join(name));
    metadata.unwrap().len()
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
        assert_eq!(arrived(&sandbox).1, Some(length(name)), "{name}");
    }
}

#[tokio::test]
async fn a_damaged_pdf_is_sent_mended() {
    let sandbox = sandbox().await;
    let name = "pdf/junk-before.pdf";
    run(&sandbox, name, Some("mend")).await.unwrap();
    assert!(arrived(&sandbox).1.unwrap() < length(name));
}

#[tokio::test]
async fn what_is_warned_of_is_sent_as_it_is() {
    let sandbox = sandbox().await;
    let name = "pdf/junk-before.pdf";
    assert_eq!(
        run(&sandbox, name, Some("warn")).await.unwrap(),
        ["damaged"]
    );
    assert_eq!(arrived(&sandbox).1, Some(length(name)));
}

#[tokio::test]
async fn what_is_left_to_know_is_told_whatever_was_asked_for() {
    let sandbox = sandbox().await;
    for preflight in ["refuse", "mend", "warn"] {
        let told = run(&sandbox, "jpeg/truncated.jpg", Some(preflight)).await;
        assert_eq!(told.unwrap(), ["damaged"], "{preflight}");
    }
    let mended = run(&sandbox, "pdf/junk-before.pdf", Some("mend")).await;
    assert!(mended.unwrap().is_empty());
}

#[tokio::test]
async fn a_sound_document_is_not_warned_of() {
    let sandbox = sandbox().await;
    let told = run(&sandbox, "pdf/text.pdf", Some("warn")).await.unwrap();
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn a_job_tells_what_was_warned_of_too() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let params = quick(&sandbox).preflight("warn");
    let document = data("documents").join("jpeg/truncated.jpg");
    let job = client.extraction().enqueue(document, params).await.unwrap();
    assert_eq!(codes(job.warnings()), ["damaged"]);
}

#[tokio::test]
async fn a_refusal_that_was_foreseen_says_so() {
    let sandbox = sandbox().await;
    let error = run(&sandbox, "pdf/empty-password-aes-256.pdf", Some("warn"))
        .await
        .unwrap_err();
    assert_eq!(arrived(&sandbox).0, 1);
    let foreseen = "`preflight` warns: The file is encrypted, with an empty password";
    assert!(error.message().contains(foreseen), "{error}");
}

#[tokio::test]
async fn another_word_than_these_three_is_an_error_that_names_them() {
    let sandbox = sandbox().await;
    let error = run(&sandbox, "pdf/text.pdf", Some("ignore"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "option.invalid");
    assert!(error.message().contains("`warn`, `refuse` or `mend`"));
}

#[tokio::test]
async fn what_is_beyond_the_limits_is_warned_of_and_sent_where_that_was_asked_for() {
    let sandbox = sandbox().await;
    let name = "pdf/tree-too-deep.pdf";
    let error = run(&sandbox, name, Some("refuse")).await.unwrap_err();
    assert_eq!((error.code(), arrived(&sandbox).0), ("document.limit", 0));
    let told = run(&sandbox, name, Some("warn")).await.unwrap();
    assert_eq!(told, ["unreadable"]);
    assert_eq!(arrived(&sandbox).1, Some(length(name)));
}
