//! A document with everything that a page can have.

use super::Making;

/// What a page of [`book`] has that goes with it.
pub(crate) const OF_A_PAGE: [&str; 12] = [
    "content",
    "picture",
    "note",
    "link",
    "field",
    "value",
    "outline",
    "name",
    "old-name",
    "layer",
    "thumbnail",
    "label",
];
/// What it has that no part of the file keeps.
pub(crate) const OF_NONE: [&str; 6] = [
    "structure",
    "thread",
    "attached",
    "script",
    "earlier",
    "private",
];

/// Pages with everything that a page can have, each thing marked `m3-note` and so on.
#[allow(
    clippy::too_many_lines,
    reason = "a file, from its beginning to its end"
)]
pub(crate) fn book(count: usize) -> Vec<u8> {
    let mut pdf = Making::default();
    let (root, node, form, outlines) = (pdf.reserve(), pdf.reserve(), pdf.reserve(), pdf.reserve());
    let resources = pdf.reserve();
    let pages: Vec<usize> = (0..count).map(|_| pdf.reserve()).collect();
    let entries: Vec<usize> = (0..count).map(|_| pdf.reserve()).collect();
    let (mut pictures, mut layers, mut layer_names) = (String::new(), String::new(), String::new());
    let (mut fields, mut names, mut old_names) = (String::new(), String::new(), String::new());
    let (mut labels, mut structure, mut scripts) = (String::new(), String::new(), String::new());
    for (page, number) in pages.iter().enumerate() {
        let mark = |sort: &str| format!("m{page}-{sort}");
        let next = pages[(page + 1) % count];
        let picture = pdf.stream(
            "/Type /XObject /Subtype /Image /Width 4 /Height 3 /ColorSpace /DeviceGray /BitsPerComponent 8",
            mark("picture").as_bytes(),
        );
        let layer = pdf.add(&format!("<</Type /OCG /Name ({})>>", mark("layer")));
        let content = pdf.stream(
            "",
            format!(
                "BT /F1 9 Tf ({}) Tj ET /Im{page} Do /OC /Layer{page} BDC EMC",
                mark("content")
            )
            .as_bytes(),
        );
        let thumbnail = pdf.stream("", mark("thumbnail").as_bytes());
        let annotation =
            |entries: &str| format!("<</Type /Annot /Rect [1 1 9 9] /P {number} 0 R {entries}>>");
        let popup = pdf.reserve();
        let remark = pdf.add(&annotation(&format!(
            "/Subtype /Text /Contents ({}) /Popup {popup} 0 R",
            mark("note")
        )));
        pdf.set(
            popup,
            &annotation(&format!("/Subtype /Popup /Parent {remark} 0 R")),
        );
        let link = pdf.add(&annotation(&format!(
            "/Subtype /Link /Contents ({}) /Dest [{next} 0 R /Fit]",
            mark("link")
        )));
        let by_name = pdf.add(&annotation(&format!(
            "/Subtype /Link /A <</S /GoTo /D (m{}-name)>>",
            (page + 2) % count
        )));
        let field = pdf.reserve();
        let widget = pdf.add(&annotation(&format!(
            "/Subtype /Widget /Parent {field} 0 R"
        )));
        pdf.set(
            field,
            &format!(
                "<</FT /Tx /T ({}) /V ({}) /Kids [{widget} 0 R]>>",
                mark("field"),
                mark("value")
            ),
        );
        let bead = pdf.add(&format!(
            "<</T <</I <</Title ({})>>>> /P {number} 0 R>>",
            mark("thread")
        ));
        let element = pdf.add(&format!(
            "<</Type /StructElem /S /P /Pg {number} 0 R /K 0 /ActualText ({})>>",
            mark("structure")
        ));
        pdf.set(
            *number,
            &format!(
                "<</Type /Page /Parent {node} 0 R /Contents {content} 0 R /Thumb {thumbnail} 0 R \
                 /Annots [{remark} 0 R {popup} 0 R {link} 0 R {by_name} 0 R {widget} 0 R] /B [{bead} 0 R] \
                 /StructParents {page} /OfApp {next} 0 R /PieceInfo <</App <</Private ({})>>>>>>",
                mark("private")
            ),
        );
        pdf.add(&format!("({})", mark("earlier")));
        let chained = |at: Option<&usize>, key: &str| {
            at.map_or(String::new(), |at| format!("/{key} {at} 0 R"))
        };
        let before = page.checked_sub(1).and_then(|before| entries.get(before));
        pdf.set(
            entries[page],
            &format!(
                "<</Title ({}) /Parent {outlines} 0 R /Dest [{number} 0 R /Fit] {} {}>>",
                mark("outline"),
                chained(before, "Prev"),
                chained(entries.get(page + 1), "Next")
            ),
        );
        let attached = pdf.stream("/Type /EmbeddedFile", mark("attached").as_bytes());
        pictures.push_str(&format!("/Im{page} {picture} 0 R "));
        layers.push_str(&format!("{layer} 0 R "));
        layer_names.push_str(&format!("/Layer{page} {layer} 0 R "));
        fields.push_str(&format!("{field} 0 R "));
        names.push_str(&format!("({}) [{number} 0 R /Fit] ", mark("name")));
        old_names.push_str(&format!("/{} [{number} 0 R /Fit] ", mark("old-name")));
        labels.push_str(&format!("{page} <</P ({})>> ", mark("label")));
        structure.push_str(&format!("{element} 0 R "));
        scripts.push_str(&format!(
            "({}) <</S /JavaScript /JS ({attached} 0 R)>> (f{page}) <</EF <</F {attached} 0 R>>>> ",
            mark("script")
        ));
    }
    let kids: String = pages.iter().map(|page| format!("{page} 0 R ")).collect();
    pdf.set(
        node,
        &format!(
            "<</Type /Pages /Count {count} /Kids [{kids}] /MediaBox [0 0 300 200] /Rotate 90 \
             /Resources {resources} 0 R>>"
        ),
    );
    pdf.set(
        resources,
        &format!(
            "<</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>> /XObject <<{pictures}>> \
             /Properties <<{layer_names}>>>>"
        ),
    );
    pdf.set(
        form,
        &format!("<</Fields [{fields}] /DA (/F1 9 Tf) /XFA (m0-private)>>"),
    );
    let (first, last) = (entries[0], entries[count - 1]);
    pdf.set(
        outlines,
        &format!("<</Type /Outlines /First {first} 0 R /Last {last} 0 R /Count {count}>>"),
    );
    pdf.set(
        root,
        &format!(
            "<</Type /Catalog /Pages {node} 0 R /AcroForm {form} 0 R /Outlines {outlines} 0 R \
             /Names <</Dests <</Names [{names}]>> /JavaScript <</Names [{scripts}]>>>> \
             /Dests <<{old_names}>> /PageLabels <</Nums [{labels}]>> \
             /OCProperties <</OCGs [{layers}] /D <</ON [{layers}] /Order [{layers}]>>>> \
             /StructTreeRoot <</Type /StructTreeRoot /K [{structure}]>> /MarkInfo <</Marked true>> \
             /Lang (en) /OpenAction [{} 0 R /Fit]>>",
            pages[0]
        ),
    );
    let info = pdf.add("<</Author (the-author)>>");
    pdf.trailer(&format!("/Info {info} 0 R"));
    pdf.finish(root)
}
