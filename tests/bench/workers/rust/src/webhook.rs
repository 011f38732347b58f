//! Webhooks: verified and read.

use std::time::Instant;

use bytes::Bytes;
use mindee_core::product::AnyResult;
use mindee_core::webhook::{LARGEST, Payload, SigningSecret, sign, unwrap as unwrap_body};

use crate::Failure;

/// Medians in microseconds of reading a delivery with one of its fields, and of refusing one.
pub(crate) fn unwrap(file: &str, secret: &str, count: usize) -> Result<String, Failure> {
    let body = Bytes::from(std::fs::read(file)?);
    let secret = SigningSecret::new(secret)?;
    let signature = sign(&body, &secret)?;
    let secrets = [secret];
    let read = || {
        let headers = [("X-Signature", signature.as_str())];
        let delivery = unwrap_body(body.clone(), headers, &secrets, LARGEST).ok()?;
        let Payload::Result(inference) = delivery.payload else {
            return None;
        };
        let AnyResult::Extraction(result) = &inference.result else {
            return None;
        };
        result.fields.get("total_amount")?.as_number()
    };
    let wrong = "0".repeat(64);
    let refuse = || {
        let headers = [("X-Signature", wrong.as_str())];
        let error = unwrap_body(body.clone(), headers, &secrets, LARGEST).err()?;
        (error.code() == "webhook.signature_mismatch").then_some(0.0)
    };
    let value = read().ok_or("the delivery was not read")?;
    refuse().ok_or("a wrong signature was taken")?;
    Ok(format!(
        r#"{{"read": {:.3}, "refuse": {:.3}, "value": {value}}}"#,
        median(count, read),
        median(count.max(25), refuse),
    ))
}

fn median(count: usize, call: impl Fn() -> Option<f64>) -> f64 {
    let mut times: Vec<f64> = (0..count)
        .map(|_| {
            let begun = Instant::now();
            std::hint::black_box(call());
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[count / 2]
}
