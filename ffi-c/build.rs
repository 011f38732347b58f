//! Gives the shared library its soname.
//!
//! Before 1.0 the name holds the full version: no two versions promise the same ABI.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libmindee.so.{version}");
    }
}
