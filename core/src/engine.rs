//! The only orchestration: joins sources, requests, retries, polls and budgets.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::address::Address;
#[cfg(feature = "documents")]
use crate::document::{Readiness, make_ready};
use crate::error::{Error, code};
use crate::finding::{Finding, foreseen};
use crate::job::{Job, ResumeToken};
use crate::judge::{gone, judge, judge_failure};
use crate::ledger::{Entry, Intent, Store, found_again};
use crate::limits::Limits;
use crate::ops;
use crate::options::Params;
use crate::pace::{Budget, Pace, Purpose};
use crate::poller::Poller;
use crate::process::PerProcess;
use crate::product::{Inference, Product, ProductResult, unreadable};
use crate::retry::{Effect, Outcome, Verdict, decide};
use crate::source::{Prepared, Source};
use crate::transport::{Answer, Content, Form, Request, Transport};
use crate::webhook::Arrivals;

/// How many attempts there is always time for, inside the deadline.
const ATTEMPTS: u32 = 3;

/// What a client is made of.
pub(crate) struct Engine {
    pub(crate) settings: Settings,
    transport: Transport,
    shared: PerProcess<Shared>,
    ledger: PerProcess<Store>,
}

/// What all calls of a client share in one process.
pub(crate) struct Shared {
    uploads: Pace,
    pub(crate) reads: Pace,
    pub(crate) poller: Poller,
    pub(crate) arrivals: Arrivals,
}

/// What a client's options come down to.
pub(crate) struct Settings {
    pub address: Address,
    pub older_routes: bool,
    pub posts_per_minute: u32,
    pub gets_per_minute: u32,
    pub ledger: Option<PathBuf>,
}

impl Engine {
    pub(crate) fn new(settings: Settings, transport: Transport) -> Self {
        Self {
            settings,
            transport,
            shared: PerProcess::new(),
            ledger: PerProcess::new(),
        }
    }

    /// The ledger, where the option gives one.
    pub(crate) fn store(&self) -> Result<Option<Arc<Store>>, Error> {
        let path = self.settings.ledger.as_deref();
        path.map(|path| self.ledger.get(|| Store::open(path)))
            .transpose()
    }

    /// Uploads a document; its way is recorded, where there is a ledger.
    pub(crate) async fn enqueue(
        &self,
        product: Product,
        source: Source,
        params: &Params,
        limits: &Limits,
    ) -> Result<Job, Error> {
        let (source, warnings) = ready(source, params, limits).await?;
        let entry = match self.store()? {
            None => None,
            Some(store) => {
                let intent = Intent {
                    origin: self.settings.address.text().to_owned(),
                    product,
                    form: ops::form_texts(product, params)?,
                    source: found_again(&source),
                    filename: source.filename(),
                };
                Some(store.intend(intent).await?)
            }
        };
        let outcome = self.enqueue_as(product, source, params, limits, entry.as_ref());
        match outcome.await {
            Ok(job) => Ok(Job { warnings, ..job }),
            Err(error) => Err(foreseen(error, &warnings)),
        }
    }

    /// Uploads the document of an entry of the ledger.
    pub(crate) async fn enqueue_as(
        &self,
        product: Product,
        source: Source,
        params: &Params,
        limits: &Limits,
        entry: Option<&Entry>,
    ) -> Result<Job, Error> {
        let outcome = self.upload(product, source, params, limits, entry).await;
        if let Some(entry) = entry {
            match &outcome {
                // Whatever becomes of the record, the caller learns of the job.
                Ok(job) => entry
                    .taken(job)
                    .await
                    .map_err(|error| error.with_job(&job.resume_token()))?,
                Err(error) => entry.ended(error).await?,
            }
        }
        outcome
    }

    async fn upload(
        &self,
        product: Product,
        source: Source,
        params: &Params,
        limits: &Limits,
        entry: Option<&Entry>,
    ) -> Result<Job, Error> {
        let path = ops::enqueue_path(product, &self.settings)?;
        let texts = ops::form_texts(product, params)?;
        let prepared = limits.until(source.prepare()).await?.ok_or_else(|| {
            let message = "The deadline passed before the document could be checked";
            Error::new(code::TIMEOUT_DEADLINE, message)
        })??;
        let (alias, filename) = (params.alias.as_deref(), prepared.filename());
        let request = || async {
            let content = content_of(&prepared).await?;
            if let Some(entry) = entry {
                entry.sending().await?;
            }
            let form = Form {
                texts: texts.clone(),
                content,
            };
            Ok(Request {
                url: self.settings.address.join(&path, &[])?,
                form: Some(form),
            })
        };
        let answer = self
            .attempts(Effect::Upload, limits, entry, request, || {
                prepared.is_spent()
            })
            .await
            .map_err(|error| error.with_document(alias, filename))?;
        let job = Job::read(
            answer.body.clone(),
            self.settings.address.text(),
            Some(product),
        );
        let unusable = |error: Error| error.with_document(alias, filename).maybe_billed_now();
        let job = job.map_err(|e| unusable(unreadable(answer.body.clone(), &e, "a job")))?;
        if job.has_usable_id() {
            return Ok(job);
        }
        let error = Error::new(
            code::ANSWER_UNKNOWN_SHAPE,
            "The server named no usable job id",
        );
        Err(unusable(error.with_body(answer.body)))
    }

    pub(crate) async fn job(&self, token: &ResumeToken, limits: &Limits) -> Result<Job, Error> {
        let path = ops::job_path(token.job_id())?;
        let answer = self.read(&path, &[("redirect", "false")], limits).await?;
        Job::read(
            answer.body.clone(),
            self.settings.address.text(),
            token.product(),
        )
        .map_err(|error| unreadable(answer.body, &error, "a job"))
    }

    pub(crate) fn shared(&self) -> Result<Arc<Shared>, Error> {
        let settings = &self.settings;
        self.shared.get(|| {
            Ok(Shared {
                uploads: Pace::new(Budget::new(settings.posts_per_minute)),
                reads: Pace::new(Budget::new(settings.gets_per_minute)),
                poller: Poller::default(),
                arrivals: Arrivals::default(),
            })
        })
    }

    /// What the calls of this process wait for, as the operation `status` tells it.
    pub(crate) fn status(&self) -> Result<Value, Error> {
        let shared = self.shared()?;
        Ok(json!({
            "jobs_waited_for": shared.poller.waits(),
            "uploads_waiting_for_budget": shared.uploads.waiting(),
            "reads_waiting_for_budget": shared.reads.waiting(),
            "share_of_uploads": shared.uploads.share(),
            "share_of_reads": shared.reads.share(),
        }))
    }

    pub(crate) async fn result_of<R: ProductResult>(
        &self,
        job: &Job,
        token: &ResumeToken,
        limits: &Limits,
    ) -> Result<Inference<R>, Error> {
        let path = match (&job.result_url, token.product()) {
            (Some(named), _) => self.settings.address.path_named_by_server(named),
            (None, Some(product)) => ops::result_path(product, &job.id, &self.settings),
            (None, None) => Err(Error::new(
                code::ANSWER_UNKNOWN_SHAPE,
                "The job names no result",
            )),
        };
        self.fetch(&path.map_err(|error| error.with_job(token))?, token, limits)
            .await
    }

    pub(crate) async fn fetch<R: ProductResult>(
        &self,
        path: &str,
        token: &ResumeToken,
        limits: &Limits,
    ) -> Result<Inference<R>, Error> {
        let answer = match self.read(path, &[], limits).await {
            Ok(answer) => answer,
            Err(error) => {
                let raw = self.recorded(&error, token).await?;
                let raw = raw.ok_or_else(|| gone(error).with_job(token))?;
                return Inference::from_json(raw).map_err(|error| error.with_job(token));
            }
        };
        if let Some(store) = self.store()? {
            let origin = self.settings.address.text();
            let kept = store
                .keep_result(origin, token.job_id(), answer.body.clone())
                .await;
            kept.map_err(|error| error.with_job(token).with_body(answer.body.clone()))?;
        }
        Inference::from_json(answer.body).map_err(|error| error.with_job(token))
    }

    /// The result in the ledger, where Mindee has it no longer.
    pub(crate) async fn recorded(
        &self,
        error: &Error,
        token: &ResumeToken,
    ) -> Result<Option<Bytes>, Error> {
        match self.store()? {
            Some(store) if error.code() == code::NOT_FOUND.code => {
                let origin = self.settings.address.text();
                let recorded = store.result(origin, token.job_id()).await;
                recorded.map_err(|error| error.with_job(token))
            }
            _ => Ok(None),
        }
    }

    pub(crate) async fn read(
        &self,
        path: &str,
        query: &[(&str, &str)],
        limits: &Limits,
    ) -> Result<Answer, Error> {
        let url = self.settings.address.join(path, query)?;
        let request = || {
            let request = Request {
                url: url.clone(),
                form: None,
            };
            async { Ok(request) }
        };
        self.attempts(Effect::Read, limits, None, request, || false)
            .await
    }

    /// The longest silence, where the option `request_timeout` is not shorter. What may be repeated leaves time for three attempts: the
    /// first one, hung up on by a dead connection, must not take it all.
    fn silence(effect: Effect, limits: &Limits, attempt: u32) -> Duration {
        let attempts = match effect {
            Effect::Upload => return Duration::MAX,
            // A question is followed by others, whatever becomes of it.
            Effect::Read if limits.paid => ATTEMPTS,
            Effect::Read => limits.retries.saturating_add(1).min(ATTEMPTS),
        };
        let left = limits.deadline.saturating_duration_since(Instant::now());
        left / attempts.saturating_sub(attempt).max(1)
    }

    /// Sends a request as often as `retry.rs` allows, and as long as it is not spent, and turns the
    /// last failure into an error.
    async fn attempts<F>(
        &self,
        effect: Effect,
        limits: &Limits,
        entry: Option<&Entry>,
        request: impl Fn() -> F,
        is_spent: impl Fn() -> bool,
    ) -> Result<Answer, Error>
    where
        F: Future<Output = Result<Request, Error>>,
    {
        let shared = self.shared()?;
        let pace = match effect {
            Effect::Upload => &shared.uploads,
            Effect::Read => &shared.reads,
        };
        let mut attempt = 0;
        let mut last = None;
        loop {
            if !limits.paid && limits.until(pace.take(Purpose::Errand)).await?.is_none() {
                let message = "The deadline passed before the budget had room for the request";
                return Err(last.unwrap_or_else(|| Error::new(code::TIMEOUT_DEADLINE, message)));
            }
            // A file may go between two sendings; what ended the first one tells more.
            let request = request()
                .await
                .map_err(|gone| last.take().unwrap_or(gone))?;
            let silence = Self::silence(effect, limits, attempt);
            let sent = self.transport.send(request, limits.deadline, silence).await;
            let (outcome, error) = match sent? {
                Ok(answer) => match judge(effect, answer, self.transport.api_key()) {
                    Ok(answer) => return Ok(answer),
                    Err(failed) => failed,
                },
                Err(failure) => judge_failure(effect, &failure)?,
            };
            if let Outcome::Status(429, wish) = outcome {
                pace.refused(wish);
            }
            match decide(effect, outcome, attempt, limits.retries, fastrand::f64()) {
                Verdict::Again(delay) => {
                    if let Some(entry) = entry {
                        entry.not_taken().await?;
                    }
                    if is_spent() {
                        let remark = "a stream is sent once, and this one is read: open it anew";
                        return Err(error.with_remark(remark));
                    }
                    if !limits.pause(delay).await? {
                        return Err(error);
                    }
                }
                Verdict::Stop | Verdict::Unknown => return Err(error),
            }
            attempt += 1;
            last = Some(error);
        }
    }
}

/// What is to be sent, looked at where the option `preflight` asks for it, and what was found.
#[cfg(feature = "documents")]
async fn ready(
    source: Source,
    params: &Params,
    limits: &Limits,
) -> Result<(Source, Vec<Finding>), Error> {
    let Some(readiness) = params.preflight.as_deref() else {
        return Ok((source, Vec::new()));
    };
    let readiness = Readiness::of(readiness)?;
    let work = tokio::task::spawn_blocking(move || make_ready(source, readiness));
    let ready = limits.until(work).await?.ok_or_else(|| {
        let message = "The deadline passed before the document was made ready";
        Error::new(code::TIMEOUT_DEADLINE, message)
    })?;
    ready.map_err(|e| Error::new(code::INTERNAL, "A file could not be made ready").caused_by(&e))?
}

#[cfg(not(feature = "documents"))]
async fn ready(
    source: Source,
    params: &Params,
    _: &Limits,
) -> Result<(Source, Vec<Finding>), Error> {
    match params.preflight {
        None => Ok((source, Vec::new())),
        Some(_) => Err(Error::new(
            code::OPTION_INVALID,
            "Option `preflight` needs a build with the feature `documents`",
        )),
    }
}

async fn content_of(prepared: &Prepared) -> Result<Content, Error> {
    Ok(match prepared {
        Prepared::Url(url) => {
            let bytes = bytes::Bytes::from(url.clone());
            Content {
                name: "url",
                filename: None,
                length: u64::try_from(bytes.len()).ok(),
                chunks: Box::pin(futures_util::stream::once(async { Ok(bytes) })),
            }
        }
        Prepared::File(file) => Content {
            name: "file",
            filename: Some((file.filename.clone(), file.media_type)),
            length: file.length,
            chunks: file.chunks().await?,
        },
    })
}
