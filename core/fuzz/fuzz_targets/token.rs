//! A resume token that is read is written the same way, and keeps its job.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mindee_core::ResumeToken;

fuzz_target!(|content: &str| {
    let Ok(token) = content.parse::<ResumeToken>() else { return };
    let again: ResumeToken = token.to_string().parse().expect("what was written can be read");
    assert_eq!(again, token);
});
