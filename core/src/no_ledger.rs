//! Without the feature `ledger` there is none, and so nothing that could be recorded in it.

use std::path::Path;

use bytes::Bytes;

use crate::error::{Error, code};
use crate::job::Job;
use crate::product::Product;
use crate::source::Source;

pub(crate) enum Store {}

pub(crate) enum Entry {}

#[expect(dead_code, reason = "written by the engine, read by the ledger")]
pub(crate) struct Intent {
    pub(crate) origin: String,
    pub(crate) product: Product,
    pub(crate) form: Vec<(&'static str, String)>,
    pub(crate) source: Option<String>,
    pub(crate) filename: Option<String>,
}

pub(crate) fn found_again(_: &Source) -> Option<String> {
    None
}

#[expect(clippy::unused_async, reason = "the face of the ledger")]
impl Store {
    pub(crate) fn open(_: &Path) -> Result<Self, Error> {
        let message = "Option `ledger` needs a build with the feature `ledger`";
        Err(Error::new(code::OPTION_INVALID, message))
    }

    pub(crate) async fn intend(&self, _: Intent) -> Result<Entry, Error> {
        match *self {}
    }

    pub(crate) async fn result(&self, _: &str, _: &str) -> Result<Option<Bytes>, Error> {
        match *self {}
    }

    pub(crate) async fn keep_result(&self, _: &str, _: &str, _: Bytes) -> Result<bool, Error> {
        match *self {}
    }

    pub(crate) async fn keep_failure(&self, _: &str, _: &str, _: &Error) -> Result<bool, Error> {
        match *self {}
    }
}

#[expect(clippy::unused_async, reason = "the face of the ledger")]
impl Entry {
    pub(crate) async fn sending(&self) -> Result<(), Error> {
        match *self {}
    }

    pub(crate) async fn not_taken(&self) -> Result<(), Error> {
        match *self {}
    }

    pub(crate) async fn taken(&self, _: &Job) -> Result<(), Error> {
        match *self {}
    }

    pub(crate) async fn ended(&self, _: &Error) -> Result<(), Error> {
        match *self {}
    }
}
