//! The standard library for wasm32.
//!
//! Where the internet can be reached, that is `rustup target add`. Where only
//! package registries can be reached, Debian has a recent compiler with its
//! library's sources, from which the library is built here once.

mod lean;
mod sysroot;

pub use lean::ensure as ensure_lean;

use crate::failure::{Failure, Result};
use crate::tools::debian;
use crate::{cache, shell};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use sysroot::{Compiler, Recipe};

const TARGET: &str = "wasm32-unknown-unknown";

/// The compiler of Debian's package `rustc-web`. It is not the one on PATH:
/// rustup's stays first there.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib";

const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

/// How to compile for wasm32.
pub struct WasmRust {
    /// The compiler, where it is not simply the one on PATH.
    rustc: Option<PathBuf>,
    /// The linker, where the compiler does not find one by itself.
    linker: Option<PathBuf>,
    /// Flags that go with the library, for wasm only.
    flags: Option<&'static str>,
    version: String,
    /// How the library came about, in a word.
    road: &'static str,
}

impl WasmRust {
    /// Makes a command compile for wasm32 with this compiler.
    pub fn apply(&self, command: &mut Command) {
        if let Some(rustc) = &self.rustc {
            command.env("RUSTC", rustc);
        }
        if let Some(linker) = &self.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        if let Some(flags) = self.flags {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
        }
    }

    /// The compiler's version and kind.
    pub fn describe(&self) -> String {
        format!("{} ({} std)", self.version, self.road)
    }
}

/// Makes sure of the standard library for wasm32.
pub fn ensure() -> Result<WasmRust> {
    // The long road may be asked for, so that it can be tried where the short one is open.
    let only_build = std::env::var("MIRRORLINE_WASM_STD").is_ok_and(|value| value == "build");
    let by_rustup = |road: fn() -> Option<WasmRust>| if only_build { None } else { road() };
    if let Some(rust) = by_rustup(on_path) {
        return Ok(rust);
    }
    if let Some(rust) = built_before()? {
        return Ok(rust);
    }
    if let Some(rust) = by_rustup(add_by_rustup) {
        return Ok(rust);
    }
    build()
}

/// The compiler on PATH, if it has the library already.
fn on_path() -> Option<WasmRust> {
    let folder = shell::output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    let has_std = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"));
    has_std.then_some(())?;
    Some(WasmRust {
        rustc: None,
        linker: None,
        flags: None,
        road: "rustup",
        version: shell::output(Command::new("rustc").arg("--version"))?,
    })
}

/// The normal way of a user with internet.
fn add_by_rustup() -> Option<WasmRust> {
    shell::find("rustup")?;
    let mut command = Command::new("rustup");
    command
        .args(["target", "add", TARGET])
        // Without a network the fallback should begin soon.
        .env("RUSTUP_MAX_RETRIES", "1")
        .env("RUST_BACKTRACE", "0");
    let line = "std for wasm32: compile for the browser (rustup, 20 MB, some seconds)";
    if let Err(failure) = shell::step(line, &mut command, RUSTUP_LIMIT) {
        let text = failure.to_string();
        let reason = text.lines().skip(1).find(|line| line.contains("error: ")).unwrap_or("error: no word");
        println!("      rustup could not ({}), so it will be built", reason.trim());
        return None;
    }
    on_path()
}

/// The sysroot that an earlier run built, if its compiler is still installed.
fn built_before() -> Result<Option<WasmRust>> {
    let Some(version) = debian_version() else {
        return Ok(None);
    };
    let entry = entry_of(&version)?;
    if !cache::is_finished(&entry) {
        return Ok(None);
    }
    Ok(Some(WasmRust {
        rustc: Some(entry.join("bin/rustc")),
        linker: Some(find_linker()?),
        flags: None,
        road: "built",
        version: format!("rustc {version}"),
    }))
}

fn build() -> Result<WasmRust> {
    let _lock = cache::lock(&cache::folder()?)?;
    if let Some(rust) = built_before()? {
        return Ok(rust);
    }
    if debian_version().is_none() || !Path::new(DEBIAN_LIBRARY).join("src").exists() {
        debian::install(
            &["rustc-web", "rust-web-src"],
            "a compiler with the sources of std for wasm32",
            "about 30 s",
        )
        .map_err(|failure| {
            failure.remedy(format!(
                "run `rustup target add {TARGET}` where the internet can be reached; on \
                 Debian without it, as root: apt-get install rustc-web rust-web-src"
            ))
        })?;
    }
    let version = debian_version().ok_or_else(|| {
        Failure::new(format!("{DEBIAN_RUSTC} does not run, or says no version"))
            .remedy("reinstall Debian's package rustc-web")
    })?;
    let entry = entry_of(&version)?;
    PLAIN.cook(&debian_compiler(), &entry)?;
    built_before()?
        .ok_or_else(|| Failure::new(format!("{} was built, but is not found again", entry.display())))
}

/// Debian's compiler does not find a wasm linker by itself; rustup's brings one.
fn find_linker() -> Result<PathBuf> {
    let of_rustup = || {
        let sysroot = shell::output(Command::new("rustc").args(["--print", "sysroot"]))?;
        let rustlib = Path::new(&sysroot).join("lib/rustlib");
        let hosts = std::fs::read_dir(rustlib).ok()?;
        hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|linker| linker.is_file())
    };
    of_rustup().or_else(|| shell::find("rust-lld")).or_else(|| shell::find("wasm-ld")).ok_or_else(|| {
        Failure::new("no linker for wasm: neither rust-lld nor wasm-ld was found")
            .remedy("use Rust from rustup, or install your system's package `lld`")
    })
}

/// The library as it is published, tests included.
const PLAIN: Recipe = Recipe {
    line: "std for wasm32: compile for the browser (built, about 1 min)",
    build: &["-Zbuild-std=std,panic_abort,proc_macro,test"],
    // Without bitcode a later build with LTO finds no section `.llvmbc`.
    flags: "-Cembed-bitcode=yes",
    profile: &[],
    unstable: false,
};

fn debian_compiler() -> Compiler {
    Compiler { rustc: DEBIAN_RUSTC.into(), rustlib: DEBIAN_LIBRARY.into() }
}

fn debian_version() -> Option<String> {
    let text = shell::output(Command::new(DEBIAN_RUSTC).arg("--version"))?;
    text.split_whitespace().nth(1).map(String::from)
}

fn entry_of(version: &str) -> Result<PathBuf> {
    cache::entry(&format!("wasm32-std-{version}"))
}
