//! One instant of a run, with what was done to the run from outside and who has watched it from its start.

use crate::check::Watch;
use crate::fact::{Fact, Observer, Told, Unobserved};
use crate::sim::{Command, Event, EventId, Run, Source, World};
use serde::{Deserialize, Serialize};

/// Something that was done from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    Command(Command),
    /// A pending event was taken out of turn.
    Take(EventId),
}

/// Who watches a run from its start, as the checks do. It is cloned with every keyframe, so that at any instant it
/// knows what came before, and nothing of what comes after.
pub trait Witness: Observer + Clone {
    /// Called after every event.
    fn after_event(&mut self, world: &World);

    /// Memory that a clone takes, in bytes, about.
    fn approximate_bytes(&self) -> usize;
}

impl Witness for Unobserved {
    fn after_event(&mut self, _world: &World) {}

    fn approximate_bytes(&self) -> usize {
        0
    }
}

/// At most what the checks' account of one block takes: clones share what neither has written since.
const BLOCK_BYTES: u64 = 96;

impl Witness for Watch {
    fn after_event(&mut self, world: &World) {
        Watch::after_event(self, world);
    }

    fn approximate_bytes(&self) -> usize {
        usize::try_from(self.ledger().counts().blocks * BLOCK_BYTES).unwrap_or(usize::MAX)
    }
}

/// A run and how many deeds have been done to it.
#[derive(Clone, Debug)]
pub(super) struct Instant<S, W> {
    pub run: Run<S>,
    pub deeds: usize,
    pub witness: W,
}

impl<S: Source, W: Witness> Instant<S, W> {
    pub fn new(run: Run<S>, witness: W) -> Instant<S, W> {
        Instant { run, deeds: 0, witness }
    }

    /// Events that have happened.
    pub fn position(&self) -> u64 {
        self.run.world().events()
    }

    /// Memory that a clone takes, in bytes, about.
    pub fn approximate_bytes(&self) -> usize {
        self.run.world().approximate_bytes() + self.witness.approximate_bytes()
    }

    /// Does the deeds of this instant, then one event, unless a deed is one.
    pub fn step<O: Observer>(&mut self, deeds: &[(u64, Deed)], observer: &mut O) -> Option<Event> {
        self.do_commands(deeds);
        let taken = match deeds.get(self.deeds) {
            Some((at, Deed::Take(id))) if *at == self.position() => Some(*id),
            _ => None,
        };
        if taken.is_some() {
            self.deeds += 1;
        }
        self.happen(taken, observer)
    }

    /// As [`Instant::step`], and notes the facts if they are wanted.
    pub fn step_on(&mut self, deeds: &[(u64, Deed)], facts: Option<&mut Vec<Fact>>) -> Option<Event> {
        match facts {
            Some(facts) => self.step(deeds, facts),
            None => self.step(deeds, &mut Unobserved),
        }
    }

    /// Lets a pending event happen out of turn.
    pub fn take<O: Observer>(&mut self, id: EventId, observer: &mut O) -> Option<Event> {
        self.happen(Some(id), observer)
    }

    /// What is taken out of turn, or else what comes next; whoever listens shares one copy of the protocol.
    fn happen<O: Observer>(&mut self, taken: Option<EventId>, observer: &mut O) -> Option<Event> {
        let Instant { run, witness, .. } = self;
        let event = if W::LISTENS || O::LISTENS {
            let mut tell = |fact| {
                witness.fact(fact);
                observer.fact(fact);
            };
            next(run, taken, &mut Told(&mut tell))
        } else {
            next(run, taken, &mut Unobserved)
        };
        if event.is_some() {
            witness.after_event(run.world());
        }
        event
    }

    /// Does the commands that were done at this instant and have not been done again yet.
    pub fn do_commands(&mut self, deeds: &[(u64, Deed)]) {
        while let Some((at, Deed::Command(command))) = deeds.get(self.deeds).copied()
            && at == self.position()
        {
            self.deeds += 1;
            // It was accepted when it was done first, and the world is the same.
            let accepted = self.run.apply(command);
            debug_assert_eq!(accepted, Ok(()), "what was accepted once is accepted again");
        }
    }
}

fn next<S: Source, O: Observer>(run: &mut Run<S>, taken: Option<EventId>, observer: &mut O) -> Option<Event> {
    match taken {
        Some(id) => run.step_event(id, observer),
        None => run.step(observer),
    }
}
