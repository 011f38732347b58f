//! Pictures that lie, break off or blow up: an error within the limits. Alone in its process, so that
//! what it takes of the memory can be told.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use mindee_core::document::{Budget, File, Limits, Shrink, inspect, shrink};

/// The most memory that the process has had, in kilobytes; where the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn content(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents");
    std::fs::read(folder.join(name)).unwrap()
}

/// Every operation on it; what they give does not matter, but that they end.
fn all(content: &[u8], name: &str, limits: Limits) {
    let file = File::bytes(content.to_vec(), Some(name));
    let _ = inspect(&file, &Budget::new(limits));
    let _ = shrink(
        &file,
        &Shrink {
            max_width: Some(5),
            ..Shrink::default()
        },
        &Budget::new(limits),
    );
}

fn refused(name: &str, content: &[u8]) {
    let file = File::bytes(content.to_vec(), Some(name));
    let error = shrink(&file, &Shrink::default(), &Budget::new(Limits::default())).unwrap_err();
    assert!(
        ["document.limit", "document.damaged"].contains(&error.code()),
        "{name}: {error}"
    );
}

const SMALL: [&str; 8] = [
    "jpeg/one-pixel.jpg",
    "png/palette-4.png",
    "png/gray-1.png",
    "tiff/g4.tiff",
    "tiff/3-pages-mixed.tiff",
    "webp/animated.webp",
    "heif/single.heic",
    "jpeg/narrow.jpg",
];

#[test]
fn hostile_pictures_are_refused_in_little_time_and_memory() {
    let limits = Limits {
        pixels: 1_000_000,
        inflated: 8_000_000,
        time: Duration::from_secs(10),
        ..Limits::default()
    };
    let before = peak();
    let start = Instant::now();
    for name in [
        "jpeg/bomb.jpg",
        "jpeg/bomb-progressive.jpg",
        "jpeg/many-scans.jpg",
        "png/bomb.png",
        "png/bomb-beyond.png",
        "png/bomb-chunk.png",
        "webp/bomb.webp",
        "webp/bomb-canvas.webp",
        "tiff/bomb.tiff",
        "tiff/bomb-strips.tiff",
        "heif/bomb.heic",
    ] {
        refused(name, &content(name));
    }
    for name in [
        "png/bomb-profile.png",
        "png/bomb-text.png",
        "tiff/loop.tiff",
        "tiff/truncated.tiff",
    ] {
        all(&content(name), name, limits);
    }
    assert!(start.elapsed() < Duration::from_secs(20));

    // Cut off at each byte, or as many as take about the same time.
    for name in SMALL {
        let whole = content(name);
        for end in (0..whole.len()).step_by(1 + whole.len() / 800) {
            all(&whole[..end], name, limits);
        }
    }
    // Bytes that are something else.
    for name in SMALL {
        let whole = content(name);
        for place in (0..whole.len()).step_by(1 + whole.len() / 400) {
            for other in [0x00, 0x7f, 0xff] {
                let mut turned = whole.clone();
                turned[place] = other;
                all(&turned, name, limits);
            }
        }
    }
    if let (Some(before), Some(after)) = (before, peak()) {
        let grown = after.saturating_sub(before);
        assert!(grown < 96 << 10, "{grown} kB more");
    }
}
