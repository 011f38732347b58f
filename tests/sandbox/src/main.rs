//! The sandbox as a program.
#![forbid(unsafe_code)]

mod arguments;
mod key_command;
mod running;
mod webhook_command;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use arguments::{Arguments, Command};
use clap::Parser as _;
use mindee_sandbox::{Product, Sandbox};
use serde_json::{Map, Value, json};
use tokio::io::AsyncReadExt as _;

#[tokio::main]
async fn main() -> ! {
    let ended = run(Arguments::parse()).await;
    if let Err(error) = &ended {
        eprintln!("mindee-sandbox: {error}");
    }
    // Returning would wait for the thread that reads standard input, which nothing wakes.
    std::process::exit(i32::from(ended.is_err()));
}

async fn run(mut arguments: Arguments) -> Result<(), Box<dyn Error>> {
    match arguments.command.take() {
        Some(Command::Keys(keys)) => return keys.run().await,
        Some(Command::Webhooks(webhooks)) => return webhooks.run().await,
        None => {}
    }
    let ca_file = arguments.ca_file.clone();
    let exit_with_stdin = arguments.exit_with_stdin;
    let rules = arguments.rules.as_deref().map(read_rules).transpose()?;
    let sandbox = Sandbox::start(arguments.settings()).await?;
    if let Some(rules) = rules {
        sandbox.add_rules_json(&rules)?;
    }
    let certificate = write_certificate(&sandbox, ca_file)?;
    // Before anybody knows of us: who is told that we are ready may stop us at once.
    let mut signals = Signals::catch()?;
    announce(&sandbox, certificate.as_ref().map(Certificate::path))?;
    tokio::select! {
        () = signals.come() => {}
        () = stdin_ends(), if exit_with_stdin => {}
    }
    sandbox.stop().await;
    Ok(())
}

fn read_rules(path: &Path) -> Result<Value, Box<dyn Error>> {
    let failed = |error: &dyn Error| format!("the rules file cannot be read: {error}");
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    Ok(serde_json::from_str(&text).map_err(|error| failed(&error))?)
}

/// The file that the authority's certificate is in; a temporary one goes with the program.
enum Certificate {
    Named(PathBuf),
    Temporary(tempfile::NamedTempFile),
}

impl Certificate {
    fn path(&self) -> &Path {
        match self {
            Self::Named(path) => path,
            Self::Temporary(file) => file.path(),
        }
    }
}

fn write_certificate(
    sandbox: &Sandbox,
    wanted: Option<PathBuf>,
) -> Result<Option<Certificate>, Box<dyn Error>> {
    let Some(pem) = sandbox.ca_pem() else {
        return Ok(None);
    };
    let certificate = match wanted {
        Some(path) => Certificate::Named(path),
        None => Certificate::Temporary(
            tempfile::Builder::new()
                .prefix("mindee-sandbox-ca-")
                .suffix(".pem")
                .tempfile()?,
        ),
    };
    std::fs::write(certificate.path(), pem)?;
    Ok(Some(certificate))
}

/// Tells programs by one line of JSON, and people by lines to paste, that all is ready.
fn announce(sandbox: &Sandbox, ca_file: Option<&Path>) -> std::io::Result<()> {
    let base_url = sandbox.base_url();
    let models: Map<String, Value> = Product::ALL
        .into_iter()
        .map(|product| (product.slug().to_owned(), sandbox.model_id(product).into()))
        .collect();
    let ready = json!({
        "ready": true,
        "base_url": base_url,
        "tls_base_url": sandbox.tls_base_url(),
        "ca_file": ca_file,
        "api_key": sandbox.api_key(),
        "models": models,
        "webhooks": webhooks(sandbox),
        "admin_url": format!("{base_url}/_sandbox"),
        "page_url": format!("{base_url}/_sandbox/"),
        "pid": std::process::id(),
        "seed": sandbox.seed(),
    });
    let mut people = std::io::stderr().lock();
    writeln!(people, "export MINDEE_V2_API_KEY={}", sandbox.api_key())?;
    writeln!(people, "export MINDEE_V2_BASE_URL={base_url}")?;
    writeln!(people, "# Settings, jobs and webhooks: {base_url}/")?;
    let mut programs = std::io::stdout().lock();
    writeln!(programs, "{ready}")?;
    programs.flush()
}

/// The webhooks of all models, with what their deliveries are signed with.
fn webhooks(sandbox: &Sandbox) -> Vec<Value> {
    let webhooks = sandbox.webhooks().into_iter();
    let told = webhooks.map(|webhook| {
        json!({
            "id": webhook.id,
            "model_id": webhook.model_id,
            "name": webhook.name,
            "url": webhook.url,
            "signing_secret": webhook.signing_secret,
        })
    });
    told.collect()
}

/// The signals that end the program. They are caught from the moment this is made.
#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn catch() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self(terminate, signal(SignalKind::interrupt())?))
    }

    async fn come(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

/// The signals that end the program. They are caught from the moment this is made.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn catch() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn come(&mut self) {
        let _ = self.0.recv().await;
    }
}

async fn stdin_ends() {
    let mut stdin = tokio::io::stdin();
    let mut buffer = [0; 256];
    while matches!(stdin.read(&mut buffer).await, Ok(read) if read > 0) {}
}
