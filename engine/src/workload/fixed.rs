//! Logarithms and powers in fixed-point integers, for zipf weights and random gaps. The engine has no floats: their
//! library functions differ from one platform to the next in the last bit, and a run must not.
//!
//! All results are in units of 2⁻³² ("Q32") unless said otherwise; errors are a few units of 2⁻³⁰.

/// ln 2 in Q32.
const LN_2: u64 = 2_977_044_472;

/// The binary logarithm of `x` (at least 1) in Q32, rounded down, by repeated squaring of the mantissa.
#[must_use]
pub fn log2(x: u64) -> u64 {
    debug_assert!(x > 0, "0 has no logarithm");
    let exponent = 63 - u64::from(x.max(1).leading_zeros());
    // The mantissa as 1.31 bits, so that its square fits 64 bits.
    let mut mantissa = if exponent >= 31 { x >> (exponent - 31) } else { x << (31 - exponent) };
    let mut fraction = 0;
    for bit in (0..32).rev() {
        mantissa = (mantissa * mantissa) >> 31;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            fraction |= 1 << bit;
        }
    }
    exponent << 32 | fraction
}

/// 2^(−`x`) as a share of 2⁶², for `x` in Q32. Below 2⁻⁶² it is 0.
#[must_use]
pub fn exp2_neg(x: u64) -> u64 {
    let whole = x >> 32;
    if whole >= 62 {
        return 0;
    }
    // 2^(−2⁻ⁱ) in 0.32 bits, from square roots taken at compile time.
    let mut share: u64 = 1 << 32;
    let mut bit = 0;
    while bit < 32 {
        if x >> (31 - bit) & 1 == 1 {
            share = (share * ROOTS[bit as usize]) >> 32;
        }
        bit += 1;
    }
    (share << 30) >> whole
}

/// `mean` × −ln(u) for a `u` drawn evenly from (0, 1], given as `draw` + 1 in units of 2⁻³²: a gap between arrivals
/// that know nothing of each other. At most 22.2 × `mean`.
#[must_use]
pub fn exponential_gap(mean: u64, draw: u32) -> u64 {
    let minus_log2 = (32 << 32) - log2(u64::from(draw) + 1);
    let minus_ln = (u128::from(minus_log2) * u128::from(LN_2)) >> 32;
    u64::try_from((u128::from(mean) * minus_ln) >> 32).unwrap_or(u64::MAX)
}

/// 2^(−1/2), 2^(−1/4), 2^(−1/8), … in Q32, each the root of the one before.
const ROOTS: [u64; 32] = roots();

const fn roots() -> [u64; 32] {
    let mut roots = [0; 32];
    // 1/2 as a share of 2⁶⁴; the root of a share of 2⁶⁴ is a share of 2³².
    let mut share_of_64: u128 = 1 << 63;
    let mut i = 0;
    while i < 32 {
        // 32 more bits under the root keep 48 bits of result, so that errors do not add up.
        let root = integer_root(share_of_64 << 32);
        roots[i] = root >> 16;
        share_of_64 = (root as u128) << 16;
        i += 1;
    }
    roots
}

/// The integer square root, rounded down.
const fn integer_root(n: u128) -> u64 {
    let mut low: u128 = 0;
    let mut high: u128 = 1 << 49;
    while high - low > 1 {
        let middle = (low + high) / 2;
        if middle * middle <= n {
            low = middle;
        } else {
            high = middle;
        }
    }
    low as u64
}

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "floats say what the integers should come near to")]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_have_whole_logarithms() {
        for k in 0..64 {
            assert_eq!(log2(1 << k), k << 32);
        }
    }

    #[test]
    fn logarithms_and_powers_are_right_to_eight_digits() {
        for x in [3u64, 7, 10, 1_000, 65_537, 1_000_000, u64::from(u32::MAX), 1 << 50 | 12_345] {
            let got = log2(x) as f64 / (1u64 << 32) as f64;
            assert!((got - (x as f64).log2()).abs() < 1e-8, "log2({x}) = {got}");
        }
        for x in [0.0, 0.25, 0.5, 1.0, 1.75, 12.345, 30.0] {
            let got = exp2_neg((x * (1u64 << 32) as f64) as u64) as f64 / (1u64 << 62) as f64;
            assert!((got / (-x).exp2() - 1.0).abs() < 2e-8, "2^-{x} = {got}");
        }
        assert_eq!(exp2_neg(0), 1 << 62);
        assert_eq!(exp2_neg(u64::MAX), 0);
    }

    #[test]
    fn gaps_have_their_mean_and_their_bounds() {
        assert_eq!(exponential_gap(1_000_000, u32::MAX), 0);
        assert!((22_180_000..22_181_000).contains(&exponential_gap(1_000_000, 0)));
        let mut random = crate::rng::Random::new(1, 2);
        let sum: u64 = (0..20_000).map(|_| exponential_gap(1_000, random.next_u32())).sum();
        assert!((970..1_030).contains(&(sum / 20_000)), "{}", sum / 20_000);
    }

    /// If these change, every recorded run with a zipf generator or random gaps changes.
    #[test]
    fn golden_values() {
        assert_eq!([log2(3), log2(10), log2(1_000_000)], [6_807_362_105, 14_267_572_527, 85_605_435_162]);
        assert_eq!(
            [exp2_neg(1), exp2_neg(3 << 31), exp2_neg(0x1_2345_6789)],
            [4_611_686_017_353_646_080, 1_630_477_227_642_585_088, 2_095_822_461_735_010_304]
        );
        assert_eq!(exponential_gap(1_000_000_000, 1 << 31), 693_147_180);
    }
}
