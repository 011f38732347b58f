//! The example of a receiver of webhooks, which does what the one in Rust does.

use std::path::PathBuf;
use std::process::Command;

use crate::memory::{sanitized, valgrind};
use crate::receiver_cases;
use crate::toolchain::build_c;

#[path = "../../../core/tests/receiving/mod.rs"]
mod receiving;

const SOURCE: &str = "examples/receiver.c";

/// A command as the words that it is made of.
fn words(command: &Command) -> Vec<PathBuf> {
    let program = std::iter::once(command.get_program());
    program
        .chain(command.get_args())
        .map(PathBuf::from)
        .collect()
}

receiver_cases! { vec![build_c(SOURCE)],
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

mod the_sanitizers_find_nothing_in {
    use super::*;

    receiver_cases! { vec![sanitized(SOURCE)], a_day_of_a_receiver_that_ends_well }
}

mod valgrind_finds_nothing_in {
    use super::*;

    receiver_cases! { words(&valgrind(build_c(SOURCE))), a_day_of_a_receiver_that_ends_well }
}
