//! The API keys in a state file, while no sandbox has it open.

use std::path::Path;

use serde_json::Value;

use crate::keys::Keys;
use crate::state::{State, Table};
use crate::timestamp::Moment;

/// A state file, opened to manage its API keys.
pub struct KeyFile {
    state: State,
    keys: Keys,
}

impl std::fmt::Debug for KeyFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KeyFile").finish_non_exhaustive()
    }
}

impl KeyFile {
    /// Opens a state file, or makes it. It fails while a sandbox has the file open.
    pub fn open(path: &Path) -> Result<Self, String> {
        let state = State::open(path)?;
        let keys = Keys::new(state.pepper()?, state.load(Table::Keys)?);
        Ok(Self { state, keys })
    }

    /// Makes a key and tells it, for the only time, under `key`.
    pub fn create(&mut self, name: &str) -> Result<Value, String> {
        self.keys.create_kept(&self.state, name, Moment::now_utc())
    }

    /// The keys, without the keys themselves.
    pub fn list(&self) -> Value {
        self.keys.json()
    }

    /// Revokes a key for good; false when there is none with this id.
    pub fn delete(&mut self, id: &str) -> Result<bool, String> {
        match uuid::Uuid::try_parse(id) {
            Ok(id) => self.keys.delete_kept(&self.state, id),
            Err(_) => Ok(false),
        }
    }
}
