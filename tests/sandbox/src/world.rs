//! Everything one sandbox holds, and the locks around it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hyper::{HeaderMap, Method};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::chance::Chance;
use crate::clock::Clock;
use crate::gate::Gate;
use crate::job::{Job, Status};
use crate::keys::{self, Keys};
use crate::model::{self, Model};
use crate::problem::Problem;
use crate::processing::ProcessingTime;
use crate::rag::RagDocument;
use crate::rate::Rates;
use crate::rules::Rules;
use crate::seen::Seen;
use crate::settings::{self, ModelSettings, Settings};
use crate::state::{State, Table};
use crate::timestamp::Moment;
use crate::tls::Authority;

/// What the API's answers are made from.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) models: Vec<Model>,
    pub(crate) jobs: HashMap<Uuid, Job>,
    pub(crate) rag_documents: Vec<RagDocument>,
    /// The deliveries that are to be made: when, of which job, to which webhook.
    pub(crate) due: BTreeSet<(Moment, Uuid, Uuid)>,
    /// Those that a rule lets wait for another one: of which job, to which webhook.
    pub(crate) waiting: Vec<(Uuid, Uuid)>,
}

impl Store {
    /// Puts a job of an earlier run in place. A delivery that was under way when that run
    /// ended is made again, because nobody knows whether it arrived.
    fn take_over(&mut self, mut job: Job) {
        for delivery in &mut job.deliveries {
            if delivery.status == Status::Processing && delivery.due.is_none() {
                delivery.due = job.ends;
            }
            let entry = delivery.due.map(|due| (due, job.id, delivery.webhook_id));
            self.due.extend(entry);
        }
        self.jobs.insert(job.id, job);
    }

    pub(crate) fn model(&self, id: Uuid) -> Option<&Model> {
        self.models.iter().find(|model| model.id == id)
    }

    /// A job that is still kept.
    pub(crate) fn job(&self, id: Uuid, now: Moment) -> Option<&Job> {
        self.jobs.get(&id).filter(|job| !job.is_expired(now))
    }

    pub(crate) fn job_mut(&mut self, id: Uuid, now: Moment) -> Option<&mut Job> {
        self.jobs.get_mut(&id).filter(|job| !job.is_expired(now))
    }
}

pub(crate) struct World {
    pub(crate) settings: Settings,
    /// The key that is accepted from the start, which the sandbox tells its owner.
    pub(crate) default_key: String,
    pub(crate) state: State,
    /// Wakes the courier.
    pub(crate) wake: Notify,
    /// What signs certificates, once HTTPS is listened for.
    pub(crate) authority: OnceLock<Authority>,
    keys: Mutex<Keys>,
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
        let mut models = model::load(extra.as_deref())
            .map_err(|error| format!("the models file is not right: {error}"))?;
        check_share(settings.faults)?;
        settings::hours(settings.storage_hours).ok_or("the storage time is not a time")?;
        let chance = Chance::new(settings.seed);
        let clock = Clock::new(settings.speed)?;
        let state = match &settings.state {
            Some(path) => State::open(path)?,
            None => State::none(),
        };
        let mut keys = Keys::new(state.pepper()?, state.load(Table::Keys)?);
        let default_key = settings.api_key.clone().unwrap_or_else(keys::random);
        keys.add_default(&default_key, clock.now());
        model::take_over(&mut models, state.load(Table::Models)?);
        for model in &models {
            state.save(Table::Models, model.id, model)?;
        }
        let mut store = Store {
            models,
            ..Store::default()
        };
        for job in state.load::<Job>(Table::Jobs)? {
            if job.is_expired(clock.now()) {
                state.delete(Table::Jobs, job.id)?;
            } else {
                store.take_over(job);
            }
        }
        Ok(Self {
            default_key,
            state,
            wake: Notify::new(),
            authority: OnceLock::new(),
            keys: Mutex::new(keys),
            clock,
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

    pub(crate) fn keys(&self) -> MutexGuard<'_, Keys> {
        lock(&self.keys)
    }

    /// Whether a request carries a key of the organization; `None` without any key.
    pub(crate) fn key_matches(&self, headers: &HeaderMap) -> Option<bool> {
        self.keys().matches(headers)
    }

    /// Refuses a request without a key of the organization.
    pub(crate) fn check_key(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let used = self.keys().check(headers, self.clock.now())?;
        if let Some(key) = used.0.filter(|key| !key.of_this_run) {
            let kept = self.state.save(Table::Keys, key.id, &key);
            kept.map_err(Problem::not_kept)?;
        }
        Ok(())
    }

    /// Lets the clock jump, which makes deliveries due.
    pub(crate) fn jump(&self, seconds: f64) -> Result<(), String> {
        self.clock.jump(seconds)?;
        self.wake.notify_one();
        Ok(())
    }

    /// Writes down how a job stands. What cannot be written is written at the next change;
    /// until then only a repeated delivery is at stake.
    pub(crate) fn keep(&self, job: &Job) {
        let _ = self.state.save(Table::Jobs, job.id, job);
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
