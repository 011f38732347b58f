//! The admin routes and the page: keys, webhooks, jobs, what was seen, rules, clock, state.
//! Loopback only, no key.

mod guard;
mod jobs;
mod keys;
mod webhooks;

use std::time::Duration;

use hyper::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use crate::page;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::rule;
use crate::timestamp::{naive, zoned};
use crate::world::{self, World};

pub(crate) const PREFIX: &str = "/_sandbox/";

/// Nobody could open the listeners again but we ourselves.
const LONGEST_CLOSED: Duration = Duration::from_mins(10);

/// A request to `/_sandbox/...`.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    /// Scheme and host of the request.
    pub(crate) origin: &'a str,
    pub(crate) host: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Option<&'a Value>,
}

pub(crate) async fn answer(world: &World, asked: &Asked<'_>) -> Reply {
    match guard::check(asked.origin, asked.host, asked.headers) {
        Ok(()) => allowed(world, asked).await.unwrap_or_else(Reply::from),
        Err(problem) => problem.into(),
    }
}

async fn allowed(world: &World, asked: &Asked<'_>) -> Result<Reply, Problem> {
    let body = asked.body;
    let name = asked.path.strip_prefix(PREFIX).unwrap_or_default();
    let parts: Vec<&str> = name.split('/').collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["keys"]) => return Ok(keys::list(world)),
        ("POST", ["keys"]) => return keys::create(world, asked),
        ("DELETE", ["keys", id]) => return keys::delete(world, id),
        ("GET", ["webhooks"]) => return Ok(webhooks::list(world)),
        ("POST", ["webhooks"]) => return webhooks::create(world, asked),
        ("DELETE", ["webhooks", id]) => return webhooks::delete(world, id),
        ("GET", ["jobs"]) => return Ok(jobs::list(world)),
        ("POST", ["jobs", id, "redeliver"]) => return jobs::redeliver(world, id, asked),
        ("POST", ["certificate"]) => return certificate(world),
        ("GET", [""] | ["page", _]) => return Ok(page::file(name)),
        _ => {}
    }
    Ok(match (asked.method.as_str(), name) {
        ("GET", "seen") => Reply::json(StatusCode::OK, world.seen().json()),
        ("DELETE", "seen") => {
            world.seen().reset();
            done()
        }
        ("POST", "rules") => match rule::parse(body.unwrap_or(&Value::Null)) {
            Ok(rules) => {
                world.rules().add(rules);
                done()
            }
            Err(detail) => Problem::invalid_field("rules", detail).into(),
        },
        ("DELETE", "rules") => {
            world.rules().clear();
            done()
        }
        ("GET", "meter") => Reply::json(StatusCode::OK, world.seen().meter()),
        ("POST", "faults") => done_or(number(body, "share").and_then(|share| {
            world.rules().set_share(world::check_share(share)?);
            Ok(())
        })),
        ("GET", "clock") => Reply::json(StatusCode::OK, clock(world)),
        ("POST", "clock") => {
            let jumped = number(body, "advance_seconds");
            match jumped.and_then(|seconds| world.jump(seconds)) {
                Ok(()) => Reply::json(StatusCode::OK, clock(world)),
                Err(detail) => Problem::invalid_field("advance_seconds", detail).into(),
            }
        }
        ("POST", "listener") => {
            let time = number(body, "closed_ms").and_then(|milliseconds| {
                Duration::try_from_secs_f64(milliseconds / 1000.0)
                    .map_err(|error| error.to_string())
            });
            if let Ok(time) = time {
                world.gate.close(time.min(LONGEST_CLOSED)).await;
            }
            done_or(time.map(drop))
        }
        ("GET", "state") => Reply::json(StatusCode::OK, state(world)),
        _ => return Err(Problem::not_found("404-000", "The admin route")),
    })
}

/// A certificate for a receiver on this machine, signed by the throw-away authority.
fn certificate(world: &World) -> Result<Reply, Problem> {
    let authority = world.authority.get();
    let authority = authority.ok_or_else(|| Problem::not_found("404-007", "The authority"))?;
    let issued = authority.issue();
    let issued = issued.map_err(|error| Problem::not_kept(error.to_string()))?;
    let told = json!({"certificate": issued.certificate, "private_key": issued.private_key});
    Ok(Reply::json(StatusCode::CREATED, told))
}

/// A text in the body that is not empty.
fn text<'a>(body: Option<&'a Value>, name: &str) -> Option<&'a str> {
    let text = body?.get(name)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

fn done() -> Reply {
    Reply::json(StatusCode::OK, json!({"ok": true}))
}

fn done_or(result: Result<(), String>) -> Reply {
    match result {
        Ok(()) => done(),
        Err(detail) => Problem::unreadable_body(detail).into(),
    }
}

fn number(body: Option<&Value>, name: &str) -> Result<f64, String> {
    body.and_then(|body| body.get(name)?.as_f64())
        .ok_or_else(|| format!("{name} must be a number"))
}

fn clock(world: &World) -> Value {
    json!({"now": zoned(world.clock.now()), "speed": world.settings.speed})
}

fn state(world: &World) -> Value {
    let now = world.clock.now();
    let store = world.store();
    let jobs: Vec<Value> = store
        .jobs
        .values()
        .filter(|job| !job.is_expired(now))
        .map(|job| {
            json!({
                "id": job.id,
                "product": job.product,
                "model_id": job.model_id,
                "status": job.status(now).word(),
                "created_at": naive(job.created),
                "filename": job.document.name,
                "alias": job.alias,
                "page_count": job.document.page_count,
                "sha256": job.document.sha256,
                "webhook_ids": job.webhook_ids(),
            })
        })
        .collect();
    json!({"models": store.models, "jobs": jobs})
}
