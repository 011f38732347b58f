//! Everything one sandbox holds, and the locks around it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::job::Job;
use crate::key::Key;
use crate::model::{self, Model};
use crate::rag::RagDocument;
use crate::rule::Rules;
use crate::seen::Seen;
use crate::settings::Settings;

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
}

pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) key: Key,
    store: Mutex<Store>,
    seen: Mutex<Seen>,
    rules: Mutex<Rules>,
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
        let store = Store {
            models,
            ..Store::default()
        };
        Ok(Self {
            key: Key::new(settings.api_key.as_deref()),
            settings,
            store: Mutex::new(store),
            seen: Mutex::default(),
            rules: Mutex::default(),
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
}

/// A panic while a lock was held leaves plain data behind; going on is right.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
