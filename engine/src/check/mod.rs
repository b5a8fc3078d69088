//! Checks that watch a world: the protocol's invariants, and whether what hosts see fits one order of events.
//! A check never changes what it watches.

pub mod invariant;
pub mod linear;
pub mod slots;
pub mod state;
pub mod watch;

pub use invariant::{Invariant, Violation};
pub use linear::Linearizability;
pub use watch::{Depth, Watch};

#[cfg(test)]
mod tests;
