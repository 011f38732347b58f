//! Made results of split, crop and classification.

use serde_json::{Value, json};

use super::dice::{Dice, rectangle};

const UNKNOWN_CLASS: &str = "document";

/// Cuts the pages into ranges of one to three pages; each range ends where it says.
pub(super) fn splits(dice: &Dice, pages: u32, classes: &[String]) -> Value {
    let mut splits = Vec::new();
    let mut first = 0;
    while first < pages {
        let label = format!("split/{first}");
        let last = (first + dice.roll(&label, 3)).min(pages - 1);
        splits.push(json!({
            "page_range": [first, last],
            "document_type": dice.pick_text(&format!("{label}/type"), classes, UNKNOWN_CLASS),
            "extraction_response": null,
        }));
        first = last + 1;
    }
    json!({"splits": splits})
}

/// One to three documents below each other on every page.
pub(super) fn crops(dice: &Dice, pages: u32, classes: &[String]) -> Value {
    let mut crops = Vec::new();
    for page in 0..pages {
        let count = 1 + dice.roll(&format!("crop/{page}"), 3);
        let height = 0.9 / f64::from(count);
        for index in 0..count {
            let top = 0.05 + height * f64::from(index);
            let label = format!("crop/{page}/{index}/type");
            crops.push(json!({
                "object_type": dice.pick_text(&label, classes, UNKNOWN_CLASS),
                "location": {
                    "polygon": rectangle(0.1, top, 0.9, top + height * 0.9),
                    "page": page,
                },
                "extraction_response": null,
            }));
        }
    }
    json!({"crops": crops})
}

pub(super) fn classification(dice: &Dice, classes: &[String]) -> Value {
    json!({"classification": {
        "document_type": dice.pick_text("classification", classes, UNKNOWN_CLASS),
        "extraction_response": null,
    }})
}
