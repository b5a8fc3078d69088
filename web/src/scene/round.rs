//! Round numbers: 1, 2, 5, 10, 20, 50 and so on.

/// The greatest round number that is not above `n`; 1 for 0.
#[must_use]
pub fn round_down(n: u64) -> u64 {
    let power = 10_u64.pow(n.max(1).ilog10());
    match n / power {
        5.. => 5 * power,
        2..5 => 2 * power,
        _ => power,
    }
}

/// The least round number that is not below `n`; the greatest one there is, where none is.
#[must_use]
pub fn round_up(n: u64) -> u64 {
    let below = round_down(n);
    if below >= n {
        return below;
    }
    // 5 follows 2, and twice as much everything else.
    let power = 10_u64.pow(below.ilog10());
    let next = if below / power == 2 { power.checked_mul(5) } else { below.checked_mul(2) };
    next.unwrap_or(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_is_one_two_five() {
        let numbers = [0, 1, 2, 3, 4, 5, 9, 10, 11, 49, 5_001];
        assert_eq!(numbers.map(round_down), [1, 1, 2, 2, 2, 5, 5, 10, 10, 20, 5_000]);
        assert_eq!(numbers.map(round_up), [1, 1, 2, 5, 5, 5, 10, 10, 20, 50, 10_000]);
        assert_eq!(round_down(u64::MAX), 10_000_000_000_000_000_000);
        assert_eq!(round_up(u64::MAX), 10_000_000_000_000_000_000);
    }
}
