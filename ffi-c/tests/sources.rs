//! What the sources promise about themselves, held by a parser and not by review.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::as_conversions,
    reason = "a test ends by panicking"
)]

use std::fs;
use std::path::Path;

use mindee::error::mindee_category;
use mindee_core::{Category, ops};
use syn::{Attribute, Expr, ItemFn, Lit, Meta, ReturnType, Stmt, Visibility};

/// The files that may hold an `unsafe` block.
const BOUNDARY: [&str; 3] = ["boundary.rs", "handle.rs", "text.rs"];
/// What an exported function's body may call.
const GUARDS: [&str; 4] = ["guard", "guard_free", "guard_new", "guard_read"];

/// Names and texts of the sources.
fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    sources.sort();
    sources
}

/// Every function that is exported, with its file's name.
fn exported() -> Vec<(String, ItemFn)> {
    let functions = |(name, text): (String, String)| {
        let items = syn::parse_file(&text).unwrap().items;
        items.into_iter().filter_map(move |item| match item {
            syn::Item::Fn(function) if is_extern(&function) => Some((name.clone(), function)),
            _ => None,
        })
    };
    sources().into_iter().flat_map(functions).collect()
}

fn is_extern(function: &ItemFn) -> bool {
    function.sig.abi.is_some() || function.attrs.iter().any(is_no_mangle)
}

fn is_no_mangle(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else {
        return false;
    };
    list.path.is_ident("unsafe") && list.tokens.to_string() == "no_mangle"
}

fn documentation(function: &ItemFn) -> Vec<String> {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    function.attrs.iter().filter_map(line).collect()
}

/// The name that the one expression of a body calls.
fn called(function: &ItemFn) -> Option<String> {
    let [statement] = function.block.stmts.as_slice() else {
        return None;
    };
    let Stmt::Expr(Expr::Call(call), _) = statement else {
        return None;
    };
    let Expr::Path(path) = call.func.as_ref() else {
        return None;
    };
    path.path.get_ident().map(ToString::to_string)
}

#[track_caller]
fn assert_all(rule: &str, holds: impl Fn(&ItemFn) -> bool) {
    let functions = exported();
    assert!(functions.len() > 50, "{} are too few", functions.len());
    let faults: Vec<String> = functions
        .iter()
        .filter(|(_, function)| !holds(function))
        .map(|(file, function)| format!("{file}: {}", function.sig.ident))
        .collect();
    assert!(faults.is_empty(), "{rule}: {faults:#?}");
}

#[test]
fn the_body_of_an_exported_function_is_one_guarded_call() {
    assert_all("its body must be one call of guard..(..)", |function| {
        called(function).is_some_and(|name| GUARDS.contains(&name.as_str()))
    });
}

#[test]
fn exported_functions_are_named_after_the_library() {
    assert_all("it must be a public extern \"C\" mindee_..", |function| {
        let abi = function.sig.abi.as_ref().and_then(|abi| abi.name.as_ref());
        function.sig.ident.to_string().starts_with("mindee_")
            && function.attrs.iter().any(is_no_mangle)
            && matches!(function.vis, Visibility::Public(_))
            && abi.is_some_and(|abi| abi.value() == "C")
    });
}

#[test]
fn exported_functions_say_who_owns_what_and_which_thread_may_call() {
    assert_all(
        "its text must hold `Ownership: ..` and `Threads: ..`",
        |function| {
            let lines = documentation(function);
            let says = |word: &str| lines.iter().any(|line| line.starts_with(word));
            says("Ownership: ") && says("Threads: ") && lines.len() > 3
        },
    );
}

#[test]
fn what_frees_takes_the_place_of_the_handle_and_returns_nothing() {
    assert_all("it must be called guard_free and return ()", |function| {
        let frees = function.sig.ident.to_string().ends_with("_free");
        let guarded = called(function).is_some_and(|name| name == "guard_free");
        frees == guarded && (!frees || matches!(function.sig.output, ReturnType::Default))
    });
}

#[test]
fn unsafe_stands_in_the_boundary_files_alone() {
    for (name, text) in sources() {
        let lines = text.lines().map(str::trim).enumerate();
        let code = lines.filter(|(_, line)| !line.starts_with("//") && line.contains("unsafe"));
        for (number, line) in code {
            let exported = line == "#[unsafe(no_mangle)]";
            let lint = line.starts_with("#![expect(unsafe_code,");
            assert!(
                exported || lint || BOUNDARY.contains(&name.as_str()),
                "{name}:{}: `{line}` belongs into one of {BOUNDARY:?}",
                number + 1
            );
        }
    }
}

#[test]
fn a_panic_can_be_caught_in_every_profile() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let text = fs::read_to_string(workspace).unwrap();
    assert!(
        !text.contains("panic = \"abort\""),
        "with panic = \"abort\" the guards are void"
    );
}

#[test]
fn the_categories_are_those_of_the_core() {
    for category in Category::ALL {
        let ours = mindee_category::from(category);
        let name = format!("MINDEE_CATEGORY_{}", category.name().to_uppercase());
        assert_eq!(format!("{ours:?}"), name);
        assert_eq!(ours as i32, category.number(), "{name}");
    }
}

#[test]
fn every_operation_of_the_core_is_reached() {
    let text: String = sources().into_iter().map(|(_, text)| text).collect();
    for operation in ops::TABLE {
        let name = operation.name;
        assert!(
            text.contains(&format!("\"{name}\"")),
            "{name}: give it a function in ffi-c/src and one in include/mindee.hpp"
        );
    }
}
