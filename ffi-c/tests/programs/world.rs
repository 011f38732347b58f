//! A sandbox, and programs that are told where it is.

use std::process::Command;
use std::time::Duration;

use mindee_sandbox::{Product, Sandbox, Settings};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::toolchain::folder;

/// A running sandbox with its own threads.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    _runtime: Runtime,
}

impl World {
    /// A sandbox whose jobs take so long.
    pub(crate) fn new(processing: Duration) -> Self {
        let settings = Settings {
            processing,
            ..Settings::default()
        };
        let runtime = Runtime::new().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(settings)).unwrap();
        Self {
            sandbox,
            _runtime: runtime,
        }
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

    /// Tells a program where the sandbox is.
    pub(crate) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("MINDEE_V2_API_KEY", self.sandbox.api_key())
            .env("MINDEE_V2_BASE_URL", self.sandbox.base_url())
            .env("MODEL", self.model())
            .env("DOCUMENT", document())
    }
}

/// The invoice that every test sends.
pub(crate) fn document() -> String {
    let path = folder().join("../tests/data/invoice.pdf");
    path.to_str().unwrap().to_owned()
}
