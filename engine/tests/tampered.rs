//! Whatever is done to a message on its way, at whatever moment: invariants may break, and are shown to; no controller
//! ends the program.

use mirrorline_engine::check::{Depth, Watch};
use mirrorline_engine::fact::Unobserved;
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::scenario::library::LIBRARY;
use mirrorline_engine::sim::{Command, Fault, Run, TimedFault};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Moments of each scenario that are tried, and how far each try goes on, in events.
const MOMENTS: u64 = 300;
const ON: u64 = 500;

/// What is done to one message: one thing, or two.
fn tricks(to: ControllerId, skip: u8) -> Vec<Vec<Fault>> {
    let double = Fault::DuplicateMessage { to, skip };
    let later = |by_ns| Fault::DelayMessage { to, skip, by_ns };
    vec![
        vec![Fault::DropMessage { to, skip }],
        vec![double],
        vec![later(50_000)],
        vec![later(1_000_000)],
        vec![Fault::SwapMessages { to, skip }],
        vec![double, later(50_000)],
        vec![double, later(5_000_000)],
    ]
}

#[test]
fn no_tampered_message_is_a_panic() {
    let (mut tried, mut wrong) = (0, Vec::new());
    for built_in in LIBRARY {
        let scenario = built_in.scenario();
        let world = scenario.world().expect("its world is sound");
        let mut run = Run::new(world, scenario.source().expect("its requests are sound"), scenario.pacing);
        while run.world().events() < MOMENTS && run.step(&mut Unobserved).is_some() {
            for to in ControllerId::BOTH {
                let on_the_way = run.world().link_to(to).iter().count().min(3) as u8;
                for faults in (0..on_the_way).flat_map(|skip| tricks(to, skip)) {
                    let mut there = run.clone();
                    let outcome = catch_unwind(AssertUnwindSafe(|| go_on(&mut there, &faults)));
                    if outcome.is_err() {
                        let (name, events) = (built_in.name, run.world().events());
                        wrong.push(format!("{name}, after event {events}: {faults:?}"));
                    }
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(tried > 1_000, "there were messages on their way: {tried}");
}

fn go_on<S: mirrorline_engine::sim::Source>(run: &mut Run<S>, faults: &[Fault]) {
    for fault in faults {
        run.apply(Command::Fault(TimedFault { at_ns: 0, fault: *fault })).expect("it fits every world");
        run.step(&mut Unobserved);
    }
    let end = run.world().events() + ON;
    let mut watch = Watch::new(Depth::EveryEvent);
    while run.world().events() < end && run.step(&mut watch).is_some() {
        watch.after_event(run.world());
    }
}
