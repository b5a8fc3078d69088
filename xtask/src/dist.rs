//! The static folder `dist/`: the page as it is published, served and tested.

use crate::failure::{Doing, Failure, Result};
use crate::stamp::Stamp;
use crate::tools::WasmTools;
use crate::{cache, csp, fingerprint, shell, slim};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the page is made from.
const INPUTS: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "engine/Cargo.toml",
    "engine/src",
    "index.html",
    "static",
    "web",
    "xtask/src",
];

const BUILD_LIMIT: Duration = Duration::from_secs(30 * 60);

/// `cargo xtask dist`.
pub fn run() -> Result<()> {
    let dist = ensure()?;
    println!("\nthe page lies in {}; any web server can serve it, from any path:", dist.display());
    for file in fingerprint::files_below(&dist)? {
        let size = std::fs::metadata(&file).doing(|| format!("look at {}", file.display()))?.len();
        let name = file.strip_prefix(&dist).unwrap_or(&file);
        println!("  {size:>9} bytes  {}", name.display());
    }
    Ok(())
}

/// Builds the page unless it is up to date, and returns its folder.
pub fn ensure() -> Result<PathBuf> {
    let tools = WasmTools::for_page()?;
    let dist = cache::repo().join("dist");
    let _lock = cache::lock(&cache::page_target())?;
    let stamp = Stamp::of("page", &INPUTS, &tools)?;
    if stamp.holds(&dist) {
        println!("  ok  page: nothing has changed since it was built");
        return Ok(dist);
    }
    build(&tools, &dist)?;
    stamp.set(&dist)?;
    Ok(dist)
}

fn build(tools: &WasmTools, dist: &Path) -> Result<()> {
    let raw = cache::page_target().join("page");
    cache::make_folder(&raw)?;
    let mut command = tools.command("trunk");
    command
        .args(["build", "--release", "--offline", "--dist"])
        .arg(&raw)
        // Trunk takes this variable for a switch, and stumbles over its value.
        .env_remove("NO_COLOR")
        // A backtrace of Trunk would push the compiler’s words out of sight.
        .env("RUST_BACKTRACE", "0");
    shell::step("page: build the release (Trunk, 1 to 2 min from scratch)", &mut command, BUILD_LIMIT)
        .map_err(|failure| {
            failure.remedy("correct the error above; `cargo check -p mirrorline-web` is quicker to ask")
        })?;
    publish(tools, &raw, dist)
}

/// Copies what Trunk made to `dist/`, and makes the page tight and small on the way. The
/// folder is replaced as a whole, so that no stale file stays behind.
fn publish(tools: &WasmTools, raw: &Path, dist: &Path) -> Result<()> {
    let next = dist.with_extension("next");
    cache::begin(&next)?;
    for file in fingerprint::files_below(raw)? {
        let name = file.strip_prefix(raw).unwrap_or(&file);
        let to = next.join(name);
        if let Some(parent) = to.parent() {
            cache::make_folder(parent)?;
        }
        std::fs::copy(&file, &to).doing(|| format!("copy {} to {}", file.display(), to.display()))?;
    }
    let index = next.join("index.html");
    let html = std::fs::read_to_string(&index).doing(|| format!("read {}", index.display()))?;
    let tight = csp::tighten(&html)?;
    if tight.scripts.is_empty() {
        return Err(Failure::new("Trunk's page starts nothing: it has no inline script")
            .remedy("see whether index.html still links web/Cargo.toml with data-trunk"));
    }
    for (name, body) in &tight.scripts {
        let path = next.join(name);
        std::fs::write(&path, body).doing(|| format!("write {}", path.display()))?;
    }
    let html = slim::slim(&next, &tight.html, tools)?;
    std::fs::write(&index, &html).doing(|| format!("write {}", index.display()))?;
    cache::remove_folder(dist)?;
    std::fs::rename(&next, dist).doing(|| format!("rename {} to {}", next.display(), dist.display()))
}
