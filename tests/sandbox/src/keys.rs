//! The organization's API keys. A key itself is told once, when it is made; what is kept
//! of it is a keyed hash.

use hmac::{Hmac, KeyInit, Mac};
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use crate::problem::Problem;
use crate::state::{State, Table};
use crate::timestamp::{Moment, micros, micros_or_null, zoned};

const TITLE: &str = "Invalid API key";
const LONGEST_NAME: usize = 100;
/// The name of the key that a sandbox accepts from its start.
const DEFAULT_NAME: &str = "default";

/// What is known of one key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    last_four: String,
    #[serde(with = "micros")]
    created: Moment,
    #[serde(with = "micros_or_null")]
    last_used: Option<Moment>,
    hash: [u8; 32],
    /// The sandbox is told it anew at each start; it is in no file.
    #[serde(skip)]
    pub(crate) of_this_run: bool,
}

impl ApiKey {
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "last_four": self.last_four,
            "created_at": zoned(self.created),
            "last_used_at": self.last_used.map(zoned),
        })
    }
}

/// The keys of one organization: all give access to all its models, and none expires.
///
/// Each is kept as its HMAC-SHA256 under a random key of this sandbox or of its state
/// file. Keys have 122 random bits, so that nobody can try them all: a hash that is slow
/// on purpose would slow requests down and protect nothing more.
pub(crate) struct Keys {
    pepper: [u8; 32],
    list: Vec<ApiKey>,
}

/// The random key under which keys are hashed.
pub(crate) fn pepper() -> [u8; 32] {
    let (one, other) = (Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes());
    let mut pepper = [0; 32];
    for (place, byte) in pepper.iter_mut().zip(one.into_iter().chain(other)) {
        *place = byte;
    }
    pepper
}

/// A new key. Its form is the sandbox's own, so that it is never taken for a real one.
pub(crate) fn random() -> String {
    format!("md_sandbox_{}", Uuid::new_v4().simple())
}

impl Keys {
    pub(crate) fn new(pepper: [u8; 32], list: Vec<ApiKey>) -> Self {
        Self { pepper, list }
    }

    /// All keys, as everybody may see them.
    pub(crate) fn json(&self) -> Value {
        let keys: Vec<Value> = self.list.iter().map(ApiKey::json).collect();
        json!({"keys": keys})
    }

    /// Makes a key. Its text is told under `key`, here and nowhere else.
    pub(crate) fn create_kept(
        &mut self,
        state: &State,
        name: &str,
        now: Moment,
    ) -> Result<Value, String> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(format!(
                "name must have from 1 to {LONGEST_NAME} characters"
            ));
        }
        if self.list.iter().any(|key| key.name == name) {
            return Err(format!("there is a key named {name} already"));
        }
        let text = random();
        let key = self.record(name, &text, now);
        state.save(Table::Keys, key.id, &key)?;
        let mut told = key.json();
        if let Some(told) = told.as_object_mut() {
            told.insert("key".to_owned(), text.into());
        }
        self.list.push(key);
        Ok(told)
    }

    /// Revokes a key for good; false when there is none with this id.
    pub(crate) fn delete_kept(&mut self, state: &State, id: Uuid) -> Result<bool, String> {
        if self.list.iter().all(|key| key.id != id) {
            return Ok(false);
        }
        state.delete(Table::Keys, id)?;
        self.list.retain(|key| key.id != id);
        Ok(true)
    }

    /// The key that is accepted from the start. It is of this run alone.
    pub(crate) fn add_default(&mut self, text: &str, now: Moment) {
        let free = |name: &String| self.list.iter().all(|key| key.name != *name);
        let numbered = (2..).map(|number| format!("{DEFAULT_NAME} {number}"));
        let mut names = std::iter::once(DEFAULT_NAME.to_owned()).chain(numbered);
        let name = names.find(free).unwrap_or_default();
        let mut key = self.record(&name, text, now);
        key.of_this_run = true;
        self.list.insert(0, key);
    }

    /// Whether the header carries a key of the organization; `None` without a header.
    pub(crate) fn matches(&self, headers: &HeaderMap) -> Option<bool> {
        let sent = headers.get(AUTHORIZATION)?;
        let hash = self.hash(sent.as_bytes());
        Some(self.list.iter().any(|key| key.hash == hash))
    }

    /// Refuses a request without a key of the organization; tells which key it was.
    pub(crate) fn check(&mut self, headers: &HeaderMap, now: Moment) -> Result<Used, Problem> {
        let sent = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
        let hash = self.hash(sent.unwrap_or_default());
        if let Some(key) = self.list.iter_mut().find(|key| key.hash == hash) {
            let before = key.last_used.replace(now);
            // The file need not hear of each request: to the second is enough for people.
            let is_news = before.is_none_or(|before| (now - before).abs().whole_seconds() >= 1);
            return Ok(Used(is_news.then(|| key.clone())));
        }
        Err(match sent {
            None | Some(b"") => Problem::new(
                401,
                "401-008",
                "Missing credentials",
                "Credentials are required.",
            ),
            Some(sent) if has_bearer(sent) => Problem::new(
                401,
                "401-009",
                TITLE,
                "Send the API key alone, without the word Bearer before it.",
            ),
            Some(_) => Problem::new(401, "401-001", TITLE, "The provided API key is invalid."),
        })
    }

    fn record(&self, name: &str, text: &str, now: Moment) -> ApiKey {
        let letters = text.chars().count();
        ApiKey {
            id: Uuid::new_v4(),
            name: name.to_owned(),
            last_four: text.chars().skip(letters.saturating_sub(4)).collect(),
            created: now,
            last_used: None,
            hash: self.hash(text.as_bytes()),
            of_this_run: false,
        }
    }

    fn hash(&self, text: &[u8]) -> [u8; 32] {
        // A key of the block's own length or less is taken as it is; this never fails.
        Hmac::<Sha256>::new_from_slice(&self.pepper)
            .map(|hmac| hmac.chain_update(text).finalize().into_bytes().into())
            .unwrap_or_default()
    }
}

/// The key that a request used, when that is to be written down.
pub(crate) struct Used(pub(crate) Option<ApiKey>);

fn has_bearer(sent: &[u8]) -> bool {
    sent.get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"bearer "))
}
