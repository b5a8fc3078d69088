//! One controller, sans-I/O: [`Controller::handle`] takes an [`Input`] and puts [`Output`]s into an [`Outbox`].
//! It sees neither the simulator, nor the other controller's memory, nor time.
//!
//! One file per conversation of the protocol: [`mod@write`], [`through`], [`read`], [`ownership`], [`flush`],
//! [`reuse`]; what they work on is in [`mod@line`], [`table`], [`queue`], [`memory`].

pub mod flush;
pub mod line;
pub mod list;
pub mod memory;
pub mod outbox;
pub mod ownership;
pub mod queue;
pub mod read;
pub mod request;
pub mod reuse;
#[cfg(test)]
mod sabotage;
pub mod table;
pub mod through;
pub mod work;
pub mod write;

use crate::array::DiskCommand;
use crate::buffer::LineBuf;
use crate::config::{Config, FlushPolicy, Geometry};
use crate::digest::Digest;
use crate::fact::{Fact, Observer};
use crate::ids::{BlockMap, ControllerId, LineKey, Slot, Ticket};
use crate::message::Message;
use crate::slab::Slab;
use crate::state::LineState;
use line::Line;
use memory::Memory;
pub use outbox::{Outbox, Output, Timer};
use queue::WriteBackQueue;
pub use request::{Asker, HostRequest, Request};
use reuse::CleanLines;
use std::collections::VecDeque;
use table::Table;
use work::Work;

/// What can happen to a controller.
#[derive(Debug)]
pub enum Input {
    /// A host's request for blocks of one line.
    Host(HostRequest),
    /// A message from the peer, other than DATA, which lands by itself ([`Controller::land`]).
    Message(Message),
    /// A disk command of this controller has been carried out.
    Disk(DiskCommand),
    /// A timer that it armed has run off.
    Timer(Timer),
}

/// What does not change in a run.
#[derive(Clone, Debug)]
pub struct Shape {
    pub geometry: Geometry,
    pub line_blocks: u32,
    pub block_bytes: usize,
    /// For each LUN its default owner and the array's stripe that it begins at.
    luns: Vec<(ControllerId, u64)>,
    lines: u32,
    lent: u32,
    flush: FlushPolicy,
    slot_wait_ns: u64,
}

impl Shape {
    #[must_use]
    pub fn new(config: &Config) -> Shape {
        let line_blocks = config.line_blocks();
        let mut first_stripe = 0;
        let luns = config
            .luns
            .iter()
            .map(|lun| {
                let begins_at = first_stripe;
                first_stripe += lun.blocks.div_ceil(u64::from(line_blocks));
                (lun.default_owner, begins_at)
            })
            .collect();
        Shape {
            geometry: config.raid,
            line_blocks,
            block_bytes: config.payload_bytes as usize,
            luns,
            lines: config.lines,
            lent: config.lent,
            flush: config.flush,
            slot_wait_ns: config.slot_wait_ns,
        }
    }

    #[must_use]
    pub fn default_owner(&self, key: LineKey) -> ControllerId {
        self.luns[usize::from(key.lun().0)].0
    }

    /// The stripe of the array that a line is.
    #[must_use]
    pub fn array_stripe(&self, key: LineKey) -> u64 {
        self.luns[usize::from(key.lun().0)].1 + key.stripe()
    }

    /// More dirty lines than this start a flush (protocol §4, rule 4).
    #[must_use]
    pub fn high_water(&self) -> u32 {
        self.share(self.flush.high_percent)
    }

    #[must_use]
    pub fn low_water(&self) -> u32 {
        self.share(self.flush.low_percent)
    }

    /// A share of the dirty lines that the slots allow: each needs one here and one in the peer.
    fn share(&self, percent: u8) -> u32 {
        let most = u64::from(self.lines.min(self.lent));
        (most * u64::from(percent) / 100) as u32
    }
}

#[derive(Clone, Debug)]
pub struct Controller {
    id: ControllerId,
    shape: Shape,
    memory: Memory,
    table: Table,
    queue: WriteBackQueue,
    clean: CleanLines,
    requests: Slab<Request>,
    works: Slab<Work>,
    /// Writes that wait for a slot, first come first served.
    slot_queue: VecDeque<Ticket>,
    /// Lines in OF.
    flushing: u32,
    /// Flushing from high water down to low water.
    draining: bool,
    /// REUSE messages on their way that will bring a mirror slot back.
    slots_returning: u32,
    /// Requests taken so far.
    clock: u64,
    /// Ticks of the flush timer so far, and the one at which the last request came.
    tick: u32,
    last_request_tick: u32,
    tick_armed: bool,
    /// REQ_OWNs sent so far; each carries its number, for its NACK to name.
    asks: u32,
    /// Lines owned here that sit in slots home to the peer.
    foreign: u32,
}

impl Controller {
    #[must_use]
    pub fn new(id: ControllerId, config: &Config) -> Controller {
        Controller {
            id,
            shape: Shape::new(config),
            memory: Memory::new(config),
            table: Table::default(),
            queue: WriteBackQueue::default(),
            clean: CleanLines::default(),
            requests: Slab::default(),
            works: Slab::default(),
            slot_queue: VecDeque::new(),
            flushing: 0,
            draining: false,
            slots_returning: 0,
            clock: 0,
            tick: 0,
            last_request_tick: 0,
            tick_armed: false,
            asks: 0,
            foreign: 0,
        }
    }

    /// The one door in. Everything that follows is put into `out`, in order.
    pub fn handle<O: Observer>(&mut self, input: Input, out: &mut Outbox<'_, O>) {
        match input {
            Input::Host(request) => self.host_request(request, out),
            Input::Disk(command) => self.disk_done(command, out),
            Input::Timer(Timer::Flush) => self.flush_tick(out),
            Input::Timer(Timer::SlotWait { ticket, wait }) => self.slot_wait_over(ticket, wait, out),
            Input::Message(message) => self.message(message, out),
        }
        self.keep_house(out);
    }

    /// After every input: slots go to those who wait for them, clean lines are given up while slots are short,
    /// flushes begin as the policy says. Each part ends at once when there is nothing to do.
    fn keep_house<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.serve_slot_queue(out);
        self.reclaim(out);
        self.flush_as_policy_says(out);
    }

    fn message<O: Observer>(&mut self, message: Message, out: &mut Outbox<'_, O>) {
        match message {
            Message::Data { .. } => debug_assert!(false, "DATA lands by itself"),
            Message::Meta { key, cid, slot, seq, wmap } => self.meta(key, cid, slot, seq, wmap, out),
            Message::MetaAck { key, seq } => self.meta_ack(key, seq, out),
            Message::ReqOwn { key, ticket } => self.req_own(key, ticket, out),
            Message::Grant { key, grant } => self.grant(key, grant, out),
            Message::Nack { key, ticket } => self.nack(key, ticket, out),
            Message::ReadFwd { key, map, ticket } => self.read_fwd(key, map, ticket, out),
            Message::ReadRsp { map, ticket, bytes, .. } => self.read_rsp(map, ticket, bytes, out),
            Message::FlushNotify { key, cid, seq, with_data } => {
                self.flush_notify(key, cid, seq, with_data, out)
            }
            Message::FnAck { key } => self.fn_ack(key, out),
            Message::Consistent { key, cid, seq, map, drop, ret } => {
                self.consistent(key, (cid, seq), map, drop, ret, out);
            }
            Message::CAck { key } => self.c_ack(key, out),
            Message::Reuse { key, ret } => self.reuse(key, ret, out),
            Message::ReuseAck { key } => self.reuse_ack(key, out),
        }
    }

    /// DATA lands: a one-sided copy into this controller's memory, which it does not notice.
    pub fn land(&mut self, slot: Slot, map: BlockMap, bytes: &LineBuf) {
        debug_assert!(self.memory.held(slot).is_none(), "DATA never lands in a slot that is in use");
        self.memory.write(slot, map, bytes);
    }

    /// Whether this controller owns a line (protocol §1): the entry says so, else the LUN's default owner does.
    #[must_use]
    pub fn owns(&self, key: LineKey) -> bool {
        let default = self.shape.default_owner(key) == self.id;
        match self.table.find(key).and_then(|at| self.table[at].state) {
            None | Some(LineState::OR) => default,
            Some(state) => state.is_owner(),
        }
    }

    fn owns_at(&self, at: u32) -> bool {
        let line = &self.table[at];
        match line.state {
            None | Some(LineState::OR) => self.shape.default_owner(line.key) == self.id,
            Some(state) => state.is_owner(),
        }
    }

    /// The record of a line, made when there is none.
    fn record(&mut self, key: LineKey) -> u32 {
        match self.table.find(key) {
            Some(at) => at,
            None => self.table.insert(Line::new(key, self.id)),
        }
    }

    fn set_state<O: Observer>(&mut self, at: u32, to: Option<LineState>, out: &mut Outbox<'_, O>) {
        let line = &mut self.table[at];
        let (key, from) = (line.key, line.state);
        line.state = to;
        if from != to {
            out.fact(|| Fact::LineState { at: self.id, key, from, to });
        }
    }

    /// Takes the line's next step, as far as nothing under way stands against it: answers the peer's request
    /// for ownership, begins the next waiting write, or lets the line rest.
    fn pump<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &self.table[at];
        let stable = matches!(
            line.state,
            None | Some(LineState::OC | LineState::OD | LineState::OK)
                | Some(LineState::M0 | LineState::MD)
                | Some(LineState::MF | LineState::MK)
        );
        if !stable || line.op != crate::slab::NONE {
            return;
        }
        if let Some(ticket) = line.asked
            && !line.granted
        {
            self.answer_req_own(at, ticket, out);
        }
        if self.table[at].writes.is_empty() {
            self.rest(at, out);
        } else if self.owns_at(at) {
            self.begin_write(at, out);
        } else {
            self.ask_for_ownership(at, out);
        }
    }

    /// Nothing is to be done on the line: a record without an entry goes, a clean line may be evicted.
    fn rest<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &self.table[at];
        if !line.is_quiet() {
            return;
        }
        match line.state {
            None => {
                self.clean.remove(at);
                self.table.remove(at);
            }
            // Slots that are home to the peer go home early when there are many of them: the peer cannot ask.
            Some(LineState::OK) if self.is_foreign(at) && self.foreign > self.shape.lent / 4 => {
                self.begin_reuse(at, out);
            }
            Some(LineState::OK | LineState::OC) => {
                self.clean.insert(at, &self.table[at]);
            }
            _ => {}
        }
    }

    /// Whether the line sits in a slot that is home to the peer.
    fn is_foreign(&self, at: u32) -> bool {
        self.table[at].loc.is_some_and(|slot| !self.memory.is_local(slot))
    }

    #[must_use]
    pub fn id(&self) -> ControllerId {
        self.id
    }

    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    #[must_use]
    pub fn queue(&self) -> &WriteBackQueue {
        &self.queue
    }

    /// The record of a line.
    #[must_use]
    pub fn line(&self, key: LineKey) -> Option<&Line> {
        self.table.find(key).map(|at| &self.table[at])
    }

    /// Requests that are being worked on or wait, with their numbers.
    pub fn requests(&self) -> impl Iterator<Item = (u32, &Request)> {
        self.requests.iter()
    }

    /// The host write in progress on a line.
    #[must_use]
    pub fn operation(&self, line: &Line) -> Option<&Request> {
        (line.op != crate::slab::NONE).then(|| &self.requests[line.op])
    }

    /// The disk work (flush, write-through, reads) under way.
    pub fn works(&self) -> impl Iterator<Item = (u32, &Work)> {
        self.works.iter()
    }

    /// Memory that a clone takes by itself, in bytes, about.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        // A record, its bucket, its places in the lists and its two slots' notes.
        self.table.len() * (size_of::<Line>() + 48)
    }

    /// Feeds everything that later behaviour depends on.
    pub fn feed(&self, digest: &mut Digest) {
        for (at, line) in self.table.iter() {
            digest.word(u64::from(at));
            self.feed_line(line, digest);
        }
        for (at, mirror) in self.queue.iter() {
            digest.word(u64::from(at) << 32 | u64::from(mirror.0));
        }
        self.clean.feed(digest);
        self.memory.feed(digest);
        for ticket in &self.slot_queue {
            digest.word(u64::from(ticket.index) << 32 | u64::from(ticket.use_count));
        }
        for (at, request) in self.requests.iter() {
            digest.word(u64::from(at) << 32 | u64::from(request.next));
            digest.word(request.key.bits());
            digest.word(request.map.0);
            digest.word(
                u64::from(request.waits) << 2
                    | u64::from(request.wants_slot) << 1
                    | u64::from(request.through),
            );
        }
        for (at, work) in self.works.iter() {
            digest.word(u64::from(at) << 8 | u64::from(work.pending));
            digest.word(work.key.bits());
        }
        for count in
            [self.flushing, self.slots_returning, self.tick, self.last_request_tick, self.asks, self.foreign]
        {
            digest.word(u64::from(count));
        }
        digest.word(self.clock);
        digest.word(u64::from(self.draining) << 1 | u64::from(self.tick_armed));
    }

    fn feed_line(&self, line: &Line, digest: &mut Digest) {
        digest.word(line.key.bits());
        digest.bytes(line.state.map_or("-", LineState::code).as_bytes());
        let step = match line.state {
            Some(LineState::OF(step) | LineState::OW(step)) => step as u64,
            _ => 0,
        };
        digest.word(step);
        digest.word(u64::from(line.cid.slot.0) << 32 | u64::from(line.cid.generation));
        for number in [line.seq, line.valid.0, line.dirty.0, line.used] {
            digest.word(number);
        }
        for slot in [line.loc, line.peer_slot, line.fresh] {
            digest.word(slot.map_or(u64::MAX, |slot| u64::from(slot.0)));
        }
        for ticket in [line.ask, line.asked] {
            digest.word(
                ticket.map_or(u64::MAX, |ticket| u64::from(ticket.index) << 32 | u64::from(ticket.use_count)),
            );
        }
        digest.word(u64::from(line.op) << 32 | u64::from(line.dirty_since));
        digest.word(u64::from(line.writes.head) << 32 | u64::from(line.reads.head));
        digest.word(u64::from(line.stub) | u64::from(line.granted) << 1 | u64::from(line.dropping) << 2);
        if let Some(slot) = line.loc {
            for block in line.valid.iter() {
                digest.word(self.memory.word(slot, block));
            }
        }
    }
}
