//! Smaller PDFs: all else of the file stays, and no file grows.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

mod document_pdfs;
mod document_scans;

use std::thread;
use std::time::{Duration, Instant};

use document_pdfs::{Pdf, drawn, folder, jpeg, picture, plain_font, psnr, text_of};
use document_scans::{PAGE, at, budget, fine_jpeg, halved, only, scan, small, smaller, unchanged};
use lopdf::{Document, Object, ObjectId, Stream, dictionary};
use mindee_core::document::{Budget, Encryption, File, Limits, Shrink, inspect, shrink};

#[test]
fn the_unseen_words_of_a_scan_stay() {
    let document = smaller(scan(fine_jpeg()), &at(150));
    assert_eq!(text_of(&document, 1), "Harbour Ironmongery");
}

#[test]
fn nothing_of_no_use_is_kept() {
    let mut pdf = Pdf::new();
    let resources = || dictionary! { "Font" => dictionary! { "Plain" => plain_font() } };
    let line = "BT /Plain 8 Tf 10 100 Td (Oakhaven) Tj ET\n";
    pdf.page(PAGE, resources(), &line.repeat(200));
    pdf.document
        .add_object(Stream::new(dictionary! {}, b"left over".repeat(1000)).with_compression(false));
    let document = smaller(pdf.bytes(), &at(200));
    assert!(text_of(&document, 1).starts_with("Oakhaven Oakhaven"));
    let content = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok());
    assert!(
        content
            .clone()
            .all(|stream| !stream.content.starts_with(b"left over"))
    );
    let page = document.get_pages()[&1];
    let contents: ObjectId = document.get_page_contents(page)[0];
    assert!(
        document
            .get_object(contents)
            .unwrap()
            .as_stream()
            .unwrap()
            .dict
            .has(b"Filter")
    );
}

#[test]
fn a_wanted_number_of_bytes_is_reached_where_it_is_legible() {
    let free = small(scan(fine_jpeg()), &at(200))
        .unwrap()
        .document
        .content
        .len();
    let most = u64::try_from(free * 3 / 4).unwrap();
    let shrunk = small(
        scan(fine_jpeg()),
        &Shrink {
            max_bytes: Some(most),
            ..at(200)
        },
    )
    .unwrap();
    assert!(shrunk.smaller);
    assert_eq!(shrunk.note, None);
    assert!(u64::try_from(shrunk.document.content.len()).unwrap() <= most);
    let seen = only(&Document::load_mem(&shrunk.document.content).unwrap());
    assert!(seen.width >= 300, "below 150 dots per inch");

    let shrunk = small(
        scan(fine_jpeg()),
        &Shrink {
            max_bytes: Some(2000),
            ..at(200)
        },
    )
    .unwrap();
    assert!(shrunk.smaller);
    assert!(shrunk.note.is_some());
    assert!(only(&Document::load_mem(&shrunk.document.content).unwrap()).width >= 300);

    // Already within it: there is nothing to give up.
    let bytes = scan(fine_jpeg());
    let most = u64::try_from(bytes.len()).unwrap();
    unchanged(
        &bytes,
        &Shrink {
            max_bytes: Some(most),
            ..at(300)
        },
        "small enough",
    );
}

#[test]
fn a_signed_file_stays_as_it_is() {
    let pdf = std::fs::read(folder().join("pdf/signed.pdf")).unwrap();
    let shrunk = small(pdf.clone(), &at(150)).unwrap();
    assert!(!shrunk.smaller);
    assert!(shrunk.document.content == pdf);
    assert!(shrunk.note.unwrap().contains("signed"));
}

#[test]
fn an_encrypted_file_comes_back_open_or_not_at_all() {
    let mut pdf = Document::load_mem(&scan(fine_jpeg())).unwrap();
    let identifier = || Object::string_literal("0123456789abcdef");
    pdf.trailer.set("ID", vec![identifier(), identifier()]);
    let version = lopdf::EncryptionVersion::V2 {
        document: &pdf,
        owner_password: "oak",
        user_password: "",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).unwrap();
    pdf.encrypt(&state).unwrap();
    let mut locked = Vec::new();
    pdf.save_to(&mut locked).unwrap();
    let told = inspect(&File::bytes(locked.clone(), None), &budget()).unwrap();
    assert_eq!(told.encrypted, Encryption::EmptyPassword);
    let shrunk = small(locked, &at(150)).unwrap();
    assert!(shrunk.smaller);
    let told = inspect(
        &File::bytes(shrunk.document.content.clone(), None),
        &budget(),
    )
    .unwrap();
    assert_eq!(told.encrypted, Encryption::No);
    assert!(
        psnr(
            &only(&Document::load_mem(&shrunk.document.content).unwrap()).samples,
            &halved(&drawn(600, 800), 600, 3)
        ) > 25.0
    );

    let file = File::open(folder().join("pdf/password-rc4-128.pdf")).unwrap();
    let error = shrink(&file, &at(150), &budget()).unwrap_err();
    assert_eq!(error.code(), "document.encrypted");
}

#[test]
fn no_file_becomes_larger_and_a_second_time_changes_nothing() {
    let mut shrunken = 0;
    for entry in std::fs::read_dir(folder().join("pdf")).unwrap() {
        let path = entry.unwrap().path();
        let limits = Limits {
            time: Duration::from_secs(20),
            inflated: 100_000_000,
            ..Limits::default()
        };
        let file = File::open(&path).unwrap();
        let Ok(shrunk) = shrink(&file, &at(150), &Budget::new(limits)) else {
            continue;
        };
        let length = u64::try_from(shrunk.document.content.len()).unwrap();
        if !shrunk.smaller {
            assert_eq!(length, file.length(), "{}", path.display());
            assert!(shrunk.note.is_some(), "{}", path.display());
            continue;
        }
        shrunken += 1;
        assert!(length < file.length(), "{}", path.display());
        let pages = |file: &File| inspect(file, &budget()).unwrap().pages;
        let again = File::bytes(shrunk.document.content.clone(), None);
        assert_eq!(pages(&again), pages(&file), "{}", path.display());
        let second = shrink(&again, &at(150), &budget()).unwrap();
        assert!(!second.smaller, "{} shrinks again", path.display());
        assert!(
            second.document.content == shrunk.document.content,
            "{}",
            path.display()
        );
    }
    assert!(shrunken > 5, "{shrunken} files are too few");
}

#[test]
fn the_name_stays_and_the_file_is_sound() {
    let shrunk = small(scan(fine_jpeg()), &at(150)).unwrap();
    assert_eq!(shrunk.document.filename, "Scan 1.pdf");
    assert_eq!(shrunk.document.media_type, "application/pdf");
    let told = inspect(&File::bytes(shrunk.document.content, None), &budget()).unwrap();
    assert!(!told.damaged);
    assert_eq!(told.text_layer, Some(true));
}

#[test]
fn a_page_that_asks_for_too_much_ends_within_the_limits() {
    let mut pdf = Pdf::new();
    let mut inner = pdf.document.add_object(Stream::new(dictionary! {}, vec![]));
    for _ in 0..14 {
        let entries = dictionary! {
            "Type" => "XObject", "Subtype" => "Form",
            "Resources" => dictionary! { "XObject" => dictionary! { "F" => inner } },
            "BBox" => [0, 0, 600, 800].map(Object::from).to_vec(),
        };
        inner = pdf
            .document
            .add_object(Stream::new(entries, b"/F Do ".repeat(10)));
    }
    pdf.page(
        (600, 800),
        dictionary! { "XObject" => dictionary! { "F" => inner } },
        "/F Do",
    );
    let mut bombs = vec![("drawn 10^14 times", pdf.bytes())];
    let vast = picture(
        65_535,
        65_535,
        "DCTDecode",
        jpeg(&drawn(20, 20), 20, 20, 90),
    );
    bombs.push(("a picture of 65,535 x 65,535 pixels", scan(vast)));
    for (what, bytes) in bombs {
        let began = Instant::now();
        let limits = Limits {
            time: Duration::from_secs(5),
            ..Limits::default()
        };
        let error = shrink(&File::bytes(bytes, None), &at(150), &Budget::new(limits)).unwrap_err();
        assert_eq!(error.code(), "document.limit", "{what}: {error}");
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
    }
}

#[test]
fn sixteen_threads_shrink_at_once_and_get_the_same() {
    let bytes = scan(fine_jpeg());
    let expected = small(bytes.clone(), &at(150)).unwrap();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(small(bytes.clone(), &at(150)).unwrap(), expected));
        }
    });
}
