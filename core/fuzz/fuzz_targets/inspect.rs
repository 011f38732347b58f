//! Whatever a file holds, it is told of or refused.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use mindee_core::document::inspect;

fuzz_target!(|content: &[u8]| {
    if let Some(told) = common::known(inspect(&common::file(content), &common::budget())) {
        assert_eq!(told.length, content.len() as u64);
    }
});
