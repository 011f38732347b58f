//! Pages of a TIFF: the ones that were asked for, as they were.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::path::Path;

use mindee_core::document::{
    Budget, CutOptions, File, Limits, cut, inspect, keep_pages, remove_pages,
};
use proptest::prelude::*;

const COUNT: i64 = 4;

fn budget() -> Budget {
    Budget::new(Limits::default())
}

fn open(name: &str) -> File {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents/tiff");
    File::open(folder.join(name)).unwrap()
}

fn kept(file: &File, pages: &[i64]) -> File {
    File::bytes(
        keep_pages(file, pages, 0, &budget()).unwrap().content,
        Some("kept.tiff"),
    )
}

/// What each page shows: the JPEG that is cut of all of it.
fn shown(file: &File) -> Vec<Vec<u8>> {
    let count = inspect(file, &budget()).unwrap().pages.unwrap();
    let page = |page| {
        let result = format!(
            r#"{{"inference":{{"result":{{"crops":[{{"object_type":"slip","location":{{"page":{page},
            "polygon":[[0,0],[1,0],[1,1],[0,1]]}}}}]}}}}}}"#
        );
        let cut = cut(file, result.as_bytes(), &CutOptions::default(), &budget()).unwrap();
        cut.into_iter().next().unwrap().content.to_vec()
    };
    (0..count).map(page).collect()
}

#[test]
fn a_page_that_cannot_be_read_is_not_passed_on() {
    let file = open("garbled-page.tiff");
    let error = keep_pages(&file, &[1, 0], 0, &budget()).unwrap_err();
    assert_eq!(error.code(), "document.damaged");
    let error = remove_pages(&file, &[0], 0, &budget()).unwrap_err();
    assert_eq!(error.code(), "document.damaged");
}

#[test]
fn damage_is_told_of_whatever_page_it_is_on() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents/tiff");
    let mut content = std::fs::read(folder.join("4-pages.tiff")).unwrap();
    let number = |at: usize, length: usize| {
        let bytes = content[at..at + length].iter().rev();
        bytes.fold(0, |number, byte| number << 8 | usize::from(*byte))
    };
    let first = number(4, 4);
    let second = number(first + 2 + 12 * number(first, 2), 4);
    let mut entries = (0..number(second, 2)).map(|entry| second + 2 + 12 * entry);
    let strips = entries.find(|entry| number(*entry, 2) == 273);
    // Where its lines are, nobody knows.
    content[strips.unwrap()..][..2].fill(0);
    let told = inspect(&File::bytes(content, None), &budget()).unwrap();
    assert_eq!((told.pages, told.damaged), (Some(4), true));
}

#[test]
fn pages_come_in_the_order_given_and_as_often_as_given() {
    for name in ["4-pages.tiff", "4-pages-big.tiff"] {
        let file = open(name);
        let all = shown(&file);
        assert_eq!(
            shown(&kept(&file, &[0, -2, -1, 0])),
            [0, 2, 3, 0].map(|page: usize| all[page].clone()),
            "{name}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_of_pages_are_the_pages_of_the_whole(
        first in prop::collection::vec(-COUNT..COUNT, 1..6),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let file = open("4-pages.tiff");
        let second: Vec<usize> = picks.iter().map(|pick| pick.index(first.len())).collect();
        let direct: Vec<i64> = second.iter().map(|place| first[*place]).collect();
        let places: Vec<i64> = second.iter().map(|place| i64::try_from(*place).unwrap()).collect();
        let twice = kept(&kept(&file, &first), &places);
        prop_assert_eq!(shown(&twice), shown(&kept(&file, &direct)));
    }

    #[test]
    fn kept_and_removed_pages_are_all_pages(chosen in prop::collection::btree_set(0..COUNT, 1..4)) {
        let file = open("4-pages.tiff");
        let chosen: Vec<i64> = chosen.into_iter().collect();
        let left = remove_pages(&file, &chosen, 0, &budget()).unwrap().content;
        let mut both = shown(&kept(&file, &chosen));
        both.extend(shown(&File::bytes(left, Some("left.tiff"))));
        let mut all = shown(&file);
        both.sort();
        all.sort();
        prop_assert_eq!(both, all);
    }
}
