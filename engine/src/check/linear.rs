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

use super::invariant::{Invariant, Violation};
use crate::digest::mix;
use crate::fact::{Fact, IoKind, Observer};
use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, Hasher};

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
}

#[derive(Clone, Debug)]
struct Block {
    clusters: Vec<Cluster>,
    /// When the reads under way began.
    reads: Vec<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Operation {
    io: IoKind,
    lun: u16,
    lbn: u64,
    blocks: u32,
    began: u64,
}

/// By LUN and LBN, hashed alike everywhere.
#[expect(clippy::disallowed_types, reason = "it is looked up and never iterated, and its hasher has no seed")]
type Places = std::collections::HashMap<(u16, u64), usize, BuildHasherDefault<Mixer>>;

#[derive(Clone, Copy, Debug, Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u16(&mut self, number: u16) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0 ^ number);
    }
}

/// Listens to facts and knows for each block which values a read may return now.
#[derive(Clone, Debug, Default)]
pub struct Linearizability {
    now: u64,
    /// Where each block's account stands, by LUN and LBN. Looked up, never iterated.
    places: Places,
    /// In the order in which hosts first asked for them.
    blocks: Vec<((u16, u64), Block)>,
    under_way: BTreeMap<u64, Operation>,
    broken: Vec<String>,
    reads_checked: u64,
}

impl Linearizability {
    /// Whether a read that began and ended now could return `value` for a block.
    #[must_use]
    pub fn allows(&self, lun: u16, lbn: u64, value: u64) -> bool {
        let Some(at) = self.places.get(&(lun, lbn)) else { return value == 0 };
        let block = &self.blocks[*at].1;
        let Some(cluster) = block.clusters.iter().find(|cluster| cluster.value == value) else {
            return false;
        };
        !cluster.over && !block.superseded(cluster, self.now)
    }

    /// Blocks that a host has asked for so far: LUN and LBN.
    pub fn blocks(&self) -> impl Iterator<Item = (u16, u64)> {
        self.blocks.iter().map(|(place, _)| *place)
    }

    /// Blocks that reads have returned and that were checked.
    #[must_use]
    pub fn reads_checked(&self) -> u64 {
        self.reads_checked
    }

    /// What was found since the last call.
    pub fn take_violations(&mut self, after_events: u64) -> Vec<Violation> {
        let broken = std::mem::take(&mut self.broken);
        let invariant = Invariant::ReadLinearizable;
        broken.into_iter().map(|what| Violation { invariant, after_events, what }).collect()
    }

    fn begins(&mut self, op: u64, operation: Operation) {
        for lbn in operation.lbn..operation.lbn + u64::from(operation.blocks) {
            let at = *self.places.entry((operation.lun, lbn)).or_insert_with(|| {
                let untouched =
                    Cluster { value: 0, first_end: 0, last_begin: 0, writing: false, over: false };
                self.blocks
                    .push(((operation.lun, lbn), Block { clusters: vec![untouched], reads: Vec::new() }));
                self.blocks.len() - 1
            });
            let block = &mut self.blocks[at].1;
            match operation.io {
                IoKind::Read => block.reads.push(operation.began),
                IoKind::Write => {
                    block.clusters.push(Cluster {
                        value: op,
                        first_end: NEVER,
                        last_begin: operation.began,
                        writing: true,
                        over: false,
                    });
                }
            }
        }
        self.under_way.insert(op, operation);
    }

    fn write_ends(&mut self, op: u64) {
        let Some(operation) = self.under_way.remove(&op) else { return };
        if operation.io == IoKind::Read {
            return;
        }
        for lbn in operation.lbn..operation.lbn + u64::from(operation.blocks) {
            let now = self.now;
            if let Some(at) = self.places.get(&(operation.lun, lbn)) {
                let block = &mut self.blocks[*at].1;
                if !block.end(op, None, now) {
                    self.broken.push(format!(
                        "write {op} of block {}:{lbn} was acknowledged out of order",
                        operation.lun
                    ));
                }
                block.forget(now);
            }
        }
    }

    fn read_returns(&mut self, op: u64, lun: u16, lbn: u64, value: u64) {
        let Some(began) = self.under_way.get(&op).map(|operation| operation.began) else { return };
        self.reads_checked += 1;
        let now = self.now;
        let Some(at) = self.places.get(&(lun, lbn)) else { return };
        let block = &mut self.blocks[*at].1;
        if !block.end(value, Some(began), now) {
            self.broken
                .push(format!("read {op} of block {lun}:{lbn} returned write {value}, which it may not see"));
        }
        if let Some(at) = block.reads.iter().position(|read| *read == began) {
            block.reads.swap_remove(at);
        }
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
        cluster.first_end = cluster.first_end.min(now);
        cluster.last_begin = cluster.last_begin.max(began.unwrap_or(0));
        let ended = *cluster;
        if ended.over && began.is_some() {
            return false;
        }
        !self.clusters.iter().any(|other| {
            other.value != value && ended.first_end < other.last_begin && other.first_end < ended.last_begin
        })
    }

    /// Whether a read that begins at `began` can no longer return the cluster's value.
    fn superseded(&self, cluster: &Cluster, began: u64) -> bool {
        self.clusters.iter().any(|other| {
            other.value != cluster.value && cluster.first_end < other.last_begin && other.first_end < began
        })
    }

    fn forget(&mut self, now: u64) {
        // By far the most common case: one value, and nothing is being written.
        if self.clusters.len() == 1 {
            return;
        }
        let oldest_read = self.reads.iter().copied().min().unwrap_or(now).min(now);
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
        match fact {
            Fact::HostArrived { op, io, lun, lbn, blocks, .. } => {
                self.begins(op, Operation { io, lun, lbn, blocks, began: self.now });
            }
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

    /// W n: write n begins; A n: it is acknowledged; R n: read n begins; V n v: it returns v.
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
    fn a_value_that_nobody_wrote_is_refused() {
        assert_eq!(history("R 10 V 10 99").len(), 1);
    }
}
