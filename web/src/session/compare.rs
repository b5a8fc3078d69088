//! Two futures side by side: where they part, and what happens then in each. The other one has to be recorded again,
//! and the first difference may be far ahead, so looking for it lasts as many slices as it takes.

use super::branches::Branch;
use super::film::Film;
use super::stopwatch::now_ms;
use crate::language::{speak, tr_any};
use mirrorline_engine::check::Safety;
use mirrorline_engine::explain::why::entry_text;
use std::rc::Rc;

/// Events that are listed of each future.
const ROWS: u64 = 12;
/// Events behind the first difference that are recorded to see what comes of it.
const LOOK_ON: u64 = 20_000;
/// Events compared between two looks at the clock.
const SLICE: u64 = 65_536;

/// What is known of how two futures differ.
#[derive(Clone, Debug, PartialEq)]
pub enum Compared {
    /// One of them cannot be made again.
    Gone,
    /// So many of these events are the same.
    Looking {
        same: u64,
        of: u64,
    },
    Done(Rc<Comparison>),
}

/// How two futures differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Events that are the same in both.
    pub same: u64,
    /// There is a difference behind them.
    pub part: bool,
    pub sides: [Side; 2],
}

/// One of them, from where they part.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Nothing for the one that is shown.
    pub id: Option<u32>,
    pub name: String,
    pub rows: Vec<Row>,
    /// Events recorded in all, and whether these are all that there are.
    pub events: u64,
    pub whole: bool,
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

/// Compares the future that is shown with another one.
pub struct Comparing {
    shown_name: String,
    other_name: String,
    other_id: u32,
    /// Recorded for the comparison, and forgotten with its end.
    other: Option<Box<Film>>,
    /// Events that are known to be the same.
    same: u64,
    result: Compared,
}

impl Comparing {
    #[must_use]
    pub fn new(shown: &Film, shown_name: &str, branch: &Branch) -> Comparing {
        let deeds = shown.deeds();
        let alike = deeds.iter().zip(&branch.deeds).take_while(|(one, two)| one == two).count();
        let parted =
            [deeds.get(alike), branch.deeds.get(alike)].into_iter().flatten().map(|deed| deed.0).min();
        let other = Film::new(shown.scenario(), None).ok().map(|mut other| {
            other.replace_deeds(branch.deeds.clone());
            Box::new(other)
        });
        // Before the first deed that differs, nothing does.
        let same = parted.unwrap_or(0).min(shown.events());
        let result = match &other {
            Some(_) => Compared::Looking { same, of: shown.events() },
            None => Compared::Gone,
        };
        Comparing {
            shown_name: tr_any(shown_name),
            other_name: tr_any(&branch.name),
            other_id: branch.id,
            other,
            same,
            result,
        }
    }

    #[must_use]
    pub fn result(&self) -> &Compared {
        &self.result
    }

    #[must_use]
    pub fn is_on(&self) -> bool {
        self.other.is_some()
    }

    /// Looks on for about so long.
    pub fn look(&mut self, shown: &mut Film, budget_ms: f64) {
        let start_ms = now_ms();
        while let Some(other) = &mut self.other {
            let end = shown.events().min(other.events());
            let to = end.min(self.same + SLICE);
            while self.same < to && shown.entry(self.same) == other.entry(self.same) {
                self.same += 1;
            }
            let part = self.same < end;
            let goal = if part { self.same + LOOK_ON } else { u64::MAX };
            let wants = |film: &Film| !film.is_recorded() && film.events() < goal;
            // Of two that go on, the one that is behind.
            let mine = wants(shown) && (shown.events() <= other.events() || !wants(other));
            if part || self.same >= end {
                if mine {
                    shown.record(0.0);
                } else if wants(other) {
                    other.record(0.0);
                } else {
                    self.finish(shown);
                    return;
                }
            }
            if now_ms() - start_ms >= budget_ms {
                break;
            }
        }
        if self.is_on() {
            self.result = Compared::Looking { same: self.same, of: shown.events() };
        }
    }

    fn finish(&mut self, shown: &Film) {
        let Some(other) = self.other.take() else { return };
        let same = self.same;
        let side = |film: &Film, id, name: &str| Side {
            id,
            name: name.to_owned(),
            rows: (same..film.events().min(same + ROWS)).map(|index| row(film, index)).collect(),
            events: film.events(),
            whole: film.is_recorded(),
            worst: film.worst_from(same),
            broken: film.violations().len() as u64,
        };
        let sides =
            [side(shown, None, &self.shown_name), side(&other, Some(self.other_id), &self.other_name)];
        let part = sides.iter().any(|side| side.events > same);
        self.result = Compared::Done(Rc::new(Comparison { same, part, sides }));
    }
}

fn row(film: &Film, index: u64) -> Row {
    let log = film.log();
    let entry = film.entry(index);
    let text = entry.map_or_else(String::new, |entry| speak(entry_text(log, &film.scenario().config, entry)));
    Row { index, at_ns: film.time_at(index + 1), text }
}
