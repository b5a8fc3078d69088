//! Disk work: the commands that belong to one flush, one write-through, one read or one patrolled stripe, and what
//! follows when they are done. A stripe that is damaged is written around its damage.

use super::patrol::StripeLook;
use super::{Controller, Outbox, Output};
use crate::array::{Also, DiskCommand, Target};
use crate::buffer::LineBuf;
use crate::fact::{Fact, IoKind, Observer};
use crate::ids::{BlockMap, LineKey};
use crate::raid::parity::xor_into;
use crate::raid::plan::{self, Damage, Plan, rows_in_chunk};
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
    /// Blocks for a read; those that could not be read so far; and whether the cache may keep what comes.
    Read { request: u32, missing: BlockMap, keep: bool },
    /// Blocks for a read that are computed from the other chunks of their rows.
    Reconstruct { request: u32, want: BlockMap, sum: LineBuf, failed_rows: BlockMap },
    /// A stripe is written: by a flush, or by a write-through.
    Stripe(StripeWrite),
    /// A patrol looks at a stripe.
    Look(StripeLook),
}

/// The stripe write under way.
#[derive(Clone, Debug)]
pub struct StripeWrite {
    pub plan: Plan,
    pub step: StripeStep,
    /// The parity so far, one row after another from the buffer's start.
    pub parity: LineBuf,
    /// The new data, and whatever else of the line the cache has.
    pub data: LineBuf,
    /// What could not be read.
    pub damage: Damage,
    pub(super) damage_grew: bool,
    /// Data blocks and parity rows that a disk did not take: a missing one's are held by the other.
    pub(super) unwritten: BlockMap,
    pub(super) unwritten_parity: BlockMap,
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

    #[must_use]
    pub fn is_stripe_write(&self) -> bool {
        matches!(self.purpose, Purpose::Stripe(_))
    }

    /// The work is given up.
    pub fn give_buffers<O: Observer>(self, out: &mut Outbox<'_, O>) {
        match self.purpose {
            Purpose::Read { .. } => {}
            Purpose::Reconstruct { sum, .. } => out.buffers.give(sum),
            Purpose::Stripe(write) => {
                out.buffers.give(write.parity);
                out.buffers.give(write.data);
            }
            Purpose::Look(look) => {
                out.buffers.give(look.data);
                out.buffers.give(look.parity);
            }
        }
    }
}

/// One command, as a work asks for it.
#[derive(Clone, Debug)]
pub struct Ask {
    pub target: Target,
    pub rows: BlockMap,
    pub io: IoKind,
    pub bytes: Option<LineBuf>,
    pub also: Also,
}

impl Ask {
    #[must_use]
    pub fn read(target: Target, rows: BlockMap) -> Ask {
        Ask { target, rows, io: IoKind::Read, bytes: None, also: Also::default() }
    }

    #[must_use]
    pub fn write(target: Target, rows: BlockMap, bytes: LineBuf) -> Ask {
        Ask { target, rows, io: IoKind::Write, bytes: Some(bytes), also: Also::default() }
    }
}

impl Controller {
    /// Gives one command of a work to the array.
    pub(super) fn issue<O: Observer>(&mut self, work: u32, ask: Ask, out: &mut Outbox<'_, O>) {
        let Ask { target, rows, io, bytes, also } = ask;
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
            boot: self.standing.boot,
            aborted: false,
            key,
            stripe,
            target,
            rows,
            io,
            also,
            bytes,
            failed: BlockMap::EMPTY,
        }));
    }

    /// Reads the data blocks of `map`, one command for each chunk.
    pub(super) fn issue_reads<O: Observer>(&mut self, work: u32, map: BlockMap, out: &mut Outbox<'_, O>) {
        let geometry = self.shape.geometry;
        for chunk in 0..geometry.data_disks() {
            let rows = rows_in_chunk(geometry, map, chunk);
            if !rows.is_empty() {
                self.issue(work, Ask::read(Target::Data(chunk as u8), rows), out);
            }
        }
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
            let (at, key, io) = (self.id, command.key, command.io);
            if command.failed.is_empty() {
                Fact::DiskDone { at, key, disk, offset, io, parity }
            } else {
                Fact::DiskFailed { at, key, disk, offset, io, parity }
            }
        });
        self.works[work].pending -= 1;
        let done = self.works[work].pending == 0;
        let first = command.target.first_block(geometry);
        let failed_blocks = BlockMap(command.failed.0 << first);
        let block_bytes = self.shape.block_bytes;
        let read = command.rows.without(command.failed);
        match &mut self.works[work].purpose {
            Purpose::Read { request, missing, keep } => {
                let (request, keep) = (*request, *keep);
                *missing = missing.union(failed_blocks);
                self.read_landed(request, &command, keep, out);
                if done {
                    let Purpose::Read { missing, .. } = self.works.remove(work).purpose else { return };
                    if missing.is_empty() {
                        self.answer_read(request, out);
                    } else {
                        self.read_around(request, missing, out);
                    }
                }
            }
            Purpose::Reconstruct { sum, failed_rows, .. } => {
                *failed_rows = failed_rows.union(command.failed);
                fold_rows(sum, first, read, &command.bytes, block_bytes);
                if done {
                    self.reconstructed(work, out);
                }
            }
            Purpose::Stripe(write) => {
                if command.io == IoKind::Read {
                    fold_rows(&mut write.parity, first, read, &command.bytes, block_bytes);
                    if !command.failed.is_empty() {
                        write.damage_grew = true;
                        if command.target == Target::Parity {
                            write.damage.parity = write.damage.parity.union(command.failed);
                        } else {
                            write.damage.data = write.damage.data.union(failed_blocks);
                        }
                    }
                }
                if command.io == IoKind::Write && command.target == Target::Parity {
                    write.unwritten_parity = write.unwritten_parity.union(command.failed);
                } else if command.io == IoKind::Write {
                    write.unwritten = write.unwritten.union(failed_blocks);
                }
                if done {
                    self.next_stripe_step(work, out);
                }
            }
            Purpose::Look(look) => {
                look.landed(&command, first, block_bytes);
                if done {
                    self.next_look_step(work, out);
                }
            }
        }
        out.buffers.give(command.bytes);
    }

    /// Computes blocks that cannot be read from all other chunks of their rows. The line is locked meanwhile.
    pub(super) fn reconstruct<O: Observer>(&mut self, request: u32, want: BlockMap, out: &mut Outbox<'_, O>) {
        let geometry = self.shape.geometry;
        let rows = plan::rows_of(geometry, want);
        let (key, sum) = (self.requests[request].key, out.buffers.take_zeroed());
        // Two blocks of one row cannot be computed from its one parity.
        let twice = rows
            .iter()
            .filter(|row| plan::blocks_in_rows(geometry, BlockMap(1 << row)).intersection(want).count() > 1);
        let failed_rows = BlockMap(twice.fold(0, |map, row| map | 1 << row));
        let purpose = Purpose::Reconstruct { request, want, sum, failed_rows };
        let work = self.works.insert(Work::new(key, purpose));
        self.issue_reads(work, plan::blocks_in_rows(geometry, rows).without(want), out);
        self.issue(work, Ask::read(Target::Parity, rows), out);
    }

    fn reconstructed<O: Observer>(&mut self, work: u32, out: &mut Outbox<'_, O>) {
        let Work { key, purpose, .. } = self.works.remove(work);
        let Purpose::Reconstruct { request, want, sum, failed_rows } = purpose else { return };
        let (geometry, block_bytes) = (self.shape.geometry, self.shape.block_bytes);
        let chunk_blocks = u32::from(geometry.chunk_blocks);
        let mut left = BlockMap::EMPTY;
        for block in want.iter() {
            let row = block % chunk_blocks;
            if failed_rows.contains(row) {
                left = left.union(BlockMap(1 << block));
                continue;
            }
            let (to, from) = (block as usize * block_bytes, row as usize * block_bytes);
            self.requests[request].bytes.bytes_mut()[to..to + block_bytes]
                .copy_from_slice(&sum.bytes()[from..from + block_bytes]);
        }
        out.buffers.give(sum);
        if left.is_empty() {
            self.answer_read(request, out);
        } else {
            self.read_again(request, left, out);
        }
        let at = self.table.find(key).expect("a locked line keeps its record");
        self.unlock(at, out);
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
        let damage = Damage { suspect: self.is_suspect(key), ..Damage::default() };
        let plan = if damage.is_none() {
            plan::cheapest(geometry, write, cached)
        } else {
            plan::around(geometry, write, damage)
        };
        let parity = out.buffers.take();
        let write = StripeWrite {
            plan,
            step: StripeStep::Read,
            parity,
            data,
            damage,
            damage_grew: false,
            unwritten: BlockMap::EMPTY,
            unwritten_parity: BlockMap::EMPTY,
        };
        let work = self.works.insert(Work::new(key, Purpose::Stripe(write)));
        self.begin_stripe_write(work, out);
    }

    /// Folds into the parity what the memory has, and reads what the plan needs besides.
    fn begin_stripe_write<O: Observer>(&mut self, work: u32, out: &mut Outbox<'_, O>) {
        let geometry = self.shape.geometry;
        let (key, block_bytes) = (self.works[work].key, self.shape.block_bytes);
        let Purpose::Stripe(write) = &mut self.works[work].purpose else { return };
        let plan = write.plan;
        write.damage_grew = false;
        write.parity.bytes_mut().fill(0);
        for chunk in 0..geometry.data_disks() {
            let first = chunk * u32::from(geometry.chunk_blocks);
            let rows = rows_in_chunk(geometry, plan.known, chunk).intersection(plan.rows);
            fold_rows(&mut write.parity, first, rows, &write.data, block_bytes);
        }
        out.fact(|| Fact::ParityPlanned {
            at: self.id,
            key,
            plan: plan.kind,
            reads: plan.reads(geometry),
            writes: plan.writes(geometry),
        });
        self.issue_reads(work, plan.read, out);
        if !plan.parity_rows.is_empty() {
            self.issue(work, Ask::read(Target::Parity, plan.parity_rows), out);
        }
        if self.works[work].pending == 0 {
            self.next_stripe_step(work, out);
        }
    }

    /// All commands of a step are done: data after the reads, parity after the data, and then the stripe is
    /// written. Nothing has been written while reads meet new damage: they begin anew, around it.
    fn next_stripe_step<O: Observer>(&mut self, work: u32, out: &mut Outbox<'_, O>) {
        let key = self.works[work].key;
        let geometry = self.shape.geometry;
        let Purpose::Stripe(write) = &mut self.works[work].purpose else { return };
        let plan = write.plan;
        match write.step {
            StripeStep::Read if write.damage_grew => {
                write.plan = plan::around(geometry, plan.write, write.damage);
                self.begin_stripe_write(work, out);
            }
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
                    self.issue(work, Ask::write(Target::Data(chunk as u8), rows, bytes), out);
                }
            }
            StripeStep::Data => {
                write.step = StripeStep::Parity;
                let damage = write.damage;
                let bytes = out.copy(plan.rows, &write.parity);
                let at = self.table.find(key).expect("a line that is written to disk keeps its record");
                let to = match self.table[at].state {
                    Some(LineState::OF(_)) => LineState::OF(FlushStep::Parity),
                    Some(LineState::SF(_)) => LineState::SF(FlushStep::Parity),
                    Some(LineState::SW(_)) => LineState::SW(FlushStep::Parity),
                    _ => LineState::OW(FlushStep::Parity),
                };
                self.set_state(at, Some(to), out);
                if !plan.lost_rows.is_empty() {
                    let map = plan::blocks_in_rows(geometry, plan.lost_rows).intersection(damage.data);
                    out.fact(|| Fact::BlocksLost { at: self.id, key, map });
                }
                let also = Also { rebuilt: false, unreadable: plan.lost_rows };
                self.issue(work, Ask { also, ..Ask::write(Target::Parity, plan.rows, bytes) }, out);
            }
            StripeStep::Parity => {
                let suspect = write.damage.suspect;
                let nowhere =
                    plan::blocks_in_rows(geometry, write.unwritten_parity).intersection(write.unwritten);
                if !nowhere.is_empty() {
                    out.fact(|| Fact::BlocksLost { at: self.id, key, map: nowhere });
                }
                self.works.remove(work).give_buffers(out);
                if suspect {
                    self.trust(key, out);
                }
                let at = self.table.find(key).expect("a line that is written to disk keeps its record");
                self.stripe_written(at, plan.write, out);
                self.give_stripe_back(key, out);
            }
        }
    }

    /// A patrol or a reconstructing read is at work on the stripe: no write of it begins.
    pub(super) fn lock(&mut self, at: u32) {
        let line = &mut self.table[at];
        line.locks += 1;
        self.unsettled[usize::from(line.key.lun().0)] += 1;
    }

    pub(super) fn unlock<O: Observer>(&mut self, at: u32, out: &mut Outbox<'_, O>) {
        let line = &mut self.table[at];
        line.locks -= 1;
        self.unsettled[usize::from(line.key.lun().0)] -= 1;
        if line.locks == 0 {
            let key = line.key;
            self.wake_reads(at, out);
            if self.table.find(key) == Some(at) {
                self.pump(at, out);
            }
        }
    }

    /// All work on the stripe has been given up.
    pub(super) fn unlock_all(&mut self, at: u32) {
        let line = &mut self.table[at];
        self.unsettled[usize::from(line.key.lun().0)] -= u32::from(line.locks);
        line.locks = 0;
    }
}

/// XORs rows into the parity: row i of the source stands at block `first + i`, of the parity at block i.
pub(super) fn fold_rows(
    parity: &mut LineBuf,
    first: u32,
    rows: BlockMap,
    from: &LineBuf,
    block_bytes: usize,
) {
    for row in rows.iter() {
        let to = row as usize * block_bytes;
        let at = (first + row) as usize * block_bytes;
        xor_into(&mut parity.bytes_mut()[to..to + block_bytes], &from.bytes()[at..at + block_bytes]);
    }
}
