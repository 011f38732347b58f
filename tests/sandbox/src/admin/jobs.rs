//! `/_sandbox/jobs`: what became of each document, and once more to a webhook.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Asked, done, text};
use crate::job::Job;
use crate::order;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::world::World;

/// So many jobs are told; there may be thousands.
const NEWEST: usize = 50;

/// The newest jobs, the last one first.
pub(super) fn list(world: &World) -> Reply {
    let now = world.clock.now();
    let store = world.store();
    let kept = store.jobs.values().filter(|job| !job.is_expired(now));
    let mut jobs: Vec<&Job> = kept.collect();
    jobs.sort_by_key(|job| std::cmp::Reverse((job.created, job.id)));
    let total = jobs.len();
    let jobs: Vec<Value> = jobs
        .into_iter()
        .take(NEWEST)
        .map(|job| job.timeline(now))
        .collect();
    Reply::json(StatusCode::OK, json!({"total": total, "jobs": jobs}))
}

pub(super) fn redeliver(world: &World, id: &str, asked: &Asked<'_>) -> Result<Reply, Problem> {
    let webhook = text(asked.body, "webhook_id").and_then(order::uuid);
    let webhook =
        webhook.ok_or_else(|| Problem::invalid_field("webhook_id", "webhook_id is required"))?;
    let missing = || Problem::not_found("404-002", "The job");
    let job = order::uuid(id).ok_or_else(missing)?;
    let begun = world.redeliver(job, webhook);
    begun
        .map(|()| done())
        .map_err(|detail| Problem::invalid_field("webhook_id", detail))
}
