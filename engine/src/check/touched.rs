//! Which lines an event has to do with: those whose keys stand in its facts, and those of the hosts' writes that it
//! answered or gave up. What a check says of any other line is what it said before. Facts that change nothing
//! that is checked (a request comes, a disk command is issued, DATA lands where nobody looks yet) touch nothing.

use crate::fact::{Fact, IoKind, Observer};
use crate::ids::{ControllerId, LineKey, Lun};
use crate::message::MessageKind;
use crate::sim::{EventKind, Fault, World};

/// Blocks that a host's operation is about, while it is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub op: u64,
    pub at: ControllerId,
    io: IoKind,
    pub lun: u16,
    pub lbn: u64,
    pub blocks: u32,
}

/// Collects, fact by fact; [`Touched::settle`] makes lines of it.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// Lines, and whether it is certain that something changed that is checked. Of the others it is seen by their
    /// records.
    keys: Vec<(LineKey, bool)>,
    /// LUN, first block and count of what writes are about that have ended.
    blocks: Vec<(u16, u64, u32)>,
    under_way: Vec<Asked>,
}

impl Touched {
    /// The operation, while it is under way.
    #[must_use]
    pub fn asked(&self, op: u64) -> Option<Asked> {
        self.under_way.iter().rev().find(|asked| asked.op == op).copied()
    }

    /// A line of which something has changed.
    pub fn touch(&mut self, key: LineKey) {
        if self.keys.last() != Some(&(key, true)) {
            self.keys.push((key, true));
        }
    }

    /// A line of which something may have changed, but nothing that its records do not show.
    fn brush(&mut self, key: LineKey) {
        if self.keys.last().is_none_or(|(last, _)| *last != key) {
            self.keys.push((key, false));
        }
    }

    /// The event is over: each line that it has to do with stands in [`Touched::keys`] once.
    pub fn settle(&mut self, world: &World) {
        let geometry = world.config().raid;
        // A command may have landed whose issuer hears nothing of it.
        if let Some(EventKind::Disk { key, io: IoKind::Write, .. }) = world.last_event() {
            self.touch(key);
        }
        if !self.blocks.is_empty() {
            let line_blocks = u64::from(geometry.part_blocks());
            for n in 0..self.blocks.len() {
                let (lun, lbn, blocks) = self.blocks[n];
                for line in lbn / line_blocks..=(lbn + u64::from(blocks) - 1) / line_blocks {
                    self.touch(geometry.key_of(Lun(lun), line * line_blocks));
                }
            }
        }
        if let Some(EventKind::Fault { fault: Fault::SectorError { stripe, .. } }) = world.last_event() {
            self.touch(world.controller(ControllerId::A).shape().key_of_stripe(stripe));
        }
        // What is checked of a line, its stripe's parity among it, depends on all lines that share the stripe.
        if geometry.lines_per_stripe > 1 {
            for n in 0..self.keys.len() {
                let (key, certain) = self.keys[n];
                let beside = geometry.lines_beside(key).filter(|other| *other != key);
                self.keys.extend(beside.map(|other| (other, certain)));
            }
        }
        if self.keys.len() > 1 {
            // Of a line that is there twice the certain one comes first, and stays.
            self.keys.sort_unstable_by_key(|(key, certain)| (*key, !*certain));
            self.keys.dedup_by_key(|(key, _)| *key);
        }
    }

    /// The lines of the event, once it is settled, and whether it is certain that they changed.
    #[must_use]
    pub fn keys(&self) -> &[(LineKey, bool)] {
        &self.keys
    }

    /// Ready for the next event.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.blocks.clear();
    }

    fn ends(&mut self, op: u64) {
        if let Some(at) = self.under_way.iter().rposition(|asked| asked.op == op) {
            let asked = self.under_way.swap_remove(at);
            // That a read ends changes nothing; what it returns does.
            if asked.io == IoKind::Write {
                self.blocks.push((asked.lun, asked.lbn, asked.blocks));
            }
        }
    }
}

impl Observer for Touched {
    fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::HostArrived { op, at, io, lun, lbn, blocks, .. } => {
                self.under_way.push(Asked { op, at, io, lun, lbn, blocks });
            }
            Fact::HostReplied { op, .. } => self.ends(op),
            Fact::Abandoned { at } => {
                let ops: Vec<u64> =
                    self.under_way.iter().filter(|asked| asked.at == at).map(|asked| asked.op).collect();
                for op in ops {
                    self.ends(op);
                }
            }
            Fact::Lost { key: Some(key), .. }
            | Fact::Dropped { key: Some(key), .. }
            | Fact::Stray { key: Some(key), .. } => self.touch(key),
            // Until META is handled nobody can see what DATA has brought (protocol §1).
            Fact::Received { message: MessageKind::Data, .. } => {}
            // A line keeps what it has while it is read; what a read brings into a cache its record shows.
            Fact::Waits { key, .. }
            | Fact::DiskDone { key, io: IoKind::Read, .. }
            | Fact::Sent { key, message: MessageKind::ReadFwd | MessageKind::ReadRsp, .. }
            | Fact::Received { key, message: MessageKind::ReadFwd | MessageKind::ReadRsp, .. } => {
                self.brush(key)
            }
            Fact::WriteCommitted { key, .. }
            | Fact::LineState { key, .. }
            | Fact::Sent { key, .. }
            | Fact::Received { key, .. }
            | Fact::OwnershipGained { key, .. }
            | Fact::FlushBegan { key, .. }
            | Fact::WriteThroughBegan { key, .. }
            | Fact::DiskDone { key, .. }
            | Fact::DiskFailed { key, .. }
            | Fact::Suspect { key, .. }
            | Fact::Trusted { key, .. }
            | Fact::Walked { key, .. }
            | Fact::Patrolled { key, .. }
            | Fact::BlocksLost { key, .. } => self.touch(key),
            _ => {}
        }
    }
}
