//! The last memory that the record speaks of is never given up by a controller. A fault may end it: then nobody serves,
//! which is an outcome (protocol G5).

use super::state;
use crate::controller::Mode;
use crate::fact::{Fact, Observer};
use crate::ids::ControllerId;
use crate::sim::World;
use crate::text;
use crate::text::Text;

/// What is said when it has been given up.
pub const GIVEN_UP: Text = text!("the last memory that the record speaks of has been given up");

/// Whether some controller's memory is what the record speaks of, or will be as soon as the controller knows.
#[must_use]
pub fn is_held(world: &World) -> bool {
    let record = world.array().record();
    ControllerId::BOTH.into_iter().any(|at| {
        let standing = world.controller(at).standing();
        state::counts(world, at) || (standing.claim == Some(record) && standing.mode != Mode::Halted)
    })
}

/// Watches for it, from event to event.
#[derive(Clone, Debug, Default)]
pub struct LastMemory {
    held: bool,
    /// The event is a fault, or the record has become another: no controller has given anything up.
    excused: bool,
}

impl LastMemory {
    /// The event is over: whether a controller has given the last memory up in it.
    pub fn after_event(&mut self, world: &World) -> bool {
        let was_held = std::mem::replace(&mut self.held, is_held(world));
        let excused = std::mem::take(&mut self.excused);
        was_held && !self.held && !excused
    }
}

impl Observer for LastMemory {
    fn fact(&mut self, fact: Fact) {
        self.excused |= matches!(fact, Fact::Fault { .. } | Fact::RecordSwapped { .. });
    }
}
