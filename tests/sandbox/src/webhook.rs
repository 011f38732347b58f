//! Webhook endpoints: where a model's results are sent, and the secret that signs them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use url::{Host, Url};
use uuid::Uuid;

use crate::intake::hex;
use crate::keys;
use crate::model::Model;

/// Longest address and name of an endpoint.
const LONGEST_URL: usize = 2048;
const LONGEST_NAME: usize = 100;

/// A webhook endpoint: known to one model, asked for by id at enqueue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WebhookEndpoint {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) url: String,
    /// A random one for each start, unless the models file or the state file has one.
    #[serde(default = "random_secret")]
    pub(crate) signing_secret: String,
}

/// A webhook endpoint as a test wants to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Webhook {
    /// What `webhook_ids` names.
    pub id: String,
    /// The model that it belongs to.
    pub model_id: String,
    /// For people.
    pub name: String,
    /// Where deliveries go.
    pub url: String,
    /// What deliveries are signed with.
    pub signing_secret: String,
}

impl Webhook {
    /// The same as an object, secret included.
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "model_id": self.model_id,
            "name": self.name,
            "url": self.url,
            "signing_secret": self.signing_secret,
        })
    }
}

impl WebhookEndpoint {
    /// A new endpoint, checked; a missing secret is made up.
    pub(crate) fn new(
        name: &str,
        url: &str,
        secret: Option<&str>,
    ) -> Result<Self, (&'static str, String)> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            let detail = format!("name must have from 1 to {LONGEST_NAME} characters");
            return Err(("name", detail));
        }
        let url = address(url).map_err(|detail| ("url", detail))?;
        Ok(Self {
            id: Uuid::new_v4(),
            name: name.to_owned(),
            url: url.into(),
            signing_secret: secret.map_or_else(random_secret, str::to_owned),
        })
    }

    /// Whether it is only there to be looked at: nothing is ever sent to the names that
    /// are set aside for examples.
    pub(crate) fn is_placeholder(&self) -> bool {
        let host = Url::parse(&self.url).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        let ends_with = |name: &&str| host == *name || host.ends_with(&format!(".{name}"));
        ["example.com", "example.net", "example.org"]
            .iter()
            .chain(&["example", "invalid", "test"])
            .any(ends_with)
    }

    /// The signature of a body: hexadecimal digits, no prefix.
    pub(crate) fn signature(&self, body: &[u8]) -> String {
        Hmac::<Sha256>::new_from_slice(self.signing_secret.as_bytes())
            .map(|hmac| hex(&hmac.chain_update(body).finalize().into_bytes()))
            .unwrap_or_default()
    }

    /// As the API tells it, without the secret.
    pub(crate) fn public(&self) -> Value {
        json!({"id": self.id, "name": self.name, "url": self.url})
    }

    pub(crate) fn of(&self, model: &Model) -> Webhook {
        Webhook {
            id: self.id.to_string(),
            model_id: model.id.to_string(),
            name: self.name.clone(),
            url: self.url.clone(),
            signing_secret: self.signing_secret.clone(),
        }
    }
}

/// Checks where deliveries may go: https anywhere, plain http to this machine only.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("url is not an address: {error}"))?;
    let is_near = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if text.len() > LONGEST_URL {
        return Err(format!("url must have at most {LONGEST_URL} characters"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_near => Ok(url),
        _ => Err("url must be https, or http to this machine".to_owned()),
    }
}

fn random_secret() -> String {
    format!("whsec_{}", URL_SAFE_NO_PAD.encode(keys::pepper()))
}
