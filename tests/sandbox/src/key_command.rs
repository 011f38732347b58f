//! `mindee-sandbox keys`: API keys of a running sandbox, or in a state file.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use mindee_sandbox::KeyFile;
use serde_json::{Value, json};

use crate::running::{Running, text};

#[derive(Args)]
pub(crate) struct KeyCommand {
    #[command(subcommand)]
    action: Action,
    /// A running sandbox, by its base URL.
    #[arg(long, env = "MINDEE_V2_BASE_URL", global = true)]
    url: Option<String>,
    /// A state file that no sandbox has open; goes before --url.
    #[arg(long, env = "MINDEE_SANDBOX_STATE", global = true)]
    state: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// Make a key and print it; it cannot be shown again.
    Create {
        /// For people: dev, staging, prod.
        name: String,
    },
    /// List name, last four characters, creation and last use.
    List,
    /// Revoke a key for good.
    Delete {
        /// The key's id or name.
        key: String,
    },
}

impl KeyCommand {
    pub(crate) async fn run(self) -> Result<(), Box<dyn Error>> {
        let mut keys = match (self.state, self.url) {
            (Some(path), _) => Place::File(KeyFile::open(&path)?),
            (None, Some(url)) => Place::Running(Running::at(&url)?),
            (None, None) => return Err("tell --url of a running sandbox, or --state".into()),
        };
        match self.action {
            Action::Create { name } => {
                let made = keys.create(&name).await?;
                eprintln!("Copy this key now: it cannot be shown again.");
                println!("{}", text(&made, "key"));
            }
            Action::List => {
                for key in list(&keys.list().await?) {
                    let used = key.get("last_used_at").and_then(Value::as_str);
                    println!(
                        "{}  {}  …{}  created {}  last used {}",
                        text(key, "id"),
                        text(key, "name"),
                        text(key, "last_four"),
                        text(key, "created_at"),
                        used.unwrap_or("never"),
                    );
                }
            }
            Action::Delete { key } => {
                let all = keys.list().await?;
                let is_meant = |known: &&Value| {
                    [text(known, "id"), text(known, "name")].contains(&key.as_str())
                };
                let id = list(&all)
                    .iter()
                    .find(is_meant)
                    .map(|known| text(known, "id"));
                keys.delete(id.ok_or_else(|| format!("there is no key {key}"))?)
                    .await?;
            }
        }
        Ok(())
    }
}

/// Where the keys are.
enum Place {
    File(KeyFile),
    Running(Running),
}

impl Place {
    async fn create(&mut self, name: &str) -> Result<Value, Box<dyn Error>> {
        match self {
            Self::File(file) => Ok(file.create(name)?),
            Self::Running(running) => running.post("keys", &json!({"name": name})).await,
        }
    }

    async fn list(&self) -> Result<Value, Box<dyn Error>> {
        match self {
            Self::File(file) => Ok(file.list()),
            Self::Running(running) => running.get("keys").await,
        }
    }

    async fn delete(&mut self, id: &str) -> Result<(), Box<dyn Error>> {
        match self {
            Self::File(file) => file.delete(id).map(drop)?,
            Self::Running(running) => running.delete(&format!("keys/{id}")).await?,
        }
        Ok(())
    }
}

fn list(told: &Value) -> &[Value] {
    let keys = told.get("keys").and_then(Value::as_array);
    keys.map(Vec::as_slice).unwrap_or_default()
}
