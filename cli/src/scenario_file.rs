//! Scenario files that are written for whoever wants to see again what was found.

use crate::errors::Failure;
use mirrorline_engine::scenario::Scenario;
use std::path::Path;

/// Writes `name.scenario` into a directory, which is made if it is missing. Returns the file's path.
pub fn write(out: &Path, name: &str, scenario: &Scenario) -> Result<String, Failure> {
    let file = out.join(format!("{name}.scenario"));
    let cannot = |error| {
        Failure::BadInput(format!("{}: cannot be written: {error}; choose another --out", file.display()))
    };
    std::fs::create_dir_all(out).map_err(cannot)?;
    std::fs::write(&file, scenario.to_text()).map_err(cannot)?;
    Ok(file.display().to_string())
}
