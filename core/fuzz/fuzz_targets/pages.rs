//! Pages that are kept are there afterwards, and as many as were asked for.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use mindee_core::document::{File, inspect, keep_pages, remove_pages};

fuzz_target!(|content: &[u8]| {
    let file = common::file(content);
    // Of a damaged file, what is damaged may be kept as it is.
    let sound = inspect(&file, &common::budget()).is_ok_and(|told| !told.damaged);
    if let Some(document) = common::known(keep_pages(&file, &[-1, 0, 0], 0, &common::budget())) {
        let kept = File::bytes(document.content, Some(&document.filename));
        match inspect(&kept, &common::budget()) {
            Ok(told) => assert!(!sound || (told.pages == Some(3) && !told.damaged), "{told:?}"),
            Err(error) => assert_eq!(error.code(), "document.limit", "{error}"),
        }
    }
    if let Some(document) = common::known(remove_pages(&file, &[0], 0, &common::budget())) {
        common::readable(document);
    }
});
