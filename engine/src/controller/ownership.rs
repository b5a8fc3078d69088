//! Ownership of a line: requested, granted, switched (protocol §4, rules 2 and 3; claims 7, 8, 10).

use super::{Controller, Outbox};
use crate::bug::Bug;
use crate::fact::{Fact, Observer};
use crate::ids::{BlockMap, Cid, LineKey, Ticket};
use crate::message::{Grant, Message};
use crate::slab::NONE;
use crate::state::LineState;

impl Controller {
    /// A write waits on a line that the peer owns: ask, once.
    pub(super) fn ask_for_ownership<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        // What waits for ownership waits for no slot.
        self.waits_for_slot_no_more(self.table[at].writes.head);
        let line = &self.table[at];
        if line.ask.is_some() {
            return;
        }
        let key = line.key;
        let ticket = Ticket { index: NONE, use_count: self.asks };
        self.asks = self.asks.wrapping_add(1);
        self.table[at].ask = Some(ticket);
        out.send(Message::ReqOwn { key, ticket });
    }

    pub(super) fn req_own<O: Observer>(&mut self, key: LineKey, ticket: Ticket, out: &mut Outbox<'_, O>) {
        let at = self.record(key);
        debug_assert!(self.is_broken() || self.table[at].asked.is_none(), "the peer asks once at a time");
        self.table[at].asked = Some(ticket);
        self.clean.remove(at);
        self.pump(at, out);
    }

    /// Answers the peer's REQ_OWN on a line on which nothing is under way.
    pub(super) fn answer_req_own<O: Observer>(&mut self, at: u32, ticket: Ticket, out: &mut Outbox<'_, O>) {
        self.table[at].asked = None;
        let key = self.table[at].key;
        if !self.owns_at(at) {
            out.send(Message::Nack { key, ticket });
            return;
        }
        match self.table[at].state {
            Some(state @ (LineState::OD | LineState::OK)) => self.grant_swap(at, state, out),
            Some(LineState::OF(_)) => {
                debug_assert!(self.has(Bug::GrantDuringFlush), "in a flush nobody but this bug answers");
                self.grant_swap(at, LineState::OD, out)
            }
            None | Some(LineState::OC) => self.grant_empty(at, out),
            state => debug_assert!(false, "pump answers in no other state, not in {state:?}"),
        }
    }

    /// SWAP: the mirror becomes the line and the line its mirror. No data moves and no disk is touched.
    fn grant_swap<O: Observer>(&mut self, at: u32, state: LineState, out: &mut Outbox<'_, O>) {
        let slot = self.table[at].loc.expect("a line in OD or OK has a slot");
        if !self.memory.is_local(slot) {
            self.count_foreign_out();
        }
        let line = &mut self.table[at];
        let mirror = line.peer_slot.expect("a line in OD or OK has a mirror");
        let cid =
            Cid { owner: self.id.peer(), slot: mirror, generation: line.cid.generation.wrapping_add(1) };
        line.cid = cid;
        let (key, seq, dirty) = (line.key, line.seq, line.dirty);
        self.queue.remove(at);
        self.clean.remove(at);
        let to = if state == LineState::OD { LineState::MD } else { LineState::MK };
        self.set_state(at, Some(to), out);
        out.send(Message::Grant { key, grant: Grant::Swap { cid, seq, dirty, slot } });
    }

    /// EMPTY: the old owner drops its clean copy and keeps a stub.
    fn grant_empty<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        self.clean.remove(at);
        let line = &mut self.table[at];
        debug_assert!(line.dirty.is_empty(), "a line in OC is clean");
        let (key, seq) = (line.key, line.seq);
        line.valid = BlockMap::EMPTY;
        line.stub = false;
        line.peer_slot = None;
        if let Some(slot) = line.loc.take() {
            self.leave(slot, out);
        }
        self.set_state(at, Some(LineState::M0), out);
        out.send(Message::Grant { key, grant: Grant::Empty { seq } });
    }

    /// GRANT at the requester. Accepted even if no request is outstanding any more (C3).
    pub(super) fn grant<O: Observer>(&mut self, key: LineKey, grant: Grant, out: &mut Outbox<'_, O>) {
        let (at, planted) = (self.record(key), self.is_broken());
        let line = &mut self.table[at];
        line.ask = None;
        line.granted = !line.writes.is_empty();
        line.used = self.clock;
        match grant {
            Grant::Swap { cid, seq, dirty, slot } => {
                debug_assert!(planted || (line.seq, line.dirty) == (seq, dirty), "owner and mirror agree");
                debug_assert!(planted || line.peer_slot == Some(slot), "the mirror knows the owner's slot");
                let loc = line.loc.expect("a mirror in MD or MK has a slot");
                self.foreign += u32::from(!self.memory.is_local(loc));
                // The requester keeps its own valid map [R1].
                line.cid = cid;
                line.peer_slot = Some(slot);
                if self.shape.bug == Some(Bug::GrantHandsValid) {
                    line.valid = BlockMap::range(0, self.shape.line_blocks);
                }
                let to = match line.state {
                    Some(LineState::MD) => LineState::OD,
                    state => {
                        debug_assert!(
                            planted || state == Some(LineState::MK),
                            "a mirror is switched in MD or MK"
                        );
                        LineState::OK
                    }
                };
                if to == LineState::OD {
                    line.dirty_since = self.tick;
                    self.queue.enqueue(at, slot);
                    self.arm_flush_timer(out);
                }
                self.set_state(at, Some(to), out);
                out.fact(|| Fact::OwnershipGained { at: self.id, key, swapped: true });
            }
            Grant::Empty { seq } => {
                debug_assert!(planted || line.loc.is_none(), "no data was held here");
                line.seq = seq;
                line.stub = true;
                self.set_state(at, Some(LineState::OC), out);
                out.fact(|| Fact::OwnershipGained { at: self.id, key, swapped: false });
            }
        }
        self.pump(at, out);
    }

    /// NACK: the peer does not own the line any more. Whoever still waits for this answer looks the owner up
    /// again; any other NACK is ignored (C3).
    pub(super) fn nack<O: Observer>(&mut self, key: LineKey, ticket: Ticket, out: &mut Outbox<'_, O>) {
        if let Some(read) = self.requests.redeem(ticket) {
            self.requests[read].from_peer = false;
            self.route_read(read, out);
            return;
        }
        let Some(at) = self.table.find(key) else { return };
        let line = &mut self.table[at];
        if line.ask == Some(ticket) && line.op == NONE {
            line.ask = None;
            self.pump(at, out);
        }
    }
}
