//! A page of any file is cut, or the file is refused.
#![no_main]

mod common;

use libfuzzer_sys::fuzz_target;
use mindee_core::document::{CutOptions, cut};

const CROP: &[u8] = br#"{"inference":{"file":{"name":"a.pdf"},"result":{"crops":[{"object_type":"receipt","location":{
    "page":0,"polygon":[[0.1,0.2],[0.9,0.1],[0.8,0.9],[0.2,0.8]]}}]}}}"#;

fuzz_target!(|content: &[u8]| {
    let options = CutOptions { dpi: 40, ..CutOptions::default() };
    let made = common::known(cut(&common::file(content), CROP, &options, &common::budget()));
    made.into_iter().flatten().for_each(common::readable);
});
