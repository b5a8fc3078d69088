//! The built-in scenarios, for somebody who has never seen two caches talk. Each shows one thing, in 100 to 700
//! events of a small world.

use crate::scenario::Scenario;
use std::sync::LazyLock;

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// What it is called on the command line and in links.
    pub name: &'static str,
    /// Its text, in the scenario format.
    pub text: &'static str,
    pub kind: Kind,
}

/// What a built-in scenario is about; menus show each kind together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// How it works when nothing breaks.
    Basics,
    /// Something breaks.
    Incident,
}

/// All of them, in the order in which they are best seen.
pub const LIBRARY: [Builtin; 13] = [
    basics("safe-write", include_str!("library/safe-write.scenario")),
    basics("ownership", include_str!("library/ownership.scenario")),
    basics("flushing", include_str!("library/flushing.scenario")),
    basics("parity", include_str!("library/parity.scenario")),
    basics("mirror-slots", include_str!("library/mirror-slots.scenario")),
    basics("reads", include_str!("library/reads.scenario")),
    basics("busy-hour", include_str!("library/busy-hour.scenario")),
    incident("owner-dies", include_str!("library/owner-dies.scenario")),
    incident("link-cut", include_str!("library/link-cut.scenario")),
    incident("power-loss", include_str!("library/power-loss.scenario")),
    incident("failback", include_str!("library/failback.scenario")),
    incident("disk-and-controller", include_str!("library/disk-and-controller.scenario")),
    incident("zombie", include_str!("library/zombie.scenario")),
];

const fn basics(name: &'static str, text: &'static str) -> Builtin {
    Builtin { name, text, kind: Kind::Basics }
}

const fn incident(name: &'static str, text: &'static str) -> Builtin {
    Builtin { name, text, kind: Kind::Incident }
}

impl Builtin {
    /// The scenario itself.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        Scenario::parse(self.text).expect("a test reads every built-in scenario")
    }
}

/// The place in [`LIBRARY`] of the scenario whose text, as [`Scenario::to_text`] writes it, this is.
#[must_use]
pub fn position_of(text: &str) -> Option<usize> {
    static TEXTS: LazyLock<Vec<String>> =
        LazyLock::new(|| LIBRARY.iter().map(|builtin| builtin.scenario().to_text()).collect());
    TEXTS.iter().position(|builtin| builtin == text)
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
    use crate::controller::Mode;
    use crate::fact::{Fact, FlushReason, Found, IoKind, Observer, ReadSource, Suspicion, WaitsFor};
    use crate::ids::ControllerId;
    use crate::message::MessageKind;
    use crate::raid::plan::PlanKind;
    use crate::sim::{Fault, Run};

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
        let world = scenario.world().unwrap();
        let mut run = Run::new(world, scenario.source().unwrap(), scenario.pacing);
        let mut both = Both { watch: Watch::new(Depth::EveryEvent), facts: Vec::new() };
        while run.step(&mut both).is_some() {
            both.watch.after_event(run.world());
        }
        both.watch.at_end(run.world());
        assert_eq!((run.refused(), both.watch.violations()), (None, &[][..]), "{name}");
        let events = run.world().events();
        assert!((100..=700).contains(&events), "{name} has {events} events; 100 to 700 can be watched");
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
    shows!(
        an_owner_that_dies_mid_flush_is_fenced_and_its_half_written_stripe_is_doubted_and_mended,
        "owner-dies",
        Fact::Fault { fault: Fault::Crash { at: ControllerId::A } },
        Fact::DiskIssued { at: ControllerId::A, io: IoKind::Write, parity: false, .. },
        Fact::Suspects { at: ControllerId::B, why: Suspicion::Silent },
        Fact::RecordSwapped { by: ControllerId::B, .. },
        Fact::Fenced { fenced: ControllerId::A, .. },
        Fact::TookOver { at: ControllerId::B, dirty: 1.., suspect: 1.. },
        Fact::Trusted { at: ControllerId::B, .. },
        Fact::HostRetries { .. }
    );
    shows!(
        of_two_that_cannot_hear_each_other_one_wins_the_record_and_the_other_halts,
        "link-cut",
        Fact::Suspects { at: ControllerId::A, why: Suspicion::LinkDown },
        Fact::Suspects { at: ControllerId::B, why: Suspicion::LinkDown },
        Fact::SwapRefused { .. },
        Fact::Mode { to: Mode::Halted, .. },
        Fact::TookOver { .. },
        Fact::Mode { from: Mode::Joining, to: Mode::Dual, .. }
    );
    shows!(
        after_a_power_loss_both_memories_are_written_back_before_anybody_is_served,
        "power-loss",
        Fact::Fault { fault: Fault::PowerLoss },
        Fact::Mode { to: Mode::Recover, .. },
        Fact::Mode { to: Mode::Recalled, .. },
        Fact::SessionReceived { message: MessageKind::Image, .. },
        Fact::Mode { from: Mode::Recover, to: Mode::Dual, .. },
        Fact::BlockRead { from: ReadSource::Disk, .. }
    );
    shows!(
        a_replacement_is_rebuilt_under_load_and_gets_its_lines_back,
        "failback",
        Fact::Mode { to: Mode::SoloJoin, .. },
        Fact::Walked { left: 1.., .. },
        Fact::Walked { left: 0, .. },
        Fact::WriteThroughBegan { at: ControllerId::B, .. },
        Fact::Rehomed { to: ControllerId::A, .. },
        Fact::OwnershipGained { at: ControllerId::A, .. }
    );
    shows!(
        a_disk_and_a_controller_fail_together_and_the_spare_is_rebuilt,
        "disk-and-controller",
        Fact::DiskFailed { disk: 2, .. },
        Fact::TookOver { at: ControllerId::B, .. },
        Fact::Patrolled { found: Found::ChunkRebuilt, .. }
    );
    shows!(
        a_zombies_write_is_forgotten_by_the_array_and_it_halts_when_it_wakes_up,
        "zombie",
        Fact::Fault { fault: Fault::Hang { at: ControllerId::A } },
        Fact::Fenced { fenced: ControllerId::A, aborted: 1.., .. },
        Fact::Mode { at: ControllerId::A, to: Mode::Halted, .. },
        Fact::Mode { at: ControllerId::A, from: Mode::Joining, to: Mode::Dual }
    );
}
