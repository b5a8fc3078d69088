//! What reads may return, as bytes, and back: see [`crate::compact`].
//!
//! Of the times only their order within a block says anything, so each is written as its place in that order.

use super::{Block, Cluster, Linearizability, NEVER, Operation};
use crate::compact::{Coder, Part};
use crate::fact::IoKind;
use crate::ids::{ControllerId, Lun};

impl Linearizability {
    /// Makes an account of a block, so that the accounts of two states stand in one order.
    pub(crate) fn expect(&mut self, lun: u16, lbn: u64) {
        self.account(lun, lbn);
    }

    pub(crate) fn code(&mut self, c: &mut Coder) {
        let mut touched = !self.as_read;
        c.part(Part::Hosts, &mut touched, |c| self.code_all(c));
        self.as_read = !touched;
    }

    fn code_all(&mut self, c: &mut Coder) {
        let mut latest = 0;
        for n in 0..self.blocks.count() {
            let at = self.account_before(n, c);
            latest = self.blocks.block_mut(at).code(c).max(latest);
        }
        let count = c.count(self.under_way.len());
        if !c.reading {
            self.write_under_way(c);
            return;
        }
        self.now = latest + 1;
        self.under_way.clear();
        self.broken.clear();
        self.settled.clear();
        for _ in 0..count {
            let mut op = 0;
            let (at, io) = (ControllerId::A, IoKind::Read);
            let mut operation = Operation { at, io, lun: 0, lbn: 0, blocks: 0, returned: 0 };
            c.request_number(&mut op);
            operation.code(c);
            self.under_way.insert(op, operation);
        }
    }

    /// The account that is written in an account's place.
    fn account_before(&self, n: u32, c: &mut Coder) -> u32 {
        if !c.under.is_other() {
            return n;
        }
        let (lun, lbn) = self.blocks.place(n);
        let (lun, lbn) = c.block_before(Lun(lun), lbn);
        self.places.get(&(lun.0, lbn)).map_or(n, |at| *at)
    }

    fn write_under_way(&mut self, c: &mut Coder) {
        if c.under.is_other() {
            let mut all: Vec<(u64, Operation)> = self.under_way.iter().map(|(op, of)| (*op, *of)).collect();
            all.sort_unstable_by_key(|(op, _)| c.under.request(*op));
            for (op, operation) in &mut all {
                c.request_number(op);
                operation.code(c);
            }
            return;
        }
        for (op, operation) in &mut self.under_way {
            c.request_number(&mut op.clone());
            operation.code(c);
        }
    }
}

impl Operation {
    fn code(&mut self, c: &mut Coder) {
        c.controller(&mut self.at);
        let mut writes = self.io == IoKind::Write;
        c.flag(&mut writes);
        self.io = if writes { IoKind::Write } else { IoKind::Read };
        let mut lun = Lun(self.lun);
        c.range(&mut lun, &mut self.lbn, &mut self.blocks);
        self.lun = lun.0;
        c.number32(&mut self.returned);
    }
}

/// A time as its place in the order of all of a block, from 1 on.
fn code_time(time: &mut u64, order: &[u64], c: &mut Coder) {
    let mut place = match *time {
        NEVER => 0,
        time => 1 + order.iter().position(|other| *other == time).unwrap_or(0) as u64,
    };
    c.number(&mut place);
    if c.reading {
        *time = if place == 0 { NEVER } else { place };
    }
}

impl Block {
    /// Returns the latest time of the block.
    fn code(&mut self, c: &mut Coder) -> u64 {
        let mut order = std::mem::take(&mut c.times);
        order.clear();
        if !c.reading {
            // The order of the list says nothing.
            self.clusters.sort_unstable_by_key(|cluster| c.renamed_value(cluster.value));
            self.reads.sort_unstable_by_key(|read| c.under.request(read.0));
            let reads = self.reads.iter().map(|read| read.1);
            let clusters = self.clusters.iter().flat_map(|cluster| [cluster.first_end, cluster.last_begin]);
            order.extend(clusters.chain(reads).filter(|time| *time != NEVER));
            order.sort_unstable();
            order.dedup();
        }
        let count = c.count(self.clusters.len());
        self.clusters.resize(count, Cluster::untouched());
        let mut latest = 0;
        for cluster in &mut self.clusters {
            c.value(&mut cluster.value);
            code_time(&mut cluster.first_end, &order, c);
            code_time(&mut cluster.last_begin, &order, c);
            c.flags([&mut cluster.writing, &mut cluster.over, &mut cluster.maybe]);
            let ended = if cluster.first_end == NEVER { 0 } else { cluster.first_end };
            latest = latest.max(ended).max(cluster.last_begin);
        }
        let count = c.count(self.reads.len());
        self.reads.resize(count, (0, 0));
        for (op, began) in &mut self.reads {
            c.request_number(op);
            code_time(began, &order, c);
            latest = latest.max(*began);
        }
        c.times = order;
        latest
    }
}
