//! Webhooks: is a delivery Mindee's, and what does it say. No I/O, no client needed.
//!
//! The signature is the hex HMAC-SHA256 of the body, keyed with the signing secret's text, in the
//! header `X-Signature` (Mindee: "Process the response"; the older `X-Mindee-Hmac-Signature` is
//! read too). It is checked over the raw bytes first and then over the bytes without CR and LF,
//! the form that official clients sign. Every secret is tried, each in constant time, so that the
//! time taken tells nothing of them but their number.
//!
//! There is no time stamp in the signature: a delivery can be repeated by anybody who saw it. Tell
//! repeats by the inference's id, with the ledger or a store of your own.

use std::collections::{HashSet, VecDeque};
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use memchr::memchr2;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use crate::error::{Error, code};
use crate::lenient::{or_default, read_json};
use crate::problem::Problem;
use crate::product::{AnyResult, Inference, unreadable};
use crate::sizes::wide;

mod json;

pub use json::unwrap_json;
pub(crate) use json::{ARGUMENTS, unwrap_with};

/// The largest body that is read unless told otherwise, in bytes.
pub const LARGEST: u64 = 16_000_000;
/// The headers that may carry the signature, the current one first.
pub const SIGNATURE_HEADERS: [&str; 2] = ["X-Signature", "X-Mindee-Hmac-Signature"];

/// The signing secret of a webhook, as Mindee's platform shows it.
#[derive(Clone)]
pub struct SigningSecret(SecretString);

impl SigningSecret {
    /// Takes a secret; white space around it is dropped.
    pub fn new(text: &str) -> Result<Self, Error> {
        let secret = text.trim();
        if secret.is_empty() {
            return Err(Error::new(
                code::SECRET_MISSING,
                "The signing secret is empty",
            ));
        }
        Ok(Self(SecretString::from(secret)))
    }

    fn keyed(&self) -> Result<Hmac<Sha256>, Error> {
        Hmac::new_from_slice(self.0.expose_secret().as_bytes())
            .map_err(|e| Error::new(code::INTERNAL, "The signing secret is no key").caused_by(&e))
    }

    /// Whether a signature is this secret's over these bytes; constant time.
    fn signed(&self, body: &[u8], signature: &[u8]) -> Result<bool, Error> {
        Ok(self
            .keyed()?
            .chain_update(body)
            .verify_slice(signature)
            .is_ok())
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(***)")
    }
}

/// A delivery whose signature was found right, or that was taken unsigned.
#[derive(Debug)]
pub struct Delivery {
    /// What it says.
    pub payload: Payload,
    /// Which of the secrets signed it, from 0; nothing where it was taken unsigned.
    pub secret: Option<usize>,
    raw: Bytes,
}

/// What a webhook says.
#[derive(Debug)]
pub enum Payload {
    /// A result, the same as one fetched.
    Result(Box<Inference<AnyResult>>),
    /// An inference that failed.
    Failure(Box<FailedInference>),
}

/// An inference that failed, as webhooks tell it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FailedInference {
    /// The inference's id, the same as the job's.
    pub inference_id: String,
    /// The model.
    #[serde(default)]
    pub model_id: Option<String>,
    /// The document's file name.
    #[serde(default)]
    pub file_name: Option<String>,
    /// Your own name for the document.
    #[serde(default)]
    pub file_alias: Option<String>,
    /// Why it failed.
    #[serde(default, deserialize_with = "or_default")]
    pub error: Problem,
    /// When it failed, in UTC.
    #[serde(default)]
    pub created_at: Option<String>,
}

impl Delivery {
    /// The body, byte for byte.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The inference's id, to tell repeats by.
    pub fn inference_id(&self) -> &str {
        match &self.payload {
            Payload::Result(inference) => &inference.id,
            Payload::Failure(failure) => &failure.inference_id,
        }
    }
}

/// What became of a delivery that a client was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Whether it is the first of its inference.
    pub first: bool,
    /// How many waits it ended.
    pub waits: usize,
}

/// The inferences that have arrived, to tell the first delivery from its repeats: the last
/// [`Arrivals::REMEMBERED`] of this process.
#[derive(Debug, Default)]
pub struct Arrivals(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    known: HashSet<Arc<str>>,
    oldest_first: VecDeque<Arc<str>>,
}

impl Arrivals {
    /// How many are remembered.
    pub const REMEMBERED: usize = 100_000;

    /// Whether this inference is heard of for the first time; now it is known.
    pub fn first(&self, inference_id: &str) -> bool {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id: Arc<str> = inference_id.into();
        if !remembered.known.insert(Arc::clone(&id)) {
            return false;
        }
        remembered.oldest_first.push_back(id);
        if remembered.oldest_first.len() > Self::REMEMBERED {
            let oldest = remembered.oldest_first.pop_front();
            oldest.map(|oldest| remembered.known.remove(&oldest));
        }
        true
    }
}

/// Verifies a delivery and reads it. `headers` are all of the request's, names in any case.
pub fn unwrap<'a>(
    body: impl Into<Bytes>,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    secrets: &[SigningSecret],
    largest: u64,
) -> Result<Delivery, Error> {
    let body = body.into();
    let secret = verify(&body, headers, secrets, largest)?;
    read(body, Some(secret))
}

/// Which of the secrets signed a body.
fn verify<'a>(
    body: &[u8],
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    secrets: &[SigningSecret],
    largest: u64,
) -> Result<usize, Error> {
    check_size(body, largest)?;
    if secrets.is_empty() {
        return Err(Error::new(
            code::SECRET_MISSING,
            "There is no signing secret to check with",
        ));
    }
    let signature = signature_of(headers)?;
    // The other form is looked at where the raw one is nobody's, and only where it is another one.
    // That tells which of the two forms was signed, which is no secret.
    let mut matched = signer(body, &signature, secrets)?;
    if matched.is_none() && memchr2(b'\r', b'\n', body).is_some() {
        let breaks = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let stripped: Vec<u8> = body.iter().copied().filter(|byte| !breaks(byte)).collect();
        matched = signer(&stripped, &signature, secrets)?;
    }
    matched.ok_or_else(|| {
        let message = "The signature is none of the secrets' over this body";
        Error::new(code::SIGNATURE_MISMATCH, message)
    })
}

/// The first of the secrets whose signature it is. There is no early end: which one matched must
/// not show in the time taken.
fn signer(
    body: &[u8],
    signature: &[u8],
    secrets: &[SigningSecret],
) -> Result<Option<usize>, Error> {
    let mut matched = None;
    for (index, secret) in secrets.iter().enumerate() {
        if secret.signed(body, signature)? {
            matched = matched.or(Some(index));
        }
    }
    Ok(matched)
}

/// Reads a delivery whose signature nobody has checked. Anybody can have sent it.
pub fn unwrap_unsigned(body: impl Into<Bytes>, largest: u64) -> Result<Delivery, Error> {
    let body = body.into();
    check_size(&body, largest)?;
    read(body, None)
}

/// The signature of a body, for tests of your own receiver.
pub fn sign(body: &[u8], secret: &SigningSecret) -> Result<String, Error> {
    let signature = secret.keyed()?.chain_update(body).finalize().into_bytes();
    let mut text = String::with_capacity(64);
    for byte in signature {
        write!(text, "{byte:02x}").map_err(|e| {
            Error::new(code::INTERNAL, "A signature could not be written").caused_by(&e)
        })?;
    }
    Ok(text)
}

fn check_size(body: &[u8], largest: u64) -> Result<(), Error> {
    let length = wide(body.len());
    if length <= largest {
        return Ok(());
    }
    Err(Error::new(
        code::DELIVERY_TOO_LARGE,
        format!("The body has {length} bytes, and {largest} is the limit"),
    ))
}

fn signature_of<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<[u8; 32], Error> {
    let headers: Vec<(&str, &str)> = headers.into_iter().collect();
    let found = SIGNATURE_HEADERS.iter().find_map(|wanted| {
        headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| *value)
    });
    let text = found
        .ok_or_else(|| {
            Error::new(
                code::SIGNATURE_MISSING,
                "The request has no header X-Signature",
            )
        })?
        .trim();
    let mut signature = [0; 32];
    let digits = text.as_bytes().chunks_exact(2);
    let whole = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (byte, digits) in signature.iter_mut().zip(digits) {
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        *byte = u8::from_str_radix(digits, 16).unwrap_or_default();
    }
    if whole {
        return Ok(signature);
    }
    Err(Error::new(
        code::SIGNATURE_MALFORMED,
        "The signature is not 64 hexadecimal digits",
    ))
}

fn read(raw: Bytes, secret: Option<usize>) -> Result<Delivery, Error> {
    #[derive(Deserialize)]
    struct Marks {
        #[serde(default)]
        inference: Option<serde::de::IgnoredAny>,
    }
    let recoded = |error: Error| {
        let row = if error.code() == code::ANSWER_NOT_JSON.code {
            code::DELIVERY_NOT_JSON
        } else {
            code::DELIVERY_UNKNOWN_SHAPE
        };
        error.recoded(row)
    };
    let payload = match Inference::from_json(raw.clone()) {
        Ok(inference) => Payload::Result(Box::new(inference)),
        // What is no result tells of a failure, by the absence of the inference.
        Err(error) => match read_json(&raw) {
            Ok(Marks { inference: None }) => match read_json(&raw) {
                Ok(failure) => Payload::Failure(Box::new(failure)),
                Err(error) => return Err(recoded(unreadable(raw, &error, "a webhook's body"))),
            },
            Ok(_) => return Err(recoded(error)),
            Err(error) => return Err(recoded(unreadable(raw, &error, "a webhook's body"))),
        },
    };
    Ok(Delivery {
        payload,
        secret,
        raw,
    })
}
