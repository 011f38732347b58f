//! The organization's models, a page at a time.

use bytes::Bytes;
use serde::Deserialize;

use crate::lenient::or_default;

/// One page of models.
#[derive(Debug, Clone, Deserialize)]
pub struct ModelPage {
    /// The models of this page.
    pub models: Vec<Model>,
    /// Where this page stands.
    #[serde(default, deserialize_with = "or_default")]
    pub pagination: Pagination,
    #[serde(skip)]
    pub(crate) raw: Bytes,
}

impl ModelPage {
    /// Mindee's answer, byte for byte.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The number of the next page, where there is one.
    pub fn next_page(&self) -> Option<u32> {
        // An empty page ends the search whatever the counts say, so that no answer can loop it.
        let more = self.pagination.page < self.pagination.total_pages && !self.models.is_empty();
        more.then(|| self.pagination.page.saturating_add(1))
    }
}

/// A model of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Model {
    /// Its id, to give as `model_id`.
    pub id: String,
    /// Its name on Mindee's platform.
    #[serde(default, deserialize_with = "or_default")]
    pub name: Option<String>,
    /// Its product, as text: later products are kept.
    #[serde(default, deserialize_with = "or_default")]
    pub model_type: Option<String>,
    /// Its webhooks.
    #[serde(default, deserialize_with = "or_default")]
    pub webhooks: Vec<ModelWebhook>,
}

/// A webhook of a model.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ModelWebhook {
    /// Its id, to give in `webhook_ids`.
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: Option<String>,
    /// Its address.
    #[serde(default, deserialize_with = "or_default")]
    pub url: Option<String>,
}

/// Where a page stands among the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Pagination {
    /// Items to a page.
    #[serde(default, deserialize_with = "or_default")]
    pub per_page: u32,
    /// This page, from 1.
    #[serde(default, deserialize_with = "or_default")]
    pub page: u32,
    /// Items in all.
    #[serde(default, deserialize_with = "or_default")]
    pub total_items: u64,
    /// Pages in all.
    #[serde(default, deserialize_with = "or_default")]
    pub total_pages: u32,
}
