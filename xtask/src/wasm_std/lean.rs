//! The standard library that the published page is linked with: compiled for size, and without the words of panics. A
//! panic then ends the program on the spot, and with its words go the code that would make them, at every place that
//! could panic: a tenth of the page. What failed is said by any other build, which replays the same link.
//!
//! Its flags are not stable, so it is built from sources. Where they cannot be had, the page is linked with the library
//! as it is published, and is larger.

use super::{DEBIAN_LIBRARY, RUSTUP_LIMIT, WasmRust, debian_compiler, sysroot};
use crate::failure::Result;
use crate::{cache, shell};
use std::path::{Path, PathBuf};
use std::process::Command;
use sysroot::{Compiler, Recipe};

/// Each flag is for the library and for all that is compiled against it.
const FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort";

const LEAN: Recipe = Recipe {
    line: "std for the page: compile it for size (built, about 1 min)",
    build: &["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"],
    flags: "-Zunstable-options -Cpanic=immediate-abort -Cembed-bitcode=yes",
    profile: &["opt-level = \"z\"", "codegen-units = 1"],
    unstable: true,
};

/// Makes sure of it. `plain` is the library as it is published, and the fallback.
pub fn ensure(plain: WasmRust) -> Result<WasmRust> {
    let Some(compiler) = compiler_with_sources(&plain) else {
        println!("      no sources of std, so the page will be larger");
        return Ok(plain);
    };
    let entry = cache::entry(&format!("wasm32-lean-std-{}", plain.version.replace([' ', '(', ')'], "-")))?;
    if !cache::is_finished(&entry) {
        let _lock = cache::lock(&cache::folder()?)?;
        if !cache::is_finished(&entry)
            && let Err(failure) = LEAN.cook(&compiler, &entry)
        {
            println!("      {}", failure.to_string().lines().next().unwrap_or_default());
            println!("      so the page will be larger");
            return Ok(plain);
        }
    }
    Ok(WasmRust { rustc: Some(entry.join("bin/rustc")), flags: Some(FLAGS), road: "lean", ..plain })
}

/// The compiler in use, if the sources of its library are there or can be fetched.
fn compiler_with_sources(plain: &WasmRust) -> Option<Compiler> {
    if plain.rustc.is_some() {
        return Path::new(DEBIAN_LIBRARY).join("src").exists().then(debian_compiler);
    }
    let root = PathBuf::from(shell::output(Command::new("rustc").args(["--print", "sysroot"]))?);
    let compiler = Compiler { rustc: root.join("bin/rustc"), rustlib: root.join("lib/rustlib") };
    let sources = compiler.rustlib.join("src/rust/library/std");
    if !sources.exists() {
        shell::find("rustup")?;
        let mut command = Command::new("rustup");
        command.args(["component", "add", "rust-src"]).env("RUSTUP_MAX_RETRIES", "1");
        let line = "sources of std: to build a smaller page (rustup, 4 MB, some seconds)";
        // A failure is told by the step itself; what follows from it, by the caller.
        shell::step(line, &mut command, RUSTUP_LIMIT).ok()?;
    }
    sources.exists().then_some(compiler)
}
