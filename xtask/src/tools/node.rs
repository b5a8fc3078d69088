//! Node and the packages of the browser tests.

use crate::failure::{Doing, Failure, Result};
use crate::{cache, shell};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// `node --test` and the browser driver need this.
const OLDEST_NODE: u32 = 20;

const LIMIT: Duration = Duration::from_secs(5 * 60);

/// Node is the one tool that the user must bring.
pub fn need_node() -> Result<()> {
    let remedy = format!("install Node {OLDEST_NODE} or newer, with npm, and put it on PATH");
    let Some(text) = shell::output(Command::new("node").arg("--version")) else {
        return Err(Failure::new("node is not on PATH").remedy(remedy));
    };
    match major(&text) {
        Some(version) if version >= OLDEST_NODE => Ok(()),
        _ => Err(Failure::new(format!("node is {text}, which is too old")).remedy(remedy)),
    }
}

/// Makes sure of e2e/node_modules, as e2e/package-lock.json says.
pub fn install_modules() -> Result<()> {
    need_node()?;
    let folder = cache::repo().join("e2e");
    let wanted = folder.join("package-lock.json");
    let wanted = std::fs::read_to_string(&wanted).doing(|| format!("read {}", wanted.display()))?;
    let stamp = folder.join("node_modules/.mirrorline-lock");
    if std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    let mut command = npm();
    command
        .current_dir(&folder)
        .args(["ci", "--no-audit", "--no-fund"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    shell::step(
        "playwright-core, axe-core: drive the browser tests (npm, a few seconds)",
        &mut command,
        LIMIT,
    )?;
    std::fs::write(&stamp, wanted).doing(|| format!("write {}", stamp.display()))
}

/// A program out of a package of npm's, in a cache entry of its own. Returns the folder to put on PATH.
pub fn npm_tool(
    package: &str,
    version: &str,
    why: &str,
    has_it: impl Fn(PathBuf) -> bool,
) -> Result<PathBuf> {
    let entry = cache::entry(&format!("{package}-{version}"))?;
    let bin = entry.join("node_modules/.bin");
    let ready = || cache::is_finished(&entry) && has_it(bin.clone());
    if ready() {
        return Ok(bin);
    }
    let _lock = cache::lock(&cache::folder()?)?;
    if ready() {
        return Ok(bin);
    }
    cache::begin(&entry)?;
    let mut command = npm();
    command
        .current_dir(&entry)
        .args(["install", "--no-audit", "--no-fund", "--prefix", "."])
        .arg(format!("{package}@{version}"));
    shell::step(&format!("{package} {version}: {why}"), &mut command, LIMIT)?;
    cache::finish(&entry)?;
    Ok(bin)
}

/// npm, told to ask nothing.
fn npm() -> Command {
    let mut command = Command::new("npm");
    command.env("npm_config_update_notifier", "false");
    command
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("twenty"), None);
    }
}
