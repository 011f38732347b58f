//! What was shrunk is smaller, or is the file itself.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use mindee_core::document::{Shrink, shrink};

fuzz_target!(|content: &[u8]| {
    let wanted = Shrink { max_width: Some(40), max_height: Some(40), ..Shrink::default() };
    let Some(shrunk) = common::known(shrink(&common::file(content), &wanted, &common::budget())) else { return };
    if shrunk.smaller {
        assert!(shrunk.document.content.len() < content.len());
        common::readable(shrunk.document);
    } else {
        assert_eq!(shrunk.document.content.as_ref(), content);
    }
});
