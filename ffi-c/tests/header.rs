//! The header is written from the sources, and nobody edits it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::fs;
use std::path::Path;

use cbindgen::{Builder, Config};

/// The files that hold what is exported, in the order in which a reader wants to meet it.
const FILES: [&str; 14] = [
    "text", "version", "error", "options", "source", "cancel", "client", "job", "result", "value",
    "models", "ledger", "webhook", "document",
];

fn written() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let numbers = config.after_includes.take().unwrap();
    config.after_includes = Some(
        numbers
            .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
            .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
            .replace("@PATCH@", env!("CARGO_PKG_VERSION_PATCH")),
    );
    let source = |name: &str| folder.join("src").join(name).with_extension("rs");
    let builder = FILES
        .iter()
        .fold(Builder::new().with_config(config), |builder, name| {
            builder.with_src(source(name))
        });
    let mut header = Vec::new();
    builder
        .with_src(source("handle"))
        .generate()
        .unwrap()
        .write(&mut header);
    String::from_utf8(header).unwrap()
}

#[test]
fn the_header_is_what_the_sources_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include/mindee.h");
    let written = written();
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &written).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differs = committed
        .lines()
        .zip(written.lines())
        .position(|(one, other)| one != other)
        .map_or(
            committed.lines().count().min(written.lines().count()),
            |line| line,
        )
        + 1;
    assert!(
        committed == written,
        "include/mindee.h is not what ffi-c/src says, from line {differs} on.\n\
         To mend it: BLESS=1 cargo test -p mindee-ffi --test header"
    );
}
