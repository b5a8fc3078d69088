//! How long a gap between two events lasts for the person who watches. Messages take microseconds and idle times
//! milliseconds; shown to scale, either would flash by or bore. So gaps are compressed: the longer, the longer, but
//! never too short to see and never too long to wait for.

use mirrorline_engine::history::MarkKind;

/// What the shortest gap takes at speed 1, and what the longest takes. Milliseconds of a person's time.
pub const SHORTEST_MS: f64 = 60.0;
pub const LONGEST_MS: f64 = 1_200.0;
/// A timer that runs off is nothing to wait for.
const TIMER_MS: f64 = 240.0;
/// Virtual nanoseconds that count as nothing, and doublings from there to the longest.
const FLOOR_NS: f64 = 64.0;
const DOUBLINGS: f64 = 14.0;

/// What a gap of `gap_ns` before an event of a kind takes at speed 1.
#[must_use]
pub fn wall_ms(gap_ns: u64, next: Option<MarkKind>) -> f64 {
    let doublings = (1.0 + gap_ns as f64 / FLOOR_NS).log2();
    let share = (doublings / DOUBLINGS).min(1.0);
    let wall_ms = SHORTEST_MS + (LONGEST_MS - SHORTEST_MS) * share;
    if next == Some(MarkKind::Timer) { wall_ms.min(TIMER_MS) } else { wall_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gap_can_be_seen_and_none_is_waited_for() {
        let at = |gap_ns| wall_ms(gap_ns, Some(MarkKind::Message));
        assert_eq!(at(0), SHORTEST_MS);
        assert!((400.0..700.0).contains(&at(3_000)), "a flight over the link: {}", at(3_000));
        assert!((700.0..1_000.0).contains(&at(85_000)), "a disk read: {}", at(85_000));
        assert_eq!(at(u64::MAX), LONGEST_MS);
        assert!((1..60).all(|shift| at(1 << shift) >= at(1 << (shift - 1))));
        assert!(wall_ms(1_000_000, Some(MarkKind::Timer)) < 300.0);
    }
}
