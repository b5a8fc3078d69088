//! Failback under load: a replacement is rebuilt while hosts go on, lines are handed back, and both serve again
//! (protocol §7; claims 11 and 25).
//!
//! The survivor answers HELLO with JOIN. A walker copies each dirty line to the replacement under its line lock. When
//! everything is clean or copied, the record is switched to DUAL, RESYNC_DONE says so, and REHOME gives each LUN back
//! to its own default owner. Lines with an entry stay where they are and move by REQ_OWN or REUSE as ever.

use super::memory::FreeList;
use super::{Controller, Hello, Mode, Outbox};
use crate::array::{Record, RecordMode};
use crate::bug::Bug;
use crate::fact::{Fact, FlushReason, Observer, Suspicion};
use crate::ids::{ControllerId, LineKey, Lun, Session, Slot};
use crate::message::Message;
use crate::slab::NONE;
use crate::state::{FlushStep, LineState};
use std::collections::VecDeque;

/// What the survivor has still to do for its replacement.
#[derive(Clone, Debug, Default)]
pub struct Join {
    /// Dirty lines that the walker has not come to.
    pub left: VecDeque<LineKey>,
    /// Lines that are being copied.
    pub walking: u32,
    /// The replacement has said something in the session: it has heard JOIN (M17).
    pub heard: bool,
    /// Everything is clean or copied: no new write begins until the record has been switched.
    pub closing: bool,
    /// LUNs that the replacement is to own by default again.
    pub rehome: Vec<Lun>,
}

impl Controller {
    /// HELLO: a controller has started and its memory holds nothing (or, at a cold boot, perhaps something).
    pub(super) fn hello<O: Observer>(&mut self, hello: Hello, out: &mut Outbox<'_, O>) {
        let nonce = hello.nonce;
        match self.standing.mode {
            Mode::Solo => self.begin_join(nonce, out),
            // Said once more, before the answer had come.
            Mode::SoloJoin | Mode::Dual | Mode::Recover if self.standing.partner == nonce => {}
            Mode::Joining | Mode::Recalled if self.standing.other == Some(hello) => {}
            // It was gone and is back before anybody noticed: that is a death notice.
            Mode::SoloJoin | Mode::Dual | Mode::Recover => {
                self.standing.hello = Some(nonce);
                self.peer_is_gone(Suspicion::Silent, out);
            }
            Mode::Joining | Mode::Recalled => {
                self.peer_is_gone(Suspicion::Silent, out);
                self.standing.other = Some(hello);
            }
            Mode::Boot => self.hello_while_starting(hello, out),
            _ => {}
        }
    }

    /// Step 1 at the survivor: a new session; all the replacement's slots that are home here are lent.
    pub(super) fn begin_join<O: Observer>(&mut self, nonce: u32, out: &mut Outbox<'_, O>) {
        if !self.standing.link_up {
            return;
        }
        self.open_session(self.standing.epoch() + 1, nonce, out);
        self.memory.mirror_free = FreeList::new(self.shape.lines, self.shape.lines + self.shape.lent);
        self.standing.silent = 0;
        self.standing.peer_battery_good = true;
        self.join = Join::default();
        self.join.left = self
            .queue
            .iter()
            .map(|(at, _)| &self.table[at])
            .filter(|line| line.state == Some(LineState::SD))
            .map(|line| line.key)
            .collect();
        self.set_mode(Mode::SoloJoin, out);
        out.send(Message::Join { nonce });
    }

    /// Step 2: the walker. Then, when nothing is left, the switch.
    pub(super) fn walk<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if self.standing.mode != Mode::SoloJoin || self.standing.swapping {
            return;
        }
        while self.join.walking < u32::from(self.shape.failover.patrol_depth) {
            let Some(key) = self.join.left.front().copied() else { break };
            let at = self.table.find(key).filter(|at| {
                let line = &self.table[*at];
                line.state == Some(LineState::SD) && line.peer_slot.is_none() && line.fresh.is_none()
            });
            let Some(at) = at else {
                self.join.left.pop_front();
                continue;
            };
            if self.table[at].locks > 0 {
                break;
            }
            if self.memory.mirror_free.is_empty() {
                // No room for it over there: it is written back instead.
                if self.flushing >= u32::from(self.shape.flush.depth) || self.stripe_is_taken(key) {
                    break;
                }
                self.begin_flush(at, FlushReason::Alone, out);
            } else {
                self.copy_to_replacement(at, out);
            }
            self.join.left.pop_front();
        }
        self.switch_when_ready(out);
    }

    fn copy_to_replacement<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let fresh = self.take_mirror(out);
        self.join.walking += 1;
        let line = &mut self.table[at];
        let slot = line.loc.expect("a dirty line has a slot");
        line.fresh = Some(fresh);
        let (key, cid, seq, map) = (line.key, line.cid, line.seq, line.dirty);
        let mut bytes = out.buffers.take();
        self.memory.read(slot, map, &mut bytes);
        out.send(Message::Data { key, slot: fresh, map, bytes });
        out.send(Message::Meta { key, cid, slot: fresh, seq, wmap: map });
    }

    /// META_ACK of a walked line: the replacement has its copy.
    pub(super) fn walked<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &mut self.table[at];
        // A second META_ACK, which only a tampered link brings, confirms nothing.
        let Some(mirror) = line.fresh.take() else { return };
        self.join.walking = self.join.walking.saturating_sub(1);
        line.peer_slot = Some(mirror);
        let key = line.key;
        self.queue.enqueue(at, mirror);
        let (id, left) = (self.id, self.join.left.len() as u32 + self.join.walking);
        out.fact(|| Fact::Walked { at: id, key, left });
        self.pump(at, out);
    }

    /// Step 3: only when the replacement has been heard; every line is clean, or dirty with a copy that was
    /// acknowledged; no line is in work; no stripe is suspect (R8). New writes are held back for that moment.
    fn switch_when_ready<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if !self.join.heard {
            return;
        }
        let copied = self.join.left.is_empty() && self.join.walking == 0;
        if !(copied || self.has(Bug::SwitchEarly)) || self.suspects_left() > 0 {
            self.join.closing = false;
            return;
        }
        self.join.closing = true;
        let in_work = [LineState::SF(FlushStep::Disk), LineState::SW(FlushStep::Disk)];
        if in_work.iter().any(|state| self.count(*state) > 0) && !self.has(Bug::SwitchWhileWriting) {
            return;
        }
        let record = self.standing.record;
        let session = self.standing.session.nonce;
        self.swap(record, Record::dual(self.standing.epoch() + 1, session), out);
    }

    /// The record says DUAL: lines become mirrored lines, and the replacement is told (R9).
    pub(super) fn switched<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.homes = vec![self.id; self.homes.len()];
        let all: Vec<u32> = self.table.iter().map(|(at, _)| at).collect();
        let planted = self.is_broken();
        for at in all {
            let line = &mut self.table[at];
            match line.state {
                Some(LineState::SD) => {
                    debug_assert!(
                        planted || line.peer_slot.is_some(),
                        "no dirty line is left without a copy"
                    );
                    self.set_state(at, Some(LineState::OD), out);
                }
                Some(LineState::SC) => {
                    self.clean.remove(at);
                    self.set_state(at, Some(LineState::OC), out);
                }
                state => {
                    debug_assert!(planted || state.is_none(), "no line is in work at the switch: {state:?}")
                }
            }
        }
        let lent = self.shape.lines..self.shape.lines + self.shape.lent;
        let told = |slot: &Slot| self.memory.held(*slot).is_none() && !self.has(Bug::TellNoSlots);
        let free: Vec<Slot> = lent.map(Slot).filter(told).collect();
        self.join = Join::default();
        self.join.rehome = (0..self.homes.len() as u16)
            .map(Lun)
            .filter(|lun| self.shape.configured_owner(*lun) != self.id)
            .collect();
        out.send(Message::ResyncDone { free });
        self.set_mode(Mode::Dual, out);
        self.flushing = 0;
        self.foreign = self.table.iter().filter(|(at, _)| self.is_foreign(*at)).count() as u32;
        self.pump_all(out);
        self.arm_flush_timer(out);
        if self.standing.is_torn() {
            // The link went down while the record was being switched.
            self.peer_is_gone(Suspicion::LinkDown, out);
        }
    }

    /// RESYNC_DONE at the replacement. It may come late over a slow link, when the survivor has long taken the record
    /// back: whether this controller counts, the record says (M2).
    pub(super) fn resync_done<O: Observer>(&mut self, free: &[Slot], out: &mut Outbox<'_, O>) {
        match self.standing.mode {
            Mode::Joining => {
                self.homes = vec![self.id.peer(); self.homes.len()];
                let end = self.shape.lines + self.shape.lent;
                self.memory.mirror_free = FreeList::of(self.shape.lines, end, free);
            }
            // Everything that this memory held is on disk, whatever the record says by now.
            Mode::Recalled => self.recovery_over(out),
            _ => return,
        }
        self.ask_for_record(out);
    }

    /// Step 4: the record confirms that this controller counts, or it starts over.
    pub(super) fn told_to_count<O: Observer>(&mut self, record: Record, out: &mut Outbox<'_, O>) {
        self.standing.looking = false;
        if self.standing.is_torn() || record.mode != RecordMode::Dual || !self.standing.belongs_to(record) {
            return self.look_again(out);
        }
        self.standing.record = record;
        self.standing.failed_joins = 0;
        self.set_mode(Mode::Dual, out);
        self.pump_all(out);
    }

    /// Step 5: a LUN at a time goes back to its own default owner, when no line of it is in OP, OR, OW or OX (R11).
    pub(super) fn rehome<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        while let Some(lun) = self.join.rehome.first().copied() {
            if self.unsettled[usize::from(lun.0)] > 0 && !self.has(Bug::RehomeAnyTime) {
                return;
            }
            self.join.rehome.remove(0);
            // Clean data of lines that the replacement has no entry of is dropped: ownership passes with REHOME.
            let gone =
                |line: &super::Line| line.key.lun() == lun && line.state == Some(LineState::OC) && !line.stub;
            let all: Vec<u32> = self.table.iter().filter(|(_, line)| gone(line)).map(|(at, _)| at).collect();
            for at in &all {
                self.clean.remove(*at);
                self.forget_data(*at, out);
                self.set_state(*at, None, out);
            }
            self.homes[usize::from(lun.0)] = self.id.peer();
            out.send(Message::Rehome { lun });
            let to = self.id.peer();
            out.fact(|| Fact::Rehomed { lun: lun.0, to });
            self.pump_all(out);
        }
    }

    /// REHOME at the replacement: its waiting writes on lines that it owns now begin; their NACKs will be ignored.
    pub(super) fn rehomed<O: Observer>(&mut self, lun: Lun, out: &mut Outbox<'_, O>) {
        self.homes[usize::from(lun.0)] = self.id;
        out.send(Message::RehomeAck { lun });
        let mine = |line: &super::Line| line.key.lun() == lun && line.state.is_none();
        let all: Vec<u32> = self.table.iter().filter(|(_, line)| mine(line)).map(|(at, _)| at).collect();
        for at in all {
            self.table[at].ask = None;
        }
        self.pump_all(out);
    }

    /// The replacement has died, or its session is broken, before the switch: forget its copies, go on alone.
    pub(super) fn replacement_is_gone<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.set_mode(Mode::Solo, out);
        self.close_session(out);
        self.memory.mirror_free = FreeList::none();
        self.join = Join::default();
        let all: Vec<u32> = self.table.iter().map(|(at, _)| at).collect();
        let mut written = Vec::new();
        for at in all {
            let line = &mut self.table[at];
            line.peer_slot = None;
            line.stub = false;
            line.fresh = None;
            if line.state == Some(LineState::SD) {
                self.queue.enqueue(at, Slot(NONE));
            } else if line.state == Some(LineState::SF(FlushStep::Confirm)) {
                written.push(at);
            }
        }
        // Not before: what goes on then may give up the records of clean lines.
        for at in written {
            self.flushed_alone(at, out);
        }
        self.pump_all(out);
        if let Some(nonce) = self.standing.hello.take() {
            self.begin_join(nonce, out);
        }
    }

    /// JOIN at the replacement: a session, and a memory that belongs to it.
    pub(super) fn joined<O: Observer>(&mut self, session: Session, nonce: u32, out: &mut Outbox<'_, O>) {
        if self.standing.mode != Mode::Boot || nonce != self.standing.nonce || self.standing.label.is_some() {
            return;
        }
        if self.standing.torn == Some(session) {
            return;
        }
        self.set_session(session, out);
        // A look at the record that is under way says nothing of this session (M14).
        self.standing.looking = false;
        self.standing.cold = false;
        self.standing.set_label(Record::dual(session.epoch, session.nonce));
        self.standing.silent = 0;
        self.set_mode(Mode::Joining, out);
        // The survivor switches no sooner than it has heard that there is somebody to switch to (M17).
        self.send_heartbeat(false, out);
    }

    /// Which controller owns by default what nobody has an entry for, LUN by LUN.
    #[must_use]
    pub fn homes(&self) -> &[ControllerId] {
        &self.homes
    }
}
