//! From facts to sentences, from causes to chains: what has just happened, in words that need no protocol to be read
//! and that use exactly the protocol's terms.
//!
//! Everything here is a function of an [`Instant`]: the world, the event that led to it with its facts, and the log
//! of the events so far. Going back to an instant gives the same words.

pub mod about;
pub mod fact;
pub mod failure;
pub mod flights;
pub mod focus;
pub mod log;
mod messages;
pub mod names;
pub mod narrate;
pub mod story;
mod turn;
pub mod why;

pub use fact::sentence;
pub use focus::{Focus, focus};
pub use log::{Asked, EventLog, Path};
pub use narrate::{Narration, narrate};
pub use story::{Step, StepState, Story, story};
pub use why::why;

use crate::config::Config;
use crate::history::Moment;
use crate::ids::{ControllerId, LineKey, Lun};
use crate::message::MessageKind;
use crate::sim::World;
use crate::state::LineState;

/// One instant of a run.
#[derive(Clone, Copy, Debug)]
pub struct Instant<'a> {
    pub world: &'a World,
    /// The event that led here, and its facts.
    pub moment: &'a Moment,
    /// The events so far, and as many more as are known: requests on their way are read off those.
    pub log: &'a EventLog,
}

impl<'a> Instant<'a> {
    #[must_use]
    pub fn config(self) -> &'a Config {
        self.world.config()
    }

    /// A line's state at a controller; nothing when there is no entry.
    #[must_use]
    pub fn state(self, at: ControllerId, key: LineKey) -> Option<LineState> {
        self.world.controller(at).line(key).and_then(|line| line.state)
    }

    /// Whether such a message about a line is on its way to a controller.
    #[must_use]
    pub fn on_link(self, to: ControllerId, message: MessageKind, key: LineKey) -> bool {
        self.world
            .link_to(to)
            .iter()
            .any(|envelope| envelope.message.kind() == message && envelope.message.key() == Some(key))
    }
}

impl Asked {
    /// The first line that was asked for.
    #[must_use]
    pub fn key(&self, config: &Config) -> LineKey {
        config.raid.key_of(Lun(self.lun), self.lbn)
    }
}

#[cfg(test)]
mod tests;
