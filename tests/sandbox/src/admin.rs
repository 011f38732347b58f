//! The admin routes: what was seen, rules, clock, state. Loopback only, no key.

use std::net::IpAddr;
use std::time::Duration;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::reply::Reply;
use crate::rule;
use crate::timestamp::{naive, zoned};
use crate::world::{self, World};

pub(crate) const PREFIX: &str = "/_sandbox/";

/// Nobody could open the listeners again but we ourselves.
const LONGEST_CLOSED: Duration = Duration::from_mins(10);

/// Answers a request to `/_sandbox/...`.
pub(crate) async fn answer(
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
        ("GET", "meter") => Reply::json(StatusCode::OK, world.seen().meter()),
        ("POST", "faults") => done_or(number(body, "share").and_then(|share| {
            world.rules().set_share(world::check_share(share)?);
            Ok(())
        })),
        ("GET", "clock") => Reply::json(StatusCode::OK, clock(world)),
        ("POST", "clock") => {
            let jumped = number(body, "advance_seconds");
            match jumped.and_then(|seconds| world.clock.jump(seconds)) {
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
        _ => Problem::not_found("404-000", "The admin route").into(),
    }
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
