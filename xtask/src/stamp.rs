//! The mark of a finished build: while neither what it is made from nor what it made has changed, it is not repeated.

use crate::failure::{Doing, Result};
use crate::tools::WasmTools;
use crate::{cache, fingerprint};
use std::path::{Path, PathBuf};

/// What was true when a build ended.
pub struct Stamp {
    file: PathBuf,
    inputs: u64,
}

impl Stamp {
    /// The stamp of a build that is called `name`, made from these files and folders with these tools.
    pub fn of(name: &str, inputs: &[&str], tools: &WasmTools) -> Result<Self> {
        let paths: Vec<PathBuf> = inputs.iter().map(|name| cache::repo().join(name)).collect();
        let files = fingerprint::of_paths(&paths)?;
        Ok(Self {
            file: cache::target().join(format!("{name}.fingerprint")),
            inputs: fingerprint::of_bytes(format!("{files} {}", tools.describe()).as_bytes()),
        })
    }

    /// Whether `output` is what was built last, from the same inputs.
    pub fn holds(&self, output: &Path) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|have| have == self.text(output))
    }

    /// Remembers that `output` has been built.
    pub fn set(&self, output: &Path) -> Result<()> {
        std::fs::write(&self.file, self.text(output)).doing(|| format!("write {}", self.file.display()))
    }

    /// Inputs and outputs together: a touched output is built anew as well.
    fn text(&self, output: &Path) -> String {
        let outputs = fingerprint::of_paths(&[output.to_path_buf()]).unwrap_or(0);
        format!("{:016x} {outputs:016x}", self.inputs)
    }
}
