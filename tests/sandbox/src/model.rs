//! Models and the default set.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::product::Product;
use crate::schema::DataSchema;
use crate::settings::ModelSettings;
use crate::webhook::WebhookEndpoint;

/// What an enqueue that leaves an option out gets.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "these are the API's own switches"
)]
pub(crate) struct OptionDefaults {
    pub(crate) raw_text: bool,
    pub(crate) polygon: bool,
    pub(crate) confidence: bool,
    pub(crate) rag: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Model {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    #[serde(rename = "model_type")]
    pub(crate) product: Product,
    #[serde(default)]
    pub(crate) webhooks: Vec<WebhookEndpoint>,
    /// Extraction: the fields to read.
    #[serde(default)]
    pub(crate) data_schema: DataSchema,
    /// Split, crop and classification: the document types to choose from.
    #[serde(default)]
    pub(crate) classes: Vec<String>,
    #[serde(default)]
    pub(crate) options: OptionDefaults,
    #[serde(flatten)]
    pub(crate) settings: ModelSettings,
}

impl Model {
    pub(crate) fn webhook(&self, id: Uuid) -> Option<&WebhookEndpoint> {
        self.webhooks.iter().find(|webhook| webhook.id == id)
    }
}

/// The five default models. Their ids never change, so that samples may show them.
const DEFAULT_MODELS: &str = include_str!("data/models.json");

/// The default models, with those of `extra` (JSON text) added; an extra model with a
/// known id takes the place of the default one.
pub(crate) fn load(extra: Option<&str>) -> Result<Vec<Model>, String> {
    let mut models = parse(DEFAULT_MODELS)?;
    for model in extra.map(parse).transpose()?.unwrap_or_default() {
        match models.iter_mut().find(|known| known.id == model.id) {
            Some(known) => *known = model,
            None => models.push(model),
        }
    }
    Ok(models)
}

/// Puts what an earlier run knew beside the models of this one: webhooks made since, and
/// models that are no longer in any file.
pub(crate) fn take_over(models: &mut Vec<Model>, earlier: Vec<Model>) {
    for known in earlier {
        match models.iter_mut().find(|model| model.id == known.id) {
            Some(model) => model.webhooks = known.webhooks,
            None => models.push(known),
        }
    }
}

/// A models file holds a list, or an object with a list under `models`.
#[derive(Deserialize)]
#[serde(untagged)]
enum ModelsFile {
    List(Vec<Model>),
    Object { models: Vec<Model> },
}

fn parse(text: &str) -> Result<Vec<Model>, String> {
    let file: ModelsFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let (ModelsFile::List(models) | ModelsFile::Object { models }) = file;
    for model in &models {
        model.data_schema.check()?;
    }
    Ok(models)
}
