//! A started sandbox with a plain client, and documents to send.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "shared by tests, each of which uses a part of it and fails by panicking"
)]

pub mod documents;
pub mod receiver;

use std::sync::Arc;
use std::time::Duration;

use mindee_sandbox::{Product, Sandbox, Settings};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode};
use serde_json::Value;

pub const KEY: &str = "md_test_key";

pub struct Bench {
    pub sandbox: Sandbox,
    pub client: Client,
}

/// A sandbox whose jobs end at once.
pub async fn bench() -> Bench {
    bench_with(Settings::default()).await
}

/// A sandbox with the given settings, but a known key and jobs that end at once unless
/// the settings say something else than the usual second.
pub async fn bench_with(mut settings: Settings) -> Bench {
    if settings.processing == Settings::default().processing {
        settings.processing = Duration::ZERO;
    }
    settings.api_key = Some(KEY.to_owned());
    let sandbox = Sandbox::start(settings).await.unwrap();
    let client = client(sandbox.ca_pem());
    Bench { sandbox, client }
}

/// A client that follows no redirect and trusts only the given authority.
pub fn client(ca_pem: Option<&str>) -> Client {
    builder(ca_pem).build().unwrap()
}

/// A client that speaks HTTP/2 from the first byte.
pub fn http_2_client() -> Client {
    builder(None).http2_prior_knowledge().build().unwrap()
}

fn builder(ca_pem: Option<&str>) -> ClientBuilder {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = ca_pem {
        let authority = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        roots.add(authority).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
}

impl Bench {
    pub fn model(&self, product: Product) -> String {
        self.sandbox.model_id(product).to_owned()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.base_url())
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path)).header("authorization", KEY)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client
            .post(self.url(path))
            .header("authorization", KEY)
    }

    pub fn enqueue(&self, product: Product) -> RequestBuilder {
        self.post(&format!("/v2/products/{}/enqueue", product.slug()))
    }

    /// A form with the product's model and a PNG.
    pub fn form(&self, product: Product) -> Form {
        Form::new()
            .text("model_id", self.model(product))
            .part("file", png())
    }

    /// Enqueues a form for extraction and returns the job.
    pub async fn job(&self, form: Form) -> Value {
        let reply = self.enqueue(Product::Extraction).multipart(form).send();
        let reply = reply.await.unwrap();
        assert_eq!(reply.status(), StatusCode::ACCEPTED);
        at(&json(reply).await, "/job")
    }

    /// Enqueues a form for extraction and returns the inference.
    pub async fn inference(&self, form: Form) -> Value {
        let job = self.job(form).await;
        self.inference_of(&job).await
    }

    /// The job as it is now.
    pub async fn job_now(&self, job: &Value) -> Value {
        let path = format!("/v2/jobs/{}", text(job, "/id"));
        at(&exchange(self.get(&path)).await.1, "/job")
    }

    pub async fn inference_of(&self, job: &Value) -> Value {
        let id = text(job, "/id");
        let path = format!("/v2/products/extraction/results/{id}");
        let reply = self.get(&path).send().await.unwrap();
        assert_eq!(reply.status(), StatusCode::OK);
        at(&json(reply).await, "/inference")
    }

    pub fn rules(&self, rules: Value) {
        self.sandbox.add_rules_json(&rules).unwrap();
    }

    /// The requests that the sandbox saw.
    pub fn requests(&self) -> Vec<Value> {
        match at(&self.sandbox.seen(), "/requests") {
            Value::Array(requests) => requests,
            other => panic!("no list of requests: {other}"),
        }
    }

    /// The names and values of the fields of the last request.
    pub fn last_fields(&self) -> Vec<Value> {
        let last = self.requests().pop().unwrap();
        at(&last, "/body/fields").as_array().unwrap().clone()
    }
}

pub fn png() -> Part {
    Part::bytes(documents::PNG).file_name("receipt.png")
}

pub async fn json(reply: Response) -> Value {
    serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap()
}

/// Sends the request and returns status and JSON body.
pub async fn exchange(request: RequestBuilder) -> (u16, Value) {
    let reply = request.send().await.unwrap();
    (reply.status().as_u16(), json(reply).await)
}

/// Sends the request and checks that it is refused with this code.
pub async fn refused(request: RequestBuilder, code: &str) -> Value {
    let (status, problem) = exchange(request).await;
    assert_eq!(text(&problem, "/code"), code, "{problem}");
    assert_eq!(code.split_once('-').unwrap().0, status.to_string());
    assert_eq!(at(&problem, "/status"), status);
    for key in ["/title", "/detail", "/errors"] {
        assert!(problem.pointer(key).is_some(), "{key} is missing");
    }
    problem
}

pub fn at(value: &Value, pointer: &str) -> Value {
    let found = value.pointer(pointer);
    found
        .unwrap_or_else(|| panic!("no {pointer} in {value}"))
        .clone()
}

pub fn text(value: &Value, pointer: &str) -> String {
    at(value, pointer).as_str().unwrap().to_owned()
}
