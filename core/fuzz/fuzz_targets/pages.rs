//! Pages that are kept are there afterwards, and as many as were asked for.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use mindee_core::document::{File, inspect, keep_pages, remove_pages};

fuzz_target!(|content: &[u8]| {
    let file = common::file(content);
    if let Some(document) = common::known(keep_pages(&file, &[-1, 0, 0], 0, &common::budget())) {
        let kept = File::bytes(document.content, Some(&document.filename));
        let told = inspect(&kept, &common::budget()).expect("what was made can be read");
        assert_eq!(told.pages, Some(3));
    }
    if let Some(document) = common::known(remove_pages(&file, &[0], 0, &common::budget())) {
        common::readable(document);
    }
});
