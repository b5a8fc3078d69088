//! [`Recording`]: a scenario, what was done to it from outside and when, and one instant of it.
//!
//! `state = f(engine version, scenario, seed, deeds, event index)`: a deed is a command or an event taken out of
//! turn, noted with the number of events that had happened before. So a recording can be sought, forked, and
//! written down in a link.

use super::instant::{Deed, Instant};
use super::keyframes::Keyframes;
use super::link::Link;
use crate::check::{Depth, Violation, Watch};
use crate::fact::{Fact, Observer, Unobserved};
use crate::scenario::{Scenario, ScenarioError, ScenarioSource};
use crate::sim::{Command, CommandError, Event, EventId, Run, World};

/// Why a recording could not be made or something not be done to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error("{0}")]
    Config(#[from] crate::config::ConfigError),
    #[error("{0}")]
    Workload(String),
    #[error("{0}")]
    Command(#[from] CommandError),
    #[error("event {0} cannot happen now: take one of those that are pending")]
    NotPending(u64),
    #[error(
        "a simulation made from a trace has no link: the trace would have to be in it, or the scenario is too long"
    )]
    NoLink,
    #[error("this is no Mirrorline link: {0}")]
    BadLink(&'static str),
    #[error(
        "the link was made by version {made_by} of the engine, this is {here}: it might not show the same"
    )]
    OtherVersion { made_by: String, here: &'static str },
}

/// A recording's checks run when they are asked for, from the start.
type Now = Instant<ScenarioSource, Unobserved>;

#[derive(Clone, Debug)]
pub struct Recording {
    scenario: Scenario,
    deeds: Vec<(u64, Deed)>,
    keyframes: Keyframes<Now>,
    now: Now,
}

impl Recording {
    /// # Errors
    /// When no world can be made from the scenario.
    pub fn new(scenario: Scenario) -> Result<Recording, RecordingError> {
        let world = scenario.world()?;
        let source = scenario.source().map_err(|error| RecordingError::Workload(error.to_string()))?;
        let now = Instant::new(Run::new(world, source, scenario.pacing), Unobserved);
        Ok(Recording { scenario, deeds: Vec::new(), keyframes: Keyframes::new(now.clone()), now })
    }

    #[must_use]
    pub fn world(&self) -> &World {
        self.now.run.world()
    }

    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Events that have happened.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.world().events()
    }

    /// Why the scenario's requests ended early: one of them does not fit its world.
    #[must_use]
    pub fn refused(&self) -> Option<&CommandError> {
        self.now.run.refused()
    }

    /// Does a command now. What had been recorded after this instant is forgotten.
    ///
    /// # Errors
    /// When the command does not fit; nothing has changed then.
    pub fn apply(&mut self, command: Command) -> Result<(), RecordingError> {
        let mut next = self.now.clone();
        next.run.apply(command)?;
        self.commit(next, Deed::Command(command));
        Ok(())
    }

    /// Lets a pending event happen out of turn. What had been recorded after this instant is forgotten.
    ///
    /// # Errors
    /// When it is not pending, or is a message that others are before; nothing has changed then.
    pub fn take(&mut self, id: EventId) -> Result<Event, RecordingError> {
        let mut next = self.now.clone();
        let event = next.take(id, &mut Unobserved).ok_or(RecordingError::NotPending(id.0))?;
        self.commit(next, Deed::Take(id));
        Ok(event)
    }

    fn commit(&mut self, mut next: Now, deed: Deed) {
        let position = self.position();
        self.deeds.truncate(self.now.deeds);
        self.keyframes.cut(position);
        self.deeds.push((position, deed));
        next.deeds = self.deeds.len();
        self.now = next;
    }

    /// One event: the earliest pending one, or what was recorded here. Nothing when nothing is pending.
    pub fn step<O: Observer>(&mut self, observer: &mut O) -> Option<Event> {
        let event = self.now.step(&self.deeds, observer)?;
        let bytes = self.world().approximate_bytes();
        self.keyframes.offer(self.position(), bytes, &self.now);
        Some(event)
    }

    /// Steps until `ns` virtual nanoseconds have passed since the start, or nothing is pending. Returns how many
    /// events it was.
    pub fn run_until(&mut self, ns: u64) -> u64 {
        let from = self.position();
        while self.now.run.next_event_ns().is_some_and(|next| next <= ns)
            && self.step(&mut Unobserved).is_some()
        {}
        self.position() - from
    }

    /// Goes to the instant after so many events, back or forth; at most to the end. Commands that were done at that
    /// instant have been done. Returns where it is then.
    pub fn seek(&mut self, position: u64) -> u64 {
        if position < self.position() {
            self.now = self.keyframes.before(position).1.clone();
        }
        while self.position() < position && self.step(&mut Unobserved).is_some() {}
        self.now.do_commands(&self.deeds);
        self.position()
    }

    /// The events `from .. to` with their facts; those that have been recorded. The instant stays as it is.
    #[must_use]
    pub fn facts(&self, from: u64, to: u64) -> Vec<(Event, Vec<Fact>)> {
        let to = to.min(self.position());
        let mut at = self.keyframes.before(from.min(to)).1.clone();
        let mut told = Vec::new();
        while at.run.world().events() < to {
            let mut facts = Vec::new();
            let Some(event) = at.step(&self.deeds, &mut facts) else { break };
            if event.index >= from {
                told.push((event, facts));
            }
        }
        told
    }

    /// What the checks find from the start to this instant. The state is checked after every event in worlds of up
    /// to 64 slots a controller, else at this instant only.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let small = self.scenario.config.slots() <= 64;
        let mut watch = Watch::new(if small { Depth::EveryEvent } else { Depth::End });
        let mut at = self.keyframes.before(0).1.clone();
        while at.run.world().events() < self.position() && at.step(&self.deeds, &mut watch).is_some() {
            watch.after_event(at.run.world());
        }
        if small { watch.violations().to_vec() } else { watch.checked_now(at.run.world()) }
    }

    /// The recording as a link: version, scenario with its seed, deeds and position.
    ///
    /// # Errors
    /// A recording made from a trace has none.
    pub fn link(&self) -> Result<String, RecordingError> {
        let deeds = self.deeds[..self.now.deeds].to_vec();
        let scenario = self.scenario.clone();
        Link { scenario, deeds, position: self.position(), view: String::new() }.encode()
    }

    /// The recording that a link was made of, at its position.
    ///
    /// # Errors
    /// A damaged link, one of another version, or one that asks for what cannot be.
    pub fn from_link(link: &str) -> Result<Recording, RecordingError> {
        let Link { scenario, deeds, position, .. } = Link::decode(link)?;
        let mut recording = Recording::new(scenario)?;
        for (position, deed) in deeds {
            recording.seek(position);
            match deed {
                Deed::Command(command) => recording.apply(command)?,
                Deed::Take(id) => {
                    recording.take(id)?;
                }
            }
        }
        recording.seek(position);
        Ok(recording)
    }
}
