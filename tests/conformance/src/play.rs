//! Plays one scenario in one language, each time against a sandbox of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mindee_sandbox::{Product, Sandbox, Settings};
use serde_json::{Value, json};

use crate::driver::{Driver, Outcome, Request};
use crate::languages::{play_in_rust, speaks_json};
use crate::normal::Normal;
use crate::root;
use crate::scenario::Scenario;

/// What came out, and what the server saw, without what differs from run to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// What the client gave.
    pub outcome: Outcome,
    /// What the server saw.
    pub seen: Vec<Value>,
}

/// Files that cannot stand in a repository: too large, or not what they seem.
#[derive(Debug)]
pub struct OddFiles(tempfile::TempDir);

impl OddFiles {
    /// Makes them.
    pub fn make() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("folder.pdf"))?;
        std::os::unix::fs::symlink(path("loop.pdf"), path("loop.pdf"))?;
        std::fs::write(path("too-large.pdf"), b"%PDF-1.4\n")?;
        // Sparse: it takes no room on the disk.
        std::fs::OpenOptions::new()
            .write(true)
            .open(path("too-large.pdf"))?
            .set_len(101_000_000)?;
        std::fs::write(
            path("Rechnung \u{e4}\u{20ac} \"5\".pdf"),
            std::fs::read(root().join("tests/data/invoice.pdf"))?,
        )?;
        Ok(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Plays a scenario; without a driver, in Rust.
pub async fn play(
    scenario: &Scenario,
    odd: &OddFiles,
    driver: Option<&mut Driver>,
) -> io::Result<Played> {
    let sandbox = Sandbox::start(Settings {
        tls: scenario.server.tls,
        processing: Duration::from_millis(scenario.server.processing_ms),
        ..Settings::default()
    })
    .await
    .map_err(io::Error::other)?;
    let mut names = Names::new(&sandbox, odd)?;
    if scenario
        .id
        .as_deref()
        .is_some_and(|id| id.contains("{job_id}") || id.contains("{resume_token}"))
    {
        names.with_job(&sandbox).await?;
    }
    sandbox
        .add_rules_json(&names.fill(&json!(scenario.server.rules)))
        .map_err(io::Error::other)?;
    let text_values = driver
        .as_ref()
        .is_some_and(|driver| !speaks_json(&driver.language));
    let request = request(scenario, &names, text_values);
    let outcome = match driver {
        Some(driver) => {
            // The driver blocks on its pipe; the sandbox runs on the other threads.
            tokio::task::block_in_place(|| driver.play(&request))?
        }
        None => play_in_rust(&request).await,
    };
    let seen = sandbox.seen();
    let bases: Vec<&str> = [Some(sandbox.base_url()), sandbox.tls_base_url()]
        .into_iter()
        .flatten()
        .collect();
    let normal = Normal::of(&bases, &seen);
    let played = Played {
        outcome: normal.outcome(outcome),
        seen: normal.seen(&seen),
    };
    sandbox.stop().await;
    Ok(played)
}

/// What the words in braces stand for.
struct Names {
    words: Vec<(String, String)>,
    _ca: Option<tempfile::NamedTempFile>,
}

impl Names {
    fn new(sandbox: &Sandbox, odd: &OddFiles) -> io::Result<Self> {
        let path_text = |path: PathBuf| path.to_string_lossy().into_owned();
        let data = root().canonicalize()?.join("tests/data");
        let mut words = vec![
            ("{base_url}".to_owned(), sandbox.base_url().to_owned()),
            ("{key}".to_owned(), sandbox.api_key().to_owned()),
            ("{data}".to_owned(), path_text(data)),
            ("{odd}".to_owned(), path_text(odd.path().to_owned())),
        ];
        for product in [
            Product::Extraction,
            Product::Split,
            Product::Crop,
            Product::Classification,
            Product::Ocr,
        ] {
            let name = format!("{product:?}").to_lowercase();
            words.push((
                format!("{{model:{name}}}"),
                sandbox.model_id(product).to_owned(),
            ));
        }
        let mut ca_file = None;
        if let (Some(address), Some(pem)) = (sandbox.tls_base_url(), sandbox.ca_pem()) {
            let file = tempfile::NamedTempFile::new()?;
            std::fs::write(file.path(), pem)?;
            words.push(("{tls_base_url}".to_owned(), address.to_owned()));
            words.push(("{ca_file}".to_owned(), path_text(file.path().to_owned())));
            ca_file = Some(file);
        }
        Ok(Self {
            words,
            _ca: ca_file,
        })
    }

    /// Uploads a document first, for scenarios that begin with a job.
    async fn with_job(&mut self, sandbox: &Sandbox) -> io::Result<()> {
        let options = mindee_core::ClientOptions::new()
            .api_key(mindee_core::ApiKey::new(sandbox.api_key()).map_err(io::Error::other)?)
            .base_url(sandbox.base_url());
        let client = mindee_core::Client::new(options).map_err(io::Error::other)?;
        let params = mindee_core::Params::new().model_id(sandbox.model_id(Product::Extraction));
        let job = client
            .extraction()
            .enqueue(root().join("tests/data/invoice.pdf"), params)
            .await
            .map_err(io::Error::other)?;
        self.words.push(("{job_id}".to_owned(), job.id.clone()));
        self.words
            .push(("{resume_token}".to_owned(), job.resume_token().to_string()));
        sandbox.reset_seen();
        Ok(())
    }

    fn fill_text(&self, text: &str) -> String {
        self.words
            .iter()
            .fold(text.to_owned(), |text, (word, value)| {
                text.replace(word.as_str(), value)
            })
    }

    fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.fill_text(text)),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), self.fill(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }
}

fn request(scenario: &Scenario, names: &Names, text_values: bool) -> Request {
    let mut request = Request::default();
    let written = |value: &Value| {
        let value = names.fill(value);
        if text_values {
            plain(&value)
        } else {
            value.to_string()
        }
    };
    let mut client = scenario.client.clone();
    client
        .entry("api_key".to_owned())
        .or_insert_with(|| json!("{key}"));
    client
        .entry("base_url".to_owned())
        .or_insert_with(|| json!("{base_url}"));
    for (key, value) in client.iter().filter(|(_, value)| !value.is_null()) {
        request.line(&["client", key, &written(value)]);
    }
    request.line(&["call", &scenario.call]);
    if let Some(product) = &scenario.product {
        request.line(&["product", product]);
    }
    if let Some(id) = &scenario.id {
        request.line(&["id", &names.fill_text(id)]);
    }
    if let Some(source) = &scenario.source {
        let filled: Vec<String> = source.iter().map(|field| names.fill_text(field)).collect();
        let mut fields = vec!["source"];
        fields.extend(filled.iter().map(String::as_str));
        request.line(&fields);
    }
    // Text has no null; JSON has, and it must mean the same as not giving the option.
    let given = |value: &Value| !(text_values && value.is_null());
    for (key, value) in scenario.options.iter().filter(|(_, value)| given(value)) {
        request.line(&["option", key, &written(value)]);
    }
    for pointer in scenario.read.keys() {
        request.line(&["read", pointer]);
    }
    request
}

/// A value as C gives it: text.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
