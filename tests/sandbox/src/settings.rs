//! How a sandbox is set up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::processing::ProcessingTime;
use crate::rate::RateLimits;

/// Settings of a [`Sandbox`](crate::Sandbox). The default suits a test: loopback, a free
/// port, no TLS, a random key, one second of processing, no limits and no faults.
#[derive(Clone, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, as flags are"
)]
pub struct Settings {
    /// Address to listen on; only loopback addresses are accepted.
    pub host: IpAddr,
    /// Port for plain HTTP; 0 takes a free one.
    pub port: u16,
    /// Whether to listen for HTTPS as well, with a throw-away certificate authority.
    pub tls: bool,
    /// Port for HTTPS; 0 takes a free one.
    pub tls_port: u16,
    /// The API key that is accepted; a random one when absent.
    pub api_key: Option<String>,
    /// How long a job stays in `Processing`.
    pub processing: Duration,
    /// How long jobs take, when that is not always the same; goes before `processing`.
    pub processing_times: Option<ProcessingTime>,
    /// How long results are kept after their job has ended, in hours.
    pub storage_hours: f64,
    /// Whether the first GET of a result, or the first delivery that arrives, deletes result and job.
    pub delete_on_fetch: bool,
    /// What is different for some models, by the id of a model or the word for a product.
    pub by_model: BTreeMap<String, ModelSettings>,
    /// Whether the GET of a processed job answers 302 with a `Location`, as the real
    /// service does, or 200.
    pub answer_with_302: bool,
    /// Folder of ready-made results: `<sha256 of the file>.json`, else
    /// `<model id>.json`, else `<product>.json`.
    pub results: Option<PathBuf>,
    /// JSON file with more models, added to the default ones.
    pub models: Option<PathBuf>,
    /// The organization's rate limits, if any.
    pub rate_limits: Option<RateLimits>,
    /// The share of requests that the ready-made mixture of faults takes, from 0 to 1.
    pub faults: f64,
    /// What all chance follows from; a random one when absent.
    pub seed: Option<u64>,
    /// How much faster than the machine's the sandbox's clock runs.
    pub speed: f64,
    /// The file in which keys, models, webhooks and jobs outlive the sandbox.
    pub state: Option<PathBuf>,
    /// The pauses before a delivery that failed is tried again, by the sandbox's clock; as
    /// many as there are further attempts.
    pub webhook_retries: Vec<Duration>,
    /// How long a webhook's receiver has to answer.
    pub webhook_timeout: Duration,
    /// Whether each request is recorded, or only counted.
    pub record_requests: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            tls: false,
            tls_port: 0,
            api_key: None,
            processing: Duration::from_secs(1),
            processing_times: None,
            storage_hours: 12.0,
            delete_on_fetch: false,
            by_model: BTreeMap::new(),
            answer_with_302: true,
            results: None,
            models: None,
            rate_limits: None,
            faults: 0.0,
            seed: None,
            speed: 1.0,
            state: None,
            webhook_retries: [1, 5, 30, 120, 600].map(Duration::from_secs).to_vec(),
            webhook_timeout: Duration::from_secs(10),
            record_requests: true,
        }
    }
}

/// What is different for one model, or for all models of a product.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelSettings {
    /// How long its jobs take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing: Option<ProcessingTime>,
    /// How long its results are kept after their job has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_hours: Option<f64>,
    /// Whether the first GET of a result, or the first delivery that arrives, deletes result and job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_on_fetch: Option<bool>,
}

/// The longest time that results are kept.
const LONGEST_STORAGE: Duration = Duration::from_hours(10 * 365 * 24);

/// A number of hours as a time; `None` when it is not one.
pub(crate) fn hours(hours: f64) -> Option<Duration> {
    let time = Duration::try_from_secs_f64(hours * 3600.0).ok()?;
    Some(time.min(LONGEST_STORAGE))
}
