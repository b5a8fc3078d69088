//! The parts of a controller beside its lines: disk work, standing, patrols, and what it holds back.

use crate::array::{DiskCommand, Record};
use crate::buffer::Buffers;
use crate::compact::Coder;
use crate::config::Geometry;
use crate::controller::failback::Join;
use crate::controller::patrol::StripeLook;
use crate::controller::standing::Hello;
use crate::controller::work::{Purpose, StripeStep, StripeWrite, Work};
use crate::controller::{HostRequest, Input, Mode, Patrol, Shape, Standing, Timer};
use crate::fact::{Found, IoKind};
use crate::ids::{BlockMap, ControllerId, LineKey, Session, Ticket};
use crate::message::Message;
use crate::raid::plan::{Damage, Plan, PlanKind};
use std::collections::{BTreeSet, VecDeque};

pub(super) fn code_keys(keys: &mut BTreeSet<LineKey>, c: &mut Coder) {
    let count = c.count(keys.len());
    if count == 0 && keys.is_empty() {
        return;
    }
    if c.under.is_other() {
        let mut all: Vec<LineKey> = keys.iter().copied().collect();
        all.sort_unstable_by_key(|key| c.under.key(*key));
        return all.iter_mut().for_each(|key| c.key(key));
    }
    let mut before = std::mem::take(keys).into_iter();
    for _ in 0..count {
        let mut key = before.next().unwrap_or_default();
        c.key(&mut key);
        keys.insert(key);
    }
}

impl Work {
    /// To be read into.
    pub(super) fn blank() -> Work {
        let purpose = Purpose::Read { request: 0, missing: BlockMap::EMPTY, keep: false };
        Work::new(LineKey::default(), purpose)
    }

    /// A number for what it is, and the request that it is for.
    pub(super) fn kind(&self) -> (u8, Option<u32>) {
        match &self.purpose {
            Purpose::Read { request, .. } => (0, Some(*request)),
            Purpose::Reconstruct { request, .. } => (1, Some(*request)),
            Purpose::Stripe(_) => (2, None),
            Purpose::Look(_) => (3, None),
        }
    }

    pub(super) fn recycle(self, buffers: &mut Buffers) {
        let (one, other) = match self.purpose {
            Purpose::Read { .. } => return,
            Purpose::Reconstruct { sum, .. } => return buffers.give(sum),
            Purpose::Stripe(write) => (write.parity, write.data),
            Purpose::Look(look) => (look.data, look.parity),
        };
        buffers.give(one);
        buffers.give(other);
    }

    pub(super) fn code(&mut self, at: ControllerId, shape: &Shape, buffers: &mut Buffers, c: &mut Coder) {
        c.key(&mut self.key);
        c.byte(&mut self.pending);
        let (mut kind, _) = self.kind();
        c.byte(&mut kind);
        let (none, rows) = (BlockMap::EMPTY, BlockMap::range(0, u32::from(shape.geometry.chunk_blocks)));
        if c.reading {
            self.purpose = match kind {
                0 => Purpose::Read { request: 0, missing: none, keep: false },
                1 => Purpose::Reconstruct {
                    request: 0,
                    want: none,
                    sum: buffers.take_zeroed(),
                    failed_rows: none,
                },
                2 => Purpose::Stripe(StripeWrite::blank(buffers)),
                _ => Purpose::Look(StripeLook::blank(buffers)),
            };
        }
        match &mut self.purpose {
            Purpose::Read { request, missing, keep } => {
                c.request(at, request);
                c.map(missing);
                c.flag(keep);
            }
            Purpose::Reconstruct { request, want, sum, failed_rows } => {
                c.request(at, request);
                c.map(want);
                c.rows(failed_rows);
                c.values(rows, sum.bytes_mut());
            }
            Purpose::Stripe(write) => write.code(rows, c),
            Purpose::Look(look) => {
                look.code(c);
                c.line(BlockMap::range(0, shape.line_blocks), &mut look.data);
                c.values(rows, look.parity.bytes_mut());
            }
        }
    }
}

impl StripeWrite {
    fn blank(buffers: &mut Buffers) -> StripeWrite {
        let none = BlockMap::EMPTY;
        let plan = Plan {
            kind: PlanKind::FullStripe,
            read: none,
            parity_rows: none,
            known: none,
            write: none,
            rows: none,
            lost_rows: none,
        };
        StripeWrite {
            plan,
            step: StripeStep::Read,
            parity: buffers.take_zeroed(),
            data: buffers.take_zeroed(),
            damage: Damage::default(),
            damage_grew: false,
            unwritten: none,
            unwritten_parity: none,
        }
    }

    fn code(&mut self, rows: BlockMap, c: &mut Coder) {
        const KINDS: [PlanKind; 3] =
            [PlanKind::FullStripe, PlanKind::ReconstructWrite, PlanKind::ReadModifyWrite];
        const STEPS: [StripeStep; 3] = [StripeStep::Read, StripeStep::Data, StripeStep::Parity];
        let mut kind = self.plan.kind as u8 * 4 + self.step as u8;
        c.byte(&mut kind);
        self.plan.kind = KINDS[usize::from(kind / 4)];
        self.step = STEPS[usize::from(kind % 4)];
        let Plan { read, parity_rows, known, write, rows: written, lost_rows, .. } = &mut self.plan;
        c.map(read);
        c.rows(parity_rows);
        c.map(known);
        c.map(write);
        c.rows(written);
        c.rows(lost_rows);
        c.map(&mut self.damage.data);
        c.rows(&mut self.damage.parity);
        c.map(&mut self.unwritten);
        c.rows(&mut self.unwritten_parity);
        c.flags([&mut self.damage.suspect, &mut self.damage_grew]);
        c.values(rows, self.parity.bytes_mut());
        c.line(self.plan.known.union(self.plan.write), &mut self.data);
    }
}

impl StripeLook {
    fn blank(buffers: &mut Buffers) -> StripeLook {
        StripeLook {
            data: buffers.take_zeroed(),
            parity: buffers.take_zeroed(),
            failed_data: BlockMap::EMPTY,
            failed_parity: BlockMap::EMPTY,
            suspect: false,
            writing: false,
            found: Found::Sound,
            absent: false,
        }
    }

    fn code(&mut self, c: &mut Coder) {
        c.map(&mut self.failed_data);
        c.rows(&mut self.failed_parity);
        // What was found is told and decides nothing.
        c.flags([&mut self.suspect, &mut self.writing, &mut self.absent]);
    }
}

impl Standing {
    pub(super) fn code(&mut self, c: &mut Coder) {
        let mut mode = self.mode as u8;
        c.byte(&mut mode);
        c.flag(&mut self.beat_armed);
        self.mode = Mode::ALL[usize::from(mode)];
        let Standing { mode, beat_armed, looks, .. } = *self;
        let mut is_at_first = *self == Standing { mode, beat_armed, looks, ..Standing::new() };
        c.flag(&mut is_at_first);
        if c.reading {
            // Answers to looks at the record that nobody awaits any more are left out, so the number says nothing.
            *self = Standing { mode, beat_armed, looks: 1, ..Standing::new() };
        }
        if !is_at_first {
            self.code_all(c);
        }
    }

    fn code_all(&mut self, c: &mut Coder) {
        let Standing {
            mode: _,
            label,
            label_session,
            claim,
            claim_is_empty,
            session,
            torn,
            record,
            cold,
            all_suspect,
            swapping,
            boot,
            nonce,
            silent,
            wants_word,
            owes_word,
            peer_writes_mailbox,
            link_up,
            beat_armed: _,
            battery_good,
            peer_battery_good,
            opened,
            partner,
            hello,
            other,
            failed_joins,
            waits,
            looking,
            looks: _,
            images_complete,
            closing,
        } = self;
        c.option(label, 0, Coder::number32);
        c.number32(label_session);
        c.option(claim, Record::FIRST, |c, record| record.code(c));
        code_session(session, c);
        c.option(torn, Session::default(), |c, session| code_session(session, c));
        record.code(c);
        for number in [boot, nonce, opened, partner, failed_joins, waits] {
            c.number32(number);
        }
        c.byte(silent);
        c.flags([
            claim_is_empty,
            cold,
            all_suspect,
            swapping,
            wants_word,
            owes_word,
            peer_writes_mailbox,
            link_up,
            battery_good,
            peer_battery_good,
            looking,
            images_complete,
            closing,
        ]);
        c.option(hello, 0, Coder::number32);
        c.option(other, Hello { label: None, seen: 0, nonce: 0 }, |c, hello| {
            c.option(&mut hello.label, 0, Coder::number32);
            c.number32(&mut hello.seen);
            c.number32(&mut hello.nonce);
        });
    }
}

pub(crate) fn code_session(session: &mut Session, c: &mut Coder) {
    c.number32(&mut session.epoch);
    c.number32(&mut session.nonce);
}

impl Patrol {
    pub(super) fn code(&mut self, c: &mut Coder) {
        c.flags([&mut self.active, &mut self.rebuild, &mut self.all_suspect, &mut self.timer_armed]);
        c.number(&mut self.cursor);
        c.number16(&mut self.running);
        code_keys(&mut self.left, c);
        // Where the round of a few stripes goes on is of no weight.
        self.next = LineKey::default();
    }
}

impl Join {
    pub(super) fn code(&mut self, c: &mut Coder) {
        c.flags([&mut self.heard, &mut self.closing]);
        c.number32(&mut self.walking);
        let count = c.count(self.left.len());
        self.left.resize(count, LineKey::default());
        self.left.iter_mut().for_each(|key| c.key(key));
        let count = c.count(self.rehome.len());
        self.rehome.resize(count, crate::ids::Lun(0));
        self.rehome.iter_mut().for_each(|lun| c.lun(lun));
    }
}

/// Inputs that wait for a controller, in order.
pub(crate) fn code_inputs(
    inputs: &mut VecDeque<Input>,
    at: ControllerId,
    geometry: Geometry,
    buffers: &mut Buffers,
    c: &mut Coder,
) {
    let count = c.count(inputs.len());
    inputs.resize(count, Input::Wake);
    for input in inputs {
        input.code(at, geometry, buffers, c);
    }
}

impl Input {
    fn number(&self) -> u8 {
        match self {
            Input::Host(_) => 0,
            Input::Message(..) => 1,
            Input::Disk(_) => 2,
            Input::Timer(_) => 3,
            Input::Boot { .. } => 4,
            Input::Record { .. } => 5,
            Input::Swapped { .. } => 6,
            Input::FenceDone => 7,
            Input::Fenced => 8,
            Input::LinkSignal { .. } => 9,
            Input::Mailbox { .. } => 10,
            Input::Battery { .. } => 11,
            Input::StartPatrol { .. } => 12,
            Input::NothingToRebuild => 13,
            Input::Wake => 14,
        }
    }

    fn blank(number: u8, buffers: &mut Buffers) -> Input {
        let record = Record::FIRST;
        match number {
            0 => Input::Host(HostRequest {
                op: 0,
                part: 0,
                io: IoKind::Read,
                key: LineKey::default(),
                map: BlockMap::EMPTY,
                bytes: buffers.take_zeroed(),
            }),
            1 => Input::Message(Session::default(), Message::ImagesEnd),
            2 => Input::Disk(DiskCommand::blank(buffers.take_zeroed())),
            3 => Input::Timer(Timer::Flush),
            4 => Input::Boot { boot: 0 },
            5 => Input::Record { look: 0, record },
            6 => Input::Swapped { won: false, record },
            7 => Input::FenceDone,
            8 => Input::Fenced,
            9 => Input::LinkSignal { up: false },
            10 => Input::Mailbox { peer_alive: false },
            11 => Input::Battery { good: false },
            12 => Input::StartPatrol { rebuild: false },
            13 => Input::NothingToRebuild,
            _ => Input::Wake,
        }
    }

    fn code(&mut self, at: ControllerId, geometry: Geometry, buffers: &mut Buffers, c: &mut Coder) {
        let mut number = self.number();
        c.byte(&mut number);
        if c.reading {
            *self = Input::blank(number, buffers);
        }
        match self {
            Input::Host(HostRequest { op, part, io, key, map, bytes }) => {
                c.request_number(op);
                c.operation(part);
                c.key(key);
                c.map(map);
                let mut writes = *io == IoKind::Write;
                c.flag(&mut writes);
                *io = if writes { IoKind::Write } else { IoKind::Read };
                c.line(*map, bytes);
            }
            Input::Message(session, message) => {
                code_session(session, c);
                message.code(at, buffers, c);
            }
            Input::Disk(command) => {
                command.code(geometry, c);
                command.code_bytes(geometry, c);
            }
            Input::Timer(timer) => code_timer(timer, at, c),
            Input::Boot { boot } => c.number32(boot),
            Input::Record { look, record } => {
                let mut awaited = c.looks[at.index()] == Some(*look);
                c.flag(&mut awaited);
                if c.reading {
                    *look = u32::from(awaited);
                }
                record.code(c);
            }
            Input::Swapped { won, record } => {
                c.flag(won);
                record.code(c);
            }
            Input::LinkSignal { up: flag }
            | Input::Mailbox { peer_alive: flag }
            | Input::Battery { good: flag }
            | Input::StartPatrol { rebuild: flag } => c.flag(flag),
            Input::FenceDone | Input::Fenced | Input::NothingToRebuild | Input::Wake => {}
        }
    }

    /// The line, the slot and the blocks that a META speaks of which a controller that hangs has not handled.
    pub(crate) fn landed(&self) -> Option<(LineKey, crate::ids::Slot, BlockMap)> {
        match self {
            Input::Message(_, Message::Meta { key, slot, wmap, .. }) => Some((*key, *slot, *wmap)),
            _ => None,
        }
    }

    pub(crate) fn recycle(self, buffers: &mut Buffers) {
        match self {
            Input::Host(request) => buffers.give(request.bytes),
            Input::Disk(command) => buffers.give(command.bytes),
            Input::Message(_, message) => message.recycle(buffers),
            _ => {}
        }
    }
}

/// A timer of a controller.
pub(crate) fn code_timer(timer: &mut Timer, at: ControllerId, c: &mut Coder) {
    let mut kind = match timer {
        Timer::Flush => 0,
        Timer::SlotWait { .. } => 1,
        Timer::Heartbeat => 2,
        Timer::BootWait { .. } => 3,
        Timer::Patrol => 4,
    };
    c.byte(&mut kind);
    if c.reading {
        *timer = match kind {
            0 => Timer::Flush,
            1 => Timer::SlotWait { ticket: Ticket { index: 0, use_count: 0 }, wait: 0 },
            2 => Timer::Heartbeat,
            3 => Timer::BootWait { wait: 0 },
            _ => Timer::Patrol,
        };
    }
    match timer {
        Timer::SlotWait { ticket, wait } => {
            c.ticket(at, false, ticket);
            // Only the present wait of a request is written.
            *wait = 1;
        }
        Timer::BootWait { wait } => c.number32(wait),
        Timer::Flush | Timer::Heartbeat | Timer::Patrol => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Target;
    use crate::config::Config;
    use ControllerId::A;

    /// Writes with one function, reads with the other, and expects that all bytes are read.
    fn there_and_back(c: &mut Coder, write: impl FnOnce(&mut Coder), read: impl FnOnce(&mut Coder)) {
        c.write();
        write(c);
        let written = c.bytes.clone();
        c.read(&written);
        read(c);
        assert_eq!(c.place(), written.len());
    }

    #[test]
    fn a_stripe_write_is_read_as_it_was_written() {
        let buffers = &mut Buffers::new(32, 8);
        let rows = BlockMap(1);
        for kind in [PlanKind::FullStripe, PlanKind::ReconstructWrite, PlanKind::ReadModifyWrite] {
            for step in [StripeStep::Read, StripeStep::Data, StripeStep::Parity] {
                let mut write = StripeWrite::blank(buffers);
                write.plan.kind = kind;
                write.step = step;
                write.plan.read = BlockMap(0b10);
                write.damage.suspect = true;
                write.unwritten = BlockMap(0b100);
                let mut back = StripeWrite::blank(buffers);
                let to = &mut write.clone();
                there_and_back(&mut Coder::default(), |c| to.code(rows, c), |c| back.code(rows, c));
                assert_eq!(format!("{back:?}"), format!("{write:?}"));
            }
        }
    }

    /// Nearly every state has two of these: as long as all is as at first but for what changes all the time, that is
    /// all there is in the bytes.
    #[test]
    fn what_a_controller_is_at_first_takes_three_bytes() {
        for (mode, beat_armed) in [(Mode::Dual, false), (Mode::Solo, true)] {
            let mut standing = Standing { mode, beat_armed, looks: 5, ..Standing::new() };
            let mut back = Standing { silent: 3, ..Standing::new() };
            let c = &mut Coder::default();
            there_and_back(c, |c| standing.code(c), |c| back.code(c));
            assert_eq!(c.bytes.len(), 3);
            assert_eq!(back, Standing { looks: 1, ..standing });
        }
    }

    /// What a controller that hangs or holds still has not handled comes back as it was.
    #[test]
    fn an_input_that_waits_is_read_as_it_was_written() {
        let config = Config::default();
        let mut buffers = Buffers::new(config.line_bytes(), config.payload_bytes as usize);
        let mut c = Coder::default();
        c.operations.push(0, 0);
        c.operations.push(1, 0);
        c.looks[0] = Some(1);
        let mut bytes = buffers.take_zeroed();
        bytes.bytes_mut()[16] = 9;
        let record = Record::solo(3, A, true);
        let io = IoKind::Write;
        let host = HostRequest { op: 5, part: 1, io, key: LineKey::default(), map: BlockMap(4), bytes };
        let nobody = Ticket { index: u32::MAX, use_count: u32::MAX };
        let mut disk = DiskCommand::blank(host.bytes.clone());
        (disk.ticket, disk.target, disk.rows) = (nobody, Target::Data(2), BlockMap(1));
        let inputs = [
            Input::Host(host),
            Input::Message(Session { epoch: 2, nonce: 3 }, Message::ImagesEnd),
            Input::Disk(disk),
            Input::Timer(Timer::Flush),
            Input::Timer(Timer::Heartbeat),
            Input::Timer(Timer::BootWait { wait: 3 }),
            Input::Timer(Timer::Patrol),
            Input::Boot { boot: 4 },
            Input::Record { look: 1, record },
            Input::Swapped { won: true, record },
            Input::FenceDone,
            Input::Fenced,
            Input::LinkSignal { up: true },
            Input::Mailbox { peer_alive: true },
            Input::Battery { good: true },
            Input::StartPatrol { rebuild: true },
            Input::NothingToRebuild,
            Input::Wake,
        ];
        for input in inputs {
            let (mut to, mut back) = (input.clone(), Input::FenceDone);
            let mut spare = buffers.clone();
            let out = buffers.out;
            let write = |c: &mut Coder| to.code(A, config.raid, &mut spare, c);
            there_and_back(&mut c, write, |c| back.code(A, config.raid, &mut buffers, c));
            assert_eq!(format!("{back:?}"), format!("{input:?}"));
            back.recycle(&mut buffers);
            assert_eq!(buffers.out, out, "its buffer comes back: {input:?}");
        }
    }
}
