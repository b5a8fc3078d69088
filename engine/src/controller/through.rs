//! Write-through: when no slot came free in time, a write goes straight to the disks (protocol §4, rule 6).
//!
//! First the mirror goes: a dirty line is flushed with *drop*, a clean one drops its mirror (OX). A mirror that
//! outlived a write-through would be revived by a later switch or failover. Then OW: announced without data,
//! written, parity, CONSISTENT with *drop*, and after C_ACK the host is answered.

use super::{Controller, Mode, Outbox};
use crate::bug::Bug;
use crate::fact::{Fact, FlushReason, Observer};
use crate::ids::{BlockMap, Slot};
use crate::message::Message;
use crate::slab::NONE;
use crate::state::{FlushStep, LineState};

impl Controller {
    /// The first waiting write of the line takes the way past the mirror; the line is in none, OC, OD or OK.
    pub(super) fn begin_write_through<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        self.clean.remove(at);
        if self.stripe_is_taken(self.table[at].key) {
            return;
        }
        match self.table[at].state {
            _ if self.has(Bug::ThroughKeepsMirror) => self.announce_write_through(at, out),
            Some(LineState::OD) => {
                self.table[at].dropping = true;
                self.begin_flush(at, FlushReason::BeforeWriteThrough, out);
            }
            Some(LineState::OK) => {
                self.set_state(at, Some(LineState::OX), out);
                self.declare_consistent(at, BlockMap::EMPTY, true, out);
            }
            _ => self.announce_write_through(at, out),
        }
    }

    /// Alone there is no mirror: a dirty line is flushed first, then the write goes to the disks at once (protocol §5,
    /// step 5). While the record is about to be switched, no new one begins.
    pub(super) fn begin_write_alone<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        if self.join.closing {
            return;
        }
        self.clean.remove(at);
        if self.commit_alone(at, out) || self.stripe_is_taken(self.table[at].key) {
            return;
        }
        if self.table[at].state == Some(LineState::SD) {
            return self.begin_flush(at, FlushReason::BeforeWriteThrough, out);
        }
        self.take_operation(at, out);
        self.write_through_to_disk(at, out);
    }

    /// Solo write-back, which is UNSAFE and switched off unless the config asks for it: writes are answered when
    /// this memory has them, which must be pinned then. False when they have to take the safe way.
    fn commit_alone<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) -> bool {
        let allowed = self.shape.failover.solo_write_back && self.standing.battery_good;
        if !allowed || self.standing.mode != Mode::Solo {
            return false;
        }
        if !self.standing.record.pinned || self.standing.swapping {
            // It goes on when the record has been pinned.
            return true;
        }
        let slot = match self.table[at].loc {
            Some(slot) => slot,
            None => {
                let Some(slot) = self.take_local(out) else { return false };
                self.settle(at, slot);
                slot
            }
        };
        // As many as wait for this line, which may be thousands.
        while !self.table[at].writes.is_empty() {
            self.commit_first_alone(at, slot, out);
        }
        self.pump(at, out);
        true
    }

    fn commit_first_alone<O: Observer>(&mut self, at: u32, slot: Slot, out: &mut Outbox<'_, O>) {
        let mut waiting = self.table[at].writes;
        let request = self.take_first(&mut waiting);
        let map = self.requests[request].map;
        let line = &mut self.table[at];
        line.writes = waiting;
        line.seq += 1;
        line.valid = line.valid.union(map);
        line.dirty = line.dirty.union(map);
        if !self.queue.contains(at) {
            line.dirty_since = self.tick;
        }
        let (key, seq) = (line.key, line.seq);
        self.memory.write(slot, map, &self.requests[request].bytes);
        self.queue.enqueue(at, Slot(NONE));
        self.set_state(at, Some(LineState::SD), out);
        let op = self.requests[request].op();
        out.fact(|| Fact::WriteCommitted { op, at: self.id, key, map, seq });
        self.answer(request, out);
    }

    fn take_operation<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let mut waiting = self.table[at].writes;
        let request = self.take_first(&mut waiting);
        let line = &mut self.table[at];
        line.writes = waiting;
        line.op = request;
        let (key, op) = (line.key, self.requests[request].op());
        out.fact(|| Fact::WriteThroughBegan { at: self.id, key, op });
    }

    fn announce_write_through<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        self.take_operation(at, out);
        let line = &self.table[at];
        let (key, cid, seq) = (line.key, line.cid, line.seq);
        self.set_state(at, Some(LineState::OW(FlushStep::Notify)), out);
        out.send(Message::FlushNotify { key, cid, seq, with_data: false });
    }

    /// FN_ACK came: the peer has marked the stripe, the disks may be written.
    pub(super) fn write_through_to_disk<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let alone = self.standing.mode.is_alone();
        let to = if alone { LineState::SW(FlushStep::Disk) } else { LineState::OW(FlushStep::Disk) };
        self.set_state(at, Some(to), out);
        let line = &self.table[at];
        let (key, request) = (line.key, line.op);
        let map = self.requests[request].map;
        let cached = line.valid.without(map);
        let mut data = out.copy(map, &self.requests[request].bytes);
        if let Some(slot) = line.loc {
            self.memory.read(slot, cached, &mut data);
        }
        self.write_stripe(key, map, cached, data, out);
    }

    /// C_ACK: the write is on disk and the peer knows. The cached copy is brought up to date; the host hears "done".
    pub(super) fn written_through<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &mut self.table[at];
        let request = line.op;
        line.op = NONE;
        line.granted = false;
        let alone = line.state.is_some_and(LineState::is_solo);
        line.stub |= !alone;
        let (key, seq, loc) = (line.key, line.seq, line.loc);
        let map = self.requests[request].map;
        if let Some(slot) = loc {
            self.memory.write(slot, map, &self.requests[request].bytes);
            self.table[at].valid = self.table[at].valid.union(map);
        }
        self.set_state(at, Some(if alone { LineState::SC } else { LineState::OC }), out);
        let op = self.requests[request].op();
        out.fact(|| Fact::WriteCommitted { op, at: self.id, key, map, seq });
        self.answer(request, out);
        self.wake_reads(at, out);
        self.pump(at, out);
    }
}
