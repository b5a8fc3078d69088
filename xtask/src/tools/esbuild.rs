//! esbuild, which takes out of scripts and style sheets what only people read.

use super::{has_version, node};
use crate::failure::Result;
use std::path::PathBuf;

const VERSION: &str = "0.28.2";

/// Makes sure of it. Returns the folder to put on PATH, or nothing if it is there already.
pub fn ensure() -> Result<Option<PathBuf>> {
    if has_version("esbuild", VERSION) {
        return Ok(None);
    }
    let why = "makes scripts and style sheets smaller (npm, 10 MB, some seconds)";
    node::npm_tool("esbuild", VERSION, why, |bin| has_version(bin.join("esbuild"), VERSION)).map(Some)
}
