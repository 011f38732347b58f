//! A request body as the sandbox keeps it: the fields in the order they came.

use serde_json::{Value, json};

use crate::intake::Upload;

#[derive(Clone, Debug)]
pub(crate) enum FieldValue {
    Text(String),
    File(Upload),
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: FieldValue,
}

/// What a body turned out to be.
#[derive(Clone, Debug, Default)]
pub(crate) enum Reading {
    /// No body, or an empty one.
    #[default]
    Nothing,
    /// A form, or a JSON object read as one; the JSON itself is kept beside the fields.
    Form(Option<Value>),
    /// JSON that is not an object: the API takes none.
    OtherJson(Value),
    /// A content type that the API does not take, or a body that cannot be read.
    Unreadable(String),
}

/// A body that has been read to its end, or as far as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: u64,
    pub(crate) fields: Vec<Field>,
    pub(crate) reading: Reading,
}

impl Received {
    /// The last text under this name that is not empty: options may come twice.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).next_back()
    }

    /// All texts under this name that are not empty.
    pub(crate) fn texts<'a>(
        &'a self,
        name: &str,
    ) -> impl DoubleEndedIterator<Item = &'a str> + use<'a> {
        let name = name.to_owned();
        self.fields
            .iter()
            .filter_map(move |field| match &field.value {
                FieldValue::Text(text) if field.name == name && !text.is_empty() => {
                    Some(text.as_str())
                }
                _ => None,
            })
    }

    pub(crate) fn file(&self) -> Option<&Upload> {
        self.fields.iter().find_map(|field| match &field.value {
            FieldValue::File(upload) if matches!(field.name.as_str(), "file" | "file_base64") => {
                Some(upload)
            }
            _ => None,
        })
    }

    /// The body as `seen` tells it.
    pub(crate) fn describe(&self, complete: bool) -> Value {
        let fields: Vec<Value> = self.fields.iter().map(Field::describe).collect();
        json!({
            "content_type": self.content_type,
            "bytes": self.bytes,
            "complete": complete,
            "fields": fields,
        })
    }
}

impl Field {
    pub(crate) fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: FieldValue::Text(value.into()),
        }
    }

    fn describe(&self) -> Value {
        match &self.value {
            FieldValue::Text(text) => json!({"name": self.name, "value": text}),
            FieldValue::File(upload) => json!({
                "name": self.name,
                "filename": upload.filename,
                "content_type": upload.content_type,
                "bytes": upload.bytes,
                "sha256": upload.sha256,
            }),
        }
    }
}
