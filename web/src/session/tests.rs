use super::*;
use crate::scene::model::MarkerKind;
use mirrorline_engine::check::Safety;
use mirrorline_engine::history::Link;
use mirrorline_engine::ids::ControllerId;

const FRAME_MS: f64 = 1_000.0 / 60.0;

fn scene(session: &Session) -> Scene {
    session.scene(&ViewState::default())
}

fn event(session: &Session) -> u64 {
    scene(session).transport.event
}

fn ask(session: &mut Session, command: Command) {
    session.dispatch(command).unwrap();
}

fn opened(text: &str) -> Result<OpenedTrace, LoadFailure> {
    let mut reader = TraceReader::new("my.iolog");
    for piece in text.as_bytes().chunks(1_000) {
        reader.push(piece)?;
    }
    reader.finish()
}

fn trace(requests: u64) -> OpenedTrace {
    let mut text = String::from("fio version 3 iolog\n0 v add\n0 v open\n");
    for n in 0..requests {
        let verb = if n % 3 == 0 { "read" } else { "write" };
        text.push_str(&format!("{} v {verb} {} 8192\n", n / 8, (n * 2_654_435_761) % 5_000 * 8_192));
    }
    opened(&text).unwrap()
}

#[test]
fn every_built_in_scenario_loads_and_is_recorded_at_once() {
    let mut session = Session::new();
    for (index, info) in Session::scenarios().iter().enumerate() {
        ask(&mut session, Command::LoadScenario(index));
        let scene = scene(&session);
        assert_eq!((&scene.source.title, scene.source.scenario), (&info.title, Some(index)));
        assert_eq!(scene.transport.indexing, None);
        assert!(scene.transport.total > 50 && scene.transport.event == 0);
        assert_eq!(scene.source.generation, index as u32 + 1);
    }
    let failure = session.dispatch(Command::LoadScenario(99)).unwrap_err();
    assert!(!failure.what.is_empty() && !failure.remedy.is_empty());
    assert_eq!(scene(&session).source.scenario, Some(Session::scenarios().len() - 1), "what was there stays");
}

#[test]
fn something_moves_within_the_first_second() {
    let mut session = Session::new();
    ask(&mut session, Command::Play);
    let before = session.now_ns();
    assert_eq!(session.advance(FRAME_MS), Changed::Time);
    assert!(session.now_ns() > before);
    assert!(scene(&session).hosts[0].wire.is_some(), "the request is on its way");
    for _ in 0..60 {
        session.advance(FRAME_MS);
    }
    assert!(event(&session) >= 1);
}

#[test]
fn playing_reaches_the_end_stops_there_and_begins_again() {
    let mut session = Session::new();
    ask(&mut session, Command::SetSpeed(6));
    ask(&mut session, Command::Play);
    let mut frames = 0;
    while scene(&session).transport.playing {
        session.advance(FRAME_MS);
        frames += 1;
        assert!(frames < 10_000);
    }
    let transport = scene(&session).transport;
    assert_eq!(transport.event, transport.total);
    assert_eq!(session.now_ns(), transport.time_ns as f64);
    assert_eq!(session.advance(FRAME_MS), Changed::Nothing);
    ask(&mut session, Command::Toggle);
    assert_eq!((event(&session), scene(&session).transport.playing), (0, true));
}

#[test]
fn model_time_never_falls_while_playing_and_never_passes_the_next_event() {
    let mut session = Session::new();
    ask(&mut session, Command::Play);
    let mut before = session.now_ns();
    for frame in 0..4_000 {
        session.advance(if frame % 7 == 0 { 0.0 } else { FRAME_MS * 1.7 });
        let now = session.now_ns();
        assert!(now >= before, "{now} after {before}");
        let position = event(&session);
        assert!(now >= session.time_of(position) as f64 && now <= session.time_of(position + 1) as f64);
        before = now;
    }
}

#[test]
fn each_speed_step_doubles_and_the_ends_hold() {
    let mut session = Session::new();
    for _ in 0..20 {
        ask(&mut session, Command::SpeedUp);
    }
    assert_eq!(scene(&session).transport.speed, 6);
    for _ in 0..40 {
        ask(&mut session, Command::SpeedDown);
    }
    assert_eq!(scene(&session).transport.speed, -6);
    ask(&mut session, Command::SetSpeed(1_000));
    assert_eq!(scene(&session).transport.speed, 6);

    let moved = |speed: i32| {
        let mut session = Session::new();
        ask(&mut session, Command::SetSpeed(speed));
        ask(&mut session, Command::Play);
        session.advance(1.0);
        session.now_ns()
    };
    assert!((moved(1) / moved(0) - 2.0).abs() < 1e-9);
    assert!((moved(0) / moved(-6) - 64.0).abs() < 1e-6);
}

#[test]
fn steps_pause_and_stay_within_the_run() {
    let mut session = Session::new();
    ask(&mut session, Command::Play);
    ask(&mut session, Command::StepBack);
    assert_eq!((event(&session), scene(&session).transport.playing), (0, false));
    ask(&mut session, Command::StepForward);
    assert_eq!(event(&session), 1);
    ask(&mut session, Command::End);
    let total = scene(&session).transport.total;
    assert_eq!(event(&session), total);
    ask(&mut session, Command::StepForward);
    assert_eq!(event(&session), total);
    ask(&mut session, Command::StepBack);
    assert_eq!(event(&session), total - 1);
    ask(&mut session, Command::Seek(u64::MAX));
    assert_eq!(event(&session), total);
    ask(&mut session, Command::Home);
    assert_eq!(event(&session), 0);
}

#[test]
fn steps_by_message_and_by_io_stop_where_they_say() {
    let mut session = Session::new();
    let mut stops = Vec::new();
    for _ in 0..5 {
        ask(&mut session, Command::StepMessageForward);
        stops.push(event(&session));
    }
    // The write arrives and sends DATA and META; both arrive, then META_ACK. The next request sends again.
    assert_eq!(stops, [1, 2, 3, 4, 6]);
    ask(&mut session, Command::StepMessageBack);
    assert_eq!(event(&session), 4);
    ask(&mut session, Command::StepIoForward);
    assert_eq!(event(&session), 5, "the host hears “done”");
    ask(&mut session, Command::StepIoBack);
    assert_eq!(event(&session), 1);
    ask(&mut session, Command::StepIoBack);
    assert_eq!(event(&session), 0);
}

#[test]
fn stepping_back_shows_exactly_what_was_there() {
    let mut session = Session::new();
    ask(&mut session, Command::LoadScenario(2));
    let mut forward = vec![scene(&session)];
    let total = forward[0].transport.total;
    for _ in 0..total {
        ask(&mut session, Command::StepForward);
        forward.push(scene(&session));
    }
    for at in (0..total).rev() {
        ask(&mut session, Command::StepBack);
        assert_eq!(scene(&session), forward[at as usize], "at {at}");
    }
}

#[test]
fn scrubbing_while_playing_goes_on_from_there() {
    let mut session = Session::new();
    ask(&mut session, Command::Play);
    ask(&mut session, Command::Seek(20));
    assert_eq!(session.now_ns(), session.time_of(20) as f64);
    for _ in 0..200 {
        session.advance(FRAME_MS);
    }
    assert!(event(&session) > 20);
}

#[test]
fn a_selection_stays_through_steps_and_goes_with_a_load() {
    let mut session = Session::new();
    ask(&mut session, Command::Seek(4));
    let slot = crate::scene::model::SlotId { memory: ControllerId::A, slot: 0 };
    ask(&mut session, Command::Select(Some(Selection::Slot(slot))));
    ask(&mut session, Command::StepForward);
    assert!(!scene(&session).inspector.unwrap().following);
    ask(&mut session, Command::LoadScenario(1));
    assert!(scene(&session).inspector.unwrap().following);
}

#[test]
fn a_trace_plays_while_it_is_still_being_recorded() {
    let opened = Rc::new(trace(3_000));
    assert_eq!((opened.preview.reads, opened.preview.writes), (1_000, 2_000));
    assert_eq!(opened.preview.first.len(), 3);
    assert_eq!(opened.preview.format, "fio iolog, version 3");
    let mut session = Session::new();
    ask(&mut session, Command::LoadTrace { trace: Rc::clone(&opened), size: CacheSize::Small });
    ask(&mut session, Command::Play);
    let first = scene(&session);
    assert!(first.transport.indexing.is_some_and(|indexing| indexing.done < 0.9), "it has only begun");
    assert_eq!((first.source.title.as_str(), first.source.scenario), ("my.iolog", None));
    let mut shares = vec![0.0];
    for _ in 0..5_000 {
        session.advance(FRAME_MS);
        match scene(&session).transport.indexing {
            Some(indexing) => shares.push(indexing.done),
            None => break,
        }
    }
    assert!(shares.is_sorted() && scene(&session).transport.indexing.is_none());
    let transport = scene(&session).transport;
    assert!(transport.total > 10_000 && transport.event > 0);
    assert!(transport.markers.len() <= 8 && transport.markers.is_sorted_by_key(|marker| marker.event));
}

#[test]
fn a_recording_that_is_stopped_ends_where_it_is() {
    let mut session = Session::new();
    ask(&mut session, Command::LoadTrace { trace: Rc::new(trace(3_000)), size: CacheSize::Thousand });
    let transport = scene(&session).transport;
    let total = transport.total;
    assert_eq!(transport.cut, None, "it still records");
    ask(&mut session, Command::CancelLoad);
    session.advance(FRAME_MS);
    let transport = scene(&session).transport;
    assert_eq!((transport.total, transport.indexing), (total, None));
    assert_eq!(transport.cut.as_deref(), Some("recording stopped here"), "and the page says so");
    ask(&mut session, Command::End);
    assert_eq!(event(&session), total);
}

#[test]
fn a_file_that_is_no_trace_is_refused_with_what_where_and_what_to_do() {
    for (text, what, place) in [
        ("", "The file is empty.", "my.iolog"),
        ("hello\n", "This is not a fio iolog: its first line does not say so.", "my.iolog, line 1, column 1"),
        (
            "fio version 3 iolog\n0 v add\n0 v wrote 0 4096\n",
            "No action is called 'wrote'.",
            "my.iolog, line 3, column 5",
        ),
    ] {
        let failure = opened(text).unwrap_err();
        assert_eq!((failure.what.as_str(), failure.place.as_str()), (what, place));
        assert!(failure.remedy.ends_with('.'), "{failure:?}");
    }
}

/// The scene, but for what it says of other futures.
fn run(session: &Session) -> Scene {
    let mut scene = scene(session);
    scene.transport.redo = None;
    scene.transport.branches.clear();
    scene
}

fn kill_a() -> Command {
    let fault = Fault::Crash { at: ControllerId::A };
    Command::Break { faults: vec![fault], label: "Kill A".into() }
}

#[test]
fn breaking_something_makes_another_future_and_undoing_gives_the_first_one_back() {
    let mut session = Session::new();
    let whole = scene(&session).transport.total;
    ask(&mut session, Command::Seek(20));
    let before = run(&session);
    ask(&mut session, kill_a());
    let after = scene(&session);
    assert_eq!(after.transport.event, 21, "the page goes to what was done");
    assert_eq!(after.controllers[0].condition.mode, "DOWN");
    assert_eq!(after.transport.undo.as_deref(), Some("Kill A"));
    assert!(
        after.transport.markers.iter().any(|marker| marker.event == 21 && marker.kind == MarkerKind::Break)
    );
    ask(&mut session, Command::End);
    assert!(scene(&session).transport.safety.iter().any(|span| span.safety == Safety::AtRisk));
    ask(&mut session, Command::Undo);
    let undone = run(&session);
    assert!(undone == before, "every bit of it");
    assert_eq!(undone.transport.total, whole);
    ask(&mut session, Command::Undo);
    assert!(run(&session) == before, "there is nothing more to undo");
}

#[test]
fn what_is_broken_in_between_two_events_is_broken_there() {
    let mut session = Session::new();
    ask(&mut session, Command::Play);
    while event(&session) < 6 {
        session.advance(FRAME_MS);
    }
    session.advance(FRAME_MS * 2.0);
    let now = session.now_ns();
    assert!(now > session.time_of(event(&session)) as f64);
    ask(&mut session, kill_a());
    let at = event(&session);
    assert_eq!(session.time_of(at), now as u64);
    assert!(scene(&session).transport.playing, "it goes on by itself");
}

#[test]
fn two_things_are_undone_one_after_the_other_and_both_ways_stay_exact() {
    let mut session = Session::new();
    ask(&mut session, Command::Seek(10));
    ask(&mut session, kill_a());
    ask(&mut session, Command::Seek(40));
    let one = run(&session);
    let cut = ControllerId::BOTH.map(|to| Fault::CutLink { to }).to_vec();
    ask(&mut session, Command::Break { faults: cut, label: "Cut link".into() });
    assert_eq!(scene(&session).link.cut, [true, true]);
    let broken = scene(&session);
    ask(&mut session, Command::StepBack);
    ask(&mut session, Command::StepForward);
    assert!(scene(&session) == broken);
    ask(&mut session, Command::Undo);
    assert!(run(&session) == one);
    ask(&mut session, Command::Undo);
    assert_eq!((event(&session), scene(&session).transport.undo), (10, None));
}

#[test]
fn what_does_not_fit_changes_nothing_and_says_why() {
    let mut session = Session::new();
    ask(&mut session, Command::Seek(10));
    let before = scene(&session);
    let faults = vec![Fault::DiskFails { disk: 99 }];
    let failure = session.dispatch(Command::Break { faults, label: "Fail disk 99".into() }).unwrap_err();
    assert!(failure.what.contains("disk 99"), "{failure:?}");
    assert!(scene(&session) == before);
}

#[test]
fn what_was_undone_is_done_again_exactly() {
    let mut session = Session::new();
    ask(&mut session, Command::Seek(20));
    ask(&mut session, kill_a());
    let broken = scene(&session);
    ask(&mut session, Command::Undo);
    assert_eq!(scene(&session).transport.redo.as_deref(), Some("Kill A"));
    ask(&mut session, Command::Redo);
    assert!(scene(&session) == broken);
}

#[test]
fn the_old_future_stays_and_each_remembers_where_one_was() {
    let mut session = Session::new();
    ask(&mut session, Command::Seek(20));
    ask(&mut session, kill_a());
    ask(&mut session, Command::Seek(50));
    let broken = run(&session);
    ask(&mut session, Command::Switch(0));
    assert_eq!((event(&session), scene(&session).controllers[0].condition.mode), (20, "DUAL"));
    let names: Vec<(String, bool)> =
        scene(&session).transport.branches.into_iter().map(|branch| (branch.name, branch.shown)).collect();
    assert_eq!(names, [("As it was".to_owned(), true), ("Kill A".to_owned(), false)]);
    ask(&mut session, Command::Switch(1));
    assert_eq!(event(&session), 50);
    assert!(run(&session).controllers == broken.controllers);
    ask(&mut session, Command::Switch(0));
    ask(&mut session, Command::Forget(1));
    assert_eq!(scene(&session).transport.branches.len(), 1);
}

#[test]
fn two_futures_are_compared_from_where_they_part() {
    let mut session = Session::new();
    ask(&mut session, Command::Seek(20));
    ask(&mut session, kill_a());
    session.begin_comparing(0);
    while session.compare_on(1.0) {}
    let Compared::Done(compared) = session.compared() else { panic!("the first future is there") };
    assert_eq!((compared.same, compared.part), (20, true));
    let [shown, first] = &compared.sides;
    assert_eq!((shown.name.as_str(), first.name.as_str()), ("Kill A", "As it was"));
    assert!(shown.rows[0].text.contains("dies"), "{:?}", shown.rows[0]);
    assert_ne!(first.rows[0].text, shown.rows[0].text);
    assert!(shown.worst > first.worst);
    session.begin_comparing(7);
    assert!(!session.compare_on(1.0));
    assert_eq!(session.compared(), Compared::Gone);
}

/// A film of a long trace, and another future of it.
fn two_films(deeds: impl Fn(&Film) -> branches::Deeds) -> (Film, branches::Branch) {
    let mut shown = Film::new(&trace(8_000).scenario(CacheSize::Small), None).unwrap();
    shown.record_up_to(40_000);
    let branch = branches::Branch::new(1, "Other".to_owned(), deeds(&shown), 0);
    (shown, branch)
}

#[test]
fn a_first_difference_far_ahead_is_found_slice_by_slice() {
    let crash = |film: &Film| {
        let fault = Fault::Crash { at: ControllerId::A };
        let command = mirrorline_engine::sim::TimedFault { at_ns: film.time_at(35_000), fault };
        vec![(0, mirrorline_engine::history::Deed::Command(mirrorline_engine::sim::Command::Fault(command)))]
    };
    let (mut shown, branch) = two_films(crash);
    let mut comparing = Comparing::new(&shown, "Shown", &branch);
    let (mut slices, mut before) = (0, 0);
    while comparing.is_on() {
        comparing.look(&mut shown, 0.0);
        if let Compared::Looking { same, .. } = comparing.result() {
            assert!(*same >= before);
            before = *same;
        }
        slices += 1;
    }
    assert!(slices > 50, "{slices}");
    let Compared::Done(compared) = comparing.result() else { panic!("it is over") };
    assert!(compared.part && (34_990..35_010).contains(&compared.same), "{}", compared.same);
    let [shown_side, other] = &compared.sides;
    assert!(other.rows[0].text.contains("dies") && !shown_side.rows[0].text.contains("dies"));
    assert!(other.worst > shown_side.worst);
    assert!(other.events >= compared.same + 12 && !other.whole, "not all of it is recorded for that");
}

#[test]
fn two_futures_that_do_not_differ_are_compared_to_their_end() {
    let (mut shown, branch) = two_films(|_| Vec::new());
    let mut comparing = Comparing::new(&shown, "Shown", &branch);
    while comparing.is_on() {
        comparing.look(&mut shown, 5.0);
    }
    let Compared::Done(compared) = comparing.result() else { panic!("it is over") };
    assert!(!compared.part && shown.is_recorded());
    assert_eq!(compared.same, shown.events());
    assert!(compared.sides.iter().all(|side| side.rows.is_empty() && side.whole && side.events > 40_000));
}

#[test]
fn a_link_shows_the_same_instant_in_another_session() {
    let mut session = Session::new();
    ask(&mut session, Command::LoadScenario(7));
    ask(&mut session, Command::Seek(30));
    ask(&mut session, kill_a());
    ask(&mut session, Command::Seek(60));
    let link = session.link("speed -2".into()).encode().expect("a built-in scenario has a link");
    let link = Link::decode(&link).expect("it is whole");
    assert_eq!(link.view, "speed -2");
    let mut other = Session::new();
    other.open(&link).expect("what it asks for fits");
    assert_eq!((event(&other), scene(&other).source.scenario), (60, Some(7)));
    assert!(run(&other).controllers == run(&session).controllers);
    assert!(run(&other).array == run(&session).array);
}

#[test]
fn a_link_that_asks_for_what_cannot_be_changes_nothing_and_says_why() {
    let mut session = Session::new();
    ask(&mut session, Command::Seek(10));
    let before = scene(&session);
    let mut link = session.link(String::new());
    let fault = Fault::DiskFails { disk: 99 };
    let timed = mirrorline_engine::sim::TimedFault { at_ns: 0, fault };
    link.deeds =
        vec![(5, mirrorline_engine::history::Deed::Command(mirrorline_engine::sim::Command::Fault(timed)))];
    let failure = session.open(&link).unwrap_err();
    assert!(failure.what.contains("disk 99"), "{failure:?}");
    link.deeds[0].0 = u64::MAX;
    assert!(session.open(&link).unwrap_err().what.contains("events"));
    assert!(scene(&session) == before);
}

#[test]
fn steps_by_time_go_there_and_back_and_always_go_somewhere() {
    let mut session = Session::new();
    let mut seen = vec![0];
    while event(&session) < scene(&session).transport.total {
        ask(&mut session, Command::StepTimeForward);
        assert!(event(&session) > *seen.last().unwrap());
        seen.push(event(&session));
    }
    assert!((20..=100).contains(&seen.len()), "{}", seen.len());
    for _ in 0..seen.len() {
        ask(&mut session, Command::StepTimeBack);
    }
    assert_eq!(event(&session), 0);
}

#[test]
fn a_block_is_found_by_its_number_or_it_is_said_why_not() {
    let session = Session::new();
    assert_eq!(session.find_block(" 1:7 ").map(|key| (key.lun().0, key.stripe())), Ok((1, 1)));
    assert_eq!(session.find_block("42"), session.find_block("0:42"));
    for (text, why) in [("x", "as in 0:42"), ("9:1", "no LUN 9"), ("0:99999999", "blocks"), ("", "as in")] {
        assert!(session.find_block(text).unwrap_err().contains(why), "{text}");
    }
}

#[test]
fn a_glimpse_shows_another_instant_as_it_is_and_leaves_the_one_in_view() {
    use crate::scene::model::Slots;
    for index in 0..Session::scenarios().len() {
        let mut session = Session::new();
        ask(&mut session, Command::LoadScenario(index));
        let total = scene(&session).transport.total;
        ask(&mut session, Command::Seek(total / 3));
        let here = scene(&session);
        for at in (0..=total).step_by((total as usize / 12).max(1)) {
            let glimpse = session.glimpse(at);
            assert_eq!(scene(&session), here, "nothing has moved");
            let mut other = Session::new();
            ask(&mut other, Command::LoadScenario(index));
            ask(&mut other, Command::Seek(at));
            let there = scene(&other);
            assert_eq!((glimpse.event, glimpse.time_ns), (at, there.transport.time_ns));
            assert_eq!(glimpse.safety, there.transport.safe_now);
            assert_eq!(glimpse.what.is_empty(), at == 0);
            for (half, card) in glimpse.world.halves.iter().zip(&there.controllers) {
                assert_eq!((half.mode, half.tone), (card.condition.mode, card.condition.tone));
                for (looks, region) in [(&half.own, &card.own), (&half.lent, &card.lent)] {
                    let Slots::Cells(cells) = &region.slots else { continue };
                    if cells.len() <= 24 {
                        assert!(
                            looks.iter().eq(cells.iter().map(|cell| &cell.look)),
                            "scenario {index} at {at}"
                        );
                    }
                }
            }
            let beat = |weight| weight == crate::scene::model::Weight::Beat;
            let flying = there.link.tokens.iter().filter(|token| !beat(token.weight)).count() as u32;
            assert_eq!(glimpse.world.flying.iter().sum::<u32>(), flying);
            assert_eq!(glimpse.world.cut, there.link.cut);
        }
    }
}

#[test]
fn the_scrubber_marks_each_done_that_a_host_hears() {
    let mut session = Session::new();
    let acks = scene(&session).transport.acks;
    let mut heard = Vec::new();
    while session.dispatch(Command::RunUntil(Until::Done)).is_ok() && scene(&session).transport.note.is_none()
    {
        heard.push(event(&session));
    }
    let marked: Vec<u64> = acks.iter().map(|ack| ack.event).collect();
    assert_eq!(marked.first(), heard.first());
    assert!(marked.iter().all(|at| heard.contains(at)) && marked.len() > 3);
}
