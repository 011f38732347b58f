//! The one door for wrappers: an operation by name, arguments as text or JSON, bytes back.
//!
//! A new option or error code needs no line in a wrapper, and a new operation needs one name.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::client::{Client, ModelQuery};
use crate::error::{Error, code};
use crate::finding::Finding;
#[cfg(feature = "ledger")]
use crate::ledger::{CollectQuery, Collected};
use crate::lenient::read_json;
use crate::models::ModelPage;
use crate::ops::{self, OperationSpec};
use crate::options::{Params, Preparation, object, unknown};
use crate::product::{AnyResult, Product};
use crate::source::Source;
use crate::value::OptionValue;
use crate::webhook::unwrap_with;

/// An operation with its arguments.
pub struct Call {
    operation: &'static OperationSpec,
    product: Option<Product>,
    source: Option<Source>,
    source_name: Option<String>,
    id: Option<String>,
    query: ModelQuery,
    after: u32,
    most: Option<u32>,
    keys: Vec<u32>,
    older_than: Duration,
    /// Bytes that are no document: a webhook's body.
    content: Option<Bytes>,
    delivery: Map<String, Value>,
    params: Params,
    preparation: Preparation,
}

/// What an operation gave.
#[derive(Debug)]
pub struct Reply {
    /// Mindee's answer, byte for byte.
    pub body: Bytes,
    /// What this library adds: `resume_token` for a job, `next` (arguments) for a page, `warnings`
    /// for a document that the option `preflight` looked at.
    pub about: Value,
    parsed: OnceLock<Value>,
}

impl Reply {
    pub(crate) fn new(body: Bytes, about: Value) -> Self {
        Self {
            body,
            about,
            parsed: OnceLock::new(),
        }
    }

    /// The value at a JSON pointer such as `/inference/result/fields/total/value`.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        self.parsed
            .get_or_init(|| read_json(&self.body).unwrap_or_default())
            .pointer(pointer)
    }
}

impl fmt::Debug for Call {
    /// Names the operation alone: arguments hold secrets and documents.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation.name)
            .finish_non_exhaustive()
    }
}

impl Call {
    /// A call of an operation of the table, still without arguments.
    pub fn new(operation: &str) -> Result<Self, Error> {
        Ok(Self {
            operation: ops::find(operation)?,
            product: None,
            source: None,
            source_name: None,
            id: None,
            query: ModelQuery::default(),
            after: 0,
            most: None,
            keys: Vec::new(),
            older_than: Duration::ZERO,
            content: None,
            delivery: Map::new(),
            params: Params::new(),
            preparation: Preparation::new(),
        })
    }

    /// Reads arguments and options from one JSON object. Bytes to send come beside it.
    pub fn from_json(
        operation: &str,
        arguments: &str,
        content: Option<Bytes>,
    ) -> Result<Self, Error> {
        let mut call = Self::new(operation)?;
        for (key, value) in object(arguments)? {
            call.set_json(&key, &value)?;
        }
        call.content = content;
        Ok(call)
    }

    /// Gives the document.
    pub fn set_source(&mut self, source: Source) {
        self.source = Some(source);
    }

    /// Gives bytes: those of the document, or a webhook's body.
    pub fn set_content(&mut self, content: Bytes) {
        self.content = Some(content);
    }

    /// Gives one argument or option as text.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), Error> {
        self.check(key)?;
        if self.operation.heeds(key) {
            return if self.operation.prepares() {
                self.preparation.set(key, text)
            } else {
                self.params.set(key, text)
            };
        }
        // Arguments that are numbers are read from their text.
        self.set_argument(key, &Value::from(text))
    }

    /// Gives one argument or option as JSON; null is the same as not giving it.
    pub fn set_json(&mut self, key: &str, value: &Value) -> Result<(), Error> {
        self.check(key)?;
        match (self.operation.heeds(key), value) {
            (true, _) if self.operation.prepares() => self.preparation.set_json(key, value),
            (true, _) => self.params.set_json(key, value),
            (false, Value::Null) => Ok(()),
            (false, _) => self.set_argument(key, value),
        }
    }

    fn check(&self, key: &str) -> Result<(), Error> {
        if self.operation.keys().any(|known| known == key) {
            return Ok(());
        }
        Err(unknown(key, self.operation.keys()))
    }

    fn set_argument(&mut self, key: &str, value: &Value) -> Result<(), Error> {
        match key {
            "product" => self.product = Some(text(key, value)?.parse()?),
            "source" => self.source = Some(source(value)?),
            "source_name" => self.source_name = Some(text(key, value)?),
            "id" => self.id = Some(text(key, value)?),
            "name" => self.query.name = Some(text(key, value)?),
            "model_type" => self.query.model_type = Some(text(key, value)?),
            "page" => self.query.page = Some(count(key, value)?),
            "per_page" => self.query.per_page = Some(count(key, value)?),
            "after" => self.after = count(key, value)?,
            "most" => self.most = Some(count(key, value)?),
            "older_than" => self.older_than = seconds(key, value)?,
            "keys" => self.keys = counts(key, value)?,
            "headers" | "secrets" | "largest" | "unsigned" => {
                self.delivery.insert(key.to_owned(), value.clone());
            }
            _ => {
                return Err(Error::new(
                    code::INTERNAL,
                    format!("Argument `{key}` is in no operation"),
                ));
            }
        }
        Ok(())
    }

    fn take_source(&mut self) -> Result<Source, Error> {
        let name = self.source_name.take();
        match (self.content.take(), self.source.take()) {
            (Some(content), _) => Ok(Source::bytes(content, name.as_deref())),
            (None, Some(source)) => Ok(source.named(name)),
            (None, None) => Err(no_source()),
        }
    }

    /// The operation's name, its file and its options.
    #[cfg(feature = "documents")]
    pub(crate) fn preparing(mut self) -> Result<(&'static str, Source, Preparation), Error> {
        let source = self.take_source()?;
        Ok((self.operation.name, source, self.preparation))
    }

    fn product(&self) -> Result<Product, Error> {
        self.product.ok_or_else(|| missing("product"))
    }
}

impl Client {
    /// Performs a call.
    pub async fn perform(&self, mut call: Call) -> Result<Reply, Error> {
        let params = std::mem::take(&mut call.params);
        let id = call.id.take();
        let id = id.as_deref().ok_or_else(|| missing("id"));
        let job = |job: crate::Job| {
            let mut about = warned(job.warnings());
            about.insert(
                "resume_token".to_owned(),
                job.resume_token().to_string().into(),
            );
            Reply::new(job.raw().clone(), about.into())
        };
        let plain = |body: &Bytes| Reply::new(body.clone(), json!({}));
        match call.operation.name {
            "run" => {
                let product = self.product::<AnyResult>(call.product()?);
                let source = call.take_source()?;
                let inference = product.run(source, params).await?;
                let about = warned(inference.warnings()).into();
                Ok(Reply::new(inference.raw().clone(), about))
            }
            "enqueue" => {
                let product = self.product::<AnyResult>(call.product()?);
                let source = call.take_source()?;
                product.enqueue(source, params).await.map(job)
            }
            "result" => {
                let product = self.product::<AnyResult>(call.product()?);
                Ok(plain(product.result_with(id?, params).await?.raw()))
            }
            "jobs.get" => self.jobs().get_with(id?, params).await.map(job),
            "jobs.wait" => self.jobs().wait(id?, params).await.map(job),
            "jobs.result" => Ok(plain(self.jobs().result(id?, params).await?.raw())),
            "jobs.deliver" => {
                let body = call.content.take().ok_or_else(|| missing("body"))?;
                let delivery = unwrap_with(&body, &call.delivery, || body.clone())?;
                let delivered = self.jobs().deliver(&delivery).await?;
                let mut about = delivery.about();
                if let Some(about) = about.as_object_mut() {
                    about.insert("first".to_owned(), Value::from(delivered.first));
                    about.insert("waits".to_owned(), Value::from(delivered.waits));
                }
                Ok(Reply::new(delivery.raw().clone(), about))
            }
            "models.search" => {
                let page = self.models().search(&call.query, params).await?;
                let about = next_page(call.query, &page);
                Ok(Reply::new(page.raw().clone(), about))
            }
            "status" => self.status().map(|status| told(&status)),
            #[cfg(feature = "ledger")]
            "ledger.pending" => Ok(told(&Value::Array(self.ledger()?.pending().await?))),
            #[cfg(feature = "ledger")]
            "ledger.resume" => {
                let ledger = self.ledger()?;
                let rows = ledger.resume_older_than(call.older_than, params).await?;
                Ok(told(&Value::Array(rows)))
            }
            #[cfg(feature = "ledger")]
            "ledger.collect" => {
                let query = CollectQuery {
                    after: call.after.into(),
                    most: call.most,
                };
                let collected = self.ledger()?.collect(query).await?;
                let about = next_results(&collected);
                Ok(Reply::new(collected.raw().clone(), about))
            }
            #[cfg(feature = "ledger")]
            "ledger.forget" => {
                let keys = call.keys.into_iter().map(i64::from).collect();
                let forgotten = self.ledger()?.forget(keys).await?;
                Ok(told(&json!({ "forgotten": forgotten })))
            }
            other if call.operation.prepares() => Err(Error::new(
                code::OPERATION_UNKNOWN,
                format!("Operation `{other}` is of a local file, not of a client"),
            )),
            other => Err(Error::new(
                code::INTERNAL,
                format!("Operation `{other}` is not wired"),
            )),
        }
    }
}

/// What this library tells of itself.
fn told(value: &Value) -> Reply {
    Reply::new(Bytes::from(value.to_string()), json!({}))
}

/// What the option `preflight` found, where that is anything.
fn warned(warnings: &[Finding]) -> Map<String, Value> {
    let told: Vec<Value> = warnings.iter().map(Finding::to_json).collect();
    let given = (!told.is_empty()).then(|| ("warnings".to_owned(), told.into()));
    given.into_iter().collect()
}

fn next_page(query: ModelQuery, page: &ModelPage) -> Value {
    page.next_page().map_or_else(
        || json!({}),
        |number| {
            next([
                ("name", query.name.map(Value::from)),
                ("model_type", query.model_type.map(Value::from)),
                ("per_page", query.per_page.map(Value::from)),
                ("page", Some(number.into())),
            ])
        },
    )
}

#[cfg(feature = "ledger")]
fn next_results(collected: &Collected) -> Value {
    collected.next().map_or_else(
        || json!({}),
        |query| {
            next([
                ("after", Some(query.after.into())),
                ("most", query.most.map(Value::from)),
            ])
        },
    )
}

/// The arguments that ask for what comes next.
fn next<const COUNT: usize>(arguments: [(&str, Option<Value>); COUNT]) -> Value {
    let given: Map<String, Value> = arguments
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect();
    json!({ "next": given })
}

fn missing(name: &str) -> Error {
    Error::new(
        code::OPTION_MISSING,
        format!("Argument `{name}` is not given"),
    )
}

fn no_source() -> Error {
    Error::new(code::SOURCE_MISSING, "There is no document to send")
}

fn text(key: &str, value: &Value) -> Result<String, Error> {
    String::from_json(value).map_err(|e| named(key, &e))
}

fn count(key: &str, value: &Value) -> Result<u32, Error> {
    u32::from_json(value).map_err(|e| named(key, &e))
}

fn seconds(key: &str, value: &Value) -> Result<Duration, Error> {
    Duration::from_json(value).map_err(|e| named(key, &e))
}

/// A list of whole numbers, or one text with commas.
fn counts(key: &str, value: &Value) -> Result<Vec<u32>, Error> {
    match value {
        Value::Array(items) => items.iter().map(|item| count(key, item)).collect(),
        Value::String(text) => text
            .split(',')
            .map(|item| count(key, &Value::from(item.trim())))
            .collect(),
        other => count(key, other).map(|one| vec![one]),
    }
}

fn named(key: &str, error: &Error) -> Error {
    Error::new(
        code::OPTION_INVALID,
        format!("Argument `{key}` {}", error.message()),
    )
}

/// Text is a path or a URL; an object names its kind.
fn source(value: &Value) -> Result<Source, Error> {
    if let Value::String(text) = value {
        return Ok(Source::from_text(text));
    }
    let text = |kind: &str| value.get(kind).and_then(Value::as_str);
    match (text("path"), text("url"), text("base64")) {
        (Some(path), None, None) => Ok(Source::path(path)),
        (None, Some(url), None) => Ok(Source::url(url)),
        (None, None, Some(base64)) => Ok(Source::base64(base64, text("filename"))),
        _ => Err(Error::new(
            code::SOURCE_MISSING,
            "The document is neither text, bytes nor a known kind of source",
        )),
    }
}
