//! Sixteen threads at once, each with every operation on four files that it shares with the others: as
//! one alone does it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::path::Path;
use std::thread;

use mindee_core::Error;
use mindee_core::document::{
    Budget, CutOptions, Document, File, Limits, Shrink, cut, inspect, keep_pages, preflight,
    remove_pages, repair, shrink,
};

/// One of each kind of coding, sound or not.
const FILES: [&str; 11] = [
    "pdf/bookmarks.pdf",
    "pdf/empty-password-aes-256-in-streams.pdf",
    "pdf/form.pdf",
    "pdf/no-xref-in-streams.pdf",
    "pdf/password-aes-256.pdf",
    "jpeg/cmyk-progressive.jpg",
    "png/interlaced-gray-1.png",
    "webp/lossy-alpha.webp",
    "tiff/4-pages.tiff",
    "heif/orientation-6.heic",
    "refused/picture.gif",
];

const CROP: &[u8] =
    br#"{"inference":{"result":{"crops":[{"object_type":"slip","location":{"page":0,
    "polygon":[[0.1,0.1],[0.9,0.1],[0.9,0.9],[0.1,0.9]]}}]}}}"#;

fn told(document: &Document) -> String {
    // Equal lengths and equal ends of a file without random parts are equal files for this.
    let sum = document.content.iter().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(0x100_0000_01b3) ^ u64::from(*byte)
    });
    format!("{document:?} {sum:x}")
}

fn outcome<T>(outcome: Result<T, Error>, tell: impl Fn(&T) -> String) -> String {
    outcome.map_or_else(|error| error.to_string(), |made| tell(&made))
}

/// What each operation gives, in words.
fn everything(file: &File) -> Vec<String> {
    let left = || Budget::new(Limits::default());
    let small = Shrink {
        max_width: Some(60),
        ..Shrink::default()
    };
    let coarse = CutOptions {
        dpi: 50,
        ..CutOptions::default()
    };
    vec![
        outcome(inspect(file, &left()), |told| format!("{told:?}")),
        outcome(preflight(file, &left()), |told| told.to_json().to_string()),
        outcome(keep_pages(file, &[-1, 0], 0, &left()), told),
        outcome(remove_pages(file, &[0], 0, &left()), told),
        outcome(repair(file, &left()), |made| {
            format!("{:?} {}", made.mended, told(&made.document))
        }),
        outcome(shrink(file, &small, &left()), |made| {
            format!("{:?} {}", made.note, told(&made.document))
        }),
        outcome(cut(file, CROP, &coarse, &left()), |made| {
            made.iter().map(told).collect::<Vec<_>>().join(", ")
        }),
    ]
}

#[test]
fn sixteen_threads_get_what_one_gets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents");
    // The files themselves are shared: those on the disk and those in memory.
    let files: Vec<File> = FILES
        .iter()
        .enumerate()
        .map(|(place, name)| {
            if place % 2 == 0 {
                File::open(folder.join(name)).unwrap()
            } else {
                let content = std::fs::read(folder.join(name)).unwrap();
                File::bytes(content, Path::new(name).file_name().unwrap().to_str())
            }
        })
        .collect();
    let alone: Vec<Vec<String>> = files.iter().map(everything).collect();
    thread::scope(|scope| {
        for start in 0..16 {
            let (files, alone) = (&files, &alone);
            scope.spawn(move || {
                let shifted = files.iter().zip(alone).zip(FILES).cycle();
                for ((file, alone), name) in shifted.skip(start).take(4) {
                    assert_eq!(&everything(file), alone, "{name}");
                }
            });
        }
    });
}
