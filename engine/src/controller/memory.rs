//! A controller's cache memory, and the two free lists that it manages: slots of its own, and slots in the peer's
//! memory that it may fill unasked (claims 6 and 20).
//!
//! Every slot has one home for ever. Slots below `lines` are home to the memory's own controller, the others to
//! the peer's `mirror_free`. After a switch of ownership a line may sit in a slot that is home to the peer; such
//! a slot goes home only by being named in a message.

use crate::buffer::{LineBuf, copy_blocks};
use crate::compact::Coder;
use crate::config::Config;
use crate::digest::Digest;
use crate::ids::{BlockMap, Slot};
use crate::paged::{Paged, Sparse};
use crate::slab::NONE;

/// Free slots, the last one freed first, which keeps the memory in use small.
#[derive(Clone, Debug)]
pub struct FreeList {
    returned: Vec<u32>,
    /// Slots from here to `end` were never used.
    unused: u32,
    end: u32,
}

impl FreeList {
    /// Slots `first .. end`, all free.
    #[must_use]
    pub fn new(first: u32, end: u32) -> FreeList {
        FreeList { returned: Vec::new(), unused: first, end }
    }

    /// No slots at all: there is no peer to lend any.
    #[must_use]
    pub fn none() -> FreeList {
        FreeList::new(0, 0)
    }

    /// Of slots `first .. end` these.
    #[must_use]
    pub fn of(first: u32, end: u32, free: &[Slot]) -> FreeList {
        debug_assert!(free.iter().all(|slot| (first..end).contains(&slot.0)), "only what is home here");
        FreeList { returned: free.iter().rev().map(|slot| slot.0).collect(), unused: end, end }
    }

    pub fn take(&mut self) -> Option<Slot> {
        if let Some(slot) = self.returned.pop() {
            return Some(Slot(slot));
        }
        (self.unused < self.end).then(|| {
            self.unused += 1;
            Slot(self.unused - 1)
        })
    }

    /// Whether a slot was ever taken; only such a one comes back.
    #[must_use]
    pub fn gave(&self, slot: Slot) -> bool {
        slot.0 < self.unused
    }

    pub fn put(&mut self, slot: Slot) {
        self.returned.push(slot.0);
    }

    /// Nothing is free.
    fn empty(&mut self, end: u32) {
        self.returned.clear();
        (self.unused, self.end) = (end, end);
    }

    #[must_use]
    pub fn len(&self) -> u32 {
        self.returned.len() as u32 + (self.end - self.unused)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn feed(&self, digest: &mut Digest) {
        digest.word(u64::from(self.unused));
        for slot in &self.returned {
            digest.word(u64::from(*slot));
        }
    }

    /// The free slots that were used before, in no order of use; those from the second value on were never used.
    #[must_use]
    pub fn split(&self) -> (&[u32], u32) {
        (&self.returned, self.unused)
    }

    /// The free slots, the next one to be taken first.
    pub fn iter(&self) -> impl Iterator<Item = Slot> {
        self.returned.iter().rev().copied().chain(self.unused..self.end).map(Slot)
    }
}

#[derive(Clone, Debug)]
pub struct Memory {
    block_bytes: usize,
    lines: u32,
    slots: u32,
    bytes: Paged,
    /// For each slot the line that it holds, or [`NONE`].
    holds: Sparse<u32>,
    /// For each slot how often it was used.
    uses: Sparse<u32>,
    pub local_free: FreeList,
    pub mirror_free: FreeList,
}

impl Memory {
    #[must_use]
    pub fn new(config: &Config) -> Memory {
        Memory {
            block_bytes: config.payload_bytes as usize,
            lines: config.lines,
            slots: config.slots(),
            bytes: Paged::new(config.line_bytes()),
            holds: Sparse::new(NONE),
            uses: Sparse::new(0),
            local_free: FreeList::new(0, config.lines),
            mirror_free: FreeList::new(config.lines, config.slots()),
        }
    }

    /// Everything is free, and nothing of it known any more. Uses go on being counted.
    pub fn clear(&mut self) {
        self.holds = Sparse::new(NONE);
        self.local_free = FreeList::new(0, self.lines);
        self.mirror_free = FreeList::new(self.lines, self.slots);
    }

    /// Feeds the free lists; what the slots hold is fed with their lines.
    pub fn feed(&self, digest: &mut Digest) {
        self.local_free.feed(digest);
        self.mirror_free.feed(digest);
    }

    /// Whether a slot of a controller's memory is home to that controller (else it is home to its peer).
    /// Both controllers have the same sizes, so this holds for the slots of either.
    #[must_use]
    pub fn is_local(&self, slot: Slot) -> bool {
        slot.0 < self.lines
    }

    /// Notes which line a slot holds; `None` for none.
    pub fn hold(&mut self, slot: Slot, line: Option<u32>) {
        let at = slot.0 as usize;
        let held = self.holds.get_mut(at);
        if line.is_some() && *held == NONE {
            let uses = self.uses.get_mut(at);
            *uses = uses.wrapping_add(1);
        }
        *held = line.unwrap_or(NONE);
    }

    /// The line that a slot holds.
    #[must_use]
    pub fn held(&self, slot: Slot) -> Option<u32> {
        Some(self.holds.get(slot.0 as usize)).filter(|line| *line != NONE)
    }

    /// How often the slot has been taken for a line.
    #[must_use]
    pub fn generation(&self, slot: Slot) -> u32 {
        self.uses.get(slot.0 as usize)
    }

    /// Copies the blocks of `map` into a slot.
    pub fn write(&mut self, slot: Slot, map: BlockMap, from: &LineBuf) {
        copy_blocks(self.block_bytes, map, from.bytes(), self.bytes.get_mut(u64::from(slot.0)));
    }

    /// Copies the blocks of `map` out of a slot.
    pub fn read(&self, slot: Slot, map: BlockMap, to: &mut LineBuf) {
        if let Some(bytes) = self.bytes.get(u64::from(slot.0)) {
            copy_blocks(self.block_bytes, map, bytes, to.bytes_mut());
        } else {
            debug_assert!(map.is_empty(), "a valid block was written before");
        }
    }

    /// The number (first 8 bytes) of a block in a slot: the write that it came from.
    #[must_use]
    pub fn word(&self, slot: Slot, block: u32) -> u64 {
        self.bytes.word(u64::from(slot.0), block as usize * self.block_bytes)
    }

    /// The free lists, each in the order in which slots are taken. What the slots hold comes with their lines.
    pub(crate) fn code(&mut self, c: &mut Coder) {
        if c.reading {
            self.holds.forget_first(self.slots as usize);
            self.uses.forget_first(self.slots as usize);
            self.bytes.zero_first(u64::from(self.slots));
        }
        for (list, end) in [(&mut self.local_free, self.lines), (&mut self.mirror_free, self.slots)] {
            // Without a peer there is no list at all.
            let mut is_there = list.end != 0;
            c.flag(&mut is_there);
            let count = c.count(list.len() as usize);
            if c.reading {
                list.empty(if is_there { end } else { 0 });
                for _ in 0..count {
                    let mut slot = 0;
                    c.number32(&mut slot);
                    list.returned.push(slot);
                }
                list.returned.reverse();
            } else {
                for slot in list.iter() {
                    c.number32(&mut slot.0.clone());
                }
            }
        }
    }

    /// Blocks of one slot.
    pub(crate) fn code_slot(&mut self, slot: Slot, map: BlockMap, c: &mut Coder) {
        c.blocks(map, self.bytes.get_mut(u64::from(slot.0)));
    }

    /// Another value in a block, for tests of the checks.
    #[cfg(test)]
    pub(crate) fn tamper(&mut self, slot: Slot, block: u32, value: u64) {
        let at = block as usize * self.block_bytes;
        self.bytes.get_mut(u64::from(slot.0))[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }

    /// The bytes of a slot; `None` when it was never written.
    #[must_use]
    pub fn slot_bytes(&self, slot: Slot) -> Option<&[u8]> {
        self.bytes.get(u64::from(slot.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_back_is_taken_first_and_only_what_was_taken_can_come_back() {
        let mut free = FreeList::new(3, 6);
        assert_eq!((free.take(), free.take()), (Some(Slot(3)), Some(Slot(4))));
        assert_eq!([2, 3, 4, 5, 6].map(|slot| free.gave(Slot(slot))), [true, true, true, false, false]);
        free.put(Slot(3));
        assert_eq!((free.len(), free.is_empty(), free.split()), (2, false, (&[3][..], 5)));
        assert_eq!(free.iter().collect::<Vec<_>>(), [Slot(3), Slot(5)]);
        assert_eq!((free.take(), free.take(), free.take()), (Some(Slot(3)), Some(Slot(5)), None));
        assert!(free.is_empty() && FreeList::none().is_empty());
    }
}
