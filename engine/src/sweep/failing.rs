//! [`Failing`]: in which way a run fails, so that what is made smaller of it fails in the same way.

use super::coverage::Coverage;
use super::shrink::{Shrinking, Tried};
use super::trial::{Outcome, is_endless, replay};
use crate::check::Invariant;
use crate::scenario::Scenario;
use crate::text::Text;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    Broken(Invariant),
    /// It does not end.
    Endless,
}

impl Failing {
    /// How a run failed, if it did, and what was found.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Option<(Failing, Text)> {
        let finding = outcome.finding.as_ref()?;
        let failing = if outcome.endless { Failing::Endless } else { Failing::Broken(finding.invariant) };
        Some((failing, finding.what.clone()))
    }

    /// The invariant that is broken by it.
    #[must_use]
    pub fn invariant(self) -> Invariant {
        match self {
            Failing::Broken(invariant) => invariant,
            Failing::Endless => Invariant::Quiescence,
        }
    }

    /// Whether a scenario fails in this way.
    #[must_use]
    pub fn is_met(self, scenario: &Scenario) -> Tried {
        if self == Failing::Endless {
            let (fails, events) = is_endless(scenario);
            return Tried { fails_at_ns: fails.then_some(u64::MAX), events };
        }
        let outcome = replay(scenario, &mut Coverage::default());
        let alike = Failing::of(&outcome).is_some_and(|(other, _)| other == self);
        Tried { fails_at_ns: alike.then_some(outcome.at_ns), events: outcome.events }
    }

    /// How many events may be spent on making it smaller, when so many may be with checks: without, they are so much
    /// faster.
    #[must_use]
    pub fn budget(self, events: u64) -> u64 {
        if self == Failing::Endless { events.saturating_mul(16) } else { events }
    }

    /// A scenario that fails in this way, to be made small within about so many events by [`Failing::shrink_on`].
    #[must_use]
    pub fn shrinking(self, scenario: &Scenario, events: u64) -> Shrinking {
        Shrinking::new(scenario, self.budget(events))
    }

    /// One try. False when it is as small as it gets.
    pub fn shrink_on(self, shrinking: &mut Shrinking) -> bool {
        shrinking.advance(&mut |candidate| self.is_met(candidate))
    }
}
