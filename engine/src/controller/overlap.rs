//! A variant, off unless the config asks for it: a host's write may begin while its line is being flushed
//! (protocol §13, R13). This file has all its rules; elsewhere they are asked for by name, and say without the variant
//! what goes for everybody.
//!
//! Each block has a number: the seq of the write that it came from. A flush has the seq that its line had when it began,
//! and writes what the blocks were then; CONSISTENT carries that number. A block with a higher one was written since: it
//! stays dirty on both sides, whatever the flush announces. Nobody keeps all numbers. What decides is which blocks are
//! above the flush's, so each side notes those, for a line that is being flushed and as long as it is.

use super::{Controller, Mode, Outbox};
use crate::bug::Bug;
use crate::compact::Coder;
use crate::fact::{Fact, FlushReason, Observer};
use crate::ids::{BlockMap, LineKey};
use crate::slab::NONE;
use crate::state::{FlushStep, LineState};
use std::collections::BTreeMap;

/// A flush that may be overlapped, as one side sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flush {
    /// The line's number when the flush began.
    pub seq: u64,
    /// Blocks with a higher one: at the owner what was committed since, at the mirror what was mirrored since.
    pub newer: BlockMap,
}

/// Flushes under way of a controller's own lines (OF), and of lines that it mirrors (MF). Empty without the variant.
#[derive(Clone, Debug, Default)]
pub struct Flushes(BTreeMap<LineKey, Flush>);

impl Flushes {
    #[must_use]
    pub fn get(&self, key: LineKey) -> Option<Flush> {
        self.0.get(&key).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&LineKey, &Flush)> {
        self.0.iter()
    }

    pub(super) fn code(&mut self, c: &mut Coder) {
        let count = c.count(self.0.len());
        let mut all: Vec<(LineKey, Flush)> = std::mem::take(&mut self.0).into_iter().collect();
        all.resize(count, <(LineKey, Flush)>::default());
        if c.under.is_other() {
            all.sort_unstable_by_key(|(key, _)| c.under.key(*key));
        }
        for (key, flush) in &mut all {
            c.key(key);
            c.number(&mut flush.seq);
            c.map(&mut flush.newer);
        }
        self.0.extend(all);
    }
}

impl Controller {
    /// Flushes that writes may overlap, and what they have not written.
    #[must_use]
    pub fn flushes(&self) -> &Flushes {
        &self.overlapped
    }

    /// Whether a flush of the line would start over at a takeover, with all that is dirty.
    #[must_use]
    pub fn starts_over(&self, key: LineKey) -> bool {
        self.overlapped.get(key).is_some()
    }

    /// Whether a write may begin on a line that is being flushed. Not when the peer has asked for the line, which would
    /// wait longer, and not when the mirror is to be dropped.
    pub(super) fn may_write_in_flush(&self, at: u32) -> bool {
        if !self.shape.flush.overlap {
            return false;
        }
        let line = &self.table[at];
        let free = line.op == NONE && line.fresh.is_none() && line.locks == 0;
        matches!(line.state, Some(LineState::OF(_)))
            && (free && line.asked.is_none() && !line.dropping)
            && self.standing.mode == Mode::Dual
            && line.writes.head != NONE
            && !self.requests[line.writes.head].through
            && !self.writes_through()
    }

    /// A flush begins, or the mirror hears of it. One that drops the mirror keeps to rule 4.
    pub(super) fn note_flush(&mut self, at: u32) {
        let line = &self.table[at];
        if self.shape.flush.overlap && !line.dropping {
            self.overlapped.0.insert(line.key, Flush { seq: line.seq, newer: BlockMap::EMPTY });
        }
    }

    /// Blocks were written with this number: at the owner committed, at the mirror mirrored.
    pub(super) fn note_written(&mut self, key: LineKey, seq: u64, map: BlockMap) {
        if let Some(flush) = self.overlapped.0.get_mut(&key)
            && seq > flush.seq
        {
            flush.newer = flush.newer.union(map);
        }
    }

    /// The number that CONSISTENT carries: the flush's.
    pub(super) fn number_of_flush(&self, at: u32) -> u64 {
        let line = &self.table[at];
        self.overlapped.get(line.key).map_or(line.seq, |flush| flush.seq)
    }

    /// The blocks that CONSISTENT announces. Which of them are clean by it, each side decides by the blocks' numbers.
    pub(super) fn announced(&self, at: u32, map: BlockMap) -> BlockMap {
        match self.overlapped.get(self.table[at].key) {
            Some(flush) if self.has(Bug::OwnerDecides) => map.without(flush.newer),
            _ => map,
        }
    }

    /// The flush is over at this side: the blocks that are dirty still, of those that it announces.
    pub(super) fn newer_than_flush(&mut self, key: LineKey) -> BlockMap {
        self.overlapped.0.remove(&key).map_or(BlockMap::EMPTY, |flush| flush.newer)
    }

    /// … at the mirror, which hears of it by CONSISTENT.
    pub(super) fn newer_at_mirror(&mut self, key: LineKey) -> BlockMap {
        let newer = self.newer_than_flush(key);
        let believes = self.has(Bug::ConsistentIgnoresSeq) || self.has(Bug::OwnerDecides);
        if believes { BlockMap::EMPTY } else { newer }
    }

    /// … at the owner, which hears of it by C_ACK.
    pub(super) fn newer_at_owner(&mut self, key: LineKey) -> BlockMap {
        let newer = self.newer_than_flush(key);
        if self.has(Bug::ClearAllAtCAck) { BlockMap::EMPTY } else { newer }
    }

    /// An owned line's state while a write of it is mirrored: a flush goes on as it was.
    pub(super) fn state_in_write(&self, at: u32) -> LineState {
        self.state_in_flush(at).unwrap_or(LineState::OP)
    }

    /// … and when the write is committed.
    pub(super) fn state_after_write(&self, at: u32) -> LineState {
        self.state_in_flush(at).unwrap_or(LineState::OD)
    }

    /// … and the mirror's when META has come.
    pub(super) fn mirror_state_after_write(&self, at: u32) -> LineState {
        self.state_in_flush(at).unwrap_or(LineState::MD)
    }

    fn state_in_flush(&self, at: u32) -> Option<LineState> {
        let flushed = |state: &LineState| matches!(state, LineState::OF(_) | LineState::MF);
        self.table[at].state.filter(flushed).filter(|_| self.shape.flush.overlap)
    }

    /// The mirror's state when a flush is over. It has written all dirty blocks, unless a write overlapped it, or the
    /// message that declares it is not this flush's, which only a tampered link brings.
    pub(super) fn mirror_state_after_flush(&self, at: u32) -> LineState {
        let some_left = (self.shape.flush.overlap || self.tampered) && !self.table[at].dirty.is_empty();
        if some_left { LineState::MD } else { LineState::MK }
    }

    /// The owner's, which may be clean, dirty again, or have a write under way. What is dirty is so anew.
    pub(super) fn settle_after_flush<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &mut self.table[at];
        let to = match line.dirty.is_empty() {
            _ if line.op != NONE => LineState::OP,
            true => LineState::OK,
            false => LineState::OD,
        };
        if !line.dirty.is_empty() {
            line.dirty_since = self.tick;
            self.queue.enqueue(at, line.peer_slot.expect("a dirty line has a mirror"));
        }
        self.set_state(at, Some(to), out);
    }

    /// Whether a takeover makes a line that was being flushed dirty as a whole, to be flushed from the start. A stripe
    /// write under way is carried to its end before, since its data and its parity belong together.
    pub(super) fn flush_starts_over<O: Observer>(
        &mut self,
        at: u32,
        cold: bool,
        out: &mut Outbox<'_, O>,
    ) -> bool {
        let line = &self.table[at];
        let (key, goes_on) = (line.key, !cold && !self.has(Bug::ContinueFlush));
        let step = match line.state {
            Some(LineState::OF(step)) if goes_on && self.overlapped.get(key).is_some() => step,
            _ => {
                self.overlapped.0.remove(&key);
                return false;
            }
        };
        let writing = matches!(step, FlushStep::Disk | FlushStep::Parity);
        if writing && !self.has(Bug::RestartAtOnce) {
            return false;
        }
        if writing {
            self.give_up_works(key, out);
            self.mark_suspect(key, out);
        }
        self.overlapped.0.remove(&key);
        true
    }

    /// The commands of a flush that began with a partner have been carried out. Alone, the line is flushed again, with
    /// everything that is dirty. True when that has begun.
    pub(super) fn flush_anew<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) -> bool {
        let key = self.table[at].key;
        let anew = self.overlapped.0.remove(&key).is_some();
        if anew {
            self.set_state(at, Some(LineState::SF(FlushStep::Disk)), out);
            out.fact(|| Fact::FlushBegan { at: self.id, key, reason: FlushReason::Alone });
            self.flush_to_disk(at, out);
        }
        anew
    }
}
