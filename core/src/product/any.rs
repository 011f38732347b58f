//! A result whose product nobody told.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::extraction::{Rag, RawText};
use super::in_place::{Name, note};
use super::{
    ClassificationResult, CropResult, ExtractionResult, Fields, OcrResult, Product, ProductResult,
    SplitResult,
};
use crate::lenient::Presence;

/// A result of any product, told by its content.
#[derive(Debug, Clone)]
pub enum AnyResult {
    /// Fields.
    Extraction(ExtractionResult),
    /// Page ranges.
    Split(SplitResult),
    /// Places of documents.
    Crop(CropResult),
    /// A kind of document.
    Classification(ClassificationResult),
    /// Words.
    Ocr(OcrResult),
    /// A result of a product that this version does not know.
    Other(Value),
}

impl ProductResult for AnyResult {
    const PRODUCT: Option<Product> = None;
}

impl<'de> Deserialize<'de> for AnyResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ByContent)
    }
}

struct ByContent;

impl<'de> Visitor<'de> for ByContent {
    type Value = AnyResult;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a result")
    }

    fn visit_bool<E>(self, value: bool) -> Result<AnyResult, E> {
        Ok(AnyResult::Other(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<AnyResult, E> {
        Ok(AnyResult::Other(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<AnyResult, E> {
        Ok(AnyResult::Other(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<AnyResult, E> {
        Ok(AnyResult::Other(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<AnyResult, E> {
        Ok(AnyResult::Other(value.into()))
    }

    fn visit_unit<E>(self) -> Result<AnyResult, E> {
        Ok(AnyResult::Other(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<AnyResult, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(items)).map(AnyResult::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<AnyResult, A::Error> {
        // Fields are the long part, and are left where they are.
        let (mut names, mut fields, mut others) = (Vec::new(), None, Map::new());
        while let Some(name) = members.next_key::<Name>()? {
            if name.text == "fields" {
                fields = Some(members.next_value::<Fields>()?);
            } else {
                others.insert(name.text.clone(), members.next_value()?);
            }
            names.push(name);
        }
        note(&names);
        let read = match fields {
            Some(fields) => extraction(fields, others),
            None => other(Value::Object(others)),
        };
        read.map_err(A::Error::custom)
    }
}

fn extraction(fields: Fields, others: Map<String, Value>) -> serde_json::Result<AnyResult> {
    #[derive(Deserialize)]
    struct Others {
        #[serde(default)]
        raw_text: Presence<RawText>,
        #[serde(default)]
        rag: Presence<Rag>,
    }
    let Others { raw_text, rag } = serde_json::from_value(Value::Object(others))?;
    Ok(AnyResult::Extraction(ExtractionResult {
        fields,
        raw_text,
        rag,
    }))
}

fn other(value: Value) -> serde_json::Result<AnyResult> {
    let has = |key| value.get(key).is_some();
    if has("splits") {
        serde_json::from_value(value).map(AnyResult::Split)
    } else if has("crops") {
        serde_json::from_value(value).map(AnyResult::Crop)
    } else if has("classification") {
        serde_json::from_value(value).map(AnyResult::Classification)
    } else if has("pages") {
        serde_json::from_value(value).map(AnyResult::Ocr)
    } else {
        Ok(AnyResult::Other(value))
    }
}
