//! Two budgets: after a phase in which things fail, everything is mended, and then all has to finish within so many
//! events: every host answered, every dirty line on disk, every stripe's parity trusted, both controllers serving, the
//! array whole.
//!
//! A system that met overlapping failures may refuse to serve (protocol G5) or have lost blocks. That is an outcome. The
//! same after failures that came one at a time is a violation.

use super::invariant::{Invariant, Violation};
use super::watch::Watch;
use crate::array::DiskState;
use crate::controller::Mode;
use crate::fact::{Fact, Observer};
use crate::ids::ControllerId;
use crate::sim::{Command, Fault, TimedFault, World};
use crate::text;
use crate::text::Text;

/// How a healing phase has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healing {
    /// How many events it took.
    pub events: u64,
    pub end: End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything is as it should be.
    Whole,
    /// Nobody serves, and nobody will: the memory that the record names is gone.
    Refused,
    /// Something has not finished; what, in words.
    Unfinished(Text),
}

/// Times that a controller which will not serve is started anew.
const STARTS_MAX: u32 = 4;

/// Mends everything and lets the world run until nothing is pending, or for at most `budget` events. The checks go on
/// in `watch`, which also gets what a healthy end would have to show.
pub fn heal(world: &mut World, watch: &mut Watch, budget: u64) -> Healing {
    let began = world.events();
    for starts in 0.. {
        for fault in broken(world) {
            world.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("what is there can be mended");
        }
        while world.events() - began < budget && world.step(watch).is_some() {
            watch.after_event(world);
        }
        let spent = world.events() - began >= budget;
        if spent || starts == STARTS_MAX || broken(world).is_empty() {
            break;
        }
    }
    let events = world.events() - began;
    let end = end(world);
    match &end {
        End::Whole => watch.at_end(world),
        End::Refused if watch.failures_overlapped() => {}
        End::Refused => watch.add(Violation {
            invariant: Invariant::Quiescence,
            after_events: world.events(),
            what: text!("nobody serves, though no failure came before the one before it was mended"),
        }),
        End::Unfinished(what) => watch.add(Violation {
            invariant: Invariant::Quiescence,
            after_events: world.events(),
            what: text!("{events} events after everything was mended, {what}", events, what),
        }),
    }
    Healing { events, end }
}

/// What would mend all that is broken at this instant, in the order in which it is done.
#[must_use]
pub fn broken(world: &World) -> Vec<Fault> {
    let (config, hardware) = (world.config(), world.hardware());
    let mut mend = Vec::new();
    if !hardware.power {
        mend.push(Fault::PowerBack);
    }
    if hardware.fence_stuck || hardware.fences_stuck() > 0 {
        mend.push(Fault::FenceWorks);
    }
    for to in ControllerId::BOTH {
        let link = world.link_to(to);
        if link.cut {
            mend.push(Fault::MendLink { to });
        }
        if link.slowness > 1 {
            mend.push(Fault::SlowLink { to, factor: 1 });
        }
    }
    for at in ControllerId::BOTH {
        if !hardware.battery_good[at.index()] {
            mend.push(Fault::BatteryGood { at });
        }
        if hardware.hangs(at) {
            mend.push(Fault::Resume { at });
        }
        if matches!(world.controller(at).mode(), Mode::Down | Mode::Halted | Mode::Refused) {
            mend.push(Fault::Restart { at });
        }
    }
    for disk in 0..config.raid.disks {
        let is = world.array().disk(disk);
        if is.state == DiskState::Absent {
            mend.push(Fault::DiskReplaced { disk });
        }
        if is.service.slowness > 1 {
            mend.push(Fault::DiskSlow { disk, factor: 1 });
        }
    }
    for host in (0..config.hosts).map(crate::ids::HostId) {
        for via in ControllerId::BOTH.into_iter().filter(|via| hardware.path_is_cut(host, *via)) {
            mend.push(Fault::PathMended { host, via });
        }
    }
    mend
}

/// How everything stands.
#[must_use]
pub fn end(world: &World) -> End {
    let mut unfinished = Vec::new();
    let modes = ControllerId::BOTH.map(|at| world.controller(at).mode());
    if !modes.iter().any(|mode| mode.serves()) && modes.contains(&Mode::Refused) {
        return End::Refused;
    }
    if world.outstanding() > 0 {
        unfinished.push(text!("{count} hosts’ requests are not answered", count = world.outstanding()));
    }
    for at in ControllerId::BOTH {
        let controller = world.controller(at);
        if controller.mode() != Mode::Dual {
            unfinished.push(text!("{at} is in {mode}", at, mode = controller.mode().name()));
        }
        if !controller.queue().is_empty() {
            unfinished.push(text!("{at} has {count} dirty lines", at, count = controller.queue().len()));
        }
        if controller.suspects_left() > 0 {
            unfinished.push(text!(
                "{at} suspects the parity of {count} stripes",
                at,
                count = controller.suspects_left()
            ));
        }
        if controller.works().next().is_some() {
            unfinished.push(text!("{at} has disk work under way", at));
        }
    }
    if !world.array().is_whole() {
        unfinished.push(text!("the array is not whole"));
    }
    if unfinished.is_empty() { End::Whole } else { End::Unfinished(Text::list(unfinished)) }
}

/// Whether failures came before the one before was mended, so that the protocol promises less (G5).
#[derive(Clone, Debug, Default)]
pub struct Overlap {
    /// Something that this event broke.
    breaks: bool,
    impaired: bool,
    overlapped: bool,
    /// A controller or the link is broken, or given up already, so that suspicion has its reason.
    partner_broken: bool,
}

impl Overlap {
    /// The event is over. `impaired`: some redundancy is missing now.
    pub fn after_event(&mut self, world: &World, impaired: bool) {
        self.overlapped |= std::mem::take(&mut self.breaks) && self.impaired;
        self.impaired = impaired;
        let broken = |at: ControllerId| {
            let serves = world.controller(at).mode() == Mode::Dual && !world.hardware().hangs(at);
            !serves || world.link_to(at).cut
        };
        self.partner_broken = ControllerId::BOTH.into_iter().any(broken);
    }

    #[must_use]
    pub fn failures_overlapped(&self) -> bool {
        self.overlapped
    }
}

impl Observer for Overlap {
    fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::Fault { fault } => self.breaks |= takes_redundancy(fault),
            // A controller that is given up though it lives is lost to the other all the same.
            Fact::Suspects { .. } => self.breaks |= !self.partner_broken,
            _ => {}
        }
    }
}

/// Whether a fault takes something away that the system needs to survive the next one, rather than time only.
fn takes_redundancy(fault: Fault) -> bool {
    let only_slow = matches!(
        fault,
        Fault::SlowLink { .. } | Fault::DiskSlow { .. } | Fault::FenceStuck | Fault::PathCut { .. }
    );
    fault.breaks() && !only_slow
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Depth;
    use crate::config::Config;
    use crate::sim::Seed;

    /// What becomes of a world in which these faults happened one millisecond ago, and how many violations there are.
    fn healed(faults: &[Fault], budget: u64) -> (End, u64) {
        let mut world = World::new(Config::default(), Seed(1)).unwrap();
        let mut watch = Watch::new(Depth::EveryEvent);
        for fault in faults {
            world.apply(Command::Fault(TimedFault { at_ns: 0, fault: *fault })).expect("it fits");
        }
        while world.next_event_ns().is_some_and(|at_ns| at_ns < 1_000_000) {
            world.step(&mut watch);
            watch.after_event(&world);
        }
        let healing = heal(&mut world, &mut watch, budget);
        (healing.end, watch.found())
    }

    #[test]
    fn a_world_is_whole_refuses_or_has_not_finished() {
        let [a, b] = ControllerId::BOTH.map(|at| Fault::Crash { at });
        assert_eq!(healed(&[a], 10_000), (End::Whole, 0));
        let (end, found) = healed(&[a], 3);
        assert!(matches!(end, End::Unfinished(_)), "{end:?}");
        assert_eq!(found, 1, "what has not finished is a violation");
        assert_eq!(
            healed(&[a, b], 10_000),
            (End::Refused, 0),
            "after two failures at once that is an outcome"
        );
    }
}
