//! The explorer: every order in which the events of a small world can come, breadth first, on the engine itself.
//!
//! See `docs/explorer.md`.

pub mod counterexample;
pub mod finding;
pub mod hunt;
pub mod model;
pub mod search;
pub mod small;
mod squeeze;
mod symmetry;
mod table;
pub mod worlds;

pub use counterexample::Counterexample;
pub use finding::Finding;
pub use model::{Model, Scratch};
pub use search::{Batch, Found, Search};
