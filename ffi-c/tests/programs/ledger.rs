//! A batch with a ledger, killed again and again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::toolchain::{build_c, run};
use crate::world::{World, document};

const DOCUMENTS: usize = 60;

/// Documents with different contents.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut pdf = fs::read(document()).unwrap();
    let document = |number: usize| {
        pdf.extend_from_slice(format!("\n% {number}").as_bytes());
        let path = folder.join(format!("{number:02}.pdf"));
        fs::write(&path, &pdf).unwrap();
        path
    };
    (0..DOCUMENTS).map(document).collect()
}

/// How often the sandbox took a document of each alias.
fn taken(seen: &Value) -> BTreeMap<String, u64> {
    serde_json::from_value(seen.pointer("/billed/documents_by_alias").unwrap().clone()).unwrap()
}

#[test]
fn killed_again_and_again_a_batch_loses_nothing_and_sends_nothing_twice() {
    let world = World::new(Duration::from_millis(100));
    let documents = documents(world.folder());
    let program = build_c("tests/c/batch.c");
    let batch = || {
        let mut command = Command::new(&program);
        world.tell(&mut command);
        command.arg(world.model()).arg(world.ledger());
        command.args(&documents);
        command
    };
    let start = || -> Child { batch().stderr(Stdio::null()).spawn().unwrap() };
    // Killed at moments that fall into every phase: opening, sending, waiting, fetching.
    for millis in [10, 60, 120, 170, 230, 290, 350] {
        let mut child = start();
        sleep(Duration::from_millis(millis));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let rows = run(&mut batch());
    let taken = taken(&world.sandbox.seen());
    let mut known = 0;
    for line in rows.lines() {
        let (alias, state) = line.split_once('\t').unwrap();
        let times = taken.get(alias).copied().unwrap_or_default();
        match state {
            "done" => assert_eq!(times, 1, "{line}"),
            // Nobody can tell, and so nobody sends it again.
            "unknown" => assert!(times <= 1, "{line}"),
            other => panic!("{other}: {line}"),
        }
        known += 1;
    }
    assert_eq!(known, DOCUMENTS, "each document is in the ledger once");
}
