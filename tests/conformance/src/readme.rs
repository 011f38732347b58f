//! Tables of the README that are made from code.

use std::fs;

use crate::root;

/// Asserts that the README's text between two marks is the table; with `BLESS=1` it becomes it.
///
/// # Panics
/// Where it is another text, with how to mend it.
#[expect(clippy::panic, reason = "it is an assertion")]
pub fn holds(mark: &str, table: &str) {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap_or_else(|error| panic!("README.md: {error}"));
    let (begin, end) = (
        format!("<!-- begin {mark} -->\n"),
        format!("<!-- end {mark} -->"),
    );
    let parts = readme
        .split_once(&begin)
        .and_then(|(head, rest)| rest.split_once(&end).map(|(old, tail)| (head, old, tail)));
    let Some((head, old, tail)) = parts else {
        panic!("README.md lacks the marks {begin} and {end}")
    };
    if old == table {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        let text = format!("{head}{begin}{table}{end}{tail}");
        fs::write(&path, text).unwrap_or_else(|error| panic!("README.md: {error}"));
        return;
    }
    panic!(
        "the table of {mark} in README.md is not the code's; `make bless` rewrites it:\n{table}"
    );
}
