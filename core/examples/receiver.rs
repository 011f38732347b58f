//! Receives webhooks with axum: `receiver <port>`. What a delivery says is on the disk before Mindee
//! hears that it arrived; the work comes after the answer; what never arrives is asked for.
//!
//! `MINDEE_WEBHOOK_SECRETS`: signing secrets, with commas between them while one replaces another.
//! `MINDEE_LEDGER`: path of the ledger; clients that send documents are given the same one.
//! `MINDEE_OVERDUE`: the seconds after which to ask for what has not arrived; 300 unless given.
//! `MINDEE_V2_API_KEY`: the key. `WORK`: a folder for what was worked on; `work` unless given.

#![allow(
    clippy::indexing_slicing,
    reason = "JSON gives null for what it does not have"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, io::Write as _};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use mindee_core::ledger::CollectQuery;
use mindee_core::webhook::{self, LARGEST, SigningSecret};
use mindee_core::{Category, Client, ClientOptions, Error, Params};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tower_http::limit::RequestBodyLimitLayer;

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Inbox {
    client: Client,
    secrets: Vec<SigningSecret>,
    folder: PathBuf,
    overdue: Duration,
    /// Takes inferences by their ids, and what was said of them, to whoever works on them.
    work: UnboundedSender<(String, Bytes)>,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let port = env::args().nth(1).ok_or("usage: receiver <port>")?;
    let secrets = env::var("MINDEE_WEBHOOK_SECRETS")?;
    let secrets = secrets.split(',').map(SigningSecret::new);
    let overdue = env::var("MINDEE_OVERDUE").unwrap_or_else(|_| "300".to_owned());
    let folder = PathBuf::from(env::var("WORK").unwrap_or_else(|_| "work".to_owned()));
    fs::create_dir_all(&folder)?;
    let (work, mut waiting) = unbounded_channel();
    let inbox = Arc::new(Inbox {
        client: Client::new(ClientOptions::new().ledger(env::var("MINDEE_LEDGER")?))?,
        secrets: secrets.collect::<Result<_, _>>()?,
        folder,
        overdue: Duration::from_secs(overdue.parse()?),
        work,
    });

    let worker = Arc::clone(&inbox);
    tokio::task::spawn_blocking(move || {
        while let Some((id, said)) = waiting.blocking_recv() {
            tell(worker.work_on(&id, &said));
        }
    });
    let reconciler = Arc::clone(&inbox);
    tokio::spawn(async move {
        loop {
            tell(reconciler.reconcile().await);
            tokio::time::sleep(reconciler.overdue / 10).await;
        }
    });

    // `Bytes` is the body as it came, which is what the signature is over. A longer one is answered
    // with 413, at once where its length is told.
    let app = Router::new()
        .route("/webhooks/mindee", post(receive))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(usize::try_from(LARGEST)?))
        .with_state(inbox);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

async fn receive(State(inbox): State<Arc<Inbox>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Err(error) = inbox.take(&headers, body).await else {
        return StatusCode::OK;
    };
    eprintln!("{error}");
    match (error.body(), error.category()) {
        // The signature is right, and this version cannot read what it is under.
        (Some(body), _) if inbox.keep_unread(body).is_ok() => StatusCode::OK,
        (None, Category::Webhook) => StatusCode::UNAUTHORIZED,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Inbox {
    /// Verifies a delivery, writes it to the ledger, and hands the first of its inference on.
    async fn take(&self, headers: &HeaderMap, body: Bytes) -> Result<(), Error> {
        let texts = headers.iter();
        let headers = texts.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let delivery = webhook::unwrap(body, headers, &self.secrets, LARGEST)?;
        if self.client.jobs().deliver(&delivery).await?.first {
            let id = delivery.inference_id().to_owned();
            let _ = self.work.send((id, delivery.raw().clone()));
        }
        Ok(())
    }

    /// Your work goes here. It is begun again where it did not end, so let it bear that.
    fn work_on(&self, id: &str, said: &[u8]) -> std::io::Result<()> {
        let (part, whole) = (self.folder.join("part"), self.result_of(id));
        if !whole.exists() {
            fs::write(&part, said)?;
            fs::rename(part, whole)?;
            println!("{id}");
        }
        Ok(())
    }

    fn result_of(&self, id: &str) -> PathBuf {
        self.folder.join(id.replace(['/', '\\'], "_") + ".json")
    }

    fn keep_unread(&self, body: &[u8]) -> std::io::Result<()> {
        let name = format!("{}.unread", uuid::Uuid::new_v4());
        let mut file = fs::File::create_new(self.folder.join(name))?;
        file.write_all(body)?;
        file.sync_all()
    }

    /// Asks for what is overdue, and hands on what is here and not worked on, by an earlier start too.
    async fn reconcile(&self) -> Result<(), Failure> {
        let ledger = self.client.ledger()?;
        let params = Params::new().deadline(self.overdue);
        for row in ledger.resume_older_than(self.overdue, params).await? {
            let (Some(key), Some(id)) = (row["key"].as_i64(), row["job_id"].as_str()) else {
                continue;
            };
            let said = match row["state"].as_str() {
                _ if self.result_of(id).exists() => continue,
                Some("done") => {
                    let this = CollectQuery {
                        after: key - 1,
                        most: Some(1),
                    };
                    let results: Value = serde_json::from_slice(ledger.collect(this).await?.raw())?;
                    results[0]["result"].to_string()
                }
                Some("failed") => row["error"].to_string(),
                _ => continue,
            };
            self.work.send((id.to_owned(), said.into()))?;
        }
        Ok(())
    }
}

fn tell<E: std::fmt::Display>(outcome: Result<(), E>) {
    if let Err(error) = outcome {
        eprintln!("{error}");
    }
}
