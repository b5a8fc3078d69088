//! Checks that watch a world: the protocol's invariants, and whether what hosts see fits one order of events.
//! A check never changes what it watches.

pub mod budget;
pub mod invariant;
pub mod last_memory;
pub mod ledger;
pub mod line;
pub mod line_book;
pub mod linear;
pub mod places;
mod promises;
pub mod slots;
pub mod state;
pub mod touched;
pub mod view;
pub mod watch;

pub use budget::{End, Healing, heal};
pub use invariant::{Invariant, Violation};
pub use ledger::{Ledger, Safety, Survival};
pub use linear::Linearizability;
pub use watch::{Depth, Watch};

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod trial;
