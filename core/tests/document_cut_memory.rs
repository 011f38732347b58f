//! What drawing a page takes in memory, whatever the file looks like.
#![allow(clippy::unwrap_used, reason = "a test ends by panicking")]

use mindee_core::document::{Budget, CutOptions, File, Limits, cut};

/// The most memory that this process had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn what_looks_like_a_stream_within_another_is_not_unpacked() {
    // Made by fuzzing: the renderer searches this file, and unpacks 600 MB of what it finds.
    let pdf: &[u8] = include_bytes!("document_pdfs/stream-within-a-stream.pdf");
    let result = br#"{"inference":{"result":{"crops":[{"object_type":"slip","location":{"page":0,
        "polygon":[[0.1,0.2],[0.9,0.1],[0.8,0.9],[0.2,0.8]]}}]}}}"#;
    let before = peak();
    let options = CutOptions {
        dpi: 40,
        ..CutOptions::default()
    };
    let budget = Budget::new(Limits::default());
    let _ = cut(&File::bytes(pdf, None), result, &options, &budget);
    assert!(peak() - before < 200_000, "{} KiB more", peak() - before);
}
