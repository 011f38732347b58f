//! Pages of a PDF, kept and removed: which, how often, in which order.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test ends by panicking, and writes a file as it reads"
)]

mod pdf_making;

use mindee_core::document::{inspect, keep_pages, remove_pages};
use pdf_making::{budget, contains, contents, document, file, keep, plain, remove};
use proptest::prelude::*;

const TEXTS: [&str; 5] = ["zero", "one", "two", "three", "four"];

/// The texts of the pages, of those that [`plain`] writes.
fn texts(pdf: &[u8]) -> Vec<&'static str> {
    let text = |content: String| {
        TEXTS
            .into_iter()
            .find(|text| content.contains(text))
            .unwrap()
    };
    contents(pdf).into_iter().map(text).collect()
}

#[test]
fn pages_come_in_the_order_given_and_as_often_as_given() {
    let pdf = plain(&TEXTS);
    assert_eq!(
        texts(&keep(&pdf, &[0, -2, -1]).unwrap()),
        ["zero", "three", "four"]
    );
    assert_eq!(
        texts(&keep(&pdf, &[3, 1, 3]).unwrap()),
        ["three", "one", "three"]
    );
    assert_eq!(
        texts(&remove(&pdf, &[-1, 1, 1]).unwrap()),
        ["zero", "two", "three"]
    );
}

#[test]
fn a_page_that_there_is_not_is_named_with_the_number_of_pages() {
    let pdf = plain(&TEXTS);
    for page in [5, -6, i64::MIN, i64::MAX] {
        for made in [keep(&pdf, &[0, page]), remove(&pdf, &[page])] {
            let error = made.unwrap_err();
            assert_eq!(error.code(), "document.page_out_of_range");
            assert!(error.message().contains(&page.to_string()), "{error}");
            assert!(error.message().contains(" 5"), "{error}");
        }
    }
}

#[test]
fn at_least_one_page_must_be_left() {
    let pdf = plain(&TEXTS);
    assert_eq!(
        keep(&pdf, &[]).unwrap_err().code(),
        "document.no_pages_left"
    );
    assert_eq!(
        remove(&pdf, &[0, 1, 2, 3, -1]).unwrap_err().code(),
        "document.no_pages_left"
    );
}

#[test]
fn a_document_of_too_few_pages_stays_as_it_is() {
    let pdf = plain(&TEXTS);
    let made = keep_pages(&file(&pdf), &[0], 6, &budget()).unwrap();
    assert_eq!(made.content, pdf);
    let made = remove_pages(&file(&pdf), &[99], 6, &budget()).unwrap();
    assert_eq!(made.content, pdf);
    let made = keep_pages(&file(&pdf), &[0], 5, &budget()).unwrap();
    assert_eq!(texts(&made.content), ["zero"]);
}

#[test]
fn all_pages_of_a_sound_file_are_the_file() {
    let pdf = plain(&TEXTS);
    assert_eq!(keep(&pdf, &[0, 1, 2, 3, 4]).unwrap(), pdf);
    assert_eq!(remove(&pdf, &[]).unwrap(), pdf);
    let mut junk = b"junk\n".to_vec();
    junk.extend_from_slice(&pdf);
    let made = keep(&junk, &[0, 1, 2, 3, 4]).unwrap();
    assert!(made.starts_with(b"%PDF-"));
    assert_eq!(texts(&made), TEXTS);
}

#[test]
fn the_name_and_the_type_stay() {
    let made = keep_pages(&file(&plain(&TEXTS)), &[1], 0, &budget()).unwrap();
    assert_eq!(
        (made.filename.as_str(), made.media_type),
        ("document.pdf", "application/pdf")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pages_of_pages_are_the_pages_of_the_whole(
        first in prop::collection::vec(0_usize..5, 1..8),
        second in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
    ) {
        let number = |place: usize| i64::try_from(place).unwrap();
        let second: Vec<usize> = second.iter().map(|index| index.index(first.len())).collect();
        let at_once: Vec<i64> = second.iter().map(|place| number(first[*place])).collect();
        let first: Vec<i64> = first.into_iter().map(number).collect();
        let second: Vec<i64> = second.into_iter().map(number).collect();
        let pdf = plain(&TEXTS);
        let twice = keep(&keep(&pdf, &first).unwrap(), &second).unwrap();
        prop_assert_eq!(texts(&twice), texts(&keep(&pdf, &at_once).unwrap()));
    }

    #[test]
    fn kept_and_removed_pages_are_all_pages(chosen in prop::collection::btree_set(0_i64..5, 1..5)) {
        let pdf = plain(&TEXTS);
        let chosen: Vec<i64> = chosen.into_iter().collect();
        let mut all = texts(&keep(&pdf, &chosen).unwrap());
        all.extend(texts(&remove(&pdf, &chosen).unwrap()));
        all.sort_unstable();
        let mut expected = TEXTS;
        expected.sort_unstable();
        prop_assert_eq!(all, expected);
    }
}

#[test]
fn an_encrypted_file_that_opens_comes_out_open() {
    for name in [
        "empty-password-rc4-40.pdf",
        "empty-password-rc4-128.pdf",
        "empty-password-aes-128.pdf",
        "empty-password-aes-256.pdf",
        "empty-password-aes-256-in-streams.pdf",
    ] {
        let pdf = document(name);
        let count = i64::try_from(inspect(&pdf, &budget()).unwrap().pages.unwrap()).unwrap();
        for pages in [vec![0], (0..count).collect()] {
            let made = keep_pages(&pdf, &pages, 0, &budget()).unwrap();
            let read = lopdf::Document::load_mem(&made.content).unwrap();
            assert!(!read.was_encrypted(), "{name}");
            assert_eq!(read.get_pages().len(), pages.len(), "{name}");
            let look = inspect(&file(&made.content), &budget()).unwrap();
            assert_eq!(look.text_layer, Some(true), "{name}");
        }
    }
}

#[test]
fn a_file_with_a_password_is_an_error_that_says_so() {
    for name in [
        "password-rc4-128.pdf",
        "password-aes-256.pdf",
        "password-aes-256-in-streams.pdf",
    ] {
        let error = keep_pages(&document(name), &[0], 0, &budget()).unwrap_err();
        assert_eq!(error.code(), "document.encrypted", "{name}");
    }
}

#[test]
fn a_packed_file_stays_packed() {
    let pdf = document("object-streams.pdf");
    let made = keep_pages(&pdf, &[-1], 0, &budget()).unwrap();
    assert!(
        contains(&made.content, "/ObjStm")
            && made.content.len() < usize::try_from(pdf.length()).unwrap()
    );
    assert_eq!(contents(&made.content).len(), 1);
}
