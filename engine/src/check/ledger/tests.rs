//! What the ledger says of a story, and that it is right: each verdict is held against what really happens when that
//! failure comes and everything is mended.

use super::{Failure, Ledger, Row, Safety};
use crate::check::trial::{drawn_fault, drawn_world};
use crate::check::{Depth, End, Watch, heal};
use crate::config::{Config, DiskProfile};
use crate::digest::mix;
use crate::fact::{Fact, IoKind};
use crate::ids::{ControllerId, HostId, LineKey, Lun};
use crate::sim::schedule::What;
use crate::sim::{Command, Control, Fault, HostOp, Pacing, Run, Seed, TimedFault, TimedOp, World};
use std::collections::BTreeSet;

const LUN: Lun = Lun(0);
const LBN: u64 = 42;

fn submit(world: &mut World, via: ControllerId, io: IoKind, lun: Lun, lbn: u64) {
    let op = HostOp { host: HostId(0), via, io, lun, lbn, blocks: 1 };
    world.apply(Command::Submit(TimedOp { at_ns: 0, op })).expect("the request fits");
}

/// A world in which block 42 is written and acknowledged, and the ledger beside it.
struct Story {
    world: World,
    ledger: Ledger,
    /// What the whole was, without repeats.
    course: Vec<Safety>,
}

impl Story {
    /// Runs until the host has its answer; the block is dirty in both caches then.
    fn of_a_write() -> Story {
        let mut world = World::new(Config::default(), Seed(1)).expect("the default config is sound");
        submit(&mut world, ControllerId::A, IoKind::Write, LUN, LBN);
        let mut story = Story { world, ledger: Ledger::default(), course: Vec::new() };
        story.goes_on_while(|world| world.outstanding() > 0);
        story
    }

    fn goes_on_while(&mut self, go_on: impl Fn(&World) -> bool) {
        while go_on(&self.world) && self.world.step(&mut self.ledger).is_some() {
            self.ledger.after_event(&self.world);
            if self.course.last() != Some(&self.ledger.safety()) {
                self.course.push(self.ledger.safety());
            }
        }
    }

    /// The fault, and all that follows.
    fn then(&mut self, fault: Fault) -> &[Safety] {
        self.course.clear();
        self.world.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("the fault fits");
        self.goes_on_while(|_| true);
        &self.course
    }

    fn row(&self) -> Row {
        self.ledger.row(&self.world, LUN, LBN).expect("a host was told of it")
    }
}

#[test]
fn a_write_is_safe_as_soon_as_it_is_acknowledged_and_stays_so() {
    let mut story = Story::of_a_write();
    let row = story.row();
    assert_eq!((row.newest, row.kept, row.on_disk), (1, [true, true], false), "in both caches, on no disk");
    assert_eq!(row.survival.words().to_string(), "survives any one failure");
    story.goes_on_while(|_| true);
    let row = story.row();
    assert_eq!((row.in_memory, row.kept), ([true, true], [false, false]), "written back, and still cached");
    assert!(row.on_disk && row.by_parity, "{row:?}");
    assert_eq!(story.course, [Safety::Safe]);
    assert_eq!(story.ledger.newest(&story.world, 10), [row]);
}

#[test]
fn a_disk_less_is_degraded_until_the_spare_is_rebuilt() {
    let mut story = Story::of_a_write();
    assert_eq!(story.then(Fault::DiskFails { disk: 2 }).last(), Some(&Safety::Degraded));
    assert_eq!(story.then(Fault::DiskReplaced { disk: 2 }).last(), Some(&Safety::Safe));
}

#[test]
fn a_survivor_with_dirty_lines_is_at_risk_until_they_are_on_disk() {
    let mut story = Story::of_a_write();
    let course = story.then(Fault::Crash { at: ControllerId::B });
    assert_eq!(course, [Safety::AtRisk, Safety::Degraded]);
    assert!(story.row().survival.a_dies, "another may serve from the disks");
    assert_eq!(story.then(Fault::Restart { at: ControllerId::B }).last(), Some(&Safety::Safe));
}

#[test]
fn while_the_survivor_is_alone_its_death_would_lose_what_only_it_has() {
    let mut story = Story::of_a_write();
    let fault = Fault::Crash { at: ControllerId::B };
    story.world.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("the fault fits");
    story.goes_on_while(|world| !world.hardware().broken[1]);
    let row = story.row();
    assert_eq!(row.kept, [true, false]);
    assert_eq!(row.survival.words().to_string(), "would be lost if A died");
    assert_eq!(story.ledger.counts().by_a_dying, 1);
    assert_eq!(story.ledger.lost_by(&story.world, Failure::Dies(ControllerId::A), 10), [row]);
}

#[test]
fn both_caches_gone_with_dirty_lines_is_a_loss() {
    let mut story = Story::of_a_write();
    let fault = Fault::Crash { at: ControllerId::B };
    story.world.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("the fault fits");
    assert_eq!(story.then(Fault::Crash { at: ControllerId::A }).last(), Some(&Safety::Lost));
    assert_eq!(story.row().survival.words().to_string(), "cannot be read any more");
    assert_eq!(story.ledger.counts().lost, 1);
}

#[test]
fn without_both_batteries_a_power_failure_would_be_a_loss() {
    let mut story = Story::of_a_write();
    assert_eq!(story.then(Fault::BatteryFails { at: ControllerId::A }), [Safety::Degraded]);
    assert!(story.row().survival.power_loss, "B's memory would be kept");
    story.then(Fault::BatteryFails { at: ControllerId::B });
    assert_eq!(story.ledger.safety(), Safety::AtRisk);
    assert_eq!(story.row().survival.words().to_string(), "would be lost if power failed");
}

#[test]
fn a_stale_mirror_would_be_found_out() {
    let mut story = Story::of_a_write();
    let key = LineKey::new(LUN, 10);
    story.world.tamper(ControllerId::B).tamper_block(key, 2, 0);
    story.ledger.touch(key);
    story.ledger.after_event(&story.world);
    let row = story.row();
    assert_eq!((row.kept, row.survival.a_dies, row.survival.b_dies), ([true, false], false, true));
    assert_eq!(story.ledger.safety(), Safety::AtRisk);
}

/// A host reads the block by either controller. What it gets.
fn read(mut world: World, lun: u16, lbn: u64) -> Option<u64> {
    for via in ControllerId::BOTH {
        submit(&mut world, via, IoKind::Read, Lun(lun), lbn);
    }
    let mut facts: Vec<Fact> = Vec::new();
    for _ in 0..20_000 {
        if world.step(&mut facts).is_none() {
            break;
        }
    }
    facts.iter().find_map(|fact| match *fact {
        Fact::BlockRead { lun: of, lbn: at, value, .. } if (of, at) == (lun, lbn) => Some(value),
        _ => None,
    })
}

/// What really comes of the block when the failure happens now and then everything is mended; nothing when a write that
/// came later has covered it.
fn really_survives(world: &World, before: &Watch, row: &Row, failure: Failure) -> Option<bool> {
    let (mut world, mut watch) = (world.clone(), before.clone());
    let faults: Vec<Fault> = match failure {
        Failure::None => Vec::new(),
        Failure::Dies(at) => vec![Fault::Crash { at }],
        Failure::LinkCut => ControllerId::BOTH.map(|to| Fault::CutLink { to }).to_vec(),
        Failure::PowerLoss => vec![Fault::PowerLoss],
        Failure::Disk(disk) => vec![Fault::DiskFails { disk }],
    };
    for fault in faults {
        world.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("the fault fits");
    }
    // The failure happens, and is noticed, before anything is mended.
    let broken_until = world.now_ns() + 3_000_000;
    while world.next_event_ns().is_some_and(|at_ns| at_ns <= broken_until) {
        world.step(&mut watch);
        watch.after_event(&world);
    }
    if heal(&mut world, &mut watch, 100_000).end == End::Refused {
        return Some(false);
    }
    let Some(value) = read(world, row.lun, row.lbn) else { return Some(false) };
    let allowed = |watch: &Watch| watch.ledger().hosts().allows(row.lun, row.lbn, value);
    match (allowed(before), allowed(&watch)) {
        (_, false) => Some(false),
        (true, true) => Some(true),
        (false, true) => None,
    }
}

/// How often a verdict was held against what really happened.
#[derive(Debug, Default)]
struct Score {
    survived: u64,
    lost: u64,
    /// Said to be lost, and survived: something on its way has decided it.
    cautious: u64,
    /// Failures of both verdicts.
    kinds: BTreeSet<(usize, bool)>,
}

impl Score {
    fn compare(&mut self, world: &World, watch: &Watch, z: u64) {
        let rows = watch.ledger().newest(world, 200);
        if rows.is_empty() {
            return;
        }
        let row = rows[(z >> 32) as usize % rows.len()];
        let failures: Vec<Failure> = Failure::all(world.config().raid.disks).collect();
        let failure = failures[(z >> 16) as usize % failures.len()];
        let said = watch.ledger().survives(Lun(row.lun), row.lbn, failure).expect("the row is there");
        self.kinds.insert((failure.number().min(Failure::Disk(0).number()), said));
        match (said, really_survives(world, watch, &row, failure)) {
            (_, None) => {}
            (true, Some(true)) => self.survived += 1,
            (false, Some(false)) => self.lost += 1,
            (false, Some(true)) => self.cautious += 1,
            (true, Some(false)) => {
                panic!("it was said to survive, after {} events, {failure:?}: {row:?}", world.events())
            }
        }
    }
}

fn fault_is_ahead(world: &World) -> bool {
    world.pending().iter().any(|pending| match pending.what {
        What::Control(control) => matches!(world.pending_control(control), Control::Fault(_)),
        _ => false,
    })
}

#[test]
fn what_is_said_to_survive_does_and_what_is_said_to_be_lost_is() {
    let mut score = Score::default();
    for seed in 0..16 {
        let (mut config, mut crowd) = drawn_world(seed);
        config.disk = DiskProfile::ssd();
        (crowd.count, crowd.blocks) = (120, 24);
        let world = World::new(config.clone(), Seed(seed)).expect("drawn configs are sound");
        let mut run = Run::new(world, crowd, Pacing::AsTimed);
        let mut watch = Watch::new(Depth::EveryEvent);
        for event in 0..3_000 {
            if run.step(&mut watch).is_none() {
                break;
            }
            watch.after_event(run.world());
            let z = mix(seed << 20 ^ event);
            if z.is_multiple_of(300) {
                let fault = drawn_fault(mix(z), &config);
                run.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("the fault fits");
            } else if z % 64 == 1 && !fault_is_ahead(run.world()) {
                score.compare(run.world(), &watch, z);
            }
        }
    }
    assert!(score.survived > 150 && score.lost > 40, "both verdicts occur: {score:?}");
    assert!(
        score.cautious * 10 < score.lost,
        "what is said to be lost is, but for what is on its way: {score:?}"
    );
    assert_eq!(score.kinds.len(), 12, "each failure has got both verdicts: {score:?}");
}
