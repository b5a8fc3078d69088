//! A block's class: everything about it that decides whether it survives a failure, in one word. Blocks of one class
//! share their fate, so the ledger counts classes and never goes through the blocks.

use crate::ids::ControllerId;

/// What is known of one block. Bits of what a controller's memory holds, of the disks, and of the stripe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Class(pub u64);

/// One thing that a controller's memory says of the block or of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Held {
    /// Dirty here, in a state that a takeover makes a dirty line of.
    Dirty = 0,
    /// Dirty here, in whatever state: what a cold boot goes by.
    DirtyCold = 1,
    /// What is held dirty is a value that a read may return now.
    Good = 2,
    /// This controller's own write-through of the block is under way: whatever happens to its peer, it is redone.
    Pending = 3,
    /// Announced as being written by the peer (MF): after a takeover the stripe's parity is in doubt.
    Marked = 4,
    /// The line is dirty or in work: after a cold boot the stripe's parity is in doubt (R5).
    Unsettled = 5,
    /// This controller is between data and parity of the stripe, and will finish if it lives.
    Writing = 6,
    /// The entry is a mirror.
    Mirror = 7,
}

/// A change of the classes of all blocks at once: a memory was cleared, a disk has come that holds nothing, every
/// stripe is in doubt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Bits that no block has any more, and then bits that every block has.
    pub gone: u64,
    pub come: u64,
}

impl Sweep {
    #[must_use]
    pub fn over(self, class: Class) -> Class {
        Class(class.0 & !self.gone | self.come)
    }

    #[must_use]
    pub fn is_none(self) -> bool {
        self == Sweep::default()
    }
}

const SUSPECT: u32 = 16;
const ON_DISK: u64 = 1 << 20;
const READABLE: u64 = 1 << 21;
const BY_PARITY: u64 = 1 << 22;
const ROW_READABLE: u64 = 1 << 23;
const DISK: u32 = 24;
const REBUILT: u32 = 32;

impl Class {
    /// What a cleared memory takes with it.
    #[must_use]
    pub fn of_memory(at: ControllerId) -> u64 {
        0xff << (8 * at.index())
    }

    /// What a controller that doubts the stripe's parity gives.
    #[must_use]
    pub fn of_suspicion(at: ControllerId) -> u64 {
        1 << (SUSPECT + at.index() as u32)
    }

    /// What a stripe that counts as rebuilt on a disk has.
    #[must_use]
    pub fn of_rebuilt(disk: u8) -> u64 {
        1 << (REBUILT + u32::from(disk))
    }

    pub fn hold(&mut self, at: ControllerId, what: Held) {
        self.0 |= 1 << (8 * at.index() + what as usize);
    }

    #[must_use]
    pub fn holds(self, at: ControllerId, what: Held) -> bool {
        self.0 >> (8 * at.index() + what as usize) & 1 == 1
    }

    #[must_use]
    pub fn either_holds(self, what: Held) -> bool {
        self.holds(ControllerId::A, what) || self.holds(ControllerId::B, what)
    }

    /// A controller doubts the stripe's parity, and has said so.
    pub fn suspect(&mut self, at: ControllerId) {
        self.0 |= Class::of_suspicion(at);
    }

    #[must_use]
    pub fn is_suspect(self, at: ControllerId) -> bool {
        self.0 & Class::of_suspicion(at) != 0
    }

    /// The disk that the block lies on; whether it holds a value that a read may return, and can be read if the disk is
    /// there.
    pub fn lies_on(&mut self, disk: u8, good: bool, readable: bool) {
        self.0 |= u64::from(disk) << DISK;
        self.0 |= if good { ON_DISK } else { 0 } | if readable { READABLE } else { 0 };
    }

    /// Whether the rest of the row gives a value that a read may return, and can be read if all disks are there.
    pub fn computes(&mut self, good: bool, readable: bool) {
        self.0 |= if good { BY_PARITY } else { 0 } | if readable { ROW_READABLE } else { 0 };
    }

    pub fn rebuilt_on(&mut self, disk: u8) {
        self.0 |= Class::of_rebuilt(disk);
    }

    #[must_use]
    pub fn disk(self) -> u32 {
        (self.0 >> DISK & 0xf) as u32
    }

    #[must_use]
    pub fn is_on_disk(self) -> bool {
        self.0 & ON_DISK != 0
    }

    #[must_use]
    pub fn is_readable(self) -> bool {
        self.0 & READABLE != 0
    }

    #[must_use]
    pub fn is_by_parity(self) -> bool {
        self.0 & BY_PARITY != 0
    }

    #[must_use]
    pub fn is_row_readable(self) -> bool {
        self.0 & ROW_READABLE != 0
    }

    /// Disks that are being rebuilt and have the stripe already.
    #[must_use]
    pub fn rebuilt(self) -> u32 {
        (self.0 >> REBUILT) as u32
    }
}
