//! The engine of Mirrorline: everything that is true without a screen.

pub mod array;
pub mod buffer;
pub mod check;
pub mod config;
pub mod controller;
pub mod digest;
pub mod explain;
pub mod export;
pub mod fact;
pub mod history;
pub mod ids;
pub mod message;
pub mod paged;
pub mod raid;
pub mod rng;
pub mod scenario;
pub mod sim;
pub mod slab;
pub mod state;
pub mod stats;
pub mod workload;

/// The version of this engine. Links and logs carry it, because the same
/// commands give the same state only within one version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
