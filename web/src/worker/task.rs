//! What the worker does for the page, a slice at a time, so that it can be put aside and be given up. No browser.

use super::report::{Break, Counts, Report, numbers};
use crate::session::stopwatch::now_ms;
use mirrorline_engine::bug::Bug;
use mirrorline_engine::explore::{Counterexample, Model, Scratch, Search};
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sweep::shrink::Shrinking;
use mirrorline_engine::sweep::{Coverage, Failing, Trial, replay};
use mirrorline_engine::text::Text;

/// Something to be done, as the page asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Every order of events of a world, given as a scenario's text, with at most so many states.
    Explore { max_states: u64, scenario: String },
    /// So many random worlds, each with the bug, from a seed on, until one fails.
    Sweep { from: u64, count: u64, bug: Option<Bug> },
}

impl Wish {
    /// As [`Task::begin`] reads it.
    #[must_use]
    pub fn write(&self) -> String {
        match self {
            Wish::Explore { max_states, scenario } => format!("explore {max_states}\n{scenario}"),
            Wish::Sweep { from, count, bug } => {
                format!("sweep {from} {count}\n{}", bug.map_or("", Bug::name))
            }
        }
    }

    fn read(text: &str) -> Option<Wish> {
        let (head, rest) = text.split_once('\n')?;
        let (kind, rest_of_head) = head.split_once(' ')?;
        match kind {
            "explore" => {
                let [max_states] = numbers(rest_of_head)?;
                Some(Wish::Explore { max_states, scenario: rest.to_owned() })
            }
            "sweep" => {
                let [from, count] = numbers(rest_of_head)?;
                let bug = if rest.is_empty() { None } else { Some(Bug::find(rest)?) };
                Some(Wish::Sweep { from, count, bug })
            }
            _ => None,
        }
    }
}

/// Something that is being done.
pub enum Task {
    Explore(Box<Exploration>),
    Sweep(Box<Sweep>),
    /// It cannot be done: why.
    Refused(String),
}

pub struct Exploration {
    model: Model,
    search: Search,
    /// Where the search is in its level.
    part: usize,
    scratch: Scratch,
    ms: f64,
}

impl Task {
    /// Makes ready for what the page wishes.
    #[must_use]
    pub fn begin(text: &str) -> Task {
        let model = match Wish::read(text) {
            Some(Wish::Sweep { from, count, bug }) => {
                return Task::Sweep(Box::new(Sweep { from, count, bug, tried: 0, failing: None, ms: 0.0 }));
            }
            None => Err("the page asked for something unknown".to_owned()),
            Some(Wish::Explore { max_states, scenario }) => Scenario::parse(&scenario)
                .map_err(|error| error.to_string())
                .and_then(|scenario| Model::new(scenario).map_err(|error| error.to_string()))
                .map(|model| (model.with_symmetries(), max_states)),
        };
        match model {
            Err(why) => Task::Refused(why),
            Ok((model, max_states)) => {
                let search = Search::new(&model, usize::try_from(max_states).unwrap_or(usize::MAX));
                let scratch = model.scratch();
                Task::Explore(Box::new(Exploration { model, search, part: 0, scratch, ms: 0.0 }))
            }
        }
    }

    /// Works for about so long, and says what has come of it.
    pub fn work(&mut self, budget_ms: f64) -> Report {
        match self {
            Task::Explore(exploration) => exploration.work(budget_ms),
            Task::Sweep(sweep) => sweep.work(budget_ms),
            Task::Refused(why) => Report::Refused(why.clone()),
        }
    }
}

/// Events that may be spent on making a failing run small: some seconds.
const SHRINK_EVENTS: u64 = 1_000_000;

pub struct Sweep {
    from: u64,
    count: u64,
    bug: Option<Bug>,
    tried: u64,
    /// The seed that fails, how, and its run, which is being made small.
    failing: Option<(u64, Failing, Shrinking)>,
    ms: f64,
}

impl Sweep {
    /// A seed at least, or a run of one that fails.
    fn work(&mut self, budget_ms: f64) -> Report {
        let begun_ms = now_ms();
        if let Some((seed, failing, shrinking)) = &mut self.failing {
            let (seed, tried) = (*seed, self.tried);
            while failing.shrink_on(shrinking) {
                if now_ms() - begun_ms >= budget_ms {
                    return of_shrinking(seed, tried, shrinking);
                }
            }
            return Report::Failed { seed, tried, found: shrunk(seed, *failing, shrinking.best()) };
        }
        while self.tried < self.count {
            let seed = self.from.saturating_add(self.tried);
            self.tried += 1;
            let mut trial = Trial::with_bug(seed, self.bug);
            let outcome = trial.run(&mut Coverage::default());
            if let Some((failing, _)) = Failing::of(&outcome) {
                let shrinking = failing.shrinking(&trial.scenario(), SHRINK_EVENTS);
                let report = of_shrinking(seed, self.tried, &shrinking);
                self.failing = Some((seed, failing, shrinking));
                return report;
            }
            if now_ms() - begun_ms >= budget_ms {
                break;
            }
        }
        self.ms += now_ms() - begun_ms;
        let (tried, ms) = (self.tried, self.ms as u64);
        if tried < self.count { Report::Sweeping { tried, ms } } else { Report::Swept { tried, ms } }
    }
}

fn of_shrinking(seed: u64, tried: u64, shrinking: &Shrinking) -> Report {
    Report::Shrinking { seed, tried, left: shrinking.items() as u64, runs: shrinking.tries() }
}

/// The run that was made small, and what breaks in it when.
fn shrunk(seed: u64, failing: Failing, small: &Scenario) -> Break {
    let mut small = small.clone();
    let rule = failing.invariant().name().to_owned();
    let finding = replay(&small, &mut Coverage::default()).finding;
    let (what, steps) = finding.map_or((Text::default(), 0), |found| (found.what, found.after_events));
    small.title = format!("Seed {seed}: {rule}");
    small.about = what.to_string().chars().filter(|c| !c.is_control()).take(400).collect();
    Break { rule, what, steps, scenario: small.to_text() }
}

impl Exploration {
    fn work(&mut self, budget_ms: f64) -> Report {
        let begun_ms = now_ms();
        let mut more = true;
        while more && now_ms() - begun_ms < budget_ms {
            more = self.search.advance(&mut self.part, &mut self.scratch);
        }
        let search = &self.search;
        let found = if more { None } else { search.found().or_else(|| search.stuck()) };
        self.ms += now_ms() - begun_ms;
        let counts = Counts {
            states: search.unique_states() as u64,
            generated: search.generated_states(),
            depth: u64::from(search.depth()),
            frontier: search.frontier(self.part) as u64,
            bytes: search.bytes() as u64,
            ms: self.ms as u64,
        };
        if let Some(found) = found {
            let Counterexample { scenario, violation, steps, .. } = Counterexample::new(&self.model, &found);
            let rule = violation.invariant.name().to_owned();
            let found = Break { rule, what: violation.what, steps, scenario: scenario.to_text() };
            return Report::Broken(counts, found);
        }
        if more {
            return Report::Searching(counts);
        }
        if !search.is_complete() {
            return Report::Full(counts);
        }
        let seen: Vec<&str> = search.coverage().names().collect();
        Report::Exhausted(counts, seen.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirrorline_engine::explore::worlds;

    fn explore(world: &str, bug: Option<Bug>, max_states: u64) -> Task {
        let mut scenario = worlds::find(world).expect("it is named").scenario();
        scenario.config.bug = bug;
        Task::begin(&Wish::Explore { max_states, scenario: scenario.to_text() }.write())
    }

    /// The last report, and how many came before it.
    fn end(task: &mut Task, budget_ms: f64) -> (Report, usize) {
        let mut before = 0;
        loop {
            let report = task.work(budget_ms);
            if !report.goes_on() {
                return (report, before);
            }
            before += 1;
        }
    }

    #[test]
    fn in_slices_it_sees_every_state_of_a_world() {
        let (report, before) = end(&mut explore("tight", None, 100_000), 1.0);
        let Report::Exhausted(counts, seen) = report else { panic!("{report:?}") };
        assert_eq!((counts.states, counts.generated, counts.depth, counts.frontier), (8_605, 21_115, 48, 0));
        assert_eq!(seen, worlds::find("tight").expect("it is named").reaches);
        assert!(before > 1, "it can be put aside in between");
    }

    #[test]
    fn of_states_that_are_the_same_but_for_names_it_sees_one() {
        let (report, _) = end(&mut explore("twins", None, 100_000), 10.0);
        let Report::Exhausted(counts, _) = report else { panic!("{report:?}") };
        assert_eq!(counts.states, 4_964);
    }

    #[test]
    fn a_bound_that_is_met_is_told() {
        let (report, _) = end(&mut explore("crash", None, 1_000), 1.0);
        let Report::Full(counts) = report else { panic!("{report:?}") };
        assert!(counts.states > 1_000 && counts.states < 9_890 && counts.frontier > 0);
    }

    #[test]
    fn a_planted_bug_comes_with_the_run_that_shows_it() {
        let (report, _) = end(&mut explore("steady", Some(Bug::RecycleEarly), 100_000), 10.0);
        let Report::Broken(_, found) = report else { panic!("{report:?}") };
        assert_eq!((found.rule.as_str(), found.steps), ("SLOT-PARTITION", 5));
        let scenario = Scenario::parse(&found.scenario).expect("it is a scenario");
        assert_eq!((scenario.order.len(), scenario.config.bug), (5, Some(Bug::RecycleEarly)));
    }

    #[test]
    fn a_sweep_of_sound_worlds_ends_when_all_have_been_tried() {
        let mut task = Task::begin(&Wish::Sweep { from: 3, count: 4, bug: None }.write());
        let (report, before) = end(&mut task, 0.0);
        let Report::Swept { tried, .. } = report else { panic!("{report:?}") };
        assert_eq!((tried, before), (4, 3), "each seed is a slice of its own");
    }

    #[test]
    fn a_seed_that_fails_is_made_small_and_fails_where_it_says() {
        let bug = Some(Bug::RecycleEarly);
        let mut task = Task::begin(&Wish::Sweep { from: 0, count: 50, bug }.write());
        let mut sizes = Vec::new();
        let (seed, tried, found) = loop {
            match task.work(0.0) {
                Report::Sweeping { .. } => assert_eq!(sizes, [], "first it is looked for"),
                // A slice for each run: it can be put aside in between.
                Report::Shrinking { left, runs, .. } => sizes.push((runs, left)),
                Report::Failed { seed, tried, found } => break (seed, tried, found),
                report => panic!("{report:?}"),
            }
        };
        assert_eq!(seed + 1, tried);
        assert!(sizes.len() > 10 && sizes.is_sorted_by_key(|(runs, _)| *runs), "{sizes:?}");
        let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
        assert!(first.0 == 0 && last.0 > 10 && last.1 < first.1, "{sizes:?}");
        let scenario = Scenario::parse(&found.scenario).expect("it is a scenario");
        assert_eq!(scenario.config.bug, bug);
        let again = replay(&scenario, &mut Coverage::default()).finding.expect("it fails");
        assert_eq!((again.invariant.name(), again.after_events), (found.rule.as_str(), found.steps));
    }

    #[test]
    fn bad_wishes_are_refused_in_words() {
        for (text, why) in [
            ("", "unknown"),
            ("explore x\n", "unknown"),
            ("dance 1\n", "unknown"),
            ("sweep 1\n", "unknown"),
            ("sweep 1 2\nno-such-bug", "unknown"),
            ("explore 5\nhello", "scenario"),
            ("explore 5\nmirrorline scenario 1\nlun 0 8 blocks owner A\nblock 4096 stored 16\n", "8 bytes"),
        ] {
            let report = Task::begin(text).work(1.0);
            let Report::Refused(said) = report else { panic!("{text:?}: {report:?}") };
            assert!(said.contains(why), "{text:?}: {said}");
        }
    }
}
