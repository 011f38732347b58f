//! A sandbox, and programs that are told where it is.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use mindee_sandbox::{Product, Sandbox, Settings};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::toolchain::{folder, workshop};

/// Worlds so far.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A running sandbox with its own threads, and a folder of its own.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    base_url: String,
    folder: PathBuf,
    _runtime: Runtime,
}

impl World {
    /// A sandbox whose jobs take so long.
    pub(crate) fn new(processing: Duration) -> Self {
        Self::set(Settings {
            processing,
            ..Settings::default()
        })
    }

    /// A sandbox of these settings.
    pub(crate) fn set(settings: Settings) -> Self {
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(settings)).unwrap();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = workshop().join(format!("world-{}-{count}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self {
            base_url: sandbox.base_url().to_owned(),
            sandbox,
            folder,
            _runtime: runtime,
        }
    }

    /// A server that takes every connection and reads nothing.
    pub(crate) fn stalled() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // It holds what it has taken for as long as the tests run.
        thread::spawn(move || listener.incoming().collect::<Vec<_>>());
        let mut world = Self::new(Duration::ZERO);
        world.base_url = format!("http://{address}");
        world
    }

    /// A sandbox that gives these bytes as every result.
    pub(crate) fn with_result(bytes: &str) -> Self {
        let world = Self::new(Duration::from_millis(20));
        let answer = json!({"body": bytes, "content_type": "application/json"});
        let rule = json!([{"on": "result", "answer": answer}]);
        world.sandbox.add_rules_json(&rule).unwrap();
        world
    }

    /// The model of the extraction product.
    pub(crate) fn model(&self) -> &str {
        self.sandbox.model_id(Product::Extraction)
    }

    /// The documents that have arrived, as the server saw them.
    pub(crate) fn documents(&self) -> Vec<Value> {
        let seen = self.sandbox.seen();
        let uploads = seen["requests"].as_array().unwrap().iter();
        let fields = uploads.filter_map(|request| request["body"]["fields"].as_array());
        let files = fields.flatten().filter(|field| field["name"] == "file");
        files.cloned().collect()
    }

    /// A folder that is removed with this world.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a program may keep its ledger.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.join("ledger.sqlite")
    }

    /// Tells a program where the sandbox is.
    pub(crate) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("MINDEE_V2_API_KEY", self.sandbox.api_key())
            .env("MINDEE_V2_BASE_URL", &self.base_url)
            .env("MODEL", self.model())
            .env("DOCUMENT", document())
            .env("LEDGER", self.ledger())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // What cannot be removed is in the folder of built things.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The invoice that every test sends.
pub(crate) fn document() -> String {
    let path = folder().join("../tests/data/invoice.pdf");
    path.to_str().unwrap().to_owned()
}
