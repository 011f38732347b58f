//! Client core for the Mindee V2 document API.
//!
//! A document goes in, typed fields come out:
//!
//! ```no_run
//! # async fn example() -> Result<(), mindee_core::Error> {
//! use mindee_core::{Client, Params};
//!
//! let client = Client::from_environment()?;
//! let params = Params::new().model_id("your-model-id");
//! let inference = client.extraction().run("invoice.pdf", params).await?;
//! if let Some(total) = inference.result.fields.get("total_amount") {
//!     println!("{:?}", total.as_number());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The map, from the outside in: [`client`] joins everything; [`call`] is the one door for
//! wrappers in other languages; [`options`], [`error`] and [`ops`] are the three tables; [`source`]
//! is what to send; [`job`] and [`product`] are what comes back; [`retry`] and [`poll`] decide when
//! to ask again. This library is independent of Mindee.

#![forbid(unsafe_code)]

mod address;
pub mod call;
mod cancel;
pub mod client;
#[cfg(feature = "documents")]
pub mod document;
mod engine;
pub mod error;
mod finding;
pub mod job;
mod judge;
#[cfg(feature = "ledger")]
pub mod ledger;
#[cfg(not(feature = "ledger"))]
#[path = "no_ledger.rs"]
mod ledger;
mod lenient;
mod limits;
mod media;
pub mod models;
pub mod ops;
pub mod options;
pub mod pace;
pub mod poll;
mod poller;
mod problem;
mod process;
pub mod product;
pub mod retry;
#[cfg(feature = "runtime")]
pub mod runtime;
mod secret;
mod sizes;
pub mod source;
mod tls;
mod transport;
mod value;
mod wait;
pub mod webhook;

pub use cancel::Cancel;
pub use client::Client;
pub use error::{Category, Error};
pub use finding::{Finding, Severity};
pub use job::{Job, JobStatus, JobWebhook, ResumeToken};
pub use lenient::Presence;
pub use options::{ClientOptions, Params};
pub use problem::{Problem, ProblemItem};
pub use product::{Inference, Product};
pub use secret::ApiKey;
pub use source::Source;
pub use value::{DataSchema, Ids, OptionValue};

/// The version of this library, the same for every package of it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
