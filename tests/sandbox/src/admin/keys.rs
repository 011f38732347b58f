//! `/_sandbox/keys`: make, list and revoke API keys.

use hyper::StatusCode;

use super::{Asked, done, text};
use crate::order;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::world::World;

pub(super) fn list(world: &World) -> Reply {
    Reply::json(StatusCode::OK, world.keys().json())
}

pub(super) fn create(world: &World, asked: &Asked<'_>) -> Result<Reply, Problem> {
    let name = text(asked.body, "name")
        .ok_or_else(|| Problem::invalid_field("name", "name is required"))?;
    let made = world
        .keys()
        .create_kept(&world.state, name, world.clock.now());
    let told = made.map_err(|detail| Problem::invalid_field("name", detail))?;
    Ok(Reply::json(StatusCode::CREATED, told))
}

/// From the moment this is answered the key is refused.
pub(super) fn delete(world: &World, id: &str) -> Result<Reply, Problem> {
    let missing = || Problem::not_found("404-005", "The API key");
    let id = order::uuid(id).ok_or_else(missing)?;
    let deleted = world.keys().delete_kept(&world.state, id);
    if deleted.map_err(Problem::not_kept)? {
        Ok(done())
    } else {
        Err(missing())
    }
}
