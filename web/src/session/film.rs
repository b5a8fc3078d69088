//! A run and its recording: the timeline, the log of its events, and the places on the scrubber.

use super::gauges::{Gauges, Latencies, Samples};
use super::lookout::{self, Lookout, Trail};
use super::stopwatch::now_ms;
use crate::language::{say, speak, tr};
use crate::scene::build::glimpse::{Glimpse, miniature};
use crate::scene::build::palette::fault_words;
use crate::scene::marks::{self, Ack};
use crate::scene::model::{LoadFailure, Marker, MarkerKind, SafetySpan};
use mirrorline_engine::check::{Depth, Safety, Violation, Watch};
use mirrorline_engine::explain::log::Entry;
use mirrorline_engine::explain::why::entry_text;
use mirrorline_engine::explain::{EventLog, Instant};
use mirrorline_engine::history::{Deed, MarkKind, Timeline};
use mirrorline_engine::message::MessageKind;
use mirrorline_engine::scenario::{Scenario, ScenarioSource};
use mirrorline_engine::sim::{Command, CommandError, Event, EventKind, Fault, Run, TimedFault, World};

/// Events recorded between two looks at the clock.
const SLICE: u64 = 64;
/// Events at once, when a film begins: enough for every built-in scenario.
const AT_ONCE: u64 = 2_048;
/// A film ends here, however long the trace: its log must fit a browser's memory.
pub const EVENTS_MAX: u64 = 2_000_000;
/// Flags on the scrubber, and how far they are apart at least, in shares of the whole.
const MARKERS_MAX: usize = 8;
const MARKERS_APART: u64 = 9;
/// Flags for what was broken or mended.
const FAULTS_MAX: usize = 32;
/// In a longer run only the first of each kind gets a flag: the others are too many to mean anything.
const REPEATS_MAX: u64 = 2_000;

pub struct Film {
    timeline: Timeline<ScenarioSource, Lookout>,
    log: EventLog,
    notes: Notes,
    scenario: Scenario,
    /// Requests that the source will give, if that is known.
    requests: Option<u64>,
    cancelled: bool,
}

/// What is noted of each event while it is recorded.
#[derive(Default)]
struct Notes {
    /// For each event, whether it sends or delivers a message.
    messages: Vec<bool>,
    /// Events worth a flag, by what the flag says.
    flushes: Vec<u64>,
    switches: Vec<u64>,
    throughs: Vec<u64>,
    answers: Vec<u64>,
    /// What was broken or mended.
    faults: Vec<(u64, Fault)>,
    /// For each event, how safe everything is after it.
    safety: Vec<Safety>,
    /// The same in stretches: each from the event before which it begins.
    spans: Vec<SafetySpan>,
    /// For each event, the turns that it takes, as the lookout has them.
    turns: Vec<u8>,
    /// For each of `answers`, how long it took.
    latencies: Latencies,
    samples: Samples,
}

impl Notes {
    fn take(&mut self, event: &Event, lookout: &Lookout, world: &World) {
        let index = event.index;
        let safety = lookout.watch.ledger().safety();
        self.safety.push(safety);
        match self.spans.last_mut() {
            Some(last) if last.safety == safety => last.to = index + 1,
            _ => self.spans.push(SafetySpan { from: index, to: index + 1, safety }),
        }
        self.turns.push(lookout.turns);
        if let Some(latency_ns) = lookout.latency_ns {
            self.latencies.push(latency_ns);
            self.answers.push(index + 1);
        }
        let latencies = &self.latencies;
        self.samples.push(index + 1, || Gauges::of(world, latencies));
        self.messages.push(matches!(event.kind, EventKind::Message { .. }));
        match event.kind {
            EventKind::Message { message, .. } => {
                if let Some(sent_at) = event.cause.and_then(|cause| self.messages.get_mut(cause as usize)) {
                    *sent_at = true;
                }
                match message {
                    MessageKind::FlushNotify => self.flushes.push(index + 1),
                    MessageKind::Grant => self.switches.push(index + 1),
                    _ => {}
                }
            }
            EventKind::SlotWait { .. } => self.throughs.push(index + 1),
            EventKind::Fault { fault } => self.faults.push((index + 1, fault)),
            _ => {}
        }
    }

    /// Forgets what was noted of later events.
    fn truncate(&mut self, events: u64) {
        self.messages.truncate(events as usize);
        self.safety.truncate(events as usize);
        self.spans.retain(|span| span.from < events);
        if let Some(last) = self.spans.last_mut() {
            last.to = last.to.min(events);
        }
        self.turns.truncate(events as usize);
        self.samples.truncate(events);
        for list in [&mut self.flushes, &mut self.switches, &mut self.throughs, &mut self.answers] {
            list.retain(|at| *at <= events);
        }
        self.latencies.truncate(self.answers.len());
        self.faults.retain(|(at, _)| *at <= events);
    }
}

impl Film {
    /// # Errors
    /// No world can be made from the scenario.
    pub fn new(scenario: &Scenario, requests: Option<u64>) -> Result<Film, LoadFailure> {
        let impossible = |field: &str, problem: &str| LoadFailure {
            what: say!("No world can be made from this: {problem}.", problem = problem.to_owned()),
            place: field.to_owned(),
            remedy: tr("Choose another cache size, or another trace.").into(),
        };
        let world = scenario.world().map_err(|error| impossible(error.field, &error.problem))?;
        let source = scenario.source().map_err(|error| impossible(error.field, &error.problem))?;
        let lookout = Lookout::new(Watch::new(Depth::EveryEvent));
        let timeline = Timeline::witnessed(Run::new(world, source, scenario.pacing), lookout);
        let (log, notes) = (EventLog::default(), Notes::default());
        let mut film = Film { timeline, log, notes, scenario: scenario.clone(), requests, cancelled: false };
        film.extend(AT_ONCE);
        Ok(film)
    }

    fn extend(&mut self, events: u64) {
        let (log, notes) = (&mut self.log, &mut self.notes);
        self.timeline.extend_watched(events, |event, lookout: &Lookout, world| {
            log.push_watched(event, world, &lookout.missed);
            notes.take(event, lookout, world);
        });
    }

    /// Records for about so long. Says whether anything was recorded.
    pub fn record(&mut self, budget_ms: f64) -> bool {
        if self.is_recorded() {
            return false;
        }
        let start_ms = now_ms();
        while !self.is_recorded() {
            self.extend(SLICE.min(EVENTS_MAX - self.events()));
            if now_ms() - start_ms >= budget_ms {
                break;
            }
        }
        true
    }

    /// Breaks or mends something at the instant in view, or up to `at_ns` if nothing happens before. What was recorded
    /// after it is recorded anew.
    ///
    /// # Errors
    /// A fault does not fit this world; those before it have been done.
    pub fn break_at(&mut self, at_ns: u64, faults: &[Fault]) -> Result<(), CommandError> {
        for fault in faults {
            self.timeline.apply(Command::Fault(TimedFault { at_ns, fault: *fault }))?;
        }
        self.forget_ahead();
        Ok(())
    }

    /// Does what was done to the same scenario elsewhere, which may come from anybody.
    ///
    /// # Errors
    /// Something does not fit this world.
    pub fn do_again(&mut self, deeds: &[(u64, Deed)]) -> Result<(), LoadFailure> {
        let unfit = |problem: String| LoadFailure {
            what: say!("This link does something that its world cannot take: {problem}.", problem),
            place: String::new(),
            remedy: tr("Ask whoever sent it for a new one.").into(),
        };
        for (position, deed) in deeds {
            self.record_up_to(*position);
            if self.timeline.seek(*position) != *position {
                return Err(unfit(say!("there are no {position} events", position = *position)));
            }
            let Deed::Command(command) = deed else {
                return Err(unfit(
                    tr("events happen out of turn, which only the JavaScript module shows").into(),
                ));
            };
            self.timeline.apply(*command).map_err(|error| unfit(error.to_string()))?;
            self.forget_ahead();
        }
        Ok(())
    }

    /// Records as far as a position, if the run goes so far.
    pub fn record_up_to(&mut self, position: u64) {
        while self.events() < position && !self.is_recorded() {
            self.extend(SLICE.min(EVENTS_MAX - self.events()));
        }
    }

    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// What was done so far.
    #[must_use]
    pub fn deeds(&self) -> &[(u64, Deed)] {
        self.timeline.deeds()
    }

    /// Undoes what came after an earlier list of deeds.
    pub fn replace_deeds(&mut self, deeds: Vec<(u64, Deed)>) {
        self.timeline.replace_deeds(deeds);
        self.forget_ahead();
    }

    fn forget_ahead(&mut self) {
        let events = self.timeline.len();
        self.log.resume(self.timeline.frontier());
        self.notes.truncate(events);
        self.cancelled = false;
        self.extend(AT_ONCE);
    }

    /// The checks, as they stand at the instant in view.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.timeline.witness().watch
    }

    /// What the run has touched last, at the instant in view.
    #[must_use]
    pub fn trail(&self) -> &Trail {
        &self.timeline.witness().trail
    }

    /// How safe everything is after so many events.
    #[must_use]
    pub fn safety_at(&self, position: u64) -> Safety {
        let last = position.checked_sub(1).and_then(|index| self.notes.safety.get(index as usize));
        last.copied().unwrap_or_default()
    }

    /// Another instant, small; what is shown stays. Costs a seek at most.
    #[must_use]
    pub fn glimpse(&self, position: u64) -> Glimpse {
        let position = position.min(self.events());
        let entry = position.checked_sub(1).and_then(|index| self.log.get(index));
        Glimpse {
            event: position,
            time_ns: self.time_at(position),
            what: entry
                .map_or_else(String::new, |entry| speak(entry_text(&self.log, &self.scenario.config, entry))),
            safety: self.safety_at(position),
            world: self.timeline.glance(position, miniature),
        }
    }

    /// Where hosts heard that a write is done.
    #[must_use]
    pub fn acks(&self) -> Vec<Ack> {
        let turns = self.notes.turns.iter().enumerate();
        let heard =
            turns.filter(|(_, turns)| **turns & lookout::DONE != 0).map(|(index, _)| index as u64 + 1);
        marks::acks(heard, self.events())
    }

    /// What was found broken in all that is recorded.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        self.timeline.frontier_witness().watch.violations()
    }

    /// How safe everything is over the whole recording, in stretches: each from the event before which it begins.
    #[must_use]
    pub fn safety(&self) -> Vec<SafetySpan> {
        self.notes.spans.clone()
    }

    /// The recording ends where it is.
    pub fn cancel(&mut self) {
        self.cancelled = true;
    }

    /// Whether there is nothing more to record: the run is over, was stopped, or is as long as fits.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.timeline.is_complete() || self.cancelled || self.events() >= EVENTS_MAX
    }

    /// Why the recording ends before the run does, in words; nothing while it goes on or when it is whole.
    #[must_use]
    pub fn cut(&self) -> Option<String> {
        if let Some(refused) = self.timeline.refused() {
            Some(format!("ends here: {refused}"))
        } else if self.timeline.is_complete() {
            None
        } else if self.cancelled {
            Some(tr("recording stopped here").to_owned())
        } else {
            (self.events() >= EVENTS_MAX)
                .then(|| tr("the page holds no more events; `mirrorline replay` runs all").to_owned())
        }
    }

    /// How much of the run has been recorded: 0 to 1.
    #[must_use]
    pub fn recorded(&self) -> f64 {
        let all = self.requests.filter(|requests| *requests > 0);
        let share = all.map_or(0.0, |all| self.timeline.frontier().counters().host_ios as f64 / all as f64);
        share.max(self.events() as f64 / EVENTS_MAX as f64).min(1.0)
    }

    /// Events recorded so far.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.timeline.len()
    }

    /// Events that have happened at the instant in view.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.timeline.position()
    }

    pub fn seek(&mut self, position: u64) {
        self.timeline.seek(position);
    }

    /// How many events have happened by a time.
    #[must_use]
    pub fn position_at(&self, time_ns: u64) -> u64 {
        self.timeline.position_at(time_ns)
    }

    /// When the instant after so many events begins: the time of the last of them. 0 at the start.
    #[must_use]
    pub fn time_at(&self, position: u64) -> u64 {
        position.checked_sub(1).and_then(|index| self.timeline.time_of(index)).unwrap_or(0)
    }

    /// What kind of event leads from a position to the next.
    #[must_use]
    pub fn next_kind(&self, position: u64) -> Option<MarkKind> {
        self.timeline.kind_of(position)
    }

    /// The nearest position after (before) one to which an event of a kind leads.
    #[must_use]
    pub fn find(&self, from: u64, forward: bool, wanted: impl Fn(&Film, u64) -> bool) -> Option<u64> {
        // Event `index` leads to position `index + 1`.
        if forward {
            (from..self.events()).find(|index| wanted(self, *index)).map(|index| index + 1)
        } else {
            (0..from.saturating_sub(1)).rev().find(|index| wanted(self, *index)).map(|index| index + 1)
        }
    }

    /// The nearest position after one to which an event leads that takes such a turn.
    #[must_use]
    pub fn find_turn(&self, from: u64, turn: u8) -> Option<u64> {
        let ahead = self.notes.turns.get(from as usize..)?;
        ahead.iter().position(|turns| turns & turn != 0).map(|after| from + after as u64 + 1)
    }

    /// Whether an event sends or delivers a message.
    #[must_use]
    pub fn is_message(&self, index: u64) -> bool {
        self.notes.messages.get(index as usize).copied().unwrap_or(false)
    }

    /// Whether at an event a host's request arrives, or its answer does.
    #[must_use]
    pub fn is_io(&self, index: u64) -> bool {
        matches!(self.timeline.kind_of(index), Some(MarkKind::HostArrives | MarkKind::HostDone))
    }

    /// Whether something is broken or mended at an event.
    #[must_use]
    pub fn is_fault(&self, index: u64) -> bool {
        self.timeline.kind_of(index) == Some(MarkKind::Fault)
    }

    #[must_use]
    pub fn instant(&self) -> Instant<'_> {
        Instant { world: self.timeline.world(), moment: self.timeline.moment(), log: &self.log }
    }

    /// What the gauges said, over the whole recording.
    #[must_use]
    pub fn samples(&self) -> &Samples {
        &self.notes.samples
    }

    /// What stands in the log about an event.
    #[must_use]
    pub fn entry(&self, index: u64) -> Option<&Entry> {
        self.log.get(index)
    }

    /// The worst that happens to the data from an event on.
    #[must_use]
    pub fn worst_from(&self, index: u64) -> Safety {
        self.notes.safety.iter().skip(index as usize).copied().max().unwrap_or_default()
    }

    /// All that is recorded, for the space-time diagram.
    #[must_use]
    pub fn log(&self) -> &EventLog {
        &self.log
    }

    /// A few places worth going to, far enough apart to be read.
    #[must_use]
    pub fn markers(&self) -> Vec<Marker> {
        let notes = &self.notes;
        let kinds: [(&[u64], &str, &str); 4] = [
            (&notes.switches, tr("ownership moves"), tr("ownership moves")),
            (&notes.flushes, tr("first flush"), tr("flush")),
            (&notes.throughs, tr("slots run out"), tr("slots run out")),
            (&notes.answers, tr("first “done”"), ""),
        ];
        let apart = (self.events() / MARKERS_APART).max(1);
        // A flag's words stand to its right, and need room there.
        let last = self.events() - apart.min(self.events());
        let mut kept: Vec<Marker> = self.fault_markers();
        let mut add = |event: u64, text: &str| {
            let far = event <= last && kept.iter().all(|marker| marker.event.abs_diff(event) >= apart);
            if far && kept.len() < MARKERS_MAX && !text.is_empty() {
                kept.push(Marker { event, text: text.to_owned(), kind: MarkerKind::Place });
            }
        };
        // The first of each kind, then others where there is room.
        for (events, first, _) in kinds {
            if let Some(event) = events.first() {
                add(*event, first);
            }
        }
        if self.events() > REPEATS_MAX {
            kept.sort_by_key(|marker| marker.event);
            return kept;
        }
        for (events, _, later) in kinds {
            let stride = (events.len() / MARKERS_MAX).max(1);
            for event in events.iter().step_by(stride) {
                add(*event, later);
            }
        }
        kept.sort_by_key(|marker| marker.event);
        kept
    }

    /// What was broken or mended has a flag each; of those that happen together, one.
    fn fault_markers(&self) -> Vec<Marker> {
        let mut kept: Vec<Marker> = Vec::new();
        for (event, fault) in &self.notes.faults {
            let kind = if fault.breaks() { MarkerKind::Break } else { MarkerKind::Mend };
            let same =
                |marker: &Marker| marker.kind == kind && self.time_at(marker.event) == self.time_at(*event);
            if kept.len() < FAULTS_MAX && !kept.last().is_some_and(same) {
                kept.push(Marker { event: *event, text: fault_words(*fault), kind });
            }
        }
        kept
    }
}
