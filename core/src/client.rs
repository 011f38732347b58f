//! The client: joins options, sources, requests, retries and polls. The only orchestration.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use serde::de::IgnoredAny;
use tokio::time::{Instant, sleep, timeout_at};

use crate::address::Address;
use crate::cancel::cancelled;
use crate::error::{Category, Error, code};
use crate::job::{Job, JobStatus, ResumeToken};
use crate::lenient::read_json;
use crate::models::{Model, ModelPage};
use crate::ops;
use crate::options::{ClientOptions, Params};
use crate::pace::{Budget, Pace};
use crate::poll::{FIRST, INTERVAL, Schedule};
use crate::poller::Poller;
use crate::problem::Problem;
use crate::process::PerProcess;
use crate::product::{
    AnyResult, ClassificationResult, CropResult, ExtractionResult, Inference, OcrResult, Product,
    ProductResult, SplitResult, unreadable,
};
use crate::retry::{Effect, Outcome, Verdict, decide};
use crate::source::{Prepared, Source};
use crate::transport::{self, Answer, Content, Failure, FailureKind, Form, Request, Transport};

/// A client of the Mindee V2 API: cheap to clone, safe to share, one pool of connections.
///
/// A document that was taken is never lost: every error after the upload carries the job's id and
/// a resume token. A document is never sent twice unasked: an upload whose fate is unknown is
/// reported as such.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    settings: Settings,
    transport: Transport,
    shared: PerProcess<Shared>,
}

/// What all calls of a client share in one process.
struct Shared {
    uploads: Pace,
    reads: Pace,
    poller: Poller,
}

/// What a client's options come down to.
pub(crate) struct Settings {
    pub address: Address,
    pub older_routes: bool,
    pub posts_per_minute: u32,
    pub gets_per_minute: u32,
}

const CANCELLED: &str = "The caller ended the call";
/// A last question is asked this long before the deadline, so that its answer can still count.
const LAST_CHANCE: Duration = Duration::from_millis(250);

/// How long and how often, for one call.
#[derive(Clone)]
struct Limits {
    deadline: Instant,
    retries: u32,
    schedule: Schedule,
    /// Whether the budget for the next request was taken already.
    paid: bool,
}

impl Limits {
    fn of(params: &Params) -> Self {
        let schedule = match (params.first_poll, params.poll_interval) {
            (None, None) => Schedule::learned(),
            (first, interval) => {
                Schedule::fixed(first.unwrap_or(FIRST), interval.unwrap_or(INTERVAL))
            }
        };
        Self {
            deadline: Instant::now() + params.deadline.unwrap_or(Duration::from_mins(10)),
            retries: params.retries.unwrap_or(2),
            schedule,
            paid: false,
        }
    }

    /// Sleeps; `false`, at once, where the sleep would pass the deadline.
    async fn pause(&self, delay: Duration) -> Result<bool, Error> {
        let fits = Instant::now()
            .checked_add(delay)
            .is_some_and(|end| end < self.deadline);
        if fits {
            self.until(sleep(delay)).await
        } else {
            Ok(false)
        }
    }

    /// The moment of a question that is due, or shortly before the deadline where it is due later;
    /// nothing where that has passed too.
    fn last_chance(&self, due: Instant) -> Option<Instant> {
        let last = self.deadline.checked_sub(LAST_CHANCE)?;
        (Instant::now() < last).then_some(due.min(last))
    }

    /// Waits for something; `false` where the deadline comes first.
    async fn until(&self, work: impl Future<Output = ()>) -> Result<bool, Error> {
        let ended = std::pin::pin!(cancelled());
        let work = std::pin::pin!(timeout_at(self.deadline, work));
        match select(ended, work).await {
            Either::Left(_) => Err(Error::new(code::CANCELLED, CANCELLED)),
            Either::Right((in_time, _)) => Ok(in_time.is_ok()),
        }
    }
}

impl Client {
    /// A client with options; what is not given comes from the environment or the defaults.
    pub fn new(options: ClientOptions) -> Result<Self, Error> {
        let options = options.with_environment()?;
        let api_key = options
            .api_key
            .ok_or_else(|| Error::new(code::API_KEY_MISSING, "There is no API key"))?;
        let older_routes = match options.routes.as_deref() {
            None | Some("products") => false,
            Some("inferences") => true,
            Some(_) => {
                let message = "Option `routes` takes `products` or `inferences`";
                return Err(Error::new(code::OPTION_INVALID, message));
            }
        };
        let address = Address::new(
            options
                .base_url
                .as_deref()
                .unwrap_or("https://api-v2.mindee.net"),
        )?;
        let transport = Transport::new(transport::Settings {
            api_key,
            request_timeout: options.request_timeout.unwrap_or(Duration::from_mins(2)),
            connect_timeout: options.connect_timeout.unwrap_or(Duration::from_secs(10)),
            proxy: options.proxy,
            ca_file: options.ca_file,
        })?;
        Ok(Self(Arc::new(Inner {
            settings: Settings {
                address,
                older_routes,
                posts_per_minute: options.posts_per_minute.unwrap_or(200),
                gets_per_minute: options.gets_per_minute.unwrap_or(1200),
            },
            transport,
            shared: PerProcess::new(),
        })))
    }

    /// A client with everything from the environment: `MINDEE_V2_API_KEY`, `MINDEE_V2_BASE_URL`.
    pub fn from_environment() -> Result<Self, Error> {
        Self::new(ClientOptions::new())
    }

    /// Fields by the model's data schema.
    pub fn extraction(&self) -> ProductClient<ExtractionResult> {
        self.product(Product::Extraction)
    }

    /// Where one document ends and the next begins.
    pub fn split(&self) -> ProductClient<SplitResult> {
        self.product(Product::Split)
    }

    /// Where the documents lie on a picture.
    pub fn crop(&self) -> ProductClient<CropResult> {
        self.product(Product::Crop)
    }

    /// Which kind of document it is.
    pub fn classification(&self) -> ProductClient<ClassificationResult> {
        self.product(Product::Classification)
    }

    /// All words and their places.
    pub fn ocr(&self) -> ProductClient<OcrResult> {
        self.product(Product::Ocr)
    }

    pub(crate) fn product<R: ProductResult>(&self, product: Product) -> ProductClient<R> {
        ProductClient {
            client: self.clone(),
            product,
            result: PhantomData,
        }
    }

    /// Jobs, whatever their product.
    pub fn jobs(&self) -> Jobs {
        Jobs {
            client: self.clone(),
        }
    }

    /// The organization's models.
    pub fn models(&self) -> Models {
        Models {
            client: self.clone(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.settings.address.text())
            .finish_non_exhaustive()
    }
}

/// One product of a client.
#[derive(Debug, Clone)]
pub struct ProductClient<R> {
    client: Client,
    product: Product,
    result: PhantomData<fn() -> R>,
}

impl<R: ProductResult> ProductClient<R> {
    /// Uploads a document, waits for its job and fetches the result, under one deadline.
    pub async fn run(
        &self,
        source: impl Into<Source>,
        params: Params,
    ) -> Result<Inference<R>, Error> {
        let limits = Limits::of(&params);
        let inner = &self.client.0;
        let job = inner
            .enqueue(self.product, source.into(), &params, &limits)
            .await?;
        let token = job.resume_token();
        let job = inner
            .wait(
                &token,
                job.model_id.as_deref(),
                Some(Instant::now()),
                &limits,
            )
            .await?;
        inner.result_of(&job, &token, &limits).await
    }

    /// Uploads a document and returns its job at once.
    pub async fn enqueue(&self, source: impl Into<Source>, params: Params) -> Result<Job, Error> {
        self.client
            .0
            .enqueue(self.product, source.into(), &params, &Limits::of(&params))
            .await
    }

    /// Fetches the result of a finished inference.
    pub async fn result(&self, id: &str) -> Result<Inference<R>, Error> {
        self.result_with(id, Params::new()).await
    }

    /// The same with other limits.
    pub async fn result_with(&self, id: &str, params: Params) -> Result<Inference<R>, Error> {
        let inner = &self.client.0;
        let token =
            ResumeToken::of(id, inner.settings.address.text())?.with_product(Some(self.product));
        let path = ops::result_path(self.product, token.job_id(), &inner.settings)?;
        inner.fetch(&path, &token, &Limits::of(&params)).await
    }
}

/// Jobs of a client. Wherever an id is taken, a resume token is taken too.
#[derive(Debug, Clone)]
pub struct Jobs {
    client: Client,
}

impl Jobs {
    /// Asks once for a job.
    pub async fn get(&self, token_or_id: &str) -> Result<Job, Error> {
        self.get_with(token_or_id, Params::new()).await
    }

    /// The same with other limits.
    pub async fn get_with(&self, token_or_id: &str, params: Params) -> Result<Job, Error> {
        let inner = &self.client.0;
        let token = ResumeToken::of(token_or_id, inner.settings.address.text())?;
        inner
            .job(&token, &Limits::of(&params))
            .await
            .map_err(|error| error.with_job(&token))
    }

    /// Waits until a job is processed, and returns it. A failed job is an error.
    pub async fn wait(&self, token_or_id: &str, params: Params) -> Result<Job, Error> {
        let inner = &self.client.0;
        let token = ResumeToken::of(token_or_id, inner.settings.address.text())?;
        inner.wait(&token, None, None, &Limits::of(&params)).await
    }

    /// Waits until a job is processed, and fetches its result, whatever the product.
    pub async fn result(
        &self,
        token_or_id: &str,
        params: Params,
    ) -> Result<Inference<AnyResult>, Error> {
        let inner = &self.client.0;
        let token = ResumeToken::of(token_or_id, inner.settings.address.text())?;
        let limits = Limits::of(&params);
        let job = inner.wait(&token, None, None, &limits).await?;
        inner.result_of(&job, &token, &limits).await
    }
}

/// Models of a client's organization.
#[derive(Debug, Clone)]
pub struct Models {
    client: Client,
}

/// What to look for among the models; nothing given finds all.
#[derive(Debug, Clone, Default)]
pub struct ModelQuery {
    /// Part of the name, in any case.
    pub name: Option<String>,
    /// The product.
    pub model_type: Option<String>,
    /// The page, from 1.
    pub page: Option<u32>,
    /// Models to a page, 1 to 100; Mindee's default is 50.
    pub per_page: Option<u32>,
}

impl Models {
    /// One page of the models that match.
    pub async fn search(&self, query: &ModelQuery, params: Params) -> Result<ModelPage, Error> {
        let inner = &self.client.0;
        let number = |value: Option<u32>| value.map(|n| n.to_string());
        let members = [
            ("name", query.name.clone()),
            ("model_type", query.model_type.clone()),
            ("page", number(query.page)),
            ("per_page", number(query.per_page)),
        ];
        let given: Vec<(&str, &str)> = members
            .iter()
            .filter_map(|(key, value)| Some((*key, value.as_deref()?)))
            .collect();
        let answer = inner
            .read("/v2/search/models", &given, &Limits::of(&params))
            .await?;
        let raw = answer.body;
        match read_json::<ModelPage>(&raw) {
            Ok(page) => Ok(ModelPage { raw, ..page }),
            Err(error) => Err(unreadable(raw, &error, "a page of models")),
        }
    }

    /// All models that match, page after page.
    pub async fn all(&self, mut query: ModelQuery) -> Result<Vec<Model>, Error> {
        let mut models = Vec::new();
        loop {
            let page = self.search(&query, Params::new()).await?;
            query.page = page.next_page();
            models.extend(page.models);
            if query.page.is_none() {
                return Ok(models);
            }
        }
    }
}

impl Inner {
    async fn enqueue(
        &self,
        product: Product,
        source: Source,
        params: &Params,
        limits: &Limits,
    ) -> Result<Job, Error> {
        let path = ops::enqueue_path(product, &self.settings)?;
        let texts = ops::form_texts(product, params)?;
        let prepared = source.prepare().await?;
        let alias = params.alias.as_deref();
        let request = || async {
            let content = content_of(&prepared).await?;
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
            .attempts(Effect::Upload, limits, request)
            .await
            .map_err(|error| error.with_alias(alias))?;
        Job::read(
            answer.body.clone(),
            self.settings.address.text(),
            Some(product),
        )
        .map_err(|error| {
            unreadable(answer.body, &error, "a job")
                .with_alias(alias)
                .maybe_billed_now()
        })
    }

    async fn job(&self, token: &ResumeToken, limits: &Limits) -> Result<Job, Error> {
        let path = ops::job_path(token.job_id())?;
        let answer = self.read(&path, &[("redirect", "false")], limits).await?;
        Job::read(
            answer.body.clone(),
            self.settings.address.text(),
            token.product(),
        )
        .map_err(|error| unreadable(answer.body, &error, "a job"))
    }

    fn shared(&self) -> Result<Arc<Shared>, Error> {
        let settings = &self.settings;
        self.shared.get(|| {
            Ok(Shared {
                uploads: Pace::new(Budget::at_once(settings.posts_per_minute)),
                reads: Pace::new(Budget::evenly(settings.gets_per_minute)),
                poller: Poller::default(),
            })
        })
    }

    /// Asks until the job ends. One failed question never ends the wait.
    ///
    /// `begun` is when the job began by our clock; without it the job is asked for at once, and
    /// its age taken from the answer.
    async fn wait(
        &self,
        token: &ResumeToken,
        model: Option<&str>,
        begun: Option<Instant>,
        limits: &Limits,
    ) -> Result<Job, Error> {
        let shared = self.shared()?;
        let place = shared.poller.join();
        let paid = Limits {
            retries: 0,
            paid: true,
            ..limits.clone()
        };
        let mut schedule = limits.schedule.clone();
        let mut model = model.map(str::to_owned);
        let mut begun = begun;
        let mut asked = Duration::ZERO;
        let mut extra = Duration::ZERO;
        let mut last: Option<Error> = None;
        loop {
            let due = match begun {
                Some(begun) => {
                    begun + shared.poller.due(&schedule, asked, model.as_deref()) + extra
                }
                None => Instant::now() + extra,
            };
            let Some(due) = limits.last_chance(due) else {
                return Err(deadline_passed(last).with_job(token));
            };
            let turn = limits.until(place.turn(due, &shared.reads)).await;
            if !turn.map_err(|error| error.with_job(token))? {
                return Err(deadline_passed(last).with_job(token));
            }
            asked = begun.map_or(Duration::ZERO, |begun| begun.elapsed());
            match self.job(token, &paid).await {
                Ok(job) => {
                    schedule.answered();
                    (last, extra) = (None, Duration::ZERO);
                    model = model.or_else(|| job.model_id.clone());
                    let begun = *begun.get_or_insert_with(|| {
                        let now = Instant::now();
                        now.checked_sub(job.age().unwrap_or_default())
                            .unwrap_or(now)
                    });
                    asked = asked.max(begun.elapsed());
                    match job.status {
                        JobStatus::Failed => return Err(failed(&job).with_job(token)),
                        JobStatus::Processed
                            if job.result_url.is_some() || token.product().is_some() =>
                        {
                            if let (Some(model), Some(took)) = (&model, job.took()) {
                                shared.poller.learn(model, took);
                            }
                            return Ok(job);
                        }
                        _ => {}
                    }
                }
                Err(error) if error.code() == code::TIMEOUT_DEADLINE.code => {
                    return Err(deadline_passed(last).with_job(token));
                }
                Err(error) if error.retryable() && error.category() != Category::Cancelled => {
                    extra = schedule.failed(error.retry_after(), fastrand::f64());
                    last = Some(error);
                }
                Err(error) => return Err(error.with_job(token)),
            }
        }
    }

    async fn result_of<R: ProductResult>(
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

    async fn fetch<R: ProductResult>(
        &self,
        path: &str,
        token: &ResumeToken,
        limits: &Limits,
    ) -> Result<Inference<R>, Error> {
        let answer = self
            .read(path, &[], limits)
            .await
            .map_err(|error| gone(error).with_job(token))?;
        Inference::from_json(answer.body).map_err(|error| error.with_job(token))
    }

    async fn read(
        &self,
        path: &str,
        query: &[(&str, &str)],
        limits: &Limits,
    ) -> Result<Answer, Error> {
        let url = self.settings.address.join(path, query)?;
        self.attempts(Effect::Read, limits, || {
            let request = Request {
                url: url.clone(),
                form: None,
            };
            async { Ok(request) }
        })
        .await
    }

    /// Sends a request as often as `retry.rs` allows, and turns the last failure into an error.
    async fn attempts<F>(
        &self,
        effect: Effect,
        limits: &Limits,
        request: impl Fn() -> F,
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
            if !limits.paid && !limits.until(pace.take()).await? {
                let message = "The deadline passed before the budget had room for the request";
                return Err(last.unwrap_or_else(|| Error::new(code::TIMEOUT_DEADLINE, message)));
            }
            // What cannot be sent again, such as a reader, ends with the error of its first sending.
            let request = request()
                .await
                .map_err(|spent| last.take().unwrap_or(spent))?;
            let (outcome, error) = match self.transport.send(request, limits.deadline).await? {
                Ok(answer) => match self.judge(effect, answer) {
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

    /// A usable answer, or how the attempt ended.
    fn judge(&self, effect: Effect, answer: Answer) -> Result<Answer, (Outcome, Error)> {
        let status = answer.status;
        let readable = read_json::<IgnoredAny>(&answer.body);
        match (status, readable) {
            // A job that is processed is told by a 302 whose body is the job.
            (200..=299 | 302, Ok(_)) => Ok(answer),
            (200..=299, Err(error)) => {
                let error = unreadable(answer.body, &error, "JSON").with_status(status);
                Err((
                    Outcome::Unreadable,
                    if effect == Effect::Upload {
                        error.maybe_billed_now()
                    } else {
                        error
                    },
                ))
            }
            _ => {
                let outcome = Outcome::Status(status, answer.retry_after);
                let error = self.refused(answer);
                // A gateway's error page does not tell what became of the upload behind it.
                let by_gateway = status >= 500 && status != 503 && error.problem().is_none();
                if effect == Effect::Upload && by_gateway {
                    return Err((
                        Outcome::Lost,
                        error.recoded(code::OUTCOME_UNKNOWN).maybe_billed_now(),
                    ));
                }
                Err((outcome, error))
            }
        }
    }

    /// The error for a status that is no success.
    fn refused(&self, answer: Answer) -> Error {
        let status = answer.status;
        let row = match status {
            300..=399 => code::ANSWER_REDIRECT,
            401 => code::AUTH_REFUSED,
            402 => code::PAYMENT_REQUIRED,
            403 => code::AUTH_FORBIDDEN,
            404 => code::NOT_FOUND,
            429 => code::RATE_LIMITED,
            408 | 425 | 500.. => code::SERVER_ERROR,
            _ => code::REQUEST_REFUSED,
        };
        match Problem::read(&answer.body, self.transport.api_key()) {
            Some(problem) => {
                let message = format!("Mindee answered {status}: {}", problem.sentence());
                Error::new(row, message).with_problem(problem)
            }
            None => Error::new(
                row,
                format!("The server answered {status} without Mindee's error body"),
            )
            .with_body(answer.body),
        }
        .with_status(status)
        .with_retry_after(answer.retry_after)
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
                stream: Box::pin(futures_util::stream::once(async { Ok(bytes) })),
            }
        }
        Prepared::File(file) => Content {
            name: "file",
            filename: Some((file.filename.clone(), file.media_type)),
            length: file.length,
            stream: file.stream().await?,
        },
    })
}

/// How an attempt without an answer ended. A source that fails on the way is no matter of the
/// network: it is an error at once.
fn judge_failure(effect: Effect, failure: &Failure) -> Result<(Outcome, Error), Error> {
    let sent = failure.sent > 0;
    let (row, message) = match failure.kind {
        FailureKind::Source => {
            let error = Error::new(
                code::SOURCE_UNREADABLE,
                "The document could not be read to its end",
            );
            return Err(error.with_causes(failure.causes.clone()));
        }
        FailureKind::TooLarge => {
            let error = Error::new(code::ANSWER_TOO_LARGE, "The server's answer does not end");
            return Err(if sent {
                error.maybe_billed_now()
            } else {
                error
            });
        }
        FailureKind::Unreachable => (code::UNREACHABLE, "The server cannot be reached"),
        FailureKind::Certificate => (code::CERTIFICATE, "The server's certificate is not trusted"),
        FailureKind::Interrupted => (code::INTERRUPTED, "The connection broke"),
        FailureKind::Silence => (code::TIMEOUT_SILENCE, "The connection fell silent"),
        FailureKind::Deadline => (code::TIMEOUT_DEADLINE, "The deadline passed"),
        FailureKind::Cancelled => (code::CANCELLED, CANCELLED),
    };
    let error = if effect == Effect::Upload && sent {
        let message = format!(
            "{message} after {} bytes of the document were sent",
            failure.sent
        );
        Error::new(code::OUTCOME_UNKNOWN, message).maybe_billed_now()
    } else {
        Error::new(row, message)
    };
    let error = error.with_causes(failure.causes.clone());
    // Nothing is left to try after the end, and another certificate will not come.
    if matches!(
        failure.kind,
        FailureKind::Deadline | FailureKind::Cancelled | FailureKind::Certificate
    ) {
        return Err(error);
    }
    let outcome = if effect == Effect::Upload && !sent {
        Outcome::NotSent
    } else {
        Outcome::Lost
    };
    Ok((outcome, error))
}

fn failed(job: &Job) -> Error {
    match &job.error {
        Some(problem) => {
            let message = format!(
                "Mindee could not process the document: {}",
                problem.sentence()
            );
            Error::new(code::JOB_FAILED, message).with_problem(problem.clone())
        }
        None => Error::new(
            code::JOB_FAILED,
            "Mindee could not process the document, and did not say why",
        ),
    }
}

fn deadline_passed(last: Option<Error>) -> Error {
    let error = Error::new(
        code::TIMEOUT_DEADLINE,
        "The deadline passed before the job was processed",
    );
    match last {
        Some(last) => error.caused_by(&last),
        None => error,
    }
}

/// A result that is not found was there once: its storage time is over, or it was fetched.
fn gone(error: Error) -> Error {
    if error.code() == code::NOT_FOUND.code {
        error.recoded(code::RESULT_GONE)
    } else {
        error
    }
}
