//! A form goes with the pages that show its fields.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "a test ends by panicking, and writes a file as it reads"
)]

mod pdf_making;

use lopdf::Object;
use mindee_core::document::keep_pages;
use pdf_making::book::book;
use pdf_making::{
    Making, annotations, budget, catalog, contains, contents, document, field_names, keep,
};

#[test]
fn fields_of_a_page_that_is_given_twice_have_names_of_their_own() {
    let made = keep(&book(3), &[1, 1, 0]).unwrap();
    assert_eq!(field_names(&made), ["m0-field", "m1-field", "m1-field (1)"]);
    let widgets = annotations(&made, 1);
    let own = widgets.iter().find(|widget| widget.has(b"FT")).unwrap();
    assert_eq!(own.get(b"V").unwrap().as_str().unwrap(), b"m1-value");
}

#[test]
fn a_field_on_two_pages_stays_with_the_one_that_is_kept() {
    let mut pdf = Making::default();
    let (root, node, field) = (pdf.reserve(), pdf.reserve(), pdf.reserve());
    let mut kids = Vec::new();
    let mut pages = String::new();
    for place in 0..2 {
        let page = pdf.reserve();
        let widget = pdf.add(&format!(
            "<</Subtype /Widget /Rect [1 1 9 9] /Parent {field} 0 R /P {page} 0 R /AS (state{place})>>"
        ));
        pdf.set(
            page,
            &format!(
                "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /Annots [{widget} 0 R]>>"
            ),
        );
        kids.push(format!("{widget} 0 R"));
        pages.push_str(&format!("{page} 0 R "));
    }
    pdf.set(
        field,
        &format!(
            "<</FT /Btn /T (choice) /V /Yes /Kids [{}]>>",
            kids.join(" ")
        ),
    );
    pdf.set(node, &format!("<</Type /Pages /Count 2 /Kids [{pages}]>>"));
    pdf.set(
        root,
        &format!("<</Type /Catalog /Pages {node} 0 R /AcroForm <</Fields [{field} 0 R]>>>>"),
    );
    let made = keep(&pdf.finish(root), &[1]).unwrap();
    assert_eq!(field_names(&made), ["choice"]);
    assert_eq!(contents(&made).len(), 1);
    let (read, _) = catalog(&made);
    let kids = |object: &Object| {
        object
            .as_dict()
            .ok()?
            .get(b"FT")
            .and(object.as_dict())
            .ok()?
            .get(b"Kids")
            .ok()
            .cloned()
    };
    let kids = read.objects.values().find_map(kids).unwrap();
    assert_eq!(kids.as_array().unwrap().len(), 1);
    assert!(contains(&made, "state1") && !contains(&made, "state0"));
}

#[test]
fn a_form_of_other_pages_goes() {
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let field = pdf.add("<</FT /Tx /T (unseen) /V (secret)>>");
    pdf.empty_pages(node, 2);
    pdf.set(
        root,
        &format!("<</Type /Catalog /Pages {node} 0 R /AcroForm <</Fields [{field} 0 R]>>>>"),
    );
    let made = keep(&pdf.finish(root), &[0]).unwrap();
    assert!(!contains(&made, "secret") && !contains(&made, "AcroForm"));
}

#[test]
fn a_button_does_not_bring_the_fields_that_it_resets() {
    let mut pdf = Making::default();
    let (root, node, first, second) = (pdf.reserve(), pdf.reserve(), pdf.reserve(), pdf.reserve());
    let far = pdf.add(&format!(
        "<</Subtype /Widget /FT /Tx /T (far) /V (secret) /Rect [1 1 9 9] /P {second} 0 R>>"
    ));
    let button = pdf.add(&format!(
        "<</Subtype /Widget /FT /Btn /T (near) /Rect [1 1 9 9] /A <</S /ResetForm /Fields [{far} 0 R]>>>>"
    ));
    for (page, widget) in [(first, button), (second, far)] {
        pdf.set(
            page,
            &format!(
                "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /Annots [{widget} 0 R]>>"
            ),
        );
    }
    pdf.set(
        node,
        &format!("<</Type /Pages /Count 2 /Kids [{first} 0 R {second} 0 R]>>"),
    );
    pdf.set(
        root,
        &format!(
            "<</Type /Catalog /Pages {node} 0 R /AcroForm <</Fields [{button} 0 R {far} 0 R]>>>>"
        ),
    );
    let made = keep(&pdf.finish(root), &[0]).unwrap();
    assert_eq!(field_names(&made), ["near"]);
    assert!(!contains(&made, "secret"));
}

#[test]
fn a_signature_goes_and_its_field_looks_the_same() {
    let pdf = document("signed.pdf");
    let made = keep_pages(&pdf, &[0], 0, &budget()).unwrap();
    assert!(!contains(&made.content, "/Sig"), "it is on the second page");
    let made = keep_pages(&pdf, &[1, 0], 0, &budget()).unwrap();
    assert!(!contains(&made.content, "ByteRange") && !contains(&made.content, "SigFlags"));
    let (read, _) = catalog(&made.content);
    let is_field = |object: &&Object| {
        object.as_dict().is_ok_and(|field| {
            field
                .get(b"FT")
                .is_ok_and(|sort| sort.as_name().unwrap() == b"Sig")
        })
    };
    let fields: Vec<&Object> = read.objects.values().filter(is_field).collect();
    assert_eq!(fields.len(), 1);
    let field = fields[0].as_dict().unwrap();
    assert!(!field.has(b"V") && field.has(b"AP"));
}

#[test]
fn what_a_form_shares_with_all_pages_comes_without_the_others() {
    let mut pdf = Making::default();
    let (root, node, resources) = (pdf.reserve(), pdf.reserve(), pdf.reserve());
    let mut kids = String::new();
    let mut drawn = String::new();
    for place in 0..3 {
        let picture = pdf.stream(
            "/Type /XObject /Subtype /Image /Width 8 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8",
            format!("picture{place}").as_bytes(),
        );
        let form = pdf.stream(
            &format!("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources {resources} 0 R"),
            format!("/Im{place} Do").as_bytes(),
        );
        // One without resources draws with those of its page.
        let bare = pdf.stream(
            "/Type /XObject /Subtype /Form /BBox [0 0 9 9]",
            format!("/Fm{place} Do").as_bytes(),
        );
        let content = pdf.stream("", format!("/Bare{place} Do").as_bytes());
        let shown = pdf.stream(
            "/Type /XObject /Subtype /Image /Width 6 /Height 1",
            format!("shown{place}").as_bytes(),
        );
        let look = pdf.stream(
            "/Subtype /Form /BBox [0 0 9 9]",
            format!("/Shown{place} Do").as_bytes(),
        );
        drawn.push_str(&format!(
            "/Im{place} {picture} 0 R /Fm{place} {form} 0 R /Bare{place} {bare} 0 R /Shown{place} {shown} 0 R "
        ));
        let page = pdf.add(&format!(
            "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9] /Contents {content} 0 R /Resources {resources} 0 R \
             /Annots [<</Subtype /Stamp /Rect [0 0 9 9] /AP <</N {look} 0 R>>>>]>>"
        ));
        kids.push_str(&format!("{page} 0 R "));
    }
    pdf.set(resources, &format!("<</XObject <<{drawn}>>>>"));
    pdf.set(node, &format!("<</Type /Pages /Count 3 /Kids [{kids}]>>"));
    pdf.set(root, &format!("<</Type /Catalog /Pages {node} 0 R>>"));
    let made = keep(&pdf.finish(root), &[1]).unwrap();
    for page in 0..3 {
        let found = ["picture", "shown"].map(|sort| contains(&made, &format!("{sort}{page}")));
        assert_eq!(found, [page == 1; 2], "of page {page}");
    }
}
