//! [`Watch`]: the observer that runs the checks beside a run.

use super::invariant::{Invariant, Violation};
use super::linear::Linearizability;
use super::{slots, state};
use crate::fact::{Fact, Observer};
use crate::ids::{ControllerId, LineKey};
use crate::sim::World;
use std::collections::BTreeMap;

/// How much is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every read as it happens; the state when the run is over.
    End,
    /// Every read, and the whole state after every event. For small worlds.
    EveryEvent,
}

/// Violations kept; a broken engine breaks the same rule at every step.
const KEPT_MAX: usize = 100;

#[derive(Clone, Debug)]
pub struct Watch {
    depth: Depth,
    hosts: Linearizability,
    seqs: BTreeMap<(ControllerId, LineKey), u64>,
    violations: Vec<Violation>,
    found: u64,
}

impl Watch {
    #[must_use]
    pub fn new(depth: Depth) -> Watch {
        Watch {
            depth,
            hosts: Linearizability::default(),
            seqs: BTreeMap::new(),
            violations: Vec::new(),
            found: 0,
        }
    }

    /// To be called after every event.
    pub fn after_event(&mut self, world: &World) {
        let read = self.hosts.take_violations(world.events());
        self.keep(read);
        if self.depth == Depth::EveryEvent {
            self.check_state(world);
            self.check_seqs(world);
        }
    }

    /// To be called when nothing is pending any more.
    pub fn at_end(&mut self, world: &World) {
        let after_events = world.events();
        if world.outstanding() > 0 {
            let what = format!("{} requests are never answered, and nothing is pending", world.outstanding());
            self.keep(vec![Violation { invariant: Invariant::NoDeadlock, after_events, what }]);
        }
        let mut unrest = Vec::new();
        for id in ControllerId::BOTH {
            let controller = world.controller(id);
            if !controller.queue().is_empty() {
                unrest.push(format!("{id} still has {} dirty lines", controller.queue().len()));
            }
            let waiting = controller.table().iter().filter(|(_, line)| !line.is_quiet()).count();
            if waiting > 0 {
                unrest.push(format!("{id} still has {waiting} lines with something under way"));
            }
            if controller.works().next().is_some() {
                unrest.push(format!("{id} still has disk work under way"));
            }
        }
        let invariant = Invariant::Quiescence;
        self.keep(unrest.into_iter().map(|what| Violation { invariant, after_events, what }).collect());
        self.check_state(world);
    }

    /// All that was found so far, and what the state at this instant breaks.
    #[must_use]
    pub fn checked_now(mut self, world: &World) -> Vec<Violation> {
        self.check_state(world);
        self.violations
    }

    fn check_state(&mut self, world: &World) {
        let after_events = world.events();
        let mut broken = Vec::new();
        let mut report = |invariant, what| broken.push(Violation { invariant, after_events, what });
        state::check(world, &self.hosts, &mut report);
        slots::check(world, &mut report);
        self.keep(broken);
    }

    /// The sequence number of a cached line never falls.
    fn check_seqs(&mut self, world: &World) {
        let mut now = BTreeMap::new();
        let mut broken = Vec::new();
        for at in ControllerId::BOTH {
            for (_, line) in world.controller(at).table().iter().filter(|(_, line)| line.state.is_some()) {
                let before = self.seqs.get(&(at, line.key)).copied();
                if before.is_some_and(|before| line.seq < before) {
                    broken.push(Violation {
                        invariant: Invariant::SeqMonotone,
                        after_events: world.events(),
                        what: format!(
                            "{at}: the number of line {} fell to {}",
                            state::name(world, line.key),
                            line.seq
                        ),
                    });
                }
                now.insert((at, line.key), line.seq);
            }
        }
        self.seqs = now;
        self.keep(broken);
    }

    fn keep(&mut self, violations: Vec<Violation>) {
        self.found += violations.len() as u64;
        let room = KEPT_MAX - self.violations.len();
        self.violations.extend(violations.into_iter().take(room));
    }

    /// The first violations, in the order in which they were found.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// How many there were in all.
    #[must_use]
    pub fn found(&self) -> u64 {
        self.found
    }

    /// Blocks that reads have returned and that were checked.
    #[must_use]
    pub fn reads_checked(&self) -> u64 {
        self.hosts.reads_checked()
    }
}

impl Observer for Watch {
    fn fact(&mut self, fact: Fact) {
        if let Fact::LineState { at, key, to: None, .. } = fact {
            // A line that comes back, perhaps in the same step, starts anew.
            self.seqs.remove(&(at, key));
        }
        self.hosts.fact(fact);
    }
}
