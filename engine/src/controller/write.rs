//! A write at the owner, and its mirror (protocol §4, rule 1; claims 1, 3, 4, 5, 9).
//!
//! The whole transfer is in staging. DATA goes into a **fresh** slot of the peer, META follows. On META_ACK, and
//! not before, the owner commits: merge, raise the sequence number, enqueue for write-back, answer the host.

use super::{Controller, Outbox, Timer};
use crate::bug::Bug;
use crate::controller::outbox::Output;
use crate::fact::{Fact, Observer, SlotList};
use crate::ids::{BlockMap, Cid, LineKey, Slot, Ticket};
use crate::message::Message;
use crate::slab::NONE;
use crate::state::LineState;

impl Controller {
    /// The first waiting write of a line that this controller owns and on which nothing is under way.
    pub(super) fn begin_write<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let request = self.table[at].writes.head;
        debug_assert_ne!(request, NONE, "a write waits");
        if self.standing.mode.is_alone() {
            return self.begin_write_alone(at, out);
        }
        if self.requests[request].through || self.writes_through() {
            self.begin_write_through(at, out);
            return;
        }
        if self.memory.mirror_free.is_empty() {
            self.wait_for_slot(request, out);
            return;
        }
        if self.table[at].loc.is_none() {
            let Some(slot) = self.take_local(out) else {
                self.wait_for_slot(request, out);
                return;
            };
            self.settle(at, slot);
        }
        let fresh = match self.table[at].peer_slot.filter(|_| self.has(Bug::MirrorInPlace)) {
            Some(slot) => slot,
            None => self.take_mirror(out),
        };
        let mut waiting = self.table[at].writes;
        self.take_first(&mut waiting);
        self.requests[request].wants_slot = false;
        let line = &mut self.table[at];
        line.writes = waiting;
        line.op = request;
        line.fresh = Some(fresh);
        let (key, cid, seq) = (line.key, line.cid, line.seq + 1);
        let map = self.requests[request].map;
        let bytes = out.copy(map, &self.requests[request].bytes);
        self.set_state(at, Some(self.state_in_write(at)), out);
        out.send(Message::Data { key, slot: fresh, map, bytes });
        out.send(Message::Meta { key, cid, slot: fresh, seq, wmap: map });
        if self.has(Bug::AckBeforeMeta) {
            self.answer_early(request, out);
        }
        if self.has(Bug::RecycleEarly) {
            let old = self.table[at].peer_slot.take();
            self.release_mirror(old, out);
        }
    }

    /// A line without a slot gets one, and with it a cache identifier of its own.
    pub(super) fn settle(&mut self, at: u32, slot: Slot) {
        self.memory.hold(slot, Some(at));
        let line = &mut self.table[at];
        debug_assert!(line.loc.is_none() && line.valid.is_empty(), "a line has one slot");
        line.loc = Some(slot);
        line.cid = Cid { owner: self.id, slot, generation: self.memory.generation(slot) };
    }

    /// META at the mirror: the blocks that the write does not cover are copied from the old slot, then the
    /// fresh slot is the mirror.
    pub(super) fn meta<O: Observer>(
        &mut self,
        key: LineKey,
        cid: Cid,
        slot: Slot,
        seq: u64,
        wmap: BlockMap,
        out: &mut Outbox<'_, O>,
    ) {
        let at = self.record(key);
        let line = &self.table[at];
        let planted = self.is_broken();
        debug_assert!(planted || line.state.is_none_or(LineState::is_mirror), "only one side owns a line");
        debug_assert!(planted || seq > line.seq, "the sequence number of a line rises with each write");
        let old = line.loc.filter(|old| *old != slot);
        let kept = line.valid.without(wmap);
        if let Some(old) = old {
            let mut bytes = out.buffers.take();
            self.memory.read(old, kept, &mut bytes);
            self.memory.write(slot, kept, &bytes);
            out.buffers.give(bytes);
            self.leave(old, out);
        }
        self.memory.hold(slot, Some(at));
        let line = &mut self.table[at];
        line.loc = Some(slot);
        line.peer_slot = Some(cid.slot);
        line.valid = kept.union(wmap);
        line.dirty = line.dirty.union(wmap);
        line.seq = seq;
        line.cid = cid;
        self.note_written(key, seq, wmap);
        self.set_state(at, Some(self.mirror_state_after_write(at)), out);
        out.send(Message::MetaAck { key, seq });
    }

    /// META_ACK at the owner: the write is held twice. Commit it.
    pub(super) fn meta_ack<O: Observer>(&mut self, key: LineKey, seq: u64, out: &mut Outbox<'_, O>) {
        let at = self.table.find(key).expect("a line in OP stays in the table until META_ACK");
        if self.table[at].op == NONE {
            return self.walked(at, out);
        }
        let planted = self.is_broken();
        let line = &self.table[at];
        debug_assert!(
            planted || (line.state == Some(self.state_in_write(at)) && line.seq + 1 == seq),
            "META_ACK ends the write under way"
        );
        let line = &mut self.table[at];
        let request = line.op;
        let fresh = line.fresh.take();
        let old_mirror = line.peer_slot.filter(|old| Some(*old) != fresh);
        let loc = line.loc.expect("a line that is written has a slot");
        let map = self.requests[request].map;
        self.memory.write(loc, map, &self.requests[request].bytes);
        let line = &mut self.table[at];
        line.op = NONE;
        line.granted = false;
        line.stub = false;
        line.seq = seq;
        line.valid = line.valid.union(map);
        line.dirty = line.dirty.union(map);
        line.peer_slot = fresh;
        if !self.queue.contains(at) {
            line.dirty_since = self.tick;
        }
        self.queue.enqueue(at, fresh.expect("a line that is written has a fresh mirror slot"));
        self.note_written(key, seq, map);
        self.set_state(at, Some(self.state_after_write(at)), out);
        let op = self.requests[request].op();
        out.fact(|| Fact::WriteCommitted { op, at: self.id, key, map, seq });
        self.answer(request, out);
        self.release_mirror(old_mirror, out);
        self.wake_reads(at, out);
        self.arm_flush_timer(out);
        self.pump(at, out);
    }

    /// Puts a write into the queue for slots and arms the bounded wait; housekeeping makes room.
    fn wait_for_slot<O: Observer>(&mut self, request: u32, out: &mut Outbox<'_, O>) {
        if !self.requests[request].wants_slot {
            self.requests[request].wants_slot = true;
            self.requests[request].waits += 1;
            let wait = self.requests[request].waits;
            let ticket = self.requests.ticket(request);
            self.slot_queue.push_back(ticket);
            let after_ns = self.shape.slot_wait_ns;
            out.outputs.push(Output::Arm { timer: Timer::SlotWait { ticket, wait }, after_ns });
        }
    }

    /// Whoever waited is mostly the first.
    pub(super) fn waits_for_slot_no_more(&mut self, request: u32) {
        if std::mem::take(&mut self.requests[request].wants_slot) {
            let ticket = self.requests.ticket(request);
            if let Some(place) = self.slot_queue.iter().position(|waiting| *waiting == ticket) {
                self.slot_queue.remove(place);
            }
        }
    }

    /// The bounded wait for a slot is over: the write will be written through.
    pub(super) fn slot_wait_over<O: Observer>(&mut self, ticket: Ticket, wait: u32, out: &mut Outbox<'_, O>) {
        let Some(request) = self.requests.redeem(ticket) else { return };
        if !self.requests[request].wants_slot || self.requests[request].waits != wait {
            return;
        }
        self.waits_for_slot_no_more(request);
        self.requests[request].through = true;
        let at =
            self.table.find(self.requests[request].key).expect("a waiting write keeps its line's record");
        self.pump(at, out);
    }

    /// Whoever waits for a slot goes on, first come first served, as long as there are any.
    pub(super) fn serve_slot_queue<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        while let Some(ticket) = self.slot_queue.front().copied() {
            let waits = self.requests.redeem(ticket).filter(|request| self.requests[*request].wants_slot);
            if let Some(request) = waits {
                if self.memory.mirror_free.is_empty() {
                    return;
                }
                let key = self.requests[request].key;
                let at = self.table.find(key).expect("a waiting write keeps its line's record");
                self.pump(at, out);
                if self.requests.redeem(ticket).is_some_and(|request| self.requests[request].wants_slot) {
                    return;
                }
            }
            self.slot_queue.pop_front();
        }
    }

    pub(super) fn take_mirror<O: Observer>(&mut self, out: &mut Outbox<'_, O>) -> Slot {
        let slot = self.memory.mirror_free.take().expect("the caller has seen a free mirror slot");
        let (at, memory) = (self.id, self.id.peer());
        out.fact(|| Fact::SlotTaken { at, list: SlotList::MirrorFree, memory, slot });
        slot
    }

    /// A mirror slot that is no longer used comes home, if its home is here.
    pub(super) fn release_mirror<O: Observer>(&mut self, slot: Option<Slot>, out: &mut Outbox<'_, O>) {
        if let Some(slot) = slot
            && !self.memory.is_local(slot)
        {
            self.free_mirror(slot, out);
        }
    }

    /// A slot in the peer's memory comes home to `mirror_free`.
    pub(super) fn free_mirror<O: Observer>(&mut self, slot: Slot, out: &mut Outbox<'_, O>) {
        debug_assert!(!self.memory.is_local(slot), "only lent slots are home to the peer");
        debug_assert!(
            self.is_broken() || self.memory.mirror_free.gave(slot),
            "only what was taken comes back"
        );
        self.memory.mirror_free.put(slot);
        let (at, memory) = (self.id, self.id.peer());
        out.fact(|| Fact::SlotFreed { at, list: SlotList::MirrorFree, memory, slot });
    }

    /// A slot of this controller's own goes back to `local_free`.
    pub(super) fn free_local<O: Observer>(&mut self, slot: Slot, out: &mut Outbox<'_, O>) {
        debug_assert!(self.memory.is_local(slot), "lent slots go home by being named in a message");
        debug_assert!(
            self.is_broken() || self.memory.local_free.gave(slot),
            "only what was taken comes back"
        );
        self.memory.local_free.put(slot);
        let at = self.id;
        out.fact(|| Fact::SlotFreed { at, list: SlotList::LocalFree, memory: at, slot });
    }

    /// The line that sat in a slot of this memory has left it: home if its home is here; else the peer, whose it
    /// is, takes it home by itself (or it was named in a message).
    pub(super) fn leave<O: Observer>(&mut self, slot: Slot, out: &mut Outbox<'_, O>) {
        self.memory.hold(slot, None);
        if self.memory.is_local(slot) {
            self.free_local(slot, out);
        }
    }
}
