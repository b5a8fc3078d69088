//! The tools that a browser build needs. Each is looked for on PATH in the
//! right version, then in the cache folder, and only then fetched or built.

mod browser;
mod cargo_tool;
pub mod debian;
mod esbuild;
mod lighthouse;
mod node;
mod wasm_opt;

pub use browser::Browser;
pub use lighthouse::lighthouse;
pub use node::{install_modules, need_node};

use crate::failure::Result;
use crate::wasm_std::{self, WasmRust};
use crate::{cache, shell};
use cargo_tool::CargoTool;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

/// The bundler. 0.22 asks for a newer compiler than this project does.
const TRUNK: CargoTool = CargoTool {
    package: "trunk",
    binary: "trunk",
    version: "0.21.14",
    why: "bundles the page",
    cost: "built from source, about 3 min on 2 cores",
    locked: true,
    // It mostly waits for other programs; its own speed hardly shows.
    opt_level: "0",
};

/// Licences, sources and bans of the dependencies. Used by `test` alone.
const CARGO_DENY: CargoTool = CargoTool {
    package: "cargo-deny",
    binary: "cargo-deny",
    version: "0.20.2",
    why: "checks licences of dependencies",
    cost: "built from source, about 2 min on 2 cores",
    locked: true,
    opt_level: "0",
};

/// The generator of JavaScript bindings, in the version of the crate.
fn wasm_bindgen(version: &str) -> CargoTool<'_> {
    CargoTool {
        package: "wasm-bindgen-cli",
        binary: "wasm-bindgen",
        version,
        why: "makes the JavaScript side of the wasm, and runs its tests",
        cost: "built from source, about 2 min on 2 cores",
        // Its published lock file names crates that were withdrawn since.
        locked: false,
        // It reads and writes whole wasm files: unoptimised it would be slow.
        opt_level: "1",
    }
}

/// Everything that a wasm build needs, ready to be put into a command.
pub struct WasmTools {
    rust: WasmRust,
    folders: Vec<PathBuf>,
    target: PathBuf,
}

impl WasmTools {
    /// What is needed to compile for wasm and run tests.
    pub fn for_tests() -> Result<Self> {
        let rust = wasm_std::ensure()?;
        let version = wasm_bindgen_version()?;
        let folders = wasm_bindgen(&version).ensure()?.into_iter().collect();
        Ok(Self { rust, folders, target: cache::wasm_target() })
    }

    /// What is needed to build the JavaScript module.
    pub fn for_module() -> Result<Self> {
        need_node()?;
        Self::for_tests()
    }

    /// What is needed to build the page while it is being worked on.
    pub fn for_dev_page() -> Result<Self> {
        need_node()?;
        let mut tools = Self::for_tests()?;
        tools.folders.extend(wasm_opt::ensure()?);
        tools.folders.extend(TRUNK.ensure()?);
        Ok(tools)
    }

    /// What is needed to build the page that is published.
    pub fn for_page() -> Result<Self> {
        let mut tools = Self::for_dev_page()?;
        tools.folders.extend(esbuild::ensure()?);
        Ok(Self { rust: wasm_std::ensure_lean(tools.rust)?, target: cache::page_target(), ..tools })
    }

    /// A command that finds these tools, and builds in the wasm target folder.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(cache::repo())
            .env("PATH", with_path(&self.folders))
            .env("CARGO_TARGET_DIR", &self.target);
        self.rust.apply(&mut command);
        command
    }

    /// The versions of all tools, so that a change of one rebuilds the page.
    pub fn describe(&self) -> String {
        format!("{} {:?}", self.rust.describe(), self.folders)
    }
}

/// The command cargo-deny.
pub fn cargo_deny() -> Result<Command> {
    let folders: Vec<PathBuf> = CARGO_DENY.ensure()?.into_iter().collect();
    let mut command = Command::new("cargo-deny");
    command.current_dir(cache::repo()).env("PATH", with_path(&folders));
    Ok(command)
}

/// `cargo xtask setup`.
pub fn set_up_everything() -> Result<()> {
    let page = WasmTools::for_page()?;
    let browser = Browser::ensure();
    let modules = install_modules();
    let deny = cargo_deny();
    println!("\nwasm tools are in place: {}", page.describe());
    println!("cache folder: {}", cache::folder()?.display());
    browser?;
    modules?;
    deny?;
    println!("browser, its driver and the test tools are in place");
    Ok(())
}

fn with_path(folders: &[PathBuf]) -> OsString {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(std::env::split_paths(&old));
    std::env::join_paths(all).expect("the parts come from PATH and from our own names")
}

/// The version of the wasm-bindgen crate in Cargo.lock.
fn wasm_bindgen_version() -> Result<String> {
    use crate::failure::{Doing, Failure};
    let path = cache::repo().join("Cargo.lock");
    let lock = std::fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
    locked_version(&lock, "wasm-bindgen").ok_or_else(|| {
        Failure::new(format!("{} names no wasm-bindgen", path.display()))
            .remedy("run `cargo check`, which writes the lock file anew")
    })
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_string())
}

/// Whether `program --version` says this version.
fn has_version(program: impl AsRef<std::ffi::OsStr>, version: &str) -> bool {
    shell::output(Command::new(program).arg("--version"))
        .is_some_and(|text| text.split_whitespace().any(|word| word == version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_the_one_of_that_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "yew"), None);
    }
}
