//! The C ABI of mindee-core. The conventions stand at the top of `include/mindee.h`.
//!
//! A list of names: each exported function is one call of a guard in [`boundary`], and everything
//! that is decided is decided in `mindee-core`.
//!
//! Ownership is in the signatures, by Rust's guaranteed layout of pointer types, so that the
//! compiler checks it: `Option<&T>` is a handle that is lent, `Option<Box<T>>` one that is handed
//! over, `Option<&mut MaybeUninit<Option<Box<T>>>>` a place for a new one, which may hold anything
//! before, and `Option<&mut Option<Box<T>>>` the place of one to be freed. All of them may be NULL.
//!
//! `unsafe` blocks stand in `text.rs` and `handle.rs` alone. Elsewhere the word is only in
//! `#[unsafe(no_mangle)]`, whose promise is that no other symbol has the name: all names begin
//! with `mindee_`, and the linker refuses a second one. `tests/sources.rs` checks both.

#![allow(
    non_camel_case_types,
    reason = "types are named as the header names them"
)]

mod boundary;
pub mod cancel;
pub mod client;
#[cfg(feature = "documents")]
pub mod document;
pub mod error;
pub mod handle;
pub mod job;
pub mod ledger;
pub mod models;
pub mod options;
pub mod result;
pub mod source;
pub mod text;
pub mod value;
pub mod version;
pub mod webhook;
