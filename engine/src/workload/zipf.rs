//! Zipf's law by integers: item k of n (counted from 1) comes up in proportion to k^(−theta). Real volumes look like
//! that: few blocks are hot, most are hardly touched.

use crate::rng::Random;
use crate::workload::fixed;
use std::sync::Arc;

/// Which of `0 .. items` comes next. The table is shared between clones: 8 bytes an item.
#[derive(Clone, Debug)]
pub struct Zipf {
    /// `cumulative[k]`: the weight of items 0 ..= k together.
    cumulative: Arc<[u64]>,
}

impl Zipf {
    /// More items than this would make the table bigger than a browser should be asked for (8 MiB).
    pub const ITEMS_MAX: u64 = 1 << 20;

    /// A law over `items` items (1 ..= [`Zipf::ITEMS_MAX`]; taken to that range) with theta in hundredths: 120 is
    /// fio's `zipf:1.2`, 0 makes all items equal.
    #[must_use]
    pub fn new(items: u64, theta_percent: u16) -> Zipf {
        let items = items.clamp(1, Zipf::ITEMS_MAX);
        let mut sum = 0u64;
        let cumulative = (1..=items)
            .map(|k| {
                let exponent = u128::from(fixed::log2(k)) * u128::from(theta_percent) / 100;
                let weight = fixed::exp2_neg(u64::try_from(exponent).unwrap_or(u64::MAX));
                // 2⁶² down to 2⁴³ and at least 1, so that 2²⁰ of them fit 64 bits and each item can come up.
                sum += (weight >> 19).max(1);
                sum
            })
            .collect();
        Zipf { cumulative }
    }

    /// The rank of the next item: 0 is the hottest.
    pub fn next(&self, random: &mut Random) -> u64 {
        let total = self.cumulative.last().copied().unwrap_or(1);
        let draw = random.below(total);
        self.cumulative.partition_point(|&below| below <= draw) as u64
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "floats say what the integers should come near to")]
mod tests {
    use super::*;

    #[test]
    fn theta_zero_is_uniform() {
        let zipf = Zipf::new(4, 0);
        let mut random = Random::new(5, 0);
        let mut counts = [0u32; 4];
        for _ in 0..4_000 {
            counts[zipf.next(&mut random) as usize] += 1;
        }
        assert!(counts.iter().all(|&n| (900..1_100).contains(&n)), "{counts:?}");
    }

    /// Item k must come up k^(−1.2) times as often as item 1.
    #[test]
    fn ranks_come_up_as_the_law_says() {
        let zipf = Zipf::new(1_000, 120);
        let weight = |k: usize| zipf.cumulative[k - 1] - if k == 1 { 0 } else { zipf.cumulative[k - 2] };
        for k in [2usize, 10, 999] {
            let got = weight(k) as f64 / weight(1) as f64;
            let want = (k as f64).powf(-1.2);
            assert!((got / want - 1.0).abs() < 1e-7, "rank {k}: {got}, not {want}");
        }
    }

    #[test]
    fn the_steepest_law_and_the_largest_table_hold() {
        let steep = Zipf::new(1_000, u16::MAX);
        let mut random = Random::new(5, 0);
        assert!((0..100).all(|_| steep.next(&mut random) == 0));
        let large = Zipf::new(u64::MAX, 100);
        assert_eq!(large.cumulative.len() as u64, Zipf::ITEMS_MAX);
        assert!(large.cumulative.windows(2).all(|pair| pair[0] < pair[1]));
        assert!((0..1_000).all(|_| large.next(&mut random) < Zipf::ITEMS_MAX));
    }
}
