//! Which library this is.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use crate::boundary::guard_read;
use crate::text::mindee_str;

/// Grows by one with every change that breaks programs which were compiled before it.
pub const MINDEE_ABI_VERSION: u32 = 1;

/// The library's version, such as `0.1.0`; compare it with `MINDEE_VERSION` of the header.
///
/// Ownership: the text is the library's own, for ever.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_version() -> mindee_str<'static> {
    guard_read(mindee_str::NONE, || {
        Some(mindee_str::new(mindee_core::VERSION))
    })
}

/// The library's ABI number; it must equal `MINDEE_ABI_VERSION` of the header.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_abi_version() -> u32 {
    guard_read(MINDEE_ABI_VERSION, || Some(MINDEE_ABI_VERSION))
}
