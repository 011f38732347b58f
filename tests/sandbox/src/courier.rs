//! Carries finished jobs to the webhook endpoints that their requests named.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::Client;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use rustls_platform_verifier::Verifier;
use tokio::task::JoinSet;

use crate::delivery::{Attempt, DeliveryFault};
use crate::outbox::Parcel;
use crate::webhook;
use crate::world::World;

/// The header that Mindee documents, and the one that older clients name.
const SIGNATURES: [&str; 2] = ["X-Signature", "X-Mindee-Hmac-Signature"];
/// The courier looks again after this time even when nobody wakes it.
const LONGEST_REST: Duration = Duration::from_hours(1);
/// Time for the first bytes of a cut body to leave.
const FLUSH: Duration = Duration::from_millis(20);

/// Delivers for ever. Deliveries under way end with the task that runs this.
pub(crate) async fn run(world: Arc<World>, ca_pem: Option<String>) {
    let carrier = Arc::new(Carrier::new(ca_pem, world.settings.webhook_timeout));
    let mut under_way = JoinSet::new();
    loop {
        // Before looking, so that what becomes due in between is not slept through.
        let woken = world.wake.notified();
        let (parcels, next) = world.collect_parcels();
        for parcel in parcels {
            let (world, carrier) = (Arc::clone(&world), Arc::clone(&carrier));
            under_way.spawn(async move {
                for attempt in carrier.carry(&world, &parcel).await {
                    world.note_attempt(&parcel, attempt);
                }
            });
        }
        while under_way.try_join_next().is_some() {}
        let rest = next.map_or(LONGEST_REST, |wait| wait.min(LONGEST_REST));
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// The HTTP clients. The one for https is made when it is first needed, because reading
/// the system's certificates takes a while.
struct Carrier {
    ca_pem: Option<String>,
    timeout: Duration,
    plain: OnceLock<Result<Client, String>>,
    secure: OnceLock<Result<Client, String>>,
}

impl Carrier {
    fn new(ca_pem: Option<String>, timeout: Duration) -> Self {
        Self {
            ca_pem,
            timeout,
            plain: OnceLock::new(),
            secure: OnceLock::new(),
        }
    }

    /// Sends a parcel, twice if a rule says so; the last attempt is the one that counts.
    async fn carry(&self, world: &World, parcel: &Parcel) -> Vec<Attempt> {
        let fault = parcel.fault.clone().unwrap_or_default();
        let mut attempts = Vec::new();
        for _ in 0..=u8::from(fault.twice) {
            let (at, began) = (world.clock.now(), Instant::now());
            let answer = self.send(parcel, &fault).await;
            attempts.push(Attempt {
                at,
                took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
                status: answer.as_ref().ok().copied(),
                error: answer.err(),
                fault: parcel.fault.clone(),
            });
        }
        attempts
    }

    async fn send(&self, parcel: &Parcel, fault: &DeliveryFault) -> Result<u16, String> {
        let url = webhook::address(&parcel.endpoint.url)?;
        let client = match url.scheme() {
            "https" => self.secure.get_or_init(|| self.client(true)),
            _ => self.plain.get_or_init(|| self.client(false)),
        };
        let body = Bytes::copy_from_slice(parcel.body.as_bytes());
        let mut signature = parcel.endpoint.signature(&body);
        if fault.bad_signature {
            let mut other = parcel.endpoint.clone();
            other.signing_secret.push('x');
            signature = other.signature(&body);
        }
        let mut request = client
            .as_ref()?
            .post(url)
            .header(CONTENT_TYPE, "application/json");
        for name in SIGNATURES {
            request = request.header(name, &signature);
        }
        let part = |length: usize| body.slice(..length.min(body.len()));
        request = match (fault.cut, fault.short) {
            (Some(cut), _) => request
                .header(CONTENT_LENGTH, body.len())
                .body(broken_off(part(cut))),
            (None, Some(short)) => request.body(part(short)),
            (None, None) => request.body(body),
        };
        let answer = request.send().await.map_err(|error| cause(&error))?;
        Ok(answer.status().as_u16())
    }

    fn client(&self, secure: bool) -> Result<Client, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let config = if secure {
            let own = self.ca_pem.as_deref().map(str::as_bytes);
            let own = own.map(CertificateDer::from_pem_slice).transpose();
            let own = own.map_err(|error| error.to_string())?;
            let verifier =
                Verifier::new_with_extra_roots(own, provider).map_err(|error| error.to_string())?;
            config
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(verifier))
        } else {
            config.with_root_certificates(rustls::RootCertStore::empty())
        };
        Client::builder()
            .tls_backend_preconfigured(config.with_no_client_auth())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            // As many services do: nothing is left open between two deliveries.
            .pool_max_idle_per_host(0)
            .user_agent("mindee-sandbox")
            .timeout(self.timeout)
            .build()
            .map_err(|error| cause(&error))
    }
}

/// A body that ends before it has come to its announced end.
fn broken_off(sent: Bytes) -> reqwest::Body {
    let steps = futures_util::stream::unfold(Some(sent), |left| async move {
        match left {
            Some(sent) if !sent.is_empty() => Some((Ok(sent), Some(Bytes::new()))),
            Some(_) => {
                tokio::time::sleep(FLUSH).await;
                let error = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
                Some((Err(error), None))
            }
            None => None,
        }
    });
    reqwest::Body::wrap_stream(steps)
}

/// The innermost reason, which is the one that helps.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
