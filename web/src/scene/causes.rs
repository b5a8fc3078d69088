//! Why something happened, as the page shows it: a chain of causes, newest first.

use super::events::{Edition, When};
use super::model::LineLabel;
use super::words::{count_text, time_text};
use crate::language::{say, speak, tr};
use mirrorline_engine::config::Config;
use mirrorline_engine::explain::about::{self, Sort};
use mirrorline_engine::explain::{EventLog, why};

/// A longer chain is cut off: nobody reads one.
const LINKS_MAX: usize = 64;
/// How far back the last event about a line is looked for.
const BACK_MAX: u64 = 500_000;

/// What a person has asked why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// The event; nothing when nothing has happened to the line.
    pub event: Option<u64>,
    /// It is the last one about this line.
    pub line: Option<LineLabel>,
    /// The recording that it stands in.
    pub edition: Edition,
}

impl Why {
    /// Why the event in view happened. At the start there is none.
    #[must_use]
    pub fn event(position: u64, edition: Edition) -> Option<Why> {
        Some(Why { event: Some(position.checked_sub(1)?), line: None, edition })
    }

    /// Why a line is as it is.
    #[must_use]
    pub fn line(log: &EventLog, config: &Config, line: LineLabel, position: u64, edition: Edition) -> Why {
        let event = about::last_about(log, config, line.key, position, BACK_MAX);
        Why { event, line: Some(line), edition }
    }
}

/// A chain of causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CausesView {
    pub title: String,
    /// Newest first.
    pub links: Vec<CauseLink>,
    /// With what it begins, or why there is nothing.
    pub end: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseLink {
    pub index: u64,
    pub number: String,
    pub at: String,
    pub text: String,
    /// How long after its cause: `3.20 µs after its cause`. The last one has none.
    pub took: Option<String>,
    pub sort: Sort,
    pub when: When,
}

/// The chain that answers a question.
#[must_use]
pub fn causes(log: &EventLog, config: &Config, asked: Why, position: u64) -> CausesView {
    let title = match (asked.line, asked.event) {
        (Some(line), _) => say!("Why line {line} is as it is", line),
        (None, event) => {
            say!("Why event {count} happened", count = count_text(event.map_or(0, |event| event + 1)))
        }
    };
    let Some(event) = asked.event else {
        let end = if position > BACK_MAX {
            say!("Nothing has happened to it in the last {count} events.", count = count_text(BACK_MAX))
        } else {
            tr("Nothing has happened to it so far.").to_owned()
        };
        return CausesView { title, links: Vec::new(), end };
    };
    let chain = why(log, config, event, LINKS_MAX);
    let begins = chain.last().and_then(|link| log.get(link.index));
    let mut links = Vec::with_capacity(chain.len());
    for (place, link) in chain.iter().enumerate() {
        let since = chain.get(place + 1).map(|cause| link.at_ns.saturating_sub(cause.at_ns));
        links.push(CauseLink {
            index: link.index,
            number: count_text(link.index + 1),
            at: time_text(link.at_ns),
            text: speak(link.text.clone()),
            took: since.map(|ns| say!("{time} after its cause", time = time_text(ns))),
            sort: log.get(link.index).map_or(Sort::Controller, |entry| about::sort(&entry.kind)),
            when: When::of(link.index, position),
        });
    }
    let end = match begins {
        None => tr("This event is not recorded any more."),
        Some(entry) if !about::begins(entry) => tr("… and so on, further back."),
        Some(entry) => match about::sort(&entry.kind) {
            Sort::Host => tr("It begins with a host."),
            Sort::Fault => tr("It begins with what was broken or mended."),
            _ => tr("It begins with a controller’s own clock."),
        },
    };
    CausesView { title, links, end: end.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::events::tests::recorded;
    use mirrorline_engine::ids::{LineKey, Lun};
    use mirrorline_engine::scenario::library::LIBRARY;

    #[test]
    fn done_is_followed_back_to_the_host_that_asked() {
        let (log, config) = recorded("safe-write");
        let edition = Edition::default();
        let view = causes(&log, &config, Why::event(5, edition).unwrap(), 3);
        assert_eq!(view.title, "Why event 5 happened");
        assert_eq!(view.links.len(), 4);
        assert!(view.links[0].text.contains("“done”") && view.links[3].text.contains("writes"));
        assert_eq!(view.end, "It begins with a host.");
        assert!(
            view.links[..3]
                .iter()
                .all(|link| link.took.as_ref().is_some_and(|t| t.ends_with(" after its cause")))
        );
        assert_eq!(view.links[3].took, None);
        let now = view.links.iter().filter(|link| link.when == When::Now).count();
        assert_eq!((view.links[0].when, now), (When::Later, 1));
        assert_eq!(Why::event(0, edition), None);
    }

    #[test]
    fn every_chain_of_every_scenario_ends_where_something_begins() {
        for builtin in LIBRARY {
            let (log, config) = recorded(builtin.name);
            for position in 1..=log.len() {
                let why = Why::event(position, Edition::default()).unwrap();
                let view = causes(&log, &config, why, position);
                let place = format!("{} at {position}", builtin.name);
                assert!(view.end.starts_with("It begins with"), "{place}: {} {:#?}", view.end, view.links);
                assert!(view.links.iter().all(|link| !link.text.is_empty()), "{place}");
            }
        }
    }

    #[test]
    fn a_line_is_explained_by_the_last_event_about_it() {
        let (log, config) = recorded("safe-write");
        let label = |place| LineLabel::new(LineKey::new(Lun(0), place), config.raid);
        let line = label(42 / u64::from(config.line_blocks()));
        let why = Why::line(&log, &config, line, 3, Edition::default());
        let view = causes(&log, &config, why, 3);
        assert_eq!(view.title, "Why line 0:40 is as it is");
        assert!(view.links[0].text.contains("line 0:40"), "{:?}", view.links);
        let untouched = Why::line(&log, &config, label(900), 3, Edition::default());
        let view = causes(&log, &config, untouched, 3);
        assert!(view.links.is_empty() && view.end.starts_with("Nothing has happened"));
    }
}
