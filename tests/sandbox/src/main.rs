//! The sandbox as a program.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::builder::BoolishValueParser;
use mindee_sandbox::{Product, Sandbox, Settings};
use serde_json::{Map, Value, json};
use tokio::io::AsyncReadExt as _;

/// A local stand-in for the Mindee V2 API.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Port for HTTP; 0 takes a free one.
    #[arg(long, env = "MINDEE_SANDBOX_PORT", default_value_t = 0)]
    port: u16,
    /// Loopback address to listen on.
    #[arg(long, env = "MINDEE_SANDBOX_HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// Listen for HTTPS as well, with a throw-away certificate authority.
    #[arg(long, env = "MINDEE_SANDBOX_TLS", value_parser = BoolishValueParser::new())]
    tls: bool,
    /// Port for HTTPS; 0 takes a free one.
    #[arg(long, env = "MINDEE_SANDBOX_TLS_PORT", default_value_t = 0)]
    tls_port: u16,
    /// Where to write the authority's certificate; a temporary file by default.
    #[arg(long, env = "MINDEE_SANDBOX_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// API key to accept; a random one by default.
    #[arg(long, env = "MINDEE_SANDBOX_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
    /// How long a job takes, in milliseconds.
    #[arg(long, env = "MINDEE_SANDBOX_PROCESSING_MS", default_value_t = 1000)]
    processing_ms: u64,
    /// Answer 200 instead of 302 for a processed job.
    #[arg(long, env = "MINDEE_SANDBOX_NO_REDIRECT", value_parser = BoolishValueParser::new())]
    no_redirect: bool,
    /// Folder of ready-made results.
    #[arg(long, env = "MINDEE_SANDBOX_RESULTS")]
    results: Option<PathBuf>,
    /// JSON file with more models.
    #[arg(long, env = "MINDEE_SANDBOX_MODELS")]
    models: Option<PathBuf>,
    /// Stop when standard input ends, that is, with the parent process.
    #[arg(long, env = "MINDEE_SANDBOX_EXIT_WITH_STDIN", value_parser = BoolishValueParser::new())]
    exit_with_stdin: bool,
}

#[tokio::main]
async fn main() -> ! {
    let ended = run(Arguments::parse()).await;
    if let Err(error) = &ended {
        eprintln!("mindee-sandbox: {error}");
    }
    // Returning would wait for the thread that reads standard input, which nothing wakes.
    std::process::exit(i32::from(ended.is_err()));
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let sandbox = Sandbox::start(Settings {
        host: arguments.host,
        port: arguments.port,
        tls: arguments.tls,
        tls_port: arguments.tls_port,
        api_key: arguments.api_key,
        processing: Duration::from_millis(arguments.processing_ms),
        answer_with_302: !arguments.no_redirect,
        results: arguments.results,
        models: arguments.models,
    })
    .await?;
    let certificate = write_certificate(&sandbox, arguments.ca_file)?;
    // Before anybody knows of us: who is told that we are ready may stop us at once.
    let mut signals = Signals::catch()?;
    announce(&sandbox, certificate.as_ref().map(Certificate::path))?;
    tokio::select! {
        () = signals.come() => {}
        () = stdin_ends(), if arguments.exit_with_stdin => {}
    }
    sandbox.stop().await;
    Ok(())
}

/// The file that the authority's certificate is in; a temporary one goes with the program.
enum Certificate {
    Named(PathBuf),
    Temporary(tempfile::NamedTempFile),
}

impl Certificate {
    fn path(&self) -> &std::path::Path {
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
fn announce(sandbox: &Sandbox, ca_file: Option<&std::path::Path>) -> std::io::Result<()> {
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
        "admin_url": format!("{base_url}/_sandbox"),
        "pid": std::process::id(),
    });
    let mut people = std::io::stderr().lock();
    writeln!(people, "export MINDEE_V2_API_KEY={}", sandbox.api_key())?;
    writeln!(people, "export MINDEE_V2_BASE_URL={base_url}")?;
    let mut programs = std::io::stdout().lock();
    writeln!(programs, "{ready}")?;
    programs.flush()
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
