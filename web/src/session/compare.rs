//! Two futures side by side: where they part, and what happens then in each.

use super::branches::Branch;
use super::film::Film;
use crate::language::speak;
use mirrorline_engine::check::Safety;
use mirrorline_engine::explain::why::entry_text;

/// Events that are listed of each future.
const ROWS: u64 = 12;
/// So far behind the place where what was done parts, the events are looked through for a difference.
const LOOK_AHEAD: u64 = 20_000;

/// How two futures differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Events that are the same in both.
    pub same: u64,
    pub sides: [Side; 2],
}

/// One of them, from where they part.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Nothing for the one that is shown.
    pub id: Option<u32>,
    pub name: String,
    pub rows: Vec<Row>,
    /// Events recorded in all.
    pub events: u64,
    /// The worst that happens to the data from there on.
    pub worst: Safety,
    /// Broken rules.
    pub broken: u64,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub index: u64,
    pub at_ns: u64,
    pub text: String,
}

/// The future that is shown, and another one. Nothing when the other one cannot be made again.
#[must_use]
pub fn compare(shown: &Film, shown_name: &str, branch: &Branch) -> Option<Comparison> {
    let mut other = Film::new(shown.scenario(), None).ok()?;
    other.do_again(&branch.deeds).ok()?;
    let parted = shown.deeds().iter().zip(&branch.deeds).take_while(|(one, two)| one == two).count();
    let first =
        [shown.deeds().get(parted), branch.deeds.get(parted)].into_iter().flatten().map(|deed| deed.0).min();
    let first = first.unwrap_or(0);
    other.record_up_to(first + LOOK_AHEAD);
    let end = shown.events().min(other.events());
    let same = (first..end).find(|index| shown.entry(*index) != other.entry(*index)).unwrap_or(end);
    let side = |film: &Film, id, name: &str| Side {
        id,
        name: name.to_owned(),
        rows: (same..film.events().min(same + ROWS)).map(|index| row(film, index)).collect(),
        events: film.events(),
        worst: film.worst_from(same),
        broken: film.violations().len() as u64,
    };
    let sides = [side(shown, None, shown_name), side(&other, Some(branch.id), &branch.name)];
    Some(Comparison { same, sides })
}

fn row(film: &Film, index: u64) -> Row {
    let instant = film.instant();
    let entry = film.entry(index);
    let text =
        entry.map_or_else(String::new, |entry| speak(entry_text(instant.log, instant.world.config(), entry)));
    Row { index, at_ns: film.time_at(index + 1), text }
}
