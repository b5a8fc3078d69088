//! Corner cases of the steady state (protocol §9), and the ways of reads, slots and parity.

use crate::support::{Stage, key, state};
use mirrorline_engine::config::{Config, FlushPolicy, Geometry, Layout};
use mirrorline_engine::fact::{Fact, FlushReason, IoKind, ReadSource};
use mirrorline_engine::ids::ControllerId::{A, B};
use mirrorline_engine::ids::{BlockMap, ControllerId, LineKey};
use mirrorline_engine::message::MessageKind;
use mirrorline_engine::raid::plan::PlanKind;
use mirrorline_engine::sim::World;
use mirrorline_engine::state::{FlushStep, LineState};

fn word(stage: &Stage, at: ControllerId, line: LineKey, block: u32) -> u64 {
    stage.controller(at).memory().word(stage.line(at, line).loc.expect("the line has a slot"), block)
}

fn answers(stage: &Stage) -> Vec<(u64, u64, ReadSource)> {
    let told = |fact: &Fact| match *fact {
        Fact::BlockRead { op, value, from, .. } => Some((op, value, from)),
        _ => None,
    };
    stage.facts.iter().filter_map(told).collect()
}

#[test]
fn both_write_one_line_and_both_writes_survive() {
    let mut stage = Stage::new(Config::default());
    stage.write(A, 0, 40).write(B, 0, 41).write(A, 0, 42).write(B, 0, 43).until_answered();
    let line = key(0, 40);
    let owner = if stage.controller(A).owns(line) { A } else { B };
    assert_eq!((0..4).map(|block| word(&stage, owner, line, block)).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(stage.line(owner.peer(), line).dirty, BlockMap::range(0, 4));
    stage.until_quiet();
}

/// The counterexample of R1: clean blocks that the mirror lacks are not handed over with the line.
#[test]
fn clean_blocks_that_the_mirror_lacks_are_read_from_disk_by_the_new_owner() {
    let mut stage = Stage::new(Config::default());
    let line = key(0, 40);
    stage.write(A, 0, 40).until_answered();
    stage.read(A, 0, 41).until_answered();
    assert_eq!(stage.line(A, line).valid, BlockMap::range(0, 2), "A has filled block 41");
    assert_eq!(stage.line(B, line).valid, BlockMap::range(0, 1), "its mirror has not");
    stage.write(B, 0, 43).until_answered();
    assert_eq!(stage.line(B, line).valid, BlockMap(0b1001), "the new owner keeps its own map");
    stage.read(B, 0, 41).until_answered();
    assert_eq!(answers(&stage).last(), Some(&(4, 0, ReadSource::Disk)));
    stage.until_quiet();
}

#[test]
fn a_request_for_ownership_waits_for_the_flush_to_end() {
    let mut stage = Stage::new(Config::default());
    let line = key(0, 40);
    stage.write(A, 0, 40);
    stage.until("the flush writes", |w| state(w, A, line) == Some(LineState::OF(FlushStep::Disk)));
    stage.write(B, 0, 41).until_answered();
    let c_ack = stage.first("C_ACK", |f| matches!(f, Fact::Received { message: MessageKind::CAck, .. }));
    let grant = stage.first("GRANT", |f| matches!(f, Fact::Sent { message: MessageKind::Grant, .. }));
    assert!(c_ack < grant, "GRANT only after the flush");
    assert_eq!(stage.line(B, line).dirty, BlockMap(0b10), "what was flushed is not dirty any more");
    stage.until_quiet();
}

/// A small world in which a third line pushes out the first.
fn tight() -> Config {
    Config { lines: 2, lent: 2, ..Config::default() }
}

/// B owns a line of LUN 0, flushed; B is about to give it up.
fn released_by_the_other_owner(stage: &mut Stage, line: LineKey) {
    stage.write(B, 0, line.first_lbn(4));
    stage.until("it is flushed", |w| state(w, B, line) == Some(LineState::OK));
    stage.write(B, 1, 80).write(B, 1, 120);
    stage.until("it is released", |w| state(w, B, line) == Some(LineState::OR));
}

#[test]
fn a_request_for_ownership_that_crosses_a_release_to_the_default_owner_is_no_longer_needed() {
    let (mut stage, line) = (Stage::new(tight()), key(0, 40));
    stage.write(B, 0, 40);
    stage.until("it is flushed", |w| state(w, B, line) == Some(LineState::OK));
    // A's write arrives while REUSE is on its way to A.
    stage.write(B, 1, 80).write(B, 1, 120).write(A, 0, 41);
    stage.until_answered();
    assert!(stage.words(line).contains(&(A, MessageKind::Reuse)));
    assert!(stage.controller(A).owns(line));
    stage.until_quiet();
}

#[test]
fn a_released_line_goes_home_to_its_default_owner() {
    let (mut stage, line) = (Stage::new(tight()), key(0, 40));
    released_by_the_other_owner(&mut stage, line);
    assert!(!stage.controller(B).owns(line) && !stage.controller(A).owns(line), "the token is on its way");
    stage.until("REUSE is handled", |w| w.controller(A).owns(line));
    stage.until_quiet();
}

#[test]
fn a_read_at_the_non_owner_is_answered_by_the_owner_and_not_from_the_mirror() {
    let mut stage = Stage::new(Config::default());
    stage.write(A, 0, 42).until_answered();
    stage.read(B, 0, 42).until_answered();
    assert_eq!(answers(&stage), [(2, 1, ReadSource::Peer)]);
    let words = stage.words(key(0, 42));
    assert_eq!(words[words.len() - 2..], [(A, MessageKind::ReadFwd), (B, MessageKind::ReadRsp)]);
    assert_eq!(stage.state(A, key(0, 42)), Some(LineState::OD), "reading moves no ownership");
}

#[test]
fn a_read_waits_for_the_write_of_its_block_and_not_for_others() {
    let mut stage = Stage::new(Config::default());
    stage.write(A, 0, 42).until_answered();
    stage.write(A, 0, 43);
    stage.until("the write is being mirrored", |w| state(w, A, key(0, 42)) == Some(LineState::OP));
    stage.read(A, 0, 42).read(A, 0, 43).until_answered();
    assert_eq!(answers(&stage), [(3, 1, ReadSource::Cache), (4, 2, ReadSource::Cache)]);
    let waits = stage.facts.iter().filter(|f| matches!(f, Fact::Waits { op: 4, .. })).count();
    assert!(waits <= 1, "read 4 waits at most once");
}

#[test]
fn a_miss_is_kept_as_clean_and_then_hits() {
    let mut stage = Stage::new(Config::default());
    stage.read(A, 0, 42).until_answered();
    assert_eq!(stage.state(A, key(0, 42)), Some(LineState::OC));
    assert!(stage.said.is_empty(), "the peer need not know of clean data");
    stage.read(A, 0, 42).until_answered();
    let from: Vec<_> = answers(&stage).into_iter().map(|(_, _, from)| from).collect();
    assert_eq!(from, [ReadSource::Disk, ReadSource::Cache]);
    assert_eq!(stage.world.counters().read_hits, 1);
}

#[test]
fn the_least_recently_used_clean_line_is_evicted() {
    let mut stage = Stage::new(tight());
    for lbn in [0, 4, 0, 8] {
        stage.read(A, 0, lbn).until_answered();
    }
    assert_eq!([0, 4, 8].map(|lbn| stage.state(A, key(0, lbn)).is_some()), [true, false, true]);
}

#[test]
fn without_mirror_slots_writes_wait_and_are_then_written_through() {
    let slow = FlushPolicy { high_percent: 100, low_percent: 100, ..Config::default().flush };
    let mut stage =
        Stage::new(Config { lines: 12, lent: 1, slot_wait_ns: 50_000, flush: slow, ..Config::default() });
    for lbn in [0, 4, 8, 12] {
        stage.write(A, 0, lbn);
    }
    stage.until_answered();
    let through = stage.facts.iter().filter(|f| matches!(f, Fact::WriteThroughBegan { .. })).count();
    assert!(through >= 2, "{through} writes went straight to disk");
    assert!(
        stage.facts.iter().any(|f| matches!(f, Fact::FlushBegan { reason: FlushReason::SlotsShort, .. }))
    );
    stage.until_quiet();
}

#[test]
fn a_mirror_is_dropped_before_its_line_is_written_through() {
    let mut stage = Stage::new(Config { lines: 12, lent: 1, slot_wait_ns: 5_000, ..Config::default() });
    let line = key(0, 40);
    // The only mirror slot is the line's own: the second write to it finds none.
    stage.write(A, 0, 40).until_answered();
    stage.write(A, 0, 40).until_answered();
    let state_word =
        |to| stage.first("state", |f| matches!(f, Fact::LineState { at: B, to: s, .. } if *s == to));
    assert!(
        state_word(Some(LineState::M0))
            < stage.first("through", |f| matches!(f, Fact::WriteThroughBegan { .. }))
    );
    assert_eq!(stage.state(A, line), Some(LineState::OC));
    assert!(stage.line(A, line).stub, "the peer keeps a stub");
    stage.read(A, 0, 40).until_answered();
    assert_eq!(answers(&stage).last().map(|(_, value, _)| *value), Some(2));
    stage.until_quiet();
}

/// The write loses ownership while it waits for a slot, gets it back and waits again: the first wait's timer does
/// not cut the second short.
#[test]
fn each_wait_for_a_slot_has_its_own_bound() {
    const WAIT_NS: u64 = 60_000;
    let flush =
        FlushPolicy { high_percent: 100, low_percent: 100, idle_ticks: 100, ..Config::default().flush };
    let mut stage = Stage::new(Config { lent: 1, slot_wait_ns: WAIT_NS, flush, ..Config::default() });
    stage.write(A, 0, 0).until_answered();
    stage.write(A, 0, 40);
    stage.until("it waits for a slot", |w| w.controller(A).line(key(0, 40)).is_some());
    stage.write(B, 0, 41);
    stage.until("B owns the line", |w| w.controller(B).owns(key(0, 40)));
    stage.until("A owns it again", |w| w.controller(A).owns(key(0, 40)));
    let waits_since = stage.world.now_ns();
    let gives_up = |f: &Fact| matches!(f, Fact::FlushBegan { reason: FlushReason::BeforeWriteThrough, .. });
    while !stage.facts.iter().any(gives_up) {
        assert!(stage.step(), "it gives up waiting");
    }
    let ended = stage.world.now_ns();
    assert!(ended - waits_since >= WAIT_NS, "it waited {} ns", ended - waits_since);
    stage.until_quiet();
}

#[test]
fn high_water_starts_a_flush_and_low_water_ends_it() {
    let mut stage = Stage::new(Config::default());
    // 80 % of nine mirror slots is seven lines.
    for n in 0..8 {
        stage.write(A, 0, n * 4).until_answered();
    }
    stage.until("flushed down to low water", |w| w.controller(A).queue().len() == 5);
    let reasons = |stage: &Stage| -> Vec<FlushReason> {
        let reason = |f: &Fact| match f {
            Fact::FlushBegan { reason, .. } => Some(*reason),
            _ => None,
        };
        stage.facts.iter().filter_map(reason).collect()
    };
    assert_eq!(reasons(&stage), [FlushReason::HighWater; 3]);
    stage.until_quiet();
    assert!(
        reasons(&stage)[3..].iter().all(|reason| *reason == FlushReason::Idle),
        "the rest when it is quiet"
    );
}

#[test]
fn old_dirty_lines_are_flushed_though_hosts_keep_writing() {
    let flush = FlushPolicy { age_ticks: 3, tick_ns: 100_000, idle_ticks: 100, ..Config::default().flush };
    let mut stage = Stage::new(Config { flush, ..Config::default() });
    stage.write(A, 0, 40).until_answered();
    let busy = |w: &World| state(w, A, key(0, 40)) == Some(LineState::OK);
    for n in 0..40 {
        if busy(&stage.world) {
            break;
        }
        stage.read(A, 1, n).until_answered();
    }
    assert!(stage.facts.iter().any(|f| matches!(f, Fact::FlushBegan { reason: FlushReason::Age, .. })));
}

/// What a write of so many blocks to an empty line of an array of six disks is planned as.
fn planned(blocks: u32) -> (PlanKind, u32, u32) {
    let raid = Geometry { disks: 6, layout: Layout::LeftSymmetric, chunk_blocks: 1, lines_per_stripe: 1 };
    let mut stage = Stage::new(Config { raid, ..Config::default() });
    stage.ask(IoKind::Write, A, 0, 40, blocks).until_quiet();
    let plan = stage.facts.iter().find_map(|f| match f {
        Fact::ParityPlanned { plan, reads, writes, .. } => Some((*plan, *reads, *writes)),
        _ => None,
    });
    plan.expect("it was flushed")
}

#[test]
fn the_cheapest_parity_plan_is_chosen() {
    assert_eq!(planned(1), (PlanKind::ReadModifyWrite, 2, 2));
    assert_eq!(planned(3), (PlanKind::ReconstructWrite, 2, 4));
    assert_eq!(planned(5), (PlanKind::FullStripe, 0, 6));
}

#[test]
fn a_read_over_many_lines_is_one_hit_or_none() {
    let mut stage = Stage::new(Config::default());
    for _ in 0..2 {
        stage.ask(IoKind::Read, A, 0, 0, 12).until_answered();
    }
    assert_eq!(stage.world.counters().read_hits, 1, "a miss, then a hit");
    stage.ask(IoKind::Read, A, 0, 8, 12).until_answered();
    assert_eq!(stage.world.counters().read_hits, 1, "part of it was missing");
}

#[test]
fn a_request_over_many_lines_is_answered_when_its_last_part_is_safe() {
    let mut stage = Stage::new(Config::default());
    stage.ask(IoKind::Write, A, 0, 2, 12).until_answered();
    let commits = stage.facts.iter().filter(|f| matches!(f, Fact::WriteCommitted { op: 1, .. })).count();
    assert_eq!(commits, 4, "blocks 2 to 13 lie on four lines");
    let last = stage.facts.iter().rposition(|f| matches!(f, Fact::WriteCommitted { .. }));
    assert!(last < stage.facts.iter().position(|f| matches!(f, Fact::HostReplied { .. })));
    stage.ask(IoKind::Read, B, 0, 0, 16).until_answered();
    let values: Vec<u64> = answers(&stage).into_iter().map(|(_, value, _)| value).collect();
    assert_eq!(values.iter().sum::<u64>(), 12, "twelve blocks of write 1, four never written");
}
