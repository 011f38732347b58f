//! What the core knows in tables and limits.

use mindee_core::error::{self, Category};
use mindee_core::{VERSION, ops, options};
use napi_derive::napi;
use serde_json::json;

/// The core's version, operations, options, categories and errors, as one JSON object.
#[napi(catch_unwind)]
pub(crate) fn tables() -> String {
    let operations = ops::TABLE.iter().map(|row| {
        json!({
            "name": row.name,
            "arguments": row.arguments,
            "options": options::Params::SPEC
                .iter()
                .chain(options::Preparation::SPEC)
                .filter(|option| row.heeds(option.key))
                .map(|option| option.key)
                .collect::<Vec<_>>(),
        })
    });
    let options = options::table().map(|row| {
        json!({
            "key": row.key,
            "scope": row.scope.name(),
            "kind": row.kind,
            "default": row.default,
            "environment": row.environment,
            "extraction_only": row.extraction_only,
            "doc": row.doc,
        })
    });
    let categories = Category::ALL
        .iter()
        .map(|category| json!({ "name": category.name(), "number": category.number() }));
    let errors = error::TABLE.iter().map(|row| {
        json!({
            "code": row.code,
            "category": row.category.name(),
            "retryable": row.retryable,
            "hint": row.hint,
        })
    });
    json!({
        "version": VERSION,
        "operations": operations.collect::<Vec<_>>(),
        "options": options.collect::<Vec<_>>(),
        "categories": categories.collect::<Vec<_>>(),
        "errors": errors.collect::<Vec<_>>(),
    })
    .to_string()
}
