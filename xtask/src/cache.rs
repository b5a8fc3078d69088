//! Where things are kept: the repository, its target folder, and the cache
//! folder of the user's, in which every entry carries its version in its name.

use crate::failure::{Doing, Failure, Result};
use std::path::{Path, PathBuf};

/// The root of the repository, known since this crate was compiled in it.
pub fn repo() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask/ lies directly in the repository")
}

/// Cargo's target folder of this workspace.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => repo().join(folder),
        None => repo().join("target"),
    }
}

/// The target folder of wasm builds. It is not the host's, because the wasm
/// compiler may be another one than the host's, and two compilers in one
/// folder rebuild everything at each switch.
pub fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// … and of the published page, whose compiler may be a third one.
pub fn page_target() -> PathBuf {
    target().join("wasm-page")
}

/// The cache folder itself.
pub fn folder() -> Result<PathBuf> {
    let base = match std::env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir()
            .ok_or_else(|| {
                Failure::new("no cache folder: neither XDG_CACHE_HOME nor HOME is set")
                    .remedy("set XDG_CACHE_HOME to a folder that may be written")
            })?
            .join(".cache"),
    };
    Ok(base.join("mirrorline"))
}

/// A folder of the cache, which may not exist yet.
pub fn entry(name: &str) -> Result<PathBuf> {
    Ok(folder()?.join(name))
}

/// Whether an entry was finished. A folder alone is no proof: the process may
/// have been stopped halfway.
pub fn is_finished(entry: &Path) -> bool {
    entry.join(MARK).is_file()
}

/// Marks an entry as finished.
pub fn finish(entry: &Path) -> Result<()> {
    let mark = entry.join(MARK);
    std::fs::write(&mark, "").doing(|| format!("write {}", mark.display()))
}

/// Waits until no other process of ours works on what this file stands for.
/// The lock ends when the result is dropped, or with the process.
pub fn lock(folder: &Path) -> Result<std::fs::File> {
    make_folder(folder)?;
    let path = folder.join("lock");
    let file = std::fs::File::create(&path).doing(|| format!("create {}", path.display()))?;
    if file.try_lock().is_err() {
        println!("  ... another run is at work here ({}): waiting for it", path.display());
        file.lock().doing(|| format!("lock {}", path.display()))?;
    }
    Ok(file)
}

/// Makes an empty folder for an entry, and removes what a stopped run left.
pub fn begin(entry: &Path) -> Result<()> {
    remove_folder(entry)?;
    make_folder(entry)
}

/// Creates a folder and its parents.
pub fn make_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).doing(|| format!("create {}", folder.display()))
}

/// Removes a folder, if it is there.
pub fn remove_folder(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).doing(|| format!("remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

const MARK: &str = ".finished";
