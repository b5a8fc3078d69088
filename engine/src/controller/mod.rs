//! One controller, sans-I/O: [`Controller::handle`] takes an [`Input`] and puts [`Output`]s into an [`Outbox`].
//! It sees neither the simulator, nor the other controller's memory, nor time.
//!
//! One file per conversation of the protocol: [`mod@write`], [`through`], [`read`], [`ownership`], [`flush`],
//! [`reuse`], and for a variant [`overlap`]; for failures [`heartbeat`], [`failover`], [`failback`], [`boot`], [`recover`], [`patrol`]; what they
//! work on is in [`mod@line`], [`table`], [`queue`], [`memory`], [`standing`].

pub mod boot;
pub(crate) mod compact;
pub mod failback;
pub mod failover;
pub mod flush;
pub mod heartbeat;
pub mod line;
pub mod list;
pub mod memory;
pub mod mode;
pub mod outbox;
pub mod overlap;
pub mod ownership;
pub mod patrol;
pub mod queue;
pub mod read;
pub mod recover;
pub mod request;
pub mod reuse;
#[cfg(test)]
mod sabotage;
pub mod shape;
pub mod standing;
mod stray;
mod stripe_lock;
pub mod table;
#[cfg(test)]
mod tests;
pub mod through;
pub mod work;
pub mod write;

use crate::array::{DiskCommand, Record};
use crate::buffer::LineBuf;
use crate::bug::Bug;
use crate::config::Config;
use crate::digest::Digest;
use crate::fact::{Fact, Observer};
use crate::ids::{BlockMap, ControllerId, LineKey, Session, Slot, Ticket};
use crate::message::Message;
use crate::slab::{NONE, Slab};
use crate::state::LineState;
use line::Line;
use memory::Memory;
pub use mode::Mode;
pub use outbox::{Outbox, Output, Timer};
pub use patrol::Patrol;
use queue::WriteBackQueue;
pub use request::{Asker, HostRequest, Request};
use reuse::CleanLines;
pub use shape::Shape;
pub use standing::{Hello, Standing};
use std::collections::{BTreeSet, VecDeque};
use table::Table;
use work::Work;

/// What can happen to a controller.
#[derive(Clone, Debug)]
pub enum Input {
    /// A host's request for blocks of one line.
    Host(HostRequest),
    /// A message from the peer, other than DATA, which lands by itself ([`Controller::land`]).
    Message(Session, Message),
    /// A disk command of this controller has been carried out.
    Disk(DiskCommand),
    /// A timer that it armed has run off.
    Timer(Timer),
    /// Power has come, and this is the how-manieth start of any controller.
    Boot {
        boot: u32,
    },
    /// The record, as it was asked for, and the number of the question.
    Record {
        look: u32,
        record: Record,
    },
    /// The answer to a compare-and-swap: whether it was done, and what stands there now.
    Swapped {
        won: bool,
        record: Record,
    },
    /// The fence that it asked for is confirmed.
    FenceDone,
    /// It was fenced itself.
    Fenced,
    /// The link brings nothing any more, or does again.
    LinkSignal {
        up: bool,
    },
    /// Whether the peer still writes its mailbox.
    Mailbox {
        peer_alive: bool,
    },
    Battery {
        good: bool,
    },
    /// A disk has come that must be rebuilt, or somebody asks for a scrub: every stripe is looked at.
    StartPatrol {
        rebuild: bool,
    },
    /// No disk is being rebuilt any more: it is done, or the disk is gone again.
    NothingToRebuild,
    /// Something was broken or mended: a good time to look whether the peer lives.
    Wake,
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
    /// For each LUN who owns lines that nobody has an entry for.
    homes: Vec<ControllerId>,
    standing: Standing,
    /// What came while the controller held still (Frozen, Won), in order.
    held: VecDeque<Input>,
    /// Entries in each state, by [`LineState::number`].
    counts: [u32; LineState::COUNT],
    /// For each LUN lines in OP, OR, OW or OX, and locked ones: REHOME waits for them (R11).
    unsettled: Vec<u32>,
    /// Stripes whose parity may be wrong.
    suspects: BTreeSet<LineKey>,
    /// Flushes that writes may overlap.
    overlapped: overlap::Flushes,
    /// The peer's lines whose FN_ACK waits until another line of their stripe has been written here.
    held_back: BTreeSet<LineKey>,
    patrol: Patrol,
    join: failback::Join,
    /// Messages were tampered with.
    tampered: bool,
}

impl Controller {
    #[must_use]
    pub fn new(id: ControllerId, config: &Config) -> Controller {
        Controller {
            id,
            homes: config.luns.iter().map(|lun| lun.default_owner).collect(),
            standing: Standing::new(),
            held: VecDeque::new(),
            counts: [0; LineState::COUNT],
            unsettled: vec![0; config.luns.len()],
            suspects: BTreeSet::new(),
            overlapped: overlap::Flushes::default(),
            held_back: BTreeSet::new(),
            patrol: Patrol::default(),
            join: failback::Join::default(),
            tampered: false,
            shape: Shape::new(config),
            memory: Memory::new(config),
            table: Table::default(),
            queue: WriteBackQueue::default(),
            clean: CleanLines::new(config.lines),
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
        match self.standing.mode {
            Mode::Frozen | Mode::Won => self.handle_held_still(input, out),
            Mode::Down => {
                if let Input::Boot { boot } = input {
                    self.boots(boot, out);
                } else {
                    discard(input, out);
                }
            }
            Mode::Refused => self.handle_refusing(input, out),
            Mode::Halted => discard(input, out),
            _ => self.handle_awake(input, out),
        }
    }

    fn handle_awake<O: Observer>(&mut self, input: Input, out: &mut Outbox<'_, O>) {
        match input {
            Input::Host(request) => self.host_request(request, out),
            Input::Disk(command) => self.disk_done(command, out),
            Input::Timer(Timer::Flush) => self.flush_tick(out),
            Input::Timer(Timer::SlotWait { ticket, wait }) => self.slot_wait_over(ticket, wait, out),
            Input::Timer(Timer::Heartbeat) => self.beat(out),
            Input::Timer(Timer::BootWait { wait }) => self.boot_wait_over(wait, out),
            Input::Timer(Timer::Patrol) => self.patrol_again(out),
            Input::Message(session, message) => self.message(session, message, out),
            Input::Boot { .. } => debug_assert!(false, "only what is down starts"),
            Input::Record { look, record } => self.record_seen(look, record, out),
            Input::Swapped { won, record } => self.swapped(won, record, out),
            Input::FenceDone => debug_assert!(false, "a fence is awaited in WON only"),
            Input::Fenced => self.fenced(out),
            Input::LinkSignal { up } => self.link_signal(up, out),
            Input::Mailbox { peer_alive } => self.mailbox(peer_alive, out),
            Input::Battery { good } => self.battery(good, out),
            Input::StartPatrol { rebuild } => self.start_patrol(rebuild, out),
            Input::NothingToRebuild => self.patrol.rebuild = false,
            Input::Wake => self.wake(out),
        }
        self.keep_house(out);
    }

    /// After every input: slots go to those who wait for them, clean lines are given up while slots are short,
    /// flushes begin as the policy says, patrols and a failback go on. Each part ends at once when there is nothing
    /// to do.
    fn keep_house<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        match self.standing.mode {
            Mode::Dual => {
                self.serve_slot_queue(out);
                self.reclaim(out);
                self.flush_as_policy_says(out);
                self.rehome(out);
            }
            Mode::Solo | Mode::SoloJoin | Mode::Recover => {
                self.flush_alone(out);
                self.walk(out);
                self.mend_suspects(out);
                self.settle_record(out);
            }
            _ => return self.arm_heartbeat(out),
        }
        self.go_on_patrol(out);
        self.arm_heartbeat(out);
    }

    fn message<O: Observer>(&mut self, session: Session, message: Message, out: &mut Outbox<'_, O>) {
        match message {
            Message::Hello { label, seen, nonce } => return self.hello(Hello { label, seen, nonce }, out),
            Message::Join { nonce } => return self.joined(session, nonce, out),
            Message::Recall { nonce } => return self.recalled(session, nonce, out),
            _ if !self.standing.takes(session) => {
                let (at, kind, key) = (self.id, message.kind(), message.key());
                out.fact(|| Fact::Dropped { at, message: kind, key });
                return discard(Input::Message(session, message), out);
            }
            _ => {
                self.standing.silent = 0;
                self.standing.wants_word = false;
                self.join.heard = true;
            }
        }
        debug_assert!(
            self.is_broken() || self.can_follow(&message),
            "a correct link brings what can be followed"
        );
        if self.tampered && !self.can_follow(&message) {
            let (at, kind, key) = (self.id, message.kind(), message.key());
            out.fact(|| Fact::Stray { at, message: kind, key });
            return discard(Input::Message(session, message), out);
        }
        match message {
            Message::Data { .. } => debug_assert!(false, "DATA lands by itself"),
            Message::Meta { key, cid, slot, seq, wmap } => self.meta(key, cid, slot, seq, wmap, out),
            Message::MetaAck { key, seq } => self.meta_ack(key, seq, out),
            Message::ReqOwn { key, ticket } => self.req_own(key, ticket, out),
            Message::Grant { key, grant } => self.grant(key, grant, out),
            Message::Nack { key, ticket } => self.nack(key, ticket, out),
            Message::ReadFwd { key, map, ticket } => self.read_fwd(key, map, ticket, out),
            Message::ReadRsp { map, ticket, bytes, failed, .. } => {
                self.read_rsp(map, ticket, bytes, failed, out);
            }
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
            Message::Heartbeat { battery_good, asks, .. } => self.heartbeat_heard(battery_good, asks, out),
            Message::ResyncDone { free } => self.resync_done(&free, out),
            Message::Rehome { lun } => self.rehomed(lun, out),
            Message::Image { key, seq, dirty, bytes } => {
                self.image(key, seq, dirty, bytes, out);
            }
            Message::ImagesEnd => self.images_end(out),
            Message::Close { epoch } => self.close(epoch, out),
            Message::CloseAck => self.close_ack(out),
            Message::RehomeAck { .. } => {}
            Message::Hello { .. } | Message::Join { .. } | Message::Recall { .. } => {}
        }
    }

    /// DATA lands: a one-sided copy into this controller's memory, which it does not notice.
    pub fn land(&mut self, slot: Slot, map: BlockMap, bytes: &LineBuf) {
        debug_assert!(
            self.memory.held(slot).is_none() || self.is_broken(),
            "DATA never lands in a slot that is in use"
        );
        self.memory.write(slot, map, bytes);
    }

    /// Whether DATA of a session may land in this memory.
    #[must_use]
    pub fn accepts(&self, session: Session) -> bool {
        let open = matches!(self.standing.mode, Mode::Dual | Mode::Frozen | Mode::Won | Mode::Joining);
        open && self.standing.takes(session)
    }

    /// DATA was not let in. The META behind it must not be taken either, even if the session is open by the time that
    /// this controller comes to handle it (M13).
    pub fn turned_away(&mut self, session: Session) {
        self.standing.torn = Some(session);
    }

    /// Whether this controller owns a line (protocol §1): alone it owns all; else the entry says so, else the LUN's
    /// default owner does.
    #[must_use]
    pub fn owns(&self, key: LineKey) -> bool {
        self.owns_in(key, self.table.find(key).and_then(|at| self.table[at].state))
    }

    fn owns_at(&self, at: u32) -> bool {
        let line = &self.table[at];
        self.owns_in(line.key, line.state)
    }

    fn owns_in(&self, key: LineKey, state: Option<LineState>) -> bool {
        match state {
            _ if self.standing.mode.is_alone() => true,
            None | Some(LineState::OR) => self.default_owner(key) == self.id,
            Some(state) => state.is_owner(),
        }
    }

    /// Who owns a line that nobody has an entry for, as far as this controller knows.
    #[must_use]
    pub fn default_owner(&self, key: LineKey) -> ControllerId {
        self.homes[usize::from(key.lun().0)]
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
        if to.is_none() {
            // Without an entry the line is as if it had never been here, whoever waits at its record.
            line.seq = 0;
        }
        if from != to {
            let unsettled = &mut self.unsettled[usize::from(key.lun().0)];
            if let Some(from) = from {
                self.counts[from.number()] -= 1;
                *unsettled -= u32::from(from.holds_rehome_back());
            }
            if let Some(to) = to {
                self.counts[to.number()] += 1;
                *unsettled += u32::from(to.holds_rehome_back());
            }
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
                | Some(LineState::SC | LineState::SD)
        );
        let serves = self.standing.mode.serves();
        if self.has(Bug::GrantDuringFlush)
            && let (Some(LineState::OF(_)), Some(ticket)) = (line.state, line.asked)
        {
            return self.answer_req_own(at, ticket, out);
        }
        if !stable || line.op != NONE || line.locks > 0 || line.fresh.is_some() || !serves {
            if self.may_write_in_flush(at) {
                self.begin_write(at, out);
            }
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
            // The replacement holds a stub for it, which must be known at the switch.
            Some(LineState::SC) if line.stub => {}
            Some(LineState::SC) if line.loc.is_none() => {
                self.set_state(at, None, out);
                self.rest(at, out);
            }
            Some(LineState::OK | LineState::OC | LineState::SC) => {
                self.clean.insert(at, &self.table[at]);
            }
            _ => {}
        }
    }

    /// Whether the line sits in a slot that is home to the peer.
    fn is_foreign(&self, at: u32) -> bool {
        self.table[at].loc.is_some_and(|slot| !self.memory.is_local(slot))
    }

    /// A line leaves a slot that is home to the peer. Where a rule is broken more may do so than came into one.
    fn count_foreign_out(&mut self) {
        debug_assert!(self.foreign > 0 || self.is_broken(), "each was counted when it came to be one");
        self.foreign = self.foreign.saturating_sub(1);
    }

    #[must_use]
    pub fn id(&self) -> ControllerId {
        self.id
    }

    #[must_use]
    pub fn mode(&self) -> Mode {
        self.standing.mode
    }

    /// Mode, epoch, session and what is known of the peer.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    #[must_use]
    pub fn session(&self) -> Session {
        self.standing.session
    }

    /// How many entries are in a state, whatever its step.
    #[must_use]
    pub fn count(&self, state: LineState) -> u32 {
        self.counts[state.number()]
    }

    #[must_use]
    pub fn patrol(&self) -> &Patrol {
        &self.patrol
    }

    /// The failback under way: what the walker has left.
    #[must_use]
    pub fn join(&self) -> &failback::Join {
        &self.join
    }

    /// What came while the controller held still.
    pub fn held(&self) -> impl Iterator<Item = &Input> {
        self.held.iter()
    }

    /// The power goes. The memory stays when the battery is good.
    pub(crate) fn power_off(&mut self, config: &Config, keep_memory: bool) {
        let (standing, tampered) = (self.standing, self.tampered);
        if !keep_memory {
            *self = Controller::new(self.id, config);
            self.tampered = tampered;
            self.standing = Standing { label: None, session: Session::default(), ..Standing::new() };
        }
        self.standing.mode = Mode::Down;
        self.standing.boot = standing.boot;
        self.standing.battery_good = standing.battery_good;
        self.held.clear();
    }

    /// Whether the protocol is broken on purpose, here or on the link: what it promises need not hold then.
    fn is_broken(&self) -> bool {
        self.shape.bug.is_some() || self.tampered
    }

    /// From here on messages may come that no correct link brings.
    pub(crate) fn expect_anything(&mut self) {
        self.tampered = true;
    }

    /// Whether a bug is planted here.
    fn has(&self, bug: Bug) -> bool {
        self.shape.bug == Some(bug)
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
        (line.op != NONE).then(|| &self.requests[line.op])
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

    /// Feeds a summary of what later behaviour depends on, for the world's digest.
    pub fn feed(&self, digest: &mut Digest) {
        for (at, line) in self.table.iter() {
            digest.word(u64::from(at));
            self.feed_line(line, digest);
        }
        for (at, mirror) in self.queue.iter() {
            digest.pair(at, mirror.0);
        }
        self.clean.feed(digest);
        self.memory.feed(digest);
        for ticket in &self.slot_queue {
            digest.pair(ticket.index, ticket.use_count);
        }
        for (at, request) in self.requests.iter() {
            digest.pair(at, request.next);
            digest.word(request.key.bits());
            digest.word(request.map.0);
            digest.flags(request.waits, &[request.wants_slot, request.through]);
        }
        for (at, work) in self.works.iter() {
            digest.pair(at, u32::from(work.pending));
            digest.word(work.key.bits());
        }
        for count in
            [self.flushing, self.slots_returning, self.tick, self.last_request_tick, self.asks, self.foreign]
        {
            digest.word(u64::from(count));
        }
        digest.word(self.clock);
        self.standing.feed(digest);
        self.patrol.feed(digest);
        digest.word(self.held.len() as u64);
        for key in &self.suspects {
            digest.word(key.bits());
        }
        for (key, flush) in self.overlapped.iter() {
            for word in [key.bits(), flush.seq, flush.newer.0] {
                digest.word(word);
            }
        }
        for key in &self.held_back {
            digest.word(key.bits());
        }
        for home in &self.homes {
            digest.word(home.index() as u64);
        }
        digest.flags(0, &[self.draining, self.tick_armed]);
    }

    fn feed_line(&self, line: &Line, digest: &mut Digest) {
        digest.word(line.key.bits());
        digest.bytes(line.state.map_or("-", LineState::code).as_bytes());
        let step = match line.state {
            Some(LineState::OF(step) | LineState::OW(step)) => step as u64,
            Some(LineState::SF(step) | LineState::SW(step)) => step as u64,
            _ => 0,
        };
        digest.word(u64::from(line.locks));
        digest.word(step);
        digest.pair(line.cid.slot.0, line.cid.generation);
        for number in [line.seq, line.valid.0, line.dirty.0, line.used] {
            digest.word(number);
        }
        for slot in [line.loc, line.peer_slot, line.fresh] {
            digest.word(slot.map_or(u64::MAX, |slot| u64::from(slot.0)));
        }
        for ticket in [line.ask, line.asked] {
            let ticket = ticket.unwrap_or(Ticket { index: NONE, use_count: u32::MAX });
            digest.pair(ticket.index, ticket.use_count);
        }
        digest.pair(line.op, line.dirty_since);
        digest.pair(line.writes.head, line.reads.head);
        digest.flags(0, &[line.dropping, line.granted, line.stub]);
        if let Some(slot) = line.loc {
            for block in line.valid.iter() {
                digest.word(self.memory.word(slot, block));
            }
        }
    }
}

/// An input that nobody takes: its buffer goes back.
fn discard<O: Observer>(input: Input, out: &mut Outbox<'_, O>) {
    match input {
        Input::Host(request) => out.buffers.give(request.bytes),
        Input::Disk(command) => out.buffers.give(command.bytes),
        Input::Message(
            _,
            Message::Data { bytes, .. } | Message::ReadRsp { bytes, .. } | Message::Image { bytes, .. },
        ) => {
            out.buffers.give(bytes);
        }
        _ => {}
    }
}
