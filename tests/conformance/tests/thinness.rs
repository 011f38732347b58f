//! Wrappers convert and do not decide: what they depend on, and how large they are.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use mindee_conformance::readme::holds;
use mindee_conformance::root;

/// What a wrapper may depend on: the core, its binding library, and JSON.
const ALLOWED: [&str; 8] = [
    "mindee-core",
    "pyo3",
    "napi",
    "napi-derive",
    "napi-build",
    "serde_json",
    "bytes",
    "serde",
];

#[test]
fn wrappers_depend_on_the_core_and_their_binding_alone() {
    for wrapper in ["ffi-c", "py", "node"] {
        let manifest = fs::read_to_string(root().join(wrapper).join("Cargo.toml")).unwrap();
        let mut section = "";
        for line in manifest.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
            } else if matches!(section, "[dependencies]" | "[build-dependencies]") {
                let name = line.split(['.', '=', ' ']).next().unwrap();
                assert!(
                    name.is_empty() || name.starts_with('#') || ALLOWED.contains(&name),
                    "{wrapper}: {name}"
                );
            }
        }
    }
}

/// Lines that are neither blank nor comment nor documentation.
fn code_lines(folder: &Path, endings: &[&str]) -> usize {
    let mut lines = 0;
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        let ending = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default()
            .to_owned();
        if path.is_dir() {
            lines += code_lines(&path, endings);
        } else if endings.contains(&ending.as_str()) {
            lines += fs::read_to_string(&path)
                .unwrap()
                .lines()
                .filter(|line| is_code(line.trim()))
                .count();
        }
    }
    lines
}

fn is_code(line: &str) -> bool {
    !line.is_empty()
        && !["//", "#!", "# ", "/*", "*", "\"\"\""]
            .iter()
            .any(|mark| line.starts_with(mark))
}

#[test]
fn the_readme_tells_the_size_of_each_wrapper() {
    let root = root();
    let rows = [
        ("core", "core/src", vec!["rs"]),
        ("C ABI", "ffi-c/src", vec!["rs"]),
        ("C++ header", "include", vec!["hpp"]),
        ("Python, Rust part", "py/src", vec!["rs"]),
        ("Python, Python part", "py/python/mindee_core", vec!["py"]),
        ("Node, Rust part", "node/src", vec!["rs"]),
        ("Node, TypeScript part", "node/ts", vec!["ts"]),
    ];
    let mut table = String::from("| part | lines of code |\n|---|---|\n");
    for (name, folder, endings) in rows {
        // Rounded, so that the table changes with the design and not with each line.
        let lines = code_lines(&root.join(folder), &endings).div_ceil(50) * 50;
        let _ = writeln!(table, "| {name} | {lines} |");
    }
    println!("{table}");
    holds("sizes", &table);
}
