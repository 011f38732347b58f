//! What was repaired is sound, and repairing it again changes nothing.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use mindee_core::document::{File, repair};

fuzz_target!(|content: &[u8]| {
    let Some(repaired) = common::known(repair(&common::file(content), &common::budget())) else { return };
    let document = repaired.document;
    let again = File::bytes(document.content.clone(), Some(&document.filename));
    match repair(&again, &common::budget()) {
        Ok(again) => {
            assert!(again.mended.is_empty(), "{:?}, then {:?}", repaired.mended, again.mended);
            assert_eq!(again.document.content, document.content);
        }
        Err(error) => assert_eq!(error.code(), "document.limit", "{error}"),
    }
});
