//! The example of a receiver of webhooks, as a user would run it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::path::PathBuf;

mod receiving;

fn program() -> Vec<PathBuf> {
    let tests = std::env::current_exe().unwrap();
    let built = tests.parent().unwrap().parent().unwrap();
    vec![built.join("examples/receiver")]
}

receiver_cases! { program(),
    a_delivery_is_kept_byte_for_byte_and_worked_on
    what_is_not_signed_by_mindee_is_answered_with_401_and_kept_nowhere
    a_repeated_delivery_is_worked_on_once
    a_body_beyond_the_limit_is_answered_with_413
    a_failed_inference_is_worked_on_too
    each_of_several_secrets_is_taken
    what_was_answered_with_200_outlives_kill_9
    work_that_was_cut_off_is_done_by_the_next_start
    what_no_webhook_brings_is_asked_for
    what_is_signed_and_cannot_be_read_is_saved_and_answered_with_200
    what_cannot_be_written_is_answered_with_500
}
