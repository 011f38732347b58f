//! The headers compile alone and twice, in every standard and with every compiler, without a
//! warning; and two files that include them link into one program.

use std::fs;

use crate::toolchain::{WARNINGS, folder, run, tool, workshop};

const C: [&str; 3] = ["-std=c99", "-std=c11", "-std=c17"];
const CPP: [&str; 2] = ["-std=c++17", "-std=c++20"];

#[track_caller]
fn compiles(compiler: &str, standards: &[&str], language: &str, header: &str) {
    for (times, text) in [
        ("once", format!("#include \"{header}\"\n")),
        (
            "twice",
            format!("#include \"{header}\"\n#include \"{header}\"\n"),
        ),
    ] {
        let file = workshop().join(format!("{times}-{compiler}-{header}.{language}"));
        fs::write(&file, format!("{text}int main(void) {{ return 0; }}\n")).unwrap();
        for standard in standards {
            run(tool(compiler)
                .args(WARNINGS)
                .arg(standard)
                .arg("-fsyntax-only")
                .arg("-I")
                .arg(folder().join("../include"))
                .arg(&file));
        }
    }
}

#[test]
fn the_c_header_compiles_with_gcc() {
    compiles("gcc", &C, "c", "mindee.h");
}

#[test]
fn the_c_header_compiles_with_clang() {
    compiles("clang", &C, "c", "mindee.h");
}

#[test]
fn the_c_header_compiles_as_cpp_with_gcc() {
    compiles("g++", &CPP, "cpp", "mindee.h");
}

#[test]
fn the_c_header_compiles_as_cpp_with_clang() {
    compiles("clang++", &CPP, "cpp", "mindee.h");
}

#[test]
fn the_cpp_header_compiles_with_gcc() {
    compiles("g++", &CPP, "cpp", "mindee.hpp");
}

#[test]
fn the_cpp_header_compiles_with_clang() {
    compiles("clang++", &CPP, "cpp", "mindee.hpp");
}

#[test]
fn two_files_may_include_the_headers() {
    for (compiler, language, header) in [("gcc", "c", "mindee.h"), ("g++", "cpp", "mindee.hpp")] {
        let one = workshop().join(format!("one.{language}"));
        let other = workshop().join(format!("other.{language}"));
        fs::write(
            &one,
            format!("#include \"{header}\"\nint main(void) {{ return 0; }}\n"),
        )
        .unwrap();
        fs::write(&other, format!("#include \"{header}\"\nint other;\n")).unwrap();
        run(tool(compiler)
            .args(WARNINGS)
            // Linked against nothing: what the headers define must not ask for the library.
            .args(["-ffunction-sections", "-Wl,--gc-sections", "-O1"])
            .arg("-I")
            .arg(folder().join("../include"))
            .args([&one, &other])
            .arg("-c")
            .current_dir(workshop()));
    }
}
