//! Counts of what the sandbox saw, and what would have been billed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::job::Job;

#[derive(Default)]
pub(crate) struct Meter {
    /// Of request bodies.
    pub(crate) bytes: u64,
    /// Requests beyond the organization's limits.
    pub(crate) rate_limited: u64,
    by_route: BTreeMap<&'static str, u64>,
    by_status: BTreeMap<u16, u64>,
    by_fault: BTreeMap<&'static str, u64>,
    documents: u64,
    pages: u64,
    by_alias: BTreeMap<String, u64>,
    by_sha256: BTreeMap<String, u64>,
}

impl Meter {
    pub(crate) fn request(&mut self, route: &'static str) {
        *self.by_route.entry(route).or_default() += 1;
    }

    pub(crate) fn status(&mut self, status: u16) {
        *self.by_status.entry(status).or_default() += 1;
    }

    pub(crate) fn fault(&mut self, fault: &'static str) {
        *self.by_fault.entry(fault).or_default() += 1;
    }

    pub(crate) fn bill(&mut self, job: &Job) {
        self.documents += 1;
        self.pages += u64::from(job.document.page_count);
        if let Some(alias) = &job.alias {
            *self.by_alias.entry(alias.clone()).or_default() += 1;
        }
        let sha256 = job.document.sha256.clone();
        *self.by_sha256.entry(sha256).or_default() += 1;
    }

    pub(crate) fn json(&self, connections: usize) -> Value {
        let by_status: Map<String, Value> = self
            .by_status
            .iter()
            .map(|(status, count)| (status.to_string(), (*count).into()))
            .collect();
        let requests: u64 = self.by_route.values().sum();
        json!({
            "connections": connections,
            "bytes_received": self.bytes,
            "billed": {
                "documents": self.documents,
                "pages": self.pages,
                "documents_by_alias": self.by_alias,
                "documents_by_sha256": self.by_sha256,
            },
            "rate_limited": self.rate_limited,
            "counts": {
                "requests": requests,
                "by_route": self.by_route,
                "by_status": by_status,
                "by_fault": self.by_fault,
            },
        })
    }
}
