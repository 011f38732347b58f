//! What is written twice is compared. `make bless` rewrites the tables of the README.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::fs;

use mindee_conformance::readme::holds;
use mindee_conformance::root;
use mindee_core::options::{self, OptionSpec};
use mindee_core::{error, ops};
use serde_json::Value;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_readme_has_the_table_of_options() {
    let row = |spec: &OptionSpec| {
        let default = spec
            .default
            .map_or("–".to_owned(), |value| format!("`{value}`"));
        let environment = spec
            .environment
            .map_or("–".to_owned(), |name| format!("`{name}`"));
        let only = if spec.extraction_only {
            " Extraction only."
        } else {
            ""
        };
        format!(
            "| `{}` | {} | {} | {default} | {environment} | {}{only} |\n",
            spec.key,
            spec.scope.name(),
            spec.kind,
            spec.doc
        )
    };
    let head = "| option | given to | type | default | environment | meaning |\n|---|---|---|---|---|---|\n";
    holds(
        "options",
        &format!("{head}{}", options::table().map(row).collect::<String>()),
    );
}

#[test]
fn the_readme_has_the_table_of_errors() {
    let row = |row: &&error::Row| {
        let again = if row.retryable { "yes" } else { "no" };
        format!(
            "| `{}` | {} | {again} | {} |\n",
            row.code,
            row.category.name(),
            row.hint
        )
    };
    let head = "| code | category | retryable | what to do |\n|---|---|---|---|\n";
    holds(
        "errors",
        &format!("{head}{}", error::TABLE.iter().map(row).collect::<String>()),
    );
}

#[test]
fn the_readme_has_the_table_of_operations() {
    let row = |spec: &ops::OperationSpec| format!("| `{}` | {} |\n", spec.name, spec.doc);
    let head = "| operation | what it does |\n|---|---|\n";
    holds(
        "operations",
        &format!("{head}{}", ops::TABLE.iter().map(row).collect::<String>()),
    );
}

#[test]
fn no_error_code_is_used_twice() {
    let mut codes: Vec<&str> = error::TABLE.iter().map(|row| row.code).collect();
    let all = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all);
}

#[test]
fn one_version_stands_everywhere() {
    let version = mindee_core::VERSION;
    let package: Value = serde_json::from_str(&read("node/package.json")).unwrap();
    assert_eq!(package["version"], version, "node/package.json");
    let lock: Value = serde_json::from_str(&read("node/package-lock.json")).unwrap();
    assert_eq!(
        lock["version"], version,
        "node/package-lock.json: run `npm install` in node/"
    );
    assert!(
        read("include/mindee.h").contains(&format!("\"{version}\"")),
        "include/mindee.h: run `make bless`"
    );
    let python = read("py/pyproject.toml");
    assert!(
        python.contains("dynamic = [\"version\"]"),
        "py/pyproject.toml takes the version from Cargo"
    );
    assert!(
        read("CHANGELOG.md").contains(&format!("## {version}")),
        "CHANGELOG.md has no section for {version}"
    );
}

#[test]
fn an_option_has_one_meaning() {
    let mut keys: Vec<&str> = options::table().map(|spec| spec.key).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all, "a key is in both tables");
}
