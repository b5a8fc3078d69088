//! Everything that can be clicked, as the inspector shows it.

use super::*;
use crate::scene::build::scene;
use mirrorline_engine::state::{FlushStep, LineState};

fn inspected(film: &Film, selection: Selection) -> Inspector {
    Rc::unwrap_or_clone(film.scene(Some(selection)).inspector.expect("there is something to see"))
}

fn value<'a>(inspector: &'a Inspector, label: &str) -> &'a str {
    let found = inspector.fields.iter().find(|field| field.label == label);
    &found.unwrap_or_else(|| panic!("no {label} in {:?}", inspector.fields)).value
}

#[test]
fn every_message_of_every_built_in_scenario_is_shown_with_its_fields() {
    let mut seen = BTreeSet::new();
    for builtin in &LIBRARY {
        let mut film = Film::built_in(builtin.name);
        for position in 0..=film.timeline.len() {
            film.timeline.seek(position);
            let mut ids: Vec<(u64, Option<LineKey>)> = Vec::new();
            for to in [A, B] {
                for envelope in film.timeline.world().link_to(to).iter() {
                    if seen.insert(envelope.message.kind()) {
                        ids.push((envelope.number * 2 + to.index() as u64, envelope.message.key()));
                    }
                }
            }
            for (id, key) in ids {
                let it = inspected(&film, Selection::Message { id, key });
                assert!(seen.iter().any(|kind| kind.name() == it.title), "{}", it.title);
                assert_eq!(key.is_some(), it.line.is_some(), "{}: only of its own line", it.title);
                assert!(value(&it, "Arrives").contains('s') && !value(&it, "session").is_empty());
            }
        }
    }
    assert!(seen.len() > 15, "only {seen:?} were on the link");
}

#[test]
fn data_says_which_blocks_it_carries_and_what_they_hold() {
    let mut film = Film::built_in("safe-write");
    film.timeline.seek(1);
    let token = film.scene(None).link.tokens[0].clone();
    let key = token.line.map(|line| line.key);
    let data = inspected(&film, Selection::Message { id: token.id, key });
    assert_eq!((data.title.as_str(), data.subtitle.as_str()), ("DATA", "A → B, about line 0:40"));
    assert_eq!((value(&data, "slot"), value(&data, "map"), value(&data, "bytes")), ("B12", "42", "42 = 01"));
    assert_eq!(value(&data, "key"), "LUN 0, stripe 10");
    film.timeline.seek(film.timeline.len());
    let gone = inspected(&film, Selection::Message { id: token.id, key });
    assert_eq!((gone.title.as_str(), gone.fields.len()), ("Line 0:40", 0), "arrived, it is its line");
}

#[test]
fn parity_is_the_xor_of_the_data_but_while_it_is_rewritten() {
    let mut film = Film::built_in("safe-write");
    let key = LineKey::new(Lun(0), 10);
    let mut held = Vec::new();
    for position in 0..=film.timeline.len() {
        film.timeline.seek(position);
        for disk in 0..5 {
            let parity = inspected(&film, Selection::Disk { key, disk }).parity.unwrap();
            assert_eq!(parity.terms.len(), 5);
            assert_eq!(parity.terms.iter().filter(|term| term.chosen).count(), 1);
            held.push(parity.holds);
        }
    }
    assert!(held[0] && held[held.len() - 1], "before and after the flush it holds");
    assert!(held.contains(&false), "between data and parity it does not");
    let block = inspected(&film, Selection::Disk { key, disk: 2 });
    let parity = block.parity.unwrap();
    assert_eq!((block.title.as_str(), parity.row), ("Data on disk 2", (1, 1)));
    let words: Vec<u64> =
        parity.terms.iter().map(|term| u64::from_str_radix(&term.value, 16).unwrap()).collect();
    assert_eq!(words.iter().fold(0, |sum, word| sum ^ word), 0);
    assert_ne!(words[2], 0, "something was written there");
    assert!(parity.text.ends_with(&format!("= {}", parity.terms[2].value)), "{}", parity.text);
    break_it(&mut film, &[Fault::DiskFails { disk: 2 }]);
    film.timeline.seek(film.timeline.len());
    let lost = inspected(&film, Selection::Disk { key, disk: 2 }).parity.unwrap();
    assert_eq!(lost.terms[2].value, "lost");
    assert!(
        lost.verdict.ends_with(&format!("but the others do: {}.", parity.terms[2].value)),
        "{}",
        lost.verdict
    );
    break_it(&mut film, &[Fault::DiskFails { disk: 3 }]);
    film.timeline.seek(film.timeline.len());
    let gone = inspected(&film, Selection::Disk { key, disk: 2 }).parity.unwrap();
    assert!(!gone.holds && gone.verdict.starts_with("Neither"), "{}", gone.verdict);
}

#[test]
fn what_the_cache_holds_stands_beside_what_the_disk_holds() {
    let mut film = Film::built_in("safe-write");
    film.timeline.seek(12);
    let key = LineKey::new(Lun(0), 10);
    let parity = inspected(&film, Selection::Disk { key, disk: 2 }).parity.unwrap();
    let cached: Vec<Option<&str>> = parity.terms.iter().map(|term| term.cached.as_deref()).collect();
    assert_eq!(cached, [None, None, Some("01"), Some("02"), None]);
}

#[test]
fn a_host_is_inspected_with_its_request_and_the_requests_line() {
    let mut film = Film::built_in("safe-write");
    film.timeline.seek(1);
    let scene = film.scene(Some(Selection::Host(0)));
    assert!(scene.hosts[0].selected && !scene.hosts[1].selected);
    let host = scene.inspector.unwrap();
    assert_eq!((host.title.as_str(), host.subtitle.as_str()), ("Host 1", "write block 42"));
    assert_eq!(
        (value(&host, "Request"), value(&host, "Of")),
        ("number 1, write", "LUN 0, block 42, 4.0 KiB")
    );
    assert_eq!((value(&host, "At work"), value(&host, "State")), ("1 line left", "waiting"));
    assert_eq!(host.line.map(|line| line.to_string()).as_deref(), Some("0:40"));
    for position in 0..=film.timeline.len() {
        film.timeline.seek(position);
        for id in 0..2 {
            let host = inspected(&film, Selection::Host(id));
            assert_eq!(value(&host, "State"), film.scene(None).hosts[usize::from(id)].status.word());
        }
    }
    assert_eq!(film.scene(Some(Selection::Host(9))).inspector, None, "there is no such host");
}

#[test]
fn the_record_is_inspected_with_what_both_believe_of_it() {
    let mut film = Film::built_in("safe-write");
    film.timeline.seek(12);
    break_it(&mut film, &[Fault::Crash { at: A }]);
    film.timeline.seek(film.timeline.len());
    let scene = film.scene(Some(Selection::Record));
    assert!(scene.array.record.selected);
    let record = scene.inspector.unwrap();
    assert_eq!((value(&record, "mode"), value(&record, "May serve")), ("SOLO_B", "B alone"));
    let mode = record.rows.iter().find(|row| row.label == "Mode").unwrap();
    assert_eq!((mode.a.now.as_str(), mode.b.now.as_str()), ("DOWN", "SOLO"));
}

#[test]
fn the_queues_are_listed_in_full_while_somebody_looks() {
    let mut film = big(1000);
    film.timeline.seek(film.timeline.len() / 2);
    assert_eq!(*film.scene(None).queues, <[QueueTable; 2]>::default());
    let view = ViewState { queue_rows: 10, queue_chips: 4, ..ViewState::default() };
    let source = Source { title: String::new(), scenario: None, generation: 0 };
    let checks = Checks { watch: film.timeline.witness(), ahead: &[] };
    let scene = scene(film.instant(), None, checks, None, &view, Transport::default(), source);
    for (table, card) in scene.queues.iter().zip(&scene.controllers) {
        assert_eq!((table.rows.len(), table.len), (10, 10 + table.more));
        assert_eq!(table.len as usize, card.queue.chips.len() + card.queue.more as usize);
        for (row, chip) in table.rows.iter().zip(&card.queue.chips) {
            assert_eq!((row.line, row.mirror), (chip.line, chip.mirror));
        }
        assert!(table.rows.windows(2).all(|pair| pair[0].age >= pair[1].age), "the oldest first");
        assert!(table.rows.iter().all(|row| !row.dirty.is_empty() && row.dirty != "none"));
    }
}

/// In the variant in which writes overlap a flush: what is said of the line, of the rule, and of what is on disk.
#[test]
fn a_line_that_is_written_while_it_is_flushed_says_so() {
    let text = "mirrorline scenario 1\nlun 0 64 blocks owner A\nflush idle 1 overlap\n\
        at 0ns host 1 writes block 0:40 via A\nat 1130us host 1 writes block 0:40 via A\n";
    let mut film = Film::new(&Scenario::parse(text).unwrap());
    let key = LineKey::new(Lun(0), 10);
    let (mut notes, mut rules, mut looked, mut just_written) =
        (BTreeSet::new(), BTreeSet::new(), false, false);
    for position in 0..=film.timeline.len() {
        film.timeline.seek(position);
        let scene = film.scene(Some(Selection::Line(key)));
        let owner = film.timeline.world().controller(A);
        let state = owner.line(key).and_then(|line| line.state);
        let newer = owner.flushes().get(key).is_some_and(|flush| !flush.newer.is_empty());
        rules.extend(
            scene.headline.chips.iter().filter(|chip| chip.text == "Rule 4").map(|chip| chip.about.clone()),
        );
        if matches!(state, Some(LineState::OF(_))) {
            notes.insert(scene.inspector.expect("the line is chosen").note.clone());
        }
        // Block 40 was written once more, so what has gone to disk is not the newest.
        if newer && state == Some(LineState::OF(FlushStep::Confirm)) {
            let cells = scene.array.rows.iter().flat_map(|row| &row.cells);
            looked = true;
            just_written |= cells
                .filter(|cell| matches!(cell.content, Content::Blocks { first: 40, .. }))
                .any(|cell| cell.mark == DiskMark::JustWritten);
        }
    }
    let expected = [
        "seq 1 in A00 and B12. On its way to disk. A write may come meanwhile: what it changes stays dirty.",
        "seq 1 in A00 and B12. On its way to disk. Meanwhile block 40 is being mirrored at seq 2: no promise yet.",
        "seq 2 in A00 and B13. On its way to disk. A write may come meanwhile: what it changes stays dirty.",
    ];
    assert_eq!(notes.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    let rules: Vec<&String> = rules.iter().collect();
    assert!(rules.len() == 1 && rules[0].contains("writes may come meanwhile"), "{rules:?}");
    assert!(looked && !just_written, "the newest block 40 is not on disk before the second flush");
}

/// In the variant in which lines share a stripe: one row for both, each cell marked by the line that it belongs to, and
/// why a line waits.
#[test]
fn lines_that_share_a_stripe_stand_in_one_row() {
    let text = "mirrorline scenario 1\ndisks 3 lines-per-stripe 2\nlun 0 64 blocks owner A\nflush idle 1\n\
        disk ssd write 5ms\nat 0ns host 1 writes block 0:0 via A\nat 500us host 1 writes block 0:1 via B\n";
    let mut film = Film::new(&Scenario::parse(text).unwrap());
    let key = LineKey::new(Lun(0), 0).with_part(1);
    let (mut notes, mut said, mut behind, mut cached) = (BTreeSet::new(), BTreeSet::new(), 0, 0);
    for position in 0..=film.timeline.len() {
        film.timeline.seek(position);
        let scene = film.scene(Some(Selection::Line(key)));
        said.insert(scene.headline.what.clone());
        let row = scene.array.rows.iter().find(|row| row.selected).expect("the line's stripe is shown");
        assert_eq!((row.line.to_string().as_str(), row.cells.len()), ("0:0", 3));
        behind = behind.max(row.cells.iter().filter(|cell| cell.behind).count());
        let parity = film.scene(Some(Selection::Disk { key: key.first_of_stripe(), disk: 2 }));
        let equation = parity.inspector.and_then(|inspector| inspector.parity.clone()).expect("it is a disk");
        cached = cached.max(equation.terms.iter().filter(|term| term.cached.is_some()).count());
        let state = film.timeline.world().controller(B).line(key).and_then(|line| line.state);
        let inspector = scene.inspector.expect("the line is chosen");
        if !film.timeline.world().controller(A).held_back().is_empty() {
            assert_eq!(state, Some(LineState::OF(FlushStep::Notify)));
            assert_eq!(inspector.subtitle, "LUN 0, block 1");
            notes.insert(inspector.note.clone());
        }
    }
    assert_eq!((behind, cached), (2, 2), "what is dirty of both lines is newer than the disks");
    let notes: Vec<&String> = notes.iter().collect();
    assert!(notes.len() == 1 && notes[0].contains("A writes another line of this stripe."), "{notes:?}");
    assert!(said.iter().any(|text| text.contains("lets B wait")), "{said:?}");
    // What is refused there is not offered.
    let scene = film.scene(Some(Selection::Line(key)));
    for fault in scene.faults.iter() {
        let refused = fault.faults.iter().any(|it| it.check(film.timeline.world().config()).is_err());
        assert_eq!(fault.disabled && fault.about.starts_with("Not in this variant"), refused, "{}", fault.id);
    }
    let offered = |id: &str| scene.faults.iter().find(|fault| fault.id == id).is_some_and(|it| !it.disabled);
    assert!(offered("kill-a") && !offered("scrub") && !offered("sector"));
}
