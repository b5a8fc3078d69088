//! Where the files of a trace lie on the LUNs of the simulated array.
//!
//! A trace of one big file should keep both controllers at work, so a file's space is cut into extents of 1 MiB, and
//! these are dealt to the LUNs in turn. One request of the trace stays one request of a host: where a recorded request
//! crosses from one extent into the next, the two are dealt as one. (A trace whose requests cross every border, such
//! as a sequential one of odd lengths, therefore ends up on one LUN.) Files follow each other on the LUNs, each from
//! a whole extent on. A file of more than 4 GiB gets larger extents instead of more of them, so that the tables stay
//! small whatever is traced.

use crate::config::LunConfig;
use crate::ids::{ControllerId, Lun};
use serde::{Deserialize, Serialize};

/// Bytes of the smallest extent.
const EXTENT_BYTES: u64 = 1 << 20;
/// Extents of one file; above that they grow.
const EXTENTS_MAX: u64 = 4096;

/// What somebody has decided about the LUNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MappingConfig {
    /// How many LUNs, 1 to 1024. Their default owners are A and B in turn.
    pub luns: u16,
    /// Blocks of each LUN; as many as the trace needs when `None`.
    pub lun_blocks: Option<u64>,
}

impl Default for MappingConfig {
    fn default() -> MappingConfig {
        MappingConfig { luns: 2, lun_blocks: None }
    }
}

/// How a file of the trace is used: how far, and which extent borders its requests cross.
#[derive(Clone, Debug)]
pub struct FileShape {
    /// The first block that no request touches or follows.
    end_block: u64,
    /// Extents have 2^shift blocks.
    extent_shift: u32,
    base_shift: u32,
    /// Bit i: some request crosses the border between extents i − 1 and i.
    crossed: Vec<u64>,
}

impl FileShape {
    /// An unused file, for blocks of `block_size` bytes.
    #[must_use]
    pub fn new(block_size: u32) -> FileShape {
        let base_shift = (EXTENT_BYTES / u64::from(block_size.max(1))).max(1).ilog2();
        FileShape { end_block: 0, extent_shift: base_shift, base_shift, crossed: Vec::new() }
    }

    /// Notes a request of `blocks` blocks (at least 1) from `first` on.
    pub fn record(&mut self, first: u64, blocks: u32) {
        debug_assert!(blocks > 0, "a request has at least one block");
        let last = first + u64::from(blocks) - 1;
        self.end_block = self.end_block.max(last + 1);
        while last >> self.extent_shift >= EXTENTS_MAX {
            self.double_extents();
        }
        for border in (first >> self.extent_shift) + 1..=last >> self.extent_shift {
            let (word, bit) = ((border / 64) as usize, border % 64);
            if word >= self.crossed.len() {
                self.crossed.resize(word + 1, 0);
            }
            self.crossed[word] |= 1 << bit;
        }
    }

    /// The borders of extents of twice the size are every second one.
    fn double_extents(&mut self) {
        let mut coarse = vec![0u64; self.crossed.len().div_ceil(2)];
        for border in 0..self.crossed.len() as u64 * 32 {
            if self.is_crossed(border * 2) {
                coarse[(border / 64) as usize] |= 1 << (border % 64);
            }
        }
        self.crossed = coarse;
        self.extent_shift += 1;
    }

    fn is_crossed(&self, border: u64) -> bool {
        self.crossed.get((border / 64) as usize).is_some_and(|word| word >> (border % 64) & 1 == 1)
    }

    fn extents(&self) -> u64 {
        self.end_block.div_ceil(1 << self.extent_shift)
    }
}

/// Where an extent begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    lun: u16,
    lbn: u64,
}

#[derive(Clone, Debug)]
struct FileTable {
    extent_shift: u32,
    places: Vec<Place>,
}

/// The finished mapping.
#[derive(Clone, Debug)]
pub struct Mapping {
    files: Vec<FileTable>,
    lun_blocks: Vec<u64>,
}

/// Why a request has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misplaced {
    /// It ends at block `end` of a LUN of `blocks` blocks.
    BeyondLun { lun: Lun, end: u64, blocks: u64 },
    /// The trace that the mapping was made for held no such request.
    NotInTrace,
}

impl Mapping {
    /// Deals the files to LUNs.
    #[must_use]
    pub fn new(files: &[FileShape], config: &MappingConfig) -> Mapping {
        let luns = usize::from(config.luns.max(1));
        let mut filled = vec![0u64; luns];
        let mut smallest = 1;
        let mut tables = Vec::with_capacity(files.len());
        for file in files {
            let extent = 1u64 << file.extent_shift;
            let base = 1u64 << file.base_shift;
            smallest = base;
            let end = file.end_block.next_multiple_of(base);
            let mut places = Vec::new();
            let mut target = 0;
            for index in 0..file.extents() {
                if !file.is_crossed(index) {
                    // The emptiest LUN, which for extents of one size means: in turn.
                    target = (0..luns).min_by_key(|&lun| filled[lun]).unwrap_or(0);
                }
                places.push(Place { lun: target as u16, lbn: filled[target] });
                filled[target] += extent.min(end - index * extent);
            }
            tables.push(FileTable { extent_shift: file.extent_shift, places });
        }
        let lun_blocks = filled.iter().map(|&used| config.lun_blocks.unwrap_or(used.max(smallest))).collect();
        Mapping { files: tables, lun_blocks }
    }

    /// The LUN and the first block of a request.
    ///
    /// # Errors
    /// The request lies outside, which happens when somebody has fixed the size of the LUNs.
    pub fn place(&self, file: u32, first: u64, blocks: u32) -> Result<(Lun, u64), Misplaced> {
        let table = self.files.get(file as usize).ok_or(Misplaced::NotInTrace)?;
        let place_of = |block: u64| {
            let index = usize::try_from(block >> table.extent_shift).map_err(|_| Misplaced::NotInTrace)?;
            let place = table.places.get(index).ok_or(Misplaced::NotInTrace)?;
            Ok((place.lun, place.lbn + (block & ((1 << table.extent_shift) - 1))))
        };
        let (lun, lbn) = place_of(first)?;
        let last = first + u64::from(blocks.max(1)) - 1;
        if place_of(last)? != (lun, lbn + (last - first)) {
            return Err(Misplaced::NotInTrace);
        }
        let (end, size) = (lbn + u64::from(blocks), self.lun_blocks[usize::from(lun)]);
        if end > size {
            return Err(Misplaced::BeyondLun { lun: Lun(lun), end, blocks: size });
        }
        Ok((Lun(lun), lbn))
    }

    /// The LUNs for a world's config.
    #[must_use]
    pub fn luns(&self) -> Vec<LunConfig> {
        let owners = ControllerId::BOTH.iter().cycle();
        let luns = self.lun_blocks.iter().zip(owners);
        luns.map(|(&blocks, &default_owner)| LunConfig { blocks, default_owner }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 4 KiB blocks: 256 in an extent of 1 MiB.
    fn shape(requests: &[(u64, u32)]) -> FileShape {
        let mut shape = FileShape::new(4096);
        for &(first, blocks) in requests {
            shape.record(first, blocks);
        }
        shape
    }

    fn two_luns(files: &[FileShape]) -> Mapping {
        Mapping::new(files, &MappingConfig::default())
    }

    #[test]
    fn extents_are_dealt_in_turn() {
        let mapping = two_luns(&[shape(&[(0, 2), (1023, 1)])]);
        let places: Vec<_> = (0..4).map(|e| mapping.place(0, e * 256 + 5, 2).unwrap()).collect();
        assert_eq!(places, [(Lun(0), 5), (Lun(1), 5), (Lun(0), 261), (Lun(1), 261)]);
        let owners: Vec<_> = mapping.luns().iter().map(|lun| (lun.blocks, lun.default_owner)).collect();
        assert_eq!(owners, [(512, ControllerId::A), (512, ControllerId::B)]);
    }

    #[test]
    fn a_request_across_a_border_stays_one_request() {
        let mapping = two_luns(&[shape(&[(254, 4), (1023, 1)])]);
        assert_eq!(mapping.place(0, 254, 4), Ok((Lun(0), 254)));
        assert_eq!(mapping.place(0, 512, 1), Ok((Lun(1), 0)));
        assert_eq!(mapping.place(0, 510, 4), Err(Misplaced::NotInTrace));
    }

    #[test]
    fn files_follow_each_other_and_no_block_is_shared() {
        let files = [shape(&[(0, 1), (700, 3)]), shape(&[(10, 1)]), shape(&[(255, 2)])];
        let mapping = two_luns(&files);
        let mut seen = Vec::new();
        for (file, blocks) in [(0, 703), (1, 11), (2, 257)] {
            seen.extend((0..blocks).map(|block| mapping.place(file, block, 1).unwrap()));
        }
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all);
    }

    #[test]
    fn a_huge_file_gets_larger_extents_and_keeps_its_crossed_borders() {
        let mut file = shape(&[(255, 2), (8 * 256 - 1, 2)]);
        file.record(1 << 33, 1);
        let mapping = two_luns(&[file]);
        assert!(mapping.files[0].places.len() as u64 <= EXTENTS_MAX);
        for (first, blocks) in [(255, 2), (2047, 2), (1 << 33, 1)] {
            assert!(mapping.place(0, first, blocks).is_ok());
        }
    }

    #[test]
    fn a_fixed_size_is_kept_and_what_lies_beyond_is_named() {
        let config = MappingConfig { luns: 3, lun_blocks: Some(100) };
        let mapping = Mapping::new(&[shape(&[(0, 1), (99, 2)])], &config);
        assert_eq!(mapping.luns().len(), 3);
        assert_eq!(mapping.place(0, 98, 2), Ok((Lun(0), 98)));
        assert_eq!(mapping.place(0, 99, 2), Err(Misplaced::BeyondLun { lun: Lun(0), end: 101, blocks: 100 }));
    }

    #[test]
    fn a_lun_that_nothing_falls_on_still_has_blocks() {
        assert!(two_luns(&[shape(&[(0, 1)])]).luns().iter().all(|lun| lun.blocks == 256));
        assert_eq!(two_luns(&[]).luns().len(), 2);
    }
}
