//! The explorer: what it leaves out decides nothing, it sees every state of the named worlds, it finds every planted
//! bug, and its counterexamples are runs of the engine.

use mirrorline_engine::bug::{Bug, PLANTED};
use mirrorline_engine::check::{Depth, Watch};
use mirrorline_engine::digest::mix;
use mirrorline_engine::explore::small::Size;
use mirrorline_engine::explore::worlds::{self, WORLDS};
use mirrorline_engine::explore::{Counterexample, Model, Search};
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::Run;

fn model(world: &str, bug: Option<Bug>) -> Model {
    let mut scenario = worlds::find(world).expect("there is such a world").scenario();
    scenario.config.bug = bug;
    Model::new(scenario).expect("a named world can be explored")
}

fn searched(model: &Model, max_states: usize) -> Search {
    let mut search = Search::new(model, max_states);
    search.run(&mut model.scratch());
    search
}

/// A run that keeps its times and numbers, and one that is made anew from its bytes before every step, are the same.
#[test]
fn what_is_left_out_of_the_bytes_decides_nothing() {
    // Of two lines at once the one with the lower key comes first where states are explored; in a run that keeps its
    // numbers, the one that came first.
    let two_at_once = ["failback-two", "shared-crash", "shared-failback", "shared-power"];
    for world in WORLDS.iter().filter(|world| !two_at_once.contains(&world.name)) {
        let model = model(world.name, None);
        for seed in 0..120 {
            let (mut kept, mut anew) = (model.scratch(), model.scratch());
            let mut z = seed;
            for step in 0..400 {
                let at = format!("{} seed {seed} step {step}", world.name);
                let bytes = kept.pack().to_vec();
                assert_eq!(bytes, anew.pack(), "{at}");
                anew.unpack(&bytes);
                assert_eq!(bytes, anew.pack(), "{at}: there and back");
                anew.unpack(&bytes);
                let count = kept.choices().len();
                assert_eq!(count, anew.choices().len(), "{at}");
                if count == 0 {
                    break;
                }
                z = mix(z);
                // Another way, and back: what that has touched is made anew, and the rest is as it was.
                let astray = anew.choices()[(z >> 32) as usize % count];
                assert_eq!(anew.choose(astray), None, "{at}");
                anew.pack();
                anew.unpack(&bytes);
                anew.choices();
                for run in [&mut kept, &mut anew] {
                    let mut choice = run.choices()[(z % count as u64) as usize];
                    // What has been sent has left before anything else happens.
                    choice.at_ns = choice.at_ns.max(run.world().now_ns() + 1_000_000);
                    assert_eq!(run.choose(choice), None, "{at}");
                    assert_eq!(run.check(), None, "{at}");
                }
            }
        }
    }
}

/// Exhausts a world. Its counts change only when the protocol does, or what is encoded of it.
fn exhausted(world: &str) -> (usize, u64, u32) {
    let search = searched(&model(world, None), 2_000_000);
    assert_eq!((search.found(), search.stuck(), search.is_complete()), (None, None, true));
    let seen: Vec<&str> = search.coverage().names().collect();
    let named = worlds::find(world).expect("it was explored");
    assert_eq!(seen.join(" "), named.reaches);
    let most = match Size::of(&named.scenario()) {
        Size::Small => 100_000,
        Size::Middle => 1_000_000,
        Size::Large | Size::Huge => usize::MAX,
    };
    assert!(search.unique_states() <= most, "the rule of thumb for {world}");
    (search.unique_states(), search.generated_states(), search.depth())
}

macro_rules! states {
    ($($test:ident: $world:literal, $counts:expr;)+) => {
        $(#[test]
        fn $test() {
            assert_eq!(exhausted($world), $counts);
        })+

        /// Every world that does not take minutes is exhausted here.
        #[test]
        fn no_world_is_left_out() {
            let small = WORLDS.iter().filter(|world| !world.large).map(|world| world.name);
            assert_eq!(small.collect::<Vec<_>>(), [$($world),+]);
        }
    };
}

// Unique states, generated states, and depth.
states!(
    tight: "tight", (8_605, 21_115, 48);
    steady: "steady", (186_204, 500_034, 51);
    two_keys: "two-keys", (27_976, 77_090, 49);
    scrub: "scrub", (7_314, 21_883, 36);
    battery: "battery", (117_903, 318_582, 51);
    crash: "crash", (9_890, 22_130, 42);
    crash_in_flush: "crash-in-flush", (199_771, 473_436, 49);
    battery_crash: "battery-crash", (53_734, 114_777, 42);
    link_cut: "link-cut", (318_821, 896_240, 43);
    hung_peer: "hung-peer", (201_792, 515_626, 53);
    failback: "failback", (313_892, 798_313, 75);
    failback_two: "failback-two", (771_822, 2_086_203, 77);
    rehome: "rehome", (672_626, 2_126_120, 68);
    second_crash: "second-crash", (246_143, 600_700, 76);
    power_loss: "power-loss", (81_046, 159_448, 58);
    power_and_crash: "power-and-crash", (23_385, 42_232, 49);
    power_and_hang: "power-and-hang", (1_123_681, 2_520_268, 79);
    disk_fault: "disk-fault", (10_118, 24_668, 32);
    degraded_crash: "degraded-crash", (63_079, 155_600, 47);
    twins: "twins", (9_830, 23_150, 39);
    both_sides: "both-sides", (231_861, 657_757, 51);
    whole_line: "whole-line", (26_927, 51_150, 47);
    overlap: "overlap", (76_013, 159_733, 40);
    overlap_owner: "overlap-owner", (160_324, 418_293, 43);
    shared_stripe: "shared-stripe", (12_278, 31_647, 49);
    shared_crash: "shared-crash", (11_985, 27_715, 41);
    shared_failback: "shared-failback", (364_073, 943_779, 79);
    shared_power: "shared-power", (92_883, 192_284, 58);
);

/// A slice at a time, put aside in between, it sees what it sees in one go; and what was put aside is not changed by that.
#[test]
fn a_search_in_slices_sees_the_same_states() {
    let model = model("two-keys", None);
    let (mut search, mut part, mut scratch) = (Search::new(&model, 100_000), 0, model.scratch());
    let mut aside = None;
    for slice in 0.. {
        if slice == 100 {
            let before = (search.unique_states(), search.frontier(part));
            assert!(before.0 > 1_000 && before.1 > 0, "{before:?}");
            aside = Some((search.clone(), part, before));
            // Whoever goes on later may do so in any scratch.
            scratch = model.scratch();
        }
        if !search.advance(&mut part, &mut scratch) {
            break;
        }
    }
    assert!(search.is_complete() && search.frontier(part) == 0);
    let counts = (search.unique_states(), search.generated_states(), search.depth());
    assert_eq!(counts, (27_976, 77_090, 49));
    let (mut search, mut part, before) = aside.expect("it takes more slices");
    assert_eq!((search.unique_states(), search.frontier(part)), before);
    while search.advance(&mut part, &mut scratch) {}
    assert_eq!((search.unique_states(), search.generated_states(), search.depth()), counts);
    assert_eq!((search.found(), search.stuck()), (None, None));
}

#[test]
fn a_bound_that_is_met_is_told() {
    let search = searched(&model("crash", None), 1_000);
    assert!(!search.is_complete() && search.unique_states() >= 1_000);
    assert_eq!(search.found(), None);
}

/// When the checks that watch any run first find something broken, in the first events of one.
fn seen_by_the_checks(scenario: &Scenario, events: u64) -> Vec<u64> {
    let world = scenario.world().expect("it is a sound world");
    let source = scenario.source().expect("its requests are listed");
    let mut run = Run::new(world, source, scenario.pacing);
    let mut watch = Watch::new(Depth::EveryEvent);
    while run.world().events() < events && run.step(&mut watch).is_some() {
        watch.after_event(run.world());
    }
    watch.violations().iter().map(|violation| violation.after_events).take(1).collect()
}

#[test]
fn every_planted_bug_is_found_and_the_harmless_one_is_not() {
    let (mut missed, mut unseen) = (Vec::new(), Vec::new());
    for planted in &PLANTED {
        let model = model(planted.world, Some(planted.bug));
        let search = searched(&model, 1_500_000);
        let Some(found) = search.found().or_else(|| search.stuck()) else {
            if !planted.harmless || !search.is_complete() {
                missed.push(planted.name);
            }
            continue;
        };
        assert!(!planted.harmless, "{} is harmless, but {}", planted.name, found.violation);
        // As a scenario it breaks a rule too, and it reads back as it was written.
        let counterexample = Counterexample::new(&model, &found);
        let Counterexample { scenario, steps, confirmed, .. } = &counterexample;
        println!("{}: {} after {steps} steps", planted.name, found.violation.invariant.name());
        assert!(*confirmed, "{}: {}", planted.name, scenario.to_text());
        assert_eq!(scenario.order.len() as u64, *steps);
        let back = Scenario::parse(&scenario.to_text()).expect("a counterexample is a sound scenario");
        assert_eq!(back.to_text(), scenario.to_text());
        assert!(counterexample.link().is_ok(), "{}", planted.name);
        // Whoever plays it sees it break, at the last step and not before.
        let seen = seen_by_the_checks(&back, *steps);
        if seen != [*steps] {
            unseen.push((planted.name, *steps, seen));
        }
    }
    assert_eq!(unseen, []);
    assert_eq!(missed, Vec::<&str>::new());
}
