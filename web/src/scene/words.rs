//! Numbers as people read them: times, sizes, runs of slots.

use crate::language::tr;
use std::fmt::Display;

/// A number that is not whole, with the page's decimal sign; the digits behind it are `digits` many.
#[must_use]
pub fn decimal_text(whole: impl Display, fraction: u64, digits: usize) -> String {
    format!("{whole}{}{fraction:0digits$}", tr("."))
}

/// The unit that keeps a time short: its nanoseconds, how many digits these have behind its decimal sign, its name.
#[must_use]
pub fn unit_of(ns: u64) -> (u64, u32, &'static str) {
    match ns {
        0..1_000 => (1, 0, " ns"),
        1_000..1_000_000 => (1_000, 3, " µs"),
        1_000_000..1_000_000_000 => (1_000_000, 6, " ms"),
        _ => (1_000_000_000, 9, " s"),
    }
}

/// A virtual time: `0 ns`, `850 ns`, `3.20 µs`, `18.42 ms`, `1.250 s`.
#[must_use]
pub fn time_text(ns: u64) -> String {
    time_to(ns, if ns < 1_000_000_000 { 2 } else { 3 })
}

/// A virtual time with as many digits behind the decimal sign, if it is not in nanoseconds.
#[must_use]
pub fn time_to(ns: u64, digits: u32) -> String {
    let (unit_ns, all, unit) = unit_of(ns);
    match all {
        0 => format!("{ns}{unit}"),
        _ => decimal_text(ns / unit_ns, ns % unit_ns / 10_u64.pow(all - digits), digits as usize) + unit,
    }
}

/// A count with thin spaces between thousands: `12 345`.
#[must_use]
pub fn count_text(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A size in bytes: `512 B`, `4.0 KiB`, `1.5 MiB`.
#[must_use]
pub fn size_text(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    decimal_text(tenths / 10, (tenths % 10) as u64, 1) + " " + UNITS[unit]
}

/// Slot numbers as runs: `06–11`, `04 08–09`, with an ellipsis when `count` says that there are more.
#[must_use]
pub fn runs_text(next: &[u32], count: u32) -> String {
    const RUNS_MAX: usize = 2;
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let mut used = 0;
    for &slot in next {
        let full = runs.len() == RUNS_MAX;
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == slot => *last = slot,
            _ if full => break,
            _ => runs.push((slot, slot)),
        }
        used += 1;
    }
    let mut parts: Vec<String> = runs
        .iter()
        .map(
            |&(first, last)| {
                if first == last { format!("{first:02}") } else { format!("{first:02}–{last:02}") }
            },
        )
        .collect();
    if used < count {
        parts.push("…".into());
    }
    parts.join(" ")
}

/// A share or a percentage for a style sheet, to a thousandth: `12.345`. Cuts off what no eye can see, and needs no
/// library for printing floats, which would be a good part of the page.
#[must_use]
pub fn css_number(value: f64) -> String {
    let thousandths = (value.max(0.0) * 1_000.0).round() as u64;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{self, Language};

    #[test]
    fn times_take_the_unit_that_keeps_them_short() {
        let texts = [0, 850, 3_200, 18_420_000, 1_250_000_000].map(time_text);
        assert_eq!(texts, ["0 ns", "850 ns", "3.20 µs", "18.42 ms", "1.250 s"]);
    }

    #[test]
    fn a_language_has_its_own_decimal_sign() {
        language::put(Language::German, Vec::from([(language::key_of("."), ",")]).leak());
        let german = [time_text(3_200), time_text(850), size_text(1_572_864)];
        language::put(Language::English, &[]);
        assert_eq!(german, ["3,20 µs", "850 ns", "1,5 MiB"]);
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(count_text(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count_text(999), "999");
    }

    #[test]
    fn style_sheets_get_thousandths() {
        assert_eq!([0.0, 12.3456, 100.0, -1.0].map(css_number), ["0.000", "12.346", "100.000", "0.000"]);
    }

    #[test]
    fn sizes_are_binary() {
        assert_eq!([512, 4096, 1_572_864].map(size_text), ["512 B", "4.0 KiB", "1.5 MiB"]);
    }

    #[test]
    fn neighbouring_slots_make_a_run() {
        assert_eq!(runs_text(&[6, 7, 8, 9], 4), "06–09");
        assert_eq!(runs_text(&[4, 8, 9, 3], 9), "04 08–09 …");
        assert_eq!(runs_text(&[], 0), "");
    }
}
