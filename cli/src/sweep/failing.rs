//! Seeds that fail: how they are caught, made small, and written down.

use crate::errors::Failure;
use crate::scenario_file;
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sweep::shrink::{Tried, shrink};
use mirrorline_engine::sweep::trial::Outcome;
use mirrorline_engine::sweep::{Coverage, Failing as Way, Trial, Variant, replay};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Once;

/// A seed that fails, as small as it could be made.
#[derive(Clone, Debug)]
pub struct Failing {
    pub seed: u64,
    pub invariant: String,
    pub what: String,
    pub scenario: Scenario,
}

/// Two runs fail alike when they break the same invariant, when both do not end, or when the engine gives up at the
/// same place in its code.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Way(Way),
    Panic(String),
}

/// What one seed has come to.
pub struct Seen {
    pub seed: u64,
    /// Nothing when the engine panicked: what it had counted is lost.
    pub outcome: Option<Outcome>,
    pub coverage: Coverage,
    pub failing: Option<Failing>,
}

/// Runs one seed to its end; if it fails, looks for less that fails as well.
pub fn try_seed(seed: u64, variant: Option<Variant>, shrink_events: u64) -> Seen {
    let mut coverage = Coverage::default();
    let mut trial = Trial::in_variant(seed, variant);
    let outcome = caught(|| trial.run(&mut coverage));
    let failing = kind_of(&outcome).map(|(kind, what)| {
        let budget = match &kind {
            Kind::Way(way) => way.budget(shrink_events),
            Kind::Panic(_) => shrink_events,
        };
        let mut scenario = shrink(&trial.scenario(), budget, &mut |candidate| kind.is_met(candidate));
        let what = match kind {
            Kind::Way(Way::Endless) => what,
            _ => kind_of(&replayed(&scenario)).map_or(what, |(_, what)| what),
        };
        let invariant = match &kind {
            Kind::Way(way) => way.invariant().name(),
            Kind::Panic(_) => "PANIC",
        };
        scenario.title = format!("Seed {seed}: {invariant}");
        scenario.about = what.chars().filter(|c| !c.is_control()).take(400).collect();
        Failing { seed, invariant: invariant.to_owned(), what, scenario }
    });
    Seen { seed, outcome: outcome.ok(), coverage, failing }
}

fn replayed(scenario: &Scenario) -> Result<Outcome, Panic> {
    let mut unused = Coverage::default();
    caught(|| replay(scenario, &mut unused))
}

impl Kind {
    /// Whether a scenario fails in this way.
    fn is_met(&self, scenario: &Scenario) -> Tried {
        let unmet = Tried { fails_at_ns: None, events: 1 };
        match self {
            Kind::Way(way) => caught(|| way.is_met(scenario)).unwrap_or(unmet),
            Kind::Panic(place) => match replayed(scenario) {
                Ok(outcome) => Tried { fails_at_ns: None, events: outcome.events },
                Err(panic) => Tried { fails_at_ns: (panic.place == *place).then_some(u64::MAX), ..unmet },
            },
        }
    }
}

fn kind_of(outcome: &Result<Outcome, Panic>) -> Option<(Kind, String)> {
    match outcome {
        Ok(outcome) => Way::of(outcome).map(|(way, what)| (Kind::Way(way), what.to_string())),
        Err(Panic { place, words }) => Some((Kind::Panic(place.clone()), format!("{words} ({place})"))),
    }
}

/// A panic of the engine: an assertion of its own did not hold.
struct Panic {
    place: String,
    words: String,
}

thread_local! {
    /// Whether a panic of this thread is something to be found out about, not the program's end.
    static TRYING: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Runs something that may panic, quietly.
fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !TRYING.get() {
                return usual(info);
            }
            let place = info.location().map_or_else(String::new, ToString::to_string);
            let words = info.payload_as_str().unwrap_or("a panic without words").to_owned();
            PANIC.set(Some(Panic { place, words }));
        }));
    });
    TRYING.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(run));
    TRYING.set(false);
    outcome.map_err(|_| {
        let unknown = || Panic { place: String::new(), words: "a panic without words".into() };
        PANIC.take().unwrap_or_else(unknown)
    })
}

/// Writes the scenario into a directory. Returns the file's path.
pub fn write(out: &Path, failing: &Failing) -> Result<String, Failure> {
    scenario_file::write(out, &format!("seed-{}", failing.seed), &failing.scenario)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_place_and_its_words() {
        let panic = caught(|| panic!("slot {} is lost", 7)).expect_err("it panics");
        assert_eq!(panic.words, "slot 7 is lost");
        assert!(panic.place.starts_with("cli/src/sweep/failing.rs:"), "{}", panic.place);
        assert!(caught(|| 1).is_ok(), "and the next one is not taken for it");
    }

    #[test]
    fn two_runs_fail_alike_when_they_break_the_same_rule_or_panic_at_the_same_place() {
        let panics_at = |place: &str| {
            let outcome = Err(Panic { place: place.into(), words: "it is so".into() });
            kind_of(&outcome).expect("a panic is a failure").0
        };
        assert_eq!(panics_at("a.rs:1:1"), panics_at("a.rs:1:1"));
        assert_ne!(panics_at("a.rs:1:1"), panics_at("a.rs:2:1"));
        assert!(kind_of(&replayed(&Scenario::default())).is_none(), "a world at rest is none");
    }

    #[test]
    fn a_failing_seed_is_written_so_that_it_can_be_read() {
        let out = std::env::temp_dir().join(format!("mirrorline-failing-{}", std::process::id()));
        let scenario = Scenario { title: "Seed 7: FENCED".into(), ..Scenario::default() };
        let failing = Failing { seed: 7, invariant: "FENCED".into(), what: "both serve".into(), scenario };
        let file = write(&out, &failing).expect("the directory can be made");
        let text = std::fs::read_to_string(&file).expect("the file is there");
        std::fs::remove_dir_all(&out).expect("it can be deleted");
        assert!(file.ends_with("seed-7.scenario"));
        assert_eq!(Scenario::parse(&text).expect("it is a scenario").title, "Seed 7: FENCED");
    }
}
