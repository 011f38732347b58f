//! A client and the sandbox that it is served by.
#![allow(dead_code, reason = "each suite uses what it needs")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use mindee_core::{ApiKey, ClientOptions, Params};
use mindee_sandbox::{Product, Sandbox, Settings};

pub(crate) const KEY: &str = "md_sandbox_canary-2f7c";

pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data")
        .join(name)
}

pub(crate) async fn sandbox() -> Sandbox {
    let settings = Settings {
        api_key: Some(KEY.to_owned()),
        processing: Duration::from_millis(20),
        results: Some(data("results")),
        ..Settings::default()
    };
    Sandbox::start(settings).await.unwrap()
}

pub(crate) fn options(base_url: &str) -> ClientOptions {
    ClientOptions::new()
        .api_key(ApiKey::new(KEY).unwrap())
        .base_url(base_url)
}

pub(crate) fn quick(sandbox: &Sandbox) -> Params {
    Params::new()
        .model_id(sandbox.model_id(Product::Extraction))
        .first_poll(Duration::from_millis(30))
        .poll_interval(Duration::from_millis(30))
}
