//! `GET /v2/jobs/{job_id}`.

use hyper::StatusCode;
use uuid::Uuid;

use super::Call;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::world::World;

pub(super) fn get(world: &World, call: &Call<'_>, id: Uuid) -> Result<Reply, Problem> {
    let redirect = match call.query("redirect").as_deref() {
        None => world.settings.answer_with_302,
        Some(text) if text.eq_ignore_ascii_case("true") => true,
        Some(text) if text.eq_ignore_ascii_case("false") => false,
        Some(_) => {
            return Err(Problem::invalid_field(
                "redirect",
                "redirect must be true or false",
            ));
        }
    };
    let now = world.clock.now();
    let mut store = world.store();
    let job = store
        .job_mut(id, now)
        .ok_or_else(|| Problem::not_found("404-002", "The job"))?;
    job.polls.once_more(now);
    let body = job.json(call.origin, now);
    Ok(match job.result_url(call.origin, now) {
        Some(result_url) if redirect => {
            let mut reply = Reply::json(StatusCode::FOUND, body);
            reply.set_header("location", &result_url);
            reply
        }
        _ => Reply::json(StatusCode::OK, body),
    })
}
