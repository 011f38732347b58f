//! `mindee-sandbox webhooks`: webhook endpoints of a running sandbox.

use std::error::Error;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::running::{Running, text};

#[derive(Args)]
pub(crate) struct WebhookCommand {
    #[command(subcommand)]
    action: Action,
    /// The running sandbox, by its base URL.
    #[arg(long, env = "MINDEE_V2_BASE_URL", global = true)]
    url: Option<String>,
}

#[derive(Subcommand)]
enum Action {
    /// Make an endpoint and print its id and signing secret, as lines for a shell.
    Create {
        /// For people: what receives there.
        name: String,
        /// Where deliveries go: https, or http on this machine.
        address: String,
        /// The model, by id, name or product.
        #[arg(long, default_value = "extraction")]
        model: String,
    },
}

impl WebhookCommand {
    pub(crate) async fn run(self) -> Result<(), Box<dyn Error>> {
        let url = self.url.ok_or("tell --url of a running sandbox")?;
        let sandbox = Running::at(&url)?;
        let Action::Create {
            name,
            address,
            model,
        } = self.action;
        let state = sandbox.get("state").await?;
        let models = state.get("models").and_then(Value::as_array);
        let is_meant = |known: &&Value| {
            ["id", "name", "model_type"]
                .iter()
                .any(|key| text(known, key) == model)
        };
        let model = models.into_iter().flatten().find(is_meant);
        let model_id = text(model.ok_or("there is no such model")?, "id");
        let asked = json!({"model_id": model_id, "name": name, "url": address});
        let made = sandbox.post("webhooks", &asked).await?;
        println!("export MINDEE_WEBHOOK_ID={}", text(&made, "id"));
        println!(
            "export MINDEE_WEBHOOK_SECRETS={}",
            text(&made, "signing_secret")
        );
        Ok(())
    }
}
