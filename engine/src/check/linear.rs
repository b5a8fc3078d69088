//! READ-LINEARIZABLE, block by block, as the run goes on.
//!
//! Every write has a value of its own (its operation's number), so the test of Gibbons and Korach (*Testing shared
//! memories*, 1997) decides exactly. All operations on one value form a cluster: the write and the reads that
//! returned it. With `f` the earliest end of an operation of the cluster and `s` the latest beginning, cluster v
//! must come before cluster u when `f(v) < s(u)`. The history is linearizable if and only if no two clusters must
//! each come before the other. Clusters that no future read may return are forgotten, so what is kept for a block
//! is a handful.
//!
//! Time here is the order of facts: an operation begins when it reaches the controller and ends when the
//! controller answers, which is stricter than what hosts can tell.

mod compact;

use super::invariant::{Invariant, Violation};
use super::places::Places;
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::ControllerId;
use crate::paged::Rows;
use crate::text;
use crate::text::Text;
use std::collections::BTreeMap;

/// Has not ended, or never will be.
const NEVER: u64 = u64::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cluster {
    /// The number of the write; 0 for what was there at the start.
    value: u64,
    first_end: u64,
    last_begin: u64,
    /// The write itself has not ended (reads may have returned its value all the same).
    writing: bool,
    /// No read may return it any more. Kept while the write has not ended.
    over: bool,
    /// Its controller has stopped, and no read has returned it: it took effect before that, or never will.
    maybe: bool,
}

impl Cluster {
    /// What was there at the start.
    fn untouched() -> Cluster {
        Cluster { value: 0, first_end: 0, last_begin: 0, writing: false, over: false, maybe: false }
    }
}

#[derive(Clone, Debug, Default)]
struct Block {
    clusters: Vec<Cluster>,
    /// The reads under way, and when each began.
    reads: Vec<(u64, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Operation {
    at: ControllerId,
    io: IoKind,
    lun: u16,
    lbn: u64,
    blocks: u32,
    /// Blocks that a read has returned.
    returned: u32,
}

/// What reads of one block may return at one instant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values<'a> {
    /// The only value, when there is but one; 0 when no host has asked for the block yet.
    only: u64,
    /// Otherwise what is known of all.
    several: Option<&'a Block>,
    now: u64,
}

impl Values<'_> {
    #[must_use]
    pub fn allow(self, value: u64) -> bool {
        let Some(block) = self.several else { return value == self.only };
        let cluster = block.clusters.iter().find(|cluster| cluster.value == value);
        cluster.is_some_and(|cluster| !cluster.over && !block.superseded(cluster, self.now))
    }
}

/// The accounts of blocks, each with its LUN and LBN.
#[derive(Clone, Debug, Default)]
struct Accounts(Rows<((u16, u64), Block)>);

impl Accounts {
    fn place(&self, at: u32) -> (u16, u64) {
        self.0.first(at as usize).0
    }

    fn block(&self, at: u32) -> &Block {
        &self.0.first(at as usize).1
    }

    fn block_mut(&mut self, at: u32) -> &mut Block {
        &mut self.0.first_mut(at as usize).1
    }

    /// Of a block that nobody has asked for before. Returns its number.
    fn add(&mut self, place: (u16, u64)) -> u32 {
        let at = self.0.add();
        *self.0.first_mut(at) = (place, Block { clusters: vec![Cluster::untouched()], reads: Vec::new() });
        at as u32
    }

    fn count(&self) -> u32 {
        self.0.count() as u32
    }
}

/// Listens to facts and knows for each block which values a read may return now.
#[derive(Clone, Debug, Default)]
pub struct Linearizability {
    now: u64,
    /// Where each block's account stands, by LUN and LBN. Looked up, never iterated.
    places: Places<(u16, u64)>,
    /// In the order in which hosts first asked for them.
    blocks: Accounts,
    under_way: BTreeMap<u64, Operation>,
    broken: Vec<Text>,
    reads_checked: u64,
    settled: Vec<(u16, u64)>,
    /// Since it was read from bytes nothing has changed but the time.
    as_read: bool,
}

impl Linearizability {
    /// Whether a read that begins and ends now, after all that was told, could return `value` for a block.
    #[must_use]
    pub fn allows(&self, lun: u16, lbn: u64, value: u64) -> bool {
        self.values(lun, lbn).allow(value)
    }

    /// What reads of a block may return that begin now, after all that was told.
    #[must_use]
    pub fn values(&self, lun: u16, lbn: u64) -> Values<'_> {
        let now = self.now + 1;
        let block = self.places.get(&(lun, lbn)).map(|at| self.blocks.block(*at));
        match block.map(|block| block.clusters.as_slice()) {
            None => Values { only: 0, several: None, now },
            // By far the most common case.
            Some([only]) if !only.over => Values { only: only.value, several: None, now },
            Some(_) => Values { only: 0, several: block, now },
        }
    }

    /// Blocks that a host has asked for so far: LUN and LBN.
    pub fn blocks(&self) -> impl Iterator<Item = (u16, u64)> {
        (0..self.blocks.count()).map(|at| self.blocks.place(at))
    }

    /// Blocks that reads have returned and that were checked.
    #[must_use]
    pub fn reads_checked(&self) -> u64 {
        self.reads_checked
    }

    /// Whether anything was found since [`Linearizability::take_violations`] was last called.
    #[must_use]
    pub fn has_violations(&self) -> bool {
        !self.broken.is_empty()
    }

    /// Blocks of which reads have returned a value, and some other value with it became impossible or certain, since the
    /// last call.
    pub fn take_settled(&mut self) -> impl Iterator<Item = (u16, u64)> + '_ {
        self.settled.drain(..)
    }

    /// What was found since the last call.
    pub fn take_violations(&mut self, after_events: u64) -> Vec<Violation> {
        let broken = std::mem::take(&mut self.broken);
        let invariant = Invariant::ReadLinearizable;
        broken.into_iter().map(|what| Violation { invariant, after_events, what }).collect()
    }

    /// The number of a block's account.
    fn account(&mut self, lun: u16, lbn: u64) -> u32 {
        *self.places.entry((lun, lbn)).or_insert_with(|| self.blocks.add((lun, lbn)))
    }

    fn begins(&mut self, op: u64, operation: Operation) {
        let now = self.now;
        for lbn in operation.lbn..operation.lbn + u64::from(operation.blocks) {
            let at = self.account(operation.lun, lbn);
            let block = self.blocks.block_mut(at);
            match operation.io {
                IoKind::Read => block.reads.push((op, now)),
                IoKind::Write => {
                    block.clusters.push(Cluster {
                        value: op,
                        first_end: NEVER,
                        last_begin: now,
                        writing: true,
                        over: false,
                        maybe: false,
                    });
                }
            }
        }
        self.under_way.insert(op, operation);
    }

    fn write_ends(&mut self, op: u64) {
        let Some(operation) = self.under_way.remove(&op) else { return };
        if operation.io == IoKind::Read {
            // Blocks that could not be read were not returned.
            if operation.returned < operation.blocks {
                for lbn in operation.lbn..operation.lbn + u64::from(operation.blocks) {
                    if let Some(at) = self.places.get(&(operation.lun, lbn)) {
                        self.blocks.block_mut(*at).forget_read(op);
                    }
                }
            }
            return;
        }
        for lbn in operation.lbn..operation.lbn + u64::from(operation.blocks) {
            let now = self.now;
            if let Some(at) = self.places.get(&(operation.lun, lbn)) {
                let block = self.blocks.block_mut(*at);
                if !block.end(op, None, now) {
                    self.broken.push(text!(
                        "write {op} of block {lun}:{lbn} was acknowledged out of order",
                        op,
                        lun = operation.lun,
                        lbn
                    ));
                }
                block.forget(now);
            }
        }
    }

    /// A controller has stopped. Reads that it worked on return nothing; a write that it worked on takes effect before
    /// this instant or never: strict linearizability (Aguilera and Frølund, 2003).
    fn abandoned(&mut self, at: ControllerId) {
        let stopped = self.under_way.iter().filter(|(_, operation)| operation.at == at);
        let stopped: Vec<(u64, Operation)> = stopped.map(|(op, operation)| (*op, *operation)).collect();
        for (op, operation) in stopped {
            self.under_way.remove(&op);
            for lbn in operation.lbn..operation.lbn + u64::from(operation.blocks) {
                let now = self.now;
                let Some(at) = self.places.get(&(operation.lun, lbn)) else { continue };
                let block = self.blocks.block_mut(*at);
                match operation.io {
                    IoKind::Read => block.forget_read(op),
                    IoKind::Write => block.abandon(op, now),
                }
                block.forget(now);
            }
        }
    }

    fn read_returns(&mut self, op: u64, lun: u16, lbn: u64, value: u64) {
        let Some(operation) = self.under_way.get_mut(&op) else { return };
        operation.returned += 1;
        self.reads_checked += 1;
        let now = self.now;
        let Some(at) = self.places.get(&(lun, lbn)) else { return };
        let block = self.blocks.block_mut(*at);
        let Some(began) = block.reads.iter().find(|read| read.0 == op).map(|read| read.1) else { return };
        if block.clusters.len() > 1 {
            self.settled.push((lun, lbn));
        }
        if !block.end(value, Some(began), now) {
            self.broken.push(text!(
                "read {op} of block {lun}:{lbn} returned write {value}, which it may not see",
                op,
                lun,
                lbn,
                value
            ));
        }
        block.forget_read(op);
        block.forget(now);
    }
}

impl Block {
    /// An operation on `value` ends now; a read began at `began`. False when that fits no order.
    fn end(&mut self, value: u64, began: Option<u64>, now: u64) -> bool {
        let Some(at) = self.clusters.iter().position(|cluster| cluster.value == value) else { return false };
        let cluster = &mut self.clusters[at];
        if began.is_none() {
            cluster.writing = false;
            if cluster.first_end != NEVER {
                // A read has returned it before: nothing new is learnt.
                return true;
            }
        }
        cluster.maybe = false;
        cluster.first_end = cluster.first_end.min(now);
        cluster.last_begin = cluster.last_begin.max(began.unwrap_or(0));
        let ended = *cluster;
        if ended.over && began.is_some() {
            return false;
        }
        !self.clusters.iter().any(|other| {
            let both_ways = ended.first_end < other.last_begin && other.first_end < ended.last_begin;
            other.value != value && !other.maybe && both_ways
        })
    }

    /// The write will not end: it has taken effect by now, or never will.
    fn abandon(&mut self, value: u64, now: u64) {
        if let Some(cluster) = self.clusters.iter_mut().find(|cluster| cluster.value == value) {
            cluster.writing = false;
            cluster.maybe = cluster.first_end == NEVER;
            cluster.first_end = cluster.first_end.min(now);
        }
    }

    fn forget_read(&mut self, op: u64) {
        if let Some(at) = self.reads.iter().position(|read| read.0 == op) {
            self.reads.swap_remove(at);
        }
    }

    /// Whether a read that begins at `began` can no longer return the cluster's value.
    fn superseded(&self, cluster: &Cluster, began: u64) -> bool {
        self.clusters.iter().any(|other| {
            let over = cluster.first_end < other.last_begin && other.first_end < began;
            other.value != cluster.value && !other.maybe && over
        })
    }

    fn forget(&mut self, now: u64) {
        // By far the most common case: one value, and nothing is being written.
        if self.clusters.len() == 1 {
            return;
        }
        let oldest_read = self.reads.iter().map(|read| read.1).min().unwrap_or(now).min(now);
        // First all verdicts, then all removals: a cluster that goes may be the one that supersedes another.
        for at in 0..self.clusters.len() {
            let over = self.superseded(&self.clusters[at], oldest_read);
            self.clusters[at].over |= over;
        }
        self.clusters.retain(|cluster| cluster.writing || !cluster.over);
    }
}

impl Observer for Linearizability {
    fn fact(&mut self, fact: Fact) {
        self.now += 1;
        if matches!(
            fact,
            Fact::HostArrived { .. }
                | Fact::Abandoned { .. }
                | Fact::HostReplied { .. }
                | Fact::BlockRead { .. }
        ) {
            self.as_read = false;
        }
        match fact {
            Fact::HostArrived { op, at, io, lun, lbn, blocks, .. } => {
                self.begins(op, Operation { at, io, lun, lbn, blocks, returned: 0 });
            }
            Fact::Abandoned { at } => self.abandoned(at),
            Fact::HostReplied { op, .. } => self.write_ends(op),
            Fact::BlockRead { op, lun, lbn, value, .. } => self.read_returns(op, lun, lbn, value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::ReadSource;
    use crate::ids::{ControllerId, HostId};

    /// W n: write n begins; A n: it is acknowledged; R n: read n begins; V n v: it returns v; X 0: the controller
    /// stops, and what is under way will not end.
    fn history(words: &str) -> Vec<Violation> {
        let mut monitor = Linearizability::default();
        let mut words = words.split_whitespace();
        let (host, at) = (HostId(0), ControllerId::A);
        while let Some(word) = words.next() {
            let op = words.next().and_then(|n| n.parse().ok()).expect("each word has a number");
            let begin = |io| Fact::HostArrived { op, host, at, io, lun: 0, lbn: 5, blocks: 1 };
            monitor.fact(match word {
                "W" => begin(IoKind::Write),
                "R" => begin(IoKind::Read),
                "A" => Fact::HostReplied { op, host, at, io: IoKind::Write },
                "X" => Fact::Abandoned { at },
                _ => {
                    let value = words.next().and_then(|n| n.parse().ok()).expect("V has a value");
                    Fact::BlockRead { op, at, lun: 0, lbn: 5, value, from: ReadSource::Cache }
                }
            });
        }
        monitor.take_violations(0)
    }

    #[test]
    fn a_read_during_a_write_may_see_either_value() {
        assert!(history("R 10 W 1 V 10 0 R 11 V 11 1 A 1").is_empty());
        assert!(history("W 1 R 10 V 10 0 A 1 R 11 V 11 1").is_empty());
    }

    #[test]
    fn a_value_that_was_seen_is_not_unseen() {
        assert_eq!(history("W 1 R 10 V 10 1 R 11 V 11 0 A 1").len(), 1, "new, then old");
    }

    #[test]
    fn after_the_acknowledgement_the_old_value_is_gone() {
        assert_eq!(history("W 1 A 1 R 10 V 10 0").len(), 1);
        assert!(history("R 10 W 1 A 1 V 10 0").is_empty(), "a read that began before may still return it");
    }

    #[test]
    fn of_two_concurrent_writes_either_may_be_last_but_not_both() {
        assert!(history("W 1 W 2 A 1 A 2 R 10 V 10 1 R 11 V 11 1").is_empty());
        assert_eq!(history("W 1 W 2 A 1 A 2 R 10 V 10 1 R 11 V 11 2").len(), 1);
    }

    /// 1 is read, overwritten by 2, and acknowledged late; 2 is overwritten by 3. Nobody may see 1 again, though
    /// neither 3 nor what is left of 2 says so by itself.
    #[test]
    fn what_was_overwritten_stays_so_though_its_write_ends_later() {
        let before = "W 1 W 2 R 10 V 10 1 R 11 W 3 V 11 2 A 2 R 12 V 12 3 A 3";
        assert!(history(before).is_empty());
        assert_eq!(history(&format!("{before} R 13 V 13 1 A 1")).len(), 1);
        assert!(history(&format!("{before} A 1 R 13 V 13 3")).is_empty());
    }

    #[test]
    fn a_write_whose_controller_dies_took_effect_before_or_never() {
        assert!(history("W 1 A 1 W 2 X 0 R 10 V 10 1").is_empty(), "never");
        assert!(history("W 1 A 1 W 2 X 0 R 10 V 10 2 R 11 V 11 2").is_empty(), "before");
        assert_eq!(history("W 1 A 1 W 2 X 0 R 10 V 10 2 R 11 V 11 1").len(), 1, "seen, then unseen");
        assert!(history("W 1 A 1 W 2 X 0 W 3 A 3 R 10 V 10 3").is_empty());
        assert_eq!(history("W 1 A 1 W 2 X 0 W 3 A 3 R 10 V 10 2").len(), 1, "late, over a newer write");
        assert!(history("W 1 A 1 W 2 X 0 W 3 R 10 V 10 1 A 3 R 11 V 11 3").is_empty());
    }

    #[test]
    fn a_value_that_nobody_wrote_is_refused() {
        assert_eq!(history("R 10 V 10 99").len(), 1);
    }
}
