//! The dialog in which every order of events is explored, and bugs are planted: what is chosen in it, and the worker
//! that explores.

use super::App;
use crate::action::{Ask, Panel};
use crate::components::check_dialog::{Dialog, check_dialog};
use crate::language::tr;
use crate::scene::checking::{
    Choices, LIMITS, Page, Plan, Planner, PlantedBug, Verdict, find_bug, hidden_bug, swept, verdict,
};
use crate::scene::model::{Broken, Scene};
use crate::worker::report::{Counts, Report};
use crate::worker::task::Wish;
use crate::worker::{Told, Worker};
use mirrorline_engine::bug::{Bug, PLANTED};
use mirrorline_engine::explore::hunt::hunting_ground;
use mirrorline_engine::scenario::Scenario;
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// A search that goes on, or has ended.
pub(super) struct Running {
    worker: Option<Worker>,
    plan: Rc<Plan>,
    paused: bool,
    report: Option<Report>,
    /// The worker has failed: in the browser's words.
    failed: Option<String>,
}

#[derive(Default)]
pub(super) struct Checking {
    choices: Choices,
    running: Option<Running>,
    planner: RefCell<Planner>,
    /// The bug on the stage, which is not to be named, has been named all the same.
    revealed: bool,
    /// What breaks in the counterexample that is on the stage, and after how many events.
    played: Option<Broken>,
}

impl App {
    pub(super) fn check_dialog(&self) -> Html {
        if self.panel != Some(Panel::Check) {
            return Html::default();
        }
        let Checking { choices, running, .. } = &self.checking;
        let plan = self.plan();
        let dialog = Dialog {
            choices: *choices,
            plan: &plan,
            planted: self.planted(),
            counts: running.as_ref().and_then(Running::counts),
            working: running
                .as_ref()
                .filter(|running| running.worker.is_some())
                .map(|running| running.paused),
            name: running.as_ref().map(|running| running.plan.name.as_str()),
            swept: running.as_ref().and_then(|running| swept(running.report.as_ref()?, choices.seeds)),
            verdict: running.as_ref().and_then(|running| running.verdict(self.is_hidden())),
        };
        check_dialog(&dialog, &self.act)
    }

    /// The bug that is planted in what is on the stage.
    pub(super) fn planted(&self) -> Option<PlantedBug> {
        let (bug, _) = self.session.borrow().planted()?;
        Some(PlantedBug { bug, hidden: self.is_hidden() })
    }

    /// Whether the bug on the stage is not to be named.
    fn is_hidden(&self) -> bool {
        self.has_sealed_bug() && !self.checking.revealed
    }

    /// Whether what goes out of the page does not name the bug on the stage.
    pub(super) fn has_sealed_bug(&self) -> bool {
        self.session.borrow().planted().is_some_and(|(_, seal)| seal.is_some())
    }

    fn plan(&self) -> Rc<Plan> {
        self.checking.planner.borrow_mut().plan(&self.checking.choices, &self.session.borrow())
    }

    pub(super) fn ask(&mut self, ask: Ask) -> bool {
        match ask {
            Ask::Choose(choices) => {
                // What was found belongs to what was chosen.
                if choices != self.checking.choices {
                    self.checking.running = None;
                }
                self.checking.choices = choices;
            }
            Ask::Bugs => {
                self.panel = Some(Panel::Check);
                self.checking.choices.page = Page::Bug;
            }
            Ask::Sweep => {
                let Choices { seed, seeds, with_bug, bug, .. } = self.checking.choices;
                let bug = with_bug.then(|| PLANTED[bug].bug);
                let name = tr("Random worlds").to_owned();
                let plan = Plan { name, ..(*self.plan()).clone() };
                self.begin(&Wish::Sweep { from: seed, count: seeds, bug }, Rc::new(plan));
            }
            Ask::Explore => self.explore(self.plan()),
            Ask::FindBug => {
                let planted = self.session.borrow().planted();
                if let Some((bug, seal)) = planted {
                    self.explore(Rc::new(find_bug(bug, seal)));
                }
            }
            Ask::Pause => {
                if let Some(running) = &mut self.checking.running {
                    running.paused = !running.paused;
                    if let Some(worker) = running.worker.as_ref().filter(|_| !running.paused) {
                        worker.go_on();
                    }
                }
            }
            Ask::Stop => self.checking.running = None,
            Ask::Play => {
                let report = self.checking.running.take().and_then(|running| running.report);
                if let Some(Report::Broken(_, found) | Report::Failed { found, .. }) = report {
                    // What has been revealed of a bug is known of the run that shows it.
                    let revealed = self.checking.revealed;
                    self.open_text(&found.scenario);
                    self.checking.revealed = revealed;
                    self.checking.played = found.broken();
                }
            }
            Ask::Plant => self.plant(PLANTED[self.checking.choices.bug].bug, None),
            Ask::Hide => self.plant(hidden_bug(any_number()), Some(any_number())),
            Ask::Reveal => self.checking.revealed = true,
        }
        true
    }

    /// With a salt, it is not to be named.
    fn plant(&mut self, bug: Bug, seal: Option<u32>) {
        let scenario = Scenario { seal, ..hunting_ground(bug) };
        self.checking.running = None;
        self.open_text(&scenario.to_text());
    }

    fn explore(&mut self, plan: Rc<Plan>) {
        let (max_states, _) = LIMITS[self.checking.choices.limit];
        self.begin(&Wish::Explore { max_states, scenario: plan.scenario.clone() }, plan);
    }

    fn begin(&mut self, wish: &Wish, plan: Rc<Plan>) {
        // One at a time: two would share the cores and the memory that there are.
        self.checking.running = None;
        let (worker, failed) = match Worker::begin(wish, &self.told) {
            Ok(worker) => (Some(worker), None),
            Err(why) => (None, Some(why)),
        };
        self.checking.running = Some(Running { worker, plan, paused: false, report: None, failed });
    }

    /// The worker has said something.
    pub(super) fn told(&mut self, told: Told) -> bool {
        let Some(running) = &mut self.checking.running else { return false };
        match told {
            Told::Failed(why) => {
                running.worker = None;
                running.failed = Some(why);
            }
            Told::Report(report) => {
                match running.worker.as_ref().filter(|_| report.goes_on()) {
                    None => running.worker = None,
                    Some(worker) if !running.paused => worker.go_on(),
                    Some(_) => {}
                }
                running.report = Some(report);
            }
        }
        true
    }

    /// The dialog has been closed: nobody waits for what is found.
    pub(super) fn stop_checking(&mut self) {
        self.checking.running = None;
    }

    /// Something else is on the stage, of which nothing has been revealed or found.
    pub(super) fn nothing_known(&mut self) {
        self.checking.revealed = false;
        self.checking.played = None;
    }

    /// What the event in view has broken. That a state leads to no good end, only the explorer sees.
    pub(super) fn broken(&self) -> Option<Broken> {
        self.broken_in(&self.scene)
    }

    pub(super) fn broken_in(&self, scene: &Scene) -> Option<Broken> {
        let transport = &scene.transport;
        // Another future is no counterexample any more.
        let as_found = |broken: &Broken| broken.event == transport.event && transport.undo.is_none();
        let played = || self.checking.played.clone().filter(as_found);
        scene.rules.now.clone().or_else(played)
    }
}

impl Running {
    fn counts(&self) -> Option<Counts> {
        match self.report.as_ref()? {
            Report::Searching(counts)
            | Report::Exhausted(counts, _)
            | Report::Full(counts)
            | Report::Broken(counts, _) => Some(*counts),
            _ => None,
        }
    }

    fn verdict(&self, hidden: bool) -> Option<Verdict> {
        match &self.failed {
            Some(why) => Some(Verdict::failed(why, self.counts())),
            None => verdict(&self.plan, self.report.as_ref()?, hidden),
        }
    }
}

/// Nobody is to foresee which bug is hidden, and nothing is proven by it.
fn any_number() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}
