//! What the dialog about every order of events shows: what would be explored, and what has come of it. Pure.

use super::words::{count_text, decimal_text, size_text};
use crate::language::{self, Language, say, speak, tr, tr_any};
use crate::scene::build::about_rule;
use crate::scene::events::Edition;
use crate::session::{Nearby, Session};
use crate::worker::report::{Break, Counts, Report};
use mirrorline_engine::bug::{Bug, PLANTED, Planted};
use mirrorline_engine::explore::small::{self, REQUESTS_MAX, Size};
use mirrorline_engine::explore::worlds::{self, NamedWorld, WORLDS};
use mirrorline_engine::mark;
use mirrorline_engine::scenario::Scenario;
use std::rc::Rc;

/// States that a search may know at most, and the memory that so many take, in megabytes.
pub const LIMITS: [(u64, u64); 3] = [(1_000_000, 80), (5_000_000, 400), (20_000_000, 1_600)];

/// What the dialog is about just now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    #[default]
    World,
    Bug,
    Sweep,
}

impl Page {
    pub const ALL: [Page; 3] = [Page::World, Page::Bug, Page::Sweep];

    #[must_use]
    pub fn title(self) -> &'static str {
        tr(match self {
            Page::World => mark!("Check a world"),
            Page::Bug => mark!("Plant a bug, find it"),
            Page::Sweep => mark!("Random worlds"),
        })
    }

    /// Stands in the names that tests know.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Page::World => "world",
            Page::Bug => "bug",
            Page::Sweep => "sweep",
        }
    }
}

/// What a person has chosen in the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    pub page: Page,
    /// A named world, by its place in [`WORLDS`]; without one, what is on the stage.
    pub world: Option<usize>,
    /// Of what is on the stage, at most so many requests and faults.
    pub requests: usize,
    pub faults: usize,
    /// A place in [`LIMITS`].
    pub limit: usize,
    /// A bug, by its place in [`PLANTED`].
    pub bug: usize,
    /// The first seed of a sweep, how many, and whether the bug is in them.
    pub seed: u64,
    pub seeds: u64,
    pub with_bug: bool,
}

/// Seeds of a sweep that can be chosen.
pub const SEEDS: [u64; 3] = [100, 1_000, 10_000];

impl Default for Choices {
    fn default() -> Choices {
        Choices {
            page: Page::default(),
            world: None,
            requests: 3,
            faults: 1,
            limit: 1,
            bug: 0,
            seed: 1,
            seeds: SEEDS[1],
            with_bug: true,
        }
    }
}

/// What would be explored.
#[derive(Clone, Debug)]
pub struct Plan {
    /// As text, for the worker.
    pub scenario: String,
    /// What it is called when the result is told.
    pub name: String,
    /// One sentence about it.
    pub about: String,
    /// How large it is.
    pub bounds: String,
    /// Its requests and faults, each as it stands in a scenario.
    pub lines: Vec<String>,
    pub size: Size,
    /// Faults that could be taken from the stage.
    pub faults_there: usize,
    pub world: Option<&'static NamedWorld>,
    pub bug: Option<Bug>,
}

impl Plan {
    #[must_use]
    pub fn of_stage(nearby: &Nearby) -> Plan {
        let Nearby { scenario, from, lines, requests, faults, whole } = nearby;
        let about = if *requests == 0 {
            tr("No host asks for anything on the stage: there is little to explore. Choose one of the named worlds.")
                .to_owned()
        } else if *whole {
            tr("What is on the stage is small enough, and is taken as it is. Only times are left out.")
                .to_owned()
        } else {
            let taken = if *from == 0 {
                tr("its settings and its first requests").to_owned()
            } else {
                say!("its settings and the requests that follow event {event}", event = count_text(*from))
            };
            say!(
                "What is on the stage is too large to be explored as a whole: {lines} lines, and {requests} requests in what is recorded next. Taken from it: {taken}, on two lines of two blocks at most, with empty caches.",
                lines = count_text(*lines),
                requests = count_text(*requests as u64),
                taken
            )
        };
        let name = tr("This world").to_owned();
        Plan { faults_there: *faults, ..Plan::of(scenario, name, about) }
    }

    #[must_use]
    pub fn of_named(world: &'static NamedWorld, bug: Option<Bug>, seal: Option<u32>) -> Plan {
        let mut scenario = world.scenario();
        scenario.config.bug = bug;
        scenario.seal = seal;
        let about = tr_any(world.about);
        Plan { world: Some(world), ..Plan::of(&scenario, world.name.to_owned(), about) }
    }

    fn of(scenario: &Scenario, name: String, about: String) -> Plan {
        let text = scenario.to_text();
        // All come at the start: when does not matter.
        let lines = text.lines().filter_map(|line| Some(line.strip_prefix("at ")?.split_once(' ')?.1));
        Plan {
            name,
            about,
            bounds: speak(small::bounds(scenario)),
            lines: lines.map(str::to_owned).collect(),
            size: Size::of(scenario),
            faults_there: 0,
            world: None,
            bug: scenario.config.bug,
            scenario: text,
        }
    }

    /// How long it will take, or why it may not come to an end.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        tr(match self.size {
            Size::Small => mark!("Small: at most about a hundred thousand states, a second or two."),
            Size::Middle => {
                mark!("Middling: some hundred thousand states, up to a million. Less than half a minute.")
            }
            Size::Large => {
                mark!("Large: some millions of states. It takes a minute or more, and may meet the limit.")
            }
            Size::Huge => {
                mark!(
                    "Too large: it will hardly come to an end. Take fewer requests or faults, or a named world."
                )
            }
        })
    }
}

/// What a plan is made of: the same comes of the same.
#[derive(Clone, Debug, PartialEq)]
enum Of {
    Named { world: usize },
    Bug { bug: usize },
    Stage { edition: Edition, event: u64, recorded: u64, requests: usize, faults: usize },
}

/// Keeps the last plan, since making one looks through thousands of events, and the dialog is drawn anew at each report
/// of the worker's.
#[derive(Debug, Default)]
pub struct Planner {
    last: Option<(Language, Of, Rc<Plan>)>,
}

impl Planner {
    pub fn plan(&mut self, choices: &Choices, session: &Session) -> Rc<Plan> {
        let of = match (choices.page, choices.world.filter(|world| *world < WORLDS.len())) {
            (Page::Bug | Page::Sweep, _) => Of::Bug { bug: choices.bug },
            (Page::World, Some(world)) => Of::Named { world },
            (Page::World, None) => Of::Stage {
                edition: session.edition(),
                event: session.instant().world.events(),
                recorded: session.recorded_nearby(),
                requests: choices.requests,
                faults: choices.faults,
            },
        };
        let spoken = language::current();
        if let Some((_, _, plan)) =
            self.last.as_ref().filter(|(language, known, _)| *language == spoken && *known == of)
        {
            return Rc::clone(plan);
        }
        let plan = Rc::new(match of {
            Of::Bug { bug } => find_bug(PLANTED[bug].bug, None),
            Of::Named { world } => Plan::of_named(&WORLDS[world], None, None),
            Of::Stage { requests, faults, .. } => Plan::of_stage(&session.nearby(requests, faults)),
        });
        self.last = Some((spoken, of, Rc::clone(&plan)));
        plan
    }
}

/// Whether the dialog offers another request.
#[must_use]
pub fn request_choices() -> std::ops::RangeInclusive<usize> {
    1..=REQUESTS_MAX
}

/// Numbers of a search, each under its name.
#[must_use]
pub fn figures(counts: Counts) -> [(&'static str, &'static str, String); 5] {
    [
        ("states", tr("Unique states"), count_text(counts.states)),
        ("rate", tr("A second"), count_text(counts.rate())),
        ("depth", tr("Steps deep"), count_text(counts.depth)),
        ("frontier", tr("Yet to be looked at"), count_text(counts.frontier)),
        ("memory", tr("Memory"), size_text(counts.bytes)),
    ]
}

/// How far a sweep has come, in words, and in seeds of how many.
#[must_use]
pub fn swept(report: &Report, seeds: u64) -> Option<(String, u64)> {
    match report {
        Report::Sweeping { tried, .. } => Some((
            say!(
                "{tried} of {seeds} seeds, none fails",
                tried = count_text(*tried),
                seeds = count_text(seeds)
            ),
            *tried,
        )),
        Report::Shrinking { seed, tried, left, runs } => Some((
            say!(
                "Seed {seed} fails, and is being made small: {left} requests and faults are left after {runs} runs",
                seed = *seed,
                left = count_text(*left),
                runs = count_text(*runs)
            ),
            *tried,
        )),
        _ => None,
    }
}

/// How a search has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub tone: Tone,
    pub title: String,
    pub words: String,
    /// What else there is to say: what a rule means, what a bug does not do.
    pub more: String,
    /// The run to be played.
    pub play: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    /// It is not known.
    Open,
    Bad,
}

impl Verdict {
    /// The worker has ended: in the browser's words, and with what it knew by then.
    #[must_use]
    pub fn failed(why: &str, counts: Option<Counts>) -> Verdict {
        let counts = counts.unwrap_or_default();
        Verdict {
            tone: Tone::Open,
            title: tr("Not exhausted").to_owned(),
            words: say!(
                "The browser has ended the search, most likely because memory ran out: {why}. Nothing is broken in the {states} states that were seen.",
                why = why.to_owned(),
                states = count_text(counts.states)
            ),
            more: tr("Take fewer requests or faults, a named world, or a lower limit.").to_owned(),
            play: None,
        }
    }
}

/// What a report says of what was explored; nothing while it goes on. `hidden`: nobody is to learn which bug it is.
#[must_use]
pub fn verdict(plan: &Plan, report: &Report, hidden: bool) -> Option<Verdict> {
    Some(match report {
        Report::Searching(_) | Report::Sweeping { .. } | Report::Shrinking { .. } => return None,
        Report::Swept { tried, ms } => Verdict {
            tone: Tone::Good,
            title: tr("No seed fails").to_owned(),
            words: say!(
                "{tried} random worlds, each watched at every step, in {seconds}. That is likely, not proven: a sweep tries some orders of events, not all.",
                tried = count_text(*tried),
                seconds = seconds(*ms)
            ),
            more: String::new(),
            play: None,
        },
        Report::Failed { seed, tried, found } => Verdict {
            tone: Tone::Bad,
            title: say!("Seed {seed} fails: {rule}", seed = *seed, rule = &found.rule),
            words: say!(
                "{what}. Seeds tried: {tried}. The run has been made small, fails in the same way, and breaks the rule at event {steps}.",
                what = found.what.clone().capital(),
                tried = *tried,
                steps = found.steps
            ),
            more: about_rule(&found.rule).to_owned(),
            play: Some(found.scenario.clone()),
        },
        Report::Refused(why) => Verdict {
            tone: Tone::Open,
            title: tr("This cannot be explored").to_owned(),
            words: why.clone(),
            more: String::new(),
            play: None,
        },
        Report::Full(counts) => Verdict {
            tone: Tone::Open,
            title: tr("Not exhausted").to_owned(),
            words: say!(
                "There are more states than the limit allows. Nothing is broken in the {states} that were seen, {depth} steps deep; of what comes after them nothing is known.",
                states = count_text(counts.states),
                depth = counts.depth
            ),
            more: tr("Take fewer requests or faults, a named world, or a higher limit.").to_owned(),
            play: None,
        },
        Report::Exhausted(counts, seen) => exhausted(plan, *counts, seen),
        Report::Broken(counts, found) => broken(plan, *counts, found, hidden),
    })
}

fn exhausted(plan: &Plan, counts: Counts, seen: &str) -> Verdict {
    let seen: Vec<&str> = seen.split(' ').collect();
    let unseen = plan.world.filter(|_| plan.bug.is_none()).map_or(Vec::new(), |world| world.unseen(&seen));
    if !unseen.is_empty() {
        return Verdict {
            tone: Tone::Bad,
            title: tr("Exhausted, but it has not shown what it is there for").to_owned(),
            words: say!("Never seen: {names}", names = unseen.join(", ")),
            more: String::new(),
            play: None,
        };
    }
    let harmless = plan.bug.map(Bug::planted).filter(|planted| planted.harmless);
    let more = match (harmless, plan.bug) {
        (Some(_), _) => tr("And that is as it should be: this bug is harmless. A mirror that was declared consistent equals the disk, so writing it back once more writes what is there already. The explorer finds what breaks a rule, not what is superfluous.").to_owned(),
        (None, Some(_)) => tr("The planted bug does no harm in this world. Look for it in another one.").to_owned(),
        (None, None) => say!("Seen on the way: {names}", names = seen.join(" ")),
    };
    Verdict {
        tone: Tone::Good,
        title: tr("Exhausted: nothing is broken").to_owned(),
        words: say!(
            "{states} states, {depth} steps deep, in {seconds}: every order of events keeps every rule.",
            states = count_text(counts.states),
            depth = counts.depth,
            seconds = seconds(counts.ms)
        ),
        more,
        play: None,
    }
}

fn broken(plan: &Plan, counts: Counts, found: &Break, hidden: bool) -> Verdict {
    let planted = plan.bug.map_or(String::new(), |bug| PlantedBug { bug, hidden }.words());
    Verdict {
        tone: Tone::Bad,
        title: say!("{rule} is broken after {steps} steps", rule = &found.rule, steps = found.steps),
        words: say!(
            "{what}. There is no shorter way: whatever fewer steps lead to was checked, {states} states in {seconds}.",
            what = found.what.clone().capital(),
            states = count_text(counts.states),
            seconds = seconds(counts.ms)
        ),
        more: format!("{} {planted}", about_rule(&found.rule)).trim_end().to_owned(),
        play: Some(found.scenario.clone()),
    }
}

/// `0.8 s`.
fn seconds(ms: u64) -> String {
    if ms < 100 {
        return format!("{ms} ms");
    }
    decimal_text(ms / 1_000, ms % 1_000 / 100, 1) + " s"
}

/// A named world as it stands in a list: `steady: one line, …`.
#[must_use]
pub fn world_option(world: &NamedWorld) -> String {
    format!(
        "{}: {}{}",
        world.name,
        tr_any(world.about),
        if world.large { tr(" (takes minutes)") } else { "" }
    )
}

/// A bug that does harm, by any number.
#[must_use]
pub fn hidden_bug(number: u32) -> Bug {
    let harmful = || PLANTED.iter().filter(|planted| !planted.harmless);
    let place = number as usize % harmful().count();
    harmful().nth(place).map_or(PLANTED[0].bug, |planted| planted.bug)
}

/// The plan that finds a bug soonest; under its seal, if it has one.
#[must_use]
pub fn find_bug(bug: Bug, seal: Option<u32>) -> Plan {
    let world = worlds::find(bug.planted().world).unwrap_or(&WORLDS[0]);
    Plan::of_named(world, Some(bug), seal)
}

/// The bug that is planted in what is on the stage, as the page tells it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlantedBug {
    pub bug: Bug,
    /// Which one it is, is not told.
    pub hidden: bool,
}

impl PlantedBug {
    /// Its name, unless that is hidden.
    #[must_use]
    pub fn name(self) -> &'static str {
        if self.hidden { tr("hidden") } else { self.bug.name() }
    }

    /// What it does, and the rule that it breaks; nothing of a hidden one.
    #[must_use]
    pub fn words(self) -> String {
        if self.hidden {
            return String::new();
        }
        let Planted { breaks, rule, .. } = self.bug.planted();
        say!("The planted bug: {breaks} ({rule}).", breaks = tr(breaks), rule = tr(rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{self, Language};
    use crate::session::{Command, Session};
    use mirrorline_engine::text;

    const COUNTS: Counts =
        Counts { states: 186_204, generated: 500_034, depth: 51, frontier: 0, bytes: 1 << 24, ms: 1_870 };

    fn named(world: &str, bug: Option<Bug>) -> Plan {
        Plan::of_named(worlds::find(world).expect("it is named"), bug, None)
    }

    #[test]
    fn what_is_on_the_stage_is_made_small_and_says_so() {
        let mut session = Session::new();
        session.dispatch(Command::Seek(10)).expect("seeking cannot fail");
        let plan = Plan::of_stage(&session.nearby(3, 1));
        assert!(plan.about.contains("too large") && plan.about.contains("follow event 10"), "{}", plan.about);
        assert_eq!(plan.lines.len(), 3, "{:?}", plan.lines);
        assert!(plan.lines[0].starts_with("host 1 "), "{:?}", plan.lines);
        assert_eq!(plan.size, Size::Small);
        assert!(plan.advice().starts_with("Small"));
        assert!(Scenario::parse(&plan.scenario).is_ok());
    }

    #[test]
    fn a_plan_is_made_anew_only_when_something_else_would_come_of_it() {
        let mut session = Session::new();
        session.dispatch(Command::Seek(10)).expect("seeking cannot fail");
        let mut planner = Planner::default();
        let first = planner.plan(&Choices::default(), &session);
        // What does not decide, and a report after another.
        for limit in 0..LIMITS.len() {
            let choices = Choices { limit, bug: 7, seed: 9, ..Choices::default() };
            assert!(Rc::ptr_eq(&first, &planner.plan(&choices, &session)));
        }
        let more = Choices { requests: 4, ..Choices::default() };
        assert_eq!(planner.plan(&more, &session).lines.len(), 4);
        let named = Choices { world: Some(1), ..Choices::default() };
        assert_eq!(planner.plan(&named, &session).name, WORLDS[1].name);
        let bug = Choices { page: Page::Bug, bug: 3, ..Choices::default() };
        assert_eq!(planner.plan(&bug, &session).bug, Some(PLANTED[3].bug));
        session.dispatch(Command::Seek(40)).expect("seeking cannot fail");
        let later = planner.plan(&Choices::default(), &session);
        assert!(later.about.contains("follow event 40"), "{}", later.about);
        let crash =
            vec![mirrorline_engine::sim::Fault::Crash { at: mirrorline_engine::ids::ControllerId::A }];
        session.dispatch(Command::Break { faults: crash, label: "Kill A".into() }).expect("it can be broken");
        assert!(!Rc::ptr_eq(&later, &planner.plan(&Choices::default(), &session)), "another future");
    }

    #[test]
    fn a_small_world_on_the_stage_is_taken_whole_with_its_faults_and_its_bug() {
        let plan = named("crash", Some(Bug::NoFence));
        let link = crate::share::read(&plan.scenario).expect("it is a scenario");
        let mut session = Session::new();
        session.open(&link).expect("it can be shown");
        let taken = Plan::of_stage(&session.nearby(3, 1));
        assert!(taken.about.contains("as it is"), "{}", taken.about);
        assert_eq!((&taken.lines, taken.bug), (&plan.lines, Some(Bug::NoFence)));
        assert_eq!((taken.lines.len(), taken.lines[0].as_str()), (3, "crash A"));
    }

    #[test]
    fn an_exhausted_world_says_how_many_states_and_what_was_seen() {
        let plan = named("steady", None);
        let seen = worlds::find("steady").expect("it is named").reaches.to_owned();
        let said = verdict(&plan, &Report::Exhausted(COUNTS, seen.clone()), false).expect("it is over");
        assert_eq!((said.tone, said.title.as_str()), (Tone::Good, "Exhausted: nothing is broken"));
        assert!(said.words.starts_with("186\u{202f}204 states, 51 steps deep, in 1.8 s"), "{}", said.words);
        let less = seen.replace(" NACK", "");
        let said = verdict(&plan, &Report::Exhausted(COUNTS, less), false).expect("it is over");
        assert_eq!((said.tone, said.words.as_str()), (Tone::Bad, "Never seen: NACK"));
    }

    #[test]
    fn the_harmless_bug_says_why_the_explorer_is_silent() {
        let plan = find_bug(Bug::PromoteConsistent, None);
        let said = verdict(&plan, &Report::Exhausted(COUNTS, String::new()), false).expect("it is over");
        assert!(said.tone == Tone::Good && said.more.contains("harmless"), "{said:?}");
    }

    #[test]
    fn a_limit_that_is_met_is_not_taken_for_the_end() {
        let said = verdict(&named("steady", None), &Report::Full(COUNTS), false).expect("it is over");
        assert_eq!((said.tone, said.title.as_str()), (Tone::Open, "Not exhausted"));
        assert_eq!(verdict(&named("steady", None), &Report::Searching(COUNTS), false), None);
    }

    #[test]
    fn a_counterexample_tells_the_rule_and_of_the_bug_only_what_is_not_hidden() {
        let plan = find_bug(Bug::RecycleEarly, None);
        let found = Break {
            rule: "SLOT-PARTITION".into(),
            what: "A02 is both".into(),
            steps: 5,
            scenario: "x".into(),
        };
        let report = Report::Broken(COUNTS, found);
        let said = verdict(&plan, &report, false).expect("it is over");
        assert_eq!(said.title, "SLOT-PARTITION is broken after 5 steps");
        assert!(
            said.more.contains("No slot is both free and used") && said.more.contains("rule 1"),
            "{}",
            said.more
        );
        let said = verdict(&plan, &report, true).expect("it is over");
        assert!(!format!("{said:?}").contains("META"), "{said:?}");
        // Nor does the run that shows it, whose plan is under the seal already.
        let sealed = find_bug(Bug::RecycleEarly, Some(3)).scenario;
        assert!(!sealed.contains("recycle-early"), "{sealed}");
        assert_eq!(Scenario::parse(&sealed).expect("it is sound").config.bug, Some(Bug::RecycleEarly));
        assert_eq!(said.play.as_deref(), Some("x"));
    }

    #[test]
    fn what_broke_is_told_in_the_language_of_the_page() {
        let what = text!("{at} serves alone, and so does {peer}", at = "A", peer = "B");
        let found = Break { rule: "FENCED".into(), what, steps: 5, scenario: "x".into() };
        let report = Report::read(&Report::Broken(COUNTS, found).write()).expect("it is one");
        let plan = named("crash", None);
        let words = || verdict(&plan, &report, false).expect("it is over").words;
        assert!(words().starts_with("A serves alone, and so does B. There is "), "{}", words());
        let key = language::key_of("{at} serves alone, and so does {peer}");
        language::put(Language::German, Vec::from([(key, "{peer} dient allein, wie {at}")]).leak());
        assert!(words().starts_with("B dient allein, wie A. There is "), "{}", words());
        language::put(Language::English, &[]);
    }

    #[test]
    fn a_sweep_says_how_far_it_is_and_what_failed() {
        let said = swept(&Report::Sweeping { tried: 12, ms: 1 }, 100).expect("it goes on");
        assert_eq!(said, ("12 of 100 seeds, none fails".to_owned(), 12));
        let found =
            Break { rule: "FENCED".into(), what: "both serve".into(), steps: 70, scenario: "x".into() };
        let plan = named("steady", None);
        let said = verdict(&plan, &Report::Failed { seed: 7, tried: 8, found }, false).expect("it is over");
        assert_eq!((said.title.as_str(), said.play.as_deref()), ("Seed 7 fails: FENCED", Some("x")));
        let said = verdict(&plan, &Report::Swept { tried: 100, ms: 2_500 }, false).expect("it is over");
        assert!(
            said.tone == Tone::Good && said.words.contains("in 2.5 s") && said.words.contains("not proven")
        );
    }

    /// The types that TypeScript sees.
    #[test]
    fn the_declared_names_of_the_bugs_are_those_that_can_be_planted() {
        let types = include_str!("../api.d.ts");
        let (_, rest) = types.split_once("export type Bug =").expect("it is declared");
        let (names, _) = rest.split_once(';').expect("it ends");
        let names: Vec<&str> = names.split('"').skip(1).step_by(2).collect();
        let planted: Vec<&str> = PLANTED.iter().map(|planted| planted.name).collect();
        assert_eq!(names, planted);
    }

    #[test]
    fn a_hidden_bug_does_harm_whatever_the_number() {
        for number in 0..60 {
            assert!(!hidden_bug(number).planted().harmless);
        }
        assert_ne!(hidden_bug(0), hidden_bug(1));
        let hidden = PlantedBug { bug: Bug::NoFence, hidden: true };
        assert_eq!((hidden.name(), hidden.words()), ("hidden", String::new()));
    }
}
