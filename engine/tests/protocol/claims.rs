//! Each claim as a story. Claims 15 to 28 claim as a system what 1 to 14 claim as a method; they are told with
//! the controllers' parts exchanged. Claims 11 and 25 speak of failback and are not part of the steady state.

use crate::support::{Stage, key, state};
use mirrorline_engine::config::Config;
use mirrorline_engine::fact::{Fact, IoKind, Observer, SlotList};
use mirrorline_engine::ids::ControllerId::{A, B};
use mirrorline_engine::ids::{BlockMap, ControllerId, LineKey, Session};
use mirrorline_engine::message::{Grant, Message, MessageKind};
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::sim::Run;
use mirrorline_engine::state::{FlushStep, LineState};

/// The LUN that a controller owns by default.
fn lun_of(first: ControllerId) -> u16 {
    if first == A { 0 } else { 1 }
}

/// `first` owns the line; its host has written block 42 and been answered.
fn mirrored(first: ControllerId) -> (Stage, LineKey) {
    let mut stage = Stage::new(Config::default());
    stage.write(first, lun_of(first), 42).until_answered();
    (stage, key(lun_of(first), 42))
}

fn until_state(stage: &mut Stage, at: ControllerId, key: LineKey, wanted: LineState) {
    stage.until(wanted.words(), |world| state(world, at, key) == Some(wanted));
}

/// Select a mirror line, copy the data, send the metadata; the host hears "done" only after all that.
fn write_is_mirrored_before_it_is_acknowledged(first: ControllerId) {
    let (stage, key) = mirrored(first);
    let peer = first.peer();
    let taken = stage.first("a mirror slot is taken", |f| {
        matches!(f, Fact::SlotTaken { at, list: SlotList::MirrorFree, memory, .. } if *at == first && *memory == peer)
    });
    let received = |kind: MessageKind, at: ControllerId| {
        stage.first(
            kind.name(),
            |f| matches!(f, Fact::Received { at: a, message, .. } if *a == at && *message == kind),
        )
    };
    let (data, meta, ack) = (
        received(MessageKind::Data, peer),
        received(MessageKind::Meta, peer),
        received(MessageKind::MetaAck, first),
    );
    let replied = stage.first("the host is answered", |f| matches!(f, Fact::HostReplied { op: 1, .. }));
    assert!(taken < data && data < meta && meta < ack && ack < replied, "in this order");
    let (owner, mirror) = (stage.line(first, key), stage.line(peer, key));
    assert_eq!((owner.state, mirror.state), (Some(LineState::OD), Some(LineState::MD)));
    let slot = mirror.loc.expect("the mirror has a slot");
    assert_eq!(stage.controller(peer).memory().word(slot, 2), 1, "the mirror holds write 1 in block 42");
}

/// Each table knows what the other cache holds.
fn each_knows_the_others_cache(first: ControllerId) {
    let (stage, key) = mirrored(first);
    let (owner, mirror) = (stage.line(first, key), stage.line(first.peer(), key));
    assert_eq!(owner.peer_slot, mirror.loc, "the owner knows where its mirror is");
    assert_eq!(mirror.peer_slot, owner.loc, "the mirror knows where the owner's line is");
    assert_eq!((owner.cid, owner.seq, owner.dirty), (mirror.cid, mirror.seq, mirror.dirty));
}

/// META carries LUN, LBN, dirty map and cache identifier.
fn metadata_names_lun_lbn_dirty_map_and_cid(first: ControllerId) {
    let (stage, line_key) = mirrored(first);
    let meta = stage.said.iter().find_map(|(to, message)| match message {
        Message::Meta { key, cid, slot, seq, wmap } => Some((*to, *key, *cid, *slot, *seq, *wmap)),
        _ => None,
    });
    let (to, key, cid, slot, seq, wmap) = meta.expect("META was sent");
    assert_eq!(to, first.peer());
    assert_eq!((key.lun().0, key.first_lbn(4)), (lun_of(first), 40));
    assert_eq!(wmap, BlockMap::range(2, 1), "block 42 is the third of its line");
    assert_eq!((cid.owner, Some(cid.slot), seq), (first, stage.line(first, line_key).loc, 1));
    assert_eq!(Some(slot), stage.line(first.peer(), line_key).loc);
}

/// The mirror's address stands in the owner's hash table.
fn mirror_address_is_in_the_hash_table(first: ControllerId) {
    let (stage, key) = mirrored(first);
    let table = stage.controller(first).table();
    let entry =
        (0..table.bucket_count()).flat_map(|bucket| table.bucket(bucket)).find(|line| line.key == key);
    let address = entry.expect("the line is in a bucket").peer_slot;
    assert!(address.is_some() && address == stage.line(first.peer(), key).loc);
}

/// … and in its write-back queue, renewed when the mirror moves to a fresh slot.
fn mirror_address_is_in_the_write_back_queue(first: ControllerId) {
    let (mut stage, key) = mirrored(first);
    let address = |stage: &Stage| stage.controller(first).queue().iter().next().map(|(_, mirror)| mirror);
    let before = address(&stage);
    assert!(before.is_some() && before == stage.line(first.peer(), key).loc);
    stage.write(first, lun_of(first), 43).until_answered();
    let after = address(&stage);
    assert_ne!(before, after, "a mirror write takes a fresh slot");
    assert_eq!(after, stage.line(first.peer(), key).loc);
    assert_eq!(stage.controller(first).queue().len(), 1, "a line stands in the queue once");
}

/// Each manages a free list of mirror locations in the other's cache, and copies into them unasked.
fn each_manages_free_mirror_slots_in_the_other(first: ControllerId) {
    let (stage, key) = mirrored(first);
    let (mine, theirs) = (stage.controller(first).memory(), stage.controller(first.peer()).memory());
    assert_eq!((mine.mirror_free.len(), theirs.mirror_free.len()), (8, 9), "one of nine is taken");
    let slot = stage.line(first.peer(), key).loc.expect("the mirror has a slot");
    assert!(!theirs.is_local(slot), "a lent slot, home to the other controller");
    let asked = stage.words(key).iter().take_while(|(_, kind)| *kind != MessageKind::Data).count();
    assert_eq!(asked, 0, "nothing was asked before DATA");
    let (mut other, key) = (Stage::new(Config::default()), crate::support::key(lun_of(first.peer()), 8));
    other.write(first.peer(), lun_of(first.peer()), 8).until_answered();
    assert!(other.line(first, key).loc.is_some(), "and the other way round");
}

/// A write comes to the controller that does not own the line: it asks for ownership.
fn write_at_the_non_owner_asks_for_ownership(first: ControllerId) {
    let (owner, mut stage) = (first.peer(), Stage::new(Config::default()));
    let line = key(lun_of(owner), 42);
    stage.write(first, lun_of(owner), 42);
    stage.until("REQ_OWN is on its way", |world| !world.link_to(owner).is_empty());
    assert_eq!(stage.words(line), [(owner, MessageKind::ReqOwn)]);
    assert!(!stage.controller(first).owns(line), "asking is not owning");
}

/// Ownership is granted; then the new owner's data goes into the old owner's cache.
fn grant_then_data_goes_to_the_old_owner(first: ControllerId) {
    let (owner, mut stage) = (first.peer(), Stage::new(Config::default()));
    let line = key(lun_of(owner), 42);
    stage.write(first, lun_of(owner), 42).until_answered();
    let said: Vec<_> = stage.words(line).into_iter().take(5).collect();
    assert_eq!(
        said,
        [
            (owner, MessageKind::ReqOwn),
            (first, MessageKind::Grant),
            (owner, MessageKind::Data),
            (owner, MessageKind::Meta),
            (first, MessageKind::MetaAck),
        ]
    );
    assert_eq!(stage.state(first, line), Some(LineState::OD));
    assert_eq!(stage.state(owner, line), Some(LineState::MD));
}

/// After that transfer a message gives the old owner the metadata of the line that it now mirrors.
fn metadata_follows_the_transfer_after_a_grant(first: ControllerId) {
    let (owner, mut stage) = (first.peer(), Stage::new(Config::default()));
    let line = key(lun_of(owner), 42);
    stage.write(first, lun_of(owner), 42).until_answered();
    let meta = stage.said.iter().find_map(|(to, m)| match m {
        Message::Meta { cid, slot, wmap, .. } => Some((*to, cid.owner, *slot, *wmap)),
        _ => None,
    });
    let slot = stage.line(owner, line).loc.expect("the old owner holds the mirror");
    assert_eq!(meta, Some((owner, first, slot, BlockMap::range(2, 1))));
}

/// Owner and mirror switch: roles change, no data moves, no disk is touched; and back again.
fn ownership_switches_without_moving_data(first: ControllerId) {
    let (mut stage, line) = mirrored(first);
    let second = first.peer();
    let before = [first, second].map(|at| stage.line(at, line).loc);
    stage.write(second, lun_of(first), 41).until("the switch", |world| {
        state(world, first, line) == Some(LineState::MD) && world.link_to(second).is_empty()
    });
    assert_eq!([first, second].map(|at| stage.line(at, line).loc), before, "both stay in their slots");
    let swap = stage.said.iter().any(|(to, m)| {
        *to == second
            && matches!(m, Message::Grant { grant: Grant::Swap { slot, .. }, .. } if Some(*slot) == before[0])
    });
    assert!(swap, "GRANT names the old owner's slot as the mirror");
    assert_eq!(stage.world.counters().disk_writes + stage.world.counters().disk_reads, 0);
    stage.until_answered();
    assert!(stage.controller(second).owns(line) && !stage.controller(first).owns(line));
    stage.write(first, lun_of(first), 40).until_answered();
    assert!(stage.controller(first).owns(line) && !stage.controller(second).owns(line), "and back");
    let held: Vec<u64> = (0..3)
        .map(|b| stage.controller(first).memory().word(stage.line(first, line).loc.expect("slot"), b))
        .collect();
    assert_eq!(held, [3, 2, 1], "all three writes survive");
}

/// The mirror is told that the line will be flushed and is temporarily invalid, before a disk is touched.
fn flush_is_announced_before_the_disks_are_written(first: ControllerId) {
    let (mut stage, line) = mirrored(first);
    until_state(&mut stage, first, line, LineState::OF(FlushStep::Notify));
    assert_eq!(stage.words(line).last(), Some(&(first.peer(), MessageKind::FlushNotify)));
    until_state(&mut stage, first, line, LineState::OF(FlushStep::Disk));
    assert_eq!(stage.state(first.peer(), line), Some(LineState::MF));
    assert!(!stage.line(first.peer(), line).dirty.is_empty(), "kept, and still dirty at a failover");
    let notified = stage.first("FLUSH_NOTIFY is handled", |f| {
        matches!(f, Fact::Received { message: MessageKind::FlushNotify, .. })
    });
    let disk = stage.first("a disk is touched", |f| matches!(f, Fact::DiskIssued { .. }));
    assert!(notified < disk);
    stage.write(first.peer(), lun_of(first), 41);
    stage.until("the request waits", |world| {
        world.controller(first).line(line).is_some_and(|line| line.asked.is_some())
    });
    until_state(&mut stage, first, line, LineState::OF(FlushStep::Confirm));
    assert!(!stage.controller(first.peer()).owns(line), "an invalid mirror is not switched");
    stage.until_answered();
}

/// After the flush the mirror is declared consistent: it need not be written at a failover.
fn mirror_is_declared_consistent_after_the_flush(first: ControllerId) {
    let (mut stage, line) = mirrored(first);
    until_state(&mut stage, first, line, LineState::OK);
    let mirror = stage.line(first.peer(), line);
    assert_eq!((mirror.state, mirror.dirty), (Some(LineState::MK), BlockMap::EMPTY));
    let last_write = stage.facts.iter().rposition(|f| matches!(f, Fact::DiskDone { io: IoKind::Write, .. }));
    let said = stage
        .first("CONSISTENT is sent", |f| matches!(f, Fact::Sent { message: MessageKind::Consistent, .. }));
    assert!(last_write.is_some_and(|written| written < said), "data and parity first, then the message");
    let held = stage.controller(first.peer()).memory().word(mirror.loc.expect("the mirror has a slot"), 2);
    assert_eq!(Some(held), mirrorline_engine::check::state::disk_word(&stage.world, line, 2));
}

/// A flushed line is given free on both sides.
fn flushed_line_is_free_for_reuse_on_both_sides(first: ControllerId) {
    let mut stage = Stage::new(Config { lines: 2, lent: 2, ..Config::default() });
    let (lun, line) = (lun_of(first), key(lun_of(first), 42));
    stage.write(first, lun, 42);
    until_state(&mut stage, first, line, LineState::OK);
    for lbn in [80, 120, 160] {
        stage.write(first, lun, lbn);
    }
    stage.until_answered();
    assert_eq!((stage.state(first, line), stage.state(first.peer(), line)), (None, None));
    let words: Vec<_> = stage.words(line).into_iter().rev().take(2).collect();
    assert_eq!(words, [(first, MessageKind::ReuseAck), (first.peer(), MessageKind::Reuse)]);
    stage.until_quiet();
}

/// One test for the method claim and one for the system claim, with the parts exchanged.
macro_rules! claims {
    ($($method:ident $system:ident $story:ident;)*) => {$(
        #[test]
        fn $method() {
            $story(A);
        }

        #[test]
        fn $system() {
            $story(B);
        }
    )*};
}

claims! {
    claim_01_mirror_then_metadata claim_15_system_with_array_and_interface write_is_mirrored_before_it_is_acknowledged;
    claim_02_each_knows_the_other claim_16_system_each_knows_the_other each_knows_the_others_cache;
    claim_03_metadata claim_17_system_metadata metadata_names_lun_lbn_dirty_map_and_cid;
    claim_04_hash_table claim_18_system_hash_table mirror_address_is_in_the_hash_table;
    claim_05_write_back_queue claim_19_system_write_back_queue mirror_address_is_in_the_write_back_queue;
    claim_06_free_lists claim_20_system_free_lists each_manages_free_mirror_slots_in_the_other;
    claim_07_request claim_21_system_request write_at_the_non_owner_asks_for_ownership;
    claim_08_grant claim_22_system_grant grant_then_data_goes_to_the_old_owner;
    claim_09_metadata_after_grant claim_23_system_metadata_after_grant metadata_follows_the_transfer_after_a_grant;
    claim_10_switch claim_24_system_switch ownership_switches_without_moving_data;
    claim_12_flush_announced claim_26_system_flush_announced flush_is_announced_before_the_disks_are_written;
    claim_13_consistent claim_27_system_consistent mirror_is_declared_consistent_after_the_flush;
    claim_14_reuse claim_28_system_reuse flushed_line_is_free_for_reuse_on_both_sides;
}

/// The program on a medium: a scenario's text is all that is needed to carry the method out.
#[test]
fn claim_29_a_stored_program_carries_out_the_method() {
    let stored = mirrorline_engine::scenario::library::find("safe-write").expect("it is built in").text;
    let scenario = Scenario::parse(stored).expect("it is sound");
    let world = scenario.world().expect("its world is sound");
    let source = scenario.source().expect("its requests are sound");
    let mut run = Run::new(world, source, scenario.pacing);
    let mut facts: Vec<Fact> = Vec::new();
    while run.step(&mut facts).is_some() {}
    let at = |wanted: &dyn Fn(&Fact) -> bool| facts.iter().position(wanted).expect("it happens");
    let select = at(&|f| matches!(f, Fact::SlotTaken { list: SlotList::MirrorFree, .. }));
    let mirror = at(&|f| matches!(f, Fact::Received { message: MessageKind::Data, .. }));
    let inform = at(&|f| matches!(f, Fact::Received { message: MessageKind::Meta, .. }));
    assert!(select < mirror && mirror < inform);
}

/// The three means by themselves: one controller, handed nothing but a request, says all three things.
#[test]
fn claim_30_means_for_selecting_mirroring_and_sending() {
    use mirrorline_engine::buffer::Buffers;
    use mirrorline_engine::controller::{Controller, HostRequest, Input, Outbox, Output, Timer};
    struct Deaf;
    impl Observer for Deaf {
        const LISTENS: bool = false;
        fn fact(&mut self, _: Fact) {}
    }
    let config = Config::default();
    let mut controller = Controller::new(A, &config);
    let mut buffers = Buffers::new(config.line_bytes(), 8);
    let bytes = buffers.take_zeroed();
    let (mut outputs, mut observer) = (Vec::new(), Deaf);
    let mut out = Outbox {
        outputs: &mut outputs,
        buffers: &mut buffers,
        observer: &mut observer,
        session: Session::default(),
        muted: false,
    };
    let map = BlockMap::range(2, 1);
    let request = HostRequest { op: 1, part: 0, io: IoKind::Write, key: key(0, 42), map, bytes };
    controller.handle(Input::Host(request), &mut out);
    let selected = controller.line(key(0, 42)).and_then(|line| line.fresh);
    match outputs.as_slice() {
        [
            Output::Send(_, Message::Data { slot: data, .. }),
            Output::Send(_, Message::Meta { slot: meta, .. }),
            Output::Arm { timer: Timer::Heartbeat, .. },
        ] => {
            assert_eq!((Some(*data), Some(*meta)), (selected, selected));
        }
        other => panic!("DATA and then META are sent, heartbeats begin, nothing else: {other:?}"),
    }
}
