//! The engine of Mirrorline: everything that is true without a screen.

/// The version of this engine. Links and logs carry it, because the same
/// commands give the same state only within one version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
