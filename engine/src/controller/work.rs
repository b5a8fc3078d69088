//! Disk work: the commands that belong to one flush, one write-through or one read, and what follows when they
//! are done.

use super::{Controller, Outbox, Output};
use crate::array::{DiskCommand, Target};
use crate::buffer::LineBuf;
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::{BlockMap, LineKey};
use crate::raid::parity::xor_into;
use crate::raid::plan::{self, Plan, rows_in_chunk};
use crate::state::{FlushStep, LineState};

#[derive(Clone, Debug)]
pub struct Work {
    pub key: LineKey,
    pub purpose: Purpose,
    /// Commands that have not been carried out yet.
    pub pending: u8,
}

#[derive(Clone, Debug)]
pub enum Purpose {
    /// Blocks for a read.
    Read { request: u32 },
    /// A stripe is written: by a flush, or by a write-through.
    Stripe(StripeWrite),
}

/// The stripe write under way.
#[derive(Clone, Debug)]
pub struct StripeWrite {
    pub plan: Plan,
    pub step: StripeStep,
    /// The parity so far, one row after another from the buffer's start.
    pub parity: LineBuf,
    /// The new data.
    pub data: LineBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StripeStep {
    /// Reading what the plan needs.
    Read,
    /// Writing data.
    Data,
    /// Writing parity.
    Parity,
}

impl Work {
    #[must_use]
    pub fn new(key: LineKey, purpose: Purpose) -> Work {
        Work { key, purpose, pending: 0 }
    }
}

impl Controller {
    /// Gives one command of a work to the array.
    pub(super) fn issue<O: Observer>(
        &mut self,
        work: u32,
        target: Target,
        rows: BlockMap,
        io: IoKind,
        bytes: Option<LineBuf>,
        out: &mut Outbox<'_, O>,
    ) {
        let ticket = self.works.ticket(work);
        let key = self.works[work].key;
        self.works[work].pending += 1;
        let stripe = self.shape.array_stripe(key);
        let bytes = bytes.unwrap_or_else(|| out.buffers.take());
        let geometry = self.shape.geometry;
        out.fact(|| {
            let offset = stripe * u64::from(geometry.chunk_blocks) + u64::from(rows.0.trailing_zeros());
            let (disk, parity) = (target.disk(geometry, stripe), target == Target::Parity);
            Fact::DiskIssued { at: self.id, key, disk, offset, io, parity }
        });
        out.outputs.push(Output::Disk(DiskCommand {
            ticket,
            issuer: self.id,
            key,
            stripe,
            target,
            rows,
            io,
            bytes,
        }));
    }

    /// A command has been carried out. It counts only for the work that issued it (C1).
    pub(super) fn disk_done<O: Observer>(&mut self, command: DiskCommand, out: &mut Outbox<'_, O>) {
        let Some(work) = self.works.redeem(command.ticket) else {
            out.buffers.give(command.bytes);
            return;
        };
        let geometry = self.shape.geometry;
        out.fact(|| {
            let offset = command.stripe * u64::from(geometry.chunk_blocks)
                + u64::from(command.rows.0.trailing_zeros());
            let (disk, parity) =
                (command.target.disk(geometry, command.stripe), command.target == Target::Parity);
            Fact::DiskDone { at: self.id, key: command.key, disk, offset, io: command.io, parity }
        });
        self.works[work].pending -= 1;
        let done = self.works[work].pending == 0;
        match self.works[work].purpose {
            Purpose::Read { request } => {
                self.read_landed(request, &command, out);
                if done {
                    self.works.remove(work);
                    self.answer_read(request, out);
                }
            }
            Purpose::Stripe(ref mut write) => {
                if command.io == IoKind::Read {
                    let first = command.target.first_block(geometry);
                    fold_rows(&mut write.parity, first, command.rows, &command.bytes, self.shape.block_bytes);
                }
                if done {
                    self.next_stripe_step(work, out);
                }
            }
        }
        out.buffers.give(command.bytes);
    }

    /// Writes a stripe: `write` are the blocks, `data` holds them and whatever of the line is in `cached`.
    pub(super) fn write_stripe<O: Observer>(
        &mut self,
        key: LineKey,
        write: BlockMap,
        cached: BlockMap,
        data: LineBuf,
        out: &mut Outbox<'_, O>,
    ) {
        let geometry = self.shape.geometry;
        let plan = plan::cheapest(geometry, write, cached);
        out.fact(|| Fact::ParityPlanned {
            at: self.id,
            key,
            plan: plan.kind,
            reads: plan.reads(geometry),
            writes: plan.writes(geometry),
        });
        let mut parity = out.buffers.take_zeroed();
        // Reconstructing folds in all that the cache has of the rows, modifying only what is written.
        let known = if plan.read_parity { write } else { write.union(cached) };
        for chunk in 0..geometry.data_disks() {
            let first = chunk * u32::from(geometry.chunk_blocks);
            let rows = rows_in_chunk(geometry, known, chunk).intersection(plan.rows);
            fold_rows(&mut parity, first, rows, &data, self.shape.block_bytes);
        }
        let write = StripeWrite { plan, step: StripeStep::Read, parity, data };
        let work = self.works.insert(Work::new(key, Purpose::Stripe(write)));
        for chunk in 0..geometry.data_disks() {
            let rows = rows_in_chunk(geometry, plan.read, chunk);
            if !rows.is_empty() {
                self.issue(work, Target::Data(chunk as u8), rows, IoKind::Read, None, out);
            }
        }
        if plan.read_parity {
            self.issue(work, Target::Parity, plan.rows, IoKind::Read, None, out);
        }
        if self.works[work].pending == 0 {
            self.next_stripe_step(work, out);
        }
    }

    /// All commands of a step are done: data after the reads, parity after the data, and then the stripe is
    /// written.
    fn next_stripe_step<O: Observer>(&mut self, work: u32, out: &mut Outbox<'_, O>) {
        let key = self.works[work].key;
        let geometry = self.shape.geometry;
        let Purpose::Stripe(write) = &mut self.works[work].purpose else { return };
        let plan = write.plan;
        match write.step {
            StripeStep::Read => {
                write.step = StripeStep::Data;
                for chunk in 0..geometry.data_disks() {
                    let rows = rows_in_chunk(geometry, plan.write, chunk);
                    if rows.is_empty() {
                        continue;
                    }
                    let map = BlockMap(rows.0 << (chunk * u32::from(geometry.chunk_blocks)));
                    let Purpose::Stripe(write) = &self.works[work].purpose else { return };
                    let bytes = out.copy(map, &write.data);
                    self.issue(work, Target::Data(chunk as u8), rows, IoKind::Write, Some(bytes), out);
                }
            }
            StripeStep::Data => {
                write.step = StripeStep::Parity;
                let bytes = out.copy(plan.rows, &write.parity);
                let at = self.table.find(key).expect("a line that is written to disk keeps its record");
                let to = match self.table[at].state {
                    Some(LineState::OF(_)) => LineState::OF(FlushStep::Parity),
                    _ => LineState::OW(FlushStep::Parity),
                };
                self.set_state(at, Some(to), out);
                self.issue(work, Target::Parity, plan.rows, IoKind::Write, Some(bytes), out);
            }
            StripeStep::Parity => {
                if let Purpose::Stripe(write) = self.works.remove(work).purpose {
                    out.buffers.give(write.parity);
                    out.buffers.give(write.data);
                }
                let at = self.table.find(key).expect("a line that is written to disk keeps its record");
                self.stripe_written(at, plan.write, out);
            }
        }
    }
}

/// XORs rows into the parity: row i of the source stands at block `first + i`, of the parity at block i.
fn fold_rows(parity: &mut LineBuf, first: u32, rows: BlockMap, from: &LineBuf, block_bytes: usize) {
    for row in rows.iter() {
        let to = row as usize * block_bytes;
        let at = (first + row) as usize * block_bytes;
        xor_into(&mut parity.bytes_mut()[to..to + block_bytes], &from.bytes()[at..at + block_bytes]);
    }
}
