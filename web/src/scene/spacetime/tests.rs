use super::acts::Asker;
use super::axis::tick_text;
use super::shelf::Shelf;
use super::*;
use crate::session::{Command, Session};
use mirrorline_engine::fact::IoKind;
use mirrorline_engine::ids::{ControllerId, HostId, LineKey, Lun};
use mirrorline_engine::message::MessageKind;
use mirrorline_engine::sim::{Event, EventId, Fault};

const A: ControllerId = ControllerId::A;
const B: ControllerId = ControllerId::B;

fn lens(from_ns: i64, span_ns: u64) -> Lens {
    Lens { from_ns, span_ns, width: 1_000, height: 600, letter: 9.0, label: 22 }
}

/// A log of events, each with its time and its cause.
fn log(events: &[(u64, Option<u64>, EventKind)]) -> EventLog {
    let mut log = EventLog::default();
    for (index, &(at_ns, cause, kind)) in (0..).zip(events) {
        log.push(&Event { index, id: EventId(index), at_ns, cause, kind });
    }
    log
}

fn config(hosts: u8) -> Config {
    Config { hosts, ..Config::default() }
}

fn key() -> LineKey {
    LineKey::new(Lun(0), 10)
}

fn message(to: ControllerId, message: MessageKind) -> EventKind {
    EventKind::Message { to, message, key: key() }
}

fn arrives(op: u64, host: u8, at: ControllerId) -> EventKind {
    EventKind::HostArrives { op, host: HostId(host), at, io: IoKind::Write, lun: 0, lbn: 42, blocks: 1 }
}

/// Host 1 writes through A: DATA and META, the acknowledgement, "done".
fn write() -> EventLog {
    log(&[
        (10_000, None, arrives(0, 0, A)),
        (14_400, Some(0), message(B, MessageKind::Data)),
        (14_420, Some(0), message(B, MessageKind::Meta)),
        (17_420, Some(2), message(A, MessageKind::MetaAck)),
        (27_420, Some(3), EventKind::HostDone { op: 0, host: HostId(0), at: A, io: IoKind::Write }),
    ])
}

fn y(diagram: &SpaceTime, name: &str) -> i32 {
    diagram.lanes.iter().find(|lane| lane.name == name).expect("this lane is there").y
}

#[test]
fn a_message_runs_from_its_sender_when_it_left_to_its_receiver_when_it_came() {
    let diagram = spacetime(&write(), &config(1), 5, &lens(0, 40_000));
    let (a, b, host) = (y(&diagram, "A"), y(&diagram, "B"), y(&diagram, "Host 1"));
    assert!(host < a && a < b && b < y(&diagram, "Array"));
    let of = |event: u64| diagram.strokes.iter().find(|stroke| stroke.event == event).expect("it is drawn");
    // 40 ns are a pixel; place zero is half a window before the left edge.
    let x = |at_ns: i64| ((at_ns - diagram.anchor_ns) as f64 / 40.0).round() as i32;
    assert_eq!(diagram.anchor_ns, -20_000);
    assert_eq!((of(0).from, of(0).to), ((x(0), host), (x(10_000), a)));
    assert_eq!((of(1).from, of(1).to), ((x(10_000), a), (x(14_400), b)));
    assert_eq!((of(3).from, of(3).to), ((x(14_420), b), (x(17_420), a)));
    assert_eq!((of(4).from, of(4).to), ((x(17_420), a), (x(27_420), host)));
    assert_eq!(of(1).ink, Ink::Data);
}

#[test]
fn meta_leaves_behind_its_data() {
    let diagram = spacetime(&write(), &config(1), 5, &lens(0, 40_000));
    let (data, meta) = (&diagram.strokes[1], &diagram.strokes[2]);
    assert_eq!(meta.ink, Ink::Meta);
    assert!(meta.from.0 > data.from.0 + 30, "{:?} and {:?}", data.from, meta.from);
}

#[test]
fn what_is_recorded_ahead_is_marked() {
    let diagram = spacetime(&write(), &config(1), 1, &lens(0, 40_000));
    let phases: Vec<Phase> = diagram.strokes.iter().map(|stroke| stroke.phase).collect();
    assert_eq!(phases, [Phase::Past, Phase::Flying, Phase::Leaving, Phase::Future, Phase::Future]);
    let waits = diagram.bars.iter().find(|bar| bar.ink == Ink::Host).expect("the host waits");
    assert_eq!(waits.phase, Phase::Flying);
    assert_eq!(waits.title, "Host 1 waits for “done”, block 42");
}

#[test]
fn hosts_lie_on_the_side_of_the_controller_they_turn_to() {
    let events = log(&[(10_000, None, arrives(0, 0, B)), (10_000, None, arrives(1, 1, A))]);
    let diagram = spacetime(&events, &config(2), 2, &lens(0, 40_000));
    let names: Vec<&str> = diagram.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["Host 2", "A", "B", "Host 1", "Array"]);
    let many = spacetime(&events, &config(9), 2, &lens(0, 40_000));
    let names: Vec<&str> = many.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!(names, ["Hosts", "A", "B", "Array"]);
}

#[test]
fn disks_have_rows_and_commands_given_together_one_line() {
    let disk = |disk, io| EventKind::Disk { disk, at: A, io, key: key(), parity: false };
    let events = log(&[
        (10_000, None, EventKind::FlushTimer { at: A }),
        (15_000, Some(0), disk(1, IoKind::Read)),
        (16_000, Some(0), disk(2, IoKind::Write)),
    ]);
    let diagram = spacetime(&events, &config(0), 3, &lens(0, 40_000));
    assert_eq!(diagram.strokes.len(), 1);
    assert_eq!(diagram.bars.len(), 2);
    assert_eq!([diagram.bars[0].ink, diagram.bars[1].ink], [Ink::Read, Ink::Write]);
    assert!(y(&diagram, "Array") < diagram.bars[0].y && diagram.bars[0].y < diagram.bars[1].y);
    assert!(diagram.bars[1].y + diagram.bars[1].height <= diagram.bottom);
}

#[test]
fn labels_never_lie_on_each_other() {
    let mut session = Session::new();
    for scenario in 0..Session::scenarios().len() {
        session.dispatch(Command::LoadScenario(scenario)).expect("it loads");
        session.dispatch(Command::Seek(40)).expect("seeking cannot fail");
        let now_ns = session.time_of(40) as i64;
        for (span_ns, width) in [(50_000, 1_000), (400_000, 1_000), (50_000, 330)] {
            let from_ns = now_ns - span_ns as i64 / 2;
            let lens = Lens { width, ..lens(from_ns, span_ns) };
            let diagram = session.spacetime(&lens);
            let labels: Vec<&Label> = diagram
                .strokes
                .iter()
                .filter_map(|stroke| stroke.label.as_ref())
                .chain(diagram.bars.iter().filter_map(|bar| bar.label.as_ref()))
                .chain(diagram.folds.iter().filter_map(|fold| fold.label.as_ref()))
                .collect();
            for (index, one) in labels.iter().enumerate() {
                for other in &labels[index + 1..] {
                    let apart = (one.x - other.x).abs() >= (one.width + other.width) / 2
                        || (one.y - other.y).abs() >= lens.label;
                    assert!(apart, "{one:?} lies on {other:?}");
                }
            }
        }
    }
}

#[test]
fn a_label_moves_along_its_line_or_goes() {
    let mut shelf = Shelf::new(&lens(0, 1_000), vec![0, 200]);
    let line = ((0, 0), (0, 200));
    let first = shelf.on_line("META", 60, line.0, line.1, false).expect("there is room");
    assert_eq!(first.y, 104);
    let second = shelf.on_line("DATA", 60, line.0, line.1, true).expect("beside the middle");
    assert_eq!(second.y, 72);
    let places = (0..9).filter(|_| shelf.on_line("X", 60, line.0, line.1, false).is_some()).count();
    assert!(places < 9, "some go without");
}

#[test]
fn too_much_is_folded_into_counts() {
    let events: Vec<_> =
        (0..1_000_u64).map(|index| (index * 1_000, None, message(B, MessageKind::Reuse))).collect();
    let diagram = spacetime(&log(&events), &config(1), 500, &lens(0, 1_000_000));
    assert!(diagram.strokes.is_empty());
    assert!(!diagram.folds.is_empty() && diagram.folds.len() <= STROKES_MAX);
    assert_eq!(diagram.folds.iter().map(|fold| fold.count).sum::<u32>(), 1_000);
    let first = &diagram.folds[0];
    assert_eq!((first.event, first.count), (0, 100));
    assert_eq!(first.title, "100 messages between A and B, 0 ns to 100.00 µs");
    assert_eq!(first.label.as_ref().map(|label| label.text.as_str()), Some("100 messages"));
    assert_eq!([first.phase, diagram.folds[9].phase], [Phase::Past, Phase::Future]);
}

#[test]
fn faults_fly_flags() {
    let events = log(&[
        (10_000, None, EventKind::Fault { fault: Fault::Crash { at: A } }),
        (10_100, None, EventKind::Fault { fault: Fault::PowerLoss }),
        (30_000, None, EventKind::Fault { fault: Fault::Restart { at: A } }),
        (31_000, None, EventKind::LinkSignal { at: B, up: false }),
    ]);
    let diagram = spacetime(&events, &config(1), 2, &lens(0, 40_000));
    let flags: Vec<_> = diagram.flags.iter().map(|flag| (flag.breaks, flag.label.is_some())).collect();
    assert_eq!(flags, [(true, true), (true, false), (false, true)]);
    assert_eq!(diagram.flags[0].title, "10.00 µs: kill A");
    assert_eq!(diagram.notes[0].label.as_ref().map(|label| label.text.as_str()), Some("link is down"));
}

#[test]
fn a_window_that_glides_keeps_its_diagram_for_a_while() {
    assert_eq!(anchor(0, 40_000), anchor(19_999, 40_000));
    assert_ne!(anchor(0, 40_000), anchor(20_000, 40_000));
    for from_ns in [-70_000, -1, 0, 12_345, 99_999] {
        let lens = lens(from_ns, 40_000);
        assert!(lens.anchor() <= from_ns - 20_000 && lens.end_ns() >= from_ns + 60_000);
    }
}

#[test]
fn ticks_are_round_and_all_in_one_unit() {
    assert_eq!(tick_text(15_000_000, 1_000_000, 21_000_000), "15 ms");
    assert_eq!(tick_text(18_420_000, 20_000, 21_000_000), "18.42 ms");
    assert_eq!(tick_text(120_000, 20_000, 900_000), "120 µs");
    assert_eq!(tick_text(1_050, 50, 2_000), "1.05 µs");
    assert_eq!(tick_text(0, 200, 900), "0 ns");
    let ticks = axis::ticks(&lens(0, 40_000));
    assert_eq!(ticks[0].text, "0 µs");
    assert!(ticks.windows(2).all(|pair| pair[1].x - pair[0].x >= 100));
}

#[test]
fn the_picture_is_also_said_in_words() {
    let diagram = spacetime(&write(), &config(1), 3, &lens(0, 40_000));
    assert_eq!(
        diagram.summary,
        "Space-time diagram, 0 ns to 40.00 µs: 3 messages, 2 requests and answers. Now is 14.42 µs."
    );
    assert_eq!(diagram.nearby.len(), 5);
    assert_eq!(diagram.nearby[1], "DATA, line 0:40, A to B, 10.00 µs to 14.40 µs");
    assert_eq!(diagram.nearby[3], "META_ACK, line 0:40, B to A, 14.42 µs to 17.42 µs (to come)");
    assert_eq!(diagram.seen, (0, 5));
    assert!(!diagram.quiet);
    assert!(spacetime(&write(), &config(1), 3, &lens(40_000, 10_000)).quiet);
}

#[test]
fn a_window_is_a_mermaid_text() {
    let text = mermaid(&write(), &config(1), 4, 0, 40_000);
    let wanted = "sequenceDiagram
  participant H1 as Host 1
  participant A
  participant B
  participant D as Array
  H1->>A: WRITE 42
  A->>B: DATA 0:40
  A->>B: META 0:40
  B->>A: META_ACK 0:40
  Note over A,B: now, 17.42 µs
  A-->>H1: DONE
";
    assert_eq!(text, wanted);
}

#[test]
fn a_long_mermaid_text_ends_and_says_so() {
    let events: Vec<_> =
        (0..1_000_u64).map(|index| (index * 1_000, None, message(B, MessageKind::Reuse))).collect();
    let text = mermaid(&log(&events), &config(1), 1_000, 0, 1_000_000);
    assert!(text.lines().count() <= 200, "{}", text.lines().count());
    assert!(text.ends_with(" more are left out\n"), "{text}");
}

#[test]
fn an_empty_run_is_an_empty_picture() {
    let diagram = spacetime(&EventLog::default(), &config(1), 0, &lens(0, 40_000));
    assert!(diagram.strokes.is_empty() && diagram.nearby.is_empty());
    assert!(diagram.summary.contains("nothing is said"));
    assert_eq!(Asker::new(&EventLog::default(), &config(1), 0).first_at(5), 0);
}

#[test]
fn every_scenario_can_be_drawn_anywhere() {
    let mut session = Session::new();
    for scenario in 0..Session::scenarios().len() {
        session.dispatch(Command::LoadScenario(scenario)).expect("it loads");
        session.dispatch(Command::End).expect("seeking cannot fail");
        let end_ns = session.time_of(u64::MAX);
        for span_ns in [400, end_ns / 40 + 1, end_ns + 1] {
            let diagram = session.spacetime(&lens(end_ns as i64 / 3, span_ns));
            assert!(diagram.strokes.len() <= STROKES_MAX && diagram.folds.len() <= STROKES_MAX + 100);
            assert!(diagram.ticks.len() <= 30, "{}", diagram.ticks.len());
        }
        let text = session.sequence(0, end_ns as i64 + 1);
        assert!(text.lines().count() <= 200);
    }
}

#[test]
fn what_is_lost_on_the_link_ends_in_a_cross_on_its_way() {
    let mut session = Session::new();
    let cut = Session::scenarios().iter().position(|info| info.title.contains("link is cut")).unwrap();
    session.dispatch(Command::LoadScenario(cut)).unwrap();
    session.dispatch(Command::End).unwrap();
    let losses = session.instant().log.losses().to_vec();
    assert!(!losses.is_empty());
    let mut labels = 0;
    for loss in &losses {
        let lens = lens(loss.at_ns as i64 - 20_000, 40_000);
        let diagram = session.spacetime(&lens);
        let crossed: Vec<&Stroke> =
            diagram.strokes.iter().filter(|stroke| stroke.lost && stroke.event == loss.event).collect();
        assert!(!crossed.is_empty(), "{loss:?}");
        let [from, to] = [loss.to.peer(), loss.to].map(|id| y(&diagram, &id.to_string()));
        for stroke in crossed.iter().filter(|stroke| stroke.from.1 == from && loss.due_ns != Some(loss.at_ns))
        {
            let (end, title) = (stroke.to.1, &stroke.title);
            assert!(end > from.min(to) && end < from.max(to), "it does not get there: {stroke:?}");
            if let Some(label) = &stroke.label {
                assert!(!label.text.is_empty() && title.starts_with(&label.text), "{label:?} of {title}");
                labels += 1;
            }
            assert!(stroke.to.0 > stroke.from.0 && title.contains(", lost, "), "{title}");
        }
    }
    assert!(labels > 0);
    let text = session.sequence(0, session.time_of(u64::MAX) as i64 + 1);
    assert!(text.contains("-x"), "{text}");
    // What gets through has no cross.
    session.dispatch(Command::LoadScenario(0)).unwrap();
    let end_ns = session.time_of(u64::MAX);
    assert!(session.spacetime(&lens(0, end_ns + 1)).strokes.iter().all(|stroke| !stroke.lost));
}

#[test]
fn a_message_leaves_when_the_engine_says_however_slow_the_link_is() {
    let mut session = Session::new();
    let faults = [A, B].map(|to| Fault::SlowLink { to, factor: 20 }).to_vec();
    session.dispatch(Command::Break { faults, label: "Slow link".into() }).unwrap();
    session.dispatch(Command::End).unwrap();
    let instant = session.instant();
    let asker = Asker::new(instant.log, instant.config(), 0);
    let mut behind = 0;
    for event in 0..instant.log.len() {
        let Some(act) = asker.act(event) else { continue };
        let Some(took_ns) = instant.log.took_ns(event) else { continue };
        assert_eq!((act.at_ns - act.sent_ns) as u64, took_ns);
        let given_ns =
            instant.log.get(event).and_then(|entry| entry.cause).map(|cause| instant.log.time_of(cause));
        behind += u32::from(given_ns.is_some_and(|given_ns| act.sent_ns > given_ns as i64));
    }
    assert!(behind > 5, "META leaves behind DATA, even where it takes long: {behind}");
}
