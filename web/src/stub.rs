//! Stands in for the session where there is no engine behind the page: plays the fixture.

use crate::scene::fixture;
use crate::scene::model::{LoadFailure, ScenarioInfo, Scene, Selection, TracePreview, Transport, ViewState};

/// What a person can ask of the playback.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
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
    Seek(u64),
    Home,
    End,
    LoadScenario(usize),
    LoadTrace {
        name: String,
        bytes: Vec<u8>,
    },
    CancelLoad,
    Select(Option<Selection>),
}

/// What an [`Session::advance`] has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing: paused, or at the end.
    Nothing,
    /// Only the moment between two events: what moves has moved.
    Time,
    /// The event index, or what is known about the run: the scene is another one.
    Scene,
}

/// Playback: an event index, a moment between two events, and a speed.
pub struct Session {
    now_ns: f64,
    playing: bool,
    speed: i32,
    selection: Option<Selection>,
    generation: u32,
    scenario: usize,
    title: String,
}

impl Session {
    /// The first scenario, at its beginning, paused.
    #[must_use]
    pub fn new() -> Session {
        Session {
            now_ns: 0.0,
            playing: false,
            speed: 0,
            selection: None,
            generation: 0,
            scenario: 0,
            title: Session::scenarios()[0].title.clone(),
        }
    }

    /// The built-in scenarios, in the picker's order.
    #[must_use]
    pub fn scenarios() -> Vec<ScenarioInfo> {
        [
            (
                "A write, held twice",
                "One host writes one block; both controllers hold it before the host hears “done”.",
            ),
            ("Ownership moves", "Both hosts write the same line, and it changes hands without a copy."),
            (
                "Cache fills, flush begins",
                "Dirty lines pass high water and go to the disks, stripe by stripe.",
            ),
            ("Ten thousand lines", "A big cache as a heat map."),
        ]
        .map(|(title, about)| ScenarioInfo { title: title.into(), about: about.into() })
        .to_vec()
    }

    fn event(&self) -> u64 {
        (self.now_ns / fixture::STEP_NS as f64) as u64
    }

    fn go(&mut self, event: u64) {
        self.now_ns = (event.min(fixture::TOTAL) * fixture::STEP_NS) as f64;
    }

    /// Does what is asked.
    ///
    /// # Errors
    /// Only loading fails; what was playing goes on.
    pub fn dispatch(&mut self, command: Command) -> Result<(), LoadFailure> {
        match command {
            Command::Play => self.playing = true,
            Command::Pause => self.playing = false,
            Command::Toggle => self.playing = !self.playing,
            Command::SpeedUp => self.speed = (self.speed + 1).min(*Transport::SPEEDS.end()),
            Command::SpeedDown => self.speed = (self.speed - 1).max(*Transport::SPEEDS.start()),
            Command::SetSpeed(speed) => self.speed = speed,
            Command::StepForward | Command::StepMessageForward => {
                self.playing = false;
                self.go(self.event() + 1);
            }
            Command::StepBack | Command::StepMessageBack => {
                self.playing = false;
                self.go(self.event().saturating_sub(1));
            }
            Command::Seek(event) => self.go(event),
            Command::Home => self.go(0),
            Command::End => self.go(fixture::TOTAL),
            Command::LoadScenario(index) => {
                self.scenario = index;
                self.title = Session::scenarios()[index].title.clone();
                self.generation += 1;
                self.go(0);
            }
            Command::LoadTrace { name, .. } => {
                self.title = name;
                self.generation += 1;
                self.go(0);
            }
            Command::CancelLoad => {}
            Command::Select(selection) => self.selection = selection,
        }
        Ok(())
    }

    /// Lets `wall_dt_ms` of a person's time pass.
    pub fn advance(&mut self, wall_dt_ms: f64) -> Changed {
        if !self.playing {
            return Changed::Nothing;
        }
        let before = self.event();
        self.now_ns += wall_dt_ms * 2.0 * f64::from(self.speed).exp2();
        if self.event() >= fixture::TOTAL {
            self.go(fixture::TOTAL);
            self.playing = false;
            return Changed::Scene;
        }
        if self.event() == before { Changed::Time } else { Changed::Scene }
    }

    /// The scene at the current event.
    #[must_use]
    pub fn scene(&self, _view: &ViewState) -> Scene {
        let mut scene = if self.scenario == 3 {
            fixture::big_scene(self.event(), self.selection)
        } else {
            fixture::scene(self.event(), self.selection)
        };
        scene.transport.playing = self.playing;
        scene.transport.speed = self.speed;
        scene.source.title.clone_from(&self.title);
        scene.source.scenario = Some(self.scenario);
        scene.source.generation = self.generation;
        scene
    }

    /// The moment between two events: what moves is placed by it.
    #[must_use]
    pub fn now_ns(&self) -> f64 {
        self.now_ns
    }

    /// When `event` happens, for the scrubber's label.
    #[must_use]
    pub fn time_of(&self, event: u64) -> u64 {
        event * fixture::STEP_NS
    }

    /// What a trace file contains.
    ///
    /// # Errors
    /// What is wrong with it, where, and what to do.
    pub fn preview(name: &str, bytes: &[u8]) -> Result<TracePreview, LoadFailure> {
        if bytes.is_empty() {
            return Err(LoadFailure {
                what: "The file is empty.".into(),
                place: name.into(),
                remedy: "Record a trace with fio --write_iolog=FILE, and drop that file here.".into(),
            });
        }
        Ok(TracePreview {
            name: name.into(),
            bytes: bytes.len() as u64,
            format: "fio iolog, version 3".into(),
            reads: 7_000,
            writes: 3_000,
            bytes_read: 57_344_000,
            bytes_written: 24_576_000,
            duration_ns: Some(12_400_000_000),
            first: vec!["write 0:42, 2 blocks, at 0 ns".into(), "read 0:96, 2 blocks, at 1.20 ms".into()],
            remarks: vec!["3 sync requests are skipped.".into()],
        })
    }
}

impl Default for Session {
    fn default() -> Session {
        Session::new()
    }
}
