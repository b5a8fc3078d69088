//! The time axis: round numbers, about a hand's breadth apart.

use super::{Lens, Tick, unsigned};
use crate::language::tr;
use crate::scene::round::round_up;
use crate::scene::words::unit_of;

/// Pixels between two ticks, at least.
const APART: u64 = 110;

pub fn ticks(lens: &Lens) -> Vec<Tick> {
    let step = round_up(lens.span_ns.saturating_mul(APART) / u64::from(lens.width.max(1)));
    let end_ns = unsigned(lens.end_ns());
    // The first at or after place zero; there is no time before the start.
    let mut at_ns = unsigned(lens.anchor()).div_ceil(step) * step;
    let mut ticks = Vec::new();
    while at_ns <= end_ns {
        ticks.push(Tick { x: lens.x(super::signed(at_ns)), text: tick_text(at_ns, step, end_ns) });
        at_ns += step;
    }
    ticks
}

/// A round time: `15 ms`, `18.42 ms`, `120 µs`. The unit is that of the window's end, so that all ticks have the same;
/// there are as many decimals as the step needs.
pub fn tick_text(at_ns: u64, step_ns: u64, end_ns: u64) -> String {
    let (unit_ns, digits, unit) = unit_of(end_ns);
    let mut text = (at_ns / unit_ns).to_string();
    let (mut left, mut step) = (digits, step_ns);
    // A step that ends in zeros needs fewer decimals.
    while left > 0 && step.is_multiple_of(10) {
        step /= 10;
        left -= 1;
    }
    if left > 0 {
        text.push_str(tr("."));
        let fraction = (unit_ns + at_ns % unit_ns).to_string();
        text.push_str(&fraction[1..=left as usize]);
    }
    text.push_str(unit);
    text
}
