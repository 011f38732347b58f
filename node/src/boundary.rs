//! The boundary: guards, conversions and the runtime.
//!
//! Work runs on the core's runtime, which ends with the process and is joined by nobody, so that
//! an exit never waits for it. A promise is settled through its deferred alone: napi drops it
//! where its environment is gone, and it keeps the process alive until then, as I/O does.

#![expect(
    clippy::needless_pass_by_value,
    reason = "what JavaScript gives comes by value"
)]

use std::collections::BTreeMap;

use bytes::Bytes;
use mindee_core::call::{Call, Reply};
use mindee_core::error::code;
use mindee_core::options::ClientOptions;
use mindee_core::webhook::{SigningSecret, sign, unwrap_json};
use mindee_core::{Cancel, Client, Error, runtime};
use napi::bindgen_prelude::{Buffer, BufferSlice, Either, Object};
use napi::{Env, Result};
use napi_derive::napi;
use serde_json::value::RawValue;

use crate::feed::Feed;

/// How a call ended: an answer (`body`, `about`) or an error (`failure` and what belongs to it).
#[napi(object)]
#[derive(Default)]
pub struct Settled {
    /// The answer's bytes, or those of an answer that could not be read.
    pub body: Option<Buffer>,
    /// What the core adds to an answer, as JSON.
    pub about: Option<String>,
    /// The error's payload, as JSON.
    pub failure: Option<String>,
    /// The number of the error's category.
    pub category: Option<i32>,
    /// The error as one text.
    pub text: Option<String>,
}

impl From<std::result::Result<Reply, Error>> for Settled {
    fn from(outcome: std::result::Result<Reply, Error>) -> Self {
        match outcome {
            Ok(reply) => Self {
                body: Some(Vec::from(reply.body).into()),
                about: Some(reply.about.to_string()),
                failure: None,
                category: None,
                text: None,
            },
            Err(error) => Self {
                body: error.body().map(|body| body.to_vec().into()),
                about: None,
                failure: Some(error.payload().to_string()),
                category: Some(error.category().number()),
                text: Some(error.to_string()),
            },
        }
    }
}

/// A switch that ends calls.
#[napi]
pub struct CancelHandle(Cancel);

#[napi]
impl CancelHandle {
    /// A switch that ends nothing yet. The end of its environment, a worker say, throws it.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env) -> Result<Self> {
        if let Some(environment) = env.get_instance_data::<Cancel>()? {
            return Ok(Self(environment.child()));
        }
        let environment = Cancel::new();
        let handle = Self(environment.child());
        env.set_instance_data(environment, (), |ended| ended.value.cancel())?;
        Ok(handle)
    }

    /// Ends every call that was or will be given this switch.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

/// A client of the core. It shows nothing of its options.
#[napi]
pub struct NativeClient(Client);

#[napi]
impl NativeClient {
    /// A client with options as one JSON object, or why there is none.
    #[napi(catch_unwind)]
    pub fn open(options: String) -> Either<NativeClient, Settled> {
        match ClientOptions::from_json(&options).and_then(Client::new) {
            Ok(client) => Either::A(Self(client)),
            Err(error) => Either::B(Err(error).into()),
        }
    }

    /// Performs an operation of the core's table, with bytes or a stream beside its arguments. The
    /// promise is never rejected.
    #[napi(catch_unwind, ts_return_type = "Promise<Settled>")]
    pub fn call<'env>(
        &self,
        env: &'env Env,
        operation: String,
        arguments: String,
        cancel: &CancelHandle,
        beside: Option<Either<BufferSlice<'_>, &Feed>>,
    ) -> Result<Object<'env>> {
        let (deferred, promise) = env.create_deferred()?;
        // Copied, since JavaScript may change, move or free the buffer while it is sent.
        let (content, source) = match beside {
            Some(Either::A(content)) => (Some(Bytes::copy_from_slice(&content)), None),
            Some(Either::B(feed)) => (None, Some(feed.source())),
            None => (None, None),
        };
        let (client, cancel) = (self.0.clone(), cancel.0.clone());
        let runtime = match runtime::handle() {
            Ok(runtime) => runtime,
            Err(error) => {
                deferred.resolve(settling(Err(error)));
                return Ok(promise);
            }
        };
        let work = runtime.spawn(async move {
            let mut call = Call::from_json(&operation, &arguments, content)?;
            if let Some(source) = source {
                call.set_source(source);
            }
            client.perform_until(call, &cancel).await
        });
        runtime.spawn(async move {
            // Whatever happens, the promise is settled: a panic of the work is an error too.
            let outcome = work.await.unwrap_or_else(|_| {
                let message = "The work ended without an answer";
                Err(Error::new(code::INTERNAL, message))
            });
            deferred.resolve(settling(outcome));
        });
        Ok(promise)
    }
}

/// Converts on JavaScript's own thread.
fn settling(outcome: std::result::Result<Reply, Error>) -> impl FnOnce(Env) -> Result<Settled> {
    move |_| Ok(outcome.into())
}

/// Verifies and reads a webhook's body, with `headers`, `secrets` and the rest as one JSON object. The
/// body is read where it is and not given back.
#[napi(catch_unwind)]
pub(crate) fn unwrap_webhook(body: Buffer, arguments: String) -> Settled {
    let body = Bytes::from_owner(body);
    match unwrap_json(&body, &arguments, || body.clone()) {
        Ok(reply) => Settled {
            about: Some(reply.about.to_string()),
            ..Settled::default()
        },
        Err(error) => Err(error).into(),
    }
}

/// The signature of a webhook's body, or why there is none.
#[napi(catch_unwind)]
pub(crate) fn sign_webhook(body: BufferSlice<'_>, secret: String) -> Either<String, Settled> {
    match SigningSecret::new(&secret).and_then(|secret| sign(&body, &secret)) {
        Ok(signature) => Either::A(signature),
        Err(error) => Either::B(Err(error).into()),
    }
}

/// The member `result` of each row of a JSON array, byte for byte; none where a row has none.
#[napi(catch_unwind)]
pub(crate) fn raw_results(rows: BufferSlice<'_>) -> Result<Vec<Option<Buffer>>> {
    let rows: Vec<BTreeMap<String, Option<Box<RawValue>>>> = serde_json::from_slice(&rows)
        .map_err(|_| napi::Error::from_reason("The rows are no JSON array of objects"))?;
    let result = |mut row: BTreeMap<String, Option<Box<RawValue>>>| row.remove("result").flatten();
    let bytes = |raw: Box<RawValue>| raw.get().as_bytes().to_vec().into();
    Ok(rows.into_iter().map(|row| result(row).map(bytes)).collect())
}
