//! Patrols: stripes that are looked at one by one, to scrub the array, to rebuild a disk, to recompute parity that
//! may be wrong. Each controller looks at the stripes whose lines it owns, under the line's lock.
//!
//! A look reads all chunks of a stripe. Per row: if everything could be read and fits, the row is sound; if parity
//! does not fit, it is written anew; if one block could not be read, it is computed from the others (unless parity is
//! in doubt) and written; otherwise blocks are lost, and marked so that nobody reads a wrong value.

use super::work::{Ask, Purpose, Work, fold_rows};
use super::{Controller, Mode, Outbox, Output, Timer};
use crate::array::{Also, DiskCommand, Target};
use crate::buffer::LineBuf;
use crate::bug::Bug;
use crate::digest::Digest;
use crate::fact::{Fact, Found, IoKind, Observer};
use crate::ids::{BlockMap, LineKey};
use crate::raid::plan;
use crate::state::LineState;
use std::collections::BTreeSet;
use std::ops::Bound;

/// How far the patrols have come.
#[derive(Clone, Debug, Default)]
pub struct Patrol {
    /// The next stripe of the array, while `active`.
    pub cursor: u64,
    pub active: bool,
    /// A disk is being rebuilt: passes are repeated until every stripe is done.
    pub rebuild: bool,
    /// Every stripe from the cursor on is suspect (R4).
    pub all_suspect: bool,
    /// Stripes that were passed over, since something was under way on their lines.
    pub left: BTreeSet<LineKey>,
    /// Where to go on among those and among the suspects.
    pub(super) next: LineKey,
    /// Looks under way.
    pub running: u16,
    pub timer_armed: bool,
}

impl Patrol {
    pub fn feed(&self, digest: &mut Digest) {
        digest.word(self.cursor);
        for key in &self.left {
            digest.word(key.bits());
        }
        let flags = [self.active, self.rebuild, self.all_suspect, self.timer_armed];
        digest.flags(u32::from(self.running), &flags);
    }
}

/// A look at one stripe.
#[derive(Clone, Debug)]
pub struct StripeLook {
    pub data: LineBuf,
    pub parity: LineBuf,
    pub(super) failed_data: BlockMap,
    pub(super) failed_parity: BlockMap,
    pub(super) suspect: bool,
    pub(super) writing: bool,
    pub(super) found: Found,
    /// A write has failed: the disk is not there.
    pub(super) absent: bool,
}

impl StripeLook {
    /// A command of the look has been carried out; its row 0 stands at block `first`.
    pub(super) fn landed(&mut self, command: &DiskCommand, first: u32, block_bytes: usize) {
        if command.io == IoKind::Write {
            self.absent |= !command.failed.is_empty();
            return;
        }
        let read = command.rows.without(command.failed);
        if command.target == Target::Parity {
            self.failed_parity = command.failed;
            crate::buffer::copy_blocks(block_bytes, read, command.bytes.bytes(), self.parity.bytes_mut());
        } else {
            self.failed_data = self.failed_data.union(BlockMap(command.failed.0 << first));
            let map = BlockMap(read.0 << first);
            crate::buffer::copy_blocks(block_bytes, map, command.bytes.bytes(), self.data.bytes_mut());
        }
    }
}

impl Controller {
    /// Every stripe is to be looked at, from the first on.
    pub(super) fn start_patrol<O: Observer>(&mut self, rebuild: bool, out: &mut Outbox<'_, O>) {
        self.patrol.rebuild |= rebuild;
        if self.patrol.all_suspect {
            return;
        }
        self.patrol.cursor = 0;
        self.patrol.active = true;
        self.go_on_patrol(out);
    }

    /// Whoever served before may have left any stripe half written (R4).
    pub(super) fn suspect_everything(&mut self) {
        self.patrol.cursor = 0;
        self.patrol.active = true;
        self.patrol.all_suspect = true;
    }

    pub(super) fn patrol_again<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        self.patrol.timer_armed = false;
        // A new pass, for stripes that have changed hands, when nothing of the last one is left.
        if self.patrol.rebuild
            && !self.patrol.active
            && self.patrol.left.is_empty()
            && self.patrol.running == 0
        {
            self.start_patrol(true, out);
        }
    }

    fn may_patrol(&self) -> bool {
        let mode = self.standing.mode;
        (mode.serves() && !self.join.closing) || mode == Mode::Recover
    }

    /// As many looks as the depth allows.
    pub(super) fn go_on_patrol<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if !self.may_patrol() {
            return;
        }
        if !self.patrol.active {
            self.look_at_what_is_left(out);
            return self.arm_patrol_timer(out);
        }
        while self.patrol.active && self.has_room() {
            let key = self.shape.key_of_stripe(self.patrol.cursor);
            let all_suspect = self.patrol.all_suspect;
            if all_suspect {
                // The stripe leaves the range of suspects with the cursor, and the set remembers it instead.
                self.mark_suspect(key, out);
            }
            self.patrol.cursor += 1;
            if self.patrol.cursor >= self.shape.stripes() {
                self.patrol.active = false;
                self.patrol.all_suspect = false;
            }
            if !self.owns(key) {
                continue;
            }
            if self.may_look(key) {
                self.look(key, out);
            } else {
                self.patrol.left.insert(key);
            }
        }
        self.arm_patrol_timer(out);
    }

    fn look_at_what_is_left<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if self.patrol.left.is_empty() {
            return;
        }
        for key in going_round(&self.patrol.left, &mut self.patrol.next) {
            if !self.has_room() {
                return;
            }
            if !self.owns(key) {
                self.patrol.left.remove(&key);
            } else if self.may_look(key) {
                self.patrol.left.remove(&key);
                self.look(key, out);
            }
        }
    }

    fn has_room(&self) -> bool {
        self.patrol.running < self.shape.failover.patrol_depth
    }

    fn arm_patrol_timer<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        let waits = self.patrol.rebuild && !self.patrol.active;
        if waits && !self.patrol.timer_armed {
            self.patrol.timer_armed = true;
            let after_ns = self.shape.failover.heartbeat_ns;
            out.outputs.push(Output::Arm { timer: Timer::Patrol, after_ns });
        }
    }

    /// Suspect stripes on which nothing else is under way are looked at; those of dirty lines are recomputed when
    /// the line is written back.
    pub(super) fn mend_suspects<O: Observer>(&mut self, out: &mut Outbox<'_, O>) {
        if self.suspects.is_empty() || !self.may_patrol() {
            return;
        }
        if self.standing.mode == Mode::Recover && !self.standing.images_complete {
            return;
        }
        for key in going_round(&self.suspects, &mut self.patrol.next) {
            if self.has_room() && self.may_look(key) {
                self.look(key, out);
            }
        }
    }

    /// Whether nothing is under way on the stripe's line, or lines, that stands against a look at it.
    fn may_look(&self, key: LineKey) -> bool {
        let mut lines = self.shape.geometry.lines_beside(key);
        self.has(Bug::LookWithoutLock) || lines.all(|key| self.lets_look(key))
    }

    fn lets_look(&self, key: LineKey) -> bool {
        let Some(at) = self.table.find(key) else { return true };
        let line = &self.table[at];
        let settled = match line.state {
            None | Some(LineState::OC | LineState::OK | LineState::OD | LineState::SC) => true,
            // A dirty line's stripe is recomputed when the line is written back, which will be soon, unless a partner
            // is being rebuilt.
            Some(LineState::SD) => {
                let stays = line.destaged || self.standing.mode == Mode::SoloJoin;
                stays || !self.is_suspect(key)
            }
            _ => false,
        };
        settled && line.locks == 0 && line.op == crate::slab::NONE && line.fresh.is_none()
    }

    fn look<O: Observer>(&mut self, key: LineKey, out: &mut Outbox<'_, O>) {
        let geometry = self.shape.geometry;
        let at = self.record(key);
        self.clean.remove(at);
        self.lock(at);
        self.patrol.running += 1;
        let look = StripeLook {
            data: out.buffers.take_zeroed(),
            parity: out.buffers.take_zeroed(),
            failed_data: BlockMap::EMPTY,
            failed_parity: BlockMap::EMPTY,
            suspect: self.is_suspect(key),
            writing: false,
            found: Found::Sound,
            absent: false,
        };
        let work = self.works.insert(Work::new(key, Purpose::Look(look)));
        let rows = BlockMap::range(0, u32::from(geometry.chunk_blocks));
        self.issue_reads(work, plan::blocks_in_rows(geometry, rows), out);
        self.issue(work, Ask::read(Target::Parity, rows), out);
    }

    /// All reads, or all writes, of a look are done.
    pub(super) fn next_look_step<O: Observer>(&mut self, work: u32, out: &mut Outbox<'_, O>) {
        let Purpose::Look(look) = &self.works[work].purpose else { return };
        if !look.writing {
            self.mend(work, out);
            if self.works[work].pending > 0 {
                return;
            }
        }
        let Work { key, purpose, .. } = self.works.remove(work);
        let Purpose::Look(look) = &purpose else { return };
        let found = if look.absent { Found::Degraded } else { look.found };
        let at = self.id;
        out.fact(|| Fact::Patrolled { at, key, found });
        Work::new(key, purpose).give_buffers(out);
        self.patrol.running -= 1;
        self.trust(key, out);
        let line = self.table.find(key).expect("a locked line keeps its record");
        self.unlock(line, out);
        self.give_stripe_back(key, out);
    }

    /// Writes what does not fit or could not be read, as far as it is known.
    fn mend<O: Observer>(&mut self, work: u32, out: &mut Outbox<'_, O>) {
        let (geometry, block_bytes) = (self.shape.geometry, self.shape.block_bytes);
        let chunk_blocks = u32::from(geometry.chunk_blocks);
        let all_rows = BlockMap::range(0, chunk_blocks);
        let key = self.works[work].key;
        let Purpose::Look(look) = &mut self.works[work].purpose else { return };
        look.writing = true;
        // The XOR of everything that was read.
        let mut sum = out.copy(all_rows, &look.parity);
        for chunk in 0..geometry.data_disks() {
            fold_rows(&mut sum, chunk * chunk_blocks, all_rows, &look.data, block_bytes);
        }
        let (mut lost, mut lost_rows) = (BlockMap::EMPTY, BlockMap::EMPTY);
        let (mut parity_rows, mut rebuilt) = (BlockMap::EMPTY, BlockMap::EMPTY);
        for row in all_rows.iter() {
            let one = BlockMap(1 << row);
            let at = row as usize * block_bytes;
            let missing = plan::blocks_in_rows(geometry, one).intersection(look.failed_data);
            let no_parity = look.failed_parity.contains(row);
            let fits = sum.bytes()[at..at + block_bytes].iter().all(|byte| *byte == 0);
            if missing.is_empty() {
                if no_parity || !fits {
                    parity_rows = parity_rows.union(one);
                }
            } else if missing.count() == 1 && !no_parity && !look.suspect {
                let block = missing.0.trailing_zeros() as usize * block_bytes;
                look.data.bytes_mut()[block..block + block_bytes]
                    .copy_from_slice(&sum.bytes()[at..at + block_bytes]);
                rebuilt = rebuilt.union(missing);
            } else {
                lost = lost.union(missing);
                lost_rows = lost_rows.union(one);
            }
        }
        look.found = match () {
            () if !rebuilt.is_empty() || !look.failed_parity.is_empty() => Found::ChunkRebuilt,
            () if !parity_rows.is_empty() => Found::ParityMended,
            () => Found::Sound,
        };
        // Parity anew is the XOR of the data alone.
        let mut parity = out.buffers.take_zeroed();
        for chunk in 0..geometry.data_disks() {
            fold_rows(&mut parity, chunk * chunk_blocks, all_rows, &look.data, block_bytes);
        }
        let (failed_data, failed_parity) = (look.failed_data, look.failed_parity);
        let data = out.copy(BlockMap::range(0, self.shape.line_blocks), &look.data);
        for chunk in 0..geometry.data_disks() {
            let rows = plan::rows_in_chunk(geometry, failed_data, chunk);
            if rows.is_empty() {
                continue;
            }
            let bad = plan::rows_in_chunk(geometry, lost, chunk);
            self.mend_chunk(work, Target::Data(chunk as u8), (rows, bad, rows == all_rows), &data, out);
        }
        let rows = parity_rows.union(failed_parity).union(lost_rows);
        if !rows.is_empty() {
            let rebuilt = failed_parity == all_rows;
            self.mend_chunk(work, Target::Parity, (rows, lost_rows, rebuilt), &parity, out);
        }
        if !lost.is_empty() {
            let at = self.id;
            out.fact(|| Fact::BlocksLost { at, key, map: lost });
        }
        for buf in [sum, parity, data] {
            out.buffers.give(buf);
        }
    }

    /// Writes rows of one chunk; those that are lost are marked, the others hold what `from` says. With `rebuilt` the
    /// chunk is whole then.
    fn mend_chunk<O: Observer>(
        &mut self,
        work: u32,
        target: Target,
        (rows, lost, rebuilt): (BlockMap, BlockMap, bool),
        from: &LineBuf,
        out: &mut Outbox<'_, O>,
    ) {
        let bytes = out.copy(BlockMap::range(0, self.shape.line_blocks), from);
        let also = Also { rebuilt, unreadable: lost };
        self.issue(work, Ask { also, ..Ask::write(target, rows, bytes) }, out);
    }
}

/// A few stripes out of a set, going on behind those that were given last: most may belong to lines with something
/// under way.
fn going_round(set: &BTreeSet<LineKey>, next: &mut LineKey) -> Vec<LineKey> {
    const FEW: usize = 64;
    let after = set.range((Bound::Excluded(*next), Bound::Unbounded));
    let few: Vec<LineKey> = after.chain(set.range(..=*next)).copied().take(FEW).collect();
    if let Some(last) = few.last() {
        *next = *last;
    }
    few
}
