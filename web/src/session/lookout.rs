//! Who watches a run while it is recorded: the checks, a note of the turns that events take which only facts tell of,
//! and the trail of what was touched last, by which big caches are followed. A flush is announced to no one when a controller serves alone, so no event says that one begins.

use crate::scene::build::census::Touch;
use mirrorline_engine::check::Watch;
use mirrorline_engine::explain::flights::Missed;
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

/// Touches that are remembered: those of a hundred events and more.
const TOUCHES_MAX: usize = 512;

/// What a run has touched last.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// Touches since the start.
    count: u64,
    /// The last of them, in a ring.
    last: Vec<Touch>,
}

impl Trail {
    fn push(&mut self, touch: Touch) {
        let at = (self.count % TOUCHES_MAX as u64) as usize;
        if self.last.len() < TOUCHES_MAX {
            self.last.push(touch);
        } else {
            self.last[at] = touch;
        }
        self.count += 1;
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What was touched since there were so many; nothing when that is too long ago, or has not been yet.
    #[must_use]
    pub fn since(&self, count: u64) -> Option<Vec<Touch>> {
        let news = self.count.checked_sub(count).filter(|news| *news <= self.last.len() as u64)?;
        let at = |n: u64| self.last[(n % TOUCHES_MAX as u64) as usize];
        Some((self.count - news..self.count).map(at).collect())
    }
}

#[derive(Clone, Debug)]
pub struct Lookout {
    pub watch: Watch,
    pub trail: Trail,
    /// The turns that the last event took.
    pub turns: u8,
    /// Messages that it lost or that were turned away at it.
    pub missed: Vec<Missed>,
    /// How long the host waited that the last event answers.
    pub latency_ns: Option<u64>,
    gathered: u8,
    missing: Vec<Missed>,
    heard_ns: Option<u64>,
}

impl Lookout {
    #[must_use]
    pub fn new(watch: Watch) -> Lookout {
        Lookout {
            watch,
            trail: Trail::default(),
            turns: 0,
            missed: Vec::new(),
            gathered: 0,
            missing: Vec::new(),
            latency_ns: None,
            heard_ns: None,
        }
    }
}

impl Observer for Lookout {
    fn fact(&mut self, fact: Fact) {
        if let Fact::HostDone { latency_ns, .. } = fact {
            self.heard_ns = Some(latency_ns);
        }
        self.gathered |= match fact {
            Fact::FlushBegan { .. } => FLUSH,
            Fact::OwnershipGained { .. } => OWNERSHIP,
            Fact::Mode { .. } | Fact::Fault { .. } => UPSET,
            Fact::HostDone { io: IoKind::Write, .. } => DONE,
            _ => 0,
        };
        if let Some(touch) = Touch::of(fact) {
            self.trail.push(touch);
        }
        self.missing.extend(Missed::of(fact));
        self.watch.fact(fact);
    }
}

impl Witness for Lookout {
    fn after_event(&mut self, world: &World) {
        self.turns = std::mem::take(&mut self.gathered);
        self.missed = std::mem::take(&mut self.missing);
        self.latency_ns = self.heard_ns.take();
        Witness::after_event(&mut self.watch, world);
    }

    fn approximate_bytes(&self) -> usize {
        self.watch.approximate_bytes() + self.trail.last.len() * size_of::<Touch>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirrorline_engine::ids::{ControllerId, Slot};

    #[test]
    fn a_trail_remembers_the_last_touches_and_knows_when_it_does_not() {
        let touch = |n: u32| Touch::Slot(ControllerId::A, Slot(n));
        let mut trail = Trail::default();
        for n in 0..1_000 {
            trail.push(touch(n));
        }
        assert_eq!(trail.since(997), Some(vec![touch(997), touch(998), touch(999)]));
        assert_eq!(trail.since(1_000), Some(Vec::new()));
        assert_eq!(trail.since(1_000 - TOUCHES_MAX as u64).map(|all| all.len()), Some(TOUCHES_MAX));
        assert_eq!(trail.since(1_000 - TOUCHES_MAX as u64 - 1), None);
        assert_eq!(trail.since(1_001), None, "another future, or an earlier instant");
    }
}
