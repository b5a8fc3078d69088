//! Each check holds on the engine as it is, and fails on an engine that was broken on purpose.

use super::{Depth, Invariant, Watch};
use crate::array::Target;
use crate::config::{Config, DiskProfile, Geometry, Layout, LunConfig};
use crate::digest::mix;
use crate::fact::IoKind;
use crate::ids::{BlockMap, ControllerId, HostId, LineKey, Lun, Slot};
use crate::sim::{Command, HostOp, Pacing, Run, Seed, Source, TimedOp, World};
use crate::state::LineState;

/// Requests drawn from a seed: few lines, both controllers, all sizes, so that everything meets everything.
#[derive(Clone, Debug)]
struct Crowd {
    seed: u64,
    n: u64,
    count: u64,
    blocks: u64,
    gap_ns: u64,
    hosts: u8,
}

impl Source for Crowd {
    fn next_op(&mut self) -> Option<TimedOp> {
        if self.n == self.count {
            return None;
        }
        self.n += 1;
        let z = mix(self.seed.wrapping_mul(1_000_003) ^ self.n);
        let io = if z.is_multiple_of(5) { IoKind::Read } else { IoKind::Write };
        let via = if z >> 8 & 1 == 0 { ControllerId::A } else { ControllerId::B };
        let blocks = 1 + (z >> 40) as u32 % 6;
        let lbn = (z >> 16) % (self.blocks - u64::from(blocks));
        let host = HostId((z >> 50) as u8 % self.hosts);
        let op = HostOp { host, via, io, lun: Lun((z >> 60) as u16 & 1), lbn, blocks };
        Some(TimedOp { at_ns: self.n * self.gap_ns + (z >> 12) % self.gap_ns, op })
    }
}

/// A world whose sizes are drawn from a seed.
fn drawn_world(seed: u64) -> (Config, Crowd) {
    let z = mix(seed ^ 0xabcd);
    let pick = |shift: u32, choices: &[u64]| choices[(z >> shift) as usize % choices.len()];
    let disks = pick(0, &[3, 4, 5, 9]) as u8;
    let config = Config {
        lines: pick(4, &[1, 2, 4, 12]) as u32,
        lent: pick(8, &[1, 2, 3, 9, 14]) as u32,
        raid: Geometry {
            disks,
            layout: if z >> 12 & 1 == 0 { Layout::LeftSymmetric } else { Layout::LeftAsymmetric },
            chunk_blocks: pick(14, &[1, 1, 2, 3]) as u8,
        },
        payload_bytes: pick(18, &[8, 8, 24]) as u32,
        luns: vec![
            LunConfig { blocks: 200, default_owner: ControllerId::A },
            LunConfig { blocks: 200, default_owner: ControllerId::B },
        ],
        disk: if z >> 20 & 3 == 0 { DiskProfile::hdd() } else { DiskProfile::ssd() },
        slot_wait_ns: pick(24, &[20_000, 200_000, 2_000_000]),
        ..Config::default()
    };
    let crowd = Crowd {
        seed,
        n: 0,
        count: 250,
        blocks: pick(28, &[24, 60, 190]),
        gap_ns: pick(32, &[2_000, 10_000, 60_000, 400_000]),
        hosts: config.hosts,
    };
    (config, crowd)
}

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
