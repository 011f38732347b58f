//! What is to be delivered, and when: the part of the world that the courier works with.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::later;
use crate::delivery::{Attempt, Delivery, DeliveryFault};
use crate::inference;
use crate::job::{Job, Status};
use crate::model::Model;
use crate::timestamp::{Moment, zoned};
use crate::webhook::WebhookEndpoint;
use crate::world::{Store, World};

/// How long a delivery waits for another one, when a rule lets it.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// One delivery, ready to be sent.
pub(crate) struct Parcel {
    job_id: Uuid,
    webhook_id: Uuid,
    pub(crate) endpoint: WebhookEndpoint,
    /// One line of compact JSON: with or without line ends removed, it is the same.
    pub(crate) body: String,
    pub(crate) fault: Option<DeliveryFault>,
}

impl World {
    /// What is due now, and after what time, as the machine counts, something else is.
    pub(crate) fn collect_parcels(&self) -> (Vec<Parcel>, Option<Duration>) {
        let mut store = self.store();
        let now = self.clock.now();
        let mut parcels = Vec::new();
        while let Some((due, job_id, webhook_id)) = store.due.first().copied() {
            if due > now {
                let wait = Duration::try_from(due - now).unwrap_or_default();
                return (parcels, Some(self.clock.outside(wait)));
            }
            store.due.pop_first();
            parcels.extend(self.parcel(&mut store, (due, job_id, webhook_id)));
        }
        (parcels, None)
    }

    fn parcel(&self, store: &mut Store, entry: (Moment, Uuid, Uuid)) -> Option<Parcel> {
        let (due, job_id, webhook_id) = entry;
        let now = self.clock.now();
        let Store {
            models,
            jobs,
            due: expected,
            waiting,
            ..
        } = store;
        let job = jobs.get_mut(&job_id).filter(|job| !job.is_expired(now))?;
        let place = job.deliveries.iter().position(|delivery| {
            // An older entry is void: the delivery was put off or asked for again.
            delivery.webhook_id == webhook_id && delivery.due == Some(due)
        })?;
        let model = models.iter().find(|model| model.id == job.model_id);
        let endpoint = model.and_then(|model| model.webhook(webhook_id)).cloned();
        let body = model.map(|model| self.body(job, model));
        let delivery = job.deliveries.get_mut(place)?;
        delivery.due = None;
        let (Some(endpoint), Some(body)) = (endpoint, body) else {
            delivery.refuse("The endpoint was deleted.");
            self.keep(job);
            return None;
        };
        if endpoint.is_placeholder() {
            return None;
        }
        let body = match body {
            Ok(body) => body,
            Err(detail) => {
                delivery.refuse(detail);
                self.keep(job);
                return None;
            }
        };
        let fault = match delivery.put_off.take() {
            Some(fault) => Some(fault),
            None => self.rules().take_delivery(),
        };
        if let Some(fault) = &fault
            && (fault.late_ms > 0 || fault.after_next)
            && !std::mem::replace(&mut delivery.was_put_off, true)
        {
            let late = Duration::from_millis(fault.late_ms);
            let wait = if fault.after_next { LONGEST_WAIT } else { late };
            let due = later(now, wait);
            delivery.put_off = Some(fault.clone());
            delivery.due = Some(due);
            expected.insert((due, job_id, webhook_id));
            if fault.after_next {
                waiting.push((job_id, webhook_id));
            }
            return None;
        }
        delivery.was_put_off = false;
        Some(Parcel {
            job_id,
            webhook_id,
            endpoint,
            body,
            fault,
        })
    }

    /// The text that is sent: the answer of the result route, or what is told of a failure.
    fn body(&self, job: &Job, model: &Model) -> Result<String, String> {
        let Some(ended) = job.ends.filter(|_| job.status_at_end() == Status::Failed) else {
            let results = self.settings.results.as_deref();
            return inference::json(job, model, results).map(|json| json.to_string());
        };
        let failure = json!({
            "inference_id": job.id,
            "model_id": job.model_id,
            "file_name": job.document.name,
            "file_alias": job.alias,
            "error": job.fate.problem(),
            "created_at": zoned(ended),
        });
        Ok(failure.to_string())
    }

    /// Notes what came of a parcel, and when the next attempt is due.
    pub(crate) fn note_attempt(&self, parcel: &Parcel, attempt: Attempt) {
        let mut store = self.store();
        let now = self.clock.now();
        let Store {
            jobs, due, waiting, ..
        } = &mut *store;
        if let Some(job) = jobs.get_mut(&parcel.job_id) {
            let gaps = &self.settings.webhook_retries;
            let delivery = job.delivery_mut(parcel.webhook_id);
            if let Some(delivery) = delivery {
                let next = gaps.get(delivery.tries).map(|gap| later(now, *gap));
                delivery.attempted(attempt, next);
                due.extend(
                    delivery
                        .due
                        .map(|at| (at, parcel.job_id, parcel.webhook_id)),
                );
                // A delivery has fetched the result; what became of it is still told.
                let fetched = delivery.status == Status::Processed;
                if fetched && job.delete_on_fetch && job.status_at_end() == Status::Processed {
                    job.expires = Some(now);
                }
            }
            self.keep(job);
        }
        // Whatever waited for another delivery has seen one now.
        for (job_id, webhook_id) in std::mem::take(waiting) {
            let job = jobs.get_mut(&job_id);
            let delivery = job.and_then(|job| job.delivery_mut(webhook_id));
            if let Some(delivery) = delivery.filter(|delivery| delivery.due.is_some()) {
                delivery.due = Some(now);
                due.insert((now, job_id, webhook_id));
            }
        }
        self.wake.notify_one();
    }

    /// Every delivery as the admin routes tell it, in the order of the jobs.
    pub(crate) fn deliveries(&self) -> Value {
        let store = self.store();
        let mut jobs: Vec<&Job> = store.jobs.values().collect();
        jobs.sort_by_key(|job| (job.created, job.id));
        let told = |job: &&Job| -> Vec<Value> {
            let of_job = |delivery: &Delivery| {
                let mut told = delivery.record();
                if let Some(told) = told.as_object_mut() {
                    told.insert("job_id".to_owned(), job.id.to_string().into());
                }
                told
            };
            job.deliveries.iter().map(of_job).collect()
        };
        jobs.iter().flat_map(told).collect()
    }

    /// How many deliveries are over, well or not.
    pub(crate) fn ended_deliveries(&self) -> usize {
        let store = self.store();
        let deliveries = store.jobs.values().flat_map(|job| &job.deliveries);
        deliveries
            .filter(|delivery| delivery.status != Status::Processing)
            .count()
    }

    /// Delivers once more, whatever came of it before.
    pub(crate) fn redeliver(&self, job_id: Uuid, webhook_id: Uuid) -> Result<(), String> {
        let mut store = self.store();
        let now = self.clock.now();
        let job = store
            .jobs
            .get_mut(&job_id)
            .filter(|job| !job.is_expired(now));
        let job = job.ok_or("the job was not found")?;
        if job.status(now) == Status::Processing {
            return Err("the job has not ended".to_owned());
        }
        let delivery = job.delivery_mut(webhook_id);
        let delivery = delivery.ok_or("the job does not name this webhook")?;
        if delivery.status == Status::Processing && delivery.due.is_none() {
            return Err("an attempt is under way, or nothing is ever sent there".to_owned());
        }
        delivery.restart(now);
        store.due.insert((now, job_id, webhook_id));
        self.wake.notify_one();
        Ok(())
    }

    /// Puts the deliveries of a job on the list.
    pub(crate) fn expect_deliveries(&self, store: &mut Store, job: &Job) {
        let entry = |delivery: &Delivery| Some((delivery.due?, job.id, delivery.webhook_id));
        store.due.extend(job.deliveries.iter().filter_map(entry));
        if !job.deliveries.is_empty() {
            self.wake.notify_one();
        }
    }
}
