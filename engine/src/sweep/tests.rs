use super::*;
use crate::bug::Bug;
use crate::fact::{Fact, Observer};
use crate::scenario::{Feed, Scenario};
use crate::sim::{Event, Fault, Run};
use shrink::{Shrinking, Tried, shrink};

/// How many requests and faults a scenario has.
fn sizes(scenario: &Scenario) -> (usize, usize) {
    let Feed::Script(ops) = &scenario.feed else { panic!("drawn feeds are scripts") };
    (ops.len(), scenario.faults.len())
}

fn tried(seed: u64) -> (Trial, trial::Outcome, Coverage) {
    let (mut trial, mut coverage) = (Trial::new(seed), Coverage::default());
    let outcome = trial.run(&mut coverage);
    (trial, outcome, coverage)
}

#[test]
fn a_seed_is_the_same_world_every_time() {
    for seed in [3, 4, 5] {
        let (first, second) = (tried(seed), tried(seed));
        assert_eq!(first.0.scenario().to_text(), second.0.scenario().to_text());
        assert_eq!((first.1.events, first.2), (second.1.events, second.2));
    }
    assert_ne!(tried(3).0.scenario().to_text(), tried(4).0.scenario().to_text());
}

/// Faults are drawn while the world runs. Written down, and pending from the start, they do the same.
#[test]
fn a_seed_happens_again_from_its_written_scenario() {
    for seed in 0..40 {
        let (trial, outcome, coverage) = tried(seed);
        let text = trial.scenario().to_text();
        let written = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut again = Coverage::default();
        let replayed = replay(&written, &mut again);
        assert_eq!(replayed.events, outcome.events, "seed {seed}");
        assert_eq!(replayed.at_ns, outcome.at_ns, "seed {seed}");
        assert_eq!(replayed.counters, outcome.counters, "seed {seed}");
        assert_eq!(replayed.finding, outcome.finding, "seed {seed}");
        assert_eq!(again, coverage, "seed {seed}");
    }
}

#[test]
fn careful_seeds_break_one_thing_at_a_time_and_the_others_do_not() {
    let mut overlapping = [0, 0];
    for seed in 0..60 {
        let (trial, ..) = tried(seed);
        let scenario = trial.scenario();
        let mut run = Run::new(scenario.world().unwrap(), scenario.source().unwrap(), scenario.pacing);
        let mut whole = true;
        let mut overlaps = false;
        while run.world().events() < 20_000 {
            let mut facts: Vec<Fact> = Vec::new();
            let Some(Event { .. }) = run.step(&mut facts) else { break };
            let breaks = facts.iter().any(|fact| matches!(fact, Fact::Fault { fault } if fault.breaks()));
            overlaps |= breaks && !whole;
            whole = plan::is_whole(run.world());
        }
        overlapping[usize::from(trial.temper() != Temper::Careful)] += usize::from(overlaps);
    }
    assert_eq!(overlapping[0], 0);
    assert!(overlapping[1] > 5, "{overlapping:?}");
}

/// A stand-in for a bug: the run is called a failure as soon as a survivor writes something through. Of a whole
/// seed only what leads there is left.
#[test]
fn shrinking_leaves_only_what_the_failure_needs() {
    struct Sees {
        crashed: bool,
        solo_writes: u64,
    }
    impl Observer for Sees {
        fn fact(&mut self, fact: Fact) {
            match fact {
                Fact::Fault { fault: Fault::Crash { .. } } => self.crashed = true,
                Fact::WriteThroughBegan { .. } if self.crashed => self.solo_writes += 1,
                _ => {}
            }
        }
    }
    let fails = |scenario: &Scenario| {
        let mut run = Run::new(scenario.world().unwrap(), scenario.source().unwrap(), scenario.pacing);
        let mut sees = Sees { crashed: false, solo_writes: 0 };
        while run.world().events() < EVENTS_MAX && run.step(&mut sees).is_some() && sees.solo_writes == 0 {}
        let world = run.world();
        Tried { fails_at_ns: (sees.solo_writes > 0).then_some(world.now_ns()), events: world.events() }
    };
    let (seed, found) = (0..)
        .map(|seed| (seed, tried(seed).0.scenario()))
        .find(|(_, scenario)| fails(scenario).fails_at_ns.is_some() && sizes(scenario).0 > 60)
        .expect("some seed crashes a controller under load");
    let small = shrink(&found, 2_000_000, &mut |candidate| fails(candidate));
    assert!(fails(&small).fails_at_ns.is_some(), "what is left still fails");
    assert_eq!(sizes(&small), (1, 1), "seed {seed}: one write and one crash\n{}", small.to_text());
    assert_eq!((small.config.raid.disks, small.config.hosts, small.config.luns.len()), (3, 1, 1));
    // A try at a time, and put aside in between, it comes to the same.
    let mut shrinking = Shrinking::new(&found, 2_000_000);
    let (mut tries, mut aside) = (0, shrinking.clone());
    while shrinking.advance(&mut |candidate| fails(candidate)) {
        assert!(shrinking.tries() > tries, "each step is a try");
        tries = shrinking.tries();
        if tries < 10 {
            aside = shrinking.clone();
        }
    }
    while aside.advance(&mut |candidate| fails(candidate)) {}
    for again in [&shrinking, &aside] {
        assert_eq!(again.best().to_text(), small.to_text(), "shrinking is deterministic");
        assert_eq!(again.items(), 2);
    }
}

#[test]
fn shrinking_keeps_to_its_budget() {
    let found = tried(1).0.scenario();
    let mut spent = 0;
    shrink(&found, 500, &mut |_| {
        spent += 100;
        Tried { fails_at_ns: None, events: 100 }
    });
    assert!((100..=500).contains(&spent), "{spent}");
}

#[test]
fn what_was_not_reached_is_named() {
    let all = States::from(&Coverage::default()).unreached();
    for name in ["line OF-notify", "message RECALL", "mode SOLO+JOIN"] {
        assert!(all.iter().any(|missing| missing == name), "{name} is not in {all:?}");
    }
    assert!(all.iter().any(|missing| missing == "crash at JOINING/SOLO+JOIN"));
    for never in ["line SF-notify", "crash at DOWN/SOLO", "drop-message at DUAL/DUAL"] {
        assert!(!all.iter().any(|missing| missing == never), "nobody can reach {never}, or wants to");
    }
}

#[test]
fn a_seed_that_fails_for_a_planted_bug_is_made_small_and_fails_in_the_same_way() {
    let mut found = None;
    for seed in 0..40 {
        let mut trial = Trial::with_bug(seed, Some(Bug::RecycleEarly));
        let outcome = trial.run(&mut Coverage::default());
        if let Some((failing, _)) = Failing::of(&outcome) {
            found = Some((failing, trial.scenario()));
            break;
        }
    }
    let (failing, scenario) = found.expect("some seed of so many fails");
    let mut shrinking = failing.shrinking(&scenario, 200_000);
    while failing.shrink_on(&mut shrinking) {}
    let small = shrinking.best();
    assert!(failing.is_met(small).fails_at_ns.is_some());
    assert_eq!(small.config.bug, Some(Bug::RecycleEarly));
    assert!(sizes(small) < sizes(&scenario), "{}", small.to_text());
}

/// Runs drawn worlds under a variant, and says how many go another way than without it.
fn kept_every_rule(variant: Variant) -> u32 {
    let mut elsewhere = 0;
    for seed in 0..150 {
        let outcome = Trial::in_variant(seed, Some(variant)).run(&mut Coverage::default());
        assert_eq!(outcome.finding, None, "seed {seed}");
        elsewhere += u32::from(outcome.counters != tried(seed).1.counters);
    }
    elsewhere
}

/// Drawn worlds in which writes overlap flushes, and things fail.
#[test]
fn writes_that_overlap_flushes_keep_every_rule() {
    let overlapped = kept_every_rule(Variant::FlushOverlap);
    assert!(overlapped > 20, "only {overlapped} seeds went another way");
}

/// Drawn worlds in which a controller alone answers writes from its memory: unsafe, and never false.
#[test]
fn solo_write_back_keeps_every_rule() {
    let elsewhere = kept_every_rule(Variant::SoloWriteBack);
    assert!(elsewhere > 20, "only {elsewhere} seeds went another way");
}

/// Drawn worlds in which lines share a stripe, and controllers, links and power fail.
#[test]
fn lines_that_share_a_stripe_keep_every_rule() {
    let elsewhere = kept_every_rule(Variant::SharedStripes);
    assert!(elsewhere > 100, "only {elsewhere} seeds went another way");
}
