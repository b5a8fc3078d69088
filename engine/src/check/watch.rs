//! [`Watch`]: the observer that runs the checks beside a run.
//!
//! After an event only the lines that it has to do with are checked; what concerns all lines at once is kept in counts.
//! When both controllers begin to serve together, and at the end, the whole state is checked.

use super::budget::Overlap;
use super::invariant::{Invariant, Violation};
use super::last_memory::{GIVEN_UP, LastMemory};
use super::ledger::{Alone, Ledger};
use super::line_book::{LineBook, Reporting};
use super::promises::{self, Promises};
use super::view::Whole;
use super::{slots, state};
use crate::fact::{Fact, Observer};
use crate::ids::ControllerId;
use crate::sim::World;
use crate::text;

/// How much is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every read as it happens; the state when the run is over.
    End,
    /// Every read, and after every event all that it may have changed; and the ledger is kept.
    EveryEvent,
    /// Every read, and the whole state after every event: dear, and only there to hold [`Depth::EveryEvent`] against.
    WholeState,
}

/// Violations kept; a broken engine breaks the same rule at every step.
const KEPT_MAX: usize = 100;

/// In a world of so few lines the whole state is looked at besides: a planted bug may break a rule where no fact tells of
/// anything, and the explorer, which looks at every state as a whole, finds it there.
const WHOLE_LINES: u64 = 2;

#[derive(Clone, Debug)]
pub struct Watch {
    depth: Depth,
    ledger: Ledger,
    overlap: Overlap,
    promises: Promises,
    last_memory: LastMemory,
    lines: LineBook,
    violations: Vec<Violation>,
    found: u64,
}

impl Watch {
    #[must_use]
    pub fn new(depth: Depth) -> Watch {
        Watch {
            depth,
            ledger: Ledger::default(),
            overlap: Overlap::default(),
            promises: Promises::default(),
            last_memory: LastMemory::default(),
            lines: LineBook::default(),
            violations: Vec::new(),
            found: 0,
        }
    }

    /// To be called after every event.
    pub fn after_event(&mut self, world: &World) {
        if self.ledger.hosts().has_violations() {
            let read = self.ledger.hosts_mut().take_violations(world.events());
            self.keep(read);
        }
        if self.depth == Depth::End {
            self.ledger.pass_over();
            self.promises.pass_over();
            return;
        }
        let mut broken = Vec::new();
        let after_events = world.events();
        let mut report = |invariant, what| broken.push(Violation { invariant, after_events, what });
        let whole = Whole::of(world);
        self.ledger.begin_to_settle(world);
        if self.depth == Depth::WholeState {
            self.ledger.settle(world, whole, &mut Alone);
            state::check(world, self.ledger.hosts(), &mut report);
            slots::check(world, &mut report);
        } else {
            self.lines.begin(world, whole, self.ledger.hosts(), &mut report);
            let mut beside = Reporting { book: &mut self.lines, report: &mut report };
            self.ledger.settle(world, whole, &mut beside);
            self.lines.end(world, &mut report);
            if broken.is_empty() && world.config().stripes() <= WHOLE_LINES {
                let mut report = |invariant, what| broken.push(Violation { invariant, after_events, what });
                state::check(world, self.ledger.hosts(), &mut report);
                slots::check(world, &mut report);
            }
        }
        let mut report = |invariant, what| broken.push(Violation { invariant, after_events, what });
        self.overlap.after_event(world, self.ledger.is_impaired(world));
        if self.overlap.failures_overlapped() {
            self.promises.pass_over();
        } else if let Some(what) = self.promises.after_event() {
            report(Invariant::Quiescence, what);
        }
        if self.last_memory.after_event(world) {
            report(Invariant::Quiescence, GIVEN_UP);
        }
        self.ledger.pass_over();
        if !broken.is_empty() {
            self.keep(broken);
        }
    }

    /// To be called when nothing is pending any more.
    pub fn at_end(&mut self, world: &World) {
        let after_events = world.events();
        if world.outstanding() > 0 {
            let what = text!(
                "{count} requests are never answered, and nothing is pending",
                count = world.outstanding()
            );
            self.keep(vec![Violation { invariant: Invariant::NoDeadlock, after_events, what }]);
        }
        let mut unrest = Vec::new();
        for id in ControllerId::BOTH {
            let controller = world.controller(id);
            if !controller.mode().serves() || world.hardware().hangs(id) {
                continue;
            }
            if !controller.queue().is_empty() {
                unrest.push(text!(
                    "{at} still has {count} dirty lines",
                    at = id,
                    count = controller.queue().len()
                ));
            }
            let waiting = controller.table().iter().filter(|(_, line)| !line.is_quiet()).count();
            if waiting > 0 {
                unrest.push(text!(
                    "{at} still has {count} lines with something under way",
                    at = id,
                    count = waiting
                ));
            }
            if controller.works().next().is_some() {
                unrest.push(text!("{at} still has disk work under way", at = id));
            }
        }
        if self.depth != Depth::End && !self.overlap.failures_overlapped() {
            self.keep(promises::at_end(world).into_iter().collect());
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
        state::check(world, self.ledger.hosts(), &mut report);
        slots::check(world, &mut report);
        self.keep(broken);
    }

    /// A violation that was found elsewhere.
    pub fn add(&mut self, violation: Violation) {
        self.keep(vec![violation]);
    }

    /// Whether failures came before the one before was mended, so that the protocol promises less (G5). Known at every
    /// depth but [`Depth::End`].
    #[must_use]
    pub fn failures_overlapped(&self) -> bool {
        self.overlap.failures_overlapped()
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
        self.ledger.hosts().reads_checked()
    }

    /// What hosts were told is safe, and how safe it is. It is kept at every depth but [`Depth::End`].
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// For tests of the checks: a line that was broken on purpose, which no fact tells of.
    #[cfg(test)]
    pub(crate) fn touch(&mut self, key: crate::ids::LineKey) {
        self.ledger.touch(key);
    }
}

impl Observer for Watch {
    fn fact(&mut self, fact: Fact) {
        if self.depth != Depth::End {
            self.lines.fact(fact);
        }
        self.overlap.fact(fact);
        self.promises.fact(fact);
        self.last_memory.fact(fact);
        self.ledger.fact(fact);
    }
}
