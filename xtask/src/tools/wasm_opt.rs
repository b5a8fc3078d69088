//! wasm-opt of Binaryen, which makes the page's wasm smaller and faster.

use super::node::npm_tool;
use crate::failure::Result;
use crate::shell;
use std::path::PathBuf;
use std::process::Command;

/// The release that is fetched.
const VERSION: u32 = 132;

/// The oldest release that understands what today's compilers emit.
const OLDEST: u32 = 125;

/// Makes sure of wasm-opt. Returns the folder to put on PATH, or nothing if a
/// recent one is there already.
pub fn ensure() -> Result<Option<PathBuf>> {
    let ask = |program: PathBuf| {
        shell::output(Command::new(program).arg("--version")).and_then(|text| release(&text))
    };
    if ask(PathBuf::from("wasm-opt")).is_some_and(|version| version >= OLDEST) {
        return Ok(None);
    }
    let why = "wasm-opt makes the wasm smaller (npm, 100 MB, some seconds)";
    let version = VERSION.to_string();
    npm_tool("binaryen", &version, why, |bin| ask(bin.join("wasm-opt")) == Some(VERSION))
        .map(Some)
        .map_err(|failure| failure.remedy("install Binaryen, and put its wasm-opt on PATH"))
}

/// The number in `wasm-opt version 132 (version_132)`.
fn release(text: &str) -> Option<u32> {
    text.strip_prefix("wasm-opt version ")?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read() {
        assert_eq!(release("wasm-opt version 132 (version_132)"), Some(132));
        assert_eq!(release("wasm-opt 132"), None);
    }
}
