//! What a world's future depends on, as few bytes, and back: the form in which the explorer keeps states.
//!
//! One function for each type goes both ways: a [`Coder`] that writes takes the fields, one that reads sets them. What
//! the future does not depend on is left out (times, event numbers, counts of what has been), and what is only a name
//! is given in one order (requests, disk work, operations). So two states that differ in such things alone have the
//! same bytes, and the world that is made of the bytes is the one that both stand for.

mod kept;
mod renaming;

pub(crate) use kept::{Marked, Part};
use renaming::Under;
pub(crate) use renaming::{RenamedLine, Renaming, place_of};

use crate::buffer::LineBuf;
use crate::ids::{BlockMap, ControllerId, LineKey, Lun, Slot, Ticket};
use crate::paged::word_at;
use crate::sim::Fault;
use crate::slab::NONE;

/// Where a line's part stands in the number that names its stripe.
const PART_FROM_BIT: u32 = 40;

/// A ticket that finds nothing.
const DEAD: Ticket = Ticket { index: NONE, use_count: NONE };
/// The number of the REQ_OWN that a line awaits the answer to; there is one a line.
pub(crate) const CURRENT: Ticket = Ticket { index: NONE, use_count: 0 };

/// The stable numbers of things in a slab, with their counts of uses, and the numbers that stand for them in the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names(Vec<(u32, u32, u8)>);

impl Names {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn push(&mut self, index: u32, use_count: u32) {
        self.0.push((index, use_count, self.0.len() as u8));
    }

    /// Puts those from the `first` one on into an order, and numbers them anew.
    pub fn sort_by_key<K: Ord>(&mut self, first: usize, mut key: impl FnMut(u32) -> K) {
        if self.0.len() > first + 1 {
            self.0[first..].sort_by_key(|name| key(name.0));
        }
        for (number, name) in self.0.iter_mut().enumerate() {
            name.2 = number as u8;
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The index of the how-manieth.
    pub fn index(&self, n: usize) -> u32 {
        self.0[n].0
    }

    pub fn of_index(&self, index: u32) -> Option<u8> {
        self.0.iter().find(|name| name.0 == index).map(|name| name.2)
    }

    pub fn of_ticket(&self, ticket: Ticket) -> Option<u8> {
        self.0.iter().find(|name| (name.0, name.1) == (ticket.index, ticket.use_count)).map(|name| name.2)
    }
}

/// Writes bytes, or reads them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coder {
    pub bytes: Vec<u8>,
    at: usize,
    pub reading: bool,
    /// The operations of hosts; each controller's requests and disk work.
    pub operations: Names,
    pub requests: [Names; 2],
    pub works: [Names; 2],
    /// For each controller the lines that await ownership, and the count that their REQ_OWN carries.
    pub asks: [Vec<(LineKey, u32)>; 2],
    /// For each controller the number of the look at the record that it awaits the answer to.
    pub looks: [Option<u32>; 2],
    /// The last start of each controller.
    pub boots: [u32; 2],
    /// For sorting.
    pub keys: Vec<(LineKey, u32)>,
    /// For the times of a block.
    pub times: Vec<u64>,
    /// The faults that may happen; they are named by their place in this list.
    pub faults: Vec<Fault>,
    /// Under what names the state is written. Nothing of the state is changed by that.
    pub under: Under,
    /// Under a renaming: the stripe of the array whose line was named last. Blocks that follow are of that line.
    line: usize,
    kept: kept::Kept,
}

impl Coder {
    pub fn write(&mut self) {
        self.bytes.clear();
        self.reading = false;
    }

    pub fn read(&mut self, bytes: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        self.at = 0;
        self.reading = true;
    }

    /// How far it has read.
    pub fn place(&self) -> usize {
        self.at
    }

    #[inline(always)]
    pub fn byte(&mut self, byte: &mut u8) {
        if self.reading {
            *byte = self.bytes[self.at];
            self.at += 1;
        } else {
            self.bytes.push(*byte);
        }
    }

    /// A number, in as many bytes as it needs.
    #[inline(always)]
    pub fn number(&mut self, number: &mut u64) {
        let mut byte = *number as u8 & 0x7f | u8::from(*number >= 0x80) << 7;
        self.byte(&mut byte);
        if byte < 0x80 {
            *number = u64::from(byte);
        } else {
            self.long_number(number, byte);
        }
    }

    /// A number of more than one byte, the first of which has been coded.
    #[cold]
    fn long_number(&mut self, number: &mut u64, first: u8) {
        if self.reading {
            *number = u64::from(first & 0x7f);
            let mut shift = 7;
            loop {
                let byte = self.bytes[self.at];
                self.at += 1;
                *number |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    return;
                }
            }
        }
        let mut left = *number >> 7;
        while left >= 0x80 {
            self.bytes.push(left as u8 | 0x80);
            left >>= 7;
        }
        self.bytes.push(left as u8);
    }

    #[inline]
    pub fn number32(&mut self, number: &mut u32) {
        let mut wide = u64::from(*number);
        self.number(&mut wide);
        *number = wide as u32;
    }

    pub fn number16(&mut self, number: &mut u16) {
        let mut wide = u64::from(*number);
        self.number(&mut wide);
        *number = wide as u16;
    }

    /// How many of something follow.
    pub fn count(&mut self, count: usize) -> usize {
        let mut byte = count as u8;
        debug_assert!(count < 256, "only small worlds are explored");
        self.byte(&mut byte);
        usize::from(byte)
    }

    pub fn flag(&mut self, flag: &mut bool) {
        let mut byte = u8::from(*flag);
        self.byte(&mut byte);
        *flag = byte != 0;
    }

    pub fn flags<const N: usize>(&mut self, flags: [&mut bool; N]) {
        let mut word = flags.iter().rev().fold(0, |word, flag| word << 1 | u64::from(**flag));
        self.number(&mut word);
        for flag in flags {
            *flag = word & 1 == 1;
            word >>= 1;
        }
    }

    /// Whether there is something; if it is read, `value` is there or not as it was when it was written.
    pub fn option<T>(&mut self, value: &mut Option<T>, blank: T, code: impl FnOnce(&mut Coder, &mut T)) {
        let mut there = value.is_some();
        self.flag(&mut there);
        if self.reading {
            *value = there.then_some(blank);
        }
        if let Some(value) = value {
            code(self, value);
        }
    }

    /// Blocks of the line that was named last.
    #[inline(always)]
    pub fn map(&mut self, map: &mut BlockMap) {
        if self.under.is_other() {
            return self.write_renamed_map(*map);
        }
        self.number(&mut map.0);
    }

    /// Rows of a chunk.
    #[inline(always)]
    pub fn rows(&mut self, rows: &mut BlockMap) {
        self.number(&mut rows.0);
    }

    pub fn slot(&mut self, slot: &mut Slot) {
        self.number32(&mut slot.0);
    }

    pub fn maybe_slot(&mut self, slot: &mut Option<Slot>) {
        let mut number = slot.map_or(0, |slot| slot.0.wrapping_add(1));
        self.number32(&mut number);
        *slot = number.checked_sub(1).map(Slot);
    }

    #[inline(always)]
    pub fn controller(&mut self, at: &mut ControllerId) {
        if self.under.is_other() {
            return self.write_renamed_controller(*at);
        }
        let mut byte = at.index() as u8;
        self.byte(&mut byte);
        *at = ControllerId::BOTH[usize::from(byte)];
    }

    pub fn lun(&mut self, lun: &mut Lun) {
        if self.under.is_other() {
            return self.write_renamed_lun(*lun);
        }
        self.number16(&mut lun.0);
    }

    /// The number of a request of a host's.
    #[inline(always)]
    pub fn request_number(&mut self, number: &mut u64) {
        if self.under.is_other() {
            return self.write_renamed_request(*number);
        }
        self.number(number);
    }

    /// The blocks that a request is about.
    #[inline(always)]
    pub fn range(&mut self, lun: &mut Lun, lbn: &mut u64, blocks: &mut u32) {
        if self.under.is_other() {
            return self.write_renamed_range(*lun, *lbn, *blocks);
        }
        self.number16(&mut lun.0);
        self.number(lbn);
        self.number32(blocks);
    }

    pub fn key(&mut self, key: &mut LineKey) {
        if self.under.is_other() {
            return self.write_renamed_key(*key);
        }
        // The part above the stripe: nothing where lines do not share one.
        let (mut lun, mut place) = (key.lun().0, key.stripe() | u64::from(key.part()) << PART_FROM_BIT);
        self.number16(&mut lun);
        self.number(&mut place);
        let stripe = place & LineKey::STRIPE_MAX;
        *key = LineKey::new(Lun(lun), stripe).with_part((place >> PART_FROM_BIT) as u8);
    }

    /// A stripe of the array.
    pub fn stripe(&mut self, stripe: &mut u64) {
        if self.under.is_other() {
            return self.write_renamed_stripe(*stripe);
        }
        self.number(stripe);
    }

    /// The numbers that the blocks of `map` hold, in the line that was named last.
    pub fn blocks(&mut self, map: BlockMap, bytes: &mut [u8]) {
        if self.under.is_other() {
            return self.write_renamed_blocks(map, bytes);
        }
        for block in map.iter() {
            let at = block as usize * 8;
            let mut word = word_at(bytes, at);
            self.number(&mut word);
            if self.reading {
                bytes[at..at + 8].copy_from_slice(&word.to_le_bytes());
            }
        }
    }

    /// The numbers of blocks, or of rows of parity, whose places are not their names.
    pub fn values(&mut self, places: BlockMap, bytes: &mut [u8]) {
        if self.under.is_other() {
            return self.write_renamed_values(places, bytes);
        }
        self.blocks(places, bytes);
    }

    /// The number that a block holds, of the line that was named last.
    #[inline]
    pub fn value(&mut self, value: &mut u64) {
        if self.under.is_other() {
            return self.write_renamed_value(*value);
        }
        self.number(value);
    }

    pub fn line(&mut self, map: BlockMap, line: &mut LineBuf) {
        self.blocks(map, line.bytes_mut());
    }

    /// The number of something in a slab, or [`NONE`].
    fn name(&mut self, name: Option<u8>) -> Option<u8> {
        let mut byte = name.unwrap_or(u8::MAX);
        self.byte(&mut byte);
        (byte != u8::MAX).then_some(byte)
    }

    pub fn operation(&mut self, index: &mut u32) {
        let name = if self.reading { None } else { self.operations.of_index(*index) };
        let name = self.name(name);
        if self.reading {
            *index = name.map_or(NONE, u32::from);
        }
    }

    pub fn request(&mut self, at: ControllerId, index: &mut u32) {
        let name = if self.reading { None } else { self.requests[at.index()].of_index(*index) };
        let name = self.name(name);
        if self.reading {
            *index = name.map_or(NONE, u32::from);
        }
    }

    /// A ticket of one of a controller's requests, or of its disk work.
    pub fn ticket(&mut self, at: ControllerId, of_work: bool, ticket: &mut Ticket) {
        let names = if of_work { &self.works } else { &self.requests };
        let name = if self.reading { None } else { names[at.index()].of_ticket(*ticket) };
        let name = self.name(name);
        if self.reading {
            *ticket = name.map_or(DEAD, |name| Ticket { index: u32::from(name), use_count: 0 });
        }
    }

    /// What a NACK names: a request of `at`, or the REQ_OWN that it sent for a line.
    pub fn asked(&mut self, at: ControllerId, key: LineKey, ticket: &mut Ticket) {
        let asks = &self.asks[at.index()];
        let mut current = ticket.index == NONE && asks.contains(&(key, ticket.use_count));
        self.flag(&mut current);
        if !current {
            return self.ticket(at, false, ticket);
        }
        if self.reading {
            *ticket = CURRENT;
        }
    }
}
