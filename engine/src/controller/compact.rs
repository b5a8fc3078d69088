//! A controller as bytes, and back: see [`crate::compact`].

mod pieces;

pub(crate) use pieces::{code_inputs, code_session, code_timer};

use super::line::{Line, Waiting};
use super::{Asker, CleanLines, Controller, Request, Work};
use crate::buffer::Buffers;
use crate::compact::Coder;
use crate::fact::IoKind;
use crate::ids::{BlockMap, ControllerId, LineKey, Slot, Ticket};
use crate::slab::NONE;
use crate::state::LineState;

impl CleanLines {
    fn clear(&mut self) {
        self.mirrored.clear();
        self.single.clear();
        self.room_mirrored.clear();
        self.room_single.clear();
    }
}

impl Controller {
    /// Numbers the requests of hosts in the order of their operations, and notes what else tickets may name. The
    /// requests that the peer has sent come when the peer's own have their numbers.
    pub(crate) fn name_own(&self, c: &mut Coder) {
        let at = self.id.index();
        c.boots[at] = self.standing.boot;
        c.looks[at] = self.standing.looking.then_some(self.standing.looks);
        c.asks[at].clear();
        for (_, line) in self.table.iter() {
            if let Some(ask) = line.ask {
                c.asks[at].push((line.key, ask.use_count));
            }
        }
        let Coder { requests, under, .. } = c;
        let names = &mut requests[at];
        names.clear();
        for (index, request) in self.requests.iter() {
            if matches!(request.from, Asker::Host { .. }) {
                names.push(index, self.requests.ticket(index).use_count);
            }
        }
        names.sort_by_key(0, |index| {
            let request = &self.requests[index];
            (under.request(request.op()), under.key(request.key))
        });
    }

    pub(crate) fn name_rest(&self, c: &mut Coder) {
        let at = self.id.index();
        let mut names = std::mem::take(&mut c.requests[at]);
        let first = names.len();
        for (index, request) in self.requests.iter() {
            if !matches!(request.from, Asker::Host { .. }) {
                names.push(index, self.requests.ticket(index).use_count);
            }
        }
        let peers = &c.requests[self.id.peer().index()];
        names.sort_by_key(first, |index| {
            let request = &self.requests[index];
            let asker = match request.from {
                Asker::Peer(ticket) => peers.of_ticket(ticket),
                Asker::Host { .. } | Asker::Nobody => None,
            };
            let key = request.key;
            (asker.is_none(), asker, c.under.key(key), c.under.map(key, request.map))
        });
        let Coder { works, under, .. } = c;
        let works = &mut works[at];
        works.clear();
        for (index, _) in self.works.iter() {
            works.push(index, self.works.ticket(index).use_count);
        }
        works.sort_by_key(0, |index| {
            let work = &self.works[index];
            let (kind, request) = work.kind();
            (under.key(work.key), kind, request.and_then(|request| names.of_index(request)))
        });
        c.requests[at] = names;
    }

    /// Everything but what is on its way to it.
    pub(crate) fn code(&mut self, buffers: &mut Buffers, c: &mut Coder) {
        if c.reading {
            self.recycle(buffers);
        }
        self.standing.code(c);
        self.memory.code(c);
        self.code_requests(buffers, c);
        self.code_works(buffers, c);
        self.code_lines(c);
        self.code_ages(c);
        self.code_rest(c);
    }

    fn recycle(&mut self, buffers: &mut Buffers) {
        for request in self.requests.drain() {
            buffers.give(request.bytes);
        }
        for work in self.works.drain() {
            work.recycle(buffers);
        }
        for input in self.held.drain(..) {
            input.recycle(buffers);
        }
        self.table.clear();
        self.queue.clear();
        self.clean.clear();
        self.slot_queue.clear();
    }

    fn code_requests(&mut self, buffers: &mut Buffers, c: &mut Coder) {
        let at = self.id;
        let names = std::mem::take(&mut c.requests[at.index()]);
        let count = c.count(names.len());
        for n in 0..count {
            if c.reading {
                let (ticket, key) = (Ticket { index: 0, use_count: 0 }, LineKey::default());
                let bytes = buffers.take_zeroed();
                let mut request =
                    Request::new(Asker::Peer(ticket), IoKind::Read, key, BlockMap::EMPTY, bytes);
                request.code(at, c);
                self.requests.insert(request);
            } else {
                self.requests[names.index(n)].code(at, c);
            }
        }
        c.requests[at.index()] = names;
        let count = c.count(self.slot_queue.len());
        self.slot_queue.resize(count, Ticket { index: 0, use_count: 0 });
        for ticket in &mut self.slot_queue {
            c.ticket(at, false, ticket);
        }
    }

    fn code_works(&mut self, buffers: &mut Buffers, c: &mut Coder) {
        let at = self.id;
        let names = std::mem::take(&mut c.works[at.index()]);
        let count = c.count(names.len());
        for n in 0..count {
            if c.reading {
                let mut work = Work::blank();
                work.code(at, &self.shape, buffers, c);
                self.works.insert(work);
            } else {
                let work = &mut self.works[names.index(n)];
                work.code(at, &self.shape, buffers, c);
            }
        }
        c.works[at.index()] = names;
    }

    /// The lines' records in the order of their keys. What follows from them is not written.
    fn code_lines(&mut self, c: &mut Coder) {
        let mut keys = std::mem::take(&mut c.keys);
        keys.clear();
        keys.extend(self.table.iter().map(|(at, line)| (line.key, at)));
        keys.sort_unstable_by_key(|(key, at)| (c.under.key(*key), *at));
        let count = c.count(keys.len());
        keys.resize(count, (LineKey::default(), 0));
        if c.reading {
            self.counts.fill(0);
            self.unsettled.fill(0);
        }
        for n in 0..count {
            let (mut key, mut at) = keys[n];
            c.key(&mut key);
            if c.reading {
                at = self.table.insert(Line::new(key, self.id));
                keys[n] = (key, at);
            }
            let mut rank = if c.reading { 0 } else { self.rank(self.table[at].used, &keys) };
            c.number(&mut rank);
            // Age counts, as far as it matters, in lines that are to be written back.
            let since = self.table[at].dirty_since;
            let mut age = self.tick.wrapping_sub(since).min(self.shape.flush.age_ticks);
            if !self.queue.contains(at) {
                age = 0;
            }
            c.number32(&mut age);
            let line = &mut self.table[at];
            line.code(self.id, c);
            if let Some(slot) = line.loc {
                self.memory.code_slot(slot, line.valid, c);
            }
            if c.reading {
                line.used = rank;
                line.dirty_since = TICK - age;
                if let Some(slot) = line.loc {
                    self.memory.hold(slot, Some(at));
                }
                let unsettled = &mut self.unsettled[usize::from(key.lun().0)];
                *unsettled += u32::from(line.locks);
                if let Some(state) = line.state {
                    self.counts[state.number()] += 1;
                    *unsettled += u32::from(state.holds_rehome_back());
                }
            }
        }
        let mut clock = if c.reading { 0 } else { self.rank(self.clock, &keys) };
        c.number(&mut clock);
        if c.reading {
            self.clock = clock;
        }
        for (_, at) in &keys {
            let Line { mut writes, mut reads, .. } = self.table[*at];
            self.code_waiting(&mut writes, c);
            self.code_waiting(&mut reads, c);
            let line = &mut self.table[*at];
            (line.writes, line.reads) = (writes, reads);
        }
        c.keys = keys;
    }

    /// When lines were last used matters only in comparison, and not at all where there is but one. 0 is before all.
    fn rank(&self, used: u64, keys: &[(LineKey, u32)]) -> u64 {
        if used == 0 || self.shape.stripes == 1 {
            return 0;
        }
        let uses = keys.iter().map(|(_, at)| self.table[*at].used);
        let earlier = |(n, other): &(usize, u64)| {
            let twice = keys[..*n].iter().any(|(_, at)| self.table[*at].used == *other);
            *other > 0 && *other < used && !twice
        };
        1 + uses.enumerate().filter(earlier).count() as u64
    }

    /// Requests that wait at a line, in order.
    fn code_waiting(&mut self, list: &mut Waiting, c: &mut Coder) {
        let after = |request: u32, requests: &crate::slab::Slab<Request>| match request {
            NONE => NONE,
            request => requests[request].next,
        };
        let (mut next, mut count) = (list.head, 0);
        while !c.reading && next != NONE {
            count += 1;
            next = after(next, &self.requests);
        }
        let count = c.count(count);
        let mut request = list.head;
        if c.reading {
            *list = Waiting::EMPTY;
        }
        for _ in 0..count {
            c.request(self.id, &mut request);
            if c.reading {
                self.append(list, request);
            } else {
                request = after(request, &self.requests);
            }
        }
    }

    /// The write-back queue and the clean lines, oldest first.
    fn code_ages(&mut self, c: &mut Coder) {
        let mut dirty = std::mem::take(&mut c.keys);
        dirty.clear();
        dirty.extend(self.queue.iter().map(|(at, mirror)| (self.table[at].key, mirror.0)));
        let count = c.count(dirty.len());
        dirty.resize(count, (LineKey::default(), 0));
        for (key, mirror) in &mut dirty {
            c.key(key);
            c.number32(mirror);
            if c.reading {
                let at = self.table.find(*key).expect("a dirty line has a record");
                self.queue.enqueue(at, Slot(*mirror));
            }
        }
        let mut clean = dirty;
        clean.clear();
        let all = self.clean.mirrored.iter().chain(self.clean.single.iter());
        clean.extend(all.map(|at| (self.table[at].key, at)));
        let count = c.count(clean.len());
        clean.resize(count, (LineKey::default(), 0));
        for (key, _) in &mut clean {
            c.key(key);
            if c.reading {
                let at = self.table.find(*key).expect("a clean line has a record");
                self.clean.insert(at, &self.table[at]);
            }
        }
        c.keys = clean;
    }

    fn code_rest(&mut self, c: &mut Coder) {
        c.number32(&mut self.flushing);
        c.number32(&mut self.slots_returning);
        c.number32(&mut self.foreign);
        c.flags([&mut self.draining, &mut self.tick_armed]);
        // Idleness counts up to what begins a flush.
        let mut idle = self.tick.wrapping_sub(self.last_request_tick).min(self.shape.flush.idle_ticks);
        c.number32(&mut idle);
        if c.reading {
            self.tick = TICK;
            self.last_request_tick = TICK - idle;
            self.asks = 1;
        }
        for n in 0..self.homes.len() {
            let lun = c.lun_before(n);
            c.controller(&mut self.homes[lun]);
        }
        pieces::code_keys(&mut self.suspects, c);
        if self.shape.flush.overlap {
            self.overlapped.code(c);
        }
        if self.shape.geometry.lines_per_stripe > 1 {
            pieces::code_keys(&mut self.held_back, c);
        }
        self.patrol.code(c);
        self.join.code(c);
    }

    /// What it holds back while it holds still.
    pub(crate) fn code_held(&mut self, buffers: &mut Buffers, c: &mut Coder) {
        let (at, geometry) = (self.id, self.shape.geometry);
        code_inputs(&mut self.held, at, geometry, buffers, c);
        for n in 0..self.held.len() {
            if let Some(landed) = self.held[n].landed() {
                self.code_landed(landed, c);
            }
        }
    }

    /// Blocks that DATA has brought, and that no record speaks of yet.
    pub(crate) fn code_landed(&mut self, (key, slot, map): (LineKey, Slot, BlockMap), c: &mut Coder) {
        c.of_line(key);
        self.memory.code_slot(slot, map, c);
    }

    /// Whether anything may come of the end of a timer's run.
    pub(crate) fn heeds(&self, timer: super::Timer) -> bool {
        match timer {
            super::Timer::SlotWait { ticket, wait } => self
                .requests
                .redeem(ticket)
                .is_some_and(|at| self.requests[at].wants_slot && self.requests[at].waits == wait),
            _ => true,
        }
    }
}

/// Where the count of ticks stands in a world that has been read.
const TICK: u32 = 1 << 16;

impl Line {
    fn code(&mut self, at: ControllerId, c: &mut Coder) {
        let mut state = self.state.map_or(u8::MAX, |state| state.step_number() as u8);
        c.byte(&mut state);
        self.state = LineState::of_step_number(usize::from(state));
        crate::message::code_cid(&mut self.cid, c);
        c.number(&mut self.seq);
        c.map(&mut self.valid);
        c.map(&mut self.dirty);
        for slot in [&mut self.loc, &mut self.peer_slot, &mut self.fresh] {
            c.maybe_slot(slot);
        }
        c.flags([&mut self.stub, &mut self.granted, &mut self.dropping, &mut self.destaged]);
        c.request(at, &mut self.op);
        let mut asks = self.ask.is_some();
        c.flag(&mut asks);
        if c.reading {
            self.ask = asks.then_some(crate::compact::CURRENT);
        }
        let (key, blank) = (self.key, Ticket { index: 0, use_count: 0 });
        c.option(&mut self.asked, blank, |c, ticket| c.asked(at.peer(), key, ticket));
        c.number16(&mut self.locks);
    }
}

impl Request {
    fn code(&mut self, at: ControllerId, c: &mut Coder) {
        let mut kind = match self.from {
            Asker::Host { .. } => 0,
            Asker::Peer(_) => 1,
            Asker::Nobody => 2,
        };
        c.byte(&mut kind);
        if c.reading {
            self.from = match kind {
                0 => Asker::Host { op: 0, part: 0 },
                1 => Asker::Peer(Ticket { index: 0, use_count: 0 }),
                _ => Asker::Nobody,
            };
        }
        match &mut self.from {
            Asker::Host { op, part } => {
                c.request_number(op);
                c.operation(part);
            }
            Asker::Peer(ticket) => c.ticket(at.peer(), false, ticket),
            Asker::Nobody => {}
        }
        c.key(&mut self.key);
        c.map(&mut self.map);
        let mut writes = self.io == IoKind::Write;
        c.flags([
            &mut writes,
            &mut self.from_peer,
            &mut self.failed,
            &mut self.read_again,
            &mut self.wants_slot,
            &mut self.through,
        ]);
        self.io = if writes { IoKind::Write } else { IoKind::Read };
        c.map(&mut self.from_disk);
        c.line(self.map, &mut self.bytes);
        if c.reading {
            self.waits = u32::from(self.wants_slot);
        }
    }
}
