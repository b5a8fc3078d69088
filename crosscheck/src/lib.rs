//! Holds the engine's checks against independent ones: that of strict linearizability, and the explorer. The tests are in
//! `tests/`; no artefact depends on this crate.

pub mod model;
