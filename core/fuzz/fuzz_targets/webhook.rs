//! A webhook's body and the arguments about it: the first line is one, the rest is the other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mindee_core::webhook::{SigningSecret, sign, unwrap, unwrap_json, unwrap_unsigned};

fuzz_target!(|content: &[u8]| {
    let (first, body) = match content.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&content[..end], &content[end + 1..]),
        None => (content, content),
    };
    let first = String::from_utf8_lossy(first);
    let _ = unwrap_json(body, &first, || body.to_vec().into());
    let unsigned = unwrap_unsigned(content.to_vec(), 1 << 20);

    let secret = SigningSecret::new("0123456789abcdef0123456789abcdef").expect("a secret");
    let secrets = [secret];
    let forged = unwrap(content.to_vec(), [("X-Mindee-Hmac-Signature", first.as_ref())], &secrets, 1 << 20);
    assert!(forged.is_err(), "a signature was guessed");
    let signature = sign(content, &secrets[0]).expect("a signature");
    let signed = unwrap(content.to_vec(), [("X-Mindee-Hmac-Signature", signature.as_str())], &secrets, 1 << 20);
    assert_eq!(signed.is_ok(), unsigned.is_ok());
});
