//! A tool that comes as a crate.

use super::has_version;
use crate::failure::{Failure, Result};
use crate::{cache, shell};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// A build that takes longer than this hangs.
const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);

/// A download that takes longer than this is not worth waiting for.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(90);

/// A tool of one crate, in one version.
pub struct CargoTool<'a> {
    /// The name of the crate.
    pub package: &'a str,
    /// The program that is asked for its version.
    pub binary: &'a str,
    pub version: &'a str,
    /// What the project uses it for.
    pub why: &'a str,
    /// What it costs to get it, for the user who waits.
    pub cost: &'a str,
    /// Whether the crate's own lock file is obeyed.
    pub locked: bool,
    /// A tool is built once and run for seconds: compile time is what counts.
    pub opt_level: &'a str,
}

impl CargoTool<'_> {
    /// Makes sure of the tool. Returns the folder to put on PATH, or nothing if
    /// the right version is on PATH already.
    pub fn ensure(&self) -> Result<Option<PathBuf>> {
        if has_version(self.binary, self.version) {
            return Ok(None);
        }
        let name = format!("{}-{}", self.package, self.version);
        let entry = cache::entry(&name)?;
        let bin = entry.join("bin");
        let ready = || cache::is_finished(&entry) && has_version(bin.join(self.binary), self.version);
        if ready() {
            return Ok(Some(bin));
        }
        let _lock = cache::lock(&cache::folder()?)?;
        if ready() {
            return Ok(Some(bin));
        }
        cache::begin(&entry)?;
        if !self.download(&entry) {
            self.build(&name, &entry)?;
        }
        if !has_version(bin.join(self.binary), self.version) {
            return Err(Failure::new(format!(
                "{} was installed in {}, but does not say that it is {}",
                self.package,
                bin.display(),
                self.version
            )));
        }
        cache::finish(&entry)?;
        Ok(Some(bin))
    }

    /// The quick way of those who have cargo-binstall and its network.
    fn download(&self, entry: &std::path::Path) -> bool {
        if shell::find("cargo-binstall").is_none() {
            return false;
        }
        let line = format!("{} {}: {} (download)", self.package, self.version, self.why);
        let mut command = Command::new("cargo-binstall");
        command
            .args(["--no-confirm", "--disable-strategies", "compile", "--root"])
            .arg(entry)
            .arg(format!("{}@{}", self.package, self.version));
        // Building from source is the next thing to try, so this is no error.
        shell::step(&line, &mut command, DOWNLOAD_LIMIT).is_ok()
    }

    fn build(&self, name: &str, entry: &std::path::Path) -> Result<()> {
        // Kept until it succeeds, so that a stopped build goes on where it was.
        let build = cache::entry("build")?.join(name);
        cache::make_folder(&build)?;
        let mut command = Command::new("cargo");
        command
            .current_dir(&build)
            .args(["install", self.package, "--version", self.version])
            .args(["--no-default-features", "--force", "--root"])
            .arg(entry)
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level)
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
            .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
            .env_remove("RUSTFLAGS");
        if self.locked {
            command.arg("--locked");
        }
        let line = format!("{} {}: {} ({})", self.package, self.version, self.why, self.cost);
        shell::step(&line, &mut command, BUILD_LIMIT).map_err(|failure| {
            failure.remedy(format!(
                "install it by hand with `cargo install {} --version {}`, or see whether \
                 crates.io can be reached",
                self.package, self.version
            ))
        })?;
        cache::remove_folder(&build)
    }
}
