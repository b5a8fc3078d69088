//! Which rows of a very long list are on the screen. Where a row lies is arithmetic, so a list of a million rows costs
//! what its visible part does. Browsers do not scroll over as many pixels as a million rows take, so beyond some height
//! the scroll bar’s way is shorter than the list: short moves keep their length, long ones their share of the whole.

use std::ops::Range;

/// Pixels that every browser scrolls over.
const TALL_MAX: f64 = 4_000_000.0;
/// Rows drawn beyond the visible ones, above and below.
const AROUND: u64 = 6;
/// Where in the visible part a row comes to stand that was out of sight.
const SHOWN_AT: f64 = 0.35;

/// A list of rows of equal height behind a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reel {
    pub rows: u64,
    pub row_px: f64,
    pub view_px: f64,
    /// Where the window begins, in pixels of the list.
    top: f64,
    /// … and of the scroll bar.
    bar: f64,
}

impl Reel {
    /// A list at its start, with sizes that hold until the real ones are measured.
    #[must_use]
    pub fn new(rows: u64) -> Reel {
        Reel { rows, row_px: 44.0, view_px: 400.0, top: 0.0, bar: 0.0 }
    }

    fn full(&self) -> f64 {
        self.rows as f64 * self.row_px
    }

    /// The height that the scrolled element has.
    #[must_use]
    pub fn tall(&self) -> f64 {
        self.full().min(TALL_MAX)
    }

    /// Where the scroll bar stands.
    #[must_use]
    pub fn bar(&self) -> f64 {
        self.bar
    }

    fn top_max(&self) -> f64 {
        (self.full() - self.view_px).max(0.0)
    }

    fn bar_max(&self) -> f64 {
        (self.tall() - self.view_px).max(0.0)
    }

    /// The scroll bar was moved, by whomever.
    pub fn scrolled(&mut self, bar: f64) {
        let by = bar - self.bar;
        self.bar = bar;
        self.top = match () {
            () if bar <= 0.0 => 0.0,
            () if bar >= self.bar_max() => self.top_max(),
            () if self.full() <= TALL_MAX => bar,
            () if by.abs() <= self.view_px => (self.top + by).clamp(0.0, self.top_max()),
            () => bar / self.bar_max() * self.top_max(),
        };
    }

    fn go(&mut self, top: f64) -> bool {
        let top = top.clamp(0.0, self.top_max()).round();
        let moved = (top - self.top).abs() >= 0.5;
        self.top = top;
        let share = if self.top_max() > 0.0 { top / self.top_max() } else { 0.0 };
        self.bar = (share * self.bar_max()).round();
        moved
    }

    /// Brings a row into sight, unless it is there. Says whether that moved anything.
    pub fn show(&mut self, row: u64) -> bool {
        let from = row as f64 * self.row_px;
        if from >= self.top && from + self.row_px <= self.top + self.view_px {
            return false;
        }
        self.go(from - self.view_px * SHOWN_AT)
    }

    /// Brings a row just into sight.
    pub fn nudge(&mut self, row: u64) -> bool {
        let from = row as f64 * self.row_px;
        let least = from + self.row_px - self.view_px;
        let top = self.top.clamp(least.min(from), from);
        top != self.top && self.go(top)
    }

    /// Keeps to the list after its length or a size has changed.
    pub fn settle(&mut self) -> bool {
        self.top > self.top_max() && self.go(self.top_max())
    }

    /// Rows that fit the window.
    #[must_use]
    pub fn page(&self) -> u64 {
        ((self.view_px / self.row_px) as u64).max(1)
    }

    /// The rows to be drawn.
    #[must_use]
    pub fn window(&self) -> Range<u64> {
        let first = (self.top / self.row_px) as u64;
        let last = ((self.top + self.view_px) / self.row_px) as u64 + 1;
        first.saturating_sub(AROUND)..(last + AROUND).min(self.rows)
    }

    /// Where the first of them lies within the scrolled element.
    #[must_use]
    pub fn offset(&self) -> f64 {
        (self.bar + self.window().start as f64 * self.row_px - self.top).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reel(rows: u64) -> Reel {
        Reel { row_px: 40.0, view_px: 400.0, ..Reel::new(rows) }
    }

    #[test]
    fn a_short_list_scrolls_as_any_other() {
        let mut reel = reel(1_000);
        assert_eq!((reel.tall(), reel.window(), reel.offset()), (40_000.0, 0..17, 0.0));
        reel.scrolled(4_010.0);
        assert_eq!((reel.window(), reel.offset()), (94..117, 3_760.0));
        reel.scrolled(39_600.0);
        assert_eq!(reel.window().end, 1_000);
    }

    #[test]
    fn a_million_rows_are_all_reached_over_fewer_pixels() {
        let mut reel = reel(1_000_000);
        assert_eq!(reel.tall(), TALL_MAX);
        assert!(reel.window().end < 30);
        reel.scrolled(100.0);
        assert_eq!(reel.window().start, 0, "a turn of the wheel is a turn of the wheel");
        assert!((reel.offset() - 0.0).abs() < 1.0);
        reel.scrolled(TALL_MAX / 2.0);
        let before = reel.window().start;
        assert!(before.abs_diff(500_000) < 100, "{:?}", reel.window());
        reel.scrolled(TALL_MAX / 2.0 + 80.0);
        assert_eq!(reel.window().start, before + 2);
        reel.scrolled(TALL_MAX);
        assert_eq!(reel.window().end, 1_000_000);
        assert!(reel.window().end - reel.window().start < 30);
    }

    #[test]
    fn a_row_out_of_sight_is_brought_in_and_one_in_sight_stays_where_it_is() {
        for rows in [1_000, 1_000_000] {
            let mut reel = reel(rows);
            assert!(!reel.show(5));
            assert!(reel.show(500));
            assert!(reel.window().contains(&500));
            let shift = reel.offset() - reel.bar();
            let place = shift + (500 - reel.window().start) as f64 * 40.0;
            assert!((0.0..=360.0).contains(&place), "{place} pixels below the edge");
            assert!(!reel.show(501));
            let bar = reel.bar();
            reel.scrolled(bar);
            assert!(!reel.show(501), "hearing of one's own move changes nothing");
            assert!(reel.show(rows - 1) && reel.window().end == rows);
        }
    }

    #[test]
    fn a_step_of_the_cursor_moves_the_list_by_a_row() {
        let mut reel = reel(1_000);
        assert!(!reel.nudge(9));
        assert!(reel.nudge(10));
        assert_eq!(reel.bar(), 40.0);
        assert!(reel.nudge(0));
        assert_eq!(reel.bar(), 0.0);
    }

    #[test]
    fn a_list_that_becomes_shorter_is_not_left_behind() {
        let mut reel = reel(1_000);
        reel.show(999);
        reel.rows = 3;
        assert!(reel.settle());
        assert_eq!((reel.window(), reel.bar()), (0..3, 0.0));
    }
}
