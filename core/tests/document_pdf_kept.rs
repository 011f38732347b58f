//! What belongs to the pages that are kept stays, and of the others nothing.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test ends by panicking, and writes a file as it reads"
)]

mod pdf_making;

use lopdf::{Dictionary, Object};
use mindee_core::document::{Budget, Limits, keep_pages};
use pdf_making::book::{OF_A_PAGE, OF_NONE, book};
use pdf_making::{Making, annotations, catalog, contains, contents, field_names, file, keep};
use proptest::prelude::*;

/// The dictionaries of the pages, in their order.
fn pages(pdf: &[u8]) -> Vec<Dictionary> {
    let read = lopdf::Document::load_mem(pdf).unwrap();
    read.get_pages()
        .values()
        .map(|page| read.get_dictionary(*page).unwrap().clone())
        .collect()
}

/// Which sorts of marks of a page are in the file.
fn marked(pdf: &[u8], page: usize, sorts: &[&'static str]) -> Vec<&'static str> {
    let here = |sort: &&&str| contains(pdf, &format!("m{page}-{sort}"));
    sorts.iter().filter(here).copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_of_a_kept_page_stays_and_nothing_of_the_others(kept in prop::collection::vec(0_usize..6, 1..9)) {
        let pages: Vec<i64> = kept.iter().map(|page| i64::try_from(*page).unwrap()).collect();
        let pdf = book(6);
        prop_assume!(kept != [0, 1, 2, 3, 4, 5]);
        let made = keep(&pdf, &pages).unwrap();
        for page in 0..6 {
            let expected: &[&str] = if kept.contains(&page) { &OF_A_PAGE } else { &[] };
            prop_assert_eq!(marked(&made, page, &OF_A_PAGE), expected, "page {}", page);
            prop_assert_eq!(marked(&made, page, &OF_NONE), [""; 0], "page {}", page);
        }
        prop_assert!(contains(&made, "the-author"));
        let read = lopdf::Document::load_mem(&made).unwrap();
        prop_assert!(read.objects.values().all(|object| !object.is_null()), "nothing is left of what went");
        let found: Vec<bool> = contents(&made)
            .iter()
            .zip(&kept)
            .map(|(content, page)| content.contains(&format!("m{page}-content")))
            .collect();
        prop_assert_eq!(found, vec![true; kept.len()]);
    }
}

#[test]
fn a_page_takes_along_what_it_inherits() {
    for page in pages(&keep(&book(3), &[1]).unwrap()) {
        assert_eq!(page.get(b"Rotate").unwrap().as_i64().unwrap(), 90);
        assert_eq!(page.get(b"MediaBox").unwrap().as_array().unwrap().len(), 4);
        assert!(page.has(b"Resources"));
    }
}

#[test]
fn a_link_to_a_kept_page_leads_there_and_another_stays_as_a_frame() {
    let made = keep(&book(4), &[2, 1]).unwrap();
    let read = lopdf::Document::load_mem(&made).unwrap();
    let numbers: Vec<_> = read.get_pages().values().copied().collect();
    // Of the page that was 1, the link to what was 2 leads to the first page now.
    let links: Vec<Dictionary> = annotations(&made, 1)
        .into_iter()
        .filter(|annotation| annotation.get(b"Subtype").unwrap().as_name().unwrap() == b"Link")
        .collect();
    assert_eq!(links.len(), 2);
    let target = links[0].get(b"Dest").unwrap().as_array().unwrap()[0]
        .as_reference()
        .unwrap();
    assert_eq!(target, numbers[0]);
    assert!(!links[1].has(b"A"), "its target was page 3");
    let links: Vec<Dictionary> = annotations(&made, 0)
        .into_iter()
        .filter(|annotation| annotation.get(b"Subtype").unwrap().as_name().unwrap() == b"Link")
        .collect();
    assert!(!links[0].has(b"Dest"), "its target was page 3");
}

#[test]
fn a_destination_that_counts_pages_leads_to_the_same_page() {
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let kids: String = (0..3)
        .map(|_| {
            let page = pdf.add(&format!(
                "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] \
                 /Annots [<</Subtype /Link /Rect [1 1 2 2] /Dest [2 /Fit]>>]>>"
            ));
            format!("{page} 0 R ")
        })
        .collect();
    pdf.set(node, &format!("<</Type /Pages /Count 3 /Kids [{kids}]>>"));
    pdf.set(root, &format!("<</Type /Catalog /Pages {node} 0 R>>"));
    let pdf = pdf.finish(root);
    let made = keep(&pdf, &[1, 2]).unwrap();
    let last = *lopdf::Document::load_mem(&made)
        .unwrap()
        .get_pages()
        .values()
        .nth(1)
        .unwrap();
    let target = annotations(&made, 0)[0]
        .get(b"Dest")
        .unwrap()
        .as_array()
        .unwrap()[0]
        .clone();
    assert_eq!(target.as_reference().unwrap(), last);
    let made = keep(&pdf, &[1]).unwrap();
    assert!(!annotations(&made, 0)[0].has(b"Dest"));
}

#[test]
fn annotations_say_on_which_page_they_are_now() {
    let made = keep(&book(3), &[2, 2]).unwrap();
    let read = lopdf::Document::load_mem(&made).unwrap();
    let mut seen = Vec::new();
    for (place, number) in read.get_pages().values().enumerate() {
        let page = read.get_dictionary(*number).unwrap();
        for annotation in page.get(b"Annots").unwrap().as_array().unwrap() {
            let annotation = annotation.as_reference().unwrap();
            assert!(!seen.contains(&annotation), "each page has its own");
            seen.push(annotation);
            let dictionary = read.get_dictionary(annotation).unwrap();
            assert_eq!(
                dictionary.get(b"P").unwrap().as_reference().unwrap(),
                *number,
                "page {place}"
            );
            if let Ok(popup) = dictionary.get(b"Popup") {
                let popup = read.get_dictionary(popup.as_reference().unwrap()).unwrap();
                assert_eq!(
                    popup.get(b"Parent").unwrap().as_reference().unwrap(),
                    annotation
                );
            }
        }
    }
    assert_eq!(seen.len(), 10);
}

#[test]
fn entries_beneath_one_that_goes_take_its_place() {
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let pages = pdf.empty_pages(node, 3);
    let (outlines, part, chapter, end) =
        (pdf.reserve(), pdf.reserve(), pdf.reserve(), pdf.reserve());
    pdf.set(
        outlines,
        &format!("<</Type /Outlines /First {part} 0 R /Last {end} 0 R /Count 3>>"),
    );
    pdf.set(
        part,
        &format!(
            "<</Title (part) /Parent {outlines} 0 R /Next {end} 0 R /First {chapter} 0 R /Last {chapter} 0 R \
             /Count 1 /Dest [{} 0 R /Fit]>>",
            pages[0]
        ),
    );
    pdf.set(
        chapter,
        &format!(
            "<</Title (chapter) /Parent {part} 0 R /A <</S /GoTo /D [{} 0 R /Fit]>>>>",
            pages[1]
        ),
    );
    pdf.set(
        end,
        &format!(
            "<</Title (end) /Parent {outlines} 0 R /Prev {part} 0 R /Dest [{} 0 R /Fit]>>",
            pages[2]
        ),
    );
    pdf.set(
        root,
        &format!("<</Type /Catalog /Pages {node} 0 R /Outlines {outlines} 0 R>>"),
    );
    let pdf = pdf.finish(root);

    let made = keep(&pdf, &[1, 2]).unwrap();
    let (read, catalog) = catalog(&made);
    let outlines = read
        .get_dictionary(catalog.get(b"Outlines").unwrap().as_reference().unwrap())
        .unwrap();
    assert_eq!(outlines.get(b"Count").unwrap().as_i64().unwrap(), 2);
    let follow = |from: &Dictionary, key: &[u8]| {
        let number = from.get(key).unwrap().as_reference().unwrap();
        read.get_dictionary(number).unwrap().clone()
    };
    let first = follow(outlines, b"First");
    assert_eq!(first.get(b"Title").unwrap().as_str().unwrap(), b"chapter");
    let second = follow(&first, b"Next");
    assert_eq!(second.get(b"Title").unwrap().as_str().unwrap(), b"end");
    assert!(!second.has(b"Next"));
    assert_eq!(follow(outlines, b"Last"), second);
    assert_eq!(follow(&second, b"Prev"), first);
    assert!(!contains(&made, "(part)"));
}

#[test]
fn pages_keep_their_labels() {
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    pdf.empty_pages(node, 6);
    pdf.set(
        root,
        &format!(
            "<</Type /Catalog /Pages {node} 0 R /PageLabels <</Nums [0 <</S /r>> 2 <</S /D /P (A-) /St 7>>]>>>>"
        ),
    );
    // i, ii, A-7, A-8, A-9, A-10
    let made = keep(&pdf.finish(root), &[1, 3, 4, 0]).unwrap();
    let (read, catalog) = catalog(&made);
    let labels = read
        .dereference(catalog.get(b"PageLabels").unwrap())
        .unwrap()
        .1
        .as_dict()
        .unwrap();
    let told: Vec<String> = labels
        .get(b"Nums")
        .unwrap()
        .as_array()
        .unwrap()
        .chunks(2)
        .map(|pair| {
            let label = pair[1].as_dict().unwrap();
            let style =
                String::from_utf8_lossy(label.get(b"S").unwrap().as_name().unwrap()).into_owned();
            let start = label.get(b"St").unwrap().as_i64().unwrap();
            format!("{} {style}{start}", pair[0].as_i64().unwrap())
        })
        .collect();
    assert_eq!(told, ["0 r2", "1 D8", "3 r1"]);
}

#[test]
fn strings_and_streams_are_decrypted_wherever_they_are() {
    let mut source = lopdf::Document::load_mem(&book(3)).unwrap();
    let identifier = Object::string_literal("0123456789abcdef");
    source
        .trailer
        .set("ID", Object::Array(vec![identifier.clone(), identifier]));
    let version = lopdf::EncryptionVersion::V2 {
        document: &source,
        owner_password: "owner",
        user_password: "",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).unwrap();
    source.encrypt(&state).unwrap();
    let mut pdf = Vec::new();
    source.save_to(&mut pdf).unwrap();
    assert!(!contains(&pdf, "m1-note") && !contains(&pdf, "m1-content"));

    let made = keep(&pdf, &[1]).unwrap();
    assert!(contents(&made)[0].contains("m1-content"));
    assert_eq!(field_names(&made), ["m1-field"]);
    let note = &annotations(&made, 0)[0];
    assert_eq!(note.get(b"Contents").unwrap().as_str().unwrap(), b"m1-note");
}

#[test]
fn a_page_larger_than_the_limit_of_objects_is_not_copied() {
    let limits = Limits {
        objects: 20,
        ..Limits::default()
    };
    let error = keep_pages(&file(&book(4)), &[0], 0, &Budget::new(limits)).unwrap_err();
    assert_eq!(error.code(), "document.limit");
    assert!(error.message().contains("limit_objects"), "{error}");
}

#[test]
fn what_is_listed_among_the_layers_and_is_none_stays_out() {
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let layer = pdf.add("<</Type /OCG /Name (Stamp)>>");
    let content = pdf.stream("", b"/OC /Stamp BDC 0 0 9 9 re f EMC");
    let kept = pdf.add(&format!(
        "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /Contents {content} 0 R \
         /Resources <</Properties <</Stamp {layer} 0 R>>>>>>"
    ));
    let other = pdf.add(&format!(
        "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /PieceInfo <</Note (m1-secret)>>>>"
    ));
    let order = pdf.add(&format!("[{layer} 0 R {other} 0 R {node} 0 R]"));
    pdf.set(
        node,
        &format!("<</Type /Pages /Count 2 /Kids [{kept} 0 R {other} 0 R]>>"),
    );
    pdf.set(
        root,
        &format!(
            "<</Type /Catalog /Pages {node} 0 R /OCProperties <</OCGs [{layer} 0 R {other} 0 R] \
             /D <</Order {order} 0 R /ON [{layer} 0 R] /Note (m1-secret)>>>>>>"
        ),
    );
    let made = keep(&pdf.finish(root), &[0]).unwrap();
    assert!(!contains(&made, "m1-secret"));
    let read = lopdf::Document::load_mem(&made).unwrap();
    let catalog = read.catalog().unwrap();
    let layers = catalog.get(b"OCProperties").unwrap().as_dict().unwrap();
    assert_eq!(layers.get(b"OCGs").unwrap().as_array().unwrap().len(), 1);
    let shown = layers.get(b"D").unwrap().as_dict().unwrap();
    for key in [&b"Order"[..], b"ON"] {
        assert_eq!(shown.get(key).unwrap().as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_bookmark_brings_no_more_than_its_title_and_its_place() {
    let mut pdf = Making::default();
    let (root, node, outline) = (pdf.reserve(), pdf.reserve(), pdf.reserve());
    let kept = pdf.add(&format!(
        "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9]>>"
    ));
    let other = pdf.add(&format!(
        "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /PieceInfo <</Note (m1-secret)>>>>"
    ));
    let second = pdf.reserve();
    let first = pdf.add(&format!(
        "<</Title {other} 0 R /C [{other} 0 R] /Parent {outline} 0 R /Next {second} 0 R \
         /Dest [{kept} 0 R /XYZ {other} 0 R 5 null]>>"
    ));
    pdf.set(
        second,
        &format!(
            "<</Title (Second) /C [1 0 .5] /F 2 /Parent {outline} 0 R /Dest [{kept} 0 R /Fit]>>"
        ),
    );
    pdf.set(
        outline,
        &format!("<</First {first} 0 R /Last {second} 0 R /Count 2>>"),
    );
    pdf.set(
        node,
        &format!("<</Type /Pages /Count 2 /Kids [{kept} 0 R {other} 0 R]>>"),
    );
    pdf.set(
        root,
        &format!("<</Type /Catalog /Pages {node} 0 R /Outlines {outline} 0 R>>"),
    );
    let made = keep(&pdf.finish(root), &[0]).unwrap();
    assert!(!contains(&made, "m1-secret"));
    assert!(contains(&made, "/Title(Second)"));
    assert!(contains(&made, "/C[1 0 .5]"));
    assert!(contains(&made, "/F 2"));
    assert!(contains(&made, "/XYZ null 5 null]"));
}

#[test]
fn nothing_within_a_stream_or_a_string_looks_like_a_stream() {
    const LIKE_ONE: &str = "endstream endobj\n9 0 obj <</Type /ObjStm /N 1 /First 4>>\nstream\n";
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let content = pdf.stream("", format!("BT ({LIKE_ONE}) Tj ET").as_bytes());
    let within = format!("1 0 {LIKE_ONE}");
    let real = pdf.stream("/Type /ObjStm /N 1 /First 4", within.as_bytes());
    let page = pdf.add(&format!(
        "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /Contents [{content} 0 R {real} 0 R] \
         /Annots [<</Subtype /Text /Rect [1 1 9 9] /Contents ({LIKE_ONE})>>]>>"
    ));
    let kids = format!("{page} 0 R {page} 0 R");
    pdf.set(node, &format!("<</Type /Pages /Count 2 /Kids [{kids}]>>"));
    pdf.set(root, &format!("<</Type /Catalog /Pages {node} 0 R>>"));
    let made = keep(&pdf.finish(root), &[1]).unwrap();

    let word = b"stream";
    let words = made.windows(word.len()).filter(|bytes| *bytes == word);
    assert_eq!(words.count(), 4, "two streams, each between two of them");
    assert!(!contains(&made, "ObjStm"));
    assert!(contents(&made)[0].contains(LIKE_ONE));
    let comment = annotations(&made, 0)[0].get(b"Contents").unwrap().clone();
    assert_eq!(comment.as_str().unwrap(), LIKE_ONE.as_bytes());
}
