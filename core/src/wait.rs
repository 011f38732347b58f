//! Waiting for a job: by questions, in one's turn, or by a webhook, whichever comes first.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::engine::Engine;
use crate::error::{Category, Error, code};
use crate::job::{Job, JobStatus, ResumeToken};
use crate::judge::{deadline_passed, failed};
use crate::limits::Limits;
use crate::poller::{Arrival, Turn};
use crate::product::{Inference, ProductResult};
use crate::webhook::{Delivered, Delivery, Payload};

/// How a wait ended well.
pub(crate) enum Ended {
    /// The job is processed, and its result can be fetched.
    Job(Box<Job>),
    /// A webhook brought the result.
    Result(Bytes),
}

fn arrived(arrival: Arrival, token: &ResumeToken) -> Result<Ended, Error> {
    match arrival {
        Arrival::Result(raw) => Ok(Ended::Result(raw)),
        Arrival::Failure(problem) => Err(failed(Some(&problem)).with_job(token)),
    }
}

impl Engine {
    /// Asks until the job ends. One failed question never ends the wait.
    ///
    /// `begun` is when the job began by our clock; without it the job is asked for at once, and
    /// its age taken from the answer.
    pub(crate) async fn wait(
        &self,
        token: &ResumeToken,
        model: Option<&str>,
        begun: Option<Instant>,
        limits: &Limits,
    ) -> Result<Ended, Error> {
        let shared = self.shared()?;
        let place = shared.poller.join(token.job_id());
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
            match turn.map_err(|error| error.with_job(token))? {
                Some(Turn::Ask) => {}
                Some(Turn::Arrived(arrival)) => return arrived(arrival, token),
                None => return Err(deadline_passed(last).with_job(token)),
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
                    let ended = matches!(job.status, JobStatus::Failed | JobStatus::Processed);
                    shared.reads.answered(ended);
                    match job.status {
                        JobStatus::Failed => {
                            let error = failed(job.error.as_ref()).with_job(token);
                            if let Some(store) = self.store()? {
                                let origin = self.settings.address.text();
                                store.keep_failure(origin, &job.id, &error).await?;
                            }
                            return Err(error);
                        }
                        JobStatus::Processed
                            if job.result_url.is_some() || token.product().is_some() =>
                        {
                            if let (Some(model), Some(took)) = (&model, job.took()) {
                                shared.poller.learn(model, took);
                            }
                            return Ok(Ended::Job(Box::new(job)));
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
                // A webhook may have brought the result and ended its storage meanwhile, to this
                // process or to another one with the same ledger.
                Err(error) => {
                    if let Some(Turn::Arrived(arrival)) = place.told() {
                        return arrived(arrival, token);
                    }
                    let raw = self.recorded(&error, token).await?;
                    return raw.map(Ended::Result).ok_or_else(|| error.with_job(token));
                }
            }
        }
    }

    /// Ends the waits for a job with what a webhook brought, once the ledger has it.
    pub(crate) async fn deliver(&self, delivery: &Delivery) -> Result<Delivered, Error> {
        let shared = self.shared()?;
        let job_id = delivery.inference_id();
        let mut first = shared.arrivals.first(job_id);
        let arrival = match &delivery.payload {
            Payload::Result(_) => Arrival::Result(delivery.raw().clone()),
            Payload::Failure(failure) => Arrival::Failure(Box::new(failure.error.clone())),
        };
        if let Some(store) = self.store()? {
            let origin = self.settings.address.text();
            first = match &arrival {
                Arrival::Result(raw) => store.keep_result(origin, job_id, raw.clone()).await?,
                Arrival::Failure(problem) => {
                    let error = failed(Some(problem));
                    store.keep_failure(origin, job_id, &error).await?
                }
            };
        }
        let waits = shared.poller.deliver(job_id, &arrival);
        Ok(Delivered { first, waits })
    }

    /// The result of a wait that has ended.
    pub(crate) async fn result_of_ended<R: ProductResult>(
        &self,
        ended: Ended,
        token: &ResumeToken,
        limits: &Limits,
    ) -> Result<Inference<R>, Error> {
        match ended {
            Ended::Job(job) => self.result_of(&job, token, &limits.patient()).await,
            Ended::Result(raw) => Inference::from_json(raw).map_err(|error| error.with_job(token)),
        }
    }
}
