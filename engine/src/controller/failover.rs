//! Failover: the peer is suspected, the record decides, the loser is fenced, the winner takes over every line
//! (protocol §5; claims 13 and 27).
//!
//! Freeze: what comes is held back, in order. Arbitrate: compare-and-swap of the record, then the fence. Drain: the
//! peer's last messages are handled, nothing is sent. Convert: every line is owned here, mirrors become lines, no
//! data moves. Then serve at once, writing through.

use super::line::Waiting;
use super::work::Purpose;
use super::{Asker, Controller, Input, Mode, Outbox, Output, Timer};
use crate::array::{Record, RecordMode};
use crate::bug::Bug;
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::{BlockMap, Cid, LineKey, Slot, Ticket};
use crate::message::Message;
use crate::slab::NONE;
use crate::state::{FlushStep, LineState};

impl Controller {
    /// Step 1: hold still, and ask the record for the right to serve alone.
    pub(super) fn suspect<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let expected = self.standing.record;
        self.ask_to_serve_alone(expected, out);
    }

    /// Asks for the record. The claim is noted before: power may fail before the answer is here.
    pub(super) fn ask_to_serve_alone<O: Observer>(&mut self, expected: Record, out: &mut Outbox<'_, O>) {
        self.set_mode(Mode::Frozen, out);
        self.swap(expected, Record::solo(expected.epoch + 1, self.id, true), out);
    }

    pub(super) fn swap<O: Observer>(&mut self, expected: Record, new: Record, out: &mut Outbox<'_, O>) {
        debug_assert!(!self.standing.swapping, "one compare-and-swap at a time");
        self.standing.swapping = true;
        self.standing.claim = Some(new);
        self.standing.claim_is_empty = false;
        out.outputs.push(Output::Swap { expected, new });
    }

    /// While it holds still a controller takes the record's and the fence's answer, and keeps all else for later.
    pub(super) fn handle_held_still<O: Observer>(&mut self, input: Input, out: &mut Outbox<'_, O>) {
        match input {
            Input::Swapped { won, record } => self.swapped(won, record, out),
            Input::FenceDone if self.standing.mode == Mode::Won => self.take_over(out),
            Input::Fenced => self.fenced(out),
            Input::Message(_, Message::Hello { nonce, .. }) => self.standing.hello = Some(nonce),
            Input::Message(session, message) if !self.standing.takes(session) => {
                let (at, kind, key) = (self.id, message.kind(), message.key());
                out.fact(|| Fact::Dropped { at, message: kind, key });
                super::discard(Input::Message(session, message), out);
            }
            Input::LinkSignal { up } => self.note_link(up),
            Input::Mailbox { peer_alive } => self.standing.peer_writes_mailbox = peer_alive,
            Input::Timer(Timer::Heartbeat) => self.standing.beat_armed = false,
            Input::Wake => {}
            _ => self.held.push_back(input),
        }
    }

    /// The answer to a compare-and-swap.
    pub(super) fn swapped<O: Observer>(&mut self, won: bool, record: Record, out: &mut Outbox<'_, O>) {
        self.standing.swapping = false;
        let asked_for = self.standing.claim.take();
        self.standing.record = record;
        if !won {
            // Somebody else has it: this controller answers nothing and serves nothing any more.
            return self.halt(out);
        }
        debug_assert_eq!(asked_for, Some(record), "what was asked for stands there");
        self.standing.set_label(record);
        match self.standing.mode {
            Mode::Frozen => {
                self.set_mode(Mode::Won, out);
                if self.has(Bug::NoFence) {
                    return self.take_over(out);
                }
                out.outputs.push(Output::Fence);
            }
            Mode::SoloJoin if record.mode == RecordMode::Dual => self.switched(out),
            Mode::Recover => self.recovered(out),
            // Pinned or unpinned.
            _ => self.pump_all(out),
        }
    }

    /// Steps 2 and 3 are done: the peer is cut off. Its last messages, then every line, then all that was held back.
    fn take_over<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.set_mode(Mode::Drain, out);
        let mut held = std::mem::take(&mut self.held);
        out.muted = true;
        for input in &mut held {
            if matches!(input, Input::Message(..)) {
                let Input::Message(_, message) = std::mem::replace(input, Input::Wake) else { continue };
                self.drain(message, out);
            }
        }
        out.muted = false;
        self.close_session(out);
        self.convert(out);
        if std::mem::take(&mut self.standing.all_suspect) {
            self.suspect_everything();
        }
        self.begin_alone(out);
        for input in held {
            if !matches!(input, Input::Wake) {
                self.handle(input, out);
            }
        }
        self.keep_house(out);
    }

    /// Mode SOLO, and whoever waits goes on.
    pub(super) fn begin_alone<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.set_mode(Mode::Solo, out);
        let (at, dirty, suspect) = (self.id, self.queue.len(), self.suspects.len() as u32);
        out.fact(|| Fact::TookOver { at, dirty, suspect });
        self.reissue_reads(out);
        self.redo_writes_through(out);
        self.pump_all(out);
        self.arm_flush_timer(out);
        if let Some(nonce) = self.standing.hello.take() {
            self.begin_join(nonce, out);
        }
    }

    /// Step 3: one of the peer's last messages. Acknowledgements are ignored, since what they answer is done anew; but
    /// not REUSE_ACK: behind it the peer may have written the line that it had got.
    fn drain<O: Observer>(&mut self, message: Message, out: &mut Outbox<'_, O>) {
        match message {
            Message::Meta { key, cid, slot, seq, wmap } => self.meta(key, cid, slot, seq, wmap, out),
            Message::Grant { key, grant } => self.grant(key, grant, out),
            Message::FlushNotify { key, cid, seq, with_data } => {
                self.flush_notify(key, cid, seq, with_data, out)
            }
            Message::Consistent { key, cid, seq, map, drop, ret } => {
                self.consistent(key, (cid, seq), map, drop, ret, out);
            }
            Message::Reuse { key, ret } => self.reuse(key, ret, out),
            Message::ReuseAck { key } => self.reuse_ack(key, out),
            Message::ReadRsp { bytes, .. } => out.buffers.give(bytes),
            _ => {}
        }
    }

    /// Step 4: own everything. In a cold boot no work of this controller goes on, and every line found dirty or in
    /// work marks its stripe suspect (R5).
    pub(super) fn convert<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let cold = std::mem::take(&mut self.standing.cold);
        self.memory.mirror_free = super::memory::FreeList::none();
        self.slots_returning = 0;
        self.draining = false;
        self.slot_queue.clear();
        self.clean = super::CleanLines::new(self.shape.lines);
        self.held_back.clear();
        self.join = super::failback::Join::default();
        // What comes from disk now was read before this controller owned every line: the peer may have written since (M16).
        for (_, work) in self.works.iter_mut() {
            if let Purpose::Read { keep, .. } = &mut work.purpose {
                *keep = false;
            }
        }
        let all: Vec<u32> = self.table.iter().map(|(at, _)| at).collect();
        for at in &all {
            self.convert_line(*at, cold, out);
        }
        self.foreign = all.iter().filter(|at| self.is_foreign(**at)).count() as u32;
        self.flushing = self.count(LineState::SF(FlushStep::Disk));
    }

    fn convert_line<O: Observer>(&mut self, at: u32, cold: bool, out: &mut Outbox<'_, O>) {
        let line = &mut self.table[at];
        let (key, before) = (line.key, line.state);
        line.ask = None;
        line.asked = None;
        line.granted = false;
        line.dropping = false;
        line.stub = false;
        line.destaged = false;
        line.peer_slot = None;
        line.fresh = None;
        let unsettled = line.is_unsettled() && self.shape.bug != Some(Bug::TrustAfterPowerLoss);
        let suspect = (before == Some(LineState::MF)) || (cold && unsettled);
        if cold {
            // An earlier recovery by the other controller may have written what is newer than clean blocks here (M11).
            line.valid = line.dirty;
        }
        if matches!(before, Some(LineState::OP | LineState::OF(_))) && !cold {
            self.put_write_back(at);
        }
        if self.has(Bug::PromoteConsistent) && before == Some(LineState::MK) && !cold {
            let line = &mut self.table[at];
            line.dirty = line.valid;
        }
        if self.has(Bug::QueueWriteThrough) && matches!(before, Some(LineState::OW(_))) && !cold {
            self.give_up_works(key, out);
            self.put_write_back(at);
            self.mark_suspect(key, out);
        }
        let starts_over = self.flush_starts_over(at, cold, out);
        let line = &self.table[at];
        let (dirty, queued) = (!line.dirty.is_empty(), line.op == NONE);
        use FlushStep::{Confirm, Disk, Parity};
        let to = match before {
            Some(LineState::MF) if self.has(Bug::ForgetFlushedMirror) => LineState::SC,
            Some(LineState::MK) if self.has(Bug::PromoteConsistent) && dirty => LineState::SD,
            Some(LineState::OW(_)) if queued && !cold => LineState::SC,
            Some(LineState::OF(_)) if starts_over => LineState::SD,
            Some(LineState::OF(step @ (Disk | Parity))) if !cold => LineState::SF(step),
            Some(LineState::OF(Confirm)) if !cold => LineState::SC,
            Some(LineState::OW(step)) if !cold => {
                LineState::SW(if step == FlushStep::Notify { Disk } else { step })
            }
            Some(LineState::SF(step)) if !cold => LineState::SF(step),
            Some(LineState::SW(_) | LineState::OW(_)) => LineState::SC,
            _ if dirty => LineState::SD,
            _ => LineState::SC,
        };
        if suspect {
            self.mark_suspect(key, out);
        }
        match to {
            LineState::SD | LineState::SF(_) => {
                self.set_state(at, Some(to), out);
                let line = &mut self.table[at];
                line.dirty_since = self.tick;
                let slot = line.loc.expect("a dirty line has a slot");
                let generation = line.cid.generation.wrapping_add(1);
                line.cid = Cid { owner: self.id, slot, generation };
                self.queue.enqueue(at, Slot(NONE));
            }
            LineState::SW(_) => {
                self.queue.remove(at);
                self.set_state(at, Some(to), out);
            }
            _ => {
                self.queue.remove(at);
                self.forget_data(at, out);
                self.set_state(at, None, out);
            }
        }
    }

    /// The line holds no data any more; its slot is free.
    pub(super) fn forget_data<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &mut self.table[at];
        line.valid = BlockMap::EMPTY;
        line.dirty = BlockMap::EMPTY;
        if let Some(slot) = line.loc.take() {
            self.leave(slot, out);
        }
    }

    /// The write in progress waits again, before all others of its line.
    fn put_write_back(&mut self, at: u32) {
        let request = self.table[at].op;
        if request == NONE {
            return;
        }
        let line = &mut self.table[at];
        line.op = NONE;
        let behind = line.writes;
        let mut waiting = Waiting::EMPTY;
        self.append(&mut waiting, request);
        if !behind.is_empty() {
            self.requests[request].next = behind.head;
            waiting.tail = behind.tail;
        }
        self.table[at].writes = waiting;
    }

    /// A write-through of this controller's own was under way: its line stays locked until the write is on disk
    /// completely (R3).
    fn redo_writes_through<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let in_work = |line: &super::Line| matches!(line.state, Some(LineState::SW(_)));
        let all: Vec<u32> = self.table.iter().filter(|(_, line)| in_work(line)).map(|(at, _)| at).collect();
        for at in all {
            match self.table[at].state {
                Some(LineState::SW(FlushStep::Confirm)) => self.written_through(at, out),
                Some(LineState::SW(FlushStep::Disk)) if !self.writes_stripe(at) => {
                    self.write_through_to_disk(at, out);
                }
                _ => {}
            }
        }
    }

    /// All disk work of a line is given up; what has been issued may land all the same.
    pub(super) fn give_up_works<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        let works: Vec<u32> =
            self.works.iter().filter(|(_, work)| work.key == key).map(|(at, _)| at).collect();
        for work in works {
            self.works.remove(work).give_buffers(out);
        }
    }

    /// Whether a stripe write of this line is under way.
    fn writes_stripe(&self, at: u32) -> bool {
        let key = self.table[at].key;
        self.works.iter().any(|(_, work)| work.key == key && work.is_stripe_write())
    }

    /// Reads that were sent to the peer are done here; reads that the peer had sent are nobody's any more.
    fn reissue_reads<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let reads: Vec<u32> = self
            .requests
            .iter()
            .filter(|(_, request)| request.io == IoKind::Read)
            .map(|(at, _)| at)
            .collect();
        for read in reads {
            let request = &mut self.requests[read];
            if matches!(request.from, Asker::Peer(_)) {
                request.from = Asker::Nobody;
            }
            if std::mem::take(&mut request.from_peer) {
                self.route_read(read, out);
            }
        }
    }

    /// Every line takes its next step, if it can.
    pub(super) fn pump_all<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        // Writes that waited for a slot do so no longer: alone they are written through.
        let waiting: Vec<u32> =
            self.requests.iter().filter(|(_, request)| request.wants_slot).map(|(at, _)| at).collect();
        let mut queued: Vec<Ticket> = self.slot_queue.iter().copied().collect();
        queued.sort_unstable();
        for request in waiting {
            if queued.binary_search(&self.requests.ticket(request)).is_err() {
                self.requests[request].wants_slot = false;
            }
        }
        let all: Vec<(u32, LineKey)> = self.table.iter().map(|(at, line)| (at, line.key)).collect();
        for (at, key) in all {
            if self.table.find(key) == Some(at) {
                self.wake_reads(at, out);
            }
            if self.table.find(key) == Some(at) {
                self.pump(at, out);
            }
        }
    }

    pub(super) fn fenced<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        match self.standing.mode {
            Mode::Down => {}
            // It has nothing to be cut off from, but what it knows of the record, and what others have told it, is out
            // of date (M15).
            Mode::Boot => self.look_again(out),
            _ => self.halt(out),
        }
    }

    /// The record went to the other one: answer nothing, serve nothing, issue nothing.
    pub(super) fn halt<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.set_mode(Mode::Halted, out);
        self.close_session(out);
        self.abandon(out);
    }

    pub(super) fn refuse<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.set_mode(Mode::Refused, out);
        self.abandon(out);
    }

    /// Nothing that was under way will be answered.
    pub(super) fn abandon<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        for input in std::mem::take(&mut self.held) {
            super::discard(input, out);
        }
        self.forget_requests(out);
        let at = self.id;
        out.fact(|| Fact::Abandoned { at });
        out.outputs.push(Output::Abandon);
    }

    /// Drops all requests and all disk work; the lines keep their states.
    pub(super) fn forget_requests<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let requests: Vec<u32> = self.requests.iter().map(|(at, _)| at).collect();
        for request in requests {
            let bytes = self.requests.remove(request).bytes;
            out.buffers.give(bytes);
        }
        let works: Vec<u32> = self.works.iter().map(|(at, _)| at).collect();
        for work in works {
            self.works.remove(work).give_buffers(out);
        }
        self.slot_queue.clear();
        self.held_back.clear();
        self.patrol.running = 0;
        let all: Vec<u32> = self.table.iter().map(|(at, _)| at).collect();
        for at in all {
            self.unlock_all(at);
            let line = &mut self.table[at];
            line.op = NONE;
            line.writes = Waiting::EMPTY;
            line.reads = Waiting::EMPTY;
        }
    }

    /// Whether a stripe's parity may be wrong, as this controller knows it.
    #[must_use]
    pub fn is_suspect(&self, key: LineKey) -> bool {
        self.suspects.contains(&key.first_of_stripe())
            || (self.patrol.all_suspect && self.shape.array_stripe(key) >= self.patrol.cursor)
    }

    /// … or as it will know as soon as it goes on from what a power failure has left (R5).
    #[must_use]
    pub fn doubts(&self, key: LineKey) -> bool {
        let unsettled = |key| self.line(key).is_some_and(super::Line::is_unsettled);
        let lines = || self.shape.geometry.lines_beside(key);
        self.is_suspect(key) || (self.standing.cold && lines().any(unsettled))
    }

    /// Stripes whose parity may be wrong; how many are left of them.
    #[must_use]
    pub fn suspects_left(&self) -> u64 {
        let all = if self.patrol.all_suspect { self.shape.stripes - self.patrol.cursor } else { 0 };
        self.suspects.len() as u64 + all
    }

    pub(super) fn mark_suspect<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        let key = key.first_of_stripe();
        if self.suspects.insert(key) {
            let at = self.id;
            out.fact(|| Fact::Suspect { at, key });
        }
    }

    /// The stripe's parity has been computed from all its data.
    pub(super) fn trust<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        let key = key.first_of_stripe();
        if self.suspects.remove(&key) {
            let at = self.id;
            out.fact(|| Fact::Trusted { at, key });
        }
    }

    /// Alone, with nothing that is nowhere else: the record is unpinned, so that another may serve if this one dies
    /// (step 5). With solo write-back it is pinned before the first write is answered.
    pub(super) fn settle_record<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        match self.standing.mode {
            _ if self.standing.swapping => return,
            Mode::Recover => return self.close_recovery_when_ready(out),
            Mode::Solo => {}
            _ => return,
        }
        let record = self.standing.record;
        let holds = self.holds_alone();
        if record.pinned && !holds && !self.wants_pin() {
            self.swap(record, Record { pinned: false, ..record }, out);
        } else if !record.pinned && self.wants_pin() {
            self.swap(record, Record { pinned: true, ..record }, out);
        }
    }

    /// Whether this memory holds something that is nowhere else.
    pub(super) fn holds_alone(&self) -> bool {
        let busy = [LineState::SD, LineState::SF(FlushStep::Disk), LineState::SW(FlushStep::Disk)];
        busy.iter().any(|state| self.count(*state) > 0) || self.suspects_left() > 0
    }

    /// Solo write-back (UNSAFE, and labelled so): a write waits to be answered from this memory alone.
    fn wants_pin(&self) -> bool {
        self.shape.failover.solo_write_back
            && self.requests.iter().any(|(_, request)| request.io == IoKind::Write)
    }
}
