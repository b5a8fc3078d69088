//! A seeded bijection that scatters `0 .. n` over itself, so that the hot items of a zipf law are not neighbours on
//! the disks (which would make every hot stripe one stripe).

use crate::digest::mix;

/// A permutation of `0 .. n` in constant memory: a Feistel network over the next even number of bits, walked until it
/// lands inside the range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scatter {
    n: u64,
    half_bits: u32,
    keys: [u64; Scatter::ROUNDS],
}

impl Scatter {
    const ROUNDS: usize = 4;

    /// A permutation of `0 .. n`; `n` is at most 2⁶².
    #[must_use]
    pub fn new(n: u64, seed: u64) -> Scatter {
        debug_assert!(n <= 1 << 62, "the network has at most 62 bits");
        let bits = 64 - n.saturating_sub(1).leading_zeros();
        let half_bits = bits.div_ceil(2).clamp(1, 31);
        let mut keys = [0; Scatter::ROUNDS];
        let mut key = seed;
        for slot in &mut keys {
            key = mix(key);
            *slot = key;
        }
        Scatter { n, half_bits, keys }
    }

    /// Where `item` (of `0 .. n`) goes.
    #[must_use]
    pub fn place(&self, item: u64) -> u64 {
        debug_assert!(item < self.n, "only items of the range have a place");
        let mut at = item;
        // The domain is at most four times the range, so this ends after four rounds on average, and it always ends:
        // a permutation's cycle comes back to `item` at the latest.
        loop {
            at = self.network(at);
            if at < self.n {
                return at;
            }
        }
    }

    fn network(&self, value: u64) -> u64 {
        let mask = (1u64 << self.half_bits) - 1;
        let (mut left, mut right) = (value >> self.half_bits & mask, value & mask);
        for key in self.keys {
            (left, right) = (right, left ^ (mix(right ^ key) & mask));
        }
        left << self.half_bits | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_has_a_place_of_its_own() {
        for n in [1u64, 2, 3, 5, 64, 100, 1_000, 4_097] {
            for seed in [0, 1, u64::MAX] {
                let scatter = Scatter::new(n, seed);
                let mut places: Vec<u64> = (0..n).map(|item| scatter.place(item)).collect();
                places.sort_unstable();
                assert!(places.iter().copied().eq(0..n), "n = {n}, seed = {seed}");
            }
        }
    }

    #[test]
    fn neighbours_are_parted_and_seeds_differ() {
        let scatter = Scatter::new(1_000_000, 7);
        let close = (0..999).filter(|&i| scatter.place(i).abs_diff(scatter.place(i + 1)) < 10).count();
        assert!(close < 5, "{close} pairs of hot items lie close together");
        assert_ne!(scatter.place(0), Scatter::new(1_000_000, 8).place(0));
    }
}
