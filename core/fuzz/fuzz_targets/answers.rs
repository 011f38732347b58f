//! Answers in JSON, in each of the shapes that are read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mindee_core::Inference;
use mindee_core::product::{
    AnyResult, ClassificationResult, CropResult, ExtractionResult, OcrResult, SplitResult,
};

fuzz_target!(|content: &[u8]| {
    match Inference::<AnyResult>::from_json(content.to_vec()) {
        Ok(read) => assert_eq!(read.raw().as_ref(), content),
        Err(error) => assert_eq!(error.body().map(|body| body.as_ref()), Some(content)),
    }
    let _ = Inference::<ExtractionResult>::from_json(content.to_vec());
    let _ = Inference::<SplitResult>::from_json(content.to_vec());
    let _ = Inference::<CropResult>::from_json(content.to_vec());
    let _ = Inference::<ClassificationResult>::from_json(content.to_vec());
    let _ = Inference::<OcrResult>::from_json(content.to_vec());
    if let Ok(text) = std::str::from_utf8(content) {
        let _ = mindee_core::ClientOptions::from_json(text);
    }
});
