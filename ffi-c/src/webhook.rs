//! Webhooks: is a delivery Mindee's, and what does it say.
#![expect(unsafe_code, reason = "exported names, held by a test")]

use std::mem::MaybeUninit;

use bytes::Bytes;
use mindee_core::Error;
use mindee_core::call::{Call, Reply};
use mindee_core::error::code;
use mindee_core::webhook::{self, SigningSecret};
use serde_json::{Map, Value};

use crate::boundary::{guard_free, guard_new, guard_read, perform};
use crate::client::mindee_client;
use crate::error::mindee_error;
use crate::options::mindee_options;
use crate::text::{many, mindee_bytes, mindee_header, mindee_str};
use crate::value::{mindee_text, mindee_value};

/// What a webhook brought. It does not change, and threads may share it.
pub struct mindee_delivery(Reply);

/// What a delivery says.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum mindee_payload {
    /// There is no delivery.
    MINDEE_PAYLOAD_NONE = 0,
    /// A result, the same as one fetched.
    MINDEE_PAYLOAD_RESULT = 1,
    /// An inference that failed; its `/error` is Mindee's problem.
    MINDEE_PAYLOAD_FAILURE = 2,
}

/// Options as the text that they are, beside headers and secrets.
fn arguments(
    options: Option<&mindee_options>,
    headers: &[mindee_header<'_>],
    secrets: &[mindee_str<'_>],
) -> Result<Map<String, Value>, Error> {
    let given = options.into_iter().flat_map(mindee_options::given);
    let mut arguments: Map<String, Value> = given
        .map(|(key, value)| (key.to_owned(), Value::from(value)))
        .collect();
    let pairs = headers
        .iter()
        .map(|header| Value::from_iter(header.pair()))
        .collect();
    arguments.insert("headers".to_owned(), pairs);
    let secrets: Vec<Option<&str>> = secrets
        .iter()
        .map(|secret| secret.given())
        .collect::<Result<_, _>>()?;
    arguments.insert("secrets".to_owned(), Value::from(secrets));
    Ok(arguments)
}

fn content(body: mindee_bytes<'_>) -> Bytes {
    Bytes::copy_from_slice(body.read())
}

fn unwrap(body: mindee_bytes<'_>, arguments: Map<String, Value>) -> Result<mindee_delivery, Error> {
    let arguments = Value::Object(arguments).to_string();
    webhook::unwrap_json(body.read(), &arguments, || content(body)).map(mindee_delivery)
}

/// Verifies a webhook's delivery and reads it, without a client. The option `largest` is the
/// largest body to read, in bytes.
///
/// `body` is the request's, raw: not parsed and written again. `headers` are all of the request's
/// or the signature's alone, names in any case. Every secret is tried, so that one can follow
/// another. There is no time stamp in the signature: tell repeats by the inference's id.
///
/// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
/// to free with `mindee_delivery_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_webhook_unwrap(
    body: mindee_bytes<'_>,
    headers: *const mindee_header<'_>,
    header_count: usize,
    secrets: *const mindee_str<'_>,
    secret_count: usize,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_delivery>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let headers = many(headers, header_count);
        let secrets = many(secrets, secret_count);
        unwrap(body, arguments(options, headers, secrets)?)
    })
}

/// Reads a delivery whose signature nobody has checked: anybody can have sent it. The option
/// `largest` is the largest body to read, in bytes.
///
/// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
/// to free with `mindee_delivery_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_webhook_unwrap_unsigned(
    body: mindee_bytes<'_>,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_delivery>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let mut arguments = arguments(options, &[], &[])?;
        arguments.insert("unsigned".to_owned(), Value::Bool(true));
        unwrap(body, arguments)
    })
}

/// The signature of a body, for tests of your own receiver: the value of `X-Signature`.
///
/// Ownership: everything given stays the caller's; `*out` is the caller's, to free with
/// `mindee_text_free`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_webhook_sign(
    body: mindee_bytes<'_>,
    secret: mindee_str<'_>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_text>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let secret = secret.given()?.ok_or_else(|| {
            let message = "There is no signing secret to sign with";
            Error::new(code::SECRET_MISSING, message)
        })?;
        webhook::sign(body.read(), &SigningSecret::new(secret)?).map(mindee_text::new)
    })
}

/// Verifies a webhook's delivery, keeps it in the client's ledger where there is one, and ends the
/// waits for its job. Body, headers, secrets and the option `largest` are those of
/// `mindee_webhook_unwrap`.
///
/// Ownership: everything given stays the caller's; `options` may be NULL. `*out` is the caller's,
/// to free with `mindee_delivery_free`.
/// Threads: any; blocks while the ledger is written. Many threads may call with the same client.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_job_deliver(
    client: Option<&mindee_client>,
    body: mindee_bytes<'_>,
    headers: *const mindee_header<'_>,
    header_count: usize,
    secrets: *const mindee_str<'_>,
    secret_count: usize,
    options: Option<&mindee_options>,
    out: Option<&mut MaybeUninit<Option<Box<mindee_delivery>>>>,
) -> Option<Box<mindee_error>> {
    guard_new(out, || {
        let headers = many(headers, header_count);
        let secrets = many(secrets, secret_count);
        let call = arguments(options, headers, secrets).and_then(|arguments| {
            let text = Value::Object(arguments).to_string();
            Call::from_json("jobs.deliver", &text, Some(content(body)))
        });
        perform(client, None, call).map(mindee_delivery)
    })
}

/// What a delivery says: a result, or a failure.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_delivery_kind(delivery: Option<&mindee_delivery>) -> mindee_payload {
    guard_read(mindee_payload::MINDEE_PAYLOAD_NONE, || {
        match about(delivery, "kind")?.as_str()? {
            "result" => Some(mindee_payload::MINDEE_PAYLOAD_RESULT),
            "failure" => Some(mindee_payload::MINDEE_PAYLOAD_FAILURE),
            _ => None,
        }
    })
}

/// The inference's id, the same as the job's: what to tell repeats by.
///
/// Ownership: the text lives as long as `delivery`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_delivery_inference_id(
    delivery: Option<&mindee_delivery>,
) -> mindee_str<'_> {
    guard_read(mindee_str::NONE, || {
        about(delivery, "inference_id")?
            .as_str()
            .map(mindee_str::new)
    })
}

/// Whether one of the secrets signed the delivery; `*out` is which, from 0, or 0.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_delivery_secret(
    delivery: Option<&mindee_delivery>,
    out: Option<&mut MaybeUninit<usize>>,
) -> bool {
    guard_read(false, || {
        let secret = about(delivery, "secret").and_then(size);
        out?.write(secret.unwrap_or_default());
        Some(secret.is_some())
    })
}

/// Whether `mindee_job_deliver` heard of the inference for the first time; false for what was only
/// unwrapped.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_delivery_first(delivery: Option<&mindee_delivery>) -> bool {
    guard_read(false, || about(delivery, "first")?.as_bool())
}

/// How many waits `mindee_job_deliver` ended with it.
///
/// Ownership: nothing is handed over.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_delivery_waits(delivery: Option<&mindee_delivery>) -> usize {
    guard_read(0, || about(delivery, "waits").and_then(size))
}

/// The body, byte for byte.
///
/// Ownership: the bytes live as long as `delivery`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_delivery_bytes(delivery: Option<&mindee_delivery>) -> mindee_bytes<'_> {
    guard_read(mindee_bytes::NONE, || {
        Some(mindee_bytes::new(&delivery?.0.body))
    })
}

/// The whole body, to look values up in.
///
/// Ownership: the value lives as long as `delivery`.
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_delivery_value(
    delivery: Option<&mindee_delivery>,
) -> Option<&mindee_value> {
    guard_read(None, || Some(delivery?.0.pointer("")))
}

/// Frees a delivery and nulls its place.
///
/// Ownership: takes `*slot`, and the texts and values that came from it; NULL is fine.
/// Threads: any, once at most.
#[unsafe(no_mangle)]
pub extern "C" fn mindee_delivery_free(slot: Option<&mut Option<Box<mindee_delivery>>>) {
    guard_free(slot);
}

fn about<'a>(delivery: Option<&'a mindee_delivery>, key: &str) -> Option<&'a Value> {
    delivery?.0.about.get(key)
}

fn size(number: &Value) -> Option<usize> {
    usize::try_from(number.as_u64()?).ok()
}
