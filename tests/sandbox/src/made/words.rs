//! Made results of OCR: some lines of words on every page.

use serde_json::{Value, json};

use super::dice::{Dice, rectangle};

const WORDS: [&str; 16] = [
    "Invoice",
    "Number",
    "Date",
    "Total",
    "Supplier",
    "Customer",
    "Address",
    "Amount",
    "Paper",
    "Service",
    "Delivery",
    "March",
    "Net",
    "Tax",
    "Payment",
    "Reference",
];
const WORDS_PER_LINE: u32 = 4;

pub(super) fn pages(dice: &Dice, pages: u32) -> Value {
    let pages: Vec<Value> = (0..pages).map(|page| one_page(dice, page)).collect();
    json!({"pages": pages})
}

fn one_page(dice: &Dice, page: u32) -> Value {
    let lines = 3 + dice.roll(&format!("ocr/{page}"), 4);
    let mut text = Vec::new();
    let mut words = Vec::new();
    for line in 0..lines {
        let mut line_words = Vec::new();
        for place in 0..WORDS_PER_LINE {
            let label = format!("ocr/{page}/{line}/{place}");
            let word = dice.pick(&label, &WORDS).unwrap_or("Word");
            let left = 0.1 + 0.2 * f64::from(place);
            let top = 0.1 + 0.1 * f64::from(line);
            words.push(json!({
                "content": word,
                "polygon": rectangle(left, top, left + 0.18, top + 0.03),
            }));
            line_words.push(word);
        }
        text.push(line_words.join(" "));
    }
    json!({"content": text.join("\n"), "words": words})
}
