//! A read at the owner, and through the owner (protocol §4, rule 7). Mirrors never serve hosts.

use super::work::{Purpose, Work};
use super::{Asker, Controller, Outbox, Request};
use crate::array::DiskCommand;
use crate::buffer::LineBuf;
use crate::bug::Bug;
use crate::controller::line::Waiting;
use crate::fact::{Fact, IoKind, Observer, ReadSource, WaitsFor};
use crate::ids::{BlockMap, LineKey, Ticket};
use crate::message::Message;
use crate::slab::NONE;
use crate::state::LineState;

impl Controller {
    pub(super) fn route_read<O: Observer>(&mut self, request: u32, out: &mut Outbox<'_, O>) {
        let (key, map) = (self.requests[request].key, self.requests[request].map);
        if self.owns(key) {
            self.read_at_owner(request, out);
        } else if matches!(self.requests[request].from, Asker::Peer(_)) {
            let request = self.requests.remove(request);
            out.buffers.give(request.bytes);
            let Asker::Peer(ticket) = request.from else { return };
            debug_assert!(!self.standing.mode.is_alone(), "alone it owns everything");
            out.send(Message::Nack { key, ticket });
        } else {
            self.requests[request].from_peer = true;
            let ticket = self.requests.ticket(request);
            out.send(Message::ReadFwd { key, map, ticket });
        }
    }

    fn read_at_owner<O: Observer>(&mut self, request: u32, out: &mut Outbox<'_, O>) {
        let (key, map) = (self.requests[request].key, self.requests[request].map);
        let found = self.table.find(key);
        if let Some(at) = found {
            let line = &mut self.table[at];
            line.used = self.clock;
            if self.shape.bug == Some(Bug::ReadPending)
                && line.op != NONE
                && self.requests[line.op].map.contains_all(map)
            {
                let staging = self.requests[line.op].bytes.clone();
                out.buffers.copy(map, staging.bytes(), self.requests[request].bytes.bytes_mut());
                return self.answer_read(request, out);
            }
            if line.op != NONE && self.requests[line.op].map.intersects(map) {
                // Nobody sees a write before it is committed.
                let mut waiting = line.reads;
                self.append(&mut waiting, request);
                self.table[at].reads = waiting;
                let op = self.requests[request].op();
                out.fact(|| Fact::Waits { op, at: self.id, key, for_what: WaitsFor::Line });
                return;
            }
            self.clean.touch(at, &self.table[at]);
        }
        let cached = found.map_or(BlockMap::EMPTY, |at| self.table[at].valid.intersection(map));
        if let Some(at) = found
            && let Some(slot) = self.table[at].loc
        {
            self.memory.read(slot, cached, &mut self.requests[request].bytes);
        }
        let missing = map.without(cached);
        if missing.is_empty() {
            self.answer_read(request, out);
        } else {
            self.requests[request].from_disk = missing;
            self.read_from_disk(request, missing, out);
        }
    }

    fn read_from_disk<O: Observer>(&mut self, request: u32, missing: BlockMap, out: &mut Outbox<'_, O>) {
        let key = self.requests[request].key;
        let purpose = Purpose::Read { request, missing: BlockMap::EMPTY, keep: true };
        let work = self.works.insert(Work::new(key, purpose));
        self.issue_reads(work, missing, out);
    }

    /// One chunk of a read has come from disk: into the answer, and into the cache if there is room.
    pub(super) fn read_landed<O: Observer>(
        &mut self,
        request: u32,
        command: &DiskCommand,
        keep: bool,
        out: &mut Outbox<'_, O>,
    ) {
        let first = command.target.first_block(self.shape.geometry);
        let map = BlockMap(command.rows.without(command.failed).0 << first);
        out.buffers.copy(map, command.bytes.bytes(), self.requests[request].bytes.bytes_mut());
        if keep {
            self.keep_as_clean(self.requests[request].key, map, &command.bytes, out);
        }
    }

    /// Blocks could not be read: they are computed from the other disks, when the stripe is at rest. Data and parity
    /// must fit then, so a write of the stripe, a patrol that mends it, or a doubt about its parity, is waited for.
    pub(super) fn read_around<O: Observer>(&mut self, request: u32, want: BlockMap, out: &mut Outbox<'_, O>) {
        let key = self.requests[request].key;
        if !self.owns(key) {
            return self.route_read(request, out);
        }
        let at = self.record(key);
        self.clean.remove(at);
        let line = &self.table[at];
        if line.state.is_some_and(LineState::is_writing) || line.locks > 0 || self.is_suspect(key) {
            let mut waiting = self.table[at].reads;
            self.append(&mut waiting, request);
            self.table[at].reads = waiting;
            return;
        }
        self.lock(at);
        self.reconstruct(request, want, out);
    }

    /// Blocks that could neither be read nor be computed. One disk may have come back meanwhile and another one gone:
    /// once more, and then there is an error.
    pub(super) fn read_again<O: Observer>(&mut self, request: u32, left: BlockMap, out: &mut Outbox<'_, O>) {
        if std::mem::replace(&mut self.requests[request].read_again, true) {
            self.requests[request].failed = true;
            self.answer_read(request, out);
        } else if self.owns(self.requests[request].key) {
            self.read_from_disk(request, left, out);
        } else {
            self.route_read(request, out);
        }
    }

    /// A block read from disk may be kept: the owner's cache then holds it clean. Only what the cache does not
    /// hold, and not while a write is on its way to the disk past the cache.
    fn keep_as_clean<O: Observer>(
        &mut self,
        key: LineKey,
        map: BlockMap,
        bytes: &LineBuf,
        out: &mut Outbox<'_, O>,
    ) {
        if map.is_empty() || !self.owns(key) {
            return;
        }
        let at = match self.table.find(key) {
            Some(at) => at,
            None if self.memory.local_free.is_empty() && !self.clean.has_any() => return,
            None => self.record(key),
        };
        let state = self.table[at].state;
        let (free, kept) = if self.standing.mode.is_alone() {
            (LineState::SC, matches!(state, None | Some(LineState::SC | LineState::SD)))
        } else {
            (LineState::OC, matches!(state, None | Some(LineState::OC | LineState::OD | LineState::OK)))
        };
        if !kept || (self.table[at].stub && free == LineState::SC) {
            return self.rest(at, out);
        }
        if self.table[at].loc.is_none() {
            debug_assert!(state.is_none_or(|state| state == free), "dirty and mirrored lines have slots");
            // Out of the clean list first, so that making room does not evict this very line.
            self.clean.remove(at);
            match self.take_local(out) {
                Some(slot) => {
                    self.settle(at, slot);
                    self.set_state(at, Some(free), out);
                }
                None => return self.rest(at, out),
            }
        }
        let line = &self.table[at];
        let fill = map.without(line.valid);
        let slot = line.loc.expect("it was settled just now or had a slot");
        self.memory.write(slot, fill, bytes);
        let line = &mut self.table[at];
        line.valid = line.valid.union(fill);
        line.used = self.clock;
        self.rest(at, out);
    }

    /// Tells what was read, and answers.
    pub(super) fn answer_read<O: Observer>(&mut self, request: u32, out: &mut Outbox<'_, O>) {
        if O::LISTENS && !self.requests[request].failed {
            self.tell_blocks(&self.requests[request], out);
        }
        self.answer(request, out);
    }

    fn tell_blocks<O: Observer>(&self, request: &Request, out: &mut Outbox<'_, O>) {
        let Asker::Host { op, .. } = request.from else { return };
        let first_lbn = request.key.first_lbn(self.shape.line_blocks);
        for block in request.map.iter() {
            let value = crate::paged::word_at(request.bytes.bytes(), block as usize * self.shape.block_bytes);
            let from = if request.from_peer {
                ReadSource::Peer
            } else if request.from_disk.contains(block) {
                ReadSource::Disk
            } else {
                ReadSource::Cache
            };
            let (at, lun, lbn) = (self.id, request.key.lun().0, first_lbn + u64::from(block));
            out.fact(|| Fact::BlockRead { op, at, lun, lbn, value, from });
        }
    }

    /// Reads that waited for the write in progress go on.
    pub(super) fn wake_reads<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let mut waiting = std::mem::replace(&mut self.table[at].reads, Waiting::EMPTY);
        while !waiting.is_empty() {
            let request = self.take_first(&mut waiting);
            self.route_read(request, out);
        }
    }

    pub(super) fn read_fwd<O: Observer>(
        &mut self,
        key: LineKey,
        map: BlockMap,
        ticket: Ticket,
        out: &mut Outbox<'_, O>,
    ) {
        let bytes = out.buffers.take_zeroed();
        let request = self.requests.insert(Request::new(Asker::Peer(ticket), IoKind::Read, key, map, bytes));
        self.route_read(request, out);
    }

    pub(super) fn read_rsp<O: Observer>(
        &mut self,
        map: BlockMap,
        ticket: Ticket,
        bytes: LineBuf,
        failed: bool,
        out: &mut Outbox<'_, O>,
    ) {
        // A second answer, which only a tampered link brings, finds nobody.
        let Some(request) = self.requests.redeem(ticket) else { return out.buffers.give(bytes) };
        self.requests[request].failed = failed;
        out.buffers.copy(map, bytes.bytes(), self.requests[request].bytes.bytes_mut());
        out.buffers.give(bytes);
        self.answer_read(request, out);
    }
}
