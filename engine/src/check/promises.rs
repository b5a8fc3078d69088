//! What is promised as long as failures come one at a time: nobody refuses to serve, no block is lost, no host gets
//! an error for an answer, and when all that was broken has been mended everything is whole in the end. Overlapping
//! failures end these promises (protocol G1 and G5).

use super::budget::{End, broken, end};
use super::invariant::{Invariant, Violation};
use crate::controller::Mode;
use crate::fact::{Fact, Observer};
use crate::sim::World;
use crate::text;
use crate::text::Text;

#[derive(Clone, Debug, Default)]
pub struct Promises {
    /// What has happened in this event that must not happen, in words.
    broken: Option<Text>,
}

impl Promises {
    /// The event is over, and no failures have overlapped: what it has broken.
    pub fn after_event(&mut self) -> Option<Text> {
        self.broken.take().map(|what| text!("{what}, though no two failures overlapped", what))
    }

    /// The event is over, and failures have overlapped before.
    pub fn pass_over(&mut self) {
        self.broken = None;
    }
}

/// Nothing is pending any more, and no failures have overlapped: what is not as it should be. Nothing is, of a world of
/// which something has been left broken.
pub fn at_end(world: &World) -> Option<Violation> {
    let readable = (0..world.config().raid.disks).all(|disk| !world.array().disk(disk).has_spoiled());
    if !readable || !broken(world).is_empty() {
        return None;
    }
    match end(world) {
        End::Whole => None,
        End::Refused => Some(violation(world, text!("nobody serves, though no two failures overlapped"))),
        End::Unfinished(what) => {
            Some(violation(world, text!("everything is mended and nothing is pending, but {what}", what)))
        }
    }
}

fn violation(world: &World, what: Text) -> Violation {
    Violation { invariant: Invariant::Quiescence, after_events: world.events(), what }
}

impl Observer for Promises {
    fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::Mode { at, to: Mode::Refused, .. } => {
                self.broken = Some(text!("{at} refuses to serve", at))
            }
            Fact::BlocksLost { key, map, .. } => {
                self.broken = Some(text!(
                    "{count} blocks of stripe {stripe} of LUN {lun} are lost",
                    count = map.count(),
                    stripe = key.stripe(),
                    lun = key.lun().0
                ));
            }
            Fact::HostFailed { op, at, answered: true, .. } => {
                self.broken = Some(text!("{at} has answered operation {op} with an error", at, op));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Depth, Watch};
    use crate::fact::IoKind;
    use crate::ids::{ControllerId, HostId};
    use crate::scenario::Scenario;
    use crate::sim::{Fault, Run, TimedFault};

    /// Two writes, one of them late, and faults.
    fn with_faults(faults: &[(u64, Fault)]) -> Scenario {
        let text = "mirrorline scenario 1\nlun 0 64 blocks owner A\n\
                    at 10us host 1 writes block 0:1 via A\nat 40ms host 1 writes block 0:1 via A\n";
        let faults =
            faults.iter().map(|(at_ns, fault)| TimedFault { at_ns: *at_ns, fault: *fault }).collect();
        Scenario { faults, ..Scenario::parse(text).expect("the text is sound") }
    }

    /// What the promises say of a scenario, with a fact told that did not happen.
    fn found_by(scenario: &Scenario, tell: impl Fn(&World) -> Option<Fact>) -> Option<Invariant> {
        let mut watch = Watch::new(Depth::EveryEvent);
        let mut run = Run::new(scenario.world().unwrap(), scenario.source().unwrap(), scenario.pacing);
        while run.step(&mut watch).is_some() {
            if let Some(fact) = tell(run.world()) {
                watch.fact(fact);
            }
            watch.after_event(run.world());
        }
        watch.at_end(run.world());
        watch.violations().first().map(|violation| violation.invariant)
    }

    #[test]
    fn promises_hold_for_one_failure_and_end_with_the_second() {
        let (a, b) = (ControllerId::A, ControllerId::B);
        let one = [(1_000_000, Fault::Crash { at: a }), (20_000_000, Fault::Restart { at: a })];
        let two =
            [one[0], (2_000_000, Fault::Crash { at: b }), one[1], (21_000_000, Fault::Restart { at: b })];
        // A controller that refuses, after one failure and after two at once.
        let refuses = |world: &World| {
            (world.events() == 60).then_some(Fact::Mode { at: b, from: Mode::Boot, to: Mode::Refused })
        };
        // A host that gets an error for an answer; one that gets none may have been impatient.
        let fails = |answered| {
            move |world: &World| {
                let fact = Fact::HostFailed { op: 1, host: HostId(0), at: b, io: IoKind::Read, answered };
                (world.events() == 60).then_some(fact)
            }
        };
        assert_eq!(found_by(&with_faults(&one), fails(true)), Some(Invariant::Quiescence));
        assert_eq!(found_by(&with_faults(&one), fails(false)), None);
        assert_eq!(found_by(&with_faults(&two), fails(true)), None);
        assert_eq!(found_by(&with_faults(&one), |_| None), None);
        assert_eq!(found_by(&with_faults(&one), refuses), Some(Invariant::Quiescence));
        assert_eq!(found_by(&with_faults(&two), refuses), None);
        // Not mended: nothing is expected.
        assert_eq!(found_by(&with_faults(&one[..1]), |_| None), None);
    }
}
