//! Flush: a dirty line is written back (protocol §4, rule 4; claims 12, 13).
//!
//! OD → OF: announce (FLUSH_NOTIFY; the mirror becomes temporarily invalid, yet is kept), write the dirty blocks,
//! write parity, declare the mirror consistent (CONSISTENT), and only after C_ACK the line is clean: OK. With
//! *drop* the mirror goes, and the line ends in OC with a stub.

use super::line::Line;
use super::{Controller, Mode, Outbox, Output, Timer};
use crate::bug::Bug;
use crate::fact::{Fact, FlushReason, Observer};
use crate::ids::{BlockMap, Cid, LineKey, Slot};
use crate::message::Message;
use crate::state::{FlushStep, LineState};

impl Controller {
    /// Ticks of the flush timer since a line became dirty.
    #[must_use]
    pub fn dirty_ticks(&self, line: &Line) -> u32 {
        self.tick.wrapping_sub(line.dirty_since)
    }

    /// Begins as many flushes as the policy asks for now and the depth allows.
    pub(super) fn flush_as_policy_says<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if self.queue.is_empty() {
            return;
        }
        let dirty = self.queue.len();
        let batteries = self.writes_through();
        if dirty > self.shape.high_water() {
            self.draining = true;
        }
        while self.flushing < u32::from(self.shape.flush.depth) {
            // Lines in OF still stand in the queue; what matters is what remains after them.
            let remaining = self.queue.len() - self.flushing;
            if remaining <= self.shape.low_water() {
                self.draining = false;
            }
            let Some(at) = self.oldest_flushable() else { return };
            let reason = if batteries {
                FlushReason::Battery
            } else if self.draining {
                FlushReason::HighWater
            } else if !self.slot_queue.is_empty() && self.nothing_comes_free() {
                FlushReason::SlotsShort
            } else if self.tick.wrapping_sub(self.last_request_tick) >= self.shape.flush.idle_ticks {
                FlushReason::Idle
            } else if self.dirty_ticks(&self.table[at]) >= self.shape.flush.age_ticks {
                FlushReason::Age
            } else {
                return;
            };
            self.begin_flush(at, reason, out);
        }
    }

    /// No line is being flushed or released that would bring slots.
    fn nothing_comes_free(&self) -> bool {
        self.flushing == 0 && self.slots_returning == 0 && !self.clean.has_mirrored()
    }

    /// The oldest dirty line on which nothing is under way. At most as many are passed over as are being flushed
    /// or written, which the flush depth and the hosts' requests bound.
    fn oldest_flushable(&self) -> Option<u32> {
        self.queue.iter().map(|(at, _)| at).find(|at| {
            let line = &self.table[*at];
            let dirty = matches!(line.state, Some(LineState::OD | LineState::SD));
            dirty && line.locks == 0 && !self.stripe_is_taken(line.key)
        })
    }

    /// Alone, every dirty line is written back as soon as the depth allows. While a partner is rebuilt the walker
    /// decides.
    pub(super) fn flush_alone<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let waits = match self.standing.mode {
            Mode::SoloJoin => true,
            Mode::Recover => !self.standing.images_complete,
            _ => false,
        };
        if waits || self.queue.is_empty() {
            return;
        }
        while self.flushing < u32::from(self.shape.flush.depth) {
            let Some(at) = self.oldest_flushable() else { return };
            self.begin_flush(at, FlushReason::Alone, out);
        }
    }

    /// From OD only. Whether the mirror is dropped at the end stands in `Line::dropping`.
    pub(super) fn begin_flush<O: Observer>(&mut self, at: u32, reason: FlushReason, out: &mut Outbox<'_, O>) {
        let line = &self.table[at];
        debug_assert!(
            matches!(line.state, Some(LineState::OD | LineState::SD)),
            "only dirty lines are flushed"
        );
        debug_assert!(!line.dirty.is_empty(), "a dirty line has dirty blocks");
        let (key, cid, seq) = (line.key, line.cid, line.seq);
        self.flushing += 1;
        if !self.standing.mode.is_alone() {
            self.note_flush(at);
        }
        out.fact(|| Fact::FlushBegan { at: self.id, key, reason });
        if self.standing.mode.is_alone() {
            self.set_state(at, Some(LineState::SF(FlushStep::Disk)), out);
            return self.flush_to_disk(at, out);
        }
        self.set_state(at, Some(LineState::OF(FlushStep::Notify)), out);
        out.send(Message::FlushNotify { key, cid, seq, with_data: true });
        if self.has(Bug::DiskBeforeFnAck) {
            self.set_state(at, Some(LineState::OF(FlushStep::Disk)), out);
            self.flush_to_disk(at, out);
        }
    }

    /// FLUSH_NOTIFY at the mirror: temporarily invalid, but kept and still dirty (claim 12). Without data it only
    /// marks the stripe.
    pub(super) fn flush_notify<O: Observer>(
        &mut self,
        key: LineKey,
        cid: Cid,
        seq: u64,
        with_data: bool,
        out: &mut Outbox<'_, O>,
    ) {
        let (at, planted) = (self.record(key), self.is_broken());
        let line = &mut self.table[at];
        if with_data {
            debug_assert!(
                planted || (line.state, line.seq) == (Some(LineState::MD), seq),
                "a dirty mirror of the same age"
            );
            debug_assert!(planted || line.cid == cid, "the mirror is of this very line");
        } else {
            debug_assert!(
                planted || matches!(line.state, None | Some(LineState::M0)),
                "no mirror outlives a write-through"
            );
            line.cid = cid;
            line.seq = seq;
        }
        if with_data {
            self.note_flush(at);
        }
        self.set_state(at, Some(LineState::MF), out);
        self.let_write_stripe(key, out);
    }

    /// FN_ACK: the mirror knows; now the disks may be written.
    pub(super) fn fn_ack<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        let at = self.table.find(key).expect("a line being flushed keeps its record");
        match self.table[at].state {
            Some(LineState::OF(FlushStep::Notify)) => {
                self.set_state(at, Some(LineState::OF(FlushStep::Disk)), out);
                self.flush_to_disk(at, out);
            }
            Some(LineState::OW(FlushStep::Notify)) => self.write_through_to_disk(at, out),
            state => {
                debug_assert!(self.is_broken(), "FN_ACK answers a FLUSH_NOTIFY, but the line is in {state:?}")
            }
        }
    }

    pub(super) fn flush_to_disk<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &self.table[at];
        let (key, dirty, valid) = (line.key, line.dirty, line.valid);
        let slot = line.loc.expect("a dirty line has a slot");
        let mut data = out.buffers.take();
        self.memory.read(slot, valid, &mut data);
        self.write_stripe(key, dirty, valid, data, out);
    }

    /// Data and parity are on disk: tell the mirror (claim 13). Alone there is none, unless a replacement has been
    /// given a copy, which is dropped before anything else happens to the line (R7).
    pub(super) fn stripe_written<O: Observer>(&mut self, at: u32, map: BlockMap, out: &mut Outbox<'_, O>) {
        match self.table[at].state {
            Some(LineState::SW(_)) => return self.written_through(at, out),
            Some(LineState::SF(_)) if self.table[at].peer_slot.is_none() || self.has(Bug::KeepCopies) => {
                self.table[at].peer_slot = None;
                return self.flushed_alone(at, out);
            }
            Some(LineState::SF(_)) => {
                self.set_state(at, Some(LineState::SF(FlushStep::Confirm)), out);
                let line = &self.table[at];
                let (key, cid, seq) = (line.key, line.cid, line.seq);
                out.send(Message::Consistent { key, cid, seq, map, drop: true, ret: None });
                return;
            }
            _ => {}
        }
        let through = matches!(self.table[at].state, Some(LineState::OW(_)));
        let to = if through { LineState::OW(FlushStep::Confirm) } else { LineState::OF(FlushStep::Confirm) };
        self.set_state(at, Some(to), out);
        let drop = (through && !self.has(Bug::ThroughKeepsMirror)) || self.table[at].dropping;
        if self.has(Bug::SkipConsistent) {
            return self.c_ack(self.table[at].key, out);
        }
        self.declare_consistent(at, map, drop, out);
    }

    /// CONSISTENT. With *drop*, a slot that is home to the peer is named, and forgotten here (R10).
    pub(super) fn declare_consistent<O: Observer>(
        &mut self,
        at: u32,
        map: BlockMap,
        drop: bool,
        out: &mut Outbox<'_, O>,
    ) {
        let names = drop && !self.has(Bug::KeepForeignSlot);
        let ret = if names { self.give_back_foreign(at) } else { None };
        let (seq, map) = (self.number_of_flush(at), self.announced(at, map));
        let line = &self.table[at];
        let (key, cid) = (line.key, line.cid);
        out.send(Message::Consistent { key, cid, seq, map, drop, ret });
    }

    /// The line's own slot, if it is home to the peer: the line forgets it, a message must name it.
    pub(super) fn give_back_foreign(&mut self, at: u32) -> Option<Slot> {
        let slot = self.table[at].loc.filter(|slot| !self.memory.is_local(*slot))?;
        self.memory.hold(slot, None);
        self.count_foreign_out();
        let line = &mut self.table[at];
        line.loc = None;
        line.valid = BlockMap::EMPTY;
        line.dirty = BlockMap::EMPTY;
        Some(slot)
    }

    /// CONSISTENT at the mirror: the blocks of `map` need not be written at a failover (claim 13).
    pub(super) fn consistent<O: Observer>(
        &mut self,
        key: LineKey,
        (cid, seq): (Cid, u64),
        map: BlockMap,
        drop: bool,
        ret: Option<Slot>,
        out: &mut Outbox<'_, O>,
    ) {
        let at = self.table.find(key).expect("a mirror that is declared consistent is in the table");
        let planted = self.is_broken();
        let newer = self.newer_at_mirror(key);
        let line = &mut self.table[at];
        debug_assert!(
            planted || matches!(line.state, Some(LineState::MF | LineState::MK | LineState::MD)),
            "announced, or already consistent, or a copy that a replacement drops again"
        );
        debug_assert!(
            planted || line.loc.is_none() || (line.cid == cid && (line.seq == seq || !newer.is_empty())),
            "the mirror is of this very line"
        );
        line.dirty = line.dirty.without(map.without(newer));
        if drop {
            line.valid = BlockMap::EMPTY;
            line.dirty = BlockMap::EMPTY;
            line.peer_slot = None;
            if let Some(slot) = line.loc.take() {
                self.leave(slot, out);
            }
            if let Some(slot) = ret {
                self.free_mirror(slot, out);
            }
            self.set_state(at, Some(LineState::M0), out);
        } else {
            debug_assert!(ret.is_none(), "slots are given back only with the mirror");
            debug_assert!(planted || self.table[at].dirty == newer, "a flush writes all dirty blocks");
            self.set_state(at, Some(self.mirror_state_after_flush(at)), out);
        }
        out.send(Message::CAck { key });
    }

    /// C_ACK: both sides agree that the line is clean.
    pub(super) fn c_ack<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        let at = self.table.find(key).expect("a line that awaits C_ACK keeps its record");
        match self.table[at].state {
            Some(LineState::OF(FlushStep::Confirm)) => {
                self.flushing -= 1;
                self.queue.remove(at);
                let newer = self.newer_at_owner(key);
                let line = &mut self.table[at];
                line.dirty = newer;
                if line.dropping {
                    self.mirror_dropped(at, out);
                } else {
                    self.settle_after_flush(at, out);
                }
                self.wake_reads(at, out);
                self.pump(at, out);
            }
            Some(LineState::SF(FlushStep::Confirm)) => {
                let line = &mut self.table[at];
                line.stub = true;
                let mirror = line.peer_slot.take();
                self.release_mirror(mirror, out);
                self.flushed_alone(at, out);
            }
            Some(LineState::OX) => {
                self.mirror_dropped(at, out);
                self.pump(at, out);
            }
            Some(LineState::OW(FlushStep::Confirm)) => self.written_through(at, out),
            state => {
                debug_assert!(self.is_broken(), "C_ACK answers a CONSISTENT, but the line is in {state:?}")
            }
        }
    }

    /// A line was written back by a controller that serves alone. In a recovery it is kept all the same (R6).
    pub(super) fn flushed_alone<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        if self.flush_anew(at, out) {
            return;
        }
        self.flushing -= 1;
        self.queue.remove(at);
        if self.standing.mode == Mode::Recover {
            self.table[at].destaged = true;
            self.set_state(at, Some(LineState::SD), out);
            return;
        }
        self.table[at].dirty = BlockMap::EMPTY;
        if self.is_foreign(at) || self.table[at].stub {
            if self.is_foreign(at) {
                self.count_foreign_out();
            }
            self.forget_data(at, out);
        }
        self.set_state(at, Some(LineState::SC), out);
        self.wake_reads(at, out);
        self.pump(at, out);
    }

    /// The mirror is gone on the other side: OC with a stub.
    fn mirror_dropped<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &mut self.table[at];
        line.dropping = false;
        line.stub = true;
        let mirror = line.peer_slot.take();
        self.set_state(at, Some(LineState::OC), out);
        self.release_mirror(mirror, out);
    }

    /// The flush timer runs while anything is dirty.
    pub(super) fn arm_flush_timer<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if !self.tick_armed {
            self.tick_armed = true;
            out.outputs.push(Output::Arm { timer: Timer::Flush, after_ns: self.shape.flush.tick_ns });
        }
    }

    pub(super) fn flush_tick<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.tick = self.tick.wrapping_add(1);
        self.tick_armed = false;
        if !self.queue.is_empty() {
            self.arm_flush_timer(out);
        }
    }
}
