//! Chance without chance: numbers that follow from a file's hash and a label.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) struct Dice {
    seed: String,
}

impl Dice {
    pub(super) fn new(seed: &str) -> Self {
        Self {
            seed: seed.to_owned(),
        }
    }

    /// A number below `sides`, always the same for the same file and label.
    pub(super) fn roll(&self, label: &str, sides: u32) -> u32 {
        let digest = Sha256::new()
            .chain_update(&self.seed)
            .chain_update([0])
            .chain_update(label)
            .finalize();
        let number = digest
            .iter()
            .take(4)
            .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        number % sides.max(1)
    }

    pub(super) fn pick<'a, T: ?Sized>(&self, label: &str, choices: &[&'a T]) -> Option<&'a T> {
        let sides = u32::try_from(choices.len()).ok()?;
        choices
            .get(usize::try_from(self.roll(label, sides)).ok()?)
            .copied()
    }

    pub(super) fn pick_text(&self, label: &str, choices: &[String], otherwise: &str) -> String {
        let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
        self.pick(label, &choices).unwrap_or(otherwise).to_owned()
    }

    /// A fraction of the page between `low` and `high` hundredths.
    fn hundredths(&self, label: &str, low: u32, high: u32) -> f64 {
        f64::from(low + self.roll(label, high - low)) / 100.0
    }

    /// A rectangle on the page, clockwise from its upper left corner.
    pub(super) fn polygon(&self, label: &str) -> Value {
        let left = self.hundredths(&format!("{label}/left"), 5, 60);
        let top = self.hundredths(&format!("{label}/top"), 5, 90);
        let right = left + self.hundredths(&format!("{label}/width"), 10, 35);
        let bottom = top + 0.02;
        rectangle(left, top, right, bottom)
    }
}

pub(super) fn rectangle(left: f64, top: f64, right: f64, bottom: f64) -> Value {
    let neat = |number: f64| (number * 10_000.0).round() / 10_000.0;
    let (left, top, right, bottom) = (neat(left), neat(top), neat(right), neat(bottom));
    json!([[left, top], [right, top], [right, bottom], [left, bottom]])
}
