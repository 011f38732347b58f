//! What is told of a PDF: its pages as they are there, its text, and whether readers must mend it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test ends by panicking, and writes a file as it reads"
)]

mod pdf_making;

use std::io::Write;

use mindee_core::document::{Budget, Encryption, File, Inspection, Limits, inspect};
use pdf_making::{Making, budget, document, file, plain};
use serde_json::json;

fn look(pdf: &[u8]) -> Inspection {
    inspect(&file(pdf), &budget()).unwrap()
}

/// One page with this content, and these entries in its resources; more objects by the closure.
fn page(content: &str, resources: &str, more: impl Fn(&mut Making)) -> Vec<u8> {
    let mut pdf = Making::default();
    let (root, node, page, content_number) =
        (pdf.reserve(), pdf.reserve(), pdf.reserve(), pdf.reserve());
    more(&mut pdf);
    let stream = pdf.stream("", content.as_bytes());
    pdf.set(content_number, &format!("[{stream} 0 R]"));
    pdf.set(
        page,
        &format!(
            "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /Contents {content_number} 0 R \
             /Resources <<{resources}>>>>"
        ),
    );
    pdf.set(
        node,
        &format!("<</Type /Pages /Count 1 /Kids [{page} 0 R]>>"),
    );
    pdf.set(root, &format!("<</Type /Catalog /Pages {node} 0 R>>"));
    pdf.finish(root)
}

const FONT: &str = "/Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>";

fn has_text(content: &str) -> bool {
    look(&page(content, FONT, |_| {})).text_layer.unwrap()
}

#[test]
fn text_is_what_a_content_shows_seen_or_not() {
    assert!(has_text("BT /F1 9 Tf (a) Tj ET"));
    assert!(has_text("BT /F1 9 Tf [(a) -20 (b)] TJ ET"));
    assert!(has_text("BT /F1 9 Tf <61> ' ET"));
    assert!(has_text("BT /F1 9 Tf 3 Tr (unseen) Tj ET"));
    assert!(has_text("BT /F1 9 Tf (\\() Tj ET"));
}

#[test]
fn what_only_looks_like_text_is_none() {
    assert!(!has_text("0 0 9 9 re f"));
    assert!(!has_text("BT /F1 9 Tf () Tj ET"));
    assert!(!has_text("BT /F1 9 Tf ET % (a) Tj"));
    assert!(!has_text("/Tj gs (a Tj) pop"));
    assert!(!has_text("BI /W 9 /H 1 ID (a) Tj x EI 0 g"));
    assert!(
        !look(&page("BT /F1 9 Tf (a) Tj ET", "", |_| {}))
            .text_layer
            .unwrap(),
        "no font"
    );
}

#[test]
fn text_in_a_form_that_the_page_draws_is_text() {
    let form = |pdf: &mut Making| {
        let resources =
            format!("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <<{FONT}>>");
        let form = pdf.stream(&resources, b"BT /F1 9 Tf (a) Tj ET");
        assert_eq!(form, 5);
    };
    assert!(
        look(&page("/Fm0 Do", "/XObject <</Fm0 5 0 R>>", form))
            .text_layer
            .unwrap()
    );
}

#[test]
fn pages_are_counted_and_not_believed() {
    let count = |claim: &str| {
        let pdf = String::from_utf8_lossy(&plain(&["a", "b", "c"])).replace("/Count 3", claim);
        // The replacement keeps the length, so that all stands where it stood.
        let look = look(pdf.replace('\u{fffd}', "?").as_bytes());
        (look.pages, look.damaged)
    };
    assert_eq!(count("/Count 3"), (Some(3), false));
    assert_eq!(count("/Count 7"), (Some(3), true));
    assert_eq!(count("/Count 1"), (Some(3), true));
}

#[test]
fn a_file_on_the_disk_is_told_as_the_same_in_memory() {
    for pdf in [plain(&["a", "b"]), plain(&[])] {
        let mut on_disk = tempfile::Builder::new().suffix(".pdf").tempfile().unwrap();
        on_disk.write_all(&pdf).unwrap();
        let told = inspect(&File::open(on_disk.path()).unwrap(), &budget()).unwrap();
        assert_eq!(told, look(&pdf));
    }
}

#[test]
fn of_a_file_with_a_password_it_is_told_and_no_text() {
    let told = inspect(&document("password-aes-256.pdf"), &budget()).unwrap();
    assert_eq!(
        (told.encrypted, told.text_layer),
        (Encryption::Password, None)
    );
    let json = told.to_json();
    assert_eq!(json["encrypted"], json!("password"));
    assert!(json.get("text_layer").is_none());
}

#[test]
fn what_is_told_is_one_object_of_json() {
    let pdf = plain(&["a", "b"]);
    let expected = json!({
        "media_type": "application/pdf", "length": pdf.len(), "pages": 2, "encrypted": "no",
        "text_layer": true, "damaged": false,
    });
    assert_eq!(look(&pdf).to_json(), expected);
}

#[test]
fn content_that_must_be_decoded_whole_is_not_decoded_past_what_is_searched() {
    let flate = |data: Vec<u8>| {
        let mut stream = lopdf::Stream::new(lopdf::Dictionary::new(), data);
        stream.compress().unwrap();
        stream.content
    };
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let content = pdf.stream(
        "/Filter [/FlateDecode /FlateDecode]",
        &flate(flate(vec![b' '; 40_000_000])),
    );
    let page = pdf.add(&format!(
        "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /Contents {content} 0 R \
         /Resources <<{FONT}>>>>"
    ));
    pdf.set(
        node,
        &format!("<</Type /Pages /Count 1 /Kids [{page} 0 R]>>"),
    );
    pdf.set(root, &format!("<</Type /Catalog /Pages {node} 0 R>>"));
    let limits = Limits {
        inflated: 2_000_000,
        ..Limits::default()
    };
    let told = inspect(&file(&pdf.finish(root)), &Budget::new(limits)).unwrap();
    assert_eq!((told.pages, told.damaged), (Some(1), false));
}
