//! Failures, one story each: failover, failback, cold boot, the array under failure, hosts with two paths (protocol
//! §5 to §7 and §9; claims 11, 13, 25, 27).

use crate::support::{Stage, key, state};
use mirrorline_engine::array::{DiskState, Record, RecordMode};
use mirrorline_engine::check::Invariant;
use mirrorline_engine::config::{Config, DiskProfile, FailoverConfig, FlushPolicy, LunConfig};
use mirrorline_engine::controller::Mode;
use mirrorline_engine::fact::{Fact, Found, IoKind, Suspicion, Unobserved};
use mirrorline_engine::ids::ControllerId::{A, B};
use mirrorline_engine::ids::{ControllerId, HostId, Lun, Slot};
use mirrorline_engine::message::{Message, MessageKind};
use mirrorline_engine::rng::Random;
use mirrorline_engine::sim::{Command, Fault, HostOp, Seed, TimedFault, TimedOp, World};
use mirrorline_engine::state::{FlushStep, LineState};

/// A world small enough to rebuild and to scrub at once.
pub fn small() -> Config {
    let lun = |default_owner| LunConfig { blocks: 64, default_owner };
    Config { luns: vec![lun(A), lun(B)], ..Config::default() }
}

fn stage() -> Stage {
    Stage::new(small())
}

pub fn mode(world: &World, at: ControllerId) -> Mode {
    world.controller(at).mode()
}

/// The record's epoch, when it says DUAL.
fn dual_epoch(world: &World) -> Option<u32> {
    let record = world.array().record();
    (record.mode == RecordMode::Dual).then_some(record.epoch)
}

fn both_serve(world: &World) -> bool {
    let rehomed =
        world.controller(A).join().rehome.is_empty() && world.controller(B).join().rehome.is_empty();
    mode(world, A) == Mode::Dual && mode(world, B) == Mode::Dual && rehomed
}

/// What a read by a path returns: the number of the write, for one block.
fn read_back(stage: &mut Stage, via: ControllerId, lun: u16, lbn: u64) -> u64 {
    let from = stage.facts.len();
    stage.read(via, lun, lbn).until_answered();
    let told = stage.facts[from..].iter().find_map(|fact| match fact {
        Fact::BlockRead { value, .. } => Some(*value),
        _ => None,
    });
    told.expect("the read returns its block")
}

fn happened(stage: &Stage, wanted: impl Fn(&Fact) -> bool) -> bool {
    stage.facts.iter().any(wanted)
}

#[test]
fn an_owner_that_dies_leaves_its_acknowledged_write_to_the_mirror() {
    let mut stage = stage();
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    assert_eq!(stage.state(B, key(0, 40)), Some(LineState::SF(FlushStep::Disk)), "the mirror is the line");
    assert_eq!(read_back(&mut stage, B, 0, 40), 1);
    stage.until_quiet();
    assert_eq!(stage.world.array().record(), Record::solo(2, B, false), "all is on disk: unpinned");
}

#[test]
fn the_steps_of_a_failover_come_in_their_order() {
    let mut stage = stage();
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    let suspects =
        stage.first("suspicion", |f| matches!(f, Fact::Suspects { at: B, why: Suspicion::Silent }));
    let record = stage.first("the record", |f| matches!(f, Fact::RecordSwapped { by: B, .. }));
    let fence = stage.first("the fence", |f| matches!(f, Fact::Fenced { fenced: A, by: B, .. }));
    let over = stage.first("taken over", |f| matches!(f, Fact::TookOver { at: B, dirty: 1, .. }));
    assert!(suspects < record && record < fence && fence < over);
    stage.until_quiet();
}

/// The owner dies between announcing a flush and its end: the mirror was "temporarily invalid", and is kept.
#[test]
fn an_owner_that_dies_in_a_flush_loses_nothing_and_its_stripe_is_suspect() {
    for step in [FlushStep::Notify, FlushStep::Disk, FlushStep::Parity] {
        let mut stage = stage();
        stage.write(A, 0, 40).until_answered();
        stage.until("A flushes", |w| state(w, A, key(0, 40)) == Some(LineState::OF(step)));
        stage.until("the mirror knows", |w| state(w, B, key(0, 40)) == Some(LineState::MF));
        stage.fault(Fault::Crash { at: A });
        stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
        assert!(happened(&stage, |f| matches!(f, Fact::Suspect { at: B, .. })), "{step:?}");
        assert_eq!(read_back(&mut stage, B, 0, 40), 1, "{step:?}");
        stage.until_quiet();
        assert_eq!(stage.controller(B).suspects_left(), 0, "its parity has been recomputed");
    }
}

/// Claims 13 and 27: what was declared consistent is not written at a failover.
#[test]
fn a_consistent_mirror_is_not_written_at_a_failover() {
    let mut stage = stage();
    stage.write(A, 0, 40).until_answered();
    stage.until("it is flushed", |w| state(w, A, key(0, 40)) == Some(LineState::OK));
    let written = stage.world.counters().disk_writes;
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo).until_quiet();
    assert_eq!(stage.world.counters().disk_writes, written, "nothing needed to be written");
    assert!(happened(&stage, |f| matches!(f, Fact::TookOver { dirty: 0, .. })));
    assert_eq!(read_back(&mut stage, B, 0, 40), 1);
}

#[test]
fn data_without_meta_is_ignored_when_its_sender_dies() {
    let mut stage = stage();
    stage.write(A, 0, 40).until_answered();
    stage.write(A, 0, 40);
    stage.until("DATA has left", |w| w.link_to(B).len() == 2);
    let first = stage.world.link_to(B).iter().next().map(|envelope| envelope.gone_ns);
    stage.until("DATA has landed", |w| w.link_to(B).len() == 1);
    assert!(first.is_some());
    // META is on the link: tampering takes it, as a link would that died with its sender.
    stage.fault(Fault::DropMessage { to: B, skip: 0 }).fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    assert_eq!(read_back(&mut stage, B, 0, 40), 1, "the old value");
}

#[test]
fn while_alone_writes_go_to_disk_before_they_are_answered() {
    let mut stage = stage();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    stage.write(B, 0, 40).until_answered();
    let replied = stage.first("answered", |f| matches!(f, Fact::HostReplied { op: 1, .. }));
    let parity =
        stage.first("parity", |f| matches!(f, Fact::DiskDone { parity: true, io: IoKind::Write, .. }));
    assert!(parity < replied);
    assert_eq!(stage.world.counters().disk_writes, 2, "one block, and parity");
    stage.until_quiet();
}

/// REHOME takes lines away on which writes wait for a slot: they ask for the line then, and wait for no slot.
#[test]
fn a_write_whose_line_goes_home_waits_no_longer_for_a_slot() {
    let lun = |default_owner| LunConfig { blocks: 80, default_owner };
    let config = Config { lines: 3, lent: 2, luns: vec![lun(A), lun(B)], ..Config::default() };
    let mut world = World::new(config, Seed(1)).expect("it is sound");
    for (at_ns, fault) in [(1_000_000, Fault::Crash { at: A }), (4_000_000, Fault::Restart { at: A })] {
        world.apply(Command::Fault(TimedFault { at_ns, fault })).expect("it fits");
    }
    let random = &mut Random::new(1, 1);
    for n in 0..600 {
        let (lun, lbn) = (Lun(random.below(2) as u16), random.below(80));
        let op = HostOp { host: HostId(0), via: B, io: IoKind::Write, lun, lbn, blocks: 1 };
        world.apply(Command::Submit(TimedOp { at_ns: n * 20_000, op })).expect("it fits");
    }
    let mut waited = 0;
    while world.now_ns() < 20_000_000 && world.step(&mut Unobserved).is_some() {
        let survivor = world.controller(B);
        if survivor.mode() == Mode::Dual && !both_serve(&world) {
            waited += survivor.requests().filter(|(_, request)| request.wants_slot).count();
        }
        for (_, request) in survivor.requests().filter(|(_, request)| request.wants_slot) {
            assert!(survivor.owns(request.key), "{request:?} after event {}", world.events());
        }
    }
    assert!(waited > 0, "writes waited for slots before REHOME");
}

/// R3: the survivor's own write-through goes on under its lock, and is answered once.
#[test]
fn a_write_through_in_progress_is_finished_by_the_survivor() {
    let config = Config { lines: 1, lent: 1, slot_wait_ns: 0, ..small() };
    let mut stage = Stage::new(config);
    stage.write(B, 1, 0).until_answered();
    stage.write(B, 1, 40);
    stage.until("B writes through", |w| {
        matches!(state(w, B, key(1, 40)), Some(LineState::OW(FlushStep::Disk | FlushStep::Parity)))
    });
    stage.fault(Fault::Crash { at: A });
    stage.until_answered().until_quiet();
    let done = stage.facts.iter().filter(|f| matches!(f, Fact::HostDone { op: 2, .. })).count();
    assert_eq!(done, 1);
    assert_eq!(read_back(&mut stage, B, 1, 40), 2);
}

#[test]
fn of_two_that_live_with_the_link_cut_one_serves_and_the_other_never_answers_again() {
    let mut stage = stage();
    stage.write(A, 0, 40).write(B, 1, 40).until_answered();
    stage.fault(Fault::CutLink { to: A }).fault(Fault::CutLink { to: B });
    stage.until("one has won", |w| [A, B].iter().any(|at| mode(w, *at) == Mode::Solo)).until_quiet();
    let (winner, loser) = if mode(&stage.world, A) == Mode::Solo { (A, B) } else { (B, A) };
    assert_eq!(mode(&stage.world, loser), Mode::Halted);
    assert_eq!((read_back(&mut stage, winner, 0, 40), read_back(&mut stage, winner, 1, 40)), (1, 2));
    stage.until_quiet();
}

/// The zombie: it hangs with a write on its way to a slow disk, is fenced, wakes up, and finds itself fenced.
#[test]
fn a_controller_that_wakes_up_after_its_fence_halts_and_its_late_write_never_lands() {
    let mut stage = stage();
    for disk in 0..5 {
        stage.fault(Fault::DiskSlow { disk, factor: 1_000 });
    }
    stage.write(A, 0, 40).until_answered();
    stage.until("A writes to disk", |w| {
        state(w, A, key(0, 40)) == Some(LineState::OF(FlushStep::Disk)) && w.disk_commands().count() > 0
    });
    stage.fault(Fault::Hang { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    assert!(happened(&stage, |f| matches!(f, Fact::Fenced { fenced: A, aborted, .. } if *aborted > 0)));
    stage.fault(Fault::Resume { at: A });
    stage.until("A halts", |w| mode(w, A) == Mode::Halted);
    assert_eq!(read_back(&mut stage, B, 0, 40), 1);
    stage.until_quiet();
}

#[test]
fn a_survivor_does_not_serve_while_its_fence_is_not_confirmed() {
    let mut stage = stage();
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::FenceStuck).fault(Fault::Crash { at: A });
    stage.until("B has won the record", |w| mode(w, B) == Mode::Won);
    stage.read(B, 0, 40);
    for _ in 0..50 {
        stage.step();
    }
    assert_eq!((mode(&stage.world, B), stage.world.outstanding()), (Mode::Won, 1));
    stage.fault(Fault::FenceWorks);
    stage.until_answered().until_quiet();
    assert_eq!(mode(&stage.world, B), Mode::Solo);
}

/// The whole of a failback, under load (claims 11 and 25).
#[test]
fn a_replacement_is_rebuilt_while_hosts_go_on_and_gets_its_lines_back() {
    // Slow disks, a line at a time: many lines are still dirty when the replacement comes.
    let flush = FlushPolicy { depth: 1, ..Config::default().flush };
    // Hosts that wait for hard disks are patient.
    let failover = FailoverConfig { host_timeout_ns: 1_000_000_000, ..FailoverConfig::default() };
    let mut stage = Stage::new(Config { disk: DiskProfile::hdd(), flush, failover, ..small() });
    for line in 0..6 {
        stage.write(A, 0, line * 4).until_answered();
    }
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    stage.fault(Fault::Restart { at: A });
    stage.until("A is being rebuilt", |w| mode(w, A) == Mode::Joining);
    stage.write(B, 1, 20).read(B, 0, 8);
    stage.until("both serve", both_serve);
    stage.until_answered();
    assert!(happened(&stage, |f| matches!(f, Fact::Walked { at: B, .. })), "lines were copied");
    assert_eq!(dual_epoch(&stage.world), Some(3));
    assert!(happened(&stage, |f| matches!(f, Fact::Rehomed { lun: 0, to: A })));
    // What B holds of LUN 0 moves to A by request, as ever.
    stage.write(A, 0, 4).until_answered();
    assert!(stage.controller(A).owns(key(0, 4)));
    for line in [0, 2, 5] {
        assert_eq!(read_back(&mut stage, A, 0, line * 4), line + 1);
    }
    stage.until_quiet();
}

#[test]
fn a_second_crash_after_the_failback_is_survived_too() {
    let mut stage = stage();
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    stage.fault(Fault::Restart { at: A });
    stage.until("both serve", both_serve);
    stage.write(B, 0, 41).until_answered();
    stage.fault(Fault::Crash { at: B });
    stage.until("A serves alone", |w| mode(w, A) == Mode::Solo);
    assert_eq!((read_back(&mut stage, A, 0, 40), read_back(&mut stage, A, 0, 41)), (1, 2));
    stage.until_quiet();
}

/// R12: the survivor has switched the record and dies before RESYNC_DONE: the replacement counts all the same.
#[test]
fn a_survivor_that_dies_after_the_switch_leaves_everything_to_the_replacement() {
    let mut stage = Stage::new(Config { disk: DiskProfile::hdd(), ..small() });
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    stage.fault(Fault::Restart { at: A });
    stage.until("the record is switched", |w| dual_epoch(w) == Some(3));
    assert_eq!((mode(&stage.world, A), mode(&stage.world, B)), (Mode::Joining, Mode::SoloJoin));
    stage.fault(Fault::Crash { at: B });
    stage.until("A serves alone", |w| mode(w, A) == Mode::Solo);
    assert_eq!(read_back(&mut stage, A, 0, 40), 1);
    stage.until_quiet();
}

/// M2: RESYNC_DONE of a failback that is long over reaches the controller that it was meant for.
#[test]
fn a_late_resync_done_does_not_make_a_controller_count() {
    let mut stage = stage();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    stage.fault(Fault::Restart { at: A });
    stage.until("B has heard A", |w| mode(w, B) == Mode::SoloJoin && w.controller(B).join().heard);
    stage.fault(Fault::SlowLink { to: A, factor: 2_000 });
    stage.until("B believes in its partner", |w| mode(w, B) == Mode::Dual);
    stage.write(B, 1, 20);
    stage.until("B gives it up", |w| w.array().record() == Record::solo(4, B, true));
    let came = |f: &Fact| matches!(f, Fact::SessionReceived { at: A, message: MessageKind::ResyncDone });
    while !stage.facts.iter().any(came) {
        assert!(stage.step(), "the old message comes");
    }
    for _ in 0..40 {
        let standing = stage.controller(A).standing();
        let record = stage.world.array().record();
        let counts = standing.belongs_to(record);
        assert!(mode(&stage.world, A) != Mode::Dual || counts, "the record says {record}");
        stage.step();
    }
}

#[test]
fn the_replacement_dies_before_the_switch_and_the_survivor_goes_on() {
    let mut stage = Stage::new(Config { disk: DiskProfile::hdd(), ..small() });
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    stage.fault(Fault::Restart { at: A });
    stage.until("A is being rebuilt", |w| mode(w, A) == Mode::Joining);
    stage.fault(Fault::Crash { at: A });
    stage.until("B goes on", |w| mode(w, B) == Mode::Solo);
    assert_eq!(read_back(&mut stage, B, 0, 40), 1);
    stage.fault(Fault::Restart { at: A });
    stage.until("both serve", both_serve).until_quiet();
}

#[test]
fn after_a_power_loss_everything_is_on_disk_before_anybody_is_served() {
    let mut stage = stage();
    stage.write(A, 0, 40).write(B, 1, 40).write(B, 0, 20).until_answered();
    stage.fault(Fault::PowerLoss);
    stage.step();
    stage.fault(Fault::PowerBack);
    stage.until("A recovers", |w| (mode(w, A), mode(w, B)) == (Mode::Recover, Mode::Recalled));
    stage.until("both serve", both_serve);
    let free = stage.said.iter().find_map(|(_, message)| match message {
        Message::ResyncDone { free } => Some(free.clone()),
        _ => None,
    });
    let lent = stage.world.config().lines..stage.world.config().slots();
    assert_eq!(free, Some(lent.map(Slot).collect()), "all that A lends is free");
    assert!(stage.controller(A).queue().is_empty() && stage.controller(B).queue().is_empty());
    assert_eq!(dual_epoch(&stage.world), Some(2));
    for (lun, lbn, number) in [(0, 40, 1), (1, 40, 2), (0, 20, 3)] {
        assert_eq!(read_back(&mut stage, B, lun, lbn), number);
    }
    stage.until_quiet();
}

#[test]
fn power_that_fails_again_during_the_recovery_starts_it_over() {
    let mut stage = stage();
    stage.write(A, 0, 40).write(B, 1, 40).until_answered();
    for _ in 0..2 {
        stage.fault(Fault::PowerLoss);
        stage.step();
        stage.fault(Fault::PowerBack);
        stage.until("A writes back", |w| w.controller(A).count(LineState::SF(FlushStep::Disk)) > 0);
    }
    stage.until("both serve", both_serve);
    assert_eq!((read_back(&mut stage, A, 0, 40), read_back(&mut stage, A, 1, 40)), (1, 2));
    stage.until_quiet();
}

#[test]
fn one_memory_is_enough_when_the_other_battery_was_dead() {
    let mut stage = stage();
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::BatteryFails { at: A }).fault(Fault::PowerLoss);
    stage.until("the power is gone", |w| !w.hardware().power);
    stage.fault(Fault::PowerBack);
    stage.until("B serves", |w| mode(w, B).serves());
    assert_eq!(read_back(&mut stage, B, 0, 40), 1);
    stage.until("both serve", both_serve).until_quiet();
}

#[test]
fn with_a_bad_battery_on_either_side_every_write_goes_through() {
    let mut stage = stage();
    stage.fault(Fault::BatteryFails { at: B });
    stage.until("A knows", |w| w.controller(A).writes_through());
    stage.write(A, 0, 40).until_answered();
    assert!(happened(&stage, |f| matches!(f, Fact::WriteThroughBegan { at: A, .. })));
    stage.fault(Fault::BatteryGood { at: B });
    stage.until("A caches again", |w| !w.controller(A).writes_through());
    stage.write(A, 0, 40).until_answered();
    assert_eq!(stage.state(A, key(0, 40)), Some(LineState::OD));
    stage.until_quiet();
}

/// G5: two failures that overlap may make data unavailable, never stale.
#[test]
fn a_controller_refuses_when_the_only_up_to_date_memory_is_gone() {
    let mut stage = Stage::new(Config { disk: DiskProfile::hdd(), ..small() });
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone, pinned", |w| mode(w, B) == Mode::Solo && w.array().record().pinned);
    stage.fault(Fault::Crash { at: B }).fault(Fault::Restart { at: A }).fault(Fault::Restart { at: B });
    stage.until("both refuse", |w| mode(w, A) == Mode::Refused && mode(w, B) == Mode::Refused);
    stage.read(A, 0, 40);
    while stage.step() {}
    assert!(happened(&stage, |f| matches!(f, Fact::HostFailed { .. })), "an error, and no old value");
    assert!(!happened(&stage, |f| matches!(f, Fact::BlockRead { .. })));
}

/// R4: the record is unpinned, so another may serve; it trusts no parity.
#[test]
fn an_unpinned_record_may_be_taken_over_and_every_stripe_is_recomputed() {
    let mut stage = stage();
    stage.write(A, 0, 40).until_answered();
    stage.fault(Fault::Crash { at: A });
    stage.until("all is on disk", |w| w.array().record() == Record::solo(2, B, false));
    // The parity of stripe 5 lies on disk 4.
    stage.fault(Fault::DiskSlow { disk: 4, factor: 10_000 });
    stage.write(B, 0, 20);
    stage.until("B is between data and parity", |w| {
        state(w, B, key(0, 20)) == Some(LineState::SW(FlushStep::Parity))
    });
    stage.fault(Fault::DiskSlow { disk: 4, factor: 1 });
    stage.fault(Fault::Crash { at: B }).fault(Fault::Restart { at: A });
    stage.until("A serves", |w| mode(w, A) == Mode::Solo);
    let mut left = stage.controller(A).suspects_left();
    assert!(left > 16, "every stripe is suspect");
    assert_eq!(read_back(&mut stage, A, 0, 40), 1);
    while left > 0 {
        stage.step();
        let now = stage.controller(A).suspects_left();
        assert!(now <= left, "what was recomputed stays trusted: {left}, then {now}");
        left = now;
    }
    stage.until_quiet();
    assert!(happened(&stage, |f| matches!(f, Fact::Patrolled { found: Found::ParityMended, .. })));
}

#[test]
fn a_missing_disk_is_computed_from_the_others_and_a_spare_is_rebuilt_while_hosts_go_on() {
    let mut stage = stage();
    for lbn in 0..8 {
        stage.write(A, 0, lbn).until_answered();
    }
    stage.until_quiet();
    stage.fault(Fault::DiskFails { disk: 0 }).fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    for lbn in 0..8 {
        assert_eq!(read_back(&mut stage, B, 0, lbn), lbn + 1, "block {lbn}");
    }
    stage.write(B, 0, 0).until_answered();
    stage.fault(Fault::DiskReplaced { disk: 0 });
    stage.write(B, 0, 5);
    stage.until("the spare is whole", |w| w.array().disk(0).state == DiskState::Present);
    stage.until_answered().until_quiet();
    let last = stage.world.counters().host_ios;
    assert_eq!(read_back(&mut stage, B, 0, 5), last);
}

#[test]
fn a_disk_that_was_pulled_out_comes_back_stale_and_is_not_believed() {
    let mut stage = stage();
    stage.write(A, 0, 0).until_answered();
    stage.until_quiet();
    let disk = 0;
    stage.fault(Fault::DiskPulled { disk });
    stage.write(A, 0, 0).until_answered();
    stage.until_quiet();
    stage.fault(Fault::DiskReturned { disk });
    stage.until("it is rebuilt", |w| w.array().is_whole());
    stage.until_quiet();
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo);
    assert_eq!(read_back(&mut stage, B, 0, 0), 2);
}

#[test]
fn a_scrub_finds_a_latent_sector_error_and_mends_it() {
    let mut stage = stage();
    stage.write(A, 0, 12).until_answered();
    stage.until_quiet();
    stage.fault(Fault::SectorError { disk: 1, stripe: 3 }).fault(Fault::Scrub);
    stage.until_quiet();
    let mended = |f: &Fact| matches!(f, Fact::Patrolled { found: Found::ChunkRebuilt, .. });
    assert_eq!(stage.facts.iter().filter(|f| mended(f)).count(), 1);
    stage.fault(Fault::Scrub);
    stage.until_quiet();
    assert_eq!(stage.facts.iter().filter(|f| mended(f)).count(), 1, "the second finds nothing");
}

/// The write hole with two failures: a disk is missing and the owner dies between data and parity. Nobody can know the
/// missing chunk any more: a read of it fails, rather than return a wrong value.
#[test]
fn a_block_that_nobody_can_know_is_an_error_and_never_a_guess() {
    let mut stage = stage();
    for lbn in 40..44 {
        stage.write(A, 0, lbn).until_answered();
    }
    stage.until_quiet();
    // Block 40 of stripe 10 lies on disk 0.
    stage.fault(Fault::DiskFails { disk: 0 });
    stage.write(A, 0, 41).until_answered();
    stage.until("A is between data and parity", |w| {
        state(w, A, key(0, 40)) == Some(LineState::OF(FlushStep::Parity))
    });
    stage.fault(Fault::Crash { at: A });
    stage.until("B serves alone", |w| mode(w, B) == Mode::Solo).until_quiet();
    assert!(happened(&stage, |f| matches!(f, Fact::BlocksLost { at: B, .. })));
    assert_eq!(read_back(&mut stage, B, 0, 41), 5, "what was written is there");
    stage.read(B, 0, 40);
    while stage.step() {}
    assert!(happened(&stage, |f| matches!(f, Fact::HostFailed { io: IoKind::Read, .. })));
}

/// One parity knows one block of its row: of two that cannot be read neither is made up, by a read or by a scrub.
#[test]
fn of_two_unreadable_blocks_in_one_row_neither_is_guessed() {
    for scrubbed in [false, true] {
        let mut stage = stage();
        for lbn in 40..44 {
            stage.write(A, 0, lbn).until_answered();
        }
        stage.until_quiet();
        // After a cold start no cache has them.
        stage.fault(Fault::PowerLoss).step();
        stage.fault(Fault::PowerBack).until("both serve", both_serve).until_quiet();
        // Blocks 40 and 41 of stripe 10 lie on disks 0 and 1.
        stage.fault(Fault::SectorError { disk: 0, stripe: 10 });
        stage.fault(Fault::SectorError { disk: 1, stripe: 10 });
        if scrubbed {
            stage.fault(Fault::Scrub).until_quiet();
            let lost = |f: &Fact| matches!(f, Fact::BlocksLost { map, .. } if map.count() == 2);
            assert!(happened(&stage, lost), "both are lost");
        }
        stage.ask(IoKind::Read, A, 0, 40, 2);
        while stage.step() {}
        assert!(happened(&stage, |f| matches!(f, Fact::HostFailed { io: IoKind::Read, .. })));
        assert_eq!(read_back(&mut stage, A, 0, 42), 3, "the others are there");
        stage.until_quiet();
    }
}

#[test]
fn a_host_whose_path_is_cut_tries_the_other_one_as_a_new_write() {
    let mut stage = stage();
    stage.fault(Fault::PathCut { host: HostId(0), via: A });
    stage.step();
    stage.write(A, 0, 40).until_answered();
    assert!(happened(&stage, |f| matches!(f, Fact::HostRetries { op: 1, retry: 2, via: B, .. })));
    assert_eq!(read_back(&mut stage, B, 0, 40), 2);
    stage.until_quiet();
}

/// HELLO comes through, JOIN does not: the survivor goes on alone until the link is mended (M17).
#[test]
fn nobody_switches_to_one_that_has_not_heard_of_it() {
    let mut stage = stage();
    stage.fault(Fault::Crash { at: B }).fault(Fault::CutLink { to: B });
    stage.until_quiet();
    stage.fault(Fault::Restart { at: B });
    stage.until_quiet();
    assert!(happened(&stage, |f| matches!(f, Fact::Mode { to: Mode::SoloJoin, .. })), "it has tried");
    assert_eq!(stage.world.array().record(), Record::solo(2, A, false), "and gained nothing by it");
    stage.fault(Fault::MendLink { to: B });
    stage.until("both serve", both_serve);
    stage.until_quiet();
}

/// Over a link that is slower than anybody's patience no join succeeds: it is tried a few times, and again as soon as
/// anything changes (M18).
#[test]
fn joins_that_fail_are_not_tried_for_ever() {
    let mut stage = stage();
    stage.fault(Fault::Crash { at: B });
    stage.until_quiet();
    stage.fault(Fault::SlowLink { to: B, factor: 2_000 }).fault(Fault::Restart { at: B });
    let mut asked_ns = Vec::new();
    while stage.step() {
        let hellos = stage.said.iter().filter(|(_, message)| message.kind() == MessageKind::Hello).count();
        if hellos > asked_ns.len() {
            asked_ns.push(stage.world.now_ns());
        }
    }
    // Each time it says HELLO twice.
    let begun_ns: Vec<u64> = asked_ns.iter().copied().step_by(2).collect();
    let pauses: Vec<u64> = begun_ns.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (first, later) = pauses.split_at(3);
    assert!(first.iter().all(|pause| *pause == first[0]), "at once: {first:?}");
    assert!(later[0] > 4 * first[0] && later.len() == 12, "then no more in a row: {later:?}");
    assert!(later.windows(2).all(|pair| pair[1] > pair[0] * 3 / 2), "ever longer pauses: {later:?}");
    assert_eq!((mode(&stage.world, A), mode(&stage.world, B)), (Mode::Solo, Mode::Boot));
    stage.fault(Fault::SlowLink { to: B, factor: 1 });
    stage.until("both serve", both_serve);
    stage.until_quiet();
}

/// The acknowledgement is lost on its way: the write is there once, and then once more.
#[test]
fn a_write_whose_answer_is_lost_is_written_twice() {
    let mut stage = stage();
    stage.write(A, 0, 40);
    stage.until("A has it", |w| state(w, A, key(0, 40)) == Some(LineState::OP));
    stage.fault(Fault::PathCut { host: HostId(0), via: A }).until_answered();
    let committed = stage.facts.iter().filter(|f| matches!(f, Fact::WriteCommitted { .. })).count();
    assert_eq!((committed, stage.world.counters().retries), (2, 1));
    assert_eq!(read_back(&mut stage, B, 0, 40), 2);
    stage.until_quiet();
}

/// What no correct link does breaks a rule, and the checks say which.
#[test]
fn a_lost_reuse_is_found_out() {
    let mut stage = Stage::new(Config { lines: 2, lent: 2, ..small() });
    stage.write(B, 0, 40);
    stage.until("it is flushed", |w| state(w, B, key(0, 40)) == Some(LineState::OK));
    stage.write(B, 1, 20).write(B, 1, 40);
    stage.until("it is released", |w| state(w, B, key(0, 40)) == Some(LineState::OR));
    let skip = stage.place_of(A, MessageKind::Reuse);
    stage.tolerate().fault(Fault::DropMessage { to: A, skip });
    for _ in 0..20 {
        stage.step();
    }
    assert!(stage.broken().contains(&Invariant::SingleOwner), "{:?}", stage.broken());
}
