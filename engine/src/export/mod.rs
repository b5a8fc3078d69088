//! What happened, as text for other programs and for comparison.

pub mod log;
pub mod snapshot;
