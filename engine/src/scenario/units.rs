//! Times as people write them: `250ns`, `10us`, `3ms`, `2s`, and `0`.

/// Units from the largest to the smallest, with their nanoseconds.
const UNITS: [(&str, u64); 4] = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

/// What a time must look like, for error messages.
pub const TIME_FORM: &str = "write a whole number with ns, us, ms or s, as in 10us";

/// Nanoseconds, or nothing when `text` is no time or too long a one.
#[must_use]
pub fn parse_ns(text: &str) -> Option<u64> {
    if text == "0" {
        return Some(0);
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*scale)
}

/// The shortest way to write a time exactly.
#[must_use]
pub fn format_ns(ns: u64) -> String {
    if ns == 0 {
        return "0".into();
    }
    let exact = UNITS.iter().find(|(_, scale)| ns.is_multiple_of(*scale));
    let (unit, scale) = exact.copied().unwrap_or(("ns", 1));
    format!("{}{unit}", ns / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_back_as_they_were_written() {
        for ns in [0, 1, 999, 1_000, 12_345, 3_000_000, 2_000_000_000, 8_333_333, u64::MAX] {
            assert_eq!(parse_ns(&format_ns(ns)), Some(ns));
        }
        assert_eq!(format_ns(10_000), "10us");
        for wrong in
            ["", "10", "us", "1.5ms", "-1us", "10 us", "10min", "99999999999999999999ns", "99999999999s"]
        {
            assert_eq!(parse_ns(wrong), None, "{wrong}");
        }
    }
}
