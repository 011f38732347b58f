//! Handles: which threads may share one, and the one type that C may fill with any number.

#![allow(
    unsafe_code,
    reason = "a boundary file: C's enums hold any number, Rust's do not"
)]

use std::mem::MaybeUninit;

use mindee_core::Product;

use crate::cancel::mindee_cancel;
use crate::client::mindee_client;
use crate::error::mindee_error;
use crate::job::mindee_job;
use crate::options::mindee_options;
use crate::result::mindee_result;
use crate::source::mindee_source;
use crate::value::{mindee_text, mindee_value};
use crate::webhook::mindee_delivery;

/// What Mindee does with a document.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum mindee_product {
    /// Fields by the model's data schema.
    MINDEE_EXTRACTION = 1,
    /// Where one document ends and the next begins.
    MINDEE_SPLIT = 2,
    /// Where the documents lie on a picture.
    MINDEE_CROP = 3,
    /// Which kind of document it is.
    MINDEE_CLASSIFICATION = 4,
    /// All words and their places.
    MINDEE_OCR = 5,
}

/// The name that the core knows a product by; a number that is no product is left to the core
/// to refuse.
pub(crate) fn product_name(product: MaybeUninit<mindee_product>) -> String {
    let number = number(product);
    usize::try_from(number)
        .ok()
        .and_then(|number| Product::ALL.get(number.checked_sub(1)?))
        .map_or_else(|| number.to_string(), |product| product.slug().to_owned())
}

/// C may pass any number where an enum is named, so that it is read as a number.
const fn number(product: MaybeUninit<mindee_product>) -> u32 {
    // SAFETY: a `repr(C)` enum without data has the size of `u32` here, which the compiler
    // checks for `transmute`; every bit pattern is a `u32`; the caller passed a value.
    unsafe { std::mem::transmute::<MaybeUninit<mindee_product>, u32>(product) }
}

const fn assert_shared_by_threads<T: Send + Sync>() {}

// The header says which handles threads may share: the compiler agrees or stops.
const _: () = {
    assert_shared_by_threads::<mindee_cancel>();
    assert_shared_by_threads::<mindee_client>();
    assert_shared_by_threads::<mindee_delivery>();
    assert_shared_by_threads::<mindee_error>();
    assert_shared_by_threads::<mindee_job>();
    assert_shared_by_threads::<mindee_options>();
    assert_shared_by_threads::<mindee_result>();
    assert_shared_by_threads::<mindee_source>();
    assert_shared_by_threads::<mindee_text>();
    assert_shared_by_threads::<mindee_value>();
};
