//! A job: what was asked for, how long it takes and how it ends.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::delivery::Delivery;
use crate::product::Product;
use crate::schema::DataSchema;
use crate::timestamp::{Moment, micros, micros_or_null, naive, zoned};

/// The document of a job, as result and job name it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) page_count: u32,
    /// Of the file's bytes; of the address when the document came by URL.
    pub(crate) sha256: String,
}

/// The options that are in force for one job, the model's defaults included.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "these are the API's own switches"
)]
pub(crate) struct ActiveOptions {
    pub(crate) raw_text: bool,
    pub(crate) polygon: bool,
    pub(crate) confidence: bool,
    pub(crate) rag: bool,
    pub(crate) text_context: bool,
    pub(crate) schema: Option<DataSchema>,
}

/// What a [`Rule`](crate::Rule) says about the life of a job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fate {
    /// How long the job takes.
    #[serde(skip_serializing_if = "Processing::is_usual")]
    pub processing_ms: Processing,
    /// Lets the job fail: `true`, or the keys of the problem that differ from the usual
    /// one.
    pub fail: Value,
    /// The result: a whole inference or its `result` part.
    pub result: Option<Value>,
    /// The job ends well, but the GET of its result answers 404.
    pub gone: bool,
    /// The job ends well, but has no `result_url`.
    pub no_result_url: bool,
    /// The first GET of the result, or the first delivery that arrives, deletes result and job,
    /// whatever the settings say.
    pub delete_on_fetch: bool,
}

/// How long a job takes. In JSON: absent, a number, null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<u64>", into = "Option<u64>")]
pub enum Processing {
    /// As long as the sandbox's settings say.
    #[default]
    Usual,
    /// So many milliseconds.
    Milliseconds(u64),
    /// The job never ends.
    Never,
}

impl From<Option<u64>> for Processing {
    fn from(given: Option<u64>) -> Self {
        given.map_or(Self::Never, Self::Milliseconds)
    }
}

impl From<Processing> for Option<u64> {
    fn from(processing: Processing) -> Self {
        match processing {
            Processing::Milliseconds(time) => Some(time),
            Processing::Usual | Processing::Never => None,
        }
    }
}

impl Processing {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands a reference to the field over"
    )]
    fn is_usual(&self) -> bool {
        *self == Self::Usual
    }
}

impl Fate {
    /// How long the job takes; `None` when it never ends.
    pub(crate) fn processing(&self, usual: Duration) -> Option<Duration> {
        match self.processing_ms {
            Processing::Usual => Some(usual),
            Processing::Milliseconds(time) => Some(Duration::from_millis(time)),
            Processing::Never => None,
        }
    }

    fn fails(&self) -> bool {
        matches!(self.fail, Value::Bool(true) | Value::Object(_))
    }

    pub(crate) fn problem(&self) -> Option<Value> {
        let mut problem = json!({
            "status": 500,
            "detail": "The inference failed.",
            "title": "Inference failed",
            "code": "500-012",
            "errors": [],
        });
        match &self.fail {
            Value::Bool(true) => Some(problem),
            Value::Object(given) => {
                if let Some(object) = problem.as_object_mut() {
                    object.extend(given.clone());
                }
                Some(problem)
            }
            _ => None,
        }
    }
}

/// Where a job is at a given moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Processing,
    Processed,
    Failed,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Processing => "Processing",
            Self::Processed => "Processed",
            Self::Failed => "Failed",
        }
    }
}

/// How often something was asked for, and when last.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Asked {
    count: u64,
    #[serde(with = "micros_or_null")]
    first: Option<Moment>,
    #[serde(with = "micros_or_null")]
    last: Option<Moment>,
}

impl Asked {
    pub(crate) fn once_more(&mut self, now: Moment) {
        self.count += 1;
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    fn json(self) -> Value {
        json!({
            "count": self.count,
            "first_at": self.first.map(zoned),
            "last_at": self.last.map(zoned),
        })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Also the id of the inference.
    pub(crate) id: Uuid,
    pub(crate) product: Product,
    pub(crate) model_id: Uuid,
    pub(crate) document: Document,
    pub(crate) alias: Option<String>,
    /// One for each webhook that the request named.
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) options: ActiveOptions,
    #[serde(with = "micros")]
    pub(crate) created: Moment,
    #[serde(with = "micros_or_null")]
    pub(crate) ends: Option<Moment>,
    /// When result and job are no longer there; never for a job that does not end.
    #[serde(with = "micros_or_null")]
    pub(crate) expires: Option<Moment>,
    /// Whether the first GET of the result, or the first delivery that arrives, deletes both.
    pub(crate) delete_on_fetch: bool,
    pub(crate) fate: Fate,
    /// The RAG document that matched, when RAG is on.
    pub(crate) retrieved: Option<Uuid>,
    /// Whether it came in by the deprecated route, whose result route it then names.
    pub(crate) old_route: bool,
    pub(crate) polls: Asked,
    pub(crate) fetches: Asked,
}

impl Job {
    /// The state at `now`. Nothing runs in the background: a job's state follows from the
    /// clock, so that it can be asked for any moment.
    pub(crate) fn status(&self, now: Moment) -> Status {
        match self.ends {
            Some(ends) if ends <= now => self.status_at_end(),
            _ => Status::Processing,
        }
    }

    /// The state that it has once it has ended.
    pub(crate) fn status_at_end(&self) -> Status {
        if self.fate.fails() {
            Status::Failed
        } else {
            Status::Processed
        }
    }

    pub(crate) fn delivery_mut(&mut self, webhook_id: Uuid) -> Option<&mut Delivery> {
        let mut deliveries = self.deliveries.iter_mut();
        deliveries.find(|delivery| delivery.webhook_id == webhook_id)
    }

    pub(crate) fn webhook_ids(&self) -> Vec<Uuid> {
        let ids = self.deliveries.iter().map(|delivery| delivery.webhook_id);
        ids.collect()
    }

    pub(crate) fn is_expired(&self, now: Moment) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    pub(crate) fn result_url(&self, origin: &str, now: Moment) -> Option<String> {
        let ready = self.status(now) == Status::Processed && !self.fate.no_result_url;
        ready.then(|| {
            if self.old_route {
                format!("{origin}/v2/inferences/{}", self.id)
            } else {
                let slug = self.product.slug();
                format!("{origin}/v2/products/{slug}/results/{}", self.id)
            }
        })
    }

    pub(crate) fn json(&self, origin: &str, now: Moment) -> Value {
        let status = self.status(now);
        let ended = self.ends.filter(|_| status != Status::Processing);
        let error = self.fate.problem().filter(|_| status == Status::Failed);
        let webhooks: Vec<Value> = ended
            .map(|ended| {
                let deliveries = self.deliveries.iter();
                deliveries.map(|delivery| delivery.json(ended)).collect()
            })
            .unwrap_or_default();
        json!({"job": {
            "id": self.id,
            "model_id": self.model_id,
            "filename": self.document.name,
            "alias": self.alias,
            "created_at": naive(self.created),
            "completed_at": ended.map(naive),
            "status": status.word(),
            "polling_url": format!("{origin}/v2/jobs/{}", self.id),
            "result_url": self.result_url(origin, now),
            "webhooks": webhooks,
            "error": error,
        }})
    }
}

impl Job {
    /// All that is known of it, for people: from the upload to the last delivery.
    pub(crate) fn timeline(&self, now: Moment) -> Value {
        let status = self.status(now);
        let ended = self.ends.filter(|_| status != Status::Processing);
        let deliveries: Vec<Value> = self.deliveries.iter().map(Delivery::record).collect();
        json!({
            "id": self.id,
            "product": self.product,
            "model_id": self.model_id,
            "status": status.word(),
            "filename": self.document.name,
            "alias": self.alias,
            "page_count": self.document.page_count,
            "media_type": self.document.media_type,
            "sha256": self.document.sha256,
            "created_at": zoned(self.created),
            "completed_at": ended.map(zoned),
            "expires_at": self.expires.map(zoned),
            "error": self.fate.problem().filter(|_| status == Status::Failed),
            "polls": self.polls.json(),
            "fetches": self.fetches.json(),
            "deliveries": deliveries,
        })
    }
}
