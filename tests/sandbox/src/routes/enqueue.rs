//! `POST /v2/products/{product}/enqueue` and its older twin.

use std::time::Duration;

use hyper::StatusCode;
use uuid::Uuid;

use super::Call;
use crate::clock::later;
use crate::delivery::Delivery;
use crate::inference;
use crate::job::{Asked, Job};
use crate::order::Order;
use crate::problem::Problem;
use crate::product::Product;
use crate::reply::Reply;
use crate::state::Table;
use crate::timestamp::Moment;
use crate::world::{Store, World};

/// Even a job that takes no time is still `Processing` in the answer to its enqueue.
const SHORTEST: Duration = Duration::from_micros(1);

pub(super) fn enqueue(
    world: &World,
    call: &Call<'_>,
    product: Product,
    old_route: bool,
) -> Result<Reply, Problem> {
    let order = Order::read(call.received, product)?;
    let mut store = world.store();
    let model = store
        .model(order.model_id)
        .ok_or_else(|| Problem::not_found("404-001", "The model"))?;
    order.check(model, product)?;
    let options = order.options(model.options);
    let created = world.clock.now();
    let fate = call.fate.clone().unwrap_or_default();
    let usual = world.processing(model, &order.document.sha256);
    let ends = fate
        .processing(usual)
        .map(|time| later(created, time.max(SHORTEST)));
    let expires = ends.map(|ends| later(ends, world.storage(model)));
    let delete_on_fetch = fate.delete_on_fetch || world.deletes_on_fetch(model);
    let retrieved = if options.rag {
        match_rag_document(&mut store, order.model_id, created)
    } else {
        None
    };
    let deliveries = order.webhook_ids.into_iter();
    let mut job = Job {
        id: Uuid::new_v4(),
        product,
        model_id: order.model_id,
        document: order.document,
        alias: order.alias,
        deliveries: deliveries.map(|id| Delivery::new(id, ends)).collect(),
        options,
        created,
        ends,
        expires,
        delete_on_fetch,
        fate,
        retrieved,
        old_route,
        polls: Asked::default(),
        fetches: Asked::default(),
    };
    if world.state.is_kept() {
        // What a job says must not change when the sandbox starts again.
        let results = world.settings.results.as_deref();
        let model = store.model(job.model_id);
        let made = model.and_then(|model| inference::result(&job, model, results).ok());
        job.fate.result = made.or(job.fate.result);
        let kept = world.state.save(Table::Jobs, job.id, &job);
        kept.map_err(Problem::not_kept)?;
    }
    world.seen().bill(&job);
    let body = job.json(call.origin, created);
    world.expect_deliveries(&mut store, &job);
    store.jobs.insert(job.id, job);
    Ok(Reply::json(StatusCode::ACCEPTED, body))
}

/// The example that helps with this document: the model's first active one.
fn match_rag_document(store: &mut Store, model_id: Uuid, now: Moment) -> Option<Uuid> {
    let document = store
        .rag_documents
        .iter_mut()
        .find(|document| document.model_id == model_id && document.is_active(now))?;
    document.total_matches += 1;
    document.last_match = Some(now);
    Some(document.id)
}
