//! How the driver of each language is started, and the Rust one, which is a function.

use std::io;
use std::process::Command;

use mindee_core::call::{Call, Reply};
use mindee_core::{Client, ClientOptions, Error, Source};
use serde_json::{Value, json};

use crate::driver::{Driver, Outcome, Reported, Request};
use crate::root;

/// Every language beside Rust.
pub const ALL: [&str; 4] = ["c", "cpp", "python", "node"];

/// The languages to play: all that `MINDEE_DRIVERS` names, separated by commas; `make test` names
/// all of them. Without it Rust alone is played, so that `cargo test` needs no other language.
pub fn wanted() -> Vec<String> {
    let names = std::env::var("MINDEE_DRIVERS").unwrap_or_default();
    names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether option values are JSON in the language's driver, or plain text.
pub fn speaks_json(language: &str) -> bool {
    !matches!(language, "c" | "cpp")
}

/// Starts the driver of a language.
pub fn start(language: &str) -> io::Result<Driver> {
    let root = root();
    let mut command = match language {
        "c" | "cpp" => Command::new(
            root.join("target/drivers")
                .join(format!("driver-{language}")),
        ),
        "python" => {
            let mut command = Command::new(root.join(".venv/bin/python"));
            command.arg(root.join("tests/drivers/python/driver.py"));
            command
        }
        "node" => {
            let mut command = Command::new("node");
            command.arg(root.join("tests/drivers/node/driver.mjs"));
            command
        }
        _ => {
            return Err(io::Error::other(format!(
                "there is no driver for {language}"
            )));
        }
    };
    command.current_dir(&root);
    Driver::start(command).map_err(|e| {
        io::Error::other(format!(
            "{language}: {e}; `make drivers` builds what is missing"
        ))
    })
}

/// Plays a request in this process: the reference.
pub async fn play_in_rust(request: &Request) -> Outcome {
    let mut outcome = Outcome::default();
    if let Err(error) = perform(request, &mut outcome).await {
        outcome = Outcome {
            error: Some(Reported {
                payload: error.payload(),
                category: error.category().number(),
                keeps_body: error.body().is_some(),
            }),
            ..Outcome::default()
        };
    }
    outcome
}

async fn perform(request: &Request, outcome: &mut Outcome) -> Result<(), Error> {
    let mut options = ClientOptions::new();
    let mut call = None;
    let mut arguments: Vec<(String, Value)> = Vec::new();
    let mut source = None;
    let mut pointers = Vec::new();
    let parse =
        |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|_| Value::from(text));
    for line in &request.0 {
        let fields: Vec<&str> = line.iter().map(String::as_str).collect();
        match fields.as_slice() {
            ["client", key, value] => options.set_json(key, &parse(value))?,
            ["call", name] => call = Some(Call::new(name)?),
            ["product", value] => arguments.push(("product".to_owned(), json!(value))),
            ["id", value] => arguments.push(("id".to_owned(), json!(value))),
            ["option", key, value] => arguments.push(((*key).to_owned(), parse(value))),
            ["source", kind, value, name @ ..] => {
                source = Some(open(kind, value, name.first().copied()).await);
            }
            ["read", pointer] => pointers.push((*pointer).to_owned()),
            _ => {}
        }
    }
    let mut call = call.ok_or_else(|| {
        Error::new(
            mindee_core::error::code::INTERNAL,
            "The scenario calls nothing",
        )
    })?;
    let client = Client::new(options)?;
    for (key, value) in &arguments {
        call.set_json(key, value)?;
    }
    if let Some(source) = source {
        call.set_source(source);
    }
    let mut reply: Reply = client.perform(call).await?;
    loop {
        outcome
            .bodies
            .push(String::from_utf8_lossy(&reply.body).into_owned());
        let Some(next) = reply.about.get("next").filter(|next| next.is_object()) else {
            break;
        };
        reply = client
            .perform(Call::from_json("models.search", &next.to_string(), None)?)
            .await?;
    }
    if let Some(token) = reply.about.get("resume_token") {
        outcome
            .about
            .insert("resume_token".to_owned(), token.clone());
    }
    for pointer in pointers {
        let value = reply
            .pointer(&pointer)
            .cloned()
            .unwrap_or_else(|| json!("missing"));
        outcome.values.insert(pointer, value);
    }
    Ok(())
}

async fn open(kind: &str, value: &str, name: Option<&str>) -> Source {
    match kind {
        "path" => Source::path(value),
        "url" => Source::url(value),
        "base64" => Source::base64(value, name),
        "bytes" => Source::bytes(tokio::fs::read(value).await.unwrap_or_default(), name),
        "reader" => match tokio::fs::File::open(value).await {
            Ok(file) => Source::reader(file, None, name),
            Err(_) => Source::path(value),
        },
        _ => Source::from_text(value),
    }
}
