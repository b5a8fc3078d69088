//! `cargo xtask serve --dev`: the page, rebuilt whenever a source changes.
//!
//! Trunk does this by itself. Its page is not the published one: the build is
//! not optimised, and no security policy stands in the way of its reloading.

use crate::failure::Result;
use crate::tools::WasmTools;
use crate::{cache, serve, shell};

/// Runs until it is stopped.
pub fn run(port: u16) -> Result<()> {
    let tools = WasmTools::for_dev_page()?;
    let port = serve::free_port(port)?;
    let out = cache::wasm_target().join("page-dev");
    cache::make_folder(&out)?;
    println!("\nMirrorline (development) will be at http://127.0.0.1:{port}/ (Ctrl-C ends it)\n");
    let mut command = tools.command("trunk");
    command
        .args(["serve", "--offline", "--address", "127.0.0.1", "--port", &port.to_string()])
        .arg("--dist")
        .arg(&out)
        .env_remove("NO_COLOR");
    shell::run(&mut command)
}
