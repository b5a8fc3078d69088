//! Latencies in few bytes: a histogram of integers whose buckets grow with their values, in the manner of HDR
//! histograms. Values below 128 are exact; above, a percentile is at most 1.6 % (one 64th) too high.

use crate::fact::{Fact, IoKind, Observer};

/// Buckets of one power of two: 2⁶.
const STEP_BITS: u32 = 6;
const STEPS: u64 = 1 << STEP_BITS;
/// Enough for every 64-bit value: 58 powers of two above the exact part.
const BUCKETS: usize = (64 - STEP_BITS as usize + 1) << STEP_BITS;

/// Counts of values by size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    buckets: Box<[u64]>,
    count: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { buckets: vec![0; BUCKETS].into(), count: 0, max: 0 }
    }
}

impl Histogram {
    /// Counts a value.
    pub fn record(&mut self, value: u64) {
        self.buckets[bucket_of(value)] += 1;
        self.count += 1;
        self.max = self.max.max(value);
    }

    /// How many values have been counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The largest value, exactly; 0 when there is none.
    #[must_use]
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The smallest value that at least `permille` of 1000 values do not exceed (500 for the median), rounded up to
    /// its bucket's end; 0 when there is none.
    #[must_use]
    pub fn percentile(&self, permille: u16) -> u64 {
        let rank = (u128::from(self.count) * u128::from(permille)).div_ceil(1000).max(1);
        let mut below = 0u128;
        for (index, count) in self.buckets.iter().enumerate() {
            below += u128::from(*count);
            if below >= rank {
                return last_of(index).min(self.max);
            }
        }
        self.max
    }
}

fn bucket_of(value: u64) -> usize {
    let shift = (63 - (value | STEPS).leading_zeros()) - STEP_BITS;
    (u64::from(shift) << STEP_BITS) as usize + (value >> shift) as usize
}

/// The largest value that falls into a bucket.
fn last_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket >> STEP_BITS).saturating_sub(1);
    let step = bucket - (shift << STEP_BITS);
    (step << shift) | ((1 << shift) - 1)
}

/// An observer that keeps the latencies of all answered requests: from the host's sending to the host's hearing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    pub reads: Histogram,
    pub writes: Histogram,
}

impl Observer for Latencies {
    fn fact(&mut self, fact: Fact) {
        if let Fact::HostDone { io, latency_ns, .. } = fact {
            match io {
                IoKind::Read => self.reads.record(latency_ns),
                IoKind::Write => self.writes.record(latency_ns),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_values_are_exact() {
        let mut histogram = Histogram::default();
        (1..=100).for_each(|value| histogram.record(value));
        let got = [0, 1, 500, 990, 1000].map(|permille| histogram.percentile(permille));
        assert_eq!(got, [1, 1, 50, 99, 100]);
        assert_eq!((histogram.count(), histogram.max()), (100, 100));
        assert_eq!(Histogram::default().percentile(500), 0);
    }

    #[test]
    fn the_ends_of_the_range_have_buckets() {
        assert_eq!((bucket_of(0), bucket_of(127), bucket_of(128)), (0, 127, 128));
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
        assert_eq!(last_of(BUCKETS - 1), u64::MAX);
    }

    proptest! {
        #[test]
        fn a_value_is_found_again_at_most_one_64th_too_high(value in any::<u64>(), shift in 0u32..64) {
            let value = value >> shift;
            let end = last_of(bucket_of(value));
            prop_assert!(end >= value && end - value <= value / 64);
            prop_assert_eq!(bucket_of(end), bucket_of(value));
            prop_assert!(end == u64::MAX || bucket_of(end + 1) == bucket_of(value) + 1);
        }
    }
}
