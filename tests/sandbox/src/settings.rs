//! How a sandbox is set up.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// Settings of a [`Sandbox`](crate::Sandbox). The default suits a test: loopback, a free
/// port, no TLS, a random key, one second of processing.
#[derive(Clone, Debug)]
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
    /// Whether the GET of a processed job answers 302 with a `Location`, as the real
    /// service does, or 200.
    pub answer_with_302: bool,
    /// Folder of ready-made results: `<sha256 of the file>.json`, else
    /// `<model id>.json`, else `<product>.json`.
    pub results: Option<PathBuf>,
    /// JSON file with more models, added to the default ones.
    pub models: Option<PathBuf>,
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
            answer_with_302: true,
            results: None,
            models: None,
        }
    }
}
