//! What holds of a world beside the invariants.

use super::schedule::What;
use super::{Command, Pacing, Run, Seed, TimedFault, World};
use crate::check::trial::{drawn_fault, drawn_world};
use crate::controller::Timer;
use crate::digest::mix;
use crate::fact::Unobserved;
use crate::ids::ControllerId;

/// The timer of a period is armed once: else it would run twice as often, for ever.
fn no_timer_runs_twice(world: &World, at: &str) {
    let mut armed: Vec<(ControllerId, Timer)> = Vec::new();
    for pending in world.pending() {
        let What::Timer(id, boot, timer @ (Timer::Flush | Timer::Heartbeat | Timer::Patrol)) = pending.what
        else {
            continue;
        };
        if boot == world.hardware().boots[id.index()] {
            assert!(!armed.contains(&(id, timer)), "{at}: {timer:?} of {id} is armed twice");
            armed.push((id, timer));
        }
    }
}

#[test]
fn whatever_fails_no_timer_is_armed_twice() {
    for seed in 0..20 {
        let (config, crowd) = drawn_world(seed);
        let world = World::new(config.clone(), Seed(seed)).expect("drawn configs are sound");
        let mut run = Run::new(world, crowd, Pacing::AsTimed);
        let mut event = 0;
        while run.step(&mut Unobserved).is_some() {
            event += 1;
            no_timer_runs_twice(run.world(), &format!("seed {seed}, event {event}"));
            let z = mix(seed << 20 ^ event);
            if z.is_multiple_of(200) && event < 20_000 {
                let fault = drawn_fault(mix(z), &config);
                run.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("the fault fits");
            }
        }
    }
}

/// Once it is warm a run allocates no buffers. Where something fails some are dropped, and made anew.
#[test]
fn while_nothing_fails_every_buffer_comes_back() {
    for seed in 0..40 {
        let (config, crowd) = drawn_world(seed);
        let world = World::new(config, Seed(seed)).expect("drawn configs are sound");
        let mut run = Run::new(world, crowd, Pacing::AsTimed);
        while run.step(&mut Unobserved).is_some() {}
        assert_eq!(run.world().buffers_out(), 0, "seed {seed}");
    }
}
