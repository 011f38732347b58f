//! Results that do not fit their file, or are none: an error that names what is wrong.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

mod document_cuts;

use document_cuts::{CORNERS, budget, crop, crops, made, open, splits};
use mindee_core::document::{CutOptions, cut};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The code of the error, and what it says.
fn refused(file: &str, result: &Value) -> (String, String) {
    let error = made(&open(file), result).unwrap_err();
    (error.code().to_owned(), error.message().to_owned())
}

#[test]
fn a_result_that_does_not_fit_the_file_names_the_item() {
    let good = || crop(CORNERS[0], 0);
    let with = |key: &str, value: Value| {
        let mut odd = good();
        odd["location"][key] = value;
        crops(&[good(), odd])
    };
    let many: Vec<[f64; 2]> = (0..5000).map(|at| [0.5, f64::from(at) / 5000.0]).collect();
    let odd = [
        (
            with("page", json!(1)),
            "page 1 (from 0), and the file has 1",
        ),
        (with("page", json!(u64::MAX)), "page 18446744073709551615"),
        (with("page", json!(-1)), "`location.page`"),
        (with("page", json!("0")), "`location.page`"),
        (with("polygon", json!([])), "0 corners"),
        (
            with("polygon", json!([[0.1, 0.1], [0.2, 0.2]])),
            "2 corners",
        ),
        (with("polygon", json!(many)), "5000 corners"),
        (
            with("polygon", json!([[0.1, 0.1], [0.2, 0.2], [0.3, null]])),
            "not two numbers",
        ),
        (
            with("polygon", json!([[0.1, 0.1], [0.2, 0.2], [0.3]])),
            "not two numbers",
        ),
        (
            with("polygon", json!([[0.1, 0.1], [1e308, 0.2], [0.3, 0.3]])),
            "1e308",
        ),
        (
            with("polygon", json!([[12, 10], [400, 10], [400, 700]])),
            "a page is from 0 to 1",
        ),
        (
            with("polygon", json!([[0.5, 0.1], [0.5, 0.2], [0.5, 0.3]])),
            "covers nothing",
        ),
        (
            with("polygon", json!([[1.2, 0.1], [1.5, 0.2], [1.3, 0.3]])),
            "covers nothing",
        ),
        (with("polygon", json!("everywhere")), "no list of corners"),
        (
            crops(&[good(), json!({"object_type": "slip"})]),
            "no `location`",
        ),
        (crops(&[good(), Value::Null]), "no `location`"),
    ];
    for (result, why) in odd {
        let (code, message) = refused("jpeg/baseline.jpg", &result);
        assert_eq!(code, "document.result_unfit", "{message}");
        assert!(
            message.starts_with("The crop 2 of the result cannot be cut: "),
            "{message}"
        );
        assert!(message.contains(why), "{message} does not tell {why}");
    }
}

#[test]
fn a_range_that_does_not_fit_the_file_names_the_item() {
    let odd = [
        (json!([0, 12]), "page 12 (from 0), and the file has 12"),
        (json!([3, 2]), "before its first"),
        (json!([0, u64::MAX]), "page 18446744073709551615"),
        (json!([0]), "not a first and a last page"),
        (json!([0, 1, 2]), "not a first and a last page"),
        (json!([0.5, 1]), "`page_range`"),
        (json!(null), "not a first and a last page"),
    ];
    for (range, why) in odd {
        let mut result = splits(&[(0, 1), (0, 1)]);
        result["inference"]["result"]["splits"][1]["page_range"] = range;
        let (code, message) = refused("pdf/12-pages.pdf", &result);
        assert_eq!(code, "document.result_unfit", "{message}");
        assert!(
            message.starts_with("The split 2 of the result cannot be cut: "),
            "{message}"
        );
        assert!(message.contains(why), "{message} does not tell {why}");
    }
}

#[test]
fn what_is_no_split_and_no_crop_is_refused() {
    let file = open("jpeg/baseline.jpg");
    let refused = |result: &[u8]| {
        let error = cut(&file, result, &CutOptions::default(), &budget()).unwrap_err();
        assert_eq!(error.code(), "document.result_unfit", "{error}");
    };
    refused(b"");
    refused(b"{");
    refused(b"[]");
    refused(b"null");
    refused(b"{\"inference\": 3}");
    refused(b"{\"inference\": {\"result\": {\"fields\": {}}}}");
    refused(b"{\"inference\": {\"result\": {\"crops\": {}}}}");
    refused(b"{\"inference\": {\"result\": {\"splits\": 5}}}");
    refused(b"{\"crops\": [{\"location\": {\"page\": 0, \"polygon\": [[0, 1e999]]}}]}");
    refused("[".repeat(100_000).as_bytes());
    let error = made(&open("refused/shopping-list.txt"), &splits(&[(0, 0)]));
    assert!(error.is_err());
}

#[test]
fn ranges_that_overlap_end_within_the_limits() {
    let ranges: Vec<(u64, u64)> = vec![(0, 11); 10_000];
    let error = made(&open("pdf/12-pages.pdf"), &splits(&ranges)).unwrap_err();
    assert_eq!(error.code(), "document.limit");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_result_makes_it_panic(text in "\\PC{0,200}", key in "crops|splits|result", number in any::<f64>()) {
        let odd = json!({"inference": {"result": {key: [{"page_range": [number, number],
            "location": {"page": number, "polygon": [[number, 0.1], [text, number], [0.2, 0.3]]}}]}}});
        prop_assert!(made(&open("png/rgb-8.png"), &odd).is_err());
        let _ = cut(&open("png/rgb-8.png"), text.as_bytes(), &CutOptions::default(), &budget());
    }
}
