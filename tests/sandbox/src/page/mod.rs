//! The page: a few plain files, part of the program.

use hyper::StatusCode;

use crate::problem::Problem;
use crate::reply::Reply;

/// Only what comes from here runs, is shown or is called; nobody may put it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      img-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

const FILES: &[(&str, &str, &str)] = &[
    ("", "text/html", include_str!("index.html")),
    ("page/style.css", "text/css", include_str!("style.css")),
    ("page/icon.svg", "image/svg+xml", include_str!("icon.svg")),
    ("page/main.js", "text/javascript", include_str!("main.js")),
    ("page/dom.js", "text/javascript", include_str!("dom.js")),
    (
        "page/server.js",
        "text/javascript",
        include_str!("server.js"),
    ),
    (
        "page/dialogs.js",
        "text/javascript",
        include_str!("dialogs.js"),
    ),
    ("page/keys.js", "text/javascript", include_str!("keys.js")),
    (
        "page/models.js",
        "text/javascript",
        include_str!("models.js"),
    ),
    ("page/jobs.js", "text/javascript", include_str!("jobs.js")),
    ("page/usage.js", "text/javascript", include_str!("usage.js")),
];

/// The file of this name under the admin prefix.
pub(crate) fn file(name: &str) -> Reply {
    let Some((_, media_type, text)) = FILES.iter().find(|(known, ..)| *known == name) else {
        return Problem::not_found("404-000", "The admin route").into();
    };
    let mut reply = Reply::bytes(StatusCode::OK, *text);
    reply.set_header("content-type", &format!("{media_type}; charset=utf-8"));
    reply.set_header("content-security-policy", POLICY);
    reply.set_header("x-content-type-options", "nosniff");
    reply.set_header("referrer-policy", "no-referrer");
    reply.set_header("cache-control", "no-store");
    reply
}
