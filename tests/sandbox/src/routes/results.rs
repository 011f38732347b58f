//! `GET /v2/products/{product}/results/{inference_id}` and its older twin.

use hyper::StatusCode;
use uuid::Uuid;

use crate::inference;
use crate::job::{Job, Status};
use crate::problem::Problem;
use crate::product::Product;
use crate::reply::Reply;
use crate::state::Table;
use crate::world::World;

/// Not known, not ready, deleted, expired and made by another product all look the same.
pub(super) fn get(world: &World, product: Product, id: Uuid) -> Result<Reply, Problem> {
    let mut store = world.store();
    let now = world.clock.now();
    let is_there = |job: &&Job| {
        job.product == product && job.status(now) == Status::Processed && !job.fate.gone
    };
    let missing = || Problem::not_found("404-003", "The inference");
    let job = store.job(id, now).filter(is_there).ok_or_else(missing)?;
    let model = store.model(job.model_id).ok_or_else(missing)?;
    let body = inference::json(job, model, world.settings.results.as_deref())
        .map_err(|detail| Problem::new(500, "500-000", "No result", detail))?;
    if job.delete_on_fetch {
        store.jobs.remove(&id);
        world
            .state
            .delete(Table::Jobs, id)
            .map_err(Problem::not_kept)?;
    } else if let Some(job) = store.job_mut(id, now) {
        job.fetches.once_more(now);
    }
    Ok(Reply::json(StatusCode::OK, body))
}
