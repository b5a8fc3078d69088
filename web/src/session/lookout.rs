//! Who watches a run while it is recorded: the checks, and a note of the turns that events take which only facts tell
//! of. A flush is announced to no one when a controller serves alone, so no event says that one begins.

use mirrorline_engine::check::Watch;
use mirrorline_engine::fact::{Fact, IoKind, Observer};
use mirrorline_engine::history::Witness;
use mirrorline_engine::sim::World;

/// A flush begins.
pub const FLUSH: u8 = 1;
/// Ownership of a line moves.
pub const OWNERSHIP: u8 = 2;
/// A controller changes its mode, or something is broken or mended.
pub const UPSET: u8 = 4;
/// A host hears that its write is done.
pub const DONE: u8 = 8;

#[derive(Clone, Debug)]
pub struct Lookout {
    pub watch: Watch,
    /// The turns that the last event took.
    pub turns: u8,
    gathered: u8,
}

impl Lookout {
    #[must_use]
    pub fn new(watch: Watch) -> Lookout {
        Lookout { watch, turns: 0, gathered: 0 }
    }
}

impl Observer for Lookout {
    fn fact(&mut self, fact: Fact) {
        self.gathered |= match fact {
            Fact::FlushBegan { .. } => FLUSH,
            Fact::OwnershipGained { .. } => OWNERSHIP,
            Fact::Mode { .. } | Fact::Fault { .. } => UPSET,
            Fact::HostDone { io: IoKind::Write, .. } => DONE,
            _ => 0,
        };
        self.watch.fact(fact);
    }
}

impl Witness for Lookout {
    fn after_event(&mut self, world: &World) {
        self.turns = std::mem::take(&mut self.gathered);
        Witness::after_event(&mut self.watch, world);
    }

    fn approximate_bytes(&self) -> usize {
        self.watch.approximate_bytes()
    }
}
