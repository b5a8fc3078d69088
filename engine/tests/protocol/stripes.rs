//! The variant in which several lines share a stripe (protocol §14).

use crate::support::Stage;
use mirrorline_engine::config::{Config, DiskProfile, Geometry, LunConfig};
use mirrorline_engine::controller::Mode;
use mirrorline_engine::export::snapshot::Snapshot;
use mirrorline_engine::fact::{Fact, IoKind};
use mirrorline_engine::ids::ControllerId::{A, B};
use mirrorline_engine::ids::{BlockMap, LineKey, Lun};
use mirrorline_engine::message::{Message, MessageKind};
use mirrorline_engine::raid::plan::PlanKind;
use mirrorline_engine::sim::{Command, Fault, TimedFault};
use mirrorline_engine::state::{FlushStep, LineState};

/// The two lines of the first stripe: blocks 0 and 1, blocks 2 and 3.
fn lines() -> [LineKey; 2] {
    let first = LineKey::new(Lun(0), 0);
    [first, first.with_part(1)]
}

fn stage() -> Stage {
    Stage::new(Config {
        raid: Geometry { lines_per_stripe: 2, ..Geometry::default() },
        luns: vec![LunConfig { blocks: 64, default_owner: A }],
        disk: DiskProfile::Ssd { read_ns: 85_000, write_ns: 5_000_000, megabytes_per_s: 3_200, parallel: 8 },
        ..Config::default()
    })
}

/// Each controller owns one of the lines, by a block of it. A writes its own to disk, and B, which would, waits.
fn b_waits(of_a: u64, of_b: u64) -> Stage {
    let mut stage = stage();
    stage.write(A, 0, of_a).until_answered();
    stage.write(B, 0, of_b).until_answered();
    stage.until("B's line has to wait", |world| !world.controller(A).held_back().is_empty());
    stage
}

#[test]
fn a_line_is_its_part_of_the_stripe_and_keeps_the_numbers_of_its_blocks() {
    let [first, second] = lines();
    let mut stage = stage();
    // Blocks 1 and 2: one of each line.
    stage.ask(IoKind::Write, A, 0, 1, 2).until_answered();
    assert_eq!((stage.line(A, first).dirty, stage.line(A, second).dirty), (BlockMap(0b10), BlockMap(0b100)));
    let snapshot = Snapshot::of(&stage.world);
    let lines: Vec<(u64, u64)> =
        snapshot.controllers[0].lines.iter().map(|line| (line.first_lbn, line.dirty)).collect();
    assert_eq!(
        (snapshot.line_blocks, lines),
        (2, vec![(0, 0b10), (2, 0b1)]),
        "from outside they begin with 0"
    );
    stage.until_quiet();
}

#[test]
fn a_whole_line_is_no_full_stripe() {
    let mut stage = stage();
    stage.ask(IoKind::Write, A, 0, 0, 2).until_answered().until_quiet();
    let plans: Vec<PlanKind> = stage
        .facts
        .iter()
        .filter_map(|fact| match *fact {
            Fact::ParityPlanned { plan, .. } => Some(plan),
            _ => None,
        })
        .collect();
    assert_eq!(plans, [PlanKind::ReconstructWrite], "what the other line holds on disk is read");
}

#[test]
fn of_two_controllers_that_write_one_stripe_the_second_waits_for_the_parity_of_the_first() {
    let [first, second] = lines();
    let mut stage = b_waits(0, 3);
    assert_eq!(stage.state(A, first), Some(LineState::OF(FlushStep::Disk)));
    assert_eq!(stage.state(B, second), Some(LineState::OF(FlushStep::Notify)));
    assert_eq!(stage.state(A, second), Some(LineState::MF), "marked at once, whoever waits");
    stage.until("it is B's turn", |world| {
        world.controller(B).line(second).and_then(|line| line.state) == Some(LineState::OF(FlushStep::Disk))
    });
    assert_eq!(stage.state(B, first), Some(LineState::MK), "what A has written it has heard of before");
    let to_b = stage.said.iter().filter(|(to, _)| *to == B).map(|(_, message)| message);
    let last: Vec<(MessageKind, Option<LineKey>)> = to_b
        .filter(|message| !matches!(message, Message::Heartbeat { .. }))
        .map(|m| (m.kind(), m.key()))
        .collect();
    assert!(
        last.windows(2)
            .any(|two| two == [(MessageKind::Consistent, Some(first)), (MessageKind::FnAck, Some(second))]),
        "{last:?}"
    );
    stage.until_quiet();
    assert!(stage.controller(A).held_back().is_empty());
}

#[test]
fn of_one_controller_s_lines_one_is_written_at_a_time() {
    let [first, second] = lines();
    let mut stage = stage();
    stage.write(A, 0, 0).write(A, 0, 3).until_answered();
    let writing = |stage: &Stage, key| stage.state(A, key).is_some_and(LineState::is_between_data_and_parity);
    let mut both_written = [false; 2];
    while stage.step() {
        let now = [first, second].map(|key| writing(&stage, key));
        assert_ne!(now, [true; 2]);
        both_written = [both_written[0] | now[0], both_written[1] | now[1]];
    }
    assert_eq!(both_written, [true; 2]);
    stage.until_quiet();
}

#[test]
fn whoever_waits_when_the_writer_dies_takes_over_a_suspect_stripe() {
    let [first, second] = lines();
    let mut stage = b_waits(3, 0);
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |world| world.controller(B).mode() == Mode::Solo);
    assert!([first, second].iter().all(|key| stage.controller(B).is_suspect(*key)), "it is one stripe");
    stage.until_quiet();
    assert_eq!(stage.controller(B).suspects_left(), 0);
}

#[test]
fn disks_do_not_fail_and_nothing_is_scrubbed() {
    let mut stage = stage();
    for fault in [Fault::Scrub, Fault::DiskFails { disk: 0 }, Fault::SectorError { disk: 0, stripe: 0 }] {
        let refused = stage.world.apply(Command::Fault(TimedFault { at_ns: 0, fault }));
        assert!(refused.unwrap_err().to_string().contains("lines share a stripe"), "{fault:?}");
    }
    assert!(
        stage.world.apply(Command::Fault(TimedFault { at_ns: 0, fault: Fault::Crash { at: A } })).is_ok()
    );
}
