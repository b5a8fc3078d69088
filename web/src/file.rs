//! Reading a file of the user's, piece by piece, so that progress shows and Cancel works.

use crate::language::tr;
use crate::scene::model::LoadFailure;
use crate::scene::words::size_text;
use crate::share::ENDING;
use std::cell::Cell;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Whether a file is one that the page has saved, or a scenario: by its name.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    [ENDING, ".scenario"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
}

/// A shared run or a scenario is smaller than this.
const OWN_BYTES_MAX: usize = 4 << 20;

/// Takes a piece of such a file.
///
/// # Errors
/// It is too big to be one.
pub fn keep(bytes: &mut Vec<u8>, piece: &[u8]) -> Result<(), LoadFailure> {
    if bytes.len() + piece.len() > OWN_BYTES_MAX {
        return Err(LoadFailure {
            what: tr("The file is too big for a shared run or a scenario.").into(),
            place: String::new(),
            remedy: tr("Look whether it is the right one.").into(),
        });
    }
    bytes.extend_from_slice(piece);
    Ok(())
}

/// A piece: small enough to be taken apart between two frames.
const PIECE_BYTES: f64 = 1024.0 * 1024.0;
/// More than this does not fit a browser's memory beside the run that is made from it.
const FILE_BYTES_MAX: f64 = 512.0 * 1024.0 * 1024.0;

/// Gives the file's bytes to `take`, piece by piece. `wanted` is looked at after each: once it is false, nothing more
/// is read. `progress` gets percents.
///
/// # Errors
/// A file that is too big, that the browser cannot read, or what `take` finds wrong with it.
pub async fn read(
    file: &File,
    wanted: &Cell<bool>,
    mut take: impl FnMut(&[u8]) -> Result<(), LoadFailure>,
    progress: impl Fn(u32),
) -> Result<(), LoadFailure> {
    let size = file.size();
    if size > FILE_BYTES_MAX {
        return Err(LoadFailure {
            what: tr("The file is too big for a browser.").into(),
            place: format!("{}, {}", file.name(), size_text(size as u64)),
            remedy: tr("Take its first part, or replay it with the command line: mirrorline replay FILE --format fio.").into(),
        });
    }
    let mut from = 0.0;
    while from < size && wanted.get() {
        let to = (from + PIECE_BYTES).min(size);
        let piece = match file.slice_with_f64_and_f64(from, to) {
            Ok(blob) => JsFuture::from(blob.array_buffer()).await,
            Err(error) => Err(error),
        };
        match piece {
            Ok(buffer) => take(&js_sys::Uint8Array::new(&buffer).to_vec())?,
            Err(_) => return Err(unreadable(file)),
        }
        from = to;
        if wanted.get() {
            progress((from / size * 100.0) as u32);
        }
    }
    Ok(())
}

fn unreadable(file: &File) -> LoadFailure {
    LoadFailure {
        what: tr("The browser could not read the file.").into(),
        place: file.name(),
        remedy: tr("It may have been moved or changed, or be a folder. Choose it again.").into(),
    }
}
