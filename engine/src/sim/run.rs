//! A world and the source of its requests: what the page, the command line and the benchmarks step through.

use super::event::{Event, EventId};
use super::op::{Source, TimedOp};
use super::world::{Command, CommandError, World};
use crate::fact::Observer;

/// When requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pacing {
    /// At the times that the source gives.
    AsTimed,
    /// As fast as possible: always so many on their way, whatever the source's times.
    Closed { depth: u32 },
}

impl Pacing {
    /// How requests that have no times are sent.
    pub const UNTIMED: Pacing = Pacing::Closed { depth: 32 };
}

#[derive(Clone, Debug)]
pub struct Run<S> {
    world: World,
    source: S,
    pacing: Pacing,
    /// The source's next request, when it has been fetched and not been sent.
    next: Option<TimedOp>,
    exhausted: bool,
    refused: Option<CommandError>,
}

impl<S: Source> Run<S> {
    #[must_use]
    pub fn new(world: World, source: S, pacing: Pacing) -> Run<S> {
        Run { world, source, pacing, next: None, exhausted: false, refused: None }
    }

    /// One event. Nothing when nothing is pending any more: every request answered, every line flushed; or when
    /// the source gave a request that does not fit the world (see [`Run::refused`]).
    pub fn step<O: Observer>(&mut self, observer: &mut O) -> Option<Event> {
        self.feed();
        if self.refused.is_some() {
            return None;
        }
        let events = usize::try_from(self.world.events()).unwrap_or(usize::MAX);
        if let Some(id) = self.source.order().get(events)
            && let Some(event) = self.world.step_event(*id, observer)
        {
            return Some(event);
        }
        self.world.step(observer)
    }

    fn feed(&mut self) {
        loop {
            let send = match self.pacing {
                Pacing::Closed { depth } => self.world.outstanding() < depth as usize,
                // A request is scheduled when nothing pending comes before its host sends it: then the present
                // has not passed that instant, and one request ahead of time is enough.
                Pacing::AsTimed => {
                    let Some(next) = self.peek() else { return };
                    self.world.next_event_ns().is_none_or(|earliest| next.at_ns <= earliest)
                }
            };
            if !send {
                return;
            }
            let Some(mut next) = self.peek() else { return };
            if matches!(self.pacing, Pacing::Closed { .. }) {
                next.at_ns = self.world.now_ns();
            }
            self.next = None;
            if let Err(error) = self.world.apply(Command::Submit(next)) {
                self.refused = Some(error);
                return;
            }
        }
    }

    fn peek(&mut self) -> Option<TimedOp> {
        if self.next.is_none() && !self.exhausted {
            self.next = self.source.next_op();
            self.exhausted = self.next.is_none();
        }
        self.next
    }

    /// Does a command now.
    ///
    /// # Errors
    /// When it does not fit the world.
    pub fn apply(&mut self, command: Command) -> Result<(), CommandError> {
        self.world.apply(command)
    }

    /// Lets one pending event happen out of turn; see [`World::step_event`].
    pub fn step_event<O: Observer>(&mut self, id: EventId, observer: &mut O) -> Option<Event> {
        self.feed();
        self.world.step_event(id, observer)
    }

    /// When the next event will happen, in nanoseconds; requests that the source will send next are counted.
    pub fn next_event_ns(&mut self) -> Option<u64> {
        self.feed();
        self.world.next_event_ns()
    }

    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The world alone: the source is not asked any more.
    #[must_use]
    pub fn into_world(self) -> World {
        self.world
    }

    /// The request that the source gave and the world refused, if any: the run has ended there.
    #[must_use]
    pub fn refused(&self) -> Option<&CommandError> {
        self.refused.as_ref()
    }
}
