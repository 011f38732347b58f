//! Results that are made up: the same for the same file, and of the shape that the model
//! and the options ask for.

mod balance;
mod dice;
mod extraction;
mod layout;
mod words;

use serde_json::Value;

use crate::job::Job;
use crate::model::Model;
use crate::product::Product;
use dice::Dice;

/// The `result` part for a job.
pub(crate) fn result(job: &Job, model: &Model) -> Value {
    let dice = Dice::new(&job.document.sha256);
    let pages = job.document.page_count;
    match job.product {
        Product::Extraction => extraction::result(&dice, job, model),
        Product::Split => layout::splits(&dice, pages, &model.classes),
        Product::Crop => layout::crops(&dice, pages, &model.classes),
        Product::Classification => layout::classification(&dice, &model.classes),
        Product::Ocr => words::pages(&dice, pages),
    }
}

/// The annotation that a model proposes for a new RAG document.
pub(crate) fn annotation(model: &Model, sha256: &str) -> Value {
    extraction::annotation(&Dice::new(sha256), &model.data_schema)
}
