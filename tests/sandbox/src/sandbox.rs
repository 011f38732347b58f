//! A running sandbox.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::courier;
use crate::listen;
use crate::order;
use crate::product::Product;
use crate::rule::{self, Rule};
use crate::settings::Settings;
use crate::tls::{self, Certificate};
use crate::webhook::Webhook;
use crate::world::{self, World};

/// Why a sandbox did not start, in a sentence.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// A running sandbox. Dropping it ends it, connections included. Any number of them can
/// run in one process; they share nothing.
pub struct Sandbox {
    world: Arc<World>,
    base_url: String,
    tls_base_url: Option<String>,
    ca_pem: Option<String>,
    model_ids: Vec<(Product, String)>,
    listeners: JoinSet<()>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sandbox")
            .field("base_url", &self.base_url)
            .field("tls_base_url", &self.tls_base_url)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts a sandbox on the current Tokio runtime; it is ready when this returns.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        if !settings.host.is_loopback() {
            let host = settings.host;
            return Err(StartError(format!("{host} is not a loopback address")));
        }
        let world = Arc::new(World::new(settings.clone()).map_err(StartError)?);
        let ids = Arc::new(AtomicU64::new(1));
        let mut listeners = JoinSet::new();

        let (listener, address) = bind(settings.host, settings.port).await?;
        let plain = listen::serve(
            listener,
            address,
            None,
            Arc::clone(&world),
            Arc::clone(&ids),
        );
        listeners.spawn(plain);

        let (mut tls_base_url, mut ca_pem) = (None, None);
        if settings.tls {
            let identity = tls::identity()
                .map_err(|error| StartError(format!("no certificate could be made: {error}")))?;
            let (listener, address) = bind(settings.host, settings.tls_port).await?;
            let acceptor = TlsAcceptor::from(identity.server);
            listeners.spawn(listen::serve(
                listener,
                address,
                Some(acceptor),
                Arc::clone(&world),
                ids,
            ));
            tls_base_url = Some(format!("https://localhost:{}", address.port()));
            ca_pem = Some(identity.authority.pem());
            let _ = world.authority.set(identity.authority);
        }
        listeners.spawn(courier::run(Arc::clone(&world), ca_pem.clone()));
        Ok(Self {
            model_ids: default_model_ids(&world),
            world,
            base_url: format!("http://{address}"),
            tls_base_url,
            ca_pem,
            listeners,
        })
    }

    /// `http://127.0.0.1:PORT`, without `/v2`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// `https://localhost:PORT`, when TLS is on.
    pub fn tls_base_url(&self) -> Option<&str> {
        self.tls_base_url.as_deref()
    }

    /// The certificate of the throw-away authority, when TLS is on.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// The API key that is accepted.
    pub fn api_key(&self) -> &str {
        &self.world.default_key
    }

    /// The id of the product's first model: by default a fixed one, the same at each start.
    pub fn model_id(&self, product: Product) -> &str {
        self.model_ids
            .iter()
            .find(|(of, _)| *of == product)
            .map_or("", |(_, id)| id)
    }

    /// Adds a rule after those that are there.
    pub fn add_rule(&self, rule: Rule) {
        self.world.rules().add([rule]);
    }

    /// Adds rules written in JSON: a list, or a single one.
    pub fn add_rules_json(&self, rules: &Value) -> Result<(), String> {
        let rules = rule::parse(rules)?;
        self.world.rules().add(rules);
        Ok(())
    }

    /// Takes all rules away.
    pub fn clear_rules(&self) {
        self.world.rules().clear();
    }

    /// What the sandbox saw: the same JSON as `GET /_sandbox/seen`.
    pub fn seen(&self) -> Value {
        self.world.seen().json()
    }

    /// Forgets what it saw: the same as `DELETE /_sandbox/seen`.
    pub fn reset_seen(&self) {
        self.world.seen().reset();
    }

    /// The numbers alone, without the requests: the same JSON as `GET /_sandbox/meter`.
    pub fn meter(&self) -> Value {
        self.world.seen().meter()
    }

    /// What all chance follows from: with the same seed, the same rules and the same
    /// number of requests on each route, the same things happen.
    pub fn seed(&self) -> u64 {
        self.world.chance.seed()
    }

    /// Sets the share of requests that the ready-made mixture of faults takes.
    pub fn set_faults(&self, share: f64) -> Result<(), String> {
        self.world.rules().set_share(world::check_share(share)?);
        Ok(())
    }

    /// Lets the clock jump ahead.
    pub fn advance(&self, time: Duration) -> Result<(), String> {
        self.world.jump(time.as_secs_f64())
    }

    /// Lets the clock jump back.
    pub fn turn_back(&self, time: Duration) -> Result<(), String> {
        self.world.jump(-time.as_secs_f64())
    }

    /// Makes an API key and tells it, for the only time, under `key`; with its `id`.
    pub fn create_key(&self, name: &str) -> Result<Value, String> {
        let now = self.world.clock.now();
        self.world.keys().create_kept(&self.world.state, name, now)
    }

    /// The API keys, without the keys themselves: the same JSON as `GET /_sandbox/keys`.
    pub fn keys(&self) -> Value {
        self.world.keys().json()
    }

    /// Revokes an API key; from now on it is refused. False when there is none with this id.
    pub fn delete_key(&self, id: &str) -> Result<bool, String> {
        match order::uuid(id) {
            Some(id) => self.world.keys().delete_kept(&self.world.state, id),
            None => Ok(false),
        }
    }

    /// Adds a webhook endpoint to a model; without a secret, one is made up.
    pub fn add_webhook(
        &self,
        model_id: &str,
        url: &str,
        signing_secret: Option<&str>,
    ) -> Result<Webhook, String> {
        let added = self
            .world
            .add_webhook(model_id, "Webhook", url, signing_secret);
        added.map_err(|problem| problem.told())
    }

    /// The webhook endpoints of all models.
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.world.webhooks()
    }

    /// Deletes a webhook endpoint: what was not delivered to it never is.
    pub fn delete_webhook(&self, id: &str) -> Result<(), String> {
        let deleted = self.world.delete_webhook(id);
        deleted.map_err(|problem| problem.told())
    }

    /// Every delivery, with its attempts: a list in the order of the jobs.
    pub fn deliveries(&self) -> Value {
        self.world.deliveries()
    }

    /// Waits until so many deliveries have ended, well or not, and tells all deliveries.
    pub async fn wait_for_deliveries(
        &self,
        count: usize,
        longest: Duration,
    ) -> Result<Value, String> {
        let ended = async {
            while self.world.ended_deliveries() < count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        match tokio::time::timeout(longest, ended).await {
            Ok(()) => Ok(self.deliveries()),
            Err(_) => Err(format!("not {count} deliveries yet: {}", self.deliveries())),
        }
    }

    /// Delivers a job's outcome once more to a webhook, whatever came of it before.
    pub fn redeliver(&self, job_id: &str, webhook_id: &str) -> Result<(), String> {
        let id = |text| order::uuid(text).ok_or_else(|| format!("{text} is not an id"));
        self.world.redeliver(id(job_id)?, id(webhook_id)?)
    }

    /// A certificate for a server on this machine, such as a webhook's receiver, signed by
    /// the throw-away authority; `None` when TLS is off.
    pub fn issue_certificate(&self) -> Option<Certificate> {
        self.world.authority.get()?.issue().ok()
    }

    /// Refuses connections for so long; nothing listens when this returns. Connections
    /// that are open stay open.
    pub async fn refuse_connections(&self, time: Duration) {
        self.world.gate.close(time).await;
    }

    /// Ends the sandbox: nothing listens and no connection is open when this returns.
    pub async fn stop(mut self) {
        self.listeners.shutdown().await;
    }
}

async fn bind(host: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let wanted = SocketAddr::new(host, port);
    let failed = |error| StartError(format!("cannot listen on {wanted}: {error}"));
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn default_model_ids(world: &World) -> Vec<(Product, String)> {
    let store = world.store();
    let first = |product| store.models.iter().find(|model| model.product == product);
    Product::ALL
        .into_iter()
        .filter_map(|product| Some((product, first(product)?.id.to_string())))
        .collect()
}
