//! Small documents, made on the spot.

use std::io::Cursor;

use lopdf::{Document, Object, dictionary};

/// The head of a PNG: enough to tell the type.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";

/// A PDF of empty pages.
pub fn pdf(pages: usize) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let kids: Vec<Object> = (0..pages)
        .map(|_| {
            let page = dictionary! {"Type" => "Page", "Parent" => tree};
            document.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(pages).unwrap();
    let nodes = dictionary! {
        "Type" => "Pages",
        "Kids" => kids,
        "Count" => count,
        "MediaBox" => vec![0.into(), 0.into(), 10.into(), 10.into()],
    };
    document.objects.insert(tree, Object::Dictionary(nodes));
    let catalog = document.add_object(dictionary! {"Type" => "Catalog", "Pages" => tree});
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A TIFF of grey pixels, one per page.
pub fn tiff(pages: usize) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    for _ in 0..pages {
        encoder
            .write_image::<tiff::encoder::colortype::Gray8>(1, 1, &[7])
            .unwrap();
    }
    bytes.into_inner()
}
