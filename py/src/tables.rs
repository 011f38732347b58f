//! The core's tables as JSON, for tests that compare Python's names with them.

use mindee_core::error::Category;
use mindee_core::{Product, error, ops, options};
use pyo3::prelude::*;
use serde_json::{Value, json};

/// Categories, errors, options, operations and products of the core, as JSON text.
#[pyfunction]
pub(crate) fn tables() -> String {
    let categories = Category::ALL.map(|c| json!({"name": c.name(), "number": c.number()}));
    let errors: Vec<Value> = error::TABLE
        .iter()
        .map(|row| json!({"code": row.code, "category": row.category.name()}))
        .collect();
    let options: Vec<Value> = options::table()
        .map(|spec| {
            json!({
                "key": spec.key,
                "scope": spec.scope.name(),
                "kind": spec.kind,
                "extraction_only": spec.extraction_only,
            })
        })
        .collect();
    let operations: Vec<Value> = ops::TABLE
        .iter()
        .map(|spec| json!({"name": spec.name, "keys": spec.keys().collect::<Vec<_>>()}))
        .collect();
    let products = Product::ALL.map(Product::slug);
    json!({
        "categories": categories,
        "errors": errors,
        "options": options,
        "operations": operations,
        "products": products,
    })
    .to_string()
}
