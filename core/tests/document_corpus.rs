//! Each kind of file, sound, odd, damaged and hostile: what is told of it is how it was made.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mindee_core::document::{
    Budget, CutOptions, File, Limits, Shrink, cut, inspect, keep_pages, remove_pages, repair,
    shrink,
};
use mindee_core::{Error, error};
use serde_json::{Map, Value};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents")
}

/// By name: what an honest look at a file must tell; the README of the folder explains the keys.
fn expected() -> BTreeMap<String, Map<String, Value>> {
    serde_json::from_slice(&fs::read(folder().join("expected.json")).unwrap()).unwrap()
}

fn open(name: &str) -> File {
    File::open(folder().join(name)).unwrap()
}

fn budget() -> Budget {
    Budget::new(Limits::default())
}

fn lists(expected: &Map<String, Value>, key: &str, error: &Error) -> bool {
    let codes = expected.get(key).and_then(Value::as_array);
    codes.is_some_and(|codes| codes.iter().any(|code| code == error.code()))
}

/// What is wrong with what is told of one file.
fn faults(expected: &Map<String, Value>, told: Result<Value, Error>) -> Vec<String> {
    let told = match told {
        Ok(told) => told,
        Err(error) if lists(expected, "fails", &error) || lists(expected, "may_fail", &error) => {
            return Vec::new();
        }
        Err(error) => return vec![format!("{}: {error}", error.code())],
    };
    if let Some(codes) = expected.get("fails") {
        return vec![format!("does not fail with {codes}: {told}")];
    }
    let facts = [
        "media_type",
        "pages",
        "width",
        "height",
        "orientation",
        "animated",
        "encrypted",
        "text_layer",
        "damaged",
    ];
    let known = facts
        .iter()
        .filter_map(|fact| Some((*fact, expected.get(*fact)?)));
    known
        .filter(|(fact, value)| told.get(fact) != Some(value))
        .map(|(fact, value)| format!("{fact} is {value}, told {:?}", told.get(fact)))
        .collect()
}

fn all_well(faults: &[(String, Vec<String>)]) {
    let lines: Vec<String> = faults
        .iter()
        .filter(|(_, faults)| !faults.is_empty())
        .map(|(name, faults)| format!("{name}: {}", faults.join("; ")))
        .collect();
    assert!(
        lines.is_empty(),
        "{} files:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

#[test]
fn what_is_told_of_a_file_is_how_it_was_made() {
    let all = expected();
    assert!(all.len() > 250, "{} files are too few", all.len());
    let mut found = Vec::new();
    for (name, expected) in all {
        let told = inspect(&open(&name), &budget()).map(|told| told.to_json());
        found.push((name, faults(&expected, told)));
    }
    all_well(&found);
}

#[test]
fn bytes_are_told_of_as_files_are() {
    for name in expected().into_keys() {
        let content = fs::read(folder().join(&name)).unwrap();
        let filename = Path::new(&name).file_name().unwrap().to_str();
        let held = inspect(&File::bytes(content, filename), &budget());
        let opened = inspect(&open(&name), &budget());
        assert_eq!(
            held.map_err(|error| error.code()),
            opened.map_err(|error| error.code()),
            "{name}"
        );
    }
}

#[test]
fn a_turn_that_is_not_told_is_none() {
    for (name, expected) in expected() {
        let Ok(told) = inspect(&open(&name), &budget()) else {
            continue;
        };
        if !expected.contains_key("orientation") {
            assert!(
                matches!(told.orientation, None | Some(1)),
                "{name}: {told:?}"
            );
        }
    }
}

#[test]
fn what_is_mended_is_sound_and_has_its_pages() {
    let mut found = Vec::new();
    for (name, expected) in expected() {
        if expected.get("repair").is_none() {
            continue;
        }
        let mended = repair(&open(&name), &budget()).and_then(|repaired| {
            let document = repaired.document;
            let twice = repair(&File::bytes(document.content.clone(), None), &budget())?;
            assert!(twice.mended.is_empty(), "{name}: again {:?}", twice.mended);
            let again = inspect(
                &File::bytes(document.content, Some(&document.filename)),
                &budget(),
            )?;
            Ok((repaired.mended, again))
        });
        let faults = match mended {
            Err(error) => vec![error.to_string()],
            Ok((mended, again)) => {
                let mut faults = Vec::new();
                if mended.is_empty() {
                    faults.push("nothing was mended".to_owned());
                }
                if again.damaged || again.pages != expected["pages"].as_u64() {
                    faults.push(format!("{again:?}"));
                }
                faults
            }
        };
        found.push((name, faults));
    }
    assert!(found.len() > 12, "{} files are too few", found.len());
    all_well(&found);
}

#[test]
fn a_sound_file_comes_back_from_repair_byte_for_byte() {
    let mut found = Vec::new();
    for (name, expected) in expected() {
        let sound = expected.get("damaged") == Some(&Value::Bool(false));
        let locked = expected.get("encrypted").is_some_and(|told| told != "no");
        if !sound
            || locked
            || expected["media_type"] != "application/pdf"
            || expected.contains_key("hostile")
        {
            continue;
        }
        let faults = match repair(&open(&name), &budget()) {
            Err(error) => vec![error.to_string()],
            Ok(repaired) if !repaired.mended.is_empty() => {
                vec![format!("mended {:?}", repaired.mended)]
            }
            Ok(repaired)
                if repaired.document.content != fs::read(folder().join(&name)).unwrap() =>
            {
                vec!["it was changed".to_owned()]
            }
            Ok(_) => Vec::new(),
        };
        found.push((name, faults));
    }
    assert!(found.len() > 30, "{} files are too few", found.len());
    all_well(&found);
}

/// Every operation on a file: each ends, an error is one of the table, and what is made can be read.
fn everything(name: &str) -> Vec<String> {
    let limits = Limits {
        pixels: 4_000_000,
        inflated: 40_000_000,
        time: Duration::from_secs(20),
        ..Limits::default()
    };
    let result = br#"{"inference":{"result":{"crops":[{"object_type":"slip","location":{"page":0,
        "polygon":[[0.1,0.1],[0.9,0.1],[0.9,0.9],[0.1,0.9]]}}]}}}"#;
    let small = Shrink {
        max_width: Some(100),
        ..Shrink::default()
    };
    let coarse = CutOptions {
        dpi: 50,
        ..CutOptions::default()
    };
    let file = open(name);
    let left = || Budget::new(limits);
    let ends = [
        keep_pages(&file, &[-1, 0], 0, &left()).map(|kept| vec![kept]),
        keep_pages(&file, &[1, 1], 0, &left()).map(|kept| vec![kept]),
        remove_pages(&file, &[0], 0, &left()).map(|kept| vec![kept]),
        repair(&file, &left()).map(|repaired| vec![repaired.document]),
        shrink(&file, &small, &left()).map(|shrunk| {
            shrunk
                .smaller
                .then_some(shrunk.document)
                .into_iter()
                .collect()
        }),
        cut(&file, result, &coarse, &left()),
    ];
    let table: Vec<&str> = error::TABLE.iter().map(|row| row.code).collect();
    let mut faults = Vec::new();
    for (number, end) in ends.into_iter().enumerate() {
        match end {
            Ok(made) => {
                for document in made {
                    let made = File::bytes(document.content, Some(&document.filename));
                    if let Err(error) = inspect(&made, &budget()) {
                        faults.push(format!("what operation {number} made: {error}"));
                    }
                }
            }
            Err(error) if table.contains(&error.code()) && error.code() != "internal" => {}
            Err(error) => faults.push(format!("operation {number}: {error}")),
        }
    }
    faults
}

#[test]
fn every_operation_on_every_file_ends_well_or_with_an_error() {
    let found: Vec<_> = expected()
        .into_keys()
        .map(|name| (name.clone(), everything(&name)))
        .collect();
    all_well(&found);
}
