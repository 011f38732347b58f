//! A scenario: what the server does, what the client does, and what comes out.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// One scenario; its file name is its name, a sentence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The sentence, from the file name.
    #[serde(skip)]
    pub name: String,
    /// What the server does.
    #[serde(default)]
    pub server: Server,
    /// Options of the client; the key and the address of the sandbox unless given. Null removes.
    #[serde(default)]
    pub client: BTreeMap<String, Value>,
    /// The operation.
    pub call: String,
    /// The product.
    #[serde(default)]
    pub product: Option<String>,
    /// The id or resume token.
    #[serde(default)]
    pub id: Option<String>,
    /// Kind and value of the source, and a file name.
    #[serde(default)]
    pub source: Option<Vec<String>>,
    /// Options of the call.
    #[serde(default)]
    pub options: BTreeMap<String, Value>,
    /// What is read from the result, by JSON pointer, and what it must be; the text `missing`
    /// stands for no value.
    #[serde(default)]
    pub read: BTreeMap<String, Value>,
    /// Members that the error's payload must have.
    #[serde(default)]
    pub error: Option<BTreeMap<String, Value>>,
    /// Whether the error keeps the bytes of an answer.
    #[serde(default)]
    pub keeps_body: bool,
    /// The requests at the server, one line each: method, path, status.
    pub seen: Vec<String>,
    /// Form fields that the first upload must have; null means that it must not.
    #[serde(default)]
    pub form: BTreeMap<String, Value>,
    /// Languages that cannot say this, with the reason.
    #[serde(default)]
    pub not_in: BTreeMap<String, String>,
}

/// What the server does.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Processing time in milliseconds.
    #[serde(default)]
    pub processing_ms: u64,
    /// Scripted behaviour, see the sandbox.
    #[serde(default)]
    pub rules: Vec<Value>,
    /// Whether it speaks TLS.
    #[serde(default)]
    pub tls: bool,
}

/// All scenarios of the repository, by name.
///
/// # Panics
/// Where a file cannot be read as a scenario: a broken test must not pass.
#[expect(clippy::panic, reason = "a broken scenario is a broken test")]
pub fn all(folder: &Path) -> Vec<Scenario> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| {
            let text =
                fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let mut scenario: Scenario =
                serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            scenario.name = path
                .file_stem()
                .map(|name| name.to_string_lossy().replace('-', " "))
                .unwrap_or_default();
            scenario
        })
        .collect()
}
