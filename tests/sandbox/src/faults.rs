//! The ready-made mixture of faults: a share of all requests goes wrong, in all the ways
//! in which a service behind a gateway does.

use std::collections::BTreeMap;

use crate::chance::Chance;
use crate::problem::Problem;
use crate::rule::{Answer, On, Reset, Rule};

/// Which requests a kind of fault is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    All,
    /// Those that bring a document.
    Uploads,
    Others,
}

/// The name of a kind, its requests, and what happens to them.
type Kind = (&'static str, For, fn() -> Rule);

/// A name that ends in `taken` says that the document was taken although the answer tells
/// otherwise. A document is never taken with 429 and 503.
const KINDS: &[Kind] = &[
    ("429_seconds", For::All, || too_many(Some("1"))),
    ("429_date", For::All, || too_many(Some("{http_date:2}"))),
    ("429_bare", For::All, || too_many(None)),
    ("500", For::All, || broken(false)),
    ("500_taken", For::Uploads, || broken(true)),
    ("502_page", For::All, || page(false)),
    ("502_page_taken", For::Uploads, || page(true)),
    ("503", For::All, || {
        problem(503, "503-000", "Service unavailable", false)
    }),
    ("reset_before_body", For::Uploads, || {
        reset(Reset::BeforeBody, false)
    }),
    ("reset_before_headers", For::Others, || {
        reset(Reset::BeforeHeaders, false)
    }),
    ("reset_before_headers_taken", For::Uploads, || {
        reset(Reset::BeforeHeaders, true)
    }),
    ("reset_mid_body", For::Others, || {
        reset(Reset::MidBody, true)
    }),
    ("reset_mid_body_taken", For::Uploads, || {
        reset(Reset::MidBody, true)
    }),
    ("cut_json", For::Others, cut),
    ("cut_json_taken", For::Uploads, cut),
    ("slow_drip", For::All, || Rule {
        drip_ms: 10,
        ..Rule::default()
    }),
    ("delay", For::All, || Rule {
        delay_ms: 250,
        ..Rule::default()
    }),
];

/// Set these draws apart from those of rules, and from each other.
const WHETHER: u64 = 1 << 40;
const WHICH: u64 = 1 << 41;

/// The fault of this request, if it has one, and its name. `request` is its route and its
/// number there.
pub(crate) fn draw(
    chance: Chance,
    share: f64,
    on: Option<On>,
    request: [u64; 2],
) -> Option<(&'static str, Rule)> {
    let [route, number] = request;
    if share <= 0.0 || chance.fraction(&[WHETHER, route, number]) >= share {
        return None;
    }
    let own = match on {
        Some(On::Enqueue) => For::Uploads,
        _ => For::Others,
    };
    let kinds: Vec<&Kind> = KINDS
        .iter()
        .filter(|(_, wanted, _)| [For::All, own].contains(wanted))
        .collect();
    let (name, _, rule) = chance.pick(&[WHICH, route, number], &kinds)?;
    Some((name, rule()))
}

fn too_many(retry_after: Option<&str>) -> Rule {
    answer(&Problem::too_many_requests(), retry_after, false)
}

fn broken(handled: bool) -> Rule {
    problem(500, "500-000", "Internal server error", handled)
}

fn problem(status: u16, code: &'static str, title: &'static str, handled: bool) -> Rule {
    let problem = Problem::new(status, code, title, "Something went wrong.");
    answer(&problem, None, handled)
}

fn answer(problem: &Problem, retry_after: Option<&str>, handled: bool) -> Rule {
    let retry_after = retry_after.map(|value| ("retry-after".to_owned(), value.to_owned()));
    Rule {
        handled: Some(handled),
        answer: Some(Answer {
            status: Some(problem.status),
            headers: BTreeMap::from_iter(retry_after),
            json: Some(problem.json()),
            ..Answer::default()
        }),
        ..Rule::default()
    }
}

fn page(handled: bool) -> Rule {
    let html = "<html><head><title>502 Bad Gateway</title></head>\
                <body><h1>502 Bad Gateway</h1></body></html>\n";
    Rule {
        handled: Some(handled),
        answer: Some(Answer {
            status: Some(502),
            body: Some(html.to_owned()),
            content_type: Some("text/html".to_owned()),
            ..Answer::default()
        }),
        ..Rule::default()
    }
}

fn reset(reset: Reset, handled: bool) -> Rule {
    Rule {
        reset: Some(reset),
        handled: Some(handled),
        ..Rule::default()
    }
}

fn cut() -> Rule {
    Rule {
        cut: Some(30),
        ..Rule::default()
    }
}
