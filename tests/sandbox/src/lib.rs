//! A local stand-in for the Mindee V2 API.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod admin;
mod body;
mod chance;
mod clock;
mod connection;
mod edit;
mod effect;
mod exchange;
mod faults;
mod form;
mod gate;
mod inference;
mod intake;
mod job;
mod key;
mod listen;
mod made;
mod meter;
mod model;
mod oddity;
mod order;
mod pages;
mod problem;
mod processing;
mod product;
mod rag;
mod rate;
mod reply;
mod route;
mod routes;
mod rule;
mod rules;
mod sandbox;
mod schema;
mod seen;
mod settings;
mod timestamp;
mod tls;
mod world;

pub use job::{Fate, Processing};
pub use oddity::{HeaderBomb, Oversized};
pub use processing::ProcessingTime;
pub use product::Product;
pub use rate::{RateLimits, RetryAfter};
pub use rule::{Answer, Change, On, Reset, Rule};
pub use sandbox::{Sandbox, StartError};
pub use settings::{ModelSettings, Settings};
