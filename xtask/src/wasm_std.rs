//! The standard library for wasm32.
//!
//! Where the internet can be reached, that is `rustup target add`. Where only
//! package registries can be reached, Debian has a recent compiler with its
//! library's sources, from which the library is built here once.

use crate::failure::{Doing, Failure, Result};
use crate::tools::debian;
use crate::ui::Step;
use crate::{cache, shell};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const TARGET: &str = "wasm32-unknown-unknown";

/// The compiler of Debian's package `rustc-web`. It is not the one on PATH:
/// rustup's stays first there.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib";

const RUSTUP_LIMIT: Duration = Duration::from_secs(180);
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);

/// How to compile for wasm32.
pub struct WasmRust {
    /// The compiler, where it is not simply the one on PATH.
    rustc: Option<PathBuf>,
    /// The linker, where the compiler does not find one by itself.
    linker: Option<PathBuf>,
    version: String,
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
    }

    /// The compiler's version and kind.
    pub fn describe(&self) -> String {
        let road = if self.rustc.is_some() { "built" } else { "rustup" };
        format!("{} ({road} std)", self.version)
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
    cache::begin(&entry)?;
    let libraries = compile_std(&entry)?;
    lay_out_sysroot(&entry, &libraries)?;
    cache::remove_folder(&entry.join("build"))?;
    cache::finish(&entry)?;
    built_before()?
        .ok_or_else(|| Failure::new(format!("{} was built, but is not found again", entry.display())))
}

/// Compiles std in a throw-away crate, and returns the folder of libraries.
fn compile_std(entry: &Path) -> Result<PathBuf> {
    let krate = entry.join("build");
    cache::make_folder(&krate.join("src"))?;
    write(&krate.join("src/lib.rs"), "")?;
    write(
        &krate.join("Cargo.toml"),
        "[package]\nname = \"throw-away\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    let mut step = Step::begin("std for wasm32: compile for the browser (built, about 1 min)");
    let mut command = Command::new("cargo");
    command
        .current_dir(&krate)
        .args(["build", "--release", "--target", TARGET])
        .arg("-Zbuild-std=std,panic_abort,proc_macro,test")
        .env("RUSTC", DEBIAN_RUSTC)
        // `-Zbuild-std` is the one unstable flag; builds that follow need none.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode a later build with LTO finds no section `.llvmbc`.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", krate.join("target"));
    match shell::watch(&mut step, &mut command, BUILD_LIMIT) {
        Ok(()) => step.done(),
        Err(failure) => {
            step.failed();
            return Err(failure);
        }
    }
    Ok(krate.join("target").join(TARGET).join("release/deps"))
}

/// A sysroot that has Debian's host libraries and our wasm ones, and a compiler
/// that uses it.
fn lay_out_sysroot(entry: &Path, libraries: &Path) -> Result<()> {
    let rustlib = entry.join("lib/rustlib");
    let wasm = rustlib.join(TARGET).join("lib");
    cache::make_folder(&wasm)?;
    for file in list(Path::new(DEBIAN_LIBRARY))? {
        let name = file.file_name().unwrap_or_default();
        if name != TARGET {
            link(&file, &rustlib.join(name))?;
        }
    }
    for file in list(libraries)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_string();
        if name.ends_with(".rlib") && !name.starts_with("libthrow_away") {
            std::fs::copy(&file, wasm.join(&name)).doing(|| format!("copy {name}"))?;
        }
    }
    let bin = entry.join("bin");
    cache::make_folder(&bin)?;
    let script = bin.join("rustc");
    let root = entry.display();
    write(&script, &format!("#!/bin/sh\nexec {DEBIAN_RUSTC} --sysroot '{root}' \"$@\"\n"))?;
    make_executable(&script)
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

fn debian_version() -> Option<String> {
    let text = shell::output(Command::new(DEBIAN_RUSTC).arg("--version"))?;
    text.split_whitespace().nth(1).map(String::from)
}

fn entry_of(version: &str) -> Result<PathBuf> {
    cache::entry(&format!("wasm32-std-{version}"))
}

fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).doing(|| format!("read the folder {}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).doing(|| format!("write {}", path.display()))
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    std::os::unix::fs::symlink(from, to).doing(|| format!("link {}", to.display()))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
        .doing(|| format!("make {} executable", path.display()))
}

// This road is Debian's alone; elsewhere it ends at the missing package manager.
#[cfg(not(unix))]
fn link(_: &Path, to: &Path) -> Result<()> {
    Err(Failure::new(format!("could not link {}: no symbolic links here", to.display())))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}
