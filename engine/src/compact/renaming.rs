//! [`Renaming`]: other names for the controllers, lines, blocks, requests and faults that a state speaks of. Written
//! under a renaming, a state's bytes are those of another state, in which what one controller (line, block, request) was
//! is another. Which renamings map a scenario onto itself `explore::symmetry` finds out.

use super::Coder;
use crate::ids::{BlockMap, ControllerId, LineKey, Lun};
use crate::paged::word_at;
use std::sync::Arc;

/// Everything is counted from 0, but for requests, whose numbers begin with 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Renaming {
    /// A is B, and B is A.
    pub swaps: bool,
    pub line_blocks: u32,
    /// For each LUN its new number.
    pub luns: Vec<u16>,
    /// By the stripes of the array.
    pub lines: Vec<RenamedLine>,
    /// For each request its new number; what hosts send again keeps its own.
    pub requests: Vec<u64>,
    /// For each place in the list of faults the new one.
    pub faults: Vec<u8>,
    /// For each disk the new one. Where lines move each its own way, disks are what they are, and all alike.
    pub disks: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RenamedLine {
    pub key: LineKey,
    /// The stripe of the array that it becomes.
    pub to: usize,
    /// For each block its new number.
    pub blocks: Vec<u8>,
    /// For each number that a block or a parity of the line may hold the new one.
    pub values: Vec<u64>,
}

/// Where the name is in a list, which has it.
pub(crate) fn place_of<T: PartialEq>(list: &[T], name: &T) -> usize {
    list.iter().position(|other| other == name).expect("a renaming names everything")
}

impl Renaming {
    pub fn controller(&self, at: ControllerId) -> ControllerId {
        if self.swaps { at.peer() } else { at }
    }

    /// The stripe of the array that a line is.
    fn stripe(&self, key: LineKey) -> usize {
        self.lines.iter().position(|line| line.key == key).expect("a renaming names every line")
    }

    pub fn key(&self, key: LineKey) -> LineKey {
        self.lines[self.lines[self.stripe(key)].to].key
    }

    /// Blocks of the line that is a stripe of the array.
    fn map(&self, stripe: usize, map: BlockMap) -> BlockMap {
        let blocks = &self.lines[stripe].blocks;
        BlockMap(map.iter().fold(0, |to, block| to | 1 << blocks[block as usize]))
    }

    pub fn map_of(&self, key: LineKey, map: BlockMap) -> BlockMap {
        self.map(self.stripe(key), map)
    }

    pub fn request(&self, number: u64) -> u64 {
        let known = (number as usize).checked_sub(1).and_then(|n| self.requests.get(n));
        known.copied().unwrap_or(number)
    }

    fn value(&self, stripe: usize, value: u64) -> u64 {
        self.lines[stripe].values.get(value as usize).copied().unwrap_or(value)
    }

    fn stripe_of_block(&self, lun: Lun, lbn: u64) -> usize {
        self.stripe(LineKey::new(lun, lbn / u64::from(self.line_blocks)))
    }

    /// A few blocks of one line, which stay side by side.
    pub fn range(&self, lun: Lun, lbn: u64, blocks: u32) -> (Lun, u64) {
        let stripe = self.stripe_of_block(lun, lbn);
        let first = (lbn % u64::from(self.line_blocks)) as u32;
        let key = self.lines[self.lines[stripe].to].key;
        let renamed = self.map(stripe, BlockMap::range(first, blocks));
        (key.lun(), key.first_lbn(self.line_blocks) + u64::from(renamed.0.trailing_zeros()))
    }

    /// What becomes a stripe of the array.
    pub fn stripe_before(&self, stripe: usize) -> usize {
        self.lines.iter().position(|line| line.to == stripe).expect("a renaming names every line")
    }

    /// What becomes a block of a line, by the stripe that the line was.
    pub fn block_before(&self, stripe: usize, block: u8) -> u8 {
        place_of(&self.lines[stripe].blocks, &block) as u8
    }
}

/// The names under which a state is written: other ones, or its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Under(pub Option<Arc<Renaming>>);

impl Under {
    #[inline]
    pub fn is_other(&self) -> bool {
        self.0.is_some()
    }

    pub fn controller(&self, at: ControllerId) -> ControllerId {
        self.0.as_ref().map_or(at, |names| names.controller(at))
    }

    pub fn key(&self, key: LineKey) -> LineKey {
        self.0.as_ref().map_or(key, |names| names.key(key))
    }

    pub fn map(&self, key: LineKey, map: BlockMap) -> BlockMap {
        self.0.as_ref().map_or(map, |names| names.map_of(key, map))
    }

    pub fn request(&self, number: u64) -> u64 {
        self.0.as_ref().map_or(number, |names| names.request(number))
    }

    pub fn fault(&self, place: usize) -> usize {
        self.0.as_ref().map_or(place, |names| usize::from(names.faults[place]))
    }
}

/// Names as they are written.
impl Coder {
    /// Both controllers, in the order in which they are written.
    pub fn controllers(&self) -> [ControllerId; 2] {
        let first = self.under.controller(ControllerId::A);
        [first, first.peer()]
    }

    /// Something of each controller, in the order in which they are written.
    pub fn of_both<'a, T>(&self, both: &'a mut [T; 2]) -> [&'a mut T; 2] {
        let [a, b] = both;
        if self.under.controller(ControllerId::A) == ControllerId::A { [a, b] } else { [b, a] }
    }

    /// A number that a block of the line that was named last holds.
    pub fn renamed_value(&self, value: u64) -> u64 {
        self.under.0.as_ref().map_or(value, |names| names.value(self.line, value))
    }

    /// A block of the line that was named last.
    pub fn renamed_block(&self, block: u8) -> u8 {
        self.under.0.as_ref().map_or(block, |names| names.lines[self.line].blocks[usize::from(block)])
    }

    /// The LUN that becomes a LUN.
    pub fn lun_before(&self, lun: usize) -> usize {
        self.under.0.as_ref().map_or(lun, |names| place_of(&names.luns, &(lun as u16)))
    }

    /// The block that becomes a block. What follows is of its line.
    pub fn block_before(&mut self, lun: Lun, lbn: u64) -> (Lun, u64) {
        let Some(names) = &self.under.0 else { return (lun, lbn) };
        let stripe = names.stripe_before(names.stripe_of_block(lun, lbn));
        let block = names.block_before(stripe, (lbn % u64::from(names.line_blocks)) as u8);
        let key = names.lines[stripe].key;
        self.line = stripe;
        (key.lun(), key.first_lbn(names.line_blocks) + u64::from(block))
    }

    /// What follows is of a line that is not named in the bytes.
    pub fn of_line(&mut self, key: LineKey) {
        if let Some(names) = &self.under.0 {
            self.line = names.stripe(key);
        }
    }

    /// What follows is of a stripe of the array that is not named in the bytes.
    pub fn of_stripe(&mut self, stripe: usize) {
        self.line = stripe;
    }

    #[cold]
    pub(super) fn write_renamed_controller(&mut self, at: ControllerId) {
        self.bytes.push(self.under.controller(at).index() as u8);
    }

    #[cold]
    pub(super) fn write_renamed_lun(&mut self, lun: Lun) {
        let Some(names) = &self.under.0 else { return };
        let mut to = names.luns[usize::from(lun.0)];
        self.number16(&mut to);
    }

    #[cold]
    pub(super) fn write_renamed_request(&mut self, number: u64) {
        let mut to = self.under.request(number);
        self.number(&mut to);
    }

    #[cold]
    pub(super) fn write_renamed_range(&mut self, lun: Lun, lbn: u64, mut blocks: u32) {
        let Some(names) = &self.under.0 else { return };
        let (mut lun, mut lbn) = names.range(lun, lbn, blocks);
        self.number16(&mut lun.0);
        self.number(&mut lbn);
        self.number32(&mut blocks);
    }

    #[cold]
    pub(super) fn write_renamed_key(&mut self, key: LineKey) {
        self.of_line(key);
        let to = self.under.key(key);
        let (mut lun, mut stripe) = (to.lun().0, to.stripe());
        self.number16(&mut lun);
        self.number(&mut stripe);
    }

    #[cold]
    pub(super) fn write_renamed_stripe(&mut self, stripe: u64) {
        let Some(names) = &self.under.0 else { return };
        let mut to = names.lines[stripe as usize].to as u64;
        self.number(&mut to);
    }

    #[cold]
    pub(super) fn write_renamed_map(&mut self, map: BlockMap) {
        let Some(names) = &self.under.0 else { return };
        let mut to = names.map(self.line, map).0;
        self.number(&mut to);
    }

    #[cold]
    pub(super) fn write_renamed_blocks(&mut self, map: BlockMap, bytes: &[u8]) {
        let Some(names) = self.under.0.clone() else { return };
        for block in names.map(self.line, map).iter() {
            let before = names.block_before(self.line, block as u8);
            self.write_renamed_value(word_at(bytes, usize::from(before) * 8));
        }
    }

    #[cold]
    pub(super) fn write_renamed_values(&mut self, places: BlockMap, bytes: &[u8]) {
        for place in places.iter() {
            self.write_renamed_value(word_at(bytes, place as usize * 8));
        }
    }

    #[cold]
    pub(super) fn write_renamed_value(&mut self, value: u64) {
        let mut to = self.renamed_value(value);
        self.number(&mut to);
    }
}
