//! Pages that are made to do harm where they are drawn: an error within the limits.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a test ends by panicking"
)]

mod document_pdfs;

use std::thread;
use std::time::{Duration, Instant};

use document_pdfs::{Pdf, Seen, alike, picture};
use lopdf::{Object, Stream, dictionary};
use mindee_core::Error;
use mindee_core::document::{Budget, CutOptions, Document, File, Limits, cut};

/// All of the first page.
fn whole(file: &File, budget: &Budget) -> Result<Vec<Document>, Error> {
    let result = br#"{"inference":{"result":{"crops":[{"object_type":"slip","location":{"page":0,
        "polygon":[[0.0,0.0],[1.0,0.0],[1.0,1.0],[0.0,1.0]]}}]}}}"#;
    cut(file, result, &CutOptions::default(), budget)
}

/// Deflated zeros without their checksum, a bit for each twenty bytes: one zero, and then over and
/// over "the 258 bytes one byte ago", in the fixed code (RFC 1951, 3.2.6).
fn deflated_zeros(count: usize) -> Vec<u8> {
    let mut deflated = vec![0x78, 0x01];
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut put = |code: u32, length: u32| {
        bits |= code << held;
        held += length;
        while held >= 8 {
            deflated.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    };
    // The last block, in the fixed code; the letter 0.
    put(0b000_0110_0011, 11);
    for _ in 0..count / 258 {
        put(0b0_0000_1010_0011, 13);
    }
    // The end of the block, and the rest of its byte.
    put(0, 15);
    deflated
}

fn form(content: &str, resources: lopdf::Dictionary) -> Stream {
    let entries = dictionary! {
        "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
        "BBox" => [0, 0, 600, 800].map(Object::from).to_vec(),
    };
    Stream::new(entries, content.as_bytes().to_vec())
}

/// Pages whose drawing asks for more than there is, each in its own way.
fn greedy_drawings() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    let mut add = |what, pdf: Pdf| all.push((what, pdf.bytes()));

    let mut pdf = Pdf::new();
    let mut inner = pdf
        .document
        .add_object(form("0 0 5 5 re f", dictionary! {}));
    for _ in 0..14 {
        let resources = dictionary! { "XObject" => dictionary! { "F" => inner } };
        inner = pdf
            .document
            .add_object(form(&"/F Do ".repeat(10), resources));
    }
    pdf.page(
        (600, 800),
        dictionary! { "XObject" => dictionary! { "F" => inner } },
        "/F Do",
    );
    add("an object drawn 10^14 times", pdf);

    let mut pdf = Pdf::new();
    let still = pdf
        .document
        .add_object(form(&"q Q ".repeat(2_000_000), dictionary! {}));
    let resources = dictionary! { "XObject" => dictionary! { "F" => still } };
    pdf.page((600, 800), resources, &"/F Do ".repeat(100_000));
    add("an object that paints nothing, read 100,000 times", pdf);

    let mut pdf = Pdf::new();
    let tile = Stream::new(
        dictionary! {
            "Type" => "Pattern", "PatternType" => 1, "PaintType" => 1, "TilingType" => 1,
            "BBox" => [0, 0, 600, 800].map(Object::from).to_vec(),
            "XStep" => Object::Real(0.01), "YStep" => Object::Real(0.01), "Resources" => dictionary! {},
        },
        b"0 0 5 5 re f".to_vec(),
    );
    let tile = pdf.document.add_object(tile);
    let resources = dictionary! { "Pattern" => dictionary! { "P" => tile } };
    pdf.page((600, 800), resources, "/Pattern cs /P scn 0 0 600 800 re f");
    add("a tile over itself 5 billion times", pdf);

    let mut pdf = Pdf::new();
    let function = Stream::new(
        dictionary! {
            "FunctionType" => 4, "Domain" => [0, 1, 0, 1].map(Object::from).to_vec(),
            "Range" => [0, 1, 0, 1, 0, 1].map(Object::from).to_vec(),
        },
        format!("{{ {} dup dup }}", "dup mul 0.5 add ".repeat(200_000)).into_bytes(),
    );
    let function = pdf.document.add_object(function);
    let shading = dictionary! {
        "ShadingType" => 1, "ColorSpace" => "DeviceRGB", "Function" => function,
        "Matrix" => [600, 0, 0, 800, 0, 0].map(Object::from).to_vec(),
    };
    pdf.page(
        (600, 800),
        dictionary! { "Shading" => dictionary! { "S" => shading } },
        "/S sh",
    );
    add("a colour that takes 600,000 steps for each pixel", pdf);

    let mut pdf = Pdf::new();
    pdf.page(
        (600, 800),
        dictionary! {},
        "[0.00001] 0 d 0 0 m 600 800 l S",
    );
    add("a line of 10^8 dashes", pdf);

    let mut pdf = Pdf::new();
    let states = dictionary! { "ExtGState" => dictionary! { "G" => dictionary! { "ca" => Object::Real(0.01) } } };
    pdf.page(
        (600, 800),
        states,
        &format!("/G gs {}", "0 0 600 800 re f ".repeat(100_000)),
    );
    add("100,000 coats of paint", pdf);

    let mut pdf = Pdf::new();
    pdf.page((60_000, 60_000), dictionary! {}, "");
    add("a page of 21 metres", pdf);
    all
}

/// Pages whose pictures do.
fn greedy_pictures() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    let mut add = |what, pdf: Pdf| all.push((what, pdf.bytes()));

    for (what, width, height, coding) in [
        (
            "a picture of 65,535 x 65,535 pixels",
            65_535,
            65_535,
            "FlateDecode",
        ),
        ("a fax of 4 billion columns", 10, 10_000, "CCITTFaxDecode"),
    ] {
        let mut pdf = Pdf::new();
        let mut scan = picture(width, height, coding, vec![0; 100]);
        scan.dict.set(
            "DecodeParms",
            dictionary! { "Columns" => 4_000_000_000_i64, "K" => -1 },
        );
        pdf.scan((600, 800), scan, "");
        add(what, pdf);
    }

    let mut pdf = Pdf::new();
    let bomb = picture(10, 10, "FlateDecode", deflated_zeros(1_200_000_000));
    pdf.scan((600, 800), bomb, "");
    add("a picture of 100 pixels that unpacks to 1.2 GB", pdf);

    let mut pdf = Pdf::new();
    // A codestream that says it has 60,000 x 60,000 pixels.
    let mut grid = b"\xFF\x4F\xFF\x51\x00\x2F\x00\x00".to_vec();
    for number in [60_000_u32, 60_000, 0, 0, 60_000, 60_000, 0, 0] {
        grid.extend(number.to_be_bytes());
    }
    grid.extend([0, 3, 7, 1, 1, 7, 1, 1, 7, 1, 1]);
    pdf.scan((600, 800), picture(600, 800, "JPXDecode", grid), "");
    add("a JPEG 2000 picture that is larger than it says", pdf);

    let mut pdf = Pdf::new();
    // Page information, type 48: 60,000 x 60,000 pixels.
    let mut page = vec![0, 0, 0, 0, 48, 0, 1, 0, 0, 0, 19];
    page.extend(60_000_u32.to_be_bytes());
    page.extend(60_000_u32.to_be_bytes());
    page.extend([0; 11]);
    let mut scan = picture(600, 800, "JBIG2Decode", page);
    scan.dict.set("ColorSpace", "DeviceGray");
    scan.dict.set("BitsPerComponent", 1);
    pdf.scan((600, 800), scan, "");
    add("a JBIG2 picture that is larger than it says", pdf);

    let mut pdf = Pdf::new();
    let vast = Object::Integer(1 << 40);
    let mut scan = picture(100, 100, "FlateDecode", vec![0x78, 0x9c, 3, 0, 0, 0, 0, 1]);
    scan.dict.set(
        "DecodeParms",
        dictionary! { "Predictor" => 12, "Columns" => vast.clone(), "Colors" => vast },
    );
    pdf.scan((600, 800), scan, "");
    add("a predictor of rows beyond memory", pdf);
    all
}

#[test]
fn pages_that_ask_for_too_much_end_within_the_limits() {
    let limits = Limits {
        time: Duration::from_secs(5),
        ..Limits::default()
    };
    for (what, bytes) in greedy_drawings().into_iter().chain(greedy_pictures()) {
        let began = Instant::now();
        let file = File::bytes(bytes, None);
        let made = whole(&file, &Budget::new(limits));
        assert_eq!(
            made.map_err(|error| error.code()).unwrap_err(),
            "document.limit",
            "{what}"
        );
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{what} takes {:?}",
            began.elapsed()
        );
    }
}

#[test]
fn objects_within_objects_do_not_exhaust_the_stack() {
    let mut pdf = Pdf::new();
    let mut inner = None;
    for _ in 0..200 {
        let resources = match inner {
            Some(inner) => {
                dictionary! { "XObject" => dictionary! { "F" => Object::Reference(inner) } }
            }
            None => dictionary! {},
        };
        let entries = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
            "Group" => dictionary! { "S" => "Transparency" },
            "BBox" => [0, 0, 60, 80].map(Object::from).to_vec(),
        };
        let content = b"1 0 0 rg 0 0 60 80 re f /F Do".to_vec();
        inner = Some(pdf.document.add_object(Stream::new(entries, content)));
    }
    let resources =
        dictionary! { "XObject" => dictionary! { "F" => Object::Reference(inner.unwrap()) } };
    pdf.page((60, 80), resources, "/F Do");
    let file = File::bytes(pdf.bytes(), None);
    let found = thread::scope(|scope| {
        let small = thread::Builder::new().stack_size(512 * 1024);
        let worker = small.spawn_scoped(scope, || whole(&file, &Budget::new(Limits::default())));
        worker.unwrap().join().unwrap().unwrap()
    });
    assert!(alike(Seen::of(&found[0].content).colour(), [255, 0, 0]));
}
