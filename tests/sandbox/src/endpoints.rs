//! The webhook endpoints of a world: list, add, delete.

use uuid::Uuid;

use crate::model::Model;
use crate::order;
use crate::problem::Problem;
use crate::state::Table;
use crate::webhook::{Webhook, WebhookEndpoint};
use crate::world::World;

impl World {
    pub(crate) fn webhooks(&self) -> Vec<Webhook> {
        let store = self.store();
        let of_model = |model: &Model| -> Vec<Webhook> {
            let endpoints = model.webhooks.iter();
            endpoints.map(|endpoint| endpoint.of(model)).collect()
        };
        store.models.iter().flat_map(of_model).collect()
    }

    pub(crate) fn add_webhook(
        &self,
        model_id: &str,
        name: &str,
        url: &str,
        secret: Option<&str>,
    ) -> Result<Webhook, Problem> {
        let endpoint = WebhookEndpoint::new(name, url, secret)
            .map_err(|(field, detail)| Problem::invalid_field(field, detail))?;
        let missing = || Problem::not_found("404-001", "The model");
        let id = order::uuid(model_id).ok_or_else(missing)?;
        let mut store = self.store();
        let model = store.models.iter_mut().find(|model| model.id == id);
        let model = model.ok_or_else(missing)?;
        let webhook = endpoint.of(model);
        model.webhooks.push(endpoint);
        self.keep_model(model)?;
        Ok(webhook)
    }

    pub(crate) fn delete_webhook(&self, id: &str) -> Result<(), Problem> {
        let missing = || Problem::not_found("404-006", "The webhook");
        let id: Uuid = order::uuid(id).ok_or_else(missing)?;
        let mut store = self.store();
        let model = store
            .models
            .iter_mut()
            .find(|model| model.webhook(id).is_some());
        let model = model.ok_or_else(missing)?;
        model.webhooks.retain(|webhook| webhook.id != id);
        self.keep_model(model)
    }

    fn keep_model(&self, model: &Model) -> Result<(), Problem> {
        let kept = self.state.save(Table::Models, model.id, model);
        kept.map_err(Problem::not_kept)
    }
}
