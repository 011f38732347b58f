//! Programs in C and C++ against the built library and a sandbox in this process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

mod behaviour;
mod compilers;
mod examples;
mod ledger;
mod memory;
mod receiver;
mod symbols;
mod toolchain;
mod vectors;
mod world;
