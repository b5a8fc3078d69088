//! Ctrl-C ends a run, not the program: what has been done so far is still reported. A second Ctrl-C ends it all.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From here on, Ctrl-C is something to be asked about. Where the system does not let us, it ends the program as ever.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::Relaxed) {
            // As a shell reports a program that was interrupted.
            std::process::exit(130);
        }
    });
}

/// Whether somebody has pressed Ctrl-C.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
