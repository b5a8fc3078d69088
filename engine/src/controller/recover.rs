//! Cold boot with both memories (protocol §6, R5 and R6): one controller writes everything back while the record
//! still says DUAL and nobody is served, and keeps what it has until the record has changed. The other keeps its
//! memory untouched. If power fails or one of them dies meanwhile, it all starts over from either memory.

use super::{Controller, Mode, Outbox};
use crate::array::Record;
use crate::buffer::LineBuf;
use crate::bug::Bug;
use crate::fact::Observer;
use crate::ids::{BlockMap, LineKey, Session, Slot};
use crate::message::Message;
use crate::state::LineState;

impl Controller {
    /// The chosen one asks for the other's images.
    pub(super) fn start_recovery<O: Observer>(&mut self, nonce: u32, out: &mut Outbox<'_, O>) {
        self.open_session(self.standing.epoch(), nonce, out);
        self.standing.silent = 0;
        self.standing.images_complete = false;
        self.standing.closing = false;
        self.set_mode(Mode::Recover, out);
        out.send(Message::Recall { nonce });
    }

    /// RECALL: what this memory holds that the disks may lack, line by line. The memory stays as it is.
    pub(super) fn recalled<O: Observer>(&mut self, session: Session, nonce: u32, out: &mut Outbox<'_, O>) {
        let mine = self.standing.label == Some(session.epoch);
        if self.standing.mode != Mode::Boot || nonce != self.standing.nonce || !mine || self.standing.looking
        {
            return;
        }
        self.set_session(session, out);
        self.standing.silent = 0;
        self.set_mode(Mode::Recalled, out);
        let mut lines: Vec<&super::Line> = self.table.iter().map(|(_, line)| line).collect();
        lines.sort_unstable_by_key(|line| line.key);
        for line in lines {
            if !line.is_unsettled() && !self.is_suspect(line.key) {
                continue;
            }
            let mut bytes = out.buffers.take();
            if let Some(slot) = line.loc {
                self.memory.read(slot, line.dirty, &mut bytes);
            }
            out.send(Message::Image { key: line.key, seq: line.seq, dirty: line.dirty, bytes });
        }
        out.send(Message::ImagesEnd);
    }

    /// One image of the other memory: of two the one with the higher number counts.
    pub(super) fn image<O: Observer>(
        &mut self,
        key: LineKey,
        seq: u64,
        dirty: BlockMap,
        bytes: LineBuf,
        out: &mut Outbox<'_, O>,
    ) {
        if self.standing.mode == Mode::Recover {
            self.mark_suspect(key, out);
            let at = self.record(key);
            let own = &self.table[at];
            if !dirty.is_empty() && (own.dirty.is_empty() || seq > own.seq) {
                let slot = own.loc.unwrap_or_else(|| self.any_slot());
                self.memory.hold(slot, Some(at));
                self.memory.write(slot, dirty, &bytes);
                let line = &mut self.table[at];
                line.loc = Some(slot);
                line.valid = dirty;
                line.dirty = dirty;
                line.seq = seq;
                self.set_state(at, Some(LineState::MD), out);
            }
        }
        out.buffers.give(bytes);
    }

    /// A slot that holds no line. There is one: each dirty line of the other has, or had, a slot here.
    fn any_slot(&mut self) -> Slot {
        if let Some(slot) = self.memory.local_free.take() {
            return slot;
        }
        let slots = self.shape.lines + self.shape.lent;
        (self.shape.lines..slots)
            .map(Slot)
            .find(|slot| self.memory.held(*slot).is_none())
            .expect("a line that is dirty in one memory has had a slot in the other")
    }

    /// All images are here: everything is written back, every stripe in question recomputed.
    pub(super) fn images_end<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if self.standing.mode != Mode::Recover {
            return;
        }
        self.convert(out);
        self.standing.images_complete = true;
    }

    /// Everything is on disk: the other is told, before the record changes, that its memory will count as empty.
    pub(super) fn close_recovery_when_ready<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let in_work = self.count(LineState::SF(crate::state::FlushStep::Disk)) > 0;
        let left = !self.queue.is_empty() || in_work || self.suspects_left() > 0 || !self.works.is_empty();
        let ends = !left || self.has(Bug::CloseRecoveryEarly);
        if self.standing.images_complete && !self.standing.closing && ends {
            self.standing.closing = true;
            out.send(Message::Close { epoch: self.standing.epoch() + 1 });
        }
    }

    pub(super) fn close<O: Observer>(&mut self, epoch: u32, out: &mut Outbox<'_, O>) {
        if self.standing.mode == Mode::Recalled {
            self.standing.claim = Some(Record::dual(epoch, self.standing.session.nonce));
            self.standing.claim_is_empty = true;
            out.send(Message::CloseAck);
        }
    }

    pub(super) fn close_ack<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if self.standing.mode == Mode::Recover && !self.standing.swapping {
            let record = self.standing.record;
            let session = self.standing.session.nonce;
            self.swap(record, Record::dual(record.epoch + 1, session), out);
        }
    }

    /// The record has changed: both start with empty caches and their own default owners.
    pub(super) fn recovered<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let torn = self.standing.is_torn();
        let free = (self.shape.lines..self.shape.lines + self.shape.lent).map(Slot).collect();
        out.send(Message::ResyncDone { free });
        self.start_anew(self.standing.record.epoch, out);
        self.set_mode(Mode::Dual, out);
        if torn {
            self.peer_is_gone(crate::fact::Suspicion::LinkDown, out);
        }
    }

    /// RESYNC_DONE at the other one: it starts anew too, and counts as soon as the record confirms it (M2).
    pub(super) fn recovery_over<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.standing.claim = None;
        self.standing.claim_is_empty = false;
        self.start_anew(self.standing.epoch() + 1, out);
        self.set_mode(Mode::Joining, out);
    }

    fn start_anew<O: Observer>(&mut self, epoch: u32, out: &mut Outbox<'_, O>) {
        let nonce = self.standing.session.nonce;
        self.clear_memory(out);
        self.standing.set_label(Record::dual(epoch, nonce));
        self.set_session(Session { epoch, nonce }, out);
    }
}
