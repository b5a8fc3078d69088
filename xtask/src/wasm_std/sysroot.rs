//! Building a standard library for wasm32 from its sources, and laying out a sysroot that has it: the host's libraries
//! as they are, our wasm ones, and a compiler that uses both.

use super::TARGET;
use crate::failure::{Doing, Result};
use crate::ui::Step;
use crate::{cache, shell};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);

/// A compiler whose library's sources lie beside its libraries.
pub struct Compiler {
    pub rustc: PathBuf,
    /// Its folder `lib/rustlib`.
    pub rustlib: PathBuf,
}

/// How a library is built.
pub struct Recipe {
    /// What the user is told while it takes its time.
    pub line: &'static str,
    /// Arguments of `cargo build`.
    pub build: &'static [&'static str],
    pub flags: &'static str,
    /// Lines of the build's profile.
    pub profile: &'static [&'static str],
    /// What is compiled against this library needs flags that are not stable.
    pub unstable: bool,
}

impl Recipe {
    /// Builds the library into a cache entry; its compiler is then `bin/rustc` there.
    pub fn cook(&self, compiler: &Compiler, entry: &Path) -> Result<()> {
        cache::begin(entry)?;
        let libraries = self.compile(compiler, entry)?;
        self.lay_out(compiler, entry, &libraries)?;
        cache::remove_folder(&entry.join("build"))?;
        cache::finish(entry)
    }

    /// Compiles std in a throw-away crate, and returns the folder of libraries.
    fn compile(&self, compiler: &Compiler, entry: &Path) -> Result<PathBuf> {
        let krate = entry.join("build");
        cache::make_folder(&krate.join("src"))?;
        write(&krate.join("src/lib.rs"), "")?;
        let profile = self.profile.join("\n");
        write(
            &krate.join("Cargo.toml"),
            &format!(
                "[package]\nname = \"throw-away\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
                 [profile.release]\n{profile}\n"
            ),
        )?;
        let mut step = Step::begin(self.line);
        let mut command = Command::new("cargo");
        command
            .current_dir(&krate)
            .args(["build", "--release", "--target", TARGET])
            .args(self.build)
            .env("RUSTC", &compiler.rustc)
            // `-Zbuild-std` is not stable yet.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", self.flags)
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

    fn lay_out(&self, compiler: &Compiler, entry: &Path, libraries: &Path) -> Result<()> {
        let rustlib = entry.join("lib/rustlib");
        let wasm = rustlib.join(TARGET).join("lib");
        cache::make_folder(&wasm)?;
        for file in list(&compiler.rustlib)? {
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
        let (rustc, root) = (compiler.rustc.display(), entry.display());
        let bootstrap = if self.unstable { "export RUSTC_BOOTSTRAP=1\n" } else { "" };
        write(&script, &format!("#!/bin/sh\n{bootstrap}exec '{rustc}' --sysroot '{root}' \"$@\"\n"))?;
        make_executable(&script)
    }
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

// This needs links and a shell; elsewhere the library as it is published serves.
#[cfg(not(unix))]
fn link(_: &Path, to: &Path) -> Result<()> {
    Err(crate::failure::Failure::new(format!("could not link {}: no symbolic links here", to.display())))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<()> {
    Ok(())
}
