//! One request and its answer: read, rule, route, record, effect.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};

use crate::admin::{self, Asked};
use crate::body;
use crate::connection::Connection;
use crate::edit::Placeholders;
use crate::effect::{self, Body};
use crate::form::{Reading, Received};
use crate::job::Fate;
use crate::rate;
use crate::reply::{Content, Reply};
use crate::route::Route;
use crate::routes::{self, Call};
use crate::rule::{Reset, Rule};
use crate::seen::{Arrival, Ticket};
use crate::world::World;

/// The connection is to be dropped without an answer.
#[derive(Debug)]
pub(crate) struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("connection dropped")
    }
}

impl std::error::Error for Dropped {}

pub(crate) async fn serve(
    world: Arc<World>,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Dropped> {
    let (parts, body) = request.into_parts();
    let host = host(&parts);
    let origin = format!("{}://{host}", connection.scheme);
    if parts.method == Method::GET && parts.uri.path() == "/" {
        let mut reply = Reply::bytes(StatusCode::FOUND, "");
        reply.set_header("location", admin::PREFIX);
        return Ok(effect::response(reply, None, &connection));
    }
    if parts.uri.path().starts_with(admin::PREFIX) {
        let (received, _) = read(&parts, body).await;
        let reply = admin_reply(&world, &parts, &origin, &host, &received).await;
        return Ok(effect::response(reply, None, &connection));
    }
    let exchange = Exchange {
        route: Route::find(parts.method.as_str(), parts.uri.path()),
        origin: &origin,
        world: &world,
        connection: &connection,
        parts: &parts,
    };
    exchange.run(body).await
}

/// The host that the client wrote, for the addresses in the answer.
fn host(parts: &Parts) -> String {
    let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = parts
        .uri
        .authority()
        .map(hyper::http::uri::Authority::as_str);
    header.or(authority).unwrap_or("localhost").to_owned()
}

/// Reads a body where one belongs. That of a GET is left alone: some clients announce one
/// and never send it.
async fn read(parts: &Parts, body: Incoming) -> (Received, bool) {
    if matches!(parts.method, Method::GET | Method::HEAD | Method::DELETE) {
        return (Received::default(), true);
    }
    let content_type = parts.headers.get(CONTENT_TYPE);
    body::read(body, content_type.and_then(|value| value.to_str().ok())).await
}

async fn admin_reply(
    world: &World,
    parts: &Parts,
    origin: &str,
    host: &str,
    received: &Received,
) -> Reply {
    let body = match &received.reading {
        Reading::Form(json) => json.as_ref(),
        Reading::OtherJson(json) => Some(json),
        Reading::Nothing | Reading::Unreadable(_) => None,
    };
    let asked = Asked {
        method: &parts.method,
        path: parts.uri.path(),
        origin,
        host,
        headers: &parts.headers,
        body,
    };
    admin::answer(world, &asked).await
}

struct Exchange<'a> {
    route: Route<'a>,
    origin: &'a str,
    world: &'a World,
    connection: &'a Arc<Connection>,
    parts: &'a Parts,
}

impl Exchange<'_> {
    async fn run(&self, body: Incoming) -> Result<Response<Body>, Dropped> {
        let ticket = self.arrive();
        if let Err(wait) = self.within_limits() {
            if !self.read(ticket, body).await.1 {
                return Err(Dropped);
            }
            let reply = rate::refusal(self.world.settings.rate_limits, wait);
            self.world.seen().limited();
            self.world.seen().status(ticket, reply.status.as_u16());
            return Ok(effect::response(reply, None, self.connection));
        }
        let method = self.parts.method.as_str();
        let taken = self.world.rules().take(self.route.on(), method);
        if let Some(fault) = taken.as_ref().and_then(|taken| taken.fault) {
            self.world.seen().fault(ticket, fault);
        }
        let rule = taken.map(|taken| taken.rule);
        if rule.as_ref().and_then(|rule| rule.reset) == Some(Reset::BeforeBody) {
            return Err(self.reset());
        }
        let (received, complete) = self.read(ticket, body).await;
        if !complete {
            return Err(Dropped);
        }
        let Some(rule) = rule else {
            let reply = self.real(&received, None);
            self.world.seen().status(ticket, reply.status.as_u16());
            return Ok(effect::response(reply, None, self.connection));
        };
        let mut reply = self.reply(&rule, &received);
        tokio::time::sleep(Duration::from_millis(rule.delay_ms)).await;
        if rule.stall {
            return std::future::pending().await;
        }
        if rule.reset == Some(Reset::BeforeHeaders) {
            return Err(self.reset());
        }
        if rule.answer.is_none() {
            let known = self.placeholders(&received, Some(&reply));
            effect::edit(&mut reply, &rule, &known);
        }
        self.world.seen().status(ticket, reply.status.as_u16());
        Ok(effect::response(reply, Some(&rule), self.connection))
    }

    fn arrive(&self) -> Ticket {
        let headers = &self.parts.headers;
        self.world.seen().arrive(&Arrival {
            method: self.parts.method.as_str(),
            path: self.parts.uri.path(),
            query: self.parts.uri.query().unwrap_or_default(),
            route: self.route.name(),
            connection: self.connection.id,
            authorization: self.world.key_matches(headers),
            headers,
        })
    }

    fn reset(&self) -> Dropped {
        self.connection.reset();
        Dropped
    }

    /// Reads the body and notes what it was.
    async fn read(&self, ticket: Ticket, body: Incoming) -> (Received, bool) {
        let (received, complete) = read(self.parts, body).await;
        if received.content_type.is_some() || received.bytes > 0 {
            let recorded = self.world.settings.record_requests;
            let description = recorded.then(|| received.describe(complete));
            let mut seen = self.world.seen();
            seen.body(ticket, received.bytes, description);
        }
        (received, complete)
    }

    /// Counts a request of the organization, that is, one with its key.
    fn within_limits(&self) -> Result<(), Duration> {
        if self.world.key_matches(&self.parts.headers) == Some(true) {
            self.world.count(&self.parts.method)
        } else {
            Ok(())
        }
    }

    fn real(&self, received: &Received, fate: Option<Fate>) -> Reply {
        let call = Call {
            route: self.route,
            origin: self.origin,
            query: self.parts.uri.query().unwrap_or_default(),
            headers: &self.parts.headers,
            received,
            fate,
        };
        routes::answer(self.world, &call)
    }

    /// The real answer, if the request takes effect, or the rule's one.
    fn reply(&self, rule: &Rule, received: &Received) -> Reply {
        let real = rule
            .is_handled()
            .then(|| self.real(received, rule.job.clone()));
        match (&rule.answer, real) {
            (None, Some(real)) => real,
            (answer, real) => {
                let known = self.placeholders(received, real.as_ref());
                effect::replacement(&answer.clone().unwrap_or_default(), &known)
            }
        }
    }

    /// What is known of job and model: from the path, the form and the real answer.
    fn placeholders(&self, received: &Received, real: Option<&Reply>) -> Placeholders {
        let told = |pointers: [&str; 2]| match &real?.content {
            Content::Json(json) => pointers
                .iter()
                .find_map(|pointer| json.pointer(pointer)?.as_str())
                .map(str::to_owned),
            Content::Bytes(_) => None,
        };
        let job_id = self.route.job_id().map(str::to_owned);
        let model_id = received.text("model_id").map(str::to_owned);
        Placeholders {
            now: self.world.clock.now(),
            base_url: self.origin.to_owned(),
            job_id: job_id.or_else(|| told(["/job/id", "/inference/id"])),
            model_id: model_id.or_else(|| told(["/job/model_id", "/inference/model/id"])),
        }
    }
}
