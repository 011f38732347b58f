//! Compilers, and the installed library that they link.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What every program here must compile with.
pub(crate) const WARNINGS: [&str; 6] = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wshadow",
    "-Wconversion",
    "-Werror",
];

/// Programs built so far.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// How a program finds the library.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Link {
    Shared,
    Static,
}

/// The repository's folder of this package.
pub(crate) fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where programs are built.
pub(crate) fn workshop() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ffi-c");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The library as `install.sh` lays it out, with the library that this test was built with.
pub(crate) fn installed() -> &'static Path {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        let prefix = workshop().join("prefix");
        let built = std::env::current_exe().unwrap();
        let mut install = Command::new(folder().join("install.sh"));
        install.arg(&prefix).arg(built.parent().unwrap());
        run(&mut install);
        prefix
    })
}

/// A command of a tool, or a plain word on what to install.
pub(crate) fn tool(name: &str) -> Command {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(name).is_file()));
    assert!(
        found,
        "{name} is missing; on Debian: apt-get install gcc g++ clang valgrind binutils libcivetweb-dev"
    );
    Command::new(name)
}

/// Runs a command that must succeed, and gives what it wrote.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        output.status,
        text(&output)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// All that a command wrote.
pub(crate) fn text(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    format!("{out}{err}")
}

/// Builds a program from one source file of this package.
#[track_caller]
pub(crate) fn build(compiler: &str, flags: &[&str], source: &str, link: Link) -> PathBuf {
    let prefix = installed();
    let kind = format!("{compiler}-{link:?}-{}", flags.join(""));
    let name = format!(
        "{}-{kind}",
        Path::new(source).file_name().unwrap().display()
    );
    let program = workshop().join(name.replace(['=', ','], "-"));
    // Another test may run the same program now: it is replaced in one step.
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let fresh = workshop().join(format!("fresh-{}-{count}", std::process::id()));
    let mut command = tool(compiler);
    command
        .args(WARNINGS)
        .arg("-g")
        .args(flags)
        .arg("-I")
        .arg(prefix.join("include"))
        .arg(folder().join(source))
        .arg("-o")
        .arg(&fresh);
    let library = prefix.join("lib");
    match link {
        Link::Shared => command
            .arg("-L")
            .arg(&library)
            .args(["-lmindee", "-pthread"])
            .arg(format!("-Wl,-rpath,{}", library.display())),
        Link::Static => command
            .arg(library.join("libmindee.a"))
            .args(["-lpthread", "-ldl", "-lm"]),
    };
    if source.ends_with("receiver.c") {
        command.arg("-lcivetweb");
    }
    run(&mut command);
    fs::rename(&fresh, &program).unwrap();
    program
}

/// A C program with the shared library, built once.
#[track_caller]
pub(crate) fn build_c(source: &str) -> PathBuf {
    build_once("gcc", "-std=c99", source)
}

/// A C++ program with the shared library, built once.
#[track_caller]
pub(crate) fn build_cpp(source: &str) -> PathBuf {
    build_once("g++", "-std=c++17", source)
}

#[track_caller]
fn build_once(compiler: &str, standard: &str, source: &str) -> PathBuf {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    // A test that fails here has told why; the others need not fail of the lock.
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built
        .entry(source.to_owned())
        .or_insert_with(|| build(compiler, &[standard], source, Link::Shared))
        .clone()
}
