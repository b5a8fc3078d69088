use super::*;
use mirrorline_engine::config::Geometry;
use mirrorline_engine::fact::Unobserved;
use mirrorline_engine::ids::Lun;
use mirrorline_engine::scenario::library::find;
use mirrorline_engine::sim::Run;

/// The whole log of a built-in scenario.
pub(in crate::scene) fn recorded(name: &str) -> (EventLog, Config) {
    let scenario = find(name).unwrap().scenario();
    let mut run = Run::new(scenario.world().unwrap(), scenario.source().unwrap(), scenario.pacing);
    let mut log = EventLog::default();
    while let Some(event) = run.step(&mut Unobserved) {
        log.push(&event);
    }
    (log, scenario.config)
}

/// All that a filter lets through.
fn found(log: &EventLog, config: &Config, filter: &Filter, line: Option<LineKey>) -> Vec<EventRow> {
    let mut finder = Finder::default();
    finder.aim(filter, line, Edition::default());
    while finder.search(log, config, 1_000) {}
    rows(&finder, log, config, 10, 0..finder.rows())
}

#[test]
fn without_a_filter_all_events_are_there_in_order_and_in_words() {
    let (log, config) = recorded("safe-write");
    let all = found(&log, &config, &Filter::default(), None);
    assert_eq!(all.len() as u64, log.len());
    for (index, row) in all.iter().enumerate() {
        assert_eq!((row.row, row.index), (index as u64, index as u64));
        assert!(row.text.ends_with('.') && !row.at.is_empty(), "{row:?}");
    }
    assert_eq!(all[9].when, When::Now);
    assert_eq!((all[8].when, all[10].when), (When::Past, When::Later));
    assert_eq!(all[9].number, "10");
}

#[test]
fn the_sorts_divide_the_events_between_them() {
    let (log, config) = recorded("owner-dies");
    let mut sum = 0;
    for (sort, name, _) in SORTS {
        let some = found(&log, &config, &Filter { sort: Some(sort), ..Filter::default() }, None);
        assert!(!some.is_empty(), "{name}");
        assert!(some.iter().all(|row| row.sort == sort));
        sum += some.len() as u64;
    }
    assert_eq!(sum, log.len());
}

#[test]
fn controllers_lines_and_words_narrow_it() {
    let (log, config) = recorded("ownership");
    let at_a = found(&log, &config, &Filter { actor: Some(ControllerId::A), ..Filter::default() }, None);
    let at_b = found(&log, &config, &Filter { actor: Some(ControllerId::B), ..Filter::default() }, None);
    assert!(!at_a.is_empty() && !at_b.is_empty() && (at_a.len() + at_b.len()) as u64 <= log.len());

    let text = Filter { text: " grant ".into(), ..Filter::default() };
    let grants = found(&log, &config, &text, None);
    assert!(!grants.is_empty() && grants.iter().all(|row| row.text.contains("GRANT")));

    let key = LineKey::new(Lun(0), 10);
    let of_line = Filter { line: true, ..Filter::default() };
    let about_line = found(&log, &config, &of_line, Some(key));
    assert!(!about_line.is_empty() && (about_line.len() as u64) < log.len());
    assert_eq!(found(&log, &config, &of_line, None).len() as u64, log.len(), "nothing is selected");
}

#[test]
fn a_long_search_goes_on_where_it_stopped() {
    let (log, config) = recorded("safe-write");
    let filter = Filter { text: "host 1".into(), ..Filter::default() };
    let at_once = found(&log, &config, &filter, None);
    let mut finder = Finder::default();
    finder.aim(&filter, None, Edition::default());
    let mut frames = 0;
    let mut before = 0;
    while finder.search(&log, &config, 50) {
        assert!(finder.searched() > before && finder.searched() - before <= 3, "a frame does its share");
        before = finder.searched();
        finder.aim(&filter, None, Edition::default());
        frames += 1;
    }
    assert!(frames > 10);
    assert_eq!(rows(&finder, &log, &config, 10, 0..finder.rows()), at_once);
    finder.aim(&filter, None, Edition { load: 0, cuts: 1 });
    assert_eq!((finder.rows(), finder.searched()), (0, 0), "another future is searched anew");
}

#[test]
fn the_row_of_now_is_the_last_one_that_has_happened() {
    let (log, config) = recorded("safe-write");
    let mut finder = Finder::default();
    finder.search(&log, &config, 1);
    assert_eq!((finder.row_at(0), finder.row_at(7)), (None, Some(6)));
    finder.aim(&Filter { sort: Some(Sort::Host), ..Filter::default() }, None, Edition::default());
    while finder.search(&log, &config, 10) {}
    let row = finder.row_at(log.len()).unwrap();
    assert_eq!(row + 1, finder.rows());
    let second = finder.index(1).unwrap();
    assert_eq!(finder.row_at(second), Some(0));
    assert_eq!(finder.row_at(second + 1), Some(1));
    assert_eq!(finder.index(finder.rows()), None);
}

#[test]
fn an_empty_list_says_what_to_change() {
    let line = LineLabel::new(LineKey::new(Lun(0), 10), Geometry::default());
    let filter =
        Filter { sort: Some(Sort::Fault), actor: Some(ControllerId::B), line: true, text: "xyz".into() };
    assert_eq!(
        filter.advice(Some(line)),
        "No event is like that. To see more, clear “xyz”, choose all kinds, let go of B, or look at other lines than 0:40."
    );
    let one = Filter { sort: Some(Sort::Fault), ..Filter::default() };
    assert_eq!(one.advice(None), "No event is like that. To see more, choose all kinds.");
}

#[test]
fn the_count_says_how_far_the_search_has_come() {
    let view = |rows, searched| EventsView { rows, searched, total: 1_000, ..EventsView::default() };
    assert_eq!(view(1_000, 1_000).count(), "1\u{202f}000 events");
    assert_eq!(view(17, 1_000).count(), "17 of 1\u{202f}000 events");
    assert_eq!(view(17, 250).count(), "17 of 1\u{202f}000 events, 25 % searched");
}
