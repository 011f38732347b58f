//! A local stand-in for the Mindee V2 API.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod admin;
mod body;
mod connection;
mod edit;
mod effect;
mod exchange;
mod form;
mod inference;
mod intake;
mod job;
mod key;
mod listen;
mod made;
mod model;
mod order;
mod pages;
mod problem;
mod product;
mod rag;
mod reply;
mod route;
mod routes;
mod rule;
mod sandbox;
mod schema;
mod seen;
mod settings;
mod timestamp;
mod tls;
mod world;

pub use job::{Fate, Processing};
pub use product::Product;
pub use rule::{Answer, Change, On, Reset, Rule};
pub use sandbox::{Sandbox, StartError};
pub use settings::Settings;
