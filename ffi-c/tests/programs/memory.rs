//! Sanitizers and valgrind, on the C driver and on the programs of cases. That they look at all is
//! proved first, by a leak that they must find.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use mindee_sandbox::Product;

use crate::behaviour::SPECIAL;
use crate::toolchain::{Link, build, run, text, tool};
use crate::world::{World, document};

const SANITIZED: [&str; 3] = [
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
];
/// What a program ends with where a sanitizer found something.
const FOUND: i32 = 23;

pub(crate) fn sanitized(source: &str) -> PathBuf {
    let (compiler, standard) = if source.ends_with("pp") {
        ("g++", "-std=c++17")
    } else {
        ("gcc", "-std=c99")
    };
    let flags = [&[standard], SANITIZED.as_slice()].concat();
    build(compiler, &flags, source, Link::Shared)
}

fn watched(program: &PathBuf) -> Command {
    let mut command = Command::new(program);
    command
        .env("ASAN_OPTIONS", format!("exitcode={FOUND}:detect_leaks=1"))
        .env("LSAN_OPTIONS", format!("exitcode={FOUND}"))
        .env("UBSAN_OPTIONS", "print_stacktrace=1");
    command
}

/// Requests for the driver: every operation, and every way to give a document.
fn requests(world: &World) -> String {
    let mut text = String::new();
    let quick = "option\tfirst_poll\t0.02\noption\tpoll_interval\t0.02\n";
    for kind in ["path", "text", "bytes", "reader"] {
        let model = world.model();
        for call in ["run", "enqueue"] {
            let _ = write!(
                text,
                "call\t{call}\nproduct\textraction\nsource\t{kind}\t{}\noption\tmodel_id\t{model}\n\
                 read\t%2Finference\n{quick}go\n",
                document()
            );
        }
    }
    for (product, slug) in [(Product::Split, "split"), (Product::Ocr, "ocr")] {
        let model = world.sandbox.model_id(product);
        let _ = write!(
            text,
            "call\trun\nproduct\t{slug}\nsource\tpath\t{}\noption\tmodel_id\t{model}\n{quick}go\n",
            document()
        );
    }
    for call in ["jobs.get", "jobs.wait", "jobs.result", "result"] {
        let _ = write!(text, "call\t{call}\nproduct\tocr\nid\tno-such-job\ngo\n");
    }
    text.push_str("call\tmodels.search\noption\tper_page\t2\nread\t%2Fmodels\ngo\n");
    text.push_str("client\tapi_key\tBearer%20x\ncall\tjobs.get\nid\ta\ngo\n");
    text.push_str("call\trun\nproduct\tocr\nsource\tbase64\t%FF\ngo\n");
    text
}

/// Plays requests in a driver.
fn play(mut command: Command, requests: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(requests.as_bytes()).unwrap();
    drop(input);
    child.wait_with_output().unwrap()
}

#[track_caller]
fn assert_played(output: &Output, requests: &str) {
    let answers = String::from_utf8_lossy(&output.stdout);
    let done = answers.lines().filter(|line| *line == "done").count();
    let asked = requests.lines().filter(|line| *line == "go").count();
    assert!(
        output.status.success(),
        "{}\n{}",
        output.status,
        text(output)
    );
    assert_eq!(done, asked, "{}", text(output));
    assert!(answers.contains("body\t") && answers.contains("error\t"));
}

#[test]
fn the_address_sanitizer_finds_a_planted_leak() {
    let program = sanitized("tests/c/leak.c");
    let output = watched(&program).output().unwrap();
    assert_eq!(output.status.code(), Some(FOUND), "{}", text(&output));
    assert!(text(&output).contains("detected memory leaks"));
}

#[track_caller]
fn is_clean(driver: &str) {
    let world = World::new(Duration::from_millis(20));
    let requests = requests(&world);
    let mut command = watched(&sanitized(driver));
    world.tell(&mut command);
    let output = play(command, &requests);
    assert_played(&output, &requests);
    assert!(output.stderr.is_empty(), "{}", text(&output));
}

#[test]
fn the_sanitizers_find_nothing_in_the_c_driver() {
    is_clean("../tests/drivers/c/driver.c");
}

#[test]
fn the_sanitizers_find_nothing_in_the_cpp_driver() {
    is_clean("../tests/drivers/cpp/driver.cpp");
}

#[test]
fn the_sanitizers_find_nothing_in_any_case() {
    for source in [
        "c/documents.c",
        "c/handles.c",
        "c/ledger.c",
        "c/streams.c",
        "c/text.c",
        "c/threads.c",
        "c/webhook.c",
        "cpp/behaviour.cpp",
        "cpp/documents.cpp",
        "cpp/promises.cpp",
        "cpp/streams.cpp",
    ] {
        let program = sanitized(&format!("tests/{source}"));
        for case in run(&mut Command::new(&program)).lines() {
            // The others need a world of their own, and a machine that is not slowed down.
            if !SPECIAL.contains(&case) {
                let world = World::new(Duration::from_millis(20));
                run(world.tell(&mut watched(&program)).arg(case));
            }
        }
    }
}

pub(crate) fn valgrind(program: PathBuf) -> Command {
    let mut command = tool("valgrind");
    command
        .args(["--quiet", "--leak-check=full", "--fair-sched=yes"])
        .arg("--errors-for-leak-kinds=definite,indirect")
        .arg("--show-leak-kinds=definite,indirect")
        .arg(format!("--error-exitcode={FOUND}"))
        .arg(program);
    command
}

#[test]
fn valgrind_finds_a_planted_leak() {
    let program = build("gcc", &["-std=c99"], "tests/c/leak.c", Link::Shared);
    let output = valgrind(program).output().unwrap();
    assert_eq!(output.status.code(), Some(FOUND), "{}", text(&output));
}

#[test]
fn valgrind_finds_nothing_in_a_run() {
    let world = World::new(Duration::from_millis(20));
    let program = build("gcc", &["-std=c99"], "examples/invoice.c", Link::Shared);
    let mut command = valgrind(program);
    let output = world
        .tell(&mut command)
        .args([document().as_str(), world.model()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("total_amount: "));
}
