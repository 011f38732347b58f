//! Damaged PDFs: what is mended is named, opens in another reader, and is sound from then on.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test ends by panicking, and writes a file as it reads"
)]

mod pdf_making;

use mindee_core::document::{Repaired, inspect, repair};
use pdf_making::{Making, budget, contents, document, file, plain};

const TEXTS: [&str; 3] = ["zero", "one", "two"];

fn mend(pdf: &[u8]) -> Repaired {
    repair(&file(pdf), &budget()).unwrap()
}

fn refused(pdf: &[u8]) -> String {
    let error = repair(&file(pdf), &budget()).unwrap_err();
    assert_eq!(error.code(), "document.damaged");
    error.message().to_owned()
}

/// Mends, and sees that the result is sound, stays as it is, and has these texts on its pages.
fn mended(pdf: &[u8], texts: &[&str]) -> Vec<&'static str> {
    let Repaired { document, mended } = mend(pdf);
    let look = inspect(&file(&document.content), &budget()).unwrap();
    assert!(!look.damaged, "{mended:?}");
    let again = mend(&document.content);
    assert_eq!(
        (again.mended, again.document.content),
        (vec![], document.content.clone())
    );
    let contents = contents(&document.content);
    assert_eq!(contents.len(), texts.len());
    for (content, text) in contents.iter().zip(texts) {
        assert!(content.contains(text), "{content} lacks {text}");
    }
    mended
}

fn place(pdf: &[u8], text: &str) -> usize {
    pdf.windows(text.len())
        .rposition(|window| window == text.as_bytes())
        .unwrap()
}

fn replaced(pdf: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = place(pdf, from);
    [&pdf[..at], to.as_bytes(), &pdf[at + from.len()..]].concat()
}

#[test]
fn a_sound_file_comes_back_byte_for_byte() {
    let pdf = plain(&TEXTS);
    let Repaired { document, mended } = mend(&pdf);
    assert_eq!(
        (document.content.as_ref(), mended),
        (pdf.as_slice(), vec![])
    );
    assert_eq!(
        (document.filename.as_str(), document.media_type),
        ("document.pdf", "application/pdf")
    );
}

#[test]
fn junk_in_front_goes_and_all_else_stays() {
    let pdf = plain(&TEXTS);
    let junk = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &pdf].concat();
    assert_eq!(mended(&junk, &TEXTS), ["junk_before_header"]);
    assert_eq!(mend(&junk).document.content, pdf);
}

#[test]
fn junk_that_the_places_count_goes_with_new_places() {
    let pdf = document("junk-before-counted.pdf");
    let mended = repair(&pdf, &budget()).unwrap();
    assert_eq!(
        mended.mended,
        ["junk_before_header", "cross_reference_rebuilt"]
    );
    assert!(mended.document.content.starts_with(b"%PDF-"));
    assert!(
        !inspect(&file(&mended.document.content), &budget())
            .unwrap()
            .damaged
    );
}

#[test]
fn a_tag_after_the_first_kilobyte_is_no_tag() {
    let pdf = plain(&TEXTS);
    let within = [vec![b'\n'; 1019], pdf.clone()].concat();
    assert_eq!(mended(&within, &TEXTS), ["junk_before_header"]);
    let beyond = [vec![0x80; 1020], pdf].concat();
    assert!(refused(&beyond).contains("%PDF-"));
}

#[test]
fn a_file_without_a_tag_is_not_mended() {
    let pdf = plain(&TEXTS);
    assert!(refused(&pdf[8..]).contains("%PDF-"));
}

#[test]
fn a_wrong_start_of_the_cross_reference_is_found_out() {
    let pdf = plain(&TEXTS);
    let at = place(&pdf, "startxref");
    let wrong = [&pdf[..at], b"startxref\n17\n%%EOF\n"].concat();
    assert_eq!(mended(&wrong, &TEXTS), ["cross_reference_rebuilt"]);
}

#[test]
fn a_wrong_row_of_the_cross_reference_is_found_out() {
    let pdf = plain(&TEXTS);
    let row = place(&pdf, "65535 f \n") + 9;
    // The row of object 1, the catalog; and the row of a page's content, which is only met later.
    for number in [0, 3] {
        let mut wrong = pdf.clone();
        wrong[row + number * 20 + 7] = b'9';
        assert_eq!(
            mended(&wrong, &TEXTS),
            ["cross_reference_rebuilt"],
            "row {number}"
        );
    }
}

#[test]
fn a_file_without_a_cross_reference_gets_one() {
    let pdf = plain(&TEXTS);
    let at = place(&pdf, "xref\n0 ");
    let without = [&pdf[..at], b"trailer\n<</Root 1 0 R>>\n%%EOF\n"].concat();
    assert_eq!(mended(&without, &TEXTS), ["cross_reference_rebuilt"]);
    assert_eq!(
        mended(&pdf[..at], &TEXTS),
        ["cross_reference_rebuilt", "truncated_tail"]
    );
}

#[test]
fn objects_in_streams_are_found_again() {
    let sound = document("object-streams.pdf");
    let pages = inspect(&sound, &budget()).unwrap().pages;
    let mended = repair(&document("no-xref-in-streams.pdf"), &budget()).unwrap();
    assert!(
        mended.mended.contains(&"cross_reference_rebuilt"),
        "{:?}",
        mended.mended
    );
    let look = inspect(&file(&mended.document.content), &budget()).unwrap();
    assert!(!look.damaged);
    assert!(look.pages.is_some() && pages.is_some());
}

#[test]
fn pages_whose_list_is_cut_off_are_listed_anew() {
    let mut pdf = Making::default();
    let pages: Vec<usize> = TEXTS
        .iter()
        .map(|text| {
            let content = pdf.stream("", format!("BT ({text}) Tj ET").as_bytes());
            pdf.add(&format!(
                "<</Type /Page /Parent 7 0 R /Contents {content} 0 R>>"
            ))
        })
        .collect();
    let kids: String = pages.iter().map(|page| format!("{page} 0 R ")).collect();
    let node = pdf.add(&format!(
        "<</Type /Pages /Count 3 /Kids [{kids}] /MediaBox [0 0 9 9]>>"
    ));
    let root = pdf.add(&format!("<</Type /Catalog /Pages {node} 0 R>>"));
    let pdf = pdf.finish(root);
    let cut = &pdf[..place(&pdf, "/Kids")];
    assert_eq!(
        mended(cut, &TEXTS),
        [
            "cross_reference_rebuilt",
            "truncated_tail",
            "page_tree_rebuilt"
        ]
    );
}

#[test]
fn a_wrong_number_of_pages_is_put_right_and_a_page_that_is_not_there_forgotten() {
    let pdf = plain(&TEXTS);
    assert_eq!(
        mended(&replaced(&pdf, "/Count 3", "/Count 9"), &TEXTS),
        ["page_count_corrected"]
    );
    let mut lacking = Making::default();
    let (root, node) = (lacking.reserve(), lacking.reserve());
    let content = lacking.stream("", b"BT (zero) Tj ET");
    let page = lacking.add(&format!(
        "<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents {content} 0 R>>"
    ));
    lacking.set(
        node,
        &format!("<</Type /Pages /Count 1 /Kids [{page} 0 R 77 0 R]>>"),
    );
    lacking.set(root, &format!("<</Type /Catalog /Pages {node} 0 R>>"));
    assert_eq!(
        mended(&lacking.finish(root), &["zero"]),
        ["page_count_corrected"]
    );
}

#[test]
fn a_stream_of_another_length_than_it_says_is_put_right() {
    let pdf = plain(&TEXTS);
    let length = pdf
        .windows(9)
        .filter(|window| window.starts_with(b"/Length "))
        .count();
    assert_eq!(length, 3);
    let at = place(&pdf, "/Length ") + 8;
    let mut wrong = pdf.clone();
    wrong[at] = b'9';
    assert_eq!(mended(&wrong, &TEXTS), ["stream_lengths_corrected"]);
}

#[test]
fn objects_without_an_end_get_one() {
    let pdf = plain(&TEXTS);
    // A page, and a content with its stream.
    for before in ["/Resources", "BT /F1"] {
        let at = place(&pdf, before);
        let end = at
            + pdf[at..]
                .windows(6)
                .position(|window| window == b"endobj")
                .unwrap();
        let mut open = pdf.clone();
        open[end..end + 6].copy_from_slice(b"      ");
        assert_eq!(mended(&open, &TEXTS), ["object_ends_added"]);
    }
}

#[test]
fn an_encrypted_file_stays_encrypted_and_readable() {
    for name in [
        "empty-password-rc4-128.pdf",
        "empty-password-aes-128.pdf",
        "empty-password-aes-256.pdf",
    ] {
        let sound = document(name);
        let look = inspect(&sound, &budget()).unwrap();
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents/pdf");
        let pdf = std::fs::read(folder.join(name)).unwrap();
        let at = place(&pdf, "startxref");
        let wrong = [&pdf[..at], b"startxref\n17\n%%EOF\n"].concat();
        let mended = mend(&wrong);
        assert_eq!(mended.mended, ["cross_reference_rebuilt"]);
        let again = inspect(&file(&mended.document.content), &budget()).unwrap();
        assert_eq!((again.encrypted, again.pages), (look.encrypted, look.pages));
        assert_eq!(again.text_layer, look.text_layer);
        let read = lopdf::Document::load_mem(&mended.document.content).unwrap();
        assert_eq!(u64::try_from(read.get_pages().len()).ok(), look.pages);
    }
}

#[test]
fn cut_off_anywhere_it_is_mended_or_an_error_says_why() {
    let pdf = plain(&["zero", "one"]);
    let whole = pdf.len() - 1;
    for end in 0..whole {
        match repair(&file(&pdf[..end]), &budget()) {
            Ok(Repaired { document, mended }) => {
                let look = inspect(&file(&document.content), &budget()).unwrap();
                let pages = look.pages.unwrap();
                assert!(
                    !look.damaged && (1..=2).contains(&pages),
                    "cut at {end}: {mended:?} {look:?}"
                );
                let read = lopdf::Document::load_mem(&document.content).unwrap();
                assert_eq!(
                    u64::try_from(read.get_pages().len()).unwrap(),
                    pages,
                    "cut at {end}: {mended:?}"
                );
            }
            Err(error) => {
                let code = error.code();
                let known = ["document.damaged", "source.empty", "source.type_refused"];
                assert!(known.contains(&code), "cut at {end}: {error}");
            }
        }
    }
}

#[test]
fn what_is_no_pdf_is_not_mended() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents/png");
    let picture = std::fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let picture = mindee_core::document::File::open(picture).unwrap();
    assert_eq!(
        repair(&picture, &budget()).unwrap_err().code(),
        "document.type_unfit"
    );
}

#[test]
fn a_node_that_breaks_off_is_written_anew() {
    // Made by fuzzing: the stream that the node lies in is damaged behind the node's first entries.
    let pdf = include_bytes!("document_pdfs/node-that-breaks-off.pdf");
    let once = mend(pdf);
    let again = mend(&once.document.content);
    assert!(once.mended.contains(&"page_count_corrected"));
    assert!(again.mended.is_empty(), "{:?}", again.mended);
    assert_eq!(again.document.content, once.document.content);
}
