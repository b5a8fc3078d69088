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

fn tricks(to: ControllerId) -> [Fault; 4] {
    let skip = 0;
    [
        Fault::DropMessage { to, skip },
        Fault::DuplicateMessage { to, skip },
        Fault::DelayMessage { to, skip, by_ns: 1_000_000 },
        Fault::SwapMessages { to, skip },
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
                if run.world().link_to(to).iter().next().is_none() {
                    continue;
                }
                for fault in tricks(to) {
                    let mut there = run.clone();
                    let outcome = catch_unwind(AssertUnwindSafe(|| go_on(&mut there, fault)));
                    if outcome.is_err() {
                        wrong.push(format!(
                            "{}, after event {}: {fault:?}",
                            built_in.name,
                            run.world().events()
                        ));
                    }
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(tried > 1_000, "there were messages on their way: {tried}");
}

fn go_on<S: mirrorline_engine::sim::Source>(run: &mut Run<S>, fault: Fault) {
    run.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("it fits every world");
    let end = run.world().events() + ON;
    let mut watch = Watch::new(Depth::EveryEvent);
    while run.world().events() < end && run.step(&mut watch).is_some() {
        watch.after_event(run.world());
    }
}
