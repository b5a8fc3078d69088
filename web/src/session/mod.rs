//! Playback: what is shown, where in the run we are, and how fast it goes on. Pure, without a browser: the page sends
//! [`Command`]s, lets time pass with [`Session::advance`], and draws the [`Scene`].
//!
//! What moves between two events is placed by model time, which flows evenly within each gap. A gap takes as long as
//! [`pace`] says and not as long as it is, so that both a flight of 3 µs and an idle millisecond can be watched.

pub mod branches;
pub mod compare;
pub mod film;
pub mod gauges;
pub(crate) mod lookout;
mod nearby;
pub mod pace;
pub(crate) mod stopwatch;
pub mod trace;
mod until;

use crate::language::{say, tr, tr_any};
use crate::scene::build::census::Census;
use crate::scene::build::glimpse::Glimpse;
use crate::scene::build::{self, Checks};
use crate::scene::charts::{self, Chart};
use crate::scene::events::Edition;
use crate::scene::marks::Ack;
use crate::scene::model::{
    BranchName, Indexing, LoadFailure, Marker, SafetySpan, ScenarioInfo, Scene, Selection, Source, Transport,
    ViewState,
};
use crate::scene::round::round_down;
use crate::scene::spacetime::{self, Lens, SpaceTime};
use branches::Branches;
use compare::{Compared, Comparing};
use film::Film;
use mirrorline_engine::bug::Bug;
use mirrorline_engine::explain::Instant;
use mirrorline_engine::history::Link;
use mirrorline_engine::ids::{LineKey, Lun};
use mirrorline_engine::scenario::library::{self, Kind, LIBRARY};
use mirrorline_engine::sim::Fault;
pub use nearby::Nearby;
use std::cell::RefCell;
use std::rc::Rc;
pub use trace::{CacheSize, OpenedTrace, TraceReader};
use until::Quest;
pub use until::Until;

/// What a frame may spend on recording ahead, in milliseconds.
const RECORD_MS: f64 = 1.0;
/// … and while somebody waits for what is found ahead.
const QUEST_MS: f64 = 10.0;
/// Events recorded ahead that last for a while even in the fastest play.
const AHEAD_EVENTS: u64 = 8_192;
/// While recording goes on, its progress is shown this often.
const PROGRESS_EVERY_MS: f64 = 150.0;
/// Events that one frame may pass over, whatever the speed: more than the eye can tell.
const EVENTS_A_FRAME: u64 = 4_096;

/// What a person can ask of the playback.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Goes on; from the end, begins again.
    Play,
    Pause,
    Toggle,
    SpeedUp,
    SpeedDown,
    /// A power of two, within [`Transport::SPEEDS`].
    SetSpeed(i32),
    StepForward,
    StepBack,
    /// To the next event that sends or delivers a message.
    StepMessageForward,
    StepMessageBack,
    /// To the next event at which a host's request arrives, or its answer does.
    StepIoForward,
    StepIoBack,
    /// By a hundredth of the run's virtual time, rounded; at least by one event.
    StepTimeForward,
    StepTimeBack,
    Seek(u64),
    /// Forward to where something happens next, however far it has been recorded.
    RunUntil(Until),
    Home,
    End,
    /// A built-in scenario, by its place in [`Session::scenarios`].
    LoadScenario(usize),
    LoadTrace {
        trace: Rc<OpenedTrace>,
        size: CacheSize,
    },
    /// Recording ahead ends where it is.
    CancelLoad,
    Select(Option<Selection>),
    /// Breaks or mends something now: another future begins.
    Break {
        faults: Vec<Fault>,
        /// What it is called, for undoing it: `Kill A`.
        label: String,
    },
    /// Takes back the last thing that was broken or mended, or the last change to another future.
    Undo,
    /// Does it again.
    Redo,
    /// Shows another future, by its number.
    Switch(u32),
    /// Forgets a future that is not shown.
    Forget(u32),
}

/// What [`Session::advance`] has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing: paused, or at the end.
    Nothing,
    /// Only the moment between two events: what moves has moved.
    Time,
    /// The event index, or what is known about the run: the scene is another one.
    Scene,
}

/// Playback of one run.
pub struct Session {
    film: Film,
    /// How much of the gap after the instant in view has passed: 0 to 1.
    phase: f64,
    playing: bool,
    speed: i32,
    selection: Option<Selection>,
    source: Source,
    markers: Vec<Marker>,
    safety: Rc<Vec<SafetySpan>>,
    acks: Rc<Vec<Ack>>,
    branches: Branches,
    quest: Quest,
    comparing: Option<Comparing>,
    since_progress_ms: f64,
    counted: RefCell<Option<Counted>>,
}

/// Both caches as they were when they were shown last.
struct Counted {
    edition: Edition,
    /// How much had been touched by then.
    touches: u64,
    census: Census,
}

impl Session {
    /// The first scenario, at its beginning, paused.
    ///
    /// # Panics
    /// When no world can be made from the first built-in scenario; a test loads every one of them.
    #[must_use]
    pub fn new() -> Session {
        let scenario = LIBRARY[0].scenario();
        let film = Film::new(&scenario, None).expect("a test loads every built-in scenario");
        let source = Source { title: scenario.title, scenario: Some(0), generation: 0 };
        Session {
            markers: film.markers(),
            safety: Rc::new(film.safety()),
            acks: Rc::new(film.acks()),
            branches: Branches::new(Vec::new()),
            quest: Quest::default(),
            comparing: None,
            film,
            phase: 0.0,
            playing: false,
            speed: 0,
            selection: None,
            source,
            since_progress_ms: 0.0,
            counted: RefCell::new(None),
        }
    }

    /// The built-in scenarios, in the picker's order.
    #[must_use]
    pub fn scenarios() -> Vec<ScenarioInfo> {
        let info = |builtin: &library::Builtin| {
            let scenario = builtin.scenario();
            ScenarioInfo {
                title: tr_any(&scenario.title),
                about: tr_any(&scenario.about),
                incident: builtin.kind == Kind::Incident,
            }
        };
        LIBRARY.iter().map(info).collect()
    }

    /// Does what is asked.
    ///
    /// # Errors
    /// Only loading fails; what was playing goes on.
    pub fn dispatch(&mut self, command: Command) -> Result<(), LoadFailure> {
        if !matches!(command, Command::Select(_)) {
            self.quest.drop_it();
        }
        match command {
            Command::Play => self.play(),
            Command::Pause => self.playing = false,
            Command::Toggle if self.playing => self.playing = false,
            Command::Toggle => self.play(),
            Command::SpeedUp => self.set_speed(self.speed + 1),
            Command::SpeedDown => self.set_speed(self.speed - 1),
            Command::SetSpeed(speed) => self.set_speed(speed),
            Command::StepForward => self.step(true, |_, _| true),
            Command::StepBack => self.step(false, |_, _| true),
            Command::StepMessageForward => self.step(true, Film::is_message),
            Command::StepMessageBack => self.step(false, Film::is_message),
            Command::StepIoForward => self.step(true, Film::is_io),
            Command::StepIoBack => self.step(false, Film::is_io),
            Command::StepTimeForward => self.step_time(true),
            Command::StepTimeBack => self.step_time(false),
            Command::Seek(position) => self.go(position),
            Command::RunUntil(until) => {
                self.playing = false;
                self.quest.begin(until, self.film.position());
                self.follow_quest();
            }
            Command::Home => self.go(0),
            Command::End => {
                self.playing = false;
                self.go(u64::MAX);
            }
            Command::LoadScenario(index) => {
                let builtin = LIBRARY.get(index).ok_or_else(|| LoadFailure {
                    what: say!("There is no scenario {number}.", number = index + 1),
                    place: String::new(),
                    remedy: say!("Choose one of the {count}.", count = LIBRARY.len()),
                })?;
                let scenario = builtin.scenario();
                let film = Film::new(&scenario, None)?;
                self.show(film, scenario.title, Some(index));
            }
            Command::LoadTrace { trace, size } => {
                let film = Film::new(&trace.scenario(size), Some(trace.requests()))?;
                self.show(film, trace.preview.name.clone(), None);
            }
            Command::CancelLoad => {
                self.film.cancel();
                self.take_marks();
            }
            Command::Select(selection) => self.selection = selection,
            Command::Break { faults, label } => self.break_now(&faults, label)?,
            Command::Undo => {
                let gone = self.branches.undo();
                self.show_branch(gone);
            }
            Command::Redo => {
                let gone = self.branches.redo();
                self.show_branch(gone);
            }
            Command::Switch(id) => {
                let gone = self.branches.switch(id, self.film.position());
                self.show_branch(gone);
            }
            Command::Forget(id) => self.branches.forget(id),
        }
        Ok(())
    }

    fn show(&mut self, film: Film, title: String, scenario: Option<usize>) {
        self.film = film;
        self.quest.drop_it();
        self.comparing = None;
        self.take_marks();
        self.branches = Branches::new(self.film.deeds().to_vec());
        self.phase = 0.0;
        self.playing = false;
        self.selection = None;
        self.since_progress_ms = 0.0;
        self.source = Source { title, scenario, generation: self.source.generation + 1 };
    }

    /// Another recording is shown, or more of it.
    fn take_marks(&mut self) {
        self.markers = self.film.markers();
        self.safety = Rc::new(self.film.safety());
        self.acks = Rc::new(self.film.acks());
    }

    /// At the very moment that is shown, though nothing may happen then: a message is half-way.
    fn break_now(&mut self, faults: &[Fault], label: String) -> Result<(), LoadFailure> {
        let position = self.film.position();
        let next_ns = if position < self.film.events() { self.film.time_at(position + 1) } else { u64::MAX };
        let from_ns = self.film.time_at(position);
        let at_ns = (self.now_ns() as u64).clamp(from_ns, next_ns.saturating_sub(1).max(from_ns));
        let deeds = self.film.deeds().to_vec();
        self.comparing = None;
        let result = self.film.break_at(at_ns, faults);
        if let Err(error) = &result {
            if self.film.deeds() != deeds {
                self.film.replace_deeds(deeds);
                self.take_marks();
                self.go(position);
            }
            return Err(LoadFailure {
                what: say!("This cannot be broken: {error}.", error = error.to_string()),
                place: String::new(),
                remedy: tr("Nothing was changed.").into(),
            });
        }
        self.take_marks();
        let mut happened = position;
        for _ in faults {
            happened = self.film.find(happened, true, Film::is_fault).unwrap_or(happened);
        }
        self.branches.begin(&label, self.film.deeds().to_vec(), position, happened);
        self.go(happened);
        Ok(())
    }

    /// Another future, given by its deeds and where to be.
    fn show_branch(&mut self, gone: Option<(branches::Deeds, u64)>) {
        let Some((deeds, position)) = gone else { return };
        self.comparing = None;
        self.film.replace_deeds(deeds);
        self.film.record_up_to(position);
        self.take_marks();
        self.playing = false;
        self.go(position);
    }

    /// Shows what a link was made of, at its instant, paused.
    ///
    /// # Errors
    /// What was done does not fit the world; what was playing goes on.
    pub fn open(&mut self, link: &Link) -> Result<(), LoadFailure> {
        let mut film = Film::new(&link.scenario, None)?;
        film.do_again(&link.deeds)?;
        film.record_up_to(link.position);
        let builtin = library::position_of(&link.scenario.to_text());
        let title = link.scenario.title.clone();
        let title = if title.is_empty() { tr("A shared world").to_owned() } else { title };
        self.show(film, title, builtin);
        self.go(link.position);
        Ok(())
    }

    /// What is shown, to be shared; `view` says how it is looked at.
    #[must_use]
    pub fn link(&self, view: String) -> Link {
        Link {
            scenario: self.film.scenario().clone(),
            deeds: self.film.deeds().to_vec(),
            position: self.film.position(),
            view,
        }
    }

    /// The scenario as text, whatever it is fed by.
    #[must_use]
    pub fn scenario_text(&self) -> String {
        self.film.scenario().to_text()
    }

    /// The bug that is planted in this run, and the salt of its seal if it is not to be named.
    #[must_use]
    pub fn planted(&self) -> Option<(Bug, Option<u32>)> {
        let scenario = self.film.scenario();
        scenario.config.bug.map(|bug| (bug, scenario.seal))
    }

    /// Charts of the whole run.
    #[must_use]
    pub fn charts(&self) -> Vec<Chart> {
        charts::charts(self.film.samples(), self.film.position(), self.film.events())
    }

    /// All futures, and which one is shown.
    #[must_use]
    pub fn branches(&self) -> &Branches {
        &self.branches
    }

    /// Begins to look for how another future differs from the one that is shown.
    pub fn begin_comparing(&mut self, id: u32) {
        self.comparing = match (self.branches.find(self.branches.current()), self.branches.find(id)) {
            (Some(shown), Some(other)) => Some(Comparing::new(&self.film, &shown.name, other)),
            _ => None,
        };
    }

    /// Looks on for about so long. Says whether it has not come to an end yet.
    pub fn compare_on(&mut self, budget_ms: f64) -> bool {
        let Some(comparing) = self.comparing.as_mut().filter(|comparing| comparing.is_on()) else {
            return false;
        };
        let recorded = self.film.is_recorded();
        comparing.look(&mut self.film, budget_ms);
        let on = comparing.is_on();
        if self.film.is_recorded() && !recorded {
            // The rest of the recording was made for the comparison.
            self.take_marks();
        }
        on
    }

    /// What is found so far. Nobody compares: nothing.
    #[must_use]
    pub fn compared(&self) -> Compared {
        self.comparing.as_ref().map_or(Compared::Gone, |comparing| comparing.result().clone())
    }

    /// Nobody wants to know any more.
    pub fn end_comparing(&mut self) {
        self.comparing = None;
    }

    fn play(&mut self) {
        if self.at_end() {
            self.go(0);
        }
        self.playing = true;
    }

    fn set_speed(&mut self, speed: i32) {
        self.speed = speed.clamp(*Transport::SPEEDS.start(), *Transport::SPEEDS.end());
    }

    /// Nothing comes after the instant in view, and nothing will.
    fn at_end(&self) -> bool {
        self.film.is_recorded() && self.film.position() >= self.film.events()
    }

    fn go(&mut self, position: u64) {
        self.film.seek(position);
        self.phase = 0.0;
    }

    /// To the nearest event of a kind; where there is none, to the end, or back to the start.
    fn step(&mut self, forward: bool, wanted: impl Fn(&Film, u64) -> bool) {
        self.playing = false;
        if forward {
            self.film.record(RECORD_MS);
        }
        let found = self.film.find(self.film.position(), forward, wanted);
        self.go(found.unwrap_or(if forward { u64::MAX } else { 0 }));
    }

    fn step_time(&mut self, forward: bool) {
        self.playing = false;
        let position = self.film.position();
        let step_ns = round_down(self.film.time_at(self.film.events()) / 100);
        let now_ns = self.film.time_at(position);
        self.go(if forward {
            self.film.position_at(now_ns.saturating_add(step_ns)).max(position + 1)
        } else {
            now_ns
                .checked_sub(step_ns)
                .map_or(0, |at| self.film.position_at(at))
                .min(position.saturating_sub(1))
        });
    }

    /// The line of a block, as a person names it: `0:42`, or `42` in LUN 0.
    ///
    /// # Errors
    /// It names no block of this world; why, in words.
    pub fn find_block(&self, text: &str) -> Result<LineKey, String> {
        let config = &self.film.scenario().config;
        let (lun, block) = text.trim().split_once(':').unwrap_or(("0", text.trim()));
        let (Ok(lun), Ok(block)) = (lun.trim().parse::<u16>(), block.trim().parse::<u64>()) else {
            return Err(tr("Write a LUN and a block, as in 0:42.").to_owned());
        };
        match config.luns.get(usize::from(lun)) {
            None => Err(say!(
                "There is no LUN {lun}: this world has {luns}, counted from 0.",
                lun,
                luns = config.luns.len()
            )),
            Some(size) if block >= size.blocks => {
                Err(say!("LUN {lun} has {blocks} blocks, counted from 0.", lun, blocks = size.blocks))
            }
            Some(_) => Ok(config.raid.key_of(Lun(lun), block)),
        }
    }

    fn follow_quest(&mut self) {
        if let Some(found) = self.quest.look(&self.film) {
            self.go(found);
        }
    }

    /// Lets `wall_dt_ms` of a person's time pass.
    pub fn advance(&mut self, wall_dt_ms: f64) -> Changed {
        let played = if self.playing { self.play_on(wall_dt_ms) } else { Changed::Nothing };
        let recorded = self.record(wall_dt_ms, played == Changed::Scene);
        if self.quest.is_on() {
            self.follow_quest();
            if !self.quest.is_on() {
                self.take_marks();
                return Changed::Scene;
            }
        }
        if recorded { Changed::Scene } else { played }
    }

    /// Records ahead. Says whether it is time to show how far it has come. A frame that shows something new has enough
    /// to do: as long as there is a good stretch to be played, recording waits for one that does not.
    fn record(&mut self, wall_dt_ms: f64, busy: bool) -> bool {
        let ahead = self.film.events() - self.film.position();
        let budget_ms = match (self.quest.is_on(), busy) {
            (true, _) => QUEST_MS,
            (false, true) if ahead >= AHEAD_EVENTS => return false,
            (false, true) => 0.0,
            (false, false) => RECORD_MS,
        };
        if !self.film.record(budget_ms) {
            return false;
        }
        self.since_progress_ms += wall_dt_ms;
        if self.since_progress_ms < PROGRESS_EVERY_MS && !self.film.is_recorded() {
            return false;
        }
        self.since_progress_ms = 0.0;
        self.take_marks();
        true
    }

    fn play_on(&mut self, wall_dt_ms: f64) -> Changed {
        let mut left_ms = wall_dt_ms * f64::from(self.speed).exp2();
        let start = self.film.position();
        let mut position = start;
        while position < self.film.events() && position - start < EVENTS_A_FRAME {
            let gap_ns = self.film.time_at(position + 1) - self.film.time_at(position);
            let wall_ms = pace::wall_ms(gap_ns, self.film.next_kind(position));
            let rest_ms = (1.0 - self.phase) * wall_ms;
            if left_ms < rest_ms {
                self.phase += left_ms / wall_ms;
                break;
            }
            left_ms -= rest_ms;
            self.phase = 0.0;
            position += 1;
        }
        if position > start {
            self.film.seek(position);
        }
        if self.at_end() {
            self.playing = false;
            return Changed::Scene;
        }
        if position > start { Changed::Scene } else { Changed::Time }
    }

    /// The scene at the current event.
    #[must_use]
    pub fn scene(&self, view: &ViewState) -> Scene {
        let checks = Checks { watch: self.film.watch(), ahead: self.film.violations() };
        let instant = self.film.instant();
        let mut counted = self.counted.borrow_mut();
        if build::is_big(instant.config(), view) {
            self.count(&mut counted);
        } else {
            *counted = None;
        }
        let census = counted.as_ref().map(|counted| &counted.census);
        let source = Source { title: tr_any(&self.source.title), ..self.source.clone() };
        build::scene(instant, census, checks, self.selection, view, self.transport(), source)
    }

    /// Brings the census to the instant in view: by what was touched since, or anew.
    fn count(&self, counted: &mut Option<Counted>) {
        let (trail, world) = (self.film.trail(), self.film.instant().world);
        let (edition, touches) = (self.edition(), trail.count());
        if let Some(known) = counted.as_mut().filter(|known| known.edition == edition)
            && let Some(touched) = trail.since(known.touches)
        {
            known.census.follow(world, &touched);
            known.touches = touches;
            return;
        }
        *counted = Some(Counted { edition, touches, census: Census::of(world) });
    }

    fn transport(&self) -> Transport {
        let indexing = (!self.film.is_recorded())
            .then(|| Indexing { done: self.film.recorded(), events: self.film.events() });
        Transport {
            event: self.film.position(),
            total: self.film.events(),
            time_ns: self.film.time_at(self.film.position()),
            playing: self.playing,
            speed: self.speed,
            indexing,
            cut: self.film.cut(),
            markers: self.markers.clone(),
            acks: Rc::clone(&self.acks),
            safety: Rc::clone(&self.safety),
            safe_now: self.film.watch().ledger().safety(),
            undo: self.branches.undo_label(),
            redo: self.branches.redo_label(),
            branches: self.branches.listed().map(|branch| self.branch_name(branch)).collect(),
            note: self.quest.note().cloned(),
        }
    }

    /// Another instant, small, while the one in view stays.
    #[must_use]
    pub fn glimpse(&self, position: u64) -> Glimpse {
        self.film.glimpse(position)
    }

    /// The instant in view, and the log of all that is recorded.
    #[must_use]
    pub fn instant(&self) -> Instant<'_> {
        self.film.instant()
    }

    /// Which recording the log is of.
    #[must_use]
    pub fn edition(&self) -> Edition {
        Edition { load: self.source.generation, cuts: self.film.instant().log.cuts() }
    }

    fn branch_name(&self, branch: &branches::Branch) -> BranchName {
        BranchName { id: branch.id, name: tr_any(&branch.name), shown: branch.id == self.branches.current() }
    }

    /// The moment between two events, in virtual nanoseconds: what moves is placed by it.
    #[must_use]
    pub fn now_ns(&self) -> f64 {
        let position = self.film.position();
        let from_ns = self.film.time_at(position);
        if position >= self.film.events() {
            return from_ns as f64;
        }
        let gap_ns = self.film.time_at(position + 1) - from_ns;
        from_ns as f64 + gap_ns as f64 * self.phase
    }

    /// The space-time diagram of what is recorded, around the instant in view.
    #[must_use]
    pub fn spacetime(&self, lens: &Lens) -> SpaceTime {
        let instant = self.film.instant();
        spacetime::spacetime(self.film.log(), instant.config(), self.film.position(), lens)
    }

    /// A stretch of it as a Mermaid sequence diagram.
    #[must_use]
    pub fn sequence(&self, from_ns: i64, to_ns: i64) -> String {
        let instant = self.film.instant();
        spacetime::mermaid(self.film.log(), instant.config(), self.film.position(), from_ns, to_ns)
    }

    /// How much time a diagram shows at first, in so many pixels: a few exchanges over the link, and where little
    /// happens the last events at least.
    #[must_use]
    pub fn first_span(&self, width: u32) -> u64 {
        const EVENTS: u64 = 10;
        let exchanges = spacetime::first_span(self.film.instant().config(), width);
        let position = self.film.position();
        let last_ns = self.film.time_at(position) - self.film.time_at(position.saturating_sub(EVENTS));
        // Now stands a little behind the middle.
        (last_ns * 2).clamp(exchanges, exchanges * 100)
    }

    /// When the instant after so many events begins, for the scrubber's label. Virtual nanoseconds.
    #[must_use]
    pub fn time_of(&self, position: u64) -> u64 {
        self.film.time_at(position.min(self.film.events()))
    }
}

impl Default for Session {
    fn default() -> Session {
        Session::new()
    }
}

#[cfg(test)]
mod tests;
