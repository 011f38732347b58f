//! The admin routes: what was seen, rules, state. Loopback only, no key.

use std::net::IpAddr;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::reply::Reply;
use crate::rule;
use crate::timestamp::{naive, now};
use crate::world::World;

pub(crate) const PREFIX: &str = "/_sandbox/";

/// Answers a request to `/_sandbox/...`.
pub(crate) fn answer(
    world: &World,
    method: &Method,
    path: &str,
    host: &str,
    body: Option<&Value>,
) -> Reply {
    if !is_loopback_name(host) {
        // A page on the web could otherwise reach us under a name of its own.
        let detail = "The admin routes answer to loopback names only.";
        return Problem::new(403, "403-000", "Foreign host", detail).into();
    }
    let name = path.strip_prefix(PREFIX).unwrap_or_default();
    match (method.as_str(), name) {
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
        ("GET", "state") => Reply::json(StatusCode::OK, state(world)),
        _ => Problem::not_found("404-000", "The admin route").into(),
    }
}

fn done() -> Reply {
    Reply::json(StatusCode::OK, json!({"ok": true}))
}

fn state(world: &World) -> Value {
    let now = now();
    let store = world.store();
    let jobs: Vec<Value> = store
        .jobs
        .values()
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
                "webhook_ids": job.webhook_ids,
            })
        })
        .collect();
    json!({"models": store.models, "jobs": jobs})
}

fn is_loopback_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
