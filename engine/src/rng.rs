//! Seeded random numbers from integers alone, the same on every platform.
//!
//! The raw numbers are those of `rand_pcg` (PCG XSH RR 64/32, "pcg32"), whose output is fixed by its published
//! reference vectors. Everything on top of them (ranges, shares, gaps) is done here, since `rand` may change its
//! sampling algorithms from one version to the next and a recorded run must not change with it.

use crate::digest::mix;
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng as _;

/// One stream of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(Pcg32);

impl Random {
    /// The stream number `stream` of a seed. Streams of one seed are independent of each other, so that a part
    /// that draws more numbers does not disturb another.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Random {
        // Neighbouring seeds and streams of an LCG begin alike: mix both first.
        let state = mix(seed ^ mix(stream));
        Random(Pcg32::new(state, mix(state ^ stream)))
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number of `0 .. bound`, each equally likely (Lemire 2019: multiply, and reject the few that would
    /// favour low numbers).
    ///
    /// # Panics
    /// In debug builds when `bound` is 0; 0 is returned otherwise.
    pub fn below(&mut self, bound: u64) -> u64 {
        debug_assert!(bound > 0, "there is no number below 0");
        let mut product = u128::from(self.next_u64()) * u128::from(bound);
        if (product as u64) < bound {
            let reject_below = bound.wrapping_neg().checked_rem(bound).unwrap_or(0);
            while (product as u64) < reject_below {
                product = u128::from(self.next_u64()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// True in `percent` of 100 cases; always at 100 and more.
    pub fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < u64::from(percent)
    }

    /// True in one of `n` cases, never when `n` is 0.
    pub fn one_in(&mut self, n: u32) -> bool {
        n > 0 && self.below(u64::from(n)) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers of the published `pcg32` reference (seed 42, stream 54).
    #[test]
    fn the_raw_generator_is_the_published_pcg32() {
        let mut pcg = Random(Pcg32::new(42, 54));
        let first: Vec<u32> = (0..6).map(|_| pcg.next_u32()).collect();
        assert_eq!(first, [0xa15c_02b7, 0x7b47_f409, 0xba1d_3330, 0x83d2_f293, 0xbfa4_784b, 0xcbed_606e]);
    }

    /// If these change, every recorded run with a generator changes.
    #[test]
    fn golden_numbers_of_seed_7() {
        let mut random = Random::new(7, 0);
        let raw: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        let bounded: Vec<u64> = (0..12).map(|_| random.below(10)).collect();
        assert_eq!(raw, [12_136_631_059_209_878_877, 1_682_539_806_919_816_859, 6_520_739_038_720_101_787]);
        assert_eq!(bounded, [8, 4, 2, 1, 4, 1, 1, 3, 6, 5, 7, 6]);
    }

    #[test]
    fn streams_and_seeds_differ() {
        let first = |seed, stream| Random::new(seed, stream).next_u64();
        let mut seen: Vec<u64> = (0..64).flat_map(|s| [first(s, 0), first(s, 1)]).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 128);
    }

    #[test]
    fn a_bound_is_never_reached_and_every_number_below_it_comes_up() {
        let mut random = Random::new(1, 1);
        let mut counts = [0u32; 7];
        for _ in 0..7_000 {
            counts[random.below(7) as usize] += 1;
        }
        assert!(counts.iter().all(|&n| (850..1150).contains(&n)), "{counts:?}");
        assert!((0..1_000).all(|_| random.below(1) == 0));
        // A bound just above half the range rejects nearly every second number.
        assert!((0..1_000).all(|_| random.below((1 << 63) + 1) <= 1 << 63));
    }

    #[test]
    fn shares_are_kept() {
        let mut random = Random::new(3, 9);
        let hits = (0..10_000).filter(|_| random.percent(70)).count();
        assert!((6_800..7_200).contains(&hits), "{hits}");
        assert!(!(0..1_000).any(|_| random.percent(0)) && (0..1_000).all(|_| random.percent(100)));
        assert!(!(0..1_000).any(|_| random.one_in(0)) && (0..1_000).all(|_| random.one_in(1)));
    }
}
