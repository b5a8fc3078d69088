//! Time travel: a [`Timeline`] is a run that has been recorded as far as its frontier, and a view of one instant
//! of it, which may move either way.
//!
//! Nothing is undone and nothing is logged but keyframes (clones of the run): to seek is to take the nearest
//! keyframe before, and to step from there. Keyframes thin out by halves when they would take more memory than
//! allowed, so a seek steps over at most twice the events that lie between two of them.

mod base64;
mod keyframes;
pub mod recording;

use crate::fact::{Fact, Unobserved};
use crate::sim::{Event, EventKind, Run, Source, World};
use keyframes::Keyframes;
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
}

impl MarkKind {
    fn of(kind: &EventKind) -> MarkKind {
        match kind {
            EventKind::HostArrives { .. } => MarkKind::HostArrives,
            EventKind::HostDone { .. } => MarkKind::HostDone,
            EventKind::Message { .. } => MarkKind::Message,
            EventKind::Disk { .. } => MarkKind::Disk,
            EventKind::FlushTimer { .. } | EventKind::SlotWait { .. } => MarkKind::Timer,
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
pub struct Timeline<S> {
    keyframes: Keyframes<Run<S>>,
    frontier: Run<S>,
    complete: bool,
    at_ns: Vec<u64>,
    kinds: Vec<MarkKind>,
    view: Run<S>,
    moment: Moment,
}

impl<S: Source + Clone> Timeline<S> {
    /// A timeline of a run that has not begun; nothing is recorded yet.
    #[must_use]
    pub fn new(run: Run<S>) -> Timeline<S> {
        Timeline {
            keyframes: Keyframes::new(run.clone()),
            frontier: run.clone(),
            complete: false,
            at_ns: Vec::new(),
            kinds: Vec::new(),
            view: run,
            moment: Moment::default(),
        }
    }

    /// Records up to so many events more. Returns how many it was; fewer mean that the run is over.
    pub fn extend(&mut self, events: u64) -> u64 {
        self.extend_watched(events, |_| {})
    }

    /// As [`Timeline::extend`], and shows each new event to `watch`, once and in order.
    pub fn extend_watched(&mut self, events: u64, mut watch: impl FnMut(&Event)) -> u64 {
        for n in 0..events {
            let Some(event) = self.frontier.step(&mut Unobserved) else {
                self.complete = true;
                return n;
            };
            watch(&event);
            self.at_ns.push(event.at_ns);
            self.kinds.push(MarkKind::of(&event.kind));
            let bytes = self.frontier.world().approximate_bytes();
            self.keyframes.offer(self.at_ns.len() as u64, bytes, &self.frontier);
        }
        events
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
        self.view.world().events()
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
        if position == self.position() {
            return position;
        }
        // One event is always stepped with its facts, so a goal that is a keyframe itself is reached from the one
        // before. From a keyframe, unless the view lies between it and the goal.
        let (keyframe, run) = self.keyframes.before(position.saturating_sub(1));
        if !(keyframe..position).contains(&self.position()) {
            self.view = run.clone();
        }
        while self.position() + 1 < position {
            self.view.step(&mut Unobserved);
        }
        self.moment = Moment::default();
        if self.position() < position {
            self.moment.event = self.view.step(&mut self.moment.facts);
        }
        debug_assert_eq!(self.position(), position, "what was recorded happens again");
        position
    }

    /// The world at the instant in view.
    #[must_use]
    pub fn world(&self) -> &World {
        self.view.world()
    }

    /// The event that led to the instant in view; none at the start.
    #[must_use]
    pub fn moment(&self) -> &Moment {
        &self.moment
    }

    /// The world at the frontier.
    #[must_use]
    pub fn frontier(&self) -> &World {
        self.frontier.world()
    }

    /// Why the run ended at the frontier before its source did, if it did.
    #[must_use]
    pub fn refused(&self) -> Option<&crate::sim::CommandError> {
        self.frontier.refused()
    }

    /// Keyframes held; for measurements.
    #[must_use]
    pub fn keyframe_count(&self) -> usize {
        self.keyframes.len()
    }
}

#[cfg(test)]
mod tests;
