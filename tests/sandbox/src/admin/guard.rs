//! Who may use the admin routes and the page: this machine, by its own names.

use std::net::IpAddr;

use hyper::header::{HeaderMap, HeaderValue, ORIGIN};

use crate::problem::Problem;

/// Refuses what a page on the web could make a browser send: a foreign name that leads to
/// this machine, or a request from another page.
pub(super) fn check(origin: &str, host: &str, headers: &HeaderMap) -> Result<(), Problem> {
    if !is_loopback_name(host) {
        let detail = "The admin routes answer to loopback names only.";
        return Err(Problem::new(403, "403-000", "Foreign host", detail));
    }
    let is_ours = |sent: &[u8]| sent.eq_ignore_ascii_case(origin.as_bytes());
    let foreign = headers.get_all(ORIGIN).iter();
    if foreign.map(HeaderValue::as_bytes).all(is_ours) {
        return Ok(());
    }
    let detail = "The admin routes answer to the sandbox's own page only.";
    Err(Problem::new(403, "403-000", "Foreign origin", detail))
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
