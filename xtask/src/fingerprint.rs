//! Fingerprints of files: a build whose inputs have not changed is skipped.
//!
//! They tell versions of our own files apart, and guard against nothing.

use crate::failure::{Doing, Result};
use std::path::{Path, PathBuf};

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The fingerprint of some bytes (FNV-1a, 64 bits).
pub fn of_bytes(bytes: &[u8]) -> u64 {
    feed(OFFSET, bytes)
}

fn feed(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// The fingerprint of files and whole folders: names and contents. What does
/// not exist counts as empty.
pub fn of_paths(paths: &[PathBuf]) -> Result<u64> {
    let mut state = OFFSET;
    for path in paths {
        for file in files_below(path)? {
            let bytes = std::fs::read(&file).doing(|| format!("read {}", file.display()))?;
            state = feed(state, file.to_string_lossy().as_bytes());
            state = feed(state, &(bytes.len() as u64).to_le_bytes());
            state = feed(state, &bytes);
        }
    }
    Ok(state)
}

/// All files of a folder and its folders, sorted; or the file itself.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(path).doing(|| format!("read the folder {}", path.display()))?;
    let mut children: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    children.sort();
    let mut files = Vec::new();
    for child in children {
        files.extend(files_below(&child)?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_a_changed_name_and_a_new_file_all_show() {
        let folder = std::env::temp_dir().join(format!("mirrorline-print-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let print = || of_paths(std::slice::from_ref(&folder)).expect("it can be read");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).expect("it can be written");
        };

        let mut seen = vec![print()];
        write("a", "1");
        seen.push(print());
        write("a", "2");
        seen.push(print());
        write("b", "");
        seen.push(print());
        let before = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), before);
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }
}
