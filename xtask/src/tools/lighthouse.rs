//! Lighthouse, which scores pages. Used by `bench` alone.

use super::node;
use crate::failure::Result;
use std::path::PathBuf;

const VERSION: &str = "12.8.2";

/// Makes sure of it, and returns the folder of its package.
pub fn lighthouse() -> Result<PathBuf> {
    let package = |bin: PathBuf| bin.with_file_name("lighthouse");
    let why = "scores the page (npm, 100 MB, half a minute)";
    node::npm_tool("lighthouse", VERSION, why, |bin| package(bin).join("core/index.js").is_file())
        .map(package)
}
