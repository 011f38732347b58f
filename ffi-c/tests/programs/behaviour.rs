//! Behaviour, told by programs of cases in `tests/c` and `tests/cpp`: one test for each case.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::toolchain::{build_c, build_cpp, run, text};
use crate::world::{World, document};

const QUICK: Duration = Duration::from_millis(20);
/// Longer than any test: what waits for it waits in vain.
const SLOW: Duration = Duration::from_mins(5);

/// The program of cases in `tests/c` or, where the name begins with `cpp_`, in `tests/cpp`.
fn program(name: &str) -> PathBuf {
    match name.strip_prefix("cpp_") {
        Some(name) => build_cpp(&format!("tests/cpp/{name}.cpp")),
        None => build_c(&format!("tests/c/{name}.c")),
    }
}

/// Declares a test for each case of a program, and one that none is left out.
macro_rules! cases {
    ($name:ident, $world:expr, $($case:ident)+) => {
        mod $name {
            use super::*;

            $(#[test]
            fn $case() {
                let world: World = $world;
                let mut command = Command::new(program(stringify!($name)));
                run(world.tell(&mut command).arg(stringify!($case)));
            })+

            #[test]
            fn no_case_is_left_out() {
                let listed = run(&mut Command::new(program(stringify!($name))));
                let listed: BTreeSet<&str> = listed.lines().collect();
                let tested = BTreeSet::from([$(stringify!($case)),+]);
                let elsewhere = BTreeSet::from(SPECIAL);
                let missing: Vec<_> = listed.difference(&tested).filter(|case| !elsewhere.contains(*case)).collect();
                assert!(missing.is_empty(), "{missing:?}");
            }
        }
    };
}

/// Cases that stand in a program whose other cases need another world.
pub(crate) const SPECIAL: [&str; 10] = [
    "a_deadline_ends_a_wait_and_gives_the_token",
    "a_deadline_ends_an_upload_that_stalls",
    "a_delivery_ends_the_wait_for_its_job",
    "a_reader_of_95_mb_takes_no_memory",
    "a_switch_ends_a_reader_that_stalls_within_100_ms",
    "a_switch_ends_a_resume_and_the_document_keeps_its_job",
    "a_switch_ends_an_upload_that_stalls_within_100_ms",
    "another_thread_ends_a_call_within_100_ms",
    "exit_with_work_pending_is_silent",
    "many_waits_at_once_hear_of_their_results",
];

cases! { handles, World::new(QUICK),
    a_null_client_is_an_error
    a_null_place_for_the_answer_is_an_error
    what_is_null_and_not_a_handle_to_act_on_is_not_given
    freeing_twice_is_fine
    the_place_for_the_answer_is_nulled_first
    reading_from_null_gives_nothing
    a_number_that_is_no_product_is_an_error
    a_source_may_be_sent_again_and_a_result_outlives_its_client
    a_job_is_taken_up_again_by_its_token
}

cases! { text, World::new(QUICK),
    text_that_is_not_utf8_is_an_error
    text_with_a_nul_is_an_error
    a_path_that_is_not_utf8_is_an_error_of_its_own
    text_need_not_end_with_a_nul
    a_null_value_takes_an_option_back
    an_unknown_option_is_told_with_the_nearest_name
    an_error_never_shows_the_key
    the_library_is_the_one_that_the_header_belongs_to
}

cases! { values, world_with_every_kind(),
    missing_and_null_are_told_apart
    empty_text_is_not_missing_text
    an_integer_stays_an_integer
    a_number_with_a_fraction_is_no_integer
    a_boolean_is_read
    text_may_hold_a_nul
    fields_are_read_by_name_by_index_and_by_pointer
    a_name_with_special_characters_is_read_by_name
    any_value_is_given_as_json
    the_bytes_are_those_of_the_answer
}

cases! { threads, World::new(QUICK),
    threads_share_one_client_one_source_and_one_set_of_options
    a_switch_thrown_before_ends_a_call_before_anything_is_sent
    lent_bytes_are_released_once_and_not_before_the_call_has_ended
    lent_bytes_are_released_if_no_source_is_made_of_them
}

cases! { streams, World::new(QUICK),
    a_reader_arrives_whole
    a_reader_can_be_sent_once
    a_reader_that_fails_is_told_with_its_number
    what_cannot_be_sent_is_told
    a_context_is_released_if_nothing_is_read
    a_deadline_does_not_wait_for_a_reader_that_stalls
}

cases! { cpp_streams, World::new(QUICK),
    a_reader_arrives_whole
    a_stream_can_be_sent_once
    what_a_function_throws_is_the_cause_of_the_error
    a_stream_that_is_not_open_is_told
    what_a_function_holds_is_let_go_of
}

cases! { documents, World::new(QUICK),
    a_file_is_told_without_being_decoded
    a_made_file_outlives_what_it_was_made_of
    what_cannot_be_done_is_told
    a_sound_file_is_not_touched
}

cases! { cpp_documents, World::new(QUICK),
    pages_are_kept_and_sent_on
    what_cannot_be_done_is_thrown
    what_is_warned_of_stands_beside_result_and_job
}

cases! { process, World::new(QUICK),
    a_forked_child_goes_on_with_the_client_and_so_does_its_parent
}

cases! { signals, World::new(QUICK),
    signals_are_left_to_the_threads_of_the_program
    a_server_that_hangs_up_does_not_end_the_program
}

cases! { ledger, World::new(QUICK),
    what_was_read_is_listed_collected_and_forgotten
    without_a_ledger_each_function_says_so
    a_ledger_that_cannot_be_opened_stops_the_client
    a_forked_child_and_its_parent_share_the_ledger
    the_status_tells_what_the_calls_wait_for
}

cases! { webhook, World::new(QUICK),
    a_result_and_a_failure_are_told_apart_and_read
    neither_secret_nor_signature_nor_body_is_in_an_error
    a_header_of_any_bytes_does_not_stop_the_reading_of_the_others
    what_is_missing_is_told_by_name
}

cases! { cpp_promises, World::new(QUICK),
    what_was_read_is_listed_collected_and_forgotten
    large_results_are_read_one_after_another
    without_a_ledger_each_call_says_so
    a_result_and_a_failure_are_told_apart_and_read
    headers_and_secrets_come_in_any_container
}

cases! { cpp_behaviour, World::new(QUICK),
    a_failed_call_throws_its_error
    the_twin_without_exceptions_returns_the_error
    wrong_text_is_told_by_the_call_that_uses_it
    a_result_is_read_by_name_by_index_and_by_pointer
    moved_bytes_are_sent_and_copied_nowhere
    a_job_is_taken_up_again_by_its_token
    pages_of_models_are_iterated
}

/// Every kind of value, in bytes that no writer of JSON would make.
fn world_with_every_kind() -> World {
    World::with_result(
        r#"{"inference": {"id": "11111111-1111-4111-8111-111111111111",
            "unknown_to_this_version"  :  true,
            "result": {"fields": {
                "nothing": {"value": null},
                "empty": {"value": ""},
                "large": {"value": 9007199254740993},
                "half": {"value": 0.5},
                "yes": {"value": true},
                "nul": {"value": "a\u0000b"},
                "a/b~c": {"value": "found"},
                "list": {"items": [{"value": 1}, {"value": 2}]}
            }}}}"#,
    )
}

/// Runs a case in C and in C++.
#[track_caller]
fn holds_in_both(c: &str, case: &str, world: &World) {
    for program in [build_c(c), build_cpp("tests/cpp/promises.cpp")] {
        run(world.tell(&mut Command::new(program)).arg(case));
    }
}

#[test]
fn another_thread_ends_a_call_within_100_ms() {
    let case = "another_thread_ends_a_call_within_100_ms";
    holds_in_both("tests/c/threads.c", case, &World::new(SLOW));
}

#[test]
fn a_switch_ends_an_upload_that_stalls_within_100_ms() {
    let case = "a_switch_ends_an_upload_that_stalls_within_100_ms";
    holds_in_both("tests/c/waits.c", case, &World::stalled());
}

#[test]
fn a_switch_ends_a_reader_that_stalls_within_100_ms() {
    let program = build_c("tests/c/streams.c");
    let case = "a_switch_ends_a_reader_that_stalls_within_100_ms";
    run(World::new(QUICK).tell(&mut Command::new(program)).arg(case));
}

#[test]
fn a_reader_of_95_mb_takes_no_memory() {
    let world = World::new(QUICK);
    let program = build_c("tests/c/streams.c");
    let mut command = Command::new(program);
    run(world
        .tell(&mut command)
        .arg("a_reader_of_95_mb_takes_no_memory"));
    assert_eq!(world.documents()[0]["bytes"], 95_000_000);
}

#[test]
fn what_a_reader_gives_arrives_byte_for_byte() {
    for program in [
        build_c("tests/c/streams.c"),
        build_cpp("tests/cpp/streams.cpp"),
    ] {
        let world = World::new(QUICK);
        // Far more than is read before an upload begins.
        let large = world.folder().join("large.pdf");
        let mut content = std::fs::read(document()).unwrap();
        content.resize(3_000_000, b'\n');
        std::fs::write(&large, content).unwrap();
        for document in [document(), large.to_str().unwrap().to_owned()] {
            let mut command = Command::new(&program);
            let command = world.tell(&mut command).env("DOCUMENT", document);
            run(command.arg("a_reader_arrives_whole"));
            // The first one was sent by its path.
            let arrived = world.documents();
            let [by_path, by_reader @ ..] = arrived.as_slice() else {
                panic!("nothing has arrived")
            };
            assert!(by_reader.len() >= 2);
            for document in by_reader {
                assert_eq!(document["sha256"], by_path["sha256"]);
            }
            world.sandbox.reset_seen();
        }
    }
}

#[test]
fn a_deadline_ends_an_upload_that_stalls() {
    let case = "a_deadline_ends_an_upload_that_stalls";
    holds_in_both("tests/c/waits.c", case, &World::stalled());
}

#[test]
fn a_deadline_ends_a_wait_and_gives_the_token() {
    let case = "a_deadline_ends_a_wait_and_gives_the_token";
    holds_in_both("tests/c/waits.c", case, &World::new(SLOW));
}

#[test]
fn a_delivery_ends_the_wait_for_its_job() {
    let case = "a_delivery_ends_the_wait_for_its_job";
    holds_in_both("tests/c/webhook.c", case, &World::new(SLOW));
}

#[test]
fn many_waits_at_once_hear_of_their_results() {
    let case = "many_waits_at_once_hear_of_their_results";
    holds_in_both(
        "tests/c/waits.c",
        case,
        &World::new(Duration::from_millis(800)),
    );
}

#[test]
fn a_switch_ends_a_resume_and_the_document_keeps_its_job() {
    let case = "a_switch_ends_a_resume_and_the_document_keeps_its_job";
    let program = build_c("tests/c/ledger.c");
    run(World::new(SLOW).tell(&mut Command::new(program)).arg(case));
}

#[test]
fn exit_with_work_pending_is_silent() {
    for world in [World::new(SLOW), World::stalled()] {
        for program in [
            build_c("tests/c/process.c"),
            build_cpp("tests/cpp/promises.cpp"),
        ] {
            let start = Instant::now();
            let output = world
                .tell(&mut Command::new(program))
                .arg("exit_with_work_pending_is_silent")
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", output.status);
            assert_eq!(text(&output), "");
            assert!(start.elapsed() < Duration::from_secs(5));
        }
    }
}

#[test]
fn a_token_is_taken_up_in_another_process_and_another_language() {
    let world = World::new(QUICK);
    let programs = [
        build_c("tests/c/resume.c"),
        build_cpp("tests/cpp/resume.cpp"),
    ];
    for uploads in &programs {
        let token = run(world.tell(&mut Command::new(uploads)));
        assert!(token.starts_with("mj1_"), "{token}");
        for takes_up in &programs {
            let name = run(world.tell(&mut Command::new(takes_up)).arg(token.trim()));
            assert_eq!(name, "invoice.pdf\n");
        }
    }
    assert_eq!(world.sandbox.seen()["billed"]["documents"], 2);
}
