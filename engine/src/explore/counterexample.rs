//! From the choices that lead to a broken rule to a scenario in which they are made, one after the other: it is run,
//! played and shared as any other.

use super::model::Model;
use super::search::{Found, nothing_leads_to_rest};
use super::symmetry::plain_way;
use crate::check::Violation;
use crate::history::{Link, RecordingError};
use crate::scenario::Scenario;
use crate::sim::{EventId, TimedFault};

/// Time that passes before a fault happens: everything that was sent has left by then.
const PAUSE_NS: u64 = 1_000_000;

#[derive(Clone, Debug)]
pub struct Counterexample {
    /// With the events in their order.
    pub scenario: Scenario,
    pub violation: Violation,
    /// Events up to the one that breaks the rule.
    pub steps: u64,
    /// The same rule is broken in a world that keeps its times and numbers.
    pub confirmed: bool,
}

impl Counterexample {
    #[must_use]
    pub fn new(model: &Model, found: &Found) -> Counterexample {
        let way = plain_way(model, &found.path);
        let Walk { order, faults, broken } = Walk::along(model, &way, found.is_of_graph);
        let mut scenario = model.scenario().clone();
        // Faults are pending first. Those that are not come to are left out, and all later numbers fall by as many.
        let left_out = (scenario.faults.len() - faults.len()) as u64;
        let number = |id: &EventId| match faults.iter().position(|(fault, _)| fault == id) {
            Some(place) => EventId(place as u64),
            None => EventId(id.0 - left_out),
        };
        scenario.order = order.iter().map(number).collect();
        let timed = |(id, at_ns): &(EventId, u64)| TimedFault {
            at_ns: *at_ns,
            fault: scenario.faults[id.0 as usize].fault,
        };
        scenario.faults = faults.iter().map(timed).collect();
        let breaks_the_same = |broken: &Violation| broken.invariant == found.violation.invariant;
        let confirmed = order.len() == found.path.len() && broken.as_ref().is_some_and(breaks_the_same);
        // What is broken is told of the world as it is, not of the state that was kept in its place.
        let violation = broken.filter(|_| confirmed).unwrap_or_else(|| found.violation.clone());
        let steps = found.path.len() as u64;
        scenario.title = format!("{}: {}", scenario.title, violation.invariant.name());
        let about = format!("After {steps} steps: {}.", violation.what);
        scenario.about = about.chars().filter(|c| !c.is_control()).take(400).collect();
        Counterexample { scenario, violation, steps, confirmed }
    }

    /// A link that opens at the first step.
    ///
    /// # Errors
    /// When the scenario is too long for a link.
    pub fn link(&self) -> Result<String, RecordingError> {
        let scenario = self.scenario.clone();
        Link { scenario, deeds: Vec::new(), position: 0, view: String::new() }.encode()
    }
}

/// The choices, made in a world that keeps its times and numbers.
struct Walk {
    /// The numbers of the events.
    order: Vec<EventId>,
    /// … and of those that are faults, with the times at which they happen.
    faults: Vec<(EventId, u64)>,
    /// What the last step has broken, or the state that it leads to breaks.
    broken: Option<Violation>,
}

impl Walk {
    fn along(model: &Model, way: &[u8], is_of_graph: bool) -> Walk {
        let mut scratch = model.scratch();
        let mut walk = Walk { order: Vec::new(), faults: Vec::new(), broken: None };
        for place in way {
            scratch.pack();
            let Some(mut choice) = scratch.choices().get(usize::from(*place)).copied() else { return walk };
            walk.order.push(choice.id);
            if scratch.world().is_fault(choice.what) {
                choice.at_ns = scratch.world().now_ns() + PAUSE_NS;
                walk.faults.push((choice.id, choice.at_ns));
            }
            walk.broken = scratch.choose(choice).or_else(|| scratch.check());
        }
        if walk.broken.is_none() {
            scratch.pack();
            scratch.choices();
            let rests = scratch.is_quiet().then(|| scratch.unrest()).flatten();
            // That nothing leads to rest from here is a matter of all states.
            walk.broken = rests.or_else(|| is_of_graph.then(nothing_leads_to_rest));
        }
        walk
    }
}
