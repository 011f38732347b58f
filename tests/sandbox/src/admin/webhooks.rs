//! `/_sandbox/webhooks`: the endpoints of the models.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Asked, done, text};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::webhook::Webhook;
use crate::world::World;

pub(super) fn list(world: &World) -> Reply {
    let webhooks: Vec<Value> = world.webhooks().iter().map(Webhook::json).collect();
    Reply::json(StatusCode::OK, json!({"webhooks": webhooks}))
}

pub(super) fn create(world: &World, asked: &Asked<'_>) -> Result<Reply, Problem> {
    let given = |name| {
        let detail = || Problem::invalid_field(name, format!("{name} is required"));
        text(asked.body, name).ok_or_else(detail)
    };
    let secret = text(asked.body, "signing_secret");
    let added = world.add_webhook(given("model_id")?, given("name")?, given("url")?, secret)?;
    Ok(Reply::json(StatusCode::CREATED, added.json()))
}

pub(super) fn delete(world: &World, id: &str) -> Result<Reply, Problem> {
    world.delete_webhook(id).map(|()| done())
}
