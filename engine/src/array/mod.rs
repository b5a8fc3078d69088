//! The disk array: media that hold real bytes, and how long a command takes.

pub mod disk;
pub mod service;

use crate::buffer::{LineBuf, copy_blocks};
use crate::config::{Config, Geometry};
use crate::digest::Digest;
use crate::fact::IoKind;
use crate::ids::{BlockMap, ControllerId, LineKey, Ticket};
use crate::raid::layout;
use disk::Disk;

/// One command to one disk: some blocks of one chunk of one stripe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskCommand {
    /// What the controller recognises the completion by (protocol C1).
    pub ticket: Ticket,
    pub issuer: ControllerId,
    pub key: LineKey,
    /// The stripe of the array, counted over all LUNs.
    pub stripe: u64,
    pub target: Target,
    /// Blocks within the chunk, bit i for block i. Not empty.
    pub rows: BlockMap,
    pub io: IoKind,
    /// For a write, the bytes; for a read, where they go. Row i is at block `first_block + i` of the buffer.
    pub bytes: LineBuf,
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

    /// The disk that it lies on.
    #[must_use]
    pub fn disk(self, geometry: Geometry, stripe: u64) -> u8 {
        match self {
            Target::Data(chunk) => layout::data_disk(geometry, stripe, chunk),
            Target::Parity => layout::parity_disk(geometry, stripe),
        }
    }
}

/// All disks.
#[derive(Clone, Debug)]
pub struct Array {
    geometry: Geometry,
    block_bytes: usize,
    block_size: u32,
    disks: Vec<Disk>,
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
        let done = self.disks[usize::from(disk)].service.submit(command.io, offset, bytes, now_ns);
        (disk, done)
    }

    /// Carries a command out: bytes go to the media, or come from it.
    pub fn carry_out(&mut self, command: &mut DiskCommand) {
        let disk = command.target.disk(self.geometry, command.stripe);
        let media = &mut self.disks[usize::from(disk)].media;
        let first = command.target.first_block(self.geometry) as usize * self.block_bytes;
        let chunk_bytes = usize::from(self.geometry.chunk_blocks) * self.block_bytes;
        let part = &mut command.bytes.bytes_mut()[first..first + chunk_bytes];
        match command.io {
            IoKind::Write => copy_blocks(self.block_bytes, command.rows, part, media.get_mut(command.stripe)),
            IoKind::Read => match media.get(command.stripe) {
                Some(bytes) => copy_blocks(self.block_bytes, command.rows, bytes, part),
                None => part.fill(0),
            },
        }
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

    pub fn feed(&self, digest: &mut Digest) {
        for disk in &self.disks {
            disk.feed(digest);
        }
    }
}
