//! Everything one sandbox holds, and the locks around it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::Method;
use uuid::Uuid;

use crate::chance::Chance;
use crate::clock::Clock;
use crate::gate::Gate;
use crate::job::Job;
use crate::key::Key;
use crate::model::{self, Model};
use crate::processing::ProcessingTime;
use crate::rag::RagDocument;
use crate::rate::Rates;
use crate::rules::Rules;
use crate::seen::Seen;
use crate::settings::{self, ModelSettings, Settings};
use crate::timestamp::Moment;

/// What the API's answers are made from.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) models: Vec<Model>,
    pub(crate) jobs: HashMap<Uuid, Job>,
    pub(crate) rag_documents: Vec<RagDocument>,
}

impl Store {
    pub(crate) fn model(&self, id: Uuid) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    /// A job that is still kept.
    pub(crate) fn job(&self, id: Uuid, now: Moment) -> Option<&Job> {
        self.jobs.get(&id).filter(|job| !job.is_expired(now))
    }
}

pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) key: Key,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) gate: Gate,
    store: Mutex<Store>,
    seen: Mutex<Seen>,
    rules: Mutex<Rules>,
    rates: Option<Mutex<Rates>>,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        let extra = settings
            .models
            .as_deref()
            .map(std::fs::read_to_string)
            .transpose()
            .map_err(|error| format!("the models file cannot be read: {error}"))?;
        let models = model::load(extra.as_deref())
            .map_err(|error| format!("the models file is not right: {error}"))?;
        check_share(settings.faults)?;
        settings::hours(settings.storage_hours).ok_or("the storage time is not a time")?;
        let chance = Chance::new(settings.seed);
        let store = Store {
            models,
            ..Store::default()
        };
        Ok(Self {
            key: Key::new(settings.api_key.as_deref()),
            clock: Clock::new(settings.speed)?,
            chance,
            gate: Gate::new(),
            store: Mutex::new(store),
            seen: Mutex::new(Seen::new(settings.record_requests)),
            rules: Mutex::new(Rules::new(chance, settings.faults)),
            rates: settings
                .rate_limits
                .map(|limits| Mutex::new(Rates::new(limits))),
            settings,
        })
    }

    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }

    pub(crate) fn rules(&self) -> MutexGuard<'_, Rules> {
        lock(&self.rules)
    }

    /// Counts a request against the organization's limits, or tells after what time, as
    /// clients feel it, there is room for another.
    pub(crate) fn count(&self, method: &Method) -> Result<(), Duration> {
        let Some(rates) = &self.rates else {
            return Ok(());
        };
        let mut rates = lock(rates);
        rates
            .count(method, self.clock.now())
            .map_err(|wait| self.clock.outside(wait))
    }

    /// How long a document takes that this model reads.
    pub(crate) fn processing(&self, model: &Model, sha256: &str) -> Duration {
        let settings = &self.settings;
        let own = self.of_model(model, |own| own.processing.as_ref());
        let time = own.or(settings.processing_times.as_ref());
        time.map_or(settings.processing, |time| {
            ProcessingTime::draw(time, self.chance, sha256)
        })
    }

    /// How long results of this model are kept.
    pub(crate) fn storage(&self, model: &Model) -> Duration {
        let own = self.of_model(model, |own| own.storage_hours);
        let usual = self.settings.storage_hours;
        own.and_then(settings::hours)
            .or(settings::hours(usual))
            .unwrap_or_default()
    }

    pub(crate) fn deletes_on_fetch(&self, model: &Model) -> bool {
        let own = self.of_model(model, |own| own.delete_on_fetch);
        own.unwrap_or(self.settings.delete_on_fetch)
    }

    /// A setting of the model: by its id, by its product, or from the models file.
    fn of_model<'a, T>(
        &'a self,
        model: &'a Model,
        pick: impl Fn(&'a ModelSettings) -> Option<T>,
    ) -> Option<T> {
        let by_model = &self.settings.by_model;
        let by_id = by_model.get(&model.id.to_string());
        let by_product = by_model.get(model.product.slug());
        [by_id, by_product, Some(&model.settings)]
            .into_iter()
            .flatten()
            .find_map(pick)
    }
}

/// Whether a number can be a share.
pub(crate) fn check_share(share: f64) -> Result<f64, String> {
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err(format!("the share of faults is from 0 to 1, not {share}"))
    }
}

/// A panic while a lock was held leaves plain data behind; going on is right.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
