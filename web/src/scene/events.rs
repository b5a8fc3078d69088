//! The list of events: which ones a filter lets through, and how one of them is told. A long run is not filtered at
//! once but as far as a frame allows, and goes on from there.

use super::model::LineLabel;
use super::words::{count_text, time_text};
use crate::language::{say, speak, tr};
use mirrorline_engine::config::Config;
use mirrorline_engine::explain::EventLog;
use mirrorline_engine::explain::about::{self, Sort};
use mirrorline_engine::explain::log::Entry;
use mirrorline_engine::explain::why::entry_text;
use mirrorline_engine::ids::{ControllerId, LineKey};
use mirrorline_engine::mark;

/// Which recording something was read off: the load, and how often its future has been another one since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    pub load: u32,
    pub cuts: u32,
}

/// What a person wants to see in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub sort: Option<Sort>,
    pub actor: Option<ControllerId>,
    /// Only the line that is selected, as long as one is.
    pub line: bool,
    /// Part of the sentence, in upper or lower case.
    pub text: String,
}

/// The sorts as the filter names them, and what stands for them in an address or a test.
pub const SORTS: [(Sort, &str, &str); 5] = [
    (Sort::Host, mark!("Hosts"), "hosts"),
    (Sort::Message, mark!("Messages"), "messages"),
    (Sort::Disk, mark!("Disks"), "disks"),
    (Sort::Fault, mark!("Faults"), "faults"),
    (Sort::Controller, mark!("Controllers"), "controllers"),
];

impl Filter {
    /// What a person can do about a list with nothing in it.
    #[must_use]
    pub fn advice(&self, line: Option<LineLabel>) -> String {
        let mut ways = Vec::new();
        if !self.text.trim().is_empty() {
            ways.push(say!("clear “{text}”", text = self.text.trim().to_owned()));
        }
        if self.sort.is_some() {
            ways.push(tr("choose all kinds").to_owned());
        }
        if let Some(actor) = self.actor {
            ways.push(say!("let go of {actor}", actor));
        }
        if let Some(line) = line.filter(|_| self.line) {
            ways.push(say!("look at other lines than {line}", line = line.to_string()));
        }
        match ways.pop() {
            None => tr("This run has no events.").to_owned(),
            Some(last) if ways.is_empty() => say!("No event is like that. To see more, {last}.", last),
            Some(last) => {
                say!("No event is like that. To see more, {some}, or {last}.", some = ways.join(", "), last)
            }
        }
    }
}

/// The events that a filter lets through, as far as they have been looked for.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    filter: Filter,
    line: Option<LineKey>,
    /// The text as sentences have it, in lower case.
    needle: String,
    edition: Edition,
    found: Vec<u32>,
    searched: u64,
}

/// What it costs to look at an event, and to tell it in words.
const LOOK: u32 = 1;
const TELL: u32 = 24;

impl Finder {
    /// Looks for something else, or in another recording; from the start if it is something else.
    pub fn aim(&mut self, filter: &Filter, line: Option<LineKey>, edition: Edition) {
        let line = line.filter(|_| filter.line);
        if self.filter == *filter && self.line == line && self.edition == edition {
            return;
        }
        self.needle = plain(filter.text.trim());
        self.filter.clone_from(filter);
        (self.line, self.edition) = (line, edition);
        self.found.clear();
        self.searched = 0;
    }

    /// Whether everything is let through: then there is nothing to look for.
    fn is_open(&self) -> bool {
        self.filter.sort.is_none()
            && self.filter.actor.is_none()
            && self.line.is_none()
            && self.needle.is_empty()
    }

    /// Goes on looking, for about so much work. Says whether there is more to look at.
    pub fn search(&mut self, log: &EventLog, config: &Config, work: u32) -> bool {
        if self.is_open() {
            self.searched = log.len();
            return false;
        }
        let mut done = 0;
        while done < work
            && let Some(entry) = log.get(self.searched)
        {
            done += LOOK;
            if self.may_be(log, config, entry) {
                if !self.needle.is_empty() {
                    done += TELL;
                }
                if self.is_told(log, config, entry) {
                    self.found.push(self.searched as u32);
                }
            }
            self.searched += 1;
        }
        self.searched < log.len()
    }

    fn may_be(&self, log: &EventLog, config: &Config, entry: &Entry) -> bool {
        self.filter.sort.is_none_or(|sort| about::sort(&entry.kind) == sort)
            && self.filter.actor.is_none_or(|actor| about::concerns(&entry.kind, actor))
            && self.line.is_none_or(|key| about::is_about(log, config, entry, key))
    }

    fn is_told(&self, log: &EventLog, config: &Config, entry: &Entry) -> bool {
        self.needle.is_empty() || plain(&speak(entry_text(log, config, entry))).contains(&self.needle)
    }

    /// Rows of the list so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        if self.is_open() { self.searched } else { self.found.len() as u64 }
    }

    /// Events that have been looked at.
    #[must_use]
    pub fn searched(&self) -> u64 {
        self.searched
    }

    /// The event in a row.
    #[must_use]
    pub fn index(&self, row: u64) -> Option<u64> {
        if self.is_open() {
            return (row < self.searched).then_some(row);
        }
        self.found.get(row as usize).map(|index| u64::from(*index))
    }

    /// The last row whose event has happened after `position` events.
    #[must_use]
    pub fn row_at(&self, position: u64) -> Option<u64> {
        let before = if self.is_open() {
            position.min(self.searched)
        } else {
            self.found.partition_point(|index| u64::from(*index) < position) as u64
        };
        before.checked_sub(1)
    }
}

/// As sentences are compared: without case, and with the apostrophe that they use.
fn plain(text: &str) -> String {
    let mut text = text.replace('\'', "’");
    text.make_ascii_lowercase();
    text
}

/// What the list is about, without its rows: those are fetched as one scrolls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsView {
    pub filter: Filter,
    /// The selected line, if there is one.
    pub line: Option<LineLabel>,
    pub edition: Edition,
    /// Events that have happened, as in the transport.
    pub event: u64,
    pub total: u64,
    pub searched: u64,
    pub rows: u64,
    /// The last row that has happened.
    pub now: Option<u64>,
}

impl EventsView {
    /// `412 events`, `17 of 412 events`, and how far the search has come.
    #[must_use]
    pub fn count(&self) -> String {
        let total = count_text(self.total);
        let found = if self.rows == self.total {
            say!("{total} events", total)
        } else {
            say!("{count} of {total} events", count = count_text(self.rows), total)
        };
        match (self.searched * 100).checked_div(self.total) {
            Some(percent) if self.searched < self.total => {
                say!("{found}, {percent} % searched", found, percent)
            }
            _ => found,
        }
    }
}

/// Whether an event has happened at the instant in view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Past,
    /// It led to the instant in view.
    Now,
    Later,
}

impl When {
    #[must_use]
    pub fn of(index: u64, position: u64) -> When {
        match position {
            _ if index >= position => When::Later,
            _ if index + 1 == position => When::Now,
            _ => When::Past,
        }
    }
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub row: u64,
    pub index: u64,
    /// The event’s number as the transport counts: 1 is the first.
    pub number: String,
    pub at: String,
    pub text: String,
    pub sort: Sort,
    pub when: When,
}

/// Some rows, as far as there are any.
#[must_use]
pub fn rows(
    finder: &Finder,
    log: &EventLog,
    config: &Config,
    position: u64,
    wanted: std::ops::Range<u64>,
) -> Vec<EventRow> {
    let row = |row| {
        let index = finder.index(row)?;
        let entry = log.get(index)?;
        Some(EventRow {
            row,
            index,
            number: count_text(index + 1),
            at: time_text(entry.at_ns),
            text: speak(entry_text(log, config, entry)),
            sort: about::sort(&entry.kind),
            when: When::of(index, position),
        })
    };
    wanted.map_while(row).collect()
}

#[cfg(test)]
#[path = "events_tests.rs"]
pub(super) mod tests;
