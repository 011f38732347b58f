//! A durable record of documents, jobs and results (feature `ledger`; off unless a path is given).
//!
//! Each step is on the disk before the next one is taken: the *intent* before anything is sent,
//! *sending* before the first byte leaves, the *job* as soon as Mindee names it, the *result's*
//! bytes before they are parsed. So whatever ends a process, and wherever:
//!
//! | state | what is certain | what [`Ledger::resume`] does |
//! |---|---|---|
//! | `intended` | it was not taken | sends it, where it is a path or URL |
//! | `sending` | it is on its way from a process that lives | leaves it |
//! | `unknown` | nothing: it may have been taken and billed | leaves it to the user |
//! | `taken` | it has a job | waits for it and fetches the result |
//! | `done` | its result is here | nothing |
//! | `failed` | it was refused, or its processing failed | nothing |
//!
//! Several processes may share a file. Each holds a lock on a file of its own beside it for as long
//! as it lives, which ends with the process however that ends: so a row whose owner is gone is
//! told from one that is under way, on every machine that shares the folder.

mod collected;
mod disk;
mod entry;
mod rows;
mod store;

use std::path::PathBuf;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use crate::client::Client;
use crate::error::{Error, code};
use crate::limits::Limits;
use crate::options::Params;
use crate::product::AnyResult;
use crate::source::Source;

pub use collected::{CollectQuery, Collected};
pub(crate) use entry::Entry;
use rows::Next;
use store::Pending;
pub(crate) use store::{Intent, Store};

/// How many documents are resumed at a time; the budgets decide how fast they go.
const AT_A_TIME: usize = 64;

/// The ledger of a client.
#[derive(Debug, Clone)]
pub struct Ledger {
    client: Client,
}

impl Client {
    /// The ledger; an error where the option `ledger` was not given.
    pub fn ledger(&self) -> Result<Ledger, Error> {
        match self.engine().store()? {
            Some(_) => Ok(Ledger {
                client: self.clone(),
            }),
            None => Err(Error::new(
                code::OPTION_MISSING,
                "Option `ledger` is not given",
            )),
        }
    }
}

impl Ledger {
    fn store(&self) -> Result<std::sync::Arc<Store>, Error> {
        self.client
            .engine()
            .store()?
            .ok_or_else(|| Error::new(code::OPTION_MISSING, "Option `ledger` is not given"))
    }

    fn origin(&self) -> &str {
        self.client.engine().settings.address.text()
    }

    /// Every document that was not forgotten, with its state: `key`, `state`, `product`, `filename`,
    /// `alias`, `job_id`, `resume_token`, `error`, `created_at`, `can_be_sent_again`.
    pub async fn pending(&self) -> Result<Vec<Value>, Error> {
        self.store()?.list(self.origin()).await
    }

    /// Sends what was certainly not taken, waits for what has a job, and leaves the unknown to you.
    /// Documents that live processes work on are left to them. Gives the state of all afterwards;
    /// an error of one document is in its row and does not stop the others.
    pub async fn resume(&self, params: Params) -> Result<Vec<Value>, Error> {
        self.resume_older_than(Duration::ZERO, params).await
    }

    /// The same for documents that were recorded at least `age` ago alone: a receiver of webhooks
    /// asks so, every minute or two, for what should have arrived by now and did not. Jobs are asked
    /// for whether the process that sent them lives or not.
    pub async fn resume_older_than(
        &self,
        age: Duration,
        params: Params,
    ) -> Result<Vec<Value>, Error> {
        let store = self.store()?;
        let pending = store.take_over(self.origin(), age).await?;
        let each = pending
            .into_iter()
            .map(|pending| self.resume_one(pending, &params));
        let outcomes: Vec<Result<(), Error>> = stream::iter(each)
            .buffer_unordered(AT_A_TIME)
            .collect()
            .await;
        outcomes.into_iter().collect::<Result<(), Error>>()?;
        self.pending().await
    }

    async fn resume_one(&self, pending: Pending, params: &Params) -> Result<(), Error> {
        let outcome = match &pending.next {
            Next::Wait(token) => self
                .client
                .jobs()
                .result(token, params.clone())
                .await
                .map(drop),
            Next::Send(source) => self.send(source, &pending, params).await,
        };
        match outcome {
            // A failed job is recorded where the failure was heard of.
            Err(error) if error.code() != code::JOB_FAILED.code => {
                pending.entry.hindered(&error).await
            }
            _ => Ok(()),
        }
    }

    async fn send(&self, source: &str, pending: &Pending, params: &Params) -> Result<(), Error> {
        let mut params = params.clone();
        let mut webhook_ids = Vec::new();
        for (name, value) in &pending.form {
            match name.as_str() {
                "webhook_ids" => webhook_ids.push(value.clone()),
                name => params.set(name, value)?,
            }
        }
        if !webhook_ids.is_empty() {
            params = params.webhook_ids(webhook_ids);
        }
        let engine = self.client.engine();
        let limits = Limits::of(&params);
        let source = Source::from_text(source);
        let job = engine
            .enqueue_as(
                pending.product,
                source,
                &params,
                &limits,
                Some(&pending.entry),
            )
            .await?;
        self.client
            .product::<AnyResult>(pending.product)
            .finish(job, &limits)
            .await
            .map(drop)
    }

    /// Results that are here, oldest first, a portion at a time: [`Collected::next`] asks for what
    /// comes after it.
    pub async fn collect(&self, query: CollectQuery) -> Result<Collected, Error> {
        self.store()?.results(self.origin(), query).await
    }

    /// Removes documents whose results are safe with you, by their keys.
    pub async fn forget(&self, keys: Vec<i64>) -> Result<usize, Error> {
        self.store()?.forget(keys).await
    }
}

/// Where a source is found again by another process.
pub(crate) fn found_again(source: &Source) -> Option<String> {
    match source.place()? {
        crate::source::Place::Url(url) => Some(url.to_owned()),
        crate::source::Place::Path(path) => {
            let absolute: PathBuf = std::path::absolute(path).ok()?;
            absolute.to_str().map(str::to_owned)
        }
    }
}
