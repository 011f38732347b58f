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
use pdf_making::{
    Making, annotations, budget, catalog, contains, contents, document, field_names, file, keep,
};
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
    let pages: String = (0..2)
        .map(|_| {
            let page = pdf.add(&format!(
                "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9]>>"
            ));
            format!("{page} 0 R ")
        })
        .collect();
    pdf.set(node, &format!("<</Type /Pages /Count 2 /Kids [{pages}]>>"));
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
fn entries_beneath_one_that_goes_take_its_place() {
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let pages: Vec<usize> = (0..3)
        .map(|_| {
            pdf.add(&format!(
                "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9]>>"
            ))
        })
        .collect();
    let kids: String = pages.iter().map(|page| format!("{page} 0 R ")).collect();
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
    pdf.set(node, &format!("<</Type /Pages /Count 3 /Kids [{kids}]>>"));
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
    let kids: String = (0..6)
        .map(|_| {
            let page = pdf.add(&format!(
                "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9]>>"
            ));
            format!("{page} 0 R ")
        })
        .collect();
    pdf.set(node, &format!("<</Type /Pages /Count 6 /Kids [{kids}]>>"));
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
