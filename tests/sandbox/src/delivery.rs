//! One delivery: a job's outcome on its way to one webhook endpoint.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::job::Status;
use crate::timestamp::{Moment, micros, micros_or_null, naive, zoned};

/// What a [`Rule`](crate::Rule) on `webhook` does to one attempt to deliver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveryFault {
    /// Begins so much later, by the sandbox's clock.
    pub late_ms: u64,
    /// Waits until another delivery has been attempted, at most half a minute.
    pub after_next: bool,
    /// Sends the same thing twice.
    pub twice: bool,
    /// Signs with another secret.
    pub bad_signature: bool,
    /// Sends only so many bytes of the body, though all are announced, then closes.
    pub cut: Option<usize>,
    /// Sends only so many bytes of the body, as if that were all; signed is all of it.
    pub short: Option<usize>,
}

impl DeliveryFault {
    /// The words for people, in the order of the keys.
    fn words(&self) -> Vec<&'static str> {
        [
            (self.late_ms > 0, "late"),
            (self.after_next, "after_next"),
            (self.twice, "twice"),
            (self.bad_signature, "bad_signature"),
            (self.cut.is_some(), "cut"),
            (self.short.is_some(), "short"),
        ]
        .into_iter()
        .filter_map(|(is_on, word)| is_on.then_some(word))
        .collect()
    }
}

/// One attempt, with what the receiver answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attempt {
    #[serde(with = "micros")]
    pub(crate) at: Moment,
    pub(crate) took_ms: u64,
    /// The HTTP status; none when there was no answer.
    pub(crate) status: Option<u16>,
    /// Why there was no answer.
    pub(crate) error: Option<String>,
    pub(crate) fault: Option<DeliveryFault>,
}

impl Attempt {
    /// Only a 2xx is success; a redirect is not followed.
    fn is_success(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) webhook_id: Uuid,
    pub(crate) status: Status,
    /// When the next attempt is made; none while one is under way and when all is over.
    #[serde(with = "micros_or_null")]
    pub(crate) due: Option<Moment>,
    /// How many attempts were made since it began, or since it was asked for again.
    pub(crate) tries: usize,
    pub(crate) attempts: Vec<Attempt>,
    /// Why it failed for good, when that is not the last attempt's fault.
    pub(crate) refused: Option<String>,
    /// What a rule says about an attempt that is put off.
    pub(crate) put_off: Option<DeliveryFault>,
    /// Whether that has been done: it is put off once.
    pub(crate) was_put_off: bool,
}

impl Delivery {
    pub(crate) fn new(webhook_id: Uuid, due: Option<Moment>) -> Self {
        Self {
            webhook_id,
            status: Status::Processing,
            due,
            tries: 0,
            attempts: Vec::new(),
            refused: None,
            put_off: None,
            was_put_off: false,
        }
    }

    /// Begins again, as if nothing had been tried; what was tried stays on record.
    pub(crate) fn restart(&mut self, now: Moment) {
        self.status = Status::Processing;
        self.due = Some(now);
        self.tries = 0;
        self.refused = None;
    }

    /// Notes an attempt; without success the next one is due after `gap`, if there is one.
    pub(crate) fn attempted(&mut self, attempt: Attempt, next: Option<Moment>) {
        self.tries += 1;
        self.status = match (attempt.is_success(), next) {
            (true, _) => Status::Processed,
            (false, Some(_)) => Status::Processing,
            (false, None) => Status::Failed,
        };
        self.due = next.filter(|_| self.status == Status::Processing);
        self.attempts.push(attempt);
    }

    /// Ends it without a further attempt.
    pub(crate) fn refuse(&mut self, detail: impl Into<String>) {
        self.status = Status::Failed;
        self.due = None;
        self.refused = Some(detail.into());
    }

    /// As the job tells it.
    pub(crate) fn json(&self, since: Moment) -> Value {
        json!({
            "id": self.webhook_id,
            "created_at": naive(since),
            "status": self.status.word(),
            "error": self.problem(),
            "attempts_count": self.attempts.len(),
        })
    }

    /// As the admin routes tell it.
    pub(crate) fn record(&self) -> Value {
        let attempts: Vec<Value> = self
            .attempts
            .iter()
            .map(|attempt| {
                let faults = attempt.fault.as_ref().map(DeliveryFault::words);
                json!({
                    "at": zoned(attempt.at),
                    "took_ms": attempt.took_ms,
                    "status": attempt.status,
                    "error": attempt.error,
                    "faults": faults.unwrap_or_default(),
                })
            })
            .collect();
        json!({
            "webhook_id": self.webhook_id,
            "status": self.status.word(),
            "next_attempt_at": self.due.map(zoned),
            "attempts": attempts,
            "error": self.problem(),
        })
    }

    fn problem(&self) -> Option<Value> {
        let last = self.attempts.last();
        let told = match (&self.refused, last) {
            (Some(detail), _) => detail.clone(),
            (
                None,
                Some(Attempt {
                    status: Some(status),
                    ..
                }),
            ) => {
                format!("The endpoint answered {status}.")
            }
            (
                None,
                Some(Attempt {
                    error: Some(error), ..
                }),
            ) => {
                format!("The endpoint did not answer: {error}.")
            }
            _ => "The endpoint did not answer.".to_owned(),
        };
        (self.status == Status::Failed).then(|| {
            json!({
                "status": 500,
                "detail": told,
                "title": "Webhook delivery failed",
                "code": "500-020",
                "errors": [],
            })
        })
    }
}
