//! Answers as the server sends them, and as it might: all are read, and nothing is lost.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use mindee_core::product::{
    AnyResult, ClassificationResult, Confidence, ExtractionResult, Field, SplitResult,
};
use mindee_core::{Inference, Presence};
use serde_json::Value;

fn responses() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/responses")
}

fn sample<R: serde::de::DeserializeOwned>(name: &str) -> Inference<R> {
    let raw = fs::read(responses().join(name)).unwrap();
    Inference::from_json(raw).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(json_files(&entry.path()));
        } else if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn every_inference_is_read_and_keeps_its_bytes() {
    let mut folders = vec![responses()];
    // More samples of the same kind, where somebody has them.
    folders.extend(std::env::var_os("MINDEE_MORE_SAMPLES").map(PathBuf::from));
    let mut read = 0;
    for path in folders.iter().flat_map(|folder| json_files(folder)) {
        let raw = fs::read(&path).unwrap();
        if !raw.windows(13).any(|window| window == b"\"inference\": ") {
            continue;
        }
        let inference: Inference<AnyResult> = Inference::from_json(raw.clone())
            .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
        assert_eq!(inference.raw().as_ref(), raw, "{}", path.display());
        read += 1;
    }
    assert!(read >= 30, "{read} samples are too few");
}

#[test]
fn integers_keep_every_digit() {
    let inference: Inference<ExtractionResult> = sample("extraction-integers-beyond-2-53.json");
    let integers: Vec<i64> = inference
        .result
        .fields
        .iter()
        .filter_map(|(_, field)| field.as_integer())
        .collect();
    assert!(integers.contains(&9_007_199_254_740_993), "{integers:?}");
}

#[test]
fn unknown_confidences_are_kept() {
    let inference: Inference<ExtractionResult> = sample("extraction-unknown-confidence.json");
    let words: Vec<&Confidence> = inference
        .result
        .fields
        .iter()
        .filter_map(|(_, field)| field.confidence())
        .collect();
    assert!(
        words.contains(&&Confidence::Other("Absolute".to_owned())),
        "{words:?}"
    );
}

#[test]
fn fields_are_found_by_awkward_names_and_by_index() {
    let inference: Inference<ExtractionResult> = sample("extraction-awkward-field-names.json");
    for name in ["items", "keys", "", "__proto__"] {
        let field = inference
            .result
            .fields
            .get(name)
            .unwrap_or_else(|| panic!("no field `{name}`"));
        assert_eq!(field.as_text(), Some(name));
    }
    let (first, _) = inference.result.fields.at(0).unwrap();
    assert_eq!(inference.result.fields.iter().next().unwrap().0, first);
}

#[test]
fn a_field_named_value_inside_an_object_is_a_field() {
    let inference: Inference<ExtractionResult> =
        sample("extraction-object-with-field-named-value.json");
    let (_, field) = inference.result.fields.at(0).unwrap();
    assert!(matches!(field, Field::Object(_)), "{field:?}");
    assert!(field.get("value").is_some());
}

#[test]
fn an_unknown_kind_of_field_is_kept_as_it_came() {
    let inference: Inference<ExtractionResult> = sample("extraction-unknown-field-kind.json");
    assert!(
        inference
            .result
            .fields
            .iter()
            .any(|(_, field)| matches!(field, Field::Other(_)))
    );
}

#[test]
fn missing_and_null_are_told_apart() {
    let missing: Inference<ExtractionResult> = sample("extraction-optional-keys-missing.json");
    assert_eq!(missing.result.rag, Presence::Missing);
    let null: Inference<ExtractionResult> = sample("extraction-simple.json");
    assert_eq!(null.result.rag, Presence::Null);
}

#[test]
fn a_chained_extraction_is_read_inside_its_parent() {
    let inference: Inference<ClassificationResult> = sample("classification-chained-result.json");
    let chained = inference
        .result
        .classification
        .extraction_response
        .value()
        .unwrap();
    assert!(!chained.inference.result.fields.is_empty());
}

#[test]
fn a_chained_extraction_may_be_null_or_missing() {
    let inference: Inference<SplitResult> = sample("split-unknown-document-types.json");
    let mut kinds = inference
        .result
        .splits
        .iter()
        .map(|split| split.extraction_response.value().is_some());
    assert!(!kinds.any(|present| present));
}

#[test]
fn a_pointer_reads_what_no_type_knows() {
    let inference: Inference<AnyResult> = sample("inference-unknown-product.json");
    assert!(matches!(inference.result, AnyResult::Other(_)));
    assert!(inference.pointer("/inference/result").is_some());
}

#[test]
fn bytes_that_are_no_answer_are_kept_in_the_error() {
    for name in [
        "body-cut-off.json",
        "body-empty.json",
        "problem-page.html",
        "problem-not-an-object.json",
    ] {
        let raw = fs::read(responses().join(name)).unwrap();
        let error = Inference::<AnyResult>::from_json(raw.clone()).unwrap_err();
        assert_eq!(error.body().unwrap().as_ref(), raw, "{name}");
    }
}

/// Every sample that is an inference, with white space behind it, so that it counts as long.
fn long_answers() -> Vec<(PathBuf, Vec<u8>)> {
    let read = |path: PathBuf| (fs::read(&path).unwrap(), path);
    let long = |(mut raw, path): (Vec<u8>, PathBuf)| {
        Inference::<AnyResult>::from_json(raw.clone()).ok()?;
        raw.resize(raw.len() + 5_000, b' ');
        Some((path, raw))
    };
    let samples = json_files(&responses()).into_iter();
    samples.map(read).filter_map(long).collect()
}

/// JSON with its holes filled from an answer.
fn filled(outline: &str, raw: &[u8]) -> Value {
    let part = |hole: &Value| -> Value {
        let at = |index: usize| usize::try_from(hole[index].as_u64().unwrap()).unwrap();
        serde_json::from_slice(&raw[at(0)..at(1)]).unwrap()
    };
    let mut whole: Value = serde_json::from_str(outline).unwrap();
    let result = whole.pointer_mut("/inference/result").unwrap();
    for field in result["fields"].as_object_mut().unwrap().values_mut() {
        *field = part(field);
    }
    if let Some(text) = result.get_mut("raw_text") {
        *text = part(text);
    }
    whole
}

#[test]
fn an_outline_and_the_places_that_it_tells_make_the_whole_answer() {
    let mut outlined = 0;
    for (path, raw) in long_answers() {
        let inference = Inference::<AnyResult>::from_json(raw.clone()).unwrap();
        let text = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&raw);
        let whole: Value = serde_json::from_slice(text).unwrap();
        let fields = whole.pointer("/inference/result/fields").is_some();
        match inference.outline() {
            Some(outline) => assert_eq!(filled(&outline, &raw), whole, "{}", path.display()),
            None => assert!(!fields, "{} has no outline", path.display()),
        }
        outlined += usize::from(fields);
    }
    assert!(outlined >= 20, "{outlined} samples are too few");
}

#[test]
fn an_outline_is_made_of_long_answers_alone() {
    let inference: Inference<AnyResult> = sample("extraction-simple.json");
    assert_eq!(inference.outline(), None);
}

#[test]
fn an_answer_whose_members_stand_in_no_order_has_no_outline() {
    for fields in [
        r#"{"a": {"value": 1}, "b": {"value": 2}, "a": {"value": 3}}"#,
        r#"{"\u0061": {"value": 3}}"#,
    ] {
        let answer = |more: &str| {
            let raw = format!(
                r#"{{"inference": {{"id": "i", "result": {{{more}"fields": {fields}}}}}}}"#
            );
            Inference::<AnyResult>::from_json(raw + &" ".repeat(5_000)).unwrap()
        };
        for more in ["", r#""fields": {}, "#, r#""raw_t\u0065xt": null, "#] {
            let inference = answer(more);
            assert_eq!(inference.outline(), None, "{more}{fields}");
            let AnyResult::Extraction(result) = &inference.result else {
                panic!("{more}{fields}");
            };
            assert_eq!(result.fields.get("a").unwrap().as_integer(), Some(3));
        }
    }
}

#[test]
fn a_field_is_the_same_whether_it_was_read_at_once_or_later() {
    for (path, raw) in long_answers() {
        let text = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&raw);
        let whole: Value = serde_json::from_slice(text).unwrap();
        let at_once: AnyResult =
            serde_json::from_value(whole["inference"]["result"].clone()).unwrap();
        let later = Inference::<AnyResult>::from_json(raw.clone())
            .unwrap()
            .result;
        let name = path.display();
        assert_eq!(format!("{later:?}"), format!("{at_once:?}"), "{name}");
        if let (AnyResult::Extraction(at_once), AnyResult::Extraction(later)) = (at_once, later) {
            assert_eq!(at_once.fields, later.fields, "{name}");
        }
    }
}

#[test]
fn what_nobody_asks_for_is_checked_all_the_same() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    let wide = "9".repeat(400);
    for (value, code) in [
        (deep.as_str(), "answer.unknown_shape"),
        (wide.as_str(), "answer.unknown_shape"),
        (r#""\ud800""#, "answer.not_json"),
        ("{]", "answer.not_json"),
    ] {
        let raw =
            format!(r#"{{"inference": {{"id": "i", "result": {{"fields": {{"a": {value}}}}}}}}}"#);
        let error = Inference::<AnyResult>::from_json(raw).unwrap_err();
        assert_eq!(error.code(), code, "{value}");
    }
}
