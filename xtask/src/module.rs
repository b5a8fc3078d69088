//! `cargo xtask module`: the engine as a JavaScript module, once for Node and once for browsers.

use crate::failure::{Doing, Result};
use crate::stamp::Stamp;
use crate::tools::WasmTools;
use crate::{cache, fingerprint, shell};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the module is made from.
const INPUTS: [&str; 6] = ["Cargo.lock", "Cargo.toml", "engine/Cargo.toml", "engine/src", "web", "xtask/src"];

/// The folder of each kind, and what wasm-bindgen calls it.
const KINDS: [(&str, &str); 2] = [("node", "experimental-nodejs-module"), ("web", "web")];

const PROFILE: &str = "module-release";
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// Builds it, and says how it is used.
pub fn run() -> Result<()> {
    let folder = ensure()?;
    println!("\nthe JavaScript module lies in {}, with types for TypeScript:", folder.display());
    println!("  for Node:      import {{ Simulation }} from \"{}/node/mirrorline.js\";", folder.display());
    println!("                 or: npm install {}/node, and import from \"mirrorline\"", folder.display());
    println!("  for browsers:  import init, {{ Simulation }} from \"./mirrorline.js\"; await init();");
    println!("                 with the folder {}/web on your server", folder.display());
    println!("  an example:    examples/headless/");
    Ok(())
}

/// Builds the module unless it is up to date, and returns its folder.
pub fn ensure() -> Result<PathBuf> {
    let tools = WasmTools::for_module()?;
    let folder = cache::target().join("module");
    let _lock = cache::lock(&cache::wasm_target())?;
    let stamp = Stamp::of("module", &INPUTS, &tools)?;
    if stamp.holds(&folder) {
        println!("  ok  module: nothing has changed since it was built");
        return Ok(folder);
    }
    let wasm = compile(&tools)?;
    cache::begin(&folder)?;
    for (name, kind) in KINDS {
        bind(&tools, &wasm, &folder.join(name), kind)?;
    }
    stamp.set(&folder)?;
    Ok(folder)
}

fn compile(tools: &WasmTools) -> Result<PathBuf> {
    let mut command = tools.command("cargo");
    command.args(["build", "--package", "mirrorline-web", "--lib", "--features", "api"]).args([
        "--profile",
        PROFILE,
        "--target",
        "wasm32-unknown-unknown",
    ]);
    shell::step("module: compile for JavaScript (1 to 2 min from scratch)", &mut command, LIMIT)?;
    Ok(cache::wasm_target().join("wasm32-unknown-unknown").join(PROFILE).join("mirrorline_web.wasm"))
}

/// Makes the JavaScript side, and a package of it.
fn bind(tools: &WasmTools, wasm: &Path, folder: &Path, kind: &str) -> Result<()> {
    let mut command = tools.command("wasm-bindgen");
    command.arg(wasm).args(["--target", kind, "--out-name", "mirrorline", "--out-dir"]).arg(folder);
    shell::step(&format!("module for {kind}: wasm-bindgen"), &mut command, LIMIT)?;
    let package = folder.join("package.json");
    std::fs::write(&package, PACKAGE.replace("VERSION", env!("CARGO_PKG_VERSION")))
        .doing(|| format!("write {}", package.display()))
}

/// Node takes a `.js` file for a module only where a package says so.
const PACKAGE: &str = r#"{
  "name": "mirrorline",
  "version": "VERSION",
  "private": true,
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "main": "mirrorline.js",
  "types": "mirrorline.d.ts"
}
"#;

/// Copies the example to a folder of its own, with the module installed beside it, as a project would have it.
pub fn lay_out_example(module: &Path) -> Result<PathBuf> {
    let folder = cache::target().join("module-example");
    cache::begin(&folder)?;
    copy(&cache::repo().join("examples/headless"), &folder)?;
    let installed = folder.join("node_modules/mirrorline");
    cache::remove_folder(&installed)?;
    copy(&module.join("node"), &installed)?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in fingerprint::files_below(from)? {
        let copy = to.join(file.strip_prefix(from).unwrap_or(&file));
        if let Some(parent) = copy.parent() {
            cache::make_folder(parent)?;
        }
        std::fs::copy(&file, &copy).doing(|| format!("copy {} to {}", file.display(), copy.display()))?;
    }
    Ok(())
}
