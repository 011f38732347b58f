//! One set of scenarios, played in every language, and compared with Rust.
//!
//! A [`scenario`] says what the server does, what the client does, what comes out and which
//! requests are seen. A [`driver`] is a tiny program over the public face of one language. The
//! Rust client is the reference: what another language gives must be equal, the requests at the
//! server included.

#![forbid(unsafe_code)]

pub mod driver;
pub mod languages;
pub mod normal;
pub mod play;
pub mod readme;
pub mod scenario;

use std::path::PathBuf;

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
