//! What holds of a world beside the invariants.

use super::schedule::What;
use super::{
    Command, CommandError, Fault, HostOp, Pacing, Run, Seed, TIME_MAX_NS, TimedFault, TimedOp, World,
};
use crate::check::trial::{drawn_fault, drawn_world};
use crate::controller::Timer;
use crate::digest::mix;
use crate::fact::{Fact, IoKind, Observer, Unobserved};
use crate::ids::{ControllerId, HostId, Lun};
use crate::rng::Random;

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

/// Counts the messages that were dropped because their line could not follow them.
#[derive(Default)]
struct Strays(u32);

impl Observer for Strays {
    fn fact(&mut self, fact: Fact) {
        self.0 += u32::from(matches!(fact, Fact::Stray { .. }));
    }
}

/// One of the messages on their way is lost, doubled, held up or swapped.
fn drawn_trick(random: &mut Random, world: &World) -> Option<Fault> {
    let to = ControllerId::BOTH[random.below(2) as usize];
    let on_the_way = world.link_to(to).iter().count().min(200) as u64;
    let skip = random.below(on_the_way.checked_sub(1)? + 1) as u8;
    Some(match random.below(5) {
        0 => Fault::DropMessage { to, skip },
        1 | 2 => Fault::DuplicateMessage { to, skip },
        3 => Fault::DelayMessage { to, skip, by_ns: random.below(5_000_000) },
        _ => Fault::SwapMessages { to, skip },
    })
}

/// Invariants may break then, and are shown to; no controller ends the program.
#[test]
fn whatever_is_done_to_messages_again_and_again_every_run_goes_on() {
    let (mut tricks, mut strays) = (0, Strays::default());
    for seed in 0..400 {
        let (mut config, crowd) = drawn_world(seed);
        config.failover.solo_write_back = seed % 3 == 0;
        config.flush.overlap = seed % 5 == 0;
        let world = World::new(config.clone(), Seed(seed)).expect("drawn configs are sound");
        let mut run = Run::new(world, crowd, Pacing::AsTimed);
        let random = &mut Random::new(seed, 1);
        while run.world().events() < 8_000 && run.step(&mut strays).is_some() {
            let trick = (random.below(6) == 0).then(|| drawn_trick(random, run.world())).flatten();
            let fails = seed % 2 == 0 && random.below(300) == 0;
            let fault = fails.then(|| drawn_fault(random.next_u64(), &config));
            for fault in trick.into_iter().chain(fault) {
                tricks += u32::from(fault.is_tampering());
                run.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("the fault fits");
            }
        }
    }
    assert!(tricks > 50_000 && strays.0 > 5_000, "{tricks} tricks, {} strays", strays.0);
}

/// Virtual time has an end: nothing is sent or broken behind it, and a message is held up to it and no longer.
#[test]
fn nothing_is_done_behind_the_end_of_time() {
    let mut world = World::new(crate::config::Config::default(), Seed(1)).expect("it is sound");
    let op =
        HostOp { host: HostId(0), via: ControllerId::A, io: IoKind::Write, lun: Lun(0), lbn: 0, blocks: 1 };
    let late = TIME_MAX_NS + 1;
    let fault = Fault::Crash { at: ControllerId::A };
    for command in
        [Command::Submit(TimedOp { at_ns: late, op }), Command::Fault(TimedFault { at_ns: late, fault })]
    {
        assert_eq!(world.apply(command), Err(CommandError::BeyondTime { ns: late }));
    }
    world.apply(Command::Submit(TimedOp { at_ns: TIME_MAX_NS, op })).expect("that is in time");
    let to = ControllerId::B;
    while world.link_to(to).iter().next().is_none() {
        assert!(world.step(&mut Unobserved).is_some(), "the write is mirrored");
    }
    for _ in 0..3 {
        let fault = Fault::DelayMessage { to, skip: 0, by_ns: u64::MAX };
        world.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("it fits");
    }
    while world.outstanding() > 0 && world.step(&mut Unobserved).is_some() {}
    assert!(world.now_ns() < 2 * TIME_MAX_NS && world.outstanding() == 0);
}
