//! Each check holds on the engine as it is, and fails on an engine that was broken on purpose.

use super::last_memory::GIVEN_UP;
use super::trial::{drawn_fault, drawn_world};
use super::{Depth, Invariant, Watch};
use crate::array::Target;
use crate::config::Config;
use crate::controller::Mode;
use crate::digest::mix;
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::{BlockMap, ControllerId, HostId, LineKey, Lun, Slot};
use crate::sim::{Command, Fault, HostOp, Pacing, Run, Seed, Source, TimedFault, TimedOp, World};
use crate::state::LineState;
use crate::text::Text;
use std::collections::BTreeSet;

fn watched(config: Config, source: impl Source, depth: Depth) -> (World, Watch) {
    let world = World::new(config, Seed(1)).expect("drawn configs are sound");
    let mut run = Run::new(world, source, Pacing::AsTimed);
    let mut watch = Watch::new(depth);
    let mut events = 0;
    while run.step(&mut watch).is_some() {
        watch.after_event(run.world());
        events += 1;
        assert!(events < 200_000, "the run does not end");
    }
    assert_eq!(run.refused(), None);
    watch.at_end(run.world());
    (run.world().clone(), watch)
}

#[test]
fn all_invariants_hold_after_every_event_of_many_drawn_worlds() {
    let (mut reads, mut through) = (0, 0);
    for seed in 0..40 {
        let (config, crowd) = drawn_world(seed);
        let (world, watch) = watched(config.clone(), crowd.clone(), Depth::EveryEvent);
        assert_eq!(watch.violations(), [], "seed {seed} {config:?} {crowd:?}");
        assert_eq!(world.counters().acknowledged, 250);
        reads += watch.reads_checked();
        through += u64::from(config.lent < 3);
    }
    assert!(
        reads > 1_000 && through > 5,
        "the worlds were not idle: {reads} blocks read, {through} tight ones"
    );
}

/// Two observers that are told the same.
struct Both<'a>(&'a mut Watch, &'a mut Watch);

impl Observer for Both<'_> {
    fn fact(&mut self, fact: Fact) {
        self.0.fact(fact);
        self.1.fact(fact);
    }
}

/// Breaks one of some lines in one of some ways.
fn break_something(world: &mut World, z: u64) -> LineKey {
    let at = if z & 1 == 0 { ControllerId::A } else { ControllerId::B };
    let keys: Vec<LineKey> = world.controller(at).table().iter().map(|(_, line)| line.key).collect();
    let Some(key) = keys.get((z >> 8) as usize % keys.len().max(1)).copied() else { return KEY() };
    let states = [LineState::OC, LineState::OD, LineState::OK, LineState::MD, LineState::MK, LineState::M0];
    let slots = world.config().slots();
    let other = Slot((z >> 24) as u32 % slots);
    let stripe = world.controller(at).shape().array_stripe(key);
    let has_slot = world.controller(at).line(key).is_some_and(|line| line.loc.is_some());
    match z >> 4 & 7 {
        0 | 1 => world.tamper(at).tamper_state(key, states[(z >> 32) as usize % states.len()]),
        2 => world.tamper(at).tamper_line(key, |line| line.dirty = BlockMap((z >> 32) & 3)),
        3 => world.tamper(at).tamper_line(key, |line| line.loc = Some(other)),
        4 => world.tamper(at).tamper_line(key, |line| line.peer_slot = Some(other)),
        5 if has_slot => world.tamper(at).tamper_block(key, 0, z >> 40),
        6 => world.tamper_disk(stripe, Target::Parity, z >> 40),
        _ => world.tamper_disk(stripe, Target::Data(0), z >> 40),
    }
    key
}

fn found_by(mut watch: Watch, world: &World) -> BTreeSet<Invariant> {
    watch.after_event(world);
    let found = watch.violations().iter().map(|violation| violation.invariant);
    found.filter(|invariant| *invariant != Invariant::SeqMonotone).collect()
}

#[test]
fn what_an_event_may_have_changed_is_all_that_need_be_checked() {
    let mut found = BTreeSet::new();
    for seed in 0..40 {
        let (config, mut crowd) = drawn_world(seed);
        (crowd.count, crowd.blocks) = (120, 24);
        let world = World::new(config.clone(), Seed(seed)).expect("drawn configs are sound");
        let mut run = Run::new(world, crowd, Pacing::AsTimed);
        let (mut by_event, mut whole) = (Watch::new(Depth::EveryEvent), Watch::new(Depth::WholeState));
        for event in 0..2_000 {
            if run.step(&mut Both(&mut by_event, &mut whole)).is_none() {
                break;
            }
            by_event.after_event(run.world());
            whole.after_event(run.world());
            assert_eq!(by_event.violations(), whole.violations(), "seed {seed}, event {event}");
            let z = mix(seed << 20 ^ event);
            if z.is_multiple_of(400) {
                let fault = drawn_fault(mix(z), &config);
                run.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("the fault fits");
            }
            if z % 16 == 1 {
                let mut broken = run.world().clone();
                let key = break_something(&mut broken, mix(z ^ 1));
                let mut told = by_event.clone();
                told.touch(key);
                let by_event = found_by(told, &broken);
                assert_eq!(by_event, found_by(whole.clone(), &broken), "seed {seed}, event {event}, {key:?}");
                found.extend(by_event);
            }
        }
    }
    assert!(found.len() >= 7, "many rules were broken: {found:?}");
}

/// One write of block 42 at its owner, run until `stop` says so; then broken, then checked.
struct Story {
    world: World,
    watch: Watch,
}

const KEY: fn() -> LineKey = || LineKey::new(Lun(0), 10);

fn write(lbn: u64) -> TimedOp {
    let (host, via) = (HostId(0), ControllerId::A);
    TimedOp { at_ns: 0, op: HostOp { host, via, io: IoKind::Write, lun: Lun(0), lbn, blocks: 1 } }
}

fn state_of(world: &World, at: ControllerId) -> Option<LineState> {
    world.controller(at).line(KEY()).and_then(|line| line.state)
}

fn story(stop: impl Fn(&World) -> bool) -> Story {
    let mut world = World::new(Config::default(), Seed(1)).expect("the default config is sound");
    world.apply(Command::Submit(write(42))).expect("the request fits");
    let mut watch = Watch::new(Depth::EveryEvent);
    while !stop(&world) {
        assert!(world.step(&mut watch).is_some(), "the story comes to that point");
        watch.after_event(&world);
    }
    assert_eq!(watch.violations(), [], "before it is broken, all holds");
    Story { world, watch }
}

impl Story {
    /// Breaks the world, checks, and says which invariants are found broken.
    fn broken_by(mut self, sabotage: impl FnOnce(&mut World)) -> Vec<Invariant> {
        sabotage(&mut self.world);
        self.watch.touch(KEY());
        self.watch.after_event(&self.world);
        let mut found: Vec<Invariant> = self.watch.violations().iter().map(|v| v.invariant).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn dirty(world: &World) -> bool {
    state_of(world, ControllerId::A) == Some(LineState::OD) && world.outstanding() == 0
}

fn clean(world: &World) -> bool {
    state_of(world, ControllerId::A) == Some(LineState::OK)
}

#[test]
fn single_owner_can_fail() {
    let found = story(dirty).broken_by(|w| w.tamper(ControllerId::B).tamper_state(KEY(), LineState::OD));
    assert!(found.contains(&Invariant::SingleOwner), "{found:?}");
    let found = story(dirty).broken_by(|w| w.tamper(ControllerId::A).tamper_state(KEY(), LineState::MD));
    assert!(found.contains(&Invariant::SingleOwner), "{found:?}");
}

#[test]
fn acked_twice_can_fail() {
    let found =
        story(dirty).broken_by(|w| w.tamper(ControllerId::B).tamper_line(KEY(), |l| l.dirty = BlockMap(0)));
    assert!(found.contains(&Invariant::AckedTwice), "{found:?}");
    assert!(
        found.contains(&Invariant::SurviveOne),
        "an acknowledged write that B would not recover: {found:?}"
    );
}

#[test]
fn survive_one_and_no_stale_promote_can_fail() {
    let found = story(dirty).broken_by(|w| w.tamper(ControllerId::B).tamper_block(KEY(), 2, 0));
    assert!(found.contains(&Invariant::SurviveOne), "{found:?}");
    assert!(found.contains(&Invariant::NoStalePromote), "{found:?}");
}

#[test]
fn consistent_on_disk_can_fail() {
    let found = story(clean).broken_by(|w| w.tamper(ControllerId::B).tamper_block(KEY(), 2, 99));
    assert_eq!(found, [Invariant::ConsistentOnDisk]);
}

#[test]
fn parity_known_can_fail() {
    let found = story(clean).broken_by(|w| w.tamper_disk(10, Target::Parity, 99));
    assert_eq!(found, [Invariant::ConsistentOnDisk, Invariant::ParityKnown]);
}

#[test]
fn slot_partition_can_fail() {
    let found = story(dirty).broken_by(|w| {
        w.tamper(ControllerId::A).lose_slot();
    });
    assert_eq!(found, [Invariant::SlotPartition], "a lost slot");
    let found =
        story(dirty).broken_by(|w| w.tamper(ControllerId::A).tamper_line(KEY(), |l| l.loc = Some(Slot(5))));
    assert!(found.contains(&Invariant::SlotPartition), "a slot both free and used: {found:?}");
}

#[test]
fn hash_agree_can_fail() {
    let found = story(dirty)
        .broken_by(|w| w.tamper(ControllerId::A).tamper_line(KEY(), |l| l.peer_slot = Some(Slot(20))));
    assert_eq!(found, [Invariant::HashAgree]);
}

#[test]
fn seq_monotone_can_fail() {
    let found = story(dirty).broken_by(|w| {
        for at in ControllerId::BOTH {
            w.tamper(at).tamper_line(KEY(), |l| l.seq = 0);
        }
    });
    assert_eq!(found, [Invariant::SeqMonotone]);
}

/// A controller that was fenced runs all the same.
#[test]
fn fenced_can_fail() {
    let Story { mut world, mut watch } = story(dirty);
    let (dead, survivor) = (ControllerId::A, ControllerId::B);
    let crash = TimedFault { at_ns: 0, fault: Fault::Crash { at: dead } };
    world.apply(Command::Fault(crash)).expect("the fault fits");
    while world.controller(survivor).mode() != Mode::Solo {
        assert!(world.step(&mut watch).is_some(), "the survivor takes over");
        watch.after_event(&world);
    }
    assert_eq!(watch.violations(), []);
    world.tamper(dead).tamper_mode(Mode::Dual);
    watch.fact(Fact::Mode { at: dead, from: Mode::Down, to: Mode::Dual });
    watch.after_event(&world);
    assert!(watch.violations().iter().any(|v| v.invariant == Invariant::Fenced), "{:?}", watch.violations());
}

/// B serves alone, and then gives its memory up, which is the last one. What is told beside it decides whether a
/// controller has done so, or whether it has happened to it.
fn last_memory_given_up(told: Option<Fact>) -> Vec<Text> {
    let Story { mut world, mut watch } = story(dirty);
    let crash = TimedFault { at_ns: 0, fault: Fault::Crash { at: ControllerId::A } };
    world.apply(Command::Fault(crash)).expect("the fault fits");
    while world.controller(ControllerId::B).mode() != Mode::Solo {
        assert!(world.step(&mut watch).is_some(), "the survivor takes over");
        watch.after_event(&world);
    }
    assert_eq!(watch.violations(), [], "that the other one's is lost is nothing that a controller has done");
    world.tamper(ControllerId::B).tamper_mode(Mode::Halted);
    if let Some(fact) = told {
        watch.fact(fact);
    }
    watch.after_event(&world);
    let found = watch.violations().iter().filter(|v| v.invariant == Invariant::Quiescence);
    found.map(|violation| violation.what.clone()).collect()
}

#[test]
fn that_a_controller_gives_the_last_memory_up_is_seen() {
    assert_eq!(last_memory_given_up(None), [GIVEN_UP]);
    let fault = Fault::Hang { at: ControllerId::B };
    assert_eq!(last_memory_given_up(Some(Fact::Fault { fault })), [], "it is a fault");
}

#[test]
fn read_linearizable_can_fail() {
    let mut story = story(clean);
    story.world.tamper(ControllerId::A).tamper_block(KEY(), 2, 0);
    let mut read = write(42);
    read.op.io = IoKind::Read;
    story.world.apply(Command::Submit(read)).expect("the request fits");
    while story.world.step(&mut story.watch).is_some() {
        story.watch.after_event(&story.world);
    }
    assert!(story.watch.violations().iter().any(|v| v.invariant == Invariant::ReadLinearizable));
}

#[test]
fn no_deadlock_and_quiescence_can_fail() {
    let mut story = story(|w| state_of(w, ControllerId::A) == Some(LineState::OP));
    // The host's write is forgotten just before META_ACK would have come: run the messages off at the mirror only.
    story.world.tamper(ControllerId::A).forget_operation(KEY());
    let mut watch = Watch::new(Depth::End);
    watch.at_end(&story.world);
    let found: Vec<Invariant> = watch.violations().iter().map(|v| v.invariant).collect();
    assert!(found.contains(&Invariant::NoDeadlock), "{found:?}");
    let dirty_world = self::story(dirty).world;
    let mut watch = Watch::new(Depth::End);
    watch.at_end(&dirty_world);
    assert!(
        watch.violations().iter().any(|v| v.invariant == Invariant::Quiescence),
        "a dirty line at the end"
    );
}
