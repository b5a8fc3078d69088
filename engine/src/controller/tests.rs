//! What is told of a controller: its digest, and the figures that are shown.

use super::line::Waiting;
use super::work::Purpose;
use super::*;
use crate::buffer::Buffers;
use crate::fact::IoKind;
use crate::ids::Lun;
use crate::state::FlushStep;
use std::collections::BTreeMap;

/// A controller in the middle of something, everywhere.
fn busy() -> Controller {
    let mut busy = Controller::new(ControllerId::A, &Config::default());
    let key = |stripe| LineKey::new(Lun(0), stripe);
    for stripe in 0..4 {
        let mut line = Line::new(key(stripe), ControllerId::A);
        line.state = Some(LineState::OF(FlushStep::Disk));
        line.loc = busy.memory.local_free.take();
        line.valid = BlockMap(0b11);
        line.ask = Some(Ticket { index: 1, use_count: 1 });
        busy.table.insert(line);
    }
    for slot in [5, 6] {
        busy.memory.tamper(Slot(0), slot - 5, 7);
        busy.memory.mirror_free.take();
        busy.memory.mirror_free.put(Slot(slot));
    }
    busy.queue.enqueue(0, Slot(20));
    busy.queue.enqueue(1, Slot(21));
    for at in [2, 3] {
        busy.clean.insert(at, &busy.table[at]);
    }
    busy.slot_queue.extend([Ticket { index: 2, use_count: 2 }, Ticket { index: 3, use_count: 3 }]);
    let bytes = Buffers::new(8, 8).take();
    busy.requests.insert(Request::new(Asker::Nobody, IoKind::Write, key(0), BlockMap(1), bytes));
    let keep = true;
    busy.works.insert(Work::new(key(0), Purpose::Read { request: 0, missing: BlockMap::EMPTY, keep }));
    busy.held.push_back(Input::Wake);
    busy.suspects.insert(key(9));
    busy.shape.flush.overlap = true;
    busy.note_flush(0);
    busy.patrol.left.insert(key(8));
    busy
}

fn digest(controller: &Controller) -> u64 {
    let mut digest = Digest::default();
    controller.feed(&mut digest);
    digest.value()
}

/// Changes, each with its own text as its name.
macro_rules! changes {
    ($($change:expr),+ $(,)?) => {
        [$((stringify!($change), $change as fn(&mut Controller))),+]
    };
}

/// No single change of these leaves the digest alone, and no two of them look the same in it.
#[test]
fn whatever_is_in_the_digest_shows_in_it() {
    let of_lines = changes![
        |c| c.table[0].state = None,
        |c| c.table[0].state = Some(LineState::OD),
        |c| c.table[0].state = Some(LineState::OF(FlushStep::Parity)),
        |c| c.table[0].state = Some(LineState::OW(FlushStep::Disk)),
        |c| c.table[0].state = Some(LineState::OW(FlushStep::Parity)),
        |c| c.table[0].state = Some(LineState::SF(FlushStep::Disk)),
        |c| c.table[0].state = Some(LineState::SF(FlushStep::Parity)),
        |c| c.table[0].state = Some(LineState::SW(FlushStep::Disk)),
        |c| c.table[0].state = Some(LineState::SW(FlushStep::Parity)),
        |c| c.table[0].locks = 1,
        |c| c.table[0].cid.slot = Slot(1),
        |c| c.table[0].cid.generation = 1,
        |c| c.table[0].seq = 1,
        |c| c.table[0].valid = BlockMap(0b01),
        |c| c.table[0].dirty = BlockMap(0b01),
        |c| c.table[0].used = 1,
        |c| c.table[0].loc = None,
        |c| c.table[0].peer_slot = Some(Slot(1)),
        |c| c.table[0].fresh = Some(Slot(1)),
        |c| c.table[0].ask = None,
        |c| c.table[0].ask = Some(Ticket { index: 2, use_count: 1 }),
        |c| c.table[0].ask = Some(Ticket { index: 1, use_count: 2 }),
        |c| c.table[0].asked = Some(Ticket { index: 1, use_count: 1 }),
        |c| c.table[0].op = 1,
        |c| c.table[0].dirty_since = 1,
        |c| c.table[0].writes = Waiting { head: 1, tail: 1 },
        |c| c.table[0].reads = Waiting { head: 1, tail: 1 },
        |c| c.table[0].stub = true,
        |c| c.table[0].granted = true,
        |c| c.table[0].dropping = true,
        |c| c.memory.tamper(Slot(0), 0, 9),
        |c| c.memory.tamper(Slot(0), 1, 9),
        |c| c.table.remove(3),
        |c| c.queue.enqueue(0, Slot(22)),
        |c| c.queue.remove(1),
        |c| c.clean.touch(2, &c.table[2]),
        |c| c.clean.remove(2),
        |c| c.memory.local_free.put(Slot(0)),
        |c| assert!(c.memory.local_free.take().is_some()),
        |c| c.memory.mirror_free.put(Slot(12)),
        |c| assert!(c.memory.mirror_free.take().is_some()),
    ];
    let of_work = changes![
        |c| c.slot_queue[0].index = 4,
        |c| c.slot_queue[0].use_count = 4,
        |c| c.slot_queue.swap(0, 1),
        |c| drop(c.requests.remove(0)),
        |c| c.requests[0].next = 1,
        |c| c.requests[0].key = c.table[1].key,
        |c| c.requests[0].map = BlockMap(0b10),
        |c| c.requests[0].waits = 1,
        |c| c.requests[0].wants_slot = true,
        |c| c.requests[0].through = true,
        |c| drop(c.works.remove(0)),
        |c| c.works[0].pending = 1,
        |c| c.works[0].key = c.table[1].key,
        |c| c.flushing = 1,
        |c| c.slots_returning = 1,
        |c| c.tick = 1,
        |c| c.last_request_tick = 1,
        |c| c.asks = 1,
        |c| c.foreign = 1,
        |c| c.clock = 1,
        |c| c.held.clear(),
        |c| c.suspects.clear(),
        |c| assert!(c.newer_than_flush(LineKey::new(Lun(0), 0)).is_empty()),
        |c| c.note_flush(1),
        |c| c.note_written(LineKey::new(Lun(0), 0), 1, BlockMap(1)),
        |c| {
            c.table[0].seq = 1;
            c.note_flush(0);
            c.table[0].seq = 0;
        },
        |c| c.homes[0] = ControllerId::B,
        |c| c.draining = true,
        |c| c.tick_armed = true,
        |c| c.patrol.cursor = 1,
        |c| c.patrol.left.clear(),
        |c| c.patrol.running = 1,
        |c| c.patrol.active = true,
        |c| c.patrol.rebuild = true,
        |c| c.patrol.all_suspect = true,
        |c| c.patrol.timer_armed = true,
    ];
    let of_standing = changes![
        |c| c.standing.mode = Mode::Solo,
        |c| c.standing.label = None,
        |c| c.standing.silent = 1,
        |c| c.standing.session.epoch = 7,
        |c| c.standing.session.nonce = 7,
        |c| c.standing.torn = Some(Session { epoch: 7, nonce: 0 }),
        |c| c.standing.torn = Some(Session { epoch: 0, nonce: 7 }),
        |c| c.standing.looks = 1,
        |c| c.standing.failed_joins = 1,
        |c| c.standing.opened = 1,
        |c| c.standing.partner = 1,
        |c| c.standing.label_session = 1,
        |c| c.standing.record.session = 1,
        |c| c.standing.record.epoch = 7,
        |c| c.standing.record.pinned = true,
        |c| c.standing.swapping = true,
        |c| c.standing.link_up = false,
        |c| c.standing.beat_armed = true,
        |c| c.standing.battery_good = false,
        |c| c.standing.peer_battery_good = false,
        |c| c.standing.peer_writes_mailbox = false,
        |c| c.standing.claim_is_empty = true,
        |c| c.standing.wants_word = true,
        |c| c.standing.owes_word = true,
        |c| c.standing.cold = true,
        |c| c.standing.all_suspect = true,
        |c| c.standing.claim = Some(Record::FIRST),
        |c| c.standing.hello = Some(0),
        |c| c.standing.looking = true,
        |c| c.standing.images_complete = true,
        |c| c.standing.closing = true,
        |c| c.standing.other = Some(Hello { label: None, seen: 0, nonce: 0 }),
        |c| c.standing.waits = 1,
    ];
    let mut seen = BTreeMap::from([(digest(&busy()), "no change")]);
    for (name, change) in of_lines.into_iter().chain(of_work).chain(of_standing) {
        let mut changed = busy();
        change(&mut changed);
        if let Some(other) = seen.insert(digest(&changed), name) {
            panic!("{name} and {other} have the same digest");
        }
    }
}

#[test]
fn the_memory_of_a_clone_is_about_its_lines() {
    let lines = 4 * size_of::<Line>();
    let told = busy().approximate_bytes();
    assert!(lines <= told && told <= 2 * lines, "{told}");
    assert_eq!(Controller::new(ControllerId::A, &Config::default()).approximate_bytes(), 0);
}

#[test]
fn an_input_that_nobody_takes_gives_its_buffer_back() {
    let mut buffers = Buffers::new(8, 8);
    let (key, map, slot) = (LineKey::default(), BlockMap(1), Slot(0));
    let (op, part, io) = (1, 0, IoKind::Write);
    let session = Session::default();
    let inputs = [
        Input::Host(HostRequest { op, part, io, key, map, bytes: buffers.take() }),
        Input::Disk(DiskCommand::blank(buffers.take())),
        Input::Message(session, Message::Data { key, slot, map, bytes: buffers.take() }),
        Input::Message(session, Message::Image { key, seq: 1, dirty: map, bytes: buffers.take() }),
        Input::Wake,
    ];
    let outputs = &mut Vec::new();
    let observer = &mut crate::fact::Unobserved;
    let mut out = Outbox { outputs, buffers: &mut buffers, observer, session, muted: false };
    for input in inputs {
        discard(input, &mut out);
    }
    assert_eq!(buffers.out, 0);
}
