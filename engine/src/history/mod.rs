//! Time travel: a [`Timeline`] is a run that has been recorded as far as its frontier, and a view of one instant
//! of it, which may move either way.
//!
//! Nothing is undone and nothing is logged but keyframes (clones of the run): to seek is to take the nearest
//! keyframe before, and to step from there. Keyframes thin out with age when they would take more memory than
//! allowed, so a seek steps over at most the events that lie between two of the oldest of them.
//!
//! A command at an instant makes another future: what was recorded after it is forgotten and recorded anew. A list of
//! such deeds, and the instants at which they were done, is all that undoing them takes.

mod base64;
mod instant;
mod keyframes;
pub mod link;
pub mod recording;

use crate::fact::{Fact, Unobserved};
use crate::sim::{Command, CommandError, Event, EventKind, Run, Source, World};
use instant::Instant;
pub use instant::{Deed, Witness};
use keyframes::Keyframes;
pub use link::Link;
pub use recording::{Recording, RecordingError};

/// What kind of event stands where on the timeline; one byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MarkKind {
    HostArrives,
    HostDone,
    Message,
    Disk,
    Timer,
    Fault,
}

impl MarkKind {
    fn of(kind: &EventKind) -> MarkKind {
        match kind {
            EventKind::HostArrives { .. } => MarkKind::HostArrives,
            EventKind::HostDone { .. } => MarkKind::HostDone,
            EventKind::Message { .. } => MarkKind::Message,
            EventKind::Disk { .. } => MarkKind::Disk,
            EventKind::Session { .. } => MarkKind::Message,
            EventKind::Fault { .. } => MarkKind::Fault,
            _ => MarkKind::Timer,
        }
    }
}

/// The event that led to the instant in view, and its facts in order.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    pub event: Option<Event>,
    pub facts: Vec<Fact>,
}

#[derive(Clone, Debug)]
pub struct Timeline<S, W = Unobserved> {
    keyframes: Keyframes<Instant<S, W>>,
    frontier: Instant<S, W>,
    complete: bool,
    at_ns: Vec<u64>,
    kinds: Vec<MarkKind>,
    /// What was done, and after how many events; in order.
    deeds: Vec<(u64, Deed)>,
    view: Instant<S, W>,
    moment: Moment,
}

impl<S: Source + Clone> Timeline<S> {
    /// A timeline of a run that has not begun; nothing is recorded yet.
    #[must_use]
    pub fn new(run: Run<S>) -> Timeline<S> {
        Timeline::witnessed(run, Unobserved)
    }
}

impl<S: Source + Clone, W: Witness> Timeline<S, W> {
    /// As [`Timeline::new`], watched from the start.
    #[must_use]
    pub fn witnessed(run: Run<S>, witness: W) -> Timeline<S, W> {
        let start = Instant::new(run, witness);
        Timeline {
            keyframes: Keyframes::new(start.clone()),
            frontier: start.clone(),
            complete: false,
            at_ns: Vec::new(),
            kinds: Vec::new(),
            deeds: Vec::new(),
            view: start,
            moment: Moment::default(),
        }
    }

    /// Records up to so many events more. Returns how many it was; fewer mean that the run is over.
    pub fn extend(&mut self, events: u64) -> u64 {
        self.extend_watched(events, |_, _, _| {})
    }

    /// As [`Timeline::extend`], and shows each new event, and the witness and the world after it, to `watch`, once and
    /// in order.
    pub fn extend_watched(&mut self, events: u64, mut watch: impl FnMut(&Event, &W, &World)) -> u64 {
        for n in 0..events {
            let Some(event) = self.frontier.step_on(&self.deeds, None) else {
                self.complete = true;
                return n;
            };
            watch(&event, &self.frontier.witness, self.frontier.run.world());
            self.at_ns.push(event.at_ns);
            self.kinds.push(MarkKind::of(&event.kind));
            let bytes = self.frontier.approximate_bytes();
            self.keyframes.offer(self.at_ns.len() as u64, bytes, &self.frontier);
        }
        events
    }

    /// Does a command at the instant in view. What was recorded after it is forgotten, and deeds that were done later
    /// with it.
    ///
    /// # Errors
    /// When the command does not fit; nothing has changed then.
    pub fn apply(&mut self, command: Command) -> Result<(), CommandError> {
        let mut next = self.view.clone();
        next.run.apply(command)?;
        let position = self.position();
        self.deeds.truncate(self.view.deeds);
        self.deeds.push((position, Deed::Command(command)));
        next.deeds = self.deeds.len();
        self.forget_after(position);
        self.frontier = next.clone();
        self.view = next;
        Ok(())
    }

    /// What was done so far, and after how many events.
    #[must_use]
    pub fn deeds(&self) -> &[(u64, Deed)] {
        &self.deeds
    }

    /// Puts other deeds in the place of those that were done: an earlier list of this timeline's own, to undo what came
    /// after it. Goes to where the two lists part, and returns where that is: what was recorded after it is forgotten.
    pub fn replace_deeds(&mut self, deeds: Vec<(u64, Deed)>) -> u64 {
        let same = self.deeds.iter().zip(&deeds).take_while(|(old, new)| old == new).count();
        let parts = [self.deeds.get(same), deeds.get(same)].into_iter().flatten().map(|(at, _)| *at).min();
        let parts = parts.unwrap_or(self.len()).min(self.len());
        self.deeds = deeds;
        self.forget_after(parts);
        self.frontier = self.keyframes.before(parts).1.clone();
        while self.frontier.position() < parts && self.frontier.step_on(&self.deeds, None).is_some() {}
        self.view = self.keyframes.before(0).1.clone();
        self.moment = Moment::default();
        self.seek(parts)
    }

    fn forget_after(&mut self, position: u64) {
        self.keyframes.cut(position);
        self.at_ns.truncate(position as usize);
        self.kinds.truncate(position as usize);
        self.complete = false;
    }

    /// Events recorded so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.at_ns.len() as u64
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at_ns.is_empty()
    }

    /// Whether the run is over at the frontier: there is nothing more to record.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Events that have happened at the instant in view: 0 at the start, [`Timeline::len`] at the end.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.view.position()
    }

    /// When event `index` happens. Nothing when it is not recorded.
    #[must_use]
    pub fn time_of(&self, index: u64) -> Option<u64> {
        self.at_ns.get(usize::try_from(index).ok()?).copied()
    }

    /// What kind of event `index` is.
    #[must_use]
    pub fn kind_of(&self, index: u64) -> Option<MarkKind> {
        self.kinds.get(usize::try_from(index).ok()?).copied()
    }

    /// How many recorded events have happened by a time: the position that shows it.
    #[must_use]
    pub fn position_at(&self, time_ns: u64) -> u64 {
        self.at_ns.partition_point(|at| *at <= time_ns) as u64
    }

    /// Moves the view to the instant after so many events; at most to the frontier. Returns where it is then.
    pub fn seek(&mut self, position: u64) -> u64 {
        let position = position.min(self.len());
        if position != self.position() {
            self.step_to(position);
        }
        self.view.do_commands(&self.deeds);
        debug_assert_eq!(self.position(), position, "what was recorded happens again");
        position
    }

    /// Looks at the instant after so many events, at most at the frontier, while the view stays where it is. Costs as much
    /// as a seek, and nothing where the view is already.
    pub fn glance<R>(&self, position: u64, look: impl FnOnce(&World) -> R) -> R {
        let position = position.min(self.len());
        if position == self.position() {
            return look(self.world());
        }
        let (keyframe, instant) = self.keyframes.before(position);
        let nearer = (keyframe..position).contains(&self.position());
        let mut instant = if nearer { self.view.clone() } else { instant.clone() };
        while instant.position() < position && instant.step_on(&self.deeds, None).is_some() {}
        instant.do_commands(&self.deeds);
        look(instant.run.world())
    }

    /// One event is always stepped with its facts, so a goal that is a keyframe itself is reached from the one before.
    /// From a keyframe, unless the view lies between it and the goal.
    fn step_to(&mut self, position: u64) {
        let (keyframe, instant) = self.keyframes.before(position.saturating_sub(1));
        if !(keyframe..position).contains(&self.position()) {
            self.view = instant.clone();
        }
        while self.position() + 1 < position {
            self.view.step_on(&self.deeds, None);
        }
        self.moment = Moment::default();
        if self.position() < position {
            self.moment.event = self.view.step_on(&self.deeds, Some(&mut self.moment.facts));
        }
    }

    /// The world at the instant in view.
    #[must_use]
    pub fn world(&self) -> &World {
        self.view.run.world()
    }

    /// Who watches the run, as it is at the instant in view.
    #[must_use]
    pub fn witness(&self) -> &W {
        &self.view.witness
    }

    /// … and at the frontier.
    #[must_use]
    pub fn frontier_witness(&self) -> &W {
        &self.frontier.witness
    }

    /// The event that led to the instant in view; none at the start.
    #[must_use]
    pub fn moment(&self) -> &Moment {
        &self.moment
    }

    /// The world at the frontier.
    #[must_use]
    pub fn frontier(&self) -> &World {
        self.frontier.run.world()
    }

    /// Why the run ended at the frontier before its source did, if it did.
    #[must_use]
    pub fn refused(&self) -> Option<&CommandError> {
        self.frontier.run.refused()
    }

    /// Keyframes held; for measurements.
    #[must_use]
    pub fn keyframe_count(&self) -> usize {
        self.keyframes.len()
    }
}

#[cfg(test)]
mod tests;
