//! Reading a file of the user's, piece by piece, so that progress shows and Cancel works.

use crate::scene::model::LoadFailure;
use std::cell::Cell;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// A piece: big enough to be quick, small enough for a progress bar.
const PIECE_BYTES: f64 = 4.0 * 1024.0 * 1024.0;
/// More than this does not fit a browser's memory beside the run that is made from it.
const FILE_BYTES_MAX: f64 = 512.0 * 1024.0 * 1024.0;

/// The file's bytes. `wanted` is looked at after each piece: once it is false, what has been read is given up.
///
/// # Errors
/// A file that is too big, or that the browser cannot read.
pub async fn read(file: &File, wanted: &Cell<bool>, progress: impl Fn(u32)) -> Result<Vec<u8>, LoadFailure> {
    let size = file.size();
    if size > FILE_BYTES_MAX {
        return Err(LoadFailure {
            what: "The file is too big for a browser.".into(),
            place: format!("{}, {:.0} MiB", file.name(), size / 1024.0 / 1024.0),
            remedy: "Take its first part, or replay it with the command line: mirrorline replay FILE --format fio.".into(),
        });
    }
    let mut bytes = Vec::with_capacity(size as usize);
    let mut from = 0.0;
    while from < size && wanted.get() {
        let to = (from + PIECE_BYTES).min(size);
        let piece = match file.slice_with_f64_and_f64(from, to) {
            Ok(blob) => JsFuture::from(blob.array_buffer()).await,
            Err(error) => Err(error),
        };
        match piece {
            Ok(buffer) => bytes.extend(js_sys::Uint8Array::new(&buffer).to_vec()),
            Err(_) => return Err(unreadable(file)),
        }
        from = to;
        if wanted.get() {
            progress((from / size * 100.0) as u32);
        }
    }
    Ok(bytes)
}

fn unreadable(file: &File) -> LoadFailure {
    LoadFailure {
        what: "The browser could not read the file.".into(),
        place: file.name(),
        remedy: "It may have been moved or changed, or be a folder. Choose it again.".into(),
    }
}
