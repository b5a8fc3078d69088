//! How a stripe is best written: the plan with the fewest disk commands.
//!
//! - **Full stripe**: every block of the stripe is new. Nothing is read.
//! - **Reconstruct-write**: read the blocks that are neither new nor in the cache, compute parity from all.
//! - **Read-modify-write**: read the old content of the new blocks and the old parity; the new parity is old
//!   parity ⊕ old data ⊕ new data.
//!
//! A chunk of several blocks has as many rows; parity is computed row by row, and only the rows that are written
//! are touched. One command reads or writes any blocks of one chunk.

use crate::config::Geometry;
use crate::ids::BlockMap;
use crate::mark;

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanKind {
    FullStripe,
    ReconstructWrite,
    ReadModifyWrite,
}

impl PlanKind {
    /// As textbooks call it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            PlanKind::FullStripe => mark!("full-stripe write"),
            PlanKind::ReconstructWrite => mark!("reconstruct-write"),
            PlanKind::ReadModifyWrite => mark!("read-modify-write"),
        }
    }
}

/// What is read before, and which rows of parity are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub kind: PlanKind,
    /// Data blocks to read from disk.
    pub read: BlockMap,
    /// Rows whose old parity is read.
    pub parity_rows: BlockMap,
    /// Blocks in memory that go into the new parity, beside what is read.
    pub known: BlockMap,
    /// Blocks that are written.
    pub write: BlockMap,
    /// Rows of the parity chunk that are written, bit i for row i.
    pub rows: BlockMap,
    /// Rows of these in which a block that is not written cannot be known any more. Their parity is marked
    /// unreadable, so that nobody computes a wrong block from it.
    pub lost_rows: BlockMap,
}

impl Plan {
    /// Disk commands that read.
    #[must_use]
    pub fn reads(&self, geometry: Geometry) -> u32 {
        chunks(geometry, self.read) + u32::from(!self.parity_rows.is_empty())
    }

    /// Disk commands that write: data chunks and parity.
    #[must_use]
    pub fn writes(&self, geometry: Geometry) -> u32 {
        chunks(geometry, self.write) + 1
    }
}

/// The rows that the blocks of `map` lie in.
#[must_use]
pub fn rows_of(geometry: Geometry, map: BlockMap) -> BlockMap {
    let chunk_blocks = u32::from(geometry.chunk_blocks);
    BlockMap(map.iter().fold(0, |rows, block| rows | 1 << (block % chunk_blocks)))
}

/// All data blocks of the stripe in the given rows.
#[must_use]
pub fn blocks_in_rows(geometry: Geometry, rows: BlockMap) -> BlockMap {
    (0..geometry.data_disks()).fold(BlockMap::EMPTY, |all, chunk| {
        all.union(BlockMap(rows.0 << (chunk * u32::from(geometry.chunk_blocks))))
    })
}

/// The blocks of `map` that lie in one chunk, as rows.
#[must_use]
pub fn rows_in_chunk(geometry: Geometry, map: BlockMap, chunk: u32) -> BlockMap {
    let chunk_blocks = u32::from(geometry.chunk_blocks);
    let first = chunk * chunk_blocks;
    BlockMap(map.intersection(BlockMap::range(first, chunk_blocks)).0 >> first)
}

/// How many chunks the blocks of `map` lie in.
fn chunks(geometry: Geometry, map: BlockMap) -> u32 {
    (0..geometry.data_disks()).filter(|chunk| !rows_in_chunk(geometry, map, *chunk).is_empty()).count() as u32
}

/// The cheapest plan for writing `write` (not empty), when the cache holds `cached` besides. Ties go to
/// reconstruct-write, which does not carry an error in old parity on (protocol C5).
#[must_use]
pub fn cheapest(geometry: Geometry, write: BlockMap, cached: BlockMap) -> Plan {
    debug_assert!(!write.is_empty(), "a plan writes something");
    let rows = rows_of(geometry, write);
    let all = blocks_in_rows(geometry, rows);
    let missing = all.without(write).without(cached);
    let kind = if write == all { PlanKind::FullStripe } else { PlanKind::ReconstructWrite };
    let (none, known) = (BlockMap::EMPTY, write.union(cached));
    let reconstruct = Plan { kind, read: missing, parity_rows: none, known, write, rows, lost_rows: none };
    let modify = Plan {
        kind: PlanKind::ReadModifyWrite,
        read: write,
        parity_rows: rows,
        known: write,
        write,
        rows,
        lost_rows: none,
    };
    if modify.reads(geometry) < reconstruct.reads(geometry) { modify } else { reconstruct }
}

/// What of a stripe cannot be read, and whether its parity may be wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Data blocks.
    pub data: BlockMap,
    /// Rows of the parity.
    pub parity: BlockMap,
    /// The parity may not fit the data: it is computed from all data blocks, never modified (C5).
    pub suspect: bool,
}

impl Damage {
    #[must_use]
    pub fn is_none(self) -> bool {
        self.data.is_empty() && self.parity.is_empty() && !self.suspect
    }
}

/// The plan for writing `write` on a stripe that is damaged, row by row:
///
/// - All blocks that are not written can be read: reconstruct.
/// - One cannot: its content stands in the old parity, which is modified, so nothing else of the row may be damaged.
/// - Otherwise that block is lost.
#[must_use]
pub fn around(geometry: Geometry, write: BlockMap, damage: Damage) -> Plan {
    let all_rows = BlockMap::range(0, u32::from(geometry.chunk_blocks));
    let rows = if damage.suspect { all_rows } else { rows_of(geometry, write) };
    let (mut read, mut parity_rows, mut lost_rows) = (BlockMap::EMPTY, BlockMap::EMPTY, BlockMap::EMPTY);
    for row in rows.iter() {
        let one = BlockMap(1 << row);
        let blocks = blocks_in_rows(geometry, one);
        let (written, damaged) = (blocks.intersection(write), blocks.intersection(damage.data));
        let unknown = damaged.without(written);
        if unknown.is_empty() {
            read = read.union(blocks.without(written));
        } else if unknown.count() == 1
            && unknown == damaged
            && !damage.parity.contains(row)
            && !damage.suspect
        {
            read = read.union(written);
            parity_rows = parity_rows.union(one);
        } else {
            lost_rows = lost_rows.union(one);
        }
    }
    let all = blocks_in_rows(geometry, rows);
    let kind = match () {
        () if write == all => PlanKind::FullStripe,
        () if parity_rows.is_empty() => PlanKind::ReconstructWrite,
        () => PlanKind::ReadModifyWrite,
    };
    Plan { kind, read, parity_rows, known: write, write, rows, lost_rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layout;

    const NINE: Geometry =
        Geometry { disks: 9, layout: Layout::LeftSymmetric, chunk_blocks: 1, lines_per_stripe: 1 };

    fn plan(write: u64, cached: u64) -> (PlanKind, u32, u32) {
        let plan = cheapest(NINE, BlockMap(write), BlockMap(cached));
        (plan.kind, plan.reads(NINE), plan.writes(NINE))
    }

    #[test]
    fn a_full_stripe_reads_nothing() {
        assert_eq!(plan(0xff, 0), (PlanKind::FullStripe, 0, 9));
    }

    #[test]
    fn one_block_of_eight_is_read_modify_write() {
        assert_eq!(plan(0b1, 0), (PlanKind::ReadModifyWrite, 2, 2));
    }

    #[test]
    fn most_blocks_of_eight_is_reconstruct_write() {
        assert_eq!(plan(0b0111_1111, 0), (PlanKind::ReconstructWrite, 1, 8));
    }

    #[test]
    fn what_the_cache_holds_need_not_be_read() {
        assert_eq!(plan(0b1, 0b1111_1110), (PlanKind::ReconstructWrite, 0, 2));
    }

    #[test]
    fn only_the_rows_that_are_written_are_touched() {
        let g = Geometry { disks: 4, layout: Layout::LeftSymmetric, chunk_blocks: 4, lines_per_stripe: 1 };
        let plan = cheapest(g, BlockMap(0b0010), BlockMap::EMPTY);
        assert_eq!(plan.rows, BlockMap(0b0010));
        assert_eq!(plan.kind, PlanKind::ReconstructWrite);
        assert_eq!(plan.read, BlockMap(0b0010_0010_0000), "a tie goes to reconstruct-write");
    }

    const FOUR: Geometry =
        Geometry { disks: 5, layout: Layout::LeftSymmetric, chunk_blocks: 1, lines_per_stripe: 1 };

    fn damaged(data: u64, parity: u64, suspect: bool) -> Damage {
        Damage { data: BlockMap(data), parity: BlockMap(parity), suspect }
    }

    #[test]
    fn suspect_parity_is_computed_from_all_data() {
        let plan = around(FOUR, BlockMap(0b0001), damaged(0, 0, true));
        assert_eq!((plan.read, plan.parity_rows), (BlockMap(0b1110), BlockMap::EMPTY));
    }

    #[test]
    fn a_missing_block_that_is_not_written_lives_on_in_modified_parity() {
        let plan = around(FOUR, BlockMap(0b0001), damaged(0b0100, 0, false));
        assert_eq!((plan.read, plan.parity_rows), (BlockMap(0b0001), BlockMap(1)));
        assert!(plan.lost_rows.is_empty());
    }

    #[test]
    fn a_missing_block_that_is_written_is_computed_into_new_parity() {
        let plan = around(FOUR, BlockMap(0b0100), damaged(0b0100, 0, false));
        assert_eq!((plan.read, plan.parity_rows), (BlockMap(0b1011), BlockMap::EMPTY));
    }

    #[test]
    fn a_missing_block_under_suspect_or_missing_parity_is_lost() {
        for damage in [damaged(0b0100, 0, true), damaged(0b0100, 1, false), damaged(0b0110, 0, false)] {
            assert_eq!(around(FOUR, BlockMap(0b0001), damage).lost_rows, BlockMap(1), "{damage:?}");
        }
        assert!(around(FOUR, BlockMap(0b0101), damaged(0b0100, 1, false)).lost_rows.is_empty());
    }
}
