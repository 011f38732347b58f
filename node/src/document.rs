//! Local files without a client: a file and options in, what was found and made out.

use bytes::Bytes;
use mindee_core::call::Call;
use mindee_core::document::{Prepared, perform};
use mindee_core::error::code;
use mindee_core::{Error, runtime};
use napi::bindgen_prelude::{Buffer, BufferSlice, Object};
use napi::{Env, Result};
use napi_derive::napi;

use crate::boundary::Settled;

/// A file that was made.
#[napi(object)]
pub(crate) struct MadeFile {
    /// Its name.
    pub filename: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub content: Buffer,
}

/// How an operation on a local file ended: what was found and made, or an error.
#[napi(object)]
pub(crate) struct PreparedFiles {
    /// What was found or done, as JSON.
    pub about: Option<String>,
    /// The files that were made.
    pub files: Option<Vec<MadeFile>>,
    /// The error.
    pub failure: Option<Settled>,
}

impl From<std::result::Result<Prepared, Error>> for PreparedFiles {
    fn from(outcome: std::result::Result<Prepared, Error>) -> Self {
        let made = |document: mindee_core::document::Document| MadeFile {
            filename: document.filename,
            media_type: document.media_type.to_owned(),
            content: Vec::from(document.content).into(),
        };
        match outcome {
            Ok(prepared) => Self {
                about: Some(prepared.about.to_string()),
                files: Some(prepared.documents.into_iter().map(made).collect()),
                failure: None,
            },
            Err(error) => Self {
                about: None,
                files: None,
                failure: Some(Err(error).into()),
            },
        }
    }
}

/// Performs an operation on a local file, away from JavaScript's thread. The promise is never
/// rejected.
#[napi(catch_unwind, ts_return_type = "Promise<PreparedFiles>")]
pub(crate) fn prepare_document<'env>(
    env: &'env Env,
    operation: String,
    arguments: String,
    content: Option<BufferSlice<'_>>,
) -> Result<Object<'env>> {
    let (deferred, promise) = env.create_deferred()?;
    let content = content.map(|content| Bytes::copy_from_slice(&content));
    let settling = |outcome: std::result::Result<Prepared, Error>| {
        move |_: Env| -> Result<PreparedFiles> { Ok(outcome.into()) }
    };
    let runtime = match runtime::handle() {
        Ok(runtime) => runtime,
        Err(error) => {
            deferred.resolve(settling(Err(error)));
            return Ok(promise);
        }
    };
    let work = runtime
        .spawn_blocking(move || Call::from_json(&operation, &arguments, content).and_then(perform));
    runtime.spawn(async move {
        let outcome = work.await.unwrap_or_else(|_| {
            let message = "The work ended without an answer";
            Err(Error::new(code::INTERNAL, message))
        });
        deferred.resolve(settling(outcome));
    });
    Ok(promise)
}
