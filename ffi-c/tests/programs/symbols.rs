//! What the shared library exports is what the header declares, no more and no less.

use std::collections::BTreeSet;
use std::fs;

use crate::toolchain::{installed, run, tool};

/// Functions that the header declares: what stands before a bracket at the start of a declaration.
fn declared() -> BTreeSet<String> {
    let header = fs::read_to_string(installed().join("include/mindee.h")).unwrap();
    let is_declaration = |line: &&str| {
        !line.starts_with([' ', '/', '#', '}'])
            && !line.starts_with("typedef")
            && line.contains('(')
    };
    header
        .lines()
        .filter(is_declaration)
        .filter(|line| !line.starts_with("static inline"))
        .filter_map(|line| line.split('(').next()?.split([' ', '*']).next_back())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_shared_library_exports_what_the_header_declares() {
    let library = installed().join("lib/libmindee.so");
    let table = run(tool("nm").args(["-D", "--defined-only"]).arg(library));
    let exported: BTreeSet<String> = table
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .map(str::to_owned)
        .collect();
    assert!(exported.len() > 50, "{exported:?}");
    assert_eq!(
        exported,
        declared(),
        "to mend it: BLESS=1 cargo test -p mindee-ffi --test header"
    );
}

#[test]
fn the_shared_library_is_named_after_its_version() {
    let library = installed().join("lib/libmindee.so");
    let section = run(tool("readelf").arg("-d").arg(library));
    let name = concat!("[libmindee.so.", env!("CARGO_PKG_VERSION"), "]");
    assert!(section.contains(name), "{name} is not in\n{section}");
}

#[test]
fn the_pkg_config_file_names_the_version_and_the_library() {
    let text = fs::read_to_string(installed().join("lib/pkgconfig/mindee.pc")).unwrap();
    assert!(text.contains(concat!("\nVersion: ", env!("CARGO_PKG_VERSION"), "\n")));
    assert!(text.contains("-lmindee\n"));
}
