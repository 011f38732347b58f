//! The examples, as a user would build and run them.

use std::process::Command;
use std::time::Duration;

use mindee_sandbox::Settings;

use crate::toolchain::{Link, build, folder, run, text};
use crate::world::{World, document};

const EXAMPLES: [(&str, &str, &str); 2] = [
    ("gcc", "-std=c99", "examples/invoice.c"),
    ("g++", "-std=c++17", "examples/invoice.cpp"),
];
const NAMES: [&str; 7] = [
    "supplier_name",
    "invoice_number",
    "date",
    "currency",
    "total_amount",
    "line_items",
    "line_item_1",
];

#[track_caller]
fn prints_the_invoice(link: Link) {
    let world = World::new(Duration::from_millis(20));
    let outputs = EXAMPLES.map(|(compiler, standard, source)| {
        let program = build(compiler, &[standard], source, link);
        run(world
            .tell(&mut Command::new(program))
            .args([document().as_str(), world.model()]))
    });
    let names: Vec<&str> = outputs[0]
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, NAMES, "{}", outputs[0]);
    assert_eq!(outputs[0], outputs[1], "C and C++ differ");
}

#[test]
fn the_examples_print_the_invoice_with_the_shared_library() {
    prints_the_invoice(Link::Shared);
}

#[test]
fn the_examples_print_the_invoice_with_the_static_library() {
    prints_the_invoice(Link::Static);
}

#[test]
fn the_examples_tell_an_error_on_standard_error() {
    let world = World::new(Duration::from_millis(20));
    for (compiler, standard, source) in EXAMPLES {
        let mut command = Command::new(build(compiler, &[standard], source, Link::Shared));
        let output = world
            .tell(&mut command)
            .args(["no-such-file.pdf", world.model()])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        assert!(output.stdout.is_empty());
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("[source.not_found]"), "{told}");
    }
}

#[test]
fn the_lines_of_the_readme_print_the_total() {
    let data = folder().join("../tests/data");
    let world = World::set(Settings {
        processing: Duration::from_millis(20),
        results: Some(data.join("results")),
        ..Settings::default()
    });
    for (compiler, standard, source, total) in [
        ("gcc", "-std=c99", "examples/readme.c", "1369.80\n"),
        ("g++", "-std=c++17", "examples/readme.cpp", "1369.8\n"),
    ] {
        let mut command = Command::new(build(compiler, &[standard], source, Link::Shared));
        // The document is named as the README names it.
        assert_eq!(run(world.tell(&mut command).current_dir(&data)), total);
    }
}

#[test]
fn the_example_makes_a_file_ready_and_writes_it() {
    let made = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(build(
        "gcc",
        &["-std=c99"],
        "examples/prepare.c",
        Link::Shared,
    ));
    let told = run(command
        .arg(folder().join("../tests/data/documents/tiff/plain.tiff"))
        .arg(made.path()));
    let length = made.path().metadata().unwrap().len();
    assert_eq!(
        told,
        format!("cost: The file has 1 page\nplain.jpg: {length} bytes\n")
    );
}
