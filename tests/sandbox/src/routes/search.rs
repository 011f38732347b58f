//! `GET /v2/search/models` and `GET /v2/search/rag-documents`.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::Call;
use crate::order;
use crate::problem::{Fault, Problem};
use crate::product::Product;
use crate::reply::Reply;
use crate::webhook::WebhookEndpoint;
use crate::world::World;

const DEFAULT_PER_PAGE: usize = 50;
const MAXIMUM_PER_PAGE: usize = 100;

pub(super) fn models(world: &World, call: &Call<'_>) -> Result<Reply, Problem> {
    let mut faults = Vec::new();
    let paging = Paging::read(call, &mut faults);
    let name = call.query("name").unwrap_or_default().to_lowercase();
    let product = call.query("model_type").and_then(|slug| {
        let product = Product::from_slug(&slug);
        if product.is_none() {
            faults.push(Fault::at("model_type", "model_type must be a product"));
        }
        product
    });
    if !faults.is_empty() {
        return Err(Problem::invalid_fields(faults));
    }
    let store = world.store();
    let found: Vec<Value> = store
        .models
        .iter()
        .filter(|model| product.is_none_or(|product| model.product == product))
        .filter(|model| model.name.to_lowercase().contains(&name))
        .map(|model| {
            let webhooks: Vec<Value> = model.webhooks.iter().map(WebhookEndpoint::public).collect();
            json!({
                "id": model.id,
                "name": model.name,
                "model_type": model.product,
                "webhooks": webhooks,
            })
        })
        .collect();
    let all = store.models.len();
    Ok(paging.reply("models", &found, all))
}

pub(super) fn rag_documents(world: &World, call: &Call<'_>) -> Result<Reply, Problem> {
    let mut faults = Vec::new();
    let paging = Paging::read(call, &mut faults);
    let model_id = call.query("model_id").and_then(|text| order::uuid(&text));
    if model_id.is_none() {
        let detail = "model_id is required and must be a valid UUID format";
        faults.push(Fault::at("model_id", detail));
    }
    let (Some(model_id), true) = (model_id, faults.is_empty()) else {
        return Err(Problem::invalid_fields(faults));
    };
    let filename = call.query("filename").unwrap_or_default().to_lowercase();
    let store = world.store();
    if store.model(model_id).is_none() {
        return Err(Problem::not_found("404-001", "The model"));
    }
    let now = world.clock.now();
    let of_model: Vec<_> = store
        .rag_documents
        .iter()
        .filter(|document| document.model_id == model_id)
        .collect();
    let found: Vec<Value> = of_model
        .iter()
        .filter(|document| document.filename.to_lowercase().contains(&filename))
        .map(|document| Value::Object(document.summary(now)))
        .collect();
    Ok(paging.reply("rag_documents", &found, of_model.len()))
}

struct Paging {
    page: usize,
    per_page: usize,
}

impl Paging {
    fn read(call: &Call<'_>, faults: &mut Vec<Fault>) -> Self {
        let mut number = |name: &str, otherwise: usize, maximum: usize| match call.query(name) {
            None => otherwise,
            Some(text) => match text.parse() {
                Ok(number) if (1..=maximum).contains(&number) => number,
                _ => {
                    let detail = format!("{name} must be a number from 1 to {maximum}");
                    faults.push(Fault::at(name, detail));
                    otherwise
                }
            },
        };
        Self {
            page: number("page", 1, 1_000_000),
            per_page: number("per_page", DEFAULT_PER_PAGE, MAXIMUM_PER_PAGE),
        }
    }

    fn reply(&self, key: &str, found: &[Value], unfiltered: usize) -> Reply {
        let first = (self.page - 1) * self.per_page;
        let page: Vec<&Value> = found.iter().skip(first).take(self.per_page).collect();
        Reply::json(
            StatusCode::OK,
            json!({
                key: page,
                "pagination": {
                    "per_page": self.per_page,
                    "page": self.page,
                    "total_items": found.len(),
                    "total_pages": found.len().div_ceil(self.per_page),
                    "total_items_unfiltered": unfiltered,
                },
            }),
        )
    }
}
