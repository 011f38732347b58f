//! The flags of the program.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Parser, Subcommand};
use mindee_sandbox::{ModelSettings, ProcessingTime, RateLimits, RetryAfter, Settings};

use crate::key_command::KeyCommand;
use crate::webhook_command::WebhookCommand;

/// What the program does instead of starting a sandbox.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create, list and delete API keys.
    Keys(KeyCommand),
    /// Create webhook endpoints.
    Webhooks(WebhookCommand),
}

/// A local stand-in for the Mindee V2 API.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, as flags are"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
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
    pub(crate) ca_file: Option<PathBuf>,
    /// API key to accept; a random one by default.
    #[arg(long, env = "MINDEE_SANDBOX_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
    /// How long a job takes, in milliseconds.
    #[arg(long, env = "MINDEE_SANDBOX_PROCESSING_MS", default_value_t = 1000)]
    processing_ms: u64,
    /// How long a job takes: 5s, uniform:1s,10s, lognormal:5s,0.8 or list:1s,2s; goes
    /// before --processing-ms.
    #[arg(long, env = "MINDEE_SANDBOX_PROCESSING")]
    processing: Option<ProcessingTime>,
    /// The same for one model or product: extraction=lognormal:5s,0.8. Can be repeated.
    #[arg(long, value_name = "MODEL=TIME", value_parser = of_model)]
    processing_of: Vec<(String, ProcessingTime)>,
    /// How many hours results are kept.
    #[arg(long, env = "MINDEE_SANDBOX_STORAGE_HOURS", default_value_t = 12.0)]
    storage_hours: f64,
    /// Delete result and job when the result is fetched, or delivered to a webhook.
    #[arg(long, env = "MINDEE_SANDBOX_DELETE_ON_FETCH", value_parser = BoolishValueParser::new())]
    delete_on_fetch: bool,
    /// POST and GET requests that the organization may send in a minute: 200,1200.
    #[arg(long, env = "MINDEE_SANDBOX_RATE_LIMITS")]
    rate_limits: Option<RateLimits>,
    /// What a request beyond the limits is told: none, seconds or date.
    #[arg(long, env = "MINDEE_SANDBOX_RETRY_AFTER", default_value = "none")]
    retry_after: RetryAfter,
    /// Share of requests that go wrong in one of many ways, from 0 to 1.
    #[arg(long, env = "MINDEE_SANDBOX_FAULTS", default_value_t = 0.0)]
    faults: f64,
    /// What all chance follows from; a random one by default, told when ready.
    #[arg(long, env = "MINDEE_SANDBOX_SEED")]
    seed: Option<u64>,
    /// How much faster than the machine's the clock runs.
    #[arg(long, env = "MINDEE_SANDBOX_SPEED", default_value_t = 1.0)]
    speed: f64,
    /// Count requests without recording them.
    #[arg(long, env = "MINDEE_SANDBOX_NO_RECORD", value_parser = BoolishValueParser::new())]
    no_record: bool,
    /// Answer 200 instead of 302 for a processed job.
    #[arg(long, env = "MINDEE_SANDBOX_NO_REDIRECT", value_parser = BoolishValueParser::new())]
    no_redirect: bool,
    /// Folder of ready-made results.
    #[arg(long, env = "MINDEE_SANDBOX_RESULTS")]
    results: Option<PathBuf>,
    /// JSON file with more models.
    #[arg(long, env = "MINDEE_SANDBOX_MODELS")]
    models: Option<PathBuf>,
    /// JSON file with rules to begin with.
    #[arg(long, env = "MINDEE_SANDBOX_RULES")]
    pub(crate) rules: Option<PathBuf>,
    /// File in which keys, models, webhooks and jobs outlive the program; in memory by
    /// default.
    #[arg(long, env = "MINDEE_SANDBOX_STATE")]
    state: Option<PathBuf>,
    /// Pauses before a delivery that failed is tried again: 1s,5s,30s; empty for none.
    #[arg(
        long,
        env = "MINDEE_SANDBOX_WEBHOOK_RETRIES",
        default_value = "1s,5s,30s,2m,10m"
    )]
    webhook_retries: Pauses,
    /// Stop when standard input ends, that is, with the parent process.
    #[arg(long, env = "MINDEE_SANDBOX_EXIT_WITH_STDIN", value_parser = BoolishValueParser::new())]
    pub(crate) exit_with_stdin: bool,
}

impl Arguments {
    pub(crate) fn settings(self) -> Settings {
        let by_model: BTreeMap<_, _> = self
            .processing_of
            .into_iter()
            .map(|(model, processing)| {
                let settings = ModelSettings {
                    processing: Some(processing),
                    ..ModelSettings::default()
                };
                (model, settings)
            })
            .collect();
        let rate_limits = self.rate_limits.map(|limits| RateLimits {
            retry_after: self.retry_after,
            ..limits
        });
        Settings {
            host: self.host,
            port: self.port,
            tls: self.tls,
            tls_port: self.tls_port,
            api_key: self.api_key,
            processing: Duration::from_millis(self.processing_ms),
            processing_times: self.processing,
            storage_hours: self.storage_hours,
            delete_on_fetch: self.delete_on_fetch,
            by_model,
            answer_with_302: !self.no_redirect,
            results: self.results,
            models: self.models,
            rate_limits,
            faults: self.faults,
            seed: self.seed,
            speed: self.speed,
            state: self.state,
            webhook_retries: self.webhook_retries.0,
            record_requests: !self.no_record,
            ..Settings::default()
        }
    }
}

/// Times with a comma between them.
#[derive(Clone)]
struct Pauses(Vec<Duration>);

impl FromStr for Pauses {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let times = text.split(',').filter(|time| !time.is_empty());
        let time = |text: &str| match text.parse()? {
            ProcessingTime::Fixed(time) => Ok(time),
            _ => Err(format!("{text:?} is not a time")),
        };
        times.map(time).collect::<Result<_, _>>().map(Self)
    }
}

fn of_model(text: &str) -> Result<(String, ProcessingTime), String> {
    let parts = text.split_once('=');
    let (model, time) = parts.ok_or_else(|| format!("{text:?} is not MODEL=TIME"))?;
    Ok((model.to_owned(), time.parse()?))
}
