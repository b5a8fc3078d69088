//! Reuse: a clean line is given up on both sides, and its slots go home (protocol §4, rule 5; claim 14).
//!
//! Clean lines are kept in the order of their last use; the least recently used one goes first, when a slot is
//! wanted or the mirror slots run low.

use super::line::Line;
use super::list::AgeList;
use super::{Controller, Outbox};
use crate::bug::Bug;
use crate::digest::Digest;
use crate::fact::{Fact, Observer, SlotList};
use crate::ids::{BlockMap, LineKey, Slot};
use crate::message::Message;
use crate::state::LineState;

/// Clean lines on which nothing is under way, least recently used first: those with a mirror (OK) and those
/// without (OC).
#[derive(Clone, Debug)]
pub struct CleanLines {
    pub(super) mirrored: AgeList,
    pub(super) single: AgeList,
    /// Of each those that make room when they are given up: they sit in a slot of this controller's own, which are
    /// the slots below `own_slots`. After a write-through a line has no slot, after a switch of ownership the peer's.
    pub(super) room_mirrored: AgeList,
    pub(super) room_single: AgeList,
    own_slots: u32,
}

impl CleanLines {
    #[must_use]
    pub fn new(own_slots: u32) -> CleanLines {
        let none = AgeList::default;
        let (room_mirrored, room_single) = (none(), none());
        CleanLines { mirrored: none(), single: none(), room_mirrored, room_single, own_slots }
    }

    pub fn insert(&mut self, at: u32, line: &Line) {
        self.remove(at);
        let (all, room) = match line.state {
            Some(LineState::OK) => (&mut self.mirrored, &mut self.room_mirrored),
            _ => (&mut self.single, &mut self.room_single),
        };
        all.push_newest(at);
        if line.loc.is_some_and(|slot| slot.0 < self.own_slots) {
            room.push_newest(at);
        }
    }

    /// A line that is in the list was used: it becomes the most recent one.
    pub fn touch(&mut self, at: u32, line: &Line) {
        if self.mirrored.contains(at) || self.single.contains(at) {
            self.insert(at, line);
        }
    }

    pub fn remove(&mut self, at: u32) {
        self.mirrored.remove(at);
        self.single.remove(at);
        self.room_mirrored.remove(at);
        self.room_single.remove(at);
    }

    #[must_use]
    pub fn has_mirrored(&self) -> bool {
        !self.mirrored.is_empty()
    }

    #[must_use]
    pub fn has_any(&self) -> bool {
        !self.mirrored.is_empty() || !self.single.is_empty()
    }

    pub fn feed(&self, digest: &mut Digest) {
        for at in self.mirrored.iter().chain(self.single.iter()) {
            digest.word(u64::from(at));
        }
    }
}

impl Controller {
    /// Gives clean lines up while mirror slots are short: fewer free or on their way home than writes wait for,
    /// and a small reserve. Also keeps the number of entries without data bounded.
    pub(super) fn reclaim<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let reserve = (self.shape.lent / 32).clamp(1, 64);
        let wanted = reserve + self.slot_queue.len() as u32;
        // Not every mirror's slot is home here (ownership may have been switched), so at most so many at a time.
        for _ in 0..wanted {
            if self.memory.mirror_free.len() + self.slots_returning >= wanted {
                break;
            }
            let Some(at) = self.clean.mirrored.iter().next() else { break };
            self.begin_reuse(at, out);
        }
        while self.clean.single.len() > self.shape.lines + self.shape.lent {
            let Some(at) = self.clean.single.iter().next() else { break };
            self.give_up(at, out);
        }
    }

    /// A free slot of one's own: from the free list, or from the least recently used clean line that sits in one.
    pub(super) fn take_local<O: Observer>(&mut self, out: &mut Outbox<'_, O>) -> Option<Slot> {
        while self.memory.local_free.is_empty() {
            let single = self.clean.room_single.iter().next();
            let mirrored = self.clean.room_mirrored.iter().next();
            let at = match (single, mirrored) {
                (Some(s), Some(m)) if self.table[s].used <= self.table[m].used => s,
                (_, Some(m)) => m,
                (Some(s), None) => s,
                (None, None) => return None,
            };
            debug_assert!(
                self.table[at].loc.is_some_and(|slot| self.memory.is_local(slot)),
                "a line that rests keeps its slot"
            );
            self.give_up(at, out);
        }
        let slot = self.memory.local_free.take()?;
        let at = self.id;
        out.fact(|| Fact::SlotTaken { at, list: SlotList::LocalFree, memory: at, slot });
        Some(slot)
    }

    /// A clean line goes: evicted at once when the peer knows nothing of it, else released to both.
    fn give_up<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &self.table[at];
        if line.state == Some(LineState::OK) || line.stub {
            self.begin_reuse(at, out);
            return;
        }
        debug_assert!(
            matches!(line.state, Some(LineState::OC | LineState::SC)),
            "only clean lines are given up"
        );
        self.clean.remove(at);
        if let Some(slot) = self.table[at].loc.take() {
            self.leave(slot, out);
        }
        self.set_state(at, None, out);
        self.table.remove(at);
    }

    /// OK, or OC with a stub → OR. The line's slot is forgotten: it is home, or REUSE names it.
    pub(super) fn begin_reuse<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        debug_assert!(self.table[at].is_quiet(), "no line is released with a request waiting");
        self.clean.remove(at);
        let ret = self.give_back_foreign(at);
        let line = &mut self.table[at];
        let key = line.key;
        line.valid = BlockMap::EMPTY;
        let local = line.loc.take();
        if line.peer_slot.is_some_and(|slot| !self.memory.is_local(slot)) {
            self.slots_returning += 1;
        }
        if let Some(slot) = local {
            self.leave(slot, out);
        }
        self.set_state(at, Some(LineState::OR), out);
        if self.has(Bug::SkipReuse) {
            return self.reuse_ack(key, out);
        }
        out.send(Message::Reuse { key, ret });
    }

    /// REUSE at the peer: the entry goes. If this is the default owner, it owns the line again, and a write that
    /// waited for ownership begins.
    pub(super) fn reuse<O: Observer>(&mut self, key: LineKey, ret: Option<Slot>, out: &mut Outbox<'_, O>) {
        let Some(at) = self.table.find(key) else {
            return debug_assert!(self.is_broken(), "a line that the peer releases is in the table");
        };
        let planted = self.is_broken();
        let line = &mut self.table[at];
        debug_assert!(
            planted || matches!(line.state, Some(LineState::M0 | LineState::MK)),
            "only clean mirrors and stubs are released"
        );
        line.valid = BlockMap::EMPTY;
        line.peer_slot = None;
        line.seq = 0;
        if let Some(slot) = line.loc.take() {
            self.leave(slot, out);
        }
        if let Some(slot) = ret {
            self.free_mirror(slot, out);
        }
        self.set_state(at, None, out);
        out.send(Message::ReuseAck { key });
        if self.default_owner(key) == self.id {
            self.table[at].ask = None;
            out.fact(|| Fact::OwnershipGained { at: self.id, key, swapped: false });
        }
        self.pump(at, out);
    }

    /// REUSE_ACK: the mirror's slot is home, the entry goes, and whoever waited looks the owner up again.
    pub(super) fn reuse_ack<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        let Some(at) = self.table.find(key) else {
            return debug_assert!(self.is_broken(), "a released line keeps its record until REUSE_ACK");
        };
        debug_assert!(
            self.is_broken() || self.table[at].state == Some(LineState::OR),
            "REUSE_ACK answers a REUSE"
        );
        let line = &mut self.table[at];
        line.stub = false;
        line.seq = 0;
        let mirror = line.peer_slot.take();
        if mirror.is_some_and(|slot| !self.memory.is_local(slot)) {
            self.slots_returning -= 1;
        }
        self.set_state(at, None, out);
        self.release_mirror(mirror, out);
        self.pump(at, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ControllerId, Lun};

    #[test]
    fn clean_lines_of_both_kinds_count_and_the_used_one_is_the_last_to_go() {
        let mut line = Line::new(LineKey::new(Lun(0), 0), ControllerId::A);
        let mut clean = CleanLines::new(1);
        assert_eq!((clean.has_any(), clean.has_mirrored()), (false, false));
        for at in [4, 5, 6] {
            clean.insert(at, &line);
        }
        assert_eq!((clean.has_any(), clean.has_mirrored()), (true, false));
        line.state = Some(LineState::OK);
        for at in [7, 8, 4] {
            clean.insert(at, &line);
        }
        assert_eq!((clean.has_any(), clean.has_mirrored()), (true, true));
        clean.touch(7, &line);
        clean.touch(9, &line);
        assert_eq!(clean.mirrored.iter().collect::<Vec<_>>(), [8, 4, 7]);
        clean.remove(5);
        clean.remove(6);
        assert_eq!((clean.has_any(), clean.has_mirrored()), (true, true));
    }

    #[test]
    fn only_a_line_in_a_slot_of_ones_own_makes_room() {
        let mut clean = CleanLines::new(4);
        for (at, state, loc) in [
            (0, LineState::OC, None),
            (1, LineState::OC, Some(Slot(4))),
            (2, LineState::OC, Some(Slot(3))),
            (3, LineState::OK, Some(Slot(5))),
            (4, LineState::OK, Some(Slot(0))),
        ] {
            let mut line = Line::new(LineKey::new(Lun(0), 0), ControllerId::A);
            (line.state, line.loc) = (Some(state), loc);
            clean.insert(at, &line);
        }
        let room = |clean: &CleanLines| (clean.room_single.iter().next(), clean.room_mirrored.iter().next());
        assert_eq!(room(&clean), (Some(2), Some(4)));
        clean.remove(2);
        clean.remove(4);
        assert_eq!(room(&clean), (None, None));
        assert_eq!((clean.single.len(), clean.mirrored.len()), (2, 1));
    }
}
