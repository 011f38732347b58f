//! PDFs that do harm, by intent or not: each operation ends, with a result or an error of the table.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test ends by panicking, and writes a file as it reads"
)]

mod pdf_making;

use std::time::Duration;

use mindee_core::Error;
use mindee_core::document::{Budget, File, Limits, inspect, keep_pages, remove_pages, repair};
use pdf_making::{Making, document, file, plain};
use proptest::prelude::*;

/// Room for anything that a small file may rightly want, and no more.
fn small() -> Limits {
    Limits {
        inflated: 20_000_000,
        objects: 20_000,
        pages: 1000,
        time: Duration::from_secs(10),
        ..Limits::default()
    }
}

/// All operations; the errors that came.
fn everything(file: &File) -> Vec<Error> {
    let ends = [
        inspect(file, &Budget::new(small())).map(drop),
        keep_pages(file, &[-1, 0], 0, &Budget::new(small())).map(drop),
        remove_pages(file, &[0], 0, &Budget::new(small())).map(drop),
        repair(file, &Budget::new(small())).map(drop),
    ];
    let errors: Vec<Error> = ends.into_iter().filter_map(Result::err).collect();
    for error in &errors {
        let code = error.code();
        assert!(
            code.starts_with("document.") || code.starts_with("source."),
            "{error}"
        );
    }
    errors
}

fn limit_of(error: &Error) -> &str {
    assert_eq!(error.code(), "document.limit", "{error}");
    error.message().split('`').nth(1).unwrap()
}

#[test]
fn a_file_cut_off_at_any_byte_ends_well() {
    let pdf = plain(&["zero", "one"]);
    for end in 0..pdf.len() {
        everything(&file(&pdf[..end]));
    }
}

#[test]
fn a_packed_file_cut_off_at_any_byte_ends_well() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents/pdf");
    let pdf = std::fs::read(folder.join("object-streams.pdf")).unwrap();
    for end in (0..pdf.len()).step_by(3) {
        everything(&file(&pdf[..end]));
    }
}

#[test]
fn each_limit_is_named_by_the_error_that_it_gives() {
    let pdf = file(&plain(&["a", "b", "c", "d"]));
    let keep = |limits: Limits| keep_pages(&pdf, &[0], 0, &Budget::new(limits)).unwrap_err();
    assert_eq!(
        limit_of(&keep(Limits {
            objects: 3,
            ..Limits::default()
        })),
        "limit_objects"
    );
    assert_eq!(
        limit_of(&keep(Limits {
            pages: 3,
            ..Limits::default()
        })),
        "limit_pages"
    );
    assert_eq!(
        limit_of(&keep(Limits {
            time: Duration::ZERO,
            ..Limits::default()
        })),
        "limit_time"
    );
    let deep = keep_pages(
        &document("tree-too-deep.pdf"),
        &[0],
        0,
        &Budget::new(Limits::default()),
    );
    assert_eq!(limit_of(&deep.unwrap_err()), "limit_nesting");
    let packed = document("object-streams.pdf");
    let limits = Limits {
        inflated: 10,
        ..Limits::default()
    };
    let error = keep_pages(&packed, &[0], 0, &Budget::new(limits)).unwrap_err();
    assert_eq!(limit_of(&error), "limit_inflated");
}

#[test]
fn one_page_given_too_often_passes_the_limit_of_pages() {
    let pdf = file(&plain(&["a"]));
    let error = keep_pages(&pdf, &[0; 1001], 0, &Budget::new(small())).unwrap_err();
    assert_eq!(limit_of(&error), "limit_pages");
}

#[test]
fn pages_that_share_what_is_huge_do_not_multiply_it() {
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let page = |pdf: &mut Making| pdf.add(&format!("<</Type /Page /Parent {node} 0 R>>"));
    let kids: String = (0..900)
        .map(|_| format!("{} 0 R ", page(&mut pdf)))
        .collect();
    let sides = "0 ".repeat(100_000);
    pdf.set(
        node,
        &format!("<</Type /Pages /Count 900 /Kids [{kids}] /MediaBox [{sides}]>>"),
    );
    pdf.set(root, &format!("<</Type /Catalog /Pages {node} 0 R>>"));
    let file = file(&pdf.finish(root));
    let error = remove_pages(&file, &[0], 0, &Budget::new(small())).unwrap_err();
    assert_eq!(limit_of(&error), "limit_inflated");
}

#[test]
fn rings_of_everything_end() {
    let mut pdf = Making::default();
    let (root, node, page) = (pdf.reserve(), pdf.reserve(), pdf.reserve());
    let ring = pdf.reserve();
    pdf.set(ring, &format!("[{ring} 0 R {ring} 0 R]"));
    let to_itself = pdf.reserve();
    pdf.set(to_itself, &format!("{to_itself} 0 R"));
    let entry = pdf.reserve();
    pdf.set(
        entry,
        &format!("<</Title (a) /First {entry} 0 R /Next {entry} 0 R /Dest {to_itself} 0 R>>"),
    );
    let names = pdf.reserve();
    pdf.set(
        names,
        &format!("<</Kids [{names} 0 R {names} 0 R] /Names [(a) {to_itself} 0 R]>>"),
    );
    let field = pdf.reserve();
    pdf.set(
        field,
        &format!(
            "<</Subtype /Widget /Rect [0 0 1 1] /T (a) /FT /Tx /Parent {field} 0 R /Kids [{field} 0 R] \
             /A <</S /GoTo /D (a)>> /AP <</N {to_itself} 0 R>>>>"
        ),
    );
    let layers = pdf.reserve();
    pdf.set(
        layers,
        &format!("<</OCGs {layers} 0 R /D <</Order {ring} 0 R>>>>"),
    );
    let form = pdf.stream(
        &format!("/Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length {to_itself} 0 R"),
        b"/Fm Do",
    );
    pdf.set(
        page,
        &format!(
            "<</Type /Page /Parent {page} 0 R /Annots [{field} 0 R {field} 0 R] /Contents {form} 0 R \
             /MediaBox {ring} 0 R /Resources <</XObject <</Fm {form} 0 R /Unused {ring} 0 R>> \
             /Font {to_itself} 0 R>>>>"
        ),
    );
    pdf.set(
        node,
        &format!(
            "<</Type /Pages /Count 1 /Kids [{node} 0 R {page} 0 R {to_itself} 0 R {root} 0 R]>>"
        ),
    );
    pdf.set(
        root,
        &format!(
            "<</Type /Catalog /Pages {node} 0 R /AcroForm <</Fields [{field} 0 R] /DR {ring} 0 R>> \
             /Outlines {entry} 0 R /Names <</Dests {names} 0 R>> /PageLabels {names} 0 R \
             /OCProperties {layers} 0 R /Metadata {root} 0 R /OpenAction {to_itself} 0 R>>"
        ),
    );
    everything(&file(&pdf.finish(root)));
}

#[test]
fn empty_and_senseless_files_are_errors() {
    for content in [
        b"".as_slice(),
        b"%PDF-",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\nstartxref\n0\n%%EOF",
    ] {
        let errors = everything(&file(content));
        assert!(errors.len() >= 3, "{errors:?}");
    }
}

/// Pieces that PDFs are made of, in no order.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&str; 44] = [
        "1 0 obj",
        "2 0 obj",
        "3 0 obj",
        "4 0 obj",
        " endobj ",
        " stream\n",
        " endstream ",
        "<<",
        ">>",
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "/Type",
        " /Page",
        " /Pages",
        " /Catalog",
        " /Kids",
        " /Count",
        " /Root",
        " /Length",
        " /Size",
        " /Prev",
        " /XRef",
        " /ObjStm",
        " /N",
        " /First",
        " /W",
        " /Index",
        " 1 0 R",
        " 2 0 R",
        " 3 0 R",
        " 5",
        " -1",
        " 99999999999",
        "\ntrailer\n",
        "\nxref\n0 3\n",
        "0000000009 00000 n \n",
        "startxref\n9\n%%EOF\n",
        "%",
        "\\",
        " /FlateDecode",
    ];
    let piece = prop::sample::select(PIECES.as_slice())
        .prop_map(str::as_bytes)
        .prop_map(<[u8]>::to_vec);
    prop::collection::vec(piece, 0..120)
        .prop_map(|pieces| [b"%PDF-1.7\n".to_vec(), pieces.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_soup_of_pieces_ends_well(content in soup()) {
        everything(&file(&content));
    }

    #[test]
    fn a_file_with_some_bytes_changed_ends_well(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut pdf = plain(&["zero", "one", "two"]);
        for (index, byte) in changes {
            let at = index.index(pdf.len());
            pdf[at] = byte;
        }
        everything(&file(&pdf));
    }

    #[test]
    fn any_bytes_behind_a_tag_end_well(content in prop::collection::vec(any::<u8>(), 0..2000)) {
        everything(&file(&[b"%PDF-1.4\n".to_vec(), content].concat()));
    }
}
