//! A running sandbox, asked over its admin routes.

use std::error::Error;

use reqwest::{Client, Method};
use serde_json::Value;

pub(crate) struct Running {
    client: Client,
    base: String,
}

impl Running {
    /// The sandbox at a base URL.
    pub(crate) fn at(url: &str) -> Result<Self, Box<dyn Error>> {
        // Sandboxes listen for plain http as well; no certificate is needed to reach one.
        let provider = rustls::crypto::ring::default_provider();
        let tls = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .build()?;
        let base = format!("{}/_sandbox", url.trim_end_matches('/'));
        Ok(Self { client, base })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, Box<dyn Error>> {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<(), Box<dyn Error>> {
        self.ask(Method::DELETE, path, None).await.map(drop)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Box<dyn Error>> {
        let mut request = self.client.request(method, format!("{}/{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let is_success = answer.status().is_success();
        let told: Value = answer.json().await?;
        if is_success {
            return Ok(told);
        }
        let detail = told.pointer("/errors/0/detail").or(told.get("detail"));
        let detail = detail.and_then(Value::as_str);
        Err(detail.unwrap_or("the sandbox refused").to_owned().into())
    }
}

/// A member that is text; empty where it is none.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
