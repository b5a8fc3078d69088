//! The variant in which a host's write may begin while its line is being flushed (protocol §13, R13), and that it is
//! off where nobody asks for it.

use crate::support::{Stage, key};
use mirrorline_engine::config::{Config, DiskProfile, FlushPolicy, LunConfig};
use mirrorline_engine::controller::Mode;
use mirrorline_engine::fact::Fact;
use mirrorline_engine::ids::BlockMap;
use mirrorline_engine::ids::ControllerId::{A, B};
use mirrorline_engine::message::Message;
use mirrorline_engine::sim::Fault;
use mirrorline_engine::state::{FlushStep, LineState};

/// A line whose first block is being written to disk by A, which takes so long, and a second write, of whatever block,
/// at A.
fn flushing(overlap: bool, lbn: u64, write_ns: u64) -> Stage {
    let usual = Config::default();
    let config = Config {
        luns: vec![LunConfig { blocks: 64, default_owner: A }],
        flush: FlushPolicy { overlap, ..usual.flush },
        disk: DiskProfile::Ssd { read_ns: 85_000, write_ns, megabytes_per_s: 3_200, parallel: 8 },
        ..usual
    };
    let mut stage = Stage::new(config);
    stage.write(A, 0, 40).until_answered();
    let line = key(0, 40);
    stage.until("A writes to disk", |world| {
        world.controller(A).line(line).and_then(|line| line.state) == Some(LineState::OF(FlushStep::Disk))
    });
    stage.write(A, 0, lbn);
    stage
}

#[test]
fn a_write_is_answered_while_its_line_is_on_its_way_to_disk() {
    let line = key(0, 40);
    for (overlap, during) in [(true, Some(LineState::OF(FlushStep::Disk))), (false, Some(LineState::OD))] {
        let mut stage = flushing(overlap, 41, 20_000);
        stage
            .until("the second write is committed", |world| world.controller(A).line(line).unwrap().seq == 2);
        assert_eq!(stage.state(A, line), during, "without the variant it waits for C_ACK");
        stage.until_answered().until_quiet();
        assert_eq!(stage.state(A, line), Some(LineState::OK));
    }
}

#[test]
fn what_is_written_during_a_flush_stays_dirty_on_both_sides_and_is_flushed_in_its_turn() {
    let line = key(0, 40);
    let mut stage = flushing(true, 40, 20_000);
    stage.until("the flush is over", |world| {
        world.controller(A).line(line).unwrap().state == Some(LineState::OD)
    });
    let said = |stage: &Stage| -> Vec<(u64, BlockMap)> {
        let consistent = stage.said.iter().filter_map(|(_, message)| match message {
            Message::Consistent { seq, map, .. } => Some((*seq, *map)),
            _ => None,
        });
        consistent.collect()
    };
    assert_eq!(said(&stage), [(1, BlockMap(1))], "CONSISTENT carries the number that the flush began with");
    for at in [A, B] {
        assert_eq!((stage.line(at, line).dirty, stage.line(at, line).seq), (BlockMap(1), 2));
    }
    assert_eq!(stage.state(B, line), Some(LineState::MD));
    stage.until_quiet();
    assert_eq!(said(&stage), [(1, BlockMap(1)), (2, BlockMap(1))]);
    assert_eq!((stage.state(A, line), stage.state(B, line)), (Some(LineState::OK), Some(LineState::MK)));
}

#[test]
fn whoever_asks_for_the_line_does_not_wait_for_writes_that_come_later() {
    let line = key(0, 40);
    let mut stage = flushing(true, 41, 20_000);
    stage.until_answered();
    assert_eq!(stage.state(A, line), Some(LineState::OF(FlushStep::Disk)));
    stage.write(B, 0, 42);
    stage.until("B has asked", |world| world.controller(A).line(line).unwrap().asked.is_some());
    stage.write(A, 0, 43);
    stage.until("B owns the line", |world| world.controller(B).owns(line));
    assert_eq!(stage.line(B, line).seq, 2, "A's later write waits");
    stage.until_answered().until_quiet();
}

#[test]
fn alone_the_flush_is_started_over_when_what_was_under_way_is_on_disk() {
    let line = key(0, 40);
    // It is under way still when A has taken over.
    let mut stage = flushing(true, 40, 20_000_000);
    stage.until("the second write is committed", |world| world.controller(A).line(line).unwrap().seq == 2);
    let from = stage.facts.len();
    stage
        .fault(Fault::Crash { at: B })
        .until("A serves alone", |world| world.controller(A).mode() == Mode::Solo);
    assert_eq!(stage.state(A, line), Some(LineState::SF(FlushStep::Disk)));
    stage.until_quiet();
    let began = stage.facts[from..].iter().filter(|fact| matches!(fact, Fact::FlushBegan { .. })).count();
    assert_eq!(began, 1, "the flush under way was written to its end, and then once more");
    assert_eq!(stage.controller(A).line(line).map(|line| line.dirty), Some(BlockMap::EMPTY));
}
