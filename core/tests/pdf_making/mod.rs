//! Writes PDFs for tests, plainly: nothing is compressed, so that their bytes tell what is in them.
#![allow(dead_code, reason = "each suite uses what it needs")]

pub(crate) mod book;

use std::path::Path;

use lopdf::{Dictionary, Object};
use mindee_core::Error;
use mindee_core::document::{Budget, File, Limits, keep_pages, remove_pages};

/// A PDF in the making.
#[derive(Default)]
pub(crate) struct Making {
    objects: Vec<Vec<u8>>,
    trailer: String,
}

impl Making {
    /// A number for an object that is still to come.
    pub(crate) fn reserve(&mut self) -> usize {
        self.objects.push(b"null".to_vec());
        self.objects.len()
    }

    pub(crate) fn set(&mut self, number: usize, object: &str) {
        self.objects[number - 1] = object.as_bytes().to_vec();
    }

    pub(crate) fn add(&mut self, object: &str) -> usize {
        let number = self.reserve();
        self.set(number, object);
        number
    }

    /// A stream with these entries beside its length.
    pub(crate) fn stream(&mut self, entries: &str, data: &[u8]) -> usize {
        let mut object = format!("<<{entries} /Length {}>>\nstream\n", data.len()).into_bytes();
        object.extend_from_slice(data);
        object.extend_from_slice(b"\nendstream");
        self.objects.push(object);
        self.objects.len()
    }

    /// Pages without content under this node.
    pub(crate) fn empty_pages(&mut self, node: usize, count: usize) -> Vec<usize> {
        let page = format!("<</Type /Page /Parent {node} 0 R /MediaBox [0 0 9 9]>>");
        let pages: Vec<usize> = (0..count).map(|_| self.add(&page)).collect();
        let kids: String = pages.iter().map(|page| format!("{page} 0 R ")).collect();
        self.set(
            node,
            &format!("<</Type /Pages /Count {count} /Kids [{kids}]>>"),
        );
        pages
    }

    /// More entries of the trailer.
    pub(crate) fn trailer(&mut self, entries: &str) {
        self.trailer.push_str(entries);
    }

    pub(crate) fn finish(&self, root: usize) -> Vec<u8> {
        let mut file = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut rows = String::new();
        for (place, object) in self.objects.iter().enumerate() {
            rows.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.extend_from_slice(format!("{} 0 obj\n", place + 1).as_bytes());
            file.extend_from_slice(object);
            file.extend_from_slice(b"\nendobj\n");
        }
        let start = file.len();
        let size = self.objects.len() + 1;
        let trailer = &self.trailer;
        file.extend_from_slice(
            format!(
                "xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n<</Size {size} /Root {root} 0 R \
                 {trailer}>>\nstartxref\n{start}\n%%EOF\n"
            )
            .as_bytes(),
        );
        file
    }
}

/// Pages with a text each, in one node; the first object is the catalog.
pub(crate) fn plain(texts: &[&str]) -> Vec<u8> {
    let mut pdf = Making::default();
    let (root, node) = (pdf.reserve(), pdf.reserve());
    let font = pdf.add("<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>");
    let mut kids = String::new();
    for text in texts {
        let content = pdf.stream(
            "",
            format!("BT /F1 12 Tf 20 20 Td ({text}) Tj ET").as_bytes(),
        );
        let page = pdf.add(&format!(
            "<</Type /Page /Parent {node} 0 R /MediaBox [0 0 200 100] /Contents {content} 0 R \
             /Resources <</Font <</F1 {font} 0 R>>>>>>"
        ));
        kids.push_str(&format!("{page} 0 R "));
    }
    pdf.set(root, &format!("<</Type /Catalog /Pages {node} 0 R>>"));
    pdf.set(
        node,
        &format!("<</Type /Pages /Count {} /Kids [{kids}]>>", texts.len()),
    );
    pdf.finish(root)
}

pub(crate) fn file(content: &[u8]) -> File {
    File::bytes(content.to_vec(), Some("document.pdf"))
}

/// A file of the folder of documents.
pub(crate) fn document(name: &str) -> File {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/documents/pdf");
    File::open(folder.join(name)).unwrap()
}

pub(crate) fn budget() -> Budget {
    Budget::new(Limits::default())
}

pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// The contents of the pages, in their order, as another library reads them.
pub(crate) fn contents(pdf: &[u8]) -> Vec<String> {
    let read = lopdf::Document::load_mem(pdf).unwrap();
    let pages = read.get_pages();
    let content = |page: &lopdf::ObjectId| read.get_page_content(*page);
    pages
        .values()
        .map(|page| String::from_utf8_lossy(&content(page)).into_owned())
        .collect()
}

pub(crate) fn keep(pdf: &[u8], pages: &[i64]) -> Result<Vec<u8>, Error> {
    keep_pages(&file(pdf), pages, 0, &budget()).map(|made| made.content.to_vec())
}

pub(crate) fn remove(pdf: &[u8], pages: &[i64]) -> Result<Vec<u8>, Error> {
    remove_pages(&file(pdf), pages, 0, &budget()).map(|made| made.content.to_vec())
}

/// The annotations of a page.
pub(crate) fn annotations(pdf: &[u8], page: usize) -> Vec<Dictionary> {
    let read = lopdf::Document::load_mem(pdf).unwrap();
    let number = *read.get_pages().values().nth(page).unwrap();
    read.get_page_annotations(number)
        .unwrap()
        .into_iter()
        .cloned()
        .collect()
}

pub(crate) fn catalog(pdf: &[u8]) -> (lopdf::Document, Dictionary) {
    let read = lopdf::Document::load_mem(pdf).unwrap();
    let catalog = read.catalog().unwrap().clone();
    (read, catalog)
}

/// The names of the form's outermost fields.
pub(crate) fn field_names(pdf: &[u8]) -> Vec<String> {
    let (read, catalog) = catalog(pdf);
    let Ok(form) = catalog.get(b"AcroForm") else {
        return Vec::new();
    };
    let form = read.dereference(form).unwrap().1.as_dict().unwrap();
    let name = |field: &Object| {
        let field = read.get_dictionary(field.as_reference().unwrap()).unwrap();
        String::from_utf8_lossy(field.get(b"T").unwrap().as_str().unwrap()).into_owned()
    };
    form.get(b"Fields")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(name)
        .collect()
}
