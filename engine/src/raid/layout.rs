//! Which disk, which offset: RAID-5 left-symmetric and left-asymmetric.
//!
//! Stripe `s` of `n` disks has its parity on disk `n − 1 − (s mod n)`. Left-symmetric puts data chunk 0 on the
//! disk after the parity's and goes round; left-asymmetric counts the disks from 0 and skips the parity's. Both
//! are the layouts of the same names in Linux md.

use crate::config::{Geometry, Layout};

/// Where a logical block of an array lies. Everything is counted from 0; offsets in blocks of one disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    pub disk: u8,
    pub offset: u64,
    pub parity_disk: u8,
    pub parity_offset: u64,
    pub stripe: u64,
}

/// The disk that holds the parity of a stripe.
#[must_use]
pub fn parity_disk(geometry: Geometry, stripe: u64) -> u8 {
    let disks = u64::from(geometry.disks);
    (disks - 1 - stripe % disks) as u8
}

/// The disk that holds data chunk `chunk` (0 .. disks − 1) of a stripe.
#[must_use]
pub fn data_disk(geometry: Geometry, stripe: u64, chunk: u8) -> u8 {
    debug_assert!(u32::from(chunk) < geometry.data_disks(), "a stripe has one chunk for each data disk");
    let parity = parity_disk(geometry, stripe);
    match geometry.layout {
        Layout::LeftSymmetric => (parity + 1 + chunk) % geometry.disks,
        Layout::LeftAsymmetric => chunk + u8::from(chunk >= parity),
    }
}

/// Where block `lbn` of the array lies.
#[must_use]
pub fn locate(geometry: Geometry, lbn: u64) -> Place {
    let line_blocks = u64::from(geometry.line_blocks());
    let chunk_blocks = u64::from(geometry.chunk_blocks);
    let stripe = lbn / line_blocks;
    let in_stripe = lbn % line_blocks;
    let chunk = (in_stripe / chunk_blocks) as u8;
    let row = in_stripe % chunk_blocks;
    let offset = stripe * chunk_blocks + row;
    Place {
        disk: data_disk(geometry, stripe, chunk),
        offset,
        parity_disk: parity_disk(geometry, stripe),
        parity_offset: offset,
        stripe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(disks: u8, layout: Layout, chunk_blocks: u8) -> Geometry {
        Geometry { disks, layout, chunk_blocks, lines_per_stripe: 1 }
    }

    /// The table printed in the Linux md documentation for five disks.
    #[test]
    fn five_disks_left_symmetric_as_in_the_textbook() {
        let g = geometry(5, Layout::LeftSymmetric, 1);
        let rows: Vec<Vec<u8>> =
            (0..5).map(|stripe| (0..4).map(|chunk| data_disk(g, stripe, chunk)).collect()).collect();
        assert_eq!(rows, [[0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1], [2, 3, 4, 0], [1, 2, 3, 4]]);
        assert_eq!((0..6).map(|s| parity_disk(g, s)).collect::<Vec<_>>(), [4, 3, 2, 1, 0, 4]);
    }

    #[test]
    fn five_disks_left_asymmetric_as_in_the_textbook() {
        let g = geometry(5, Layout::LeftAsymmetric, 1);
        let rows: Vec<Vec<u8>> =
            (0..5).map(|stripe| (0..4).map(|chunk| data_disk(g, stripe, chunk)).collect()).collect();
        assert_eq!(rows, [[0, 1, 2, 3], [0, 1, 2, 4], [0, 1, 3, 4], [0, 2, 3, 4], [1, 2, 3, 4]]);
    }

    #[test]
    fn block_42_of_five_disks() {
        let place = locate(geometry(5, Layout::LeftSymmetric, 1), 42);
        assert_eq!(place, Place { disk: 2, offset: 10, parity_disk: 4, parity_offset: 10, stripe: 10 });
    }

    /// Every geometry: no two blocks share a place, none lies on its stripe's parity.
    #[test]
    fn no_two_blocks_share_a_place() {
        for layout in [Layout::LeftSymmetric, Layout::LeftAsymmetric] {
            for disks in 3..=16 {
                for chunk_blocks in [1, 2, 4] {
                    let g = geometry(disks, layout, chunk_blocks);
                    let blocks = u64::from(g.line_blocks()) * u64::from(disks) * 2;
                    let mut places: Vec<(u8, u64)> = Vec::new();
                    for lbn in 0..blocks {
                        let place = locate(g, lbn);
                        assert_ne!(place.disk, place.parity_disk);
                        assert!(place.disk < disks && place.parity_disk < disks);
                        places.push((place.disk, place.offset));
                    }
                    places.sort_unstable();
                    places.dedup();
                    assert_eq!(places.len() as u64, blocks, "{g:?}");
                }
            }
        }
    }
}
