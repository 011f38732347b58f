//! What a build without optional features says where one of them is asked for.
#![cfg(not(any(feature = "documents", feature = "ledger")))]
#![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

mod served;

use mindee_core::{Client, Error};
use served::{data, options, quick, sandbox};

fn assert_names(error: &Error, feature: &str) {
    assert_eq!(error.code(), "option.invalid");
    assert!(error.to_string().contains(feature), "{error}");
}

#[tokio::test]
async fn preflight_needs_documents_and_nothing_is_sent() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let params = quick(&sandbox).preflight("mend");
    let run = client.extraction().run(data("invoice.pdf"), params).await;
    assert_names(&run.unwrap_err(), "`documents`");
    assert_eq!(sandbox.seen()["requests"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_ledger_needs_ledger() {
    let options = options("http://127.0.0.1:9").ledger("jobs.sqlite");
    assert_names(&Client::new(options).unwrap_err(), "`ledger`");
}
