//! The disk array: media that hold real bytes, and how long a command takes.

pub mod disk;
pub mod record;
pub mod service;

use crate::buffer::{LineBuf, copy_blocks};
use crate::compact::{Coder, Renaming, place_of};
use crate::config::{Config, Geometry};
use crate::digest::Digest;
use crate::fact::IoKind;
use crate::ids::{BlockMap, ControllerId, LineKey, Ticket};
use crate::raid::layout;
pub use disk::{Disk, DiskState};
pub use record::{Record, RecordMode};

/// One command to one disk: some blocks of one chunk of one stripe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskCommand {
    /// What the controller recognises the completion by (protocol C1).
    pub ticket: Ticket,
    pub issuer: ControllerId,
    /// Which start of the issuer gave it: no later one hears of its completion.
    pub boot: u32,
    /// A fence, or a power failure, has made the disk forget it.
    pub aborted: bool,
    pub key: LineKey,
    /// The stripe of the array, counted over all LUNs.
    pub stripe: u64,
    pub target: Target,
    /// Blocks within the chunk, bit i for block i. Not empty.
    pub rows: BlockMap,
    pub io: IoKind,
    /// What a write does beside writing.
    pub also: Also,
    /// For a write, the bytes; for a read, where they go. Row i is at block `first_block + i` of the buffer.
    pub bytes: LineBuf,
    /// Rows that could not be read (or, of a write, not be written), once it has been carried out.
    pub failed: BlockMap,
}

impl DiskCommand {
    /// A blank command, to be read into.
    pub(crate) fn blank(bytes: LineBuf) -> DiskCommand {
        DiskCommand {
            ticket: Ticket { index: 0, use_count: 0 },
            issuer: ControllerId::A,
            boot: 0,
            aborted: false,
            key: LineKey::default(),
            stripe: 0,
            target: Target::Parity,
            rows: BlockMap::EMPTY,
            io: IoKind::Read,
            also: Also::default(),
            bytes,
            failed: BlockMap::EMPTY,
        }
    }

    pub(crate) fn code(&mut self, geometry: Geometry, c: &mut Coder) {
        c.controller(&mut self.issuer);
        c.number32(&mut self.boot);
        if c.boots[self.issuer.index()] != self.boot && !c.reading {
            self.ticket.use_count = u32::MAX;
        }
        c.ticket(self.issuer, true, &mut self.ticket);
        c.key(&mut self.key);
        c.stripe(&mut self.stripe);
        self.target.code(c);
        c.rows(&mut self.rows);
        let mut writes = self.io == IoKind::Write;
        c.flags([&mut self.aborted, &mut self.also.rebuilt, &mut writes]);
        self.io = if writes { IoKind::Write } else { IoKind::Read };
        c.rows(&mut self.also.unreadable);
        c.rows(&mut self.failed);
        if writes {
            self.code_bytes(geometry, c);
        }
    }
}

impl DiskCommand {
    /// What it writes, or has read.
    pub(crate) fn code_bytes(&mut self, geometry: Geometry, c: &mut Coder) {
        let first = self.target.first_block(geometry);
        c.values(BlockMap(self.rows.0 << first), self.bytes.bytes_mut());
    }
}

/// What a write does to the disk's own account of its blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Also {
    /// The chunk is whole now: of a disk that is being rebuilt, this stripe is done.
    pub rebuilt: bool,
    /// Of the rows that are written those whose blocks cannot be known any more: they are marked unreadable rather than
    /// give a wrong value.
    pub unreadable: BlockMap,
}

/// Which chunk of a stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Data chunk, counted from 0.
    Data(u8),
    Parity,
}

impl Target {
    /// The block of a line buffer that row 0 stands at.
    #[must_use]
    pub fn first_block(self, geometry: Geometry) -> u32 {
        match self {
            Target::Data(chunk) => u32::from(chunk) * u32::from(geometry.chunk_blocks),
            Target::Parity => 0,
        }
    }

    /// Of the line that was named last.
    fn code(&mut self, c: &mut Coder) {
        let mut target = match *self {
            Target::Data(chunk) => c.renamed_block(chunk),
            Target::Parity => u8::MAX,
        };
        c.byte(&mut target);
        if c.reading {
            *self = if target == u8::MAX { Target::Parity } else { Target::Data(target) };
        }
    }

    /// The disk that it lies on.
    #[must_use]
    pub fn disk(self, geometry: Geometry, stripe: u64) -> u8 {
        match self {
            Target::Data(chunk) => layout::data_disk(geometry, stripe, chunk),
            Target::Parity => layout::parity_disk(geometry, stripe),
        }
    }
}

/// How long it takes to learn that a disk is not there.
const ABSENT_NS: u64 = 5_000;

/// All disks, and the record.
#[derive(Clone, Debug)]
pub struct Array {
    geometry: Geometry,
    block_bytes: usize,
    block_size: u32,
    disks: Vec<Disk>,
    record: Record,
}

impl Array {
    #[must_use]
    pub fn new(config: &Config) -> Array {
        let disks = (0..config.raid.disks).map(|_| Disk::new(config)).collect();
        Array {
            geometry: config.raid,
            block_bytes: config.payload_bytes as usize,
            block_size: config.block_size,
            disks,
            record: Record::FIRST,
        }
    }

    /// Puts a command into its disk's queue.
    /// Returns the disk, and the virtual time at which the command will be carried out.
    pub fn submit(&mut self, command: &DiskCommand, now_ns: u64) -> (u8, u64) {
        debug_assert!(!command.rows.is_empty(), "a command touches at least one block");
        let disk = command.target.disk(self.geometry, command.stripe);
        let offset = self.first_offset(command);
        // Blocks between the first and the last pass under the head too.
        let span = 64 - command.rows.0.leading_zeros() - command.rows.0.trailing_zeros();
        let bytes = u64::from(span) * u64::from(self.block_size);
        let disk_now = &mut self.disks[usize::from(disk)];
        if disk_now.state == DiskState::Absent {
            return (disk, now_ns + ABSENT_NS);
        }
        let done = disk_now.service.submit(command.io, offset, bytes, now_ns);
        (disk, done)
    }

    /// Carries a command out: bytes go to the media, or come from it; or some of it fails, which `failed` says then.
    pub fn carry_out(&mut self, command: &mut DiskCommand) {
        let disk = command.target.disk(self.geometry, command.stripe);
        let disk = &mut self.disks[usize::from(disk)];
        if disk.state == DiskState::Absent {
            command.failed = command.rows;
            return;
        }
        let first = command.target.first_block(self.geometry) as usize * self.block_bytes;
        let chunk_bytes = usize::from(self.geometry.chunk_blocks) * self.block_bytes;
        let part = &mut command.bytes.bytes_mut()[first..first + chunk_bytes];
        match command.io {
            IoKind::Write => {
                copy_blocks(self.block_bytes, command.rows, part, disk.media.get_mut(command.stripe));
                disk.written(command.stripe, command.rows, command.also);
                if !disk.has_stripe(command.stripe) {
                    // It stands there, but does not count before the whole chunk has been rebuilt.
                    command.failed = command.rows;
                }
            }
            IoKind::Read => {
                command.failed = disk.unreadable(command.stripe, command.rows);
                match disk.media.get(command.stripe) {
                    Some(bytes) => copy_blocks(self.block_bytes, command.rows, bytes, part),
                    None => part.fill(0),
                }
            }
        }
    }

    #[must_use]
    pub fn record(&self) -> Record {
        self.record
    }

    /// The record becomes `new` if it is `expected`; else nothing changes. Returns whether it did.
    pub fn swap_record(&mut self, expected: Record, new: Record) -> bool {
        let fits = self.record == expected;
        if fits {
            debug_assert!(new.epoch >= expected.epoch, "epochs never fall");
            self.record = new;
        }
        fits
    }

    #[must_use]
    pub fn disk(&self, disk: u8) -> &Disk {
        &self.disks[usize::from(disk)]
    }

    pub fn disk_mut(&mut self, disk: u8) -> &mut Disk {
        &mut self.disks[usize::from(disk)]
    }

    /// Whether every disk is there and whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.disks.iter().all(|disk| disk.state == DiskState::Present)
    }

    /// Whether a disk is being rebuilt.
    #[must_use]
    pub fn is_rebuilding(&self) -> bool {
        self.disks.iter().any(|disk| disk.state == DiskState::Rebuilding)
    }

    /// Whether one chunk of a stripe can be read: its disk is there, rebuilt as far as this, and its blocks are
    /// good.
    #[must_use]
    pub fn is_readable(&self, stripe: u64, target: Target, rows: BlockMap) -> bool {
        let disk = &self.disks[usize::from(target.disk(self.geometry, stripe))];
        disk.unreadable(stripe, rows).is_empty()
    }

    /// The first block that a command touches, counted on its disk.
    #[must_use]
    pub fn first_offset(&self, command: &DiskCommand) -> u64 {
        command.stripe * u64::from(self.geometry.chunk_blocks) + u64::from(command.rows.0.trailing_zeros())
    }

    /// The number (first 8 bytes) that a block on disk holds: the write that it came from, for a data block.
    #[must_use]
    pub fn word(&self, stripe: u64, target: Target, row: u32) -> u64 {
        let disk = target.disk(self.geometry, stripe);
        self.disks[usize::from(disk)].media.word(stripe, row as usize * self.block_bytes)
    }

    /// The bytes of one chunk on disk; `None` when never written (all zero).
    #[must_use]
    pub fn chunk(&self, stripe: u64, target: Target) -> Option<&[u8]> {
        self.disks[usize::from(target.disk(self.geometry, stripe))].media.get(stripe)
    }

    /// Another value in row 0 of a chunk, for tests of the checks.
    #[cfg(test)]
    pub(crate) fn tamper(&mut self, stripe: u64, target: Target, value: u64) {
        let disk = target.disk(self.geometry, stripe);
        self.disks[usize::from(disk)].media.get_mut(stripe)[..8].copy_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn code(&mut self, c: &mut Coder) {
        let rows = BlockMap::range(0, u32::from(self.geometry.chunk_blocks));
        if let Some(names) = c.under.0.clone() {
            self.write_renamed_disks(rows, &names, c);
        } else {
            for disk in &mut self.disks {
                disk.code(rows, c);
            }
        }
        self.record.code(c);
    }

    /// Each disk as it is named, with what is of its stripes.
    fn write_renamed_disks(&mut self, rows: BlockMap, names: &Renaming, c: &mut Coder) {
        let geometry = self.geometry;
        for disk in 0..geometry.disks {
            for stripe in 0..names.lines.len() {
                let chunks = (0..geometry.data_disks() as u8).map(Target::Data);
                let lies_here = |target: &Target| target.disk(geometry, stripe as u64) == disk;
                let before = names.stripe_before(stripe);
                let target = match chunks.into_iter().find(lies_here) {
                    Some(Target::Data(chunk)) => Target::Data(names.block_before(before, chunk)),
                    _ => Target::Parity,
                };
                c.of_stripe(before);
                let from = &mut self.disks[usize::from(target.disk(geometry, before as u64))];
                c.values(rows, from.media.get_mut(before as u64));
            }
            self.disks[place_of(&names.disks, &disk)].code_standing(c);
        }
    }

    pub fn feed(&self, digest: &mut Digest) {
        for disk in &self.disks {
            disk.feed(digest);
        }
        digest.flags(self.record.epoch, &[self.record.pinned]);
        digest.word(u64::from(self.record.session));
        digest.word(match self.record.mode {
            RecordMode::Dual => 0,
            RecordMode::Solo(at) => 1 + at.index() as u64,
        });
    }
}
