//! The built-in scenarios, for somebody who has never seen two caches talk. Each shows one thing, in 100 to 500
//! events of a small world.

use crate::scenario::Scenario;

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// What it is called on the command line and in links.
    pub name: &'static str,
    /// Its text, in the scenario format.
    pub text: &'static str,
}

/// All of them, in the order in which they are best seen.
pub const LIBRARY: [Builtin; 7] = [
    Builtin { name: "safe-write", text: include_str!("library/safe-write.scenario") },
    Builtin { name: "ownership", text: include_str!("library/ownership.scenario") },
    Builtin { name: "flushing", text: include_str!("library/flushing.scenario") },
    Builtin { name: "parity", text: include_str!("library/parity.scenario") },
    Builtin { name: "mirror-slots", text: include_str!("library/mirror-slots.scenario") },
    Builtin { name: "reads", text: include_str!("library/reads.scenario") },
    Builtin { name: "busy-hour", text: include_str!("library/busy-hour.scenario") },
];

impl Builtin {
    /// The scenario itself.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        Scenario::parse(self.text).expect("a test reads every built-in scenario")
    }
}

/// The built-in scenario of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Builtin> {
    LIBRARY.iter().find(|builtin| builtin.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Depth, Watch};
    use crate::fact::{Fact, FlushReason, Observer, ReadSource, WaitsFor};
    use crate::raid::plan::PlanKind;
    use crate::sim::{Run, Seed, World};

    struct Both {
        watch: Watch,
        facts: Vec<Fact>,
    }

    impl Observer for Both {
        fn fact(&mut self, fact: Fact) {
            self.watch.fact(fact);
            self.facts.push(fact);
        }
    }

    /// Runs a scenario to its end, checking everything, and returns its facts.
    fn facts_of(name: &str) -> Vec<Fact> {
        let scenario = find(name).unwrap().scenario();
        let world = World::new(scenario.config.clone(), Seed(scenario.seed)).unwrap();
        let mut run = Run::new(world, scenario.source().unwrap(), scenario.pacing);
        let mut both = Both { watch: Watch::new(Depth::EveryEvent), facts: Vec::new() };
        while run.step(&mut both).is_some() {
            both.watch.after_event(run.world());
        }
        both.watch.at_end(run.world());
        assert_eq!((run.refused(), both.watch.violations()), (None, &[][..]), "{name}");
        let events = run.world().events();
        assert!((100..=500).contains(&events), "{name} has {events} events; 100 to 500 can be watched");
        both.facts
    }

    /// Each scenario shows what its title promises.
    macro_rules! shows {
        ($test:ident, $name:literal, $($fact:pat),+) => {
            #[test]
            fn $test() {
                let facts = facts_of($name);
                $(assert!(
                    facts.iter().any(|fact| matches!(fact, $fact)),
                    "{} never shows {}",
                    $name,
                    stringify!($fact)
                );)+
            }
        };
    }

    shows!(
        a_safe_write_is_mirrored_and_read_again,
        "safe-write",
        Fact::WriteCommitted { .. },
        Fact::BlockRead { from: ReadSource::Cache, .. }
    );
    shows!(
        ownership_moves_with_and_without_data,
        "ownership",
        Fact::OwnershipGained { swapped: true, .. },
        Fact::OwnershipGained { swapped: false, .. },
        Fact::Waits { for_what: WaitsFor::Ownership, .. },
        Fact::BlockRead { from: ReadSource::Peer, .. }
    );
    shows!(
        flushing_has_two_reasons_and_holds_a_write_back,
        "flushing",
        Fact::FlushBegan { reason: FlushReason::HighWater, .. },
        Fact::FlushBegan { reason: FlushReason::Idle, .. },
        Fact::Waits { for_what: WaitsFor::Line, .. }
    );
    shows!(
        parity_is_planned_in_all_three_ways,
        "parity",
        Fact::ParityPlanned { plan: PlanKind::FullStripe, .. },
        Fact::ParityPlanned { plan: PlanKind::ReadModifyWrite, .. },
        Fact::ParityPlanned { plan: PlanKind::ReconstructWrite, .. }
    );
    shows!(
        mirror_slots_run_out_until_writes_go_through,
        "mirror-slots",
        Fact::Waits { for_what: WaitsFor::Slot, .. },
        Fact::FlushBegan { reason: FlushReason::SlotsShort, .. },
        Fact::WriteThroughBegan { .. }
    );
    shows!(
        reads_come_from_cache_disk_and_owner,
        "reads",
        Fact::BlockRead { from: ReadSource::Cache, .. },
        Fact::BlockRead { from: ReadSource::Disk, .. },
        Fact::BlockRead { from: ReadSource::Peer, .. },
        Fact::Waits { for_what: WaitsFor::Line, .. }
    );
    shows!(
        a_busy_hour_has_a_bit_of_everything,
        "busy-hour",
        Fact::OwnershipGained { .. },
        Fact::FlushBegan { .. },
        Fact::BlockRead { from: ReadSource::Peer, .. },
        Fact::SlotFreed { .. }
    );
}
