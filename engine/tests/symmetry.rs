//! Symmetries: what is found with them is what is found without them, in fewer states.

use mirrorline_engine::bug::Bug;
use mirrorline_engine::check::{Depth, Watch};
use mirrorline_engine::explore::worlds::{self, WORLDS};
use mirrorline_engine::explore::{Counterexample, Found, Model, Search};
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::Run;

fn searched(model: &Model, max_states: usize) -> Search {
    let mut search = Search::new(model, max_states);
    search.run(&mut model.scratch());
    search
}

fn plain(world: &str, bug: Option<Bug>) -> Model {
    let mut scenario = worlds::find(world).expect("there is such a world").scenario();
    scenario.config.bug = bug;
    Model::new(scenario).expect("a named world can be explored")
}

/// Explores a world with symmetries and without: the same is found, and every state stands for others.
fn explored(plain: &Model) -> (usize, usize) {
    let folded = plain.clone().with_symmetries();
    let (one, all) = (searched(&folded, 4_000_000), searched(plain, 4_000_000));
    assert_eq!((one.found(), one.stuck(), one.is_complete()), (None, None, true));
    assert_eq!((all.found(), all.stuck(), all.is_complete()), (None, None, true));
    assert_eq!((one.depth(), one.coverage()), (all.depth(), all.coverage()));
    assert_eq!(one.plain_states(), all.unique_states() as u64);
    assert_eq!(all.plain_states(), all.unique_states() as u64);
    let (orbits, states) = (one.unique_states(), all.unique_states());
    let symmetries = folded.symmetries().len() + 1;
    assert!(orbits <= states && states <= orbits * symmetries, "{orbits} for {states}");
    (orbits, states)
}

macro_rules! states {
    ($($test:ident: $world:literal, $symmetries:expr, $counts:expr;)+) => {
        $(#[test]
        fn $test() {
            let plain = plain($world, None);
            assert_eq!(plain.clone().with_symmetries().symmetries(), $symmetries);
            assert_eq!(explored(&plain), $counts);
        })+

        /// Every world that has symmetries and does not take minutes is explored here.
        #[test]
        fn no_symmetric_world_is_left_out() {
            let small = WORLDS.iter().filter(|world| !world.large).map(|world| world.name);
            let symmetric = small.filter(|world| !plain(world, None).with_symmetries().symmetries().is_empty());
            assert_eq!(symmetric.collect::<Vec<_>>(), [$($world),+]);
        }
    };
}

// Unique states with symmetries and without.
states!(
    scrub: "scrub", ["block 0:0 ↔ 0:1, request 1 ↔ 2"], (3_933, 7_314);
    battery: "battery", ["request 1 ↔ 3"], (59_156, 117_903);
    twins: "twins", ["block 0:0 ↔ 0:1, request 1 ↔ 2"], (4_964, 9_830);
    both_sides: "both-sides",
        ["A ↔ B, block 0:0 ↔ 1:0, block 0:1 ↔ 1:1, request 1 ↔ 2"], (115_991, 231_861);
    whole_line: "whole-line", ["block 0:0 ↔ 0:1"], (22_094, 26_927);
);

const COMMON: &str = "mirrorline scenario 1
disks 3 left-symmetric chunk 1
hosts 1
link latency 0ns speed 4294967295MB/s
flush high 100% low 100% tick 1ms idle 1 age 1 depth 1
lines 1
lent 1
lun 0 2 blocks owner A
lun 1 2 blocks owner B
";

/// A world of two LUNs, one owned by each controller.
fn two_luns(requests: &str, bug: Option<Bug>) -> Model {
    let mut scenario = Scenario::parse(&format!("{COMMON}{requests}")).expect("it is sound");
    scenario.config.bug = bug;
    Model::new(scenario).expect("it can be explored")
}

/// Each line has two orders of its blocks, and beside them A and B may change places.
#[test]
fn eight_names_for_one_state() {
    let plain = two_luns(
        "at 0ns host 1 writes blocks 0:0..1 via B\nat 0ns host 1 writes blocks 1:0..1 via A\n",
        None,
    );
    assert_eq!(plain.clone().with_symmetries().symmetries().len(), 7);
    assert_eq!(explored(&plain), (265, 553));
}

/// With symmetries a bug breaks the same rule after as many steps, or is found as little, as without; and the
/// counterexample is a run of the world as it is.
fn verdict(plain: &Model) -> Option<(&'static str, usize)> {
    let folded = plain.clone().with_symmetries();
    assert!(!folded.symmetries().is_empty());
    let found = |model: &Model| {
        let search = searched(model, 4_000_000);
        assert!(search.found().is_some() || search.is_complete());
        search.found().or_else(|| search.stuck())
    };
    let rule = |found: &Found| (found.violation.invariant.name(), found.path.len());
    let (one, all) = (found(&folded), found(plain));
    assert_eq!(one.as_ref().map(rule), all.as_ref().map(rule), "{}", plain.scenario().to_text());
    let found = one?;
    let Counterexample { scenario, confirmed, .. } = Counterexample::new(&folded, &found);
    assert!(confirmed, "{}", scenario.to_text());
    assert_eq!(scenario.order.len(), found.path.len());
    let back = Scenario::parse(&scenario.to_text()).expect("a counterexample is a sound scenario");
    assert_eq!(broken_after(&back, found.path.len()), found.path.len(), "{}", scenario.to_text());
    Some(rule(&found))
}

/// After how many events whoever plays a scenario sees a rule broken; at most so many are played.
fn broken_after(scenario: &Scenario, events: usize) -> usize {
    let world = scenario.world().expect("it is a sound world");
    let source = scenario.source().expect("its requests are listed");
    let mut run = Run::new(world, source, scenario.pacing);
    let mut watch = Watch::new(Depth::EveryEvent);
    while run.world().events() < events as u64 && run.step(&mut watch).is_some() {
        watch.after_event(run.world());
    }
    watch.violations().first().map_or(0, |violation| violation.after_events as usize)
}

/// All planted bugs in some worlds. How many break a rule in each.
fn verdicts(worlds: &[(&str, &dyn Fn(Bug) -> Model)]) -> Vec<usize> {
    let mut counts = Vec::new();
    for (name, model) in worlds {
        let mut count = 0;
        for bug in Bug::ALL {
            if let Some((rule, steps)) = verdict(&model(bug)) {
                println!("{name}, {}: {rule} after {steps} steps", bug.name());
                count += 1;
            }
        }
        counts.push(count);
    }
    counts
}

#[test]
fn every_bug_breaks_what_it_breaks_without_symmetries() {
    let each_other = "at 0ns host 1 writes block 0:0 via B\nat 0ns host 1 writes block 1:0 via A\n";
    let whole = "at 0ns host 1 writes blocks 0:0..1 via B\nat 0ns host 1 writes blocks 1:0..1 via A\n";
    let counts = verdicts(&[
        ("A and B", &|bug| two_luns(each_other, Some(bug))),
        ("A, B and blocks", &|bug| two_luns(whole, Some(bug))),
        ("scrub", &|bug| plain("scrub", Some(bug))),
        ("twins", &|bug| plain("twins", Some(bug))),
        ("whole-line", &|bug| plain("whole-line", Some(bug))),
    ]);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}
