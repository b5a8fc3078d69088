//! A request on one line: a host's, or a read that the peer has forwarded.

use super::line::Waiting;
use super::{Controller, Outbox, Output};
use crate::buffer::LineBuf;
use crate::fact::{Fact, IoKind, Observer, WaitsFor};
use crate::ids::{BlockMap, LineKey, Ticket};
use crate::message::Message;
use crate::slab::NONE;

/// What a host's operation asks of one line.
#[derive(Clone, Debug)]
pub struct HostRequest {
    /// Number of the host's operation, for facts.
    pub op: u64,
    /// What the reply must name.
    pub part: u32,
    pub io: IoKind,
    pub key: LineKey,
    /// The blocks, not empty.
    pub map: BlockMap,
    /// For a write its data; for a read, where the data goes.
    pub bytes: LineBuf,
}

/// A request that is being worked on or waits.
#[derive(Clone, Debug)]
pub struct Request {
    pub from: Asker,
    pub io: IoKind,
    pub key: LineKey,
    pub map: BlockMap,
    /// Staging (protocol §4, rule 1): a write's data until it is committed, a read's until it is answered.
    pub bytes: LineBuf,
    /// For a read, the blocks that came from disk.
    pub from_disk: BlockMap,
    /// For a read: it was forwarded, and the data is the peer's.
    pub from_peer: bool,
    /// For a read: some of it is lost.
    pub failed: bool,
    /// For a read: what could neither be read nor be computed has been tried once more.
    pub read_again: bool,
    /// For a write: it stands in the queue for slots.
    pub wants_slot: bool,
    /// How often it has begun to wait for a slot; its timer counts only for the wait that it was armed in.
    pub waits: u32,
    /// For a write: it has waited long enough and is to be written through.
    pub through: bool,
    /// The next one in the same list.
    pub next: u32,
}

/// Who gets the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    Host {
        op: u64,
        part: u32,
    },
    /// The peer, which will know its request by this ticket.
    Peer(Ticket),
    /// Whoever asked is gone.
    Nobody,
}

impl Request {
    /// A request that has just come.
    #[must_use]
    pub fn new(from: Asker, io: IoKind, key: LineKey, map: BlockMap, bytes: LineBuf) -> Request {
        Request {
            from,
            io,
            key,
            map,
            bytes,
            from_disk: BlockMap::EMPTY,
            from_peer: false,
            failed: false,
            read_again: false,
            wants_slot: false,
            waits: 0,
            through: false,
            next: NONE,
        }
    }

    /// The host operation's number; 0 for a forwarded read.
    #[must_use]
    pub fn op(&self) -> u64 {
        match self.from {
            Asker::Host { op, .. } => op,
            Asker::Peer(_) | Asker::Nobody => 0,
        }
    }
}

impl Controller {
    pub(super) fn host_request<O: Observer>(&mut self, host: HostRequest, out: &mut Outbox<'_, O>) {
        self.clock += 1;
        self.last_request_tick = self.tick;
        let from = Asker::Host { op: host.op, part: host.part };
        let request = self.requests.insert(Request::new(from, host.io, host.key, host.map, host.bytes));
        match host.io {
            IoKind::Read => self.route_read(request, out),
            IoKind::Write => self.route_write(request, out),
        }
    }

    fn route_write<O: Observer>(&mut self, request: u32, out: &mut Outbox<'_, O>) {
        let at = self.record(self.requests[request].key);
        self.clean.remove(at);
        self.table[at].used = self.clock;
        let mut waiting = self.table[at].writes;
        self.append(&mut waiting, request);
        self.table[at].writes = waiting;
        self.pump(at, out);
        if O::LISTENS && self.is_waiting(at, request) {
            let line = &self.table[at];
            let for_what = if line.ask.is_some() {
                WaitsFor::Ownership
            } else if self.requests[request].wants_slot {
                WaitsFor::Slot
            } else {
                WaitsFor::Line
            };
            let (op, key) = (self.requests[request].op(), line.key);
            out.fact(|| Fact::Waits { op, at: self.id, key, for_what });
        }
    }

    fn is_waiting(&self, at: u32, request: u32) -> bool {
        let mut next = self.table[at].writes.head;
        while next != NONE && next != request {
            next = self.requests[next].next;
        }
        next == request
    }

    pub(super) fn append(&mut self, list: &mut Waiting, request: u32) {
        debug_assert_eq!(self.requests[request].next, NONE, "a request waits in one list");
        if list.head == NONE {
            list.head = request;
        } else {
            self.requests[list.tail].next = request;
        }
        list.tail = request;
    }

    pub(super) fn take_first(&mut self, list: &mut Waiting) -> u32 {
        let first = list.head;
        list.head = self.requests[first].next;
        if list.head == NONE {
            list.tail = NONE;
        }
        self.requests[first].next = NONE;
        first
    }

    /// The host hears "done", and the write goes on for nobody.
    pub(super) fn answer_early<O: Observer>(&mut self, request: u32, out: &mut Outbox<'_, O>) {
        let from = std::mem::replace(&mut self.requests[request].from, Asker::Nobody);
        if let Asker::Host { part, .. } = from {
            out.outputs.push(Output::Reply { part, hit: false, failed: false });
        }
    }

    /// Answers a request and forgets it.
    pub(super) fn answer<O: Observer>(&mut self, request: u32, out: &mut Outbox<'_, O>) {
        let request = self.requests.remove(request);
        match request.from {
            Asker::Host { part, .. } => {
                out.buffers.give(request.bytes);
                let hit = request.io == IoKind::Read && request.from_disk.is_empty() && !request.from_peer;
                out.outputs.push(Output::Reply { part, hit, failed: request.failed });
            }
            Asker::Nobody => out.buffers.give(request.bytes),
            Asker::Peer(ticket) => {
                out.send(Message::ReadRsp {
                    key: request.key,
                    map: request.map,
                    ticket,
                    bytes: request.bytes,
                    failed: request.failed,
                });
            }
        }
    }
}
