//! The native layer of the npm package `mindee-core`: one class to call, one to cancel.
//!
//! Nothing is decided here. Arguments come as JSON text, answers leave as bytes, an error leaves
//! as the core's payload; real `Error` objects are made in TypeScript, where the stack is known.

mod boundary;
mod document;
mod feed;
mod tables;
