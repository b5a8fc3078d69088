//! The names of things: controllers, LUNs, lines, slots, requests. Small newtypes, so that a slot of one
//! cache is never taken for a line of another.

use std::fmt;

/// One of the two controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum ControllerId {
    A,
    B,
}

impl ControllerId {
    /// Both, in the order in which everything here lists them.
    pub const BOTH: [ControllerId; 2] = [ControllerId::A, ControllerId::B];

    /// The other controller.
    #[must_use]
    pub fn peer(self) -> ControllerId {
        match self {
            ControllerId::A => ControllerId::B,
            ControllerId::B => ControllerId::A,
        }
    }

    /// 0 for A, 1 for B.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            ControllerId::A => 0,
            ControllerId::B => 1,
        }
    }

    /// `A` or `B`.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            ControllerId::A => 'A',
            ControllerId::B => 'B',
        }
    }
}

impl fmt::Display for ControllerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

/// A logical unit: one volume that hosts see. Counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Lun(pub u16);

/// A host, counted from 0 (the screen says "Host 1" for `HostId(0)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct HostId(pub u8);

/// The key of a cache line: a LUN and the number of the stripe within the LUN (protocol §1: a line is one stripe row),
/// packed as `lun << 48 | part << 40 | stripe`. The part is 0 unless lines share a stripe (protocol §14); it says which
/// of them this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey(u64);

/// As `{"lun": 0, "stripe": 10}`, with the part where it is not 0.
impl serde::Serialize for LineKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut key = serializer.serialize_struct("LineKey", 2 + usize::from(self.part() > 0))?;
        key.serialize_field("lun", &self.lun())?;
        key.serialize_field("stripe", &self.stripe())?;
        if self.part() > 0 {
            key.serialize_field("part", &self.part())?;
        }
        key.end()
    }
}

impl LineKey {
    const STRIPE_BITS: u32 = 40;
    const LUN_FROM_BIT: u32 = 48;

    /// The largest stripe number that a key can hold.
    pub const STRIPE_MAX: u64 = (1 << Self::STRIPE_BITS) - 1;

    /// # Panics
    /// In debug builds when `stripe` is past [`LineKey::STRIPE_MAX`]; a validated config cannot ask for that.
    #[must_use]
    pub fn new(lun: Lun, stripe: u64) -> LineKey {
        debug_assert!(stripe <= Self::STRIPE_MAX, "config validation bounds LUN sizes");
        LineKey(u64::from(lun.0) << Self::LUN_FROM_BIT | stripe)
    }

    #[must_use]
    pub fn lun(self) -> Lun {
        Lun((self.0 >> Self::LUN_FROM_BIT) as u16)
    }

    /// The stripe within the LUN, counted from 0.
    #[must_use]
    pub fn stripe(self) -> u64 {
        self.0 & Self::STRIPE_MAX
    }

    /// Which of the lines that share its stripe, counted from 0.
    #[must_use]
    pub fn part(self) -> u8 {
        (self.0 >> Self::STRIPE_BITS) as u8
    }

    /// Another line of the same stripe.
    #[must_use]
    pub fn with_part(self, part: u8) -> LineKey {
        LineKey(
            u64::from(self.lun().0) << Self::LUN_FROM_BIT
                | u64::from(part) << Self::STRIPE_BITS
                | self.stripe(),
        )
    }

    /// The first line of the stripe, which stands for the stripe.
    #[must_use]
    pub fn first_of_stripe(self) -> LineKey {
        self.with_part(0)
    }

    #[must_use]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The first logical block of the line's stripe, for stripes of `line_blocks` data blocks.
    #[must_use]
    pub fn first_lbn(self, line_blocks: u32) -> u64 {
        self.stripe() * u64::from(line_blocks)
    }
}

/// A slot: one line's worth of memory in one controller's cache, counted from 0. Slots below
/// `Config::lines` are home to the controller itself, the rest are lent to (home to) the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Slot(pub u32);

/// The cache identifier that META carries: whose line it is, in which of the owner's slots, and the
/// how-manieth use of it, raised at each switch of ownership (claims 3 and 17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cid {
    pub owner: ControllerId,
    pub slot: Slot,
    pub generation: u32,
}

/// A request that awaits an answer from the peer or from a disk: an index and the count of its uses, so that
/// a late answer to an old request is never taken for the answer to a new one (protocol C1, C3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    pub index: u32,
    pub use_count: u32,
}

/// One conversation between two controllers: messages of another one are dropped (protocol §1). The epoch is that of
/// the receiver's memory; the nonce tells joins of one epoch apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Session {
    pub epoch: u32,
    pub nonce: u32,
}

/// A set of blocks of one line, bit i for block i. Lines have at most 64 blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct BlockMap(pub u64);

impl BlockMap {
    pub const EMPTY: BlockMap = BlockMap(0);

    /// Blocks `first .. first + count`. `first + count` is at most 64.
    #[must_use]
    pub fn range(first: u32, count: u32) -> BlockMap {
        debug_assert!(first + count <= 64, "a line has at most 64 blocks");
        let ones = if count == 64 { u64::MAX } else { (1u64 << count) - 1 };
        BlockMap(ones << first)
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    #[must_use]
    pub fn contains(self, block: u32) -> bool {
        self.0 >> block & 1 == 1
    }

    #[must_use]
    pub fn contains_all(self, other: BlockMap) -> bool {
        other.0 & !self.0 == 0
    }

    #[must_use]
    pub fn intersects(self, other: BlockMap) -> bool {
        self.0 & other.0 != 0
    }

    #[must_use]
    pub fn union(self, other: BlockMap) -> BlockMap {
        BlockMap(self.0 | other.0)
    }

    #[must_use]
    pub fn intersection(self, other: BlockMap) -> BlockMap {
        BlockMap(self.0 & other.0)
    }

    #[must_use]
    pub fn without(self, other: BlockMap) -> BlockMap {
        BlockMap(self.0 & !other.0)
    }

    /// The blocks of the set, lowest first.
    pub fn iter(self) -> impl Iterator<Item = u32> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            if left == 0 {
                return None;
            }
            let block = left.trailing_zeros();
            left &= left - 1;
            Some(block)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gives_back_its_lun_and_stripe() {
        let key = LineKey::new(Lun(7), 1_000_000_007);
        assert_eq!((key.lun(), key.stripe(), key.first_lbn(4)), (Lun(7), 1_000_000_007, 4_000_000_028));
    }

    #[test]
    fn a_part_changes_nothing_else() {
        let key = LineKey::new(Lun(7), LineKey::STRIPE_MAX).with_part(14);
        assert_eq!((key.lun(), key.stripe(), key.part()), (Lun(7), LineKey::STRIPE_MAX, 14));
        assert_eq!(key.first_of_stripe(), LineKey::new(Lun(7), LineKey::STRIPE_MAX));
    }

    #[test]
    fn a_block_map_lists_its_blocks_lowest_first() {
        let map = BlockMap::range(2, 3).union(BlockMap::range(63, 1));
        assert_eq!(map.iter().collect::<Vec<_>>(), [2, 3, 4, 63]);
        assert_eq!(BlockMap::range(0, 64).count(), 64);
    }
}
