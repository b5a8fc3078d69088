use super::census::Census;
use super::{Checks, is_big, scene};
use crate::scene::look::Look;
use crate::scene::model::*;
use mirrorline_engine::check::{Depth, Watch};
use mirrorline_engine::explain::{EventLog, Instant};
use mirrorline_engine::history::Timeline;
use mirrorline_engine::ids::ControllerId::{A, B};
use mirrorline_engine::ids::{LineKey, Lun};
use mirrorline_engine::scenario::library::{LIBRARY, find};
use mirrorline_engine::scenario::{Scenario, ScenarioSource};
use mirrorline_engine::sim::{Command, EventKind, Fault, Run, TimedFault};
use std::collections::BTreeSet;
use std::rc::Rc;

mod inspect;

struct Film {
    timeline: Timeline<ScenarioSource, Watch>,
    log: EventLog,
}

impl Film {
    fn new(scenario: &Scenario) -> Film {
        let world = scenario.world().unwrap();
        let run = Run::new(world, scenario.source().unwrap(), scenario.pacing);
        let mut film = Film {
            timeline: Timeline::witnessed(run, Watch::new(Depth::EveryEvent)),
            log: EventLog::default(),
        };
        while film.timeline.extend_watched(1000, |event, _, _| film.log.push(event)) == 1000 {}
        film
    }

    fn built_in(name: &str) -> Film {
        Film::new(&find(name).unwrap().scenario())
    }

    fn instant(&self) -> Instant<'_> {
        Instant { world: self.timeline.world(), moment: self.timeline.moment(), log: &self.log }
    }

    fn scene(&self, selection: Option<Selection>) -> Scene {
        let source = Source { title: String::new(), scenario: None, generation: 0 };
        let ahead = self.timeline.frontier_witness().violations();
        let checks = Checks { watch: self.timeline.witness(), ahead };
        let view = ViewState::default();
        let census = is_big(self.instant().config(), &view).then(|| Census::of(self.timeline.world()));
        scene(self.instant(), census.as_ref(), checks, selection, &view, Transport::default(), source)
    }

    fn at(&mut self, position: u64) -> Scene {
        self.timeline.seek(position);
        self.scene(None)
    }

    /// The scene after the first event that `wanted` is true of.
    fn after(&mut self, wanted: impl Fn(&EventKind) -> bool) -> Scene {
        for position in 1..=self.timeline.len() {
            self.timeline.seek(position);
            if self.timeline.moment().event.is_some_and(|event| wanted(&event.kind)) {
                return self.scene(None);
            }
        }
        panic!("no such event");
    }
}

fn cells(region: &Region) -> &[SlotCell] {
    match &region.slots {
        Slots::Cells(cells) => cells,
        Slots::Heat(_) => panic!("small worlds have cells"),
    }
}

/// Every used slot as text: `A00 OP 0:40`.
fn used(scene: &Scene) -> Vec<String> {
    let regions = scene.controllers.iter().flat_map(|card| [&card.own, &card.lent]);
    let cells = regions.flat_map(cells).filter(|cell| cell.look != Look::Free);
    cells.map(|cell| format!("{} {} {}", cell.at, cell.look.code(), cell.line.unwrap())).collect()
}

fn consistent(film: &Film, scene: &Scene, place: &str) {
    for card in &scene.controllers {
        let mut held = BTreeSet::new();
        for (region, free) in [
            (&card.own, &card.local_free),
            (&card.lent, &scene.controllers[card.id.peer().index()].mirror_free),
        ] {
            let cells = cells(region);
            assert_eq!(cells.len() as u32, region.total, "{place}");
            let used = cells.iter().filter(|cell| cell.look != Look::Free).count() as u32;
            assert_eq!(used, region.used, "{place}");
            // What the peer counts as free it may fill; without a peer that counts there is nothing to agree on.
            let both = scene.controllers.iter().all(|card| card.condition.mode == "DUAL");
            assert!(
                !both || used + free.count <= region.total,
                "{place}: {used} used and {} free of {}",
                free.count,
                region.total
            );
            for cell in cells {
                assert_eq!(cell.line.is_some(), cell.look != Look::Free, "{place}");
                assert_eq!(cell.fill.is_some(), cell.look == Look::Filling, "{place}");
                assert!(
                    !both || !free.next.contains(&cell.at.slot) || cell.look == Look::Free,
                    "{place}: {} is free and used",
                    cell.at
                );
                if let (Some(line), false) = (cell.line, cell.look == Look::Filling) {
                    assert!(held.insert(line.key), "{place}: {line} sits in two slots of {}", card.id);
                }
            }
        }
        assert!(card.queue.chips.len() <= 5 && card.hash.buckets.len() <= 8, "{place}");
        let shown: usize = card.hash.buckets.iter().map(|bucket| bucket.entries.len()).sum();
        assert!(
            shown as u32 <= card.hash.entries && (card.hash.more > 0 || shown as u32 == card.hash.entries),
            "{place}"
        );
        let queued = film.timeline.world().controller(card.id).queue().len();
        assert_eq!(card.queue.chips.len() as u32 + card.queue.more, queued, "{place}");
    }
    let ids = || {
        scene
            .link
            .tokens
            .iter()
            .map(|token| token.id)
            .chain(scene.link.waiting.iter().map(|waiting| waiting.id))
    };
    assert_eq!(ids().collect::<BTreeSet<_>>().len(), ids().count(), "{place}: two tokens share an id");
    let now = film.timeline.world().now_ns();
    for token in &scene.link.tokens {
        assert!(token.flight.from_ns < token.flight.to_ns && token.flight.to_ns >= now, "{place}: {token:?}");
    }
    assert_eq!(scene.array.rows.len(), 6, "{place}");
    for row in &scene.array.rows {
        assert_eq!(row.cells.iter().filter(|cell| cell.content == Content::Parity).count(), 1, "{place}");
    }
    assert!(scene.array.rows.iter().filter(|row| row.rank == 0).count() <= 2, "{place}");
    assert!(scene.inspector.is_some(), "{place}");
    for text in [&scene.headline.what, &scene.headline.why] {
        assert!(!text.is_empty() && !text.contains('{'), "{place}");
    }
    for host in scene.hosts.iter() {
        let busy = !matches!(host.status, HostStatus::Idle | HostStatus::Done);
        assert!(!busy || !host.request.is_empty() && host.via.is_some(), "{place}: {host:?}");
    }
}

#[test]
fn the_scene_is_consistent_after_every_event_of_every_built_in_scenario() {
    for builtin in LIBRARY {
        let mut film = Film::built_in(builtin.name);
        for position in 0..=film.timeline.len() {
            let scene = film.at(position);
            consistent(&film, &scene, &format!("{} at {position}", builtin.name));
        }
    }
}

#[test]
fn going_back_gives_the_same_scene() {
    let mut film = Film::built_in("ownership");
    let forward: Vec<Scene> = (0..=film.timeline.len()).map(|position| film.at(position)).collect();
    for position in (0..=film.timeline.len()).rev() {
        assert_eq!(film.at(position), forward[position as usize], "at {position}");
    }
}

#[test]
fn a_first_write_flies_lands_and_is_confirmed() {
    let mut film = Film::built_in("safe-write");
    let start = film.at(0);
    assert!(used(&start).is_empty());
    assert_eq!(
        (start.hosts[0].status, start.hosts[0].request.as_str()),
        (HostStatus::Asking, "write block 42")
    );
    assert_eq!(start.hosts[1].status, HostStatus::Idle);

    let sent = film.at(1);
    assert_eq!(used(&sent), ["A00 OP 0:40", "B12 ··· 0:40"]);
    let names: Vec<_> =
        sent.link.tokens.iter().map(|token| (token.name, token.detail.as_str(), token.from)).collect();
    assert_eq!(names, [("DATA", "block 42", A), ("META", "seq 1", A)]);
    assert_eq!(sent.link.expected, Some(Expected { name: "META_ACK", from: B }));
    let filling = cells(&sent.controllers[1].lent)[0];
    assert_eq!(filling.fill, Some(sent.link.tokens[0].flight));
    let row = sent.array.rows.iter().find(|row| row.selected).unwrap();
    assert_eq!(row.cells[2].mark, DiskMark::Expected);
    assert_eq!(row.cells[2].content, Content::Blocks { first: 42, last: 42 });

    let landed = film.at(2);
    assert_eq!(used(&landed), ["A00 OP 0:40", "B12 ··· 0:40"]);
    let confirmed = film.at(3);
    assert_eq!(used(&confirmed), ["A00 OP 0:40", "B12 MD 0:40"]);
    assert_eq!(confirmed.link.tokens[0].name, "META_ACK");
    let committed = film.at(4);
    assert_eq!(used(&committed), ["A00 OD 0:40", "B12 MD 0:40"]);
    assert_eq!(committed.controllers[0].queue.chips[0].mirror, Some(SlotId { memory: B, slot: 12 }));
    assert!(committed.hosts[0].wire.is_some_and(|wire| wire.up));
    assert!(committed.array.rows.iter().any(|row| row.selected && row.cells[2].behind));
    let done = film.at(5);
    assert_eq!(done.hosts[0].status, HostStatus::Done);
}

#[test]
fn while_a_line_is_written_again_the_older_mirror_keeps_the_promise() {
    let mut film = Film::built_in("safe-write");
    let again = film.at(6);
    assert_eq!(used(&again), ["A00 OP 0:40", "B12 MD 0:40", "B13 ··· 0:40"]);
    let lent = cells(&again.controllers[1].lent);
    assert!(lent[0].kin && !lent[1].kin);
    let inspector = again.inspector.unwrap();
    assert_eq!(
        (inspector.title.as_str(), inspector.badge, inspector.following),
        ("Line 0:40", Some(Look::OP), true)
    );
    let row = |label| inspector.rows.iter().find(|row| row.label == label).unwrap();
    assert_eq!(row("seq").a, Value::becoming("1", "2"));
    assert_eq!(row("Slot in peer").a, Value::becoming("B12", "B13"));
    assert_eq!((row("State").b.now.as_str(), row("cid").a.now.as_str()), ("MD, dirty", "A · 00 · g1"));
    let dirty: Vec<_> = inspector.maps[1].a.iter().map(|bit| bit.mark).collect();
    assert_eq!(dirty, [BitMark::Off, BitMark::Off, BitMark::Dirty, BitMark::Incoming]);
    assert_eq!(
        inspector.note,
        "seq 1 in A00 and B12. No promise yet for block 43 at seq 2: host 1 is still waiting."
    );
}

#[test]
fn after_a_switch_the_owner_sits_in_a_lent_slot() {
    let mut film = Film::built_in("ownership");
    let granted = film.after(|kind| {
        matches!(kind, EventKind::Message { message: mirrorline_engine::message::MessageKind::Grant, .. })
    });
    assert_eq!(used(&granted), ["A00 MD 0:40", "A12 ··· 0:40", "B12 OP 0:40"]);
}

#[test]
fn a_request_for_ownership_that_has_to_wait_is_parked() {
    let mut film = Film::built_in("ownership");
    let parked = (0..=film.timeline.len())
        .map(|position| film.at(position))
        .find(|scene| !scene.link.waiting.is_empty())
        .unwrap();
    let waiting = &parked.link.waiting[0];
    assert_eq!((waiting.name, waiting.detail.as_str()), ("REQ_OWN", "0:40 waits"));
    let asked = parked
        .controllers
        .iter()
        .flat_map(|card| cells(&card.own).iter().chain(cells(&card.lent)))
        .filter(|cell| cell.asked);
    assert!(asked.count() >= 2, "the badge is on both sides");
}

#[test]
fn between_data_and_parity_the_parity_is_suspect_and_at_the_end_all_is_written() {
    let mut film = Film::built_in("parity");
    let marks: Vec<Vec<DiskMark>> = (0..=film.timeline.len())
        .map(|position| film.at(position))
        .flat_map(|scene| {
            scene
                .array
                .rows
                .iter()
                .filter(|row| row.active)
                .map(|row| row.cells.iter().map(|cell| cell.mark).collect())
                .collect::<Vec<_>>()
        })
        .collect();
    let writing =
        |marks: &[DiskMark]| marks.iter().filter(|mark| matches!(mark, DiskMark::Writing(_))).count();
    let written = |marks: &[DiskMark]| marks.iter().filter(|mark| **mark == DiskMark::JustWritten).count();
    assert!(marks.iter().any(|row| writing(row) == 4), "a full stripe writes four data blocks at once");
    assert!(marks.iter().any(|row| row.contains(&DiskMark::Suspect) && written(row) > 0));
    assert!(marks.iter().any(|row| writing(row) == 1 && written(row) == 4), "parity comes last");
    assert!(marks.iter().any(|row| row.iter().any(|mark| matches!(mark, DiskMark::Reading(_)))));
}

#[test]
fn a_selection_is_marked_wherever_it_appears() {
    let mut film = Film::built_in("safe-write");
    film.timeline.seek(12);
    let key = LineKey::new(Lun(0), 10);
    let slot = SlotId { memory: B, slot: 13 };
    for selection in [Selection::Line(key), Selection::Slot(slot), Selection::Disk { key, disk: 2 }] {
        let scene = film.scene(Some(selection));
        let selected: Vec<String> = scene
            .controllers
            .iter()
            .flat_map(|card| cells(&card.own).iter().chain(cells(&card.lent)))
            .filter(|cell| cell.selected)
            .map(|cell| cell.at.to_string())
            .collect();
        assert_eq!(selected, ["A00", "B13"], "{selection:?}");
        assert!(scene.controllers[0].queue.chips[0].selected);
        assert!(!scene.inspector.unwrap().following);
    }
    let free = film.scene(Some(Selection::Slot(SlotId { memory: A, slot: 20 }))).inspector.unwrap();
    assert_eq!((free.title.as_str(), free.subtitle.as_str()), ("Slot A20", "in A, lent to B"));
}

/// A world whose caches hold `lines` lines each, well filled.
fn big(lines: u32) -> Film {
    let text = format!(
        "mirrorline scenario 1\ntitle Big\nlines {lines}\nlent {lines}\nlun 0 400000 blocks owner A\nlun 1 400000 blocks owner B\nworkload uniform reads 10% sizes 1*1 paths owner every about 2us requests {}\n",
        lines * 3
    );
    Film::new(&Scenario::parse(&text).unwrap())
}

#[test]
fn a_big_cache_is_a_heat_map_with_one_code_for_each_slot() {
    let mut film = big(1000);
    let scene = film.at(film.timeline.len() / 2);
    let Slots::Heat(map) = &scene.controllers[0].own.slots else { panic!("1,000 slots are a heat map") };
    assert_eq!(map.slate.total(), 1000);
    let used = (0..1000).filter(|slot| map.slate.look(*slot) != Look::Free).count() as u32;
    assert_eq!((used, map.slate.used()), (scene.controllers[0].own.used, used));
    assert!(scene.controllers[0].own.used > 500);
}

// ───────── what is broken, and what is safe ─────────

fn break_it(film: &mut Film, faults: &[Fault]) {
    for fault in faults {
        film.timeline.apply(Command::Fault(TimedFault { at_ns: 0, fault: *fault })).unwrap();
    }
    film.log.truncate(film.timeline.len());
    let log = &mut film.log;
    while film.timeline.extend_watched(1000, |event, _, _| log.push(event)) == 1000 {}
}

/// Every mode that a controller shows in the course of a scenario, in order.
fn modes(film: &mut Film, card: usize) -> Vec<&'static str> {
    let mut seen = Vec::new();
    for position in 0..=film.timeline.len() {
        let mode = film.at(position).controllers[card].condition.mode;
        if seen.last() != Some(&mode) {
            seen.push(mode);
        }
    }
    seen
}

#[test]
fn a_failover_is_shown_mode_by_mode_and_the_record_changes_hands() {
    let mut film = Film::built_in("owner-dies");
    assert_eq!(modes(&mut film, 0), ["DUAL", "DOWN"]);
    assert_eq!(modes(&mut film, 1), ["DUAL", "FROZEN", "WON", "SOLO"]);
    let stories: BTreeSet<String> = (0..=film.timeline.len())
        .map(|position| film.at(position).story)
        .filter(|story| story.title.contains("failover"))
        .flat_map(|story| story.steps.into_iter().filter(|step| step.state == StepState::Now))
        .map(|step| step.text)
        .collect();
    assert_eq!(
        stories,
        ["Fence", "Record", "Suspect"].map(str::to_owned).into(),
        "drain and serve are one event"
    );
    let records: Vec<String> = (0..=film.timeline.len())
        .map(|position| film.at(position).array.record.clone())
        .filter(|record| record.changed)
        .map(|record| format!("{} {} {}", record.epoch, record.mode, record.pinned))
        .collect();
    assert_eq!(records, ["2 SOLO_B true", "2 SOLO_B false"]);
    let fences: BTreeSet<String> = (0..=film.timeline.len())
        .filter_map(|position| film.at(position).array.record.fence.clone())
        .map(|fence| fence.text)
        .collect();
    assert_eq!(fences, ["fencing A".to_owned()].into(), "A is dead: nothing is left to be revoked");
}

#[test]
fn a_takeover_exchanges_roles_where_the_data_lies() {
    let mut film = Film::built_in("owner-dies");
    let taken = (0..=film.timeline.len())
        .map(|position| film.at(position))
        .find(|scene| scene.headline.what == "B owns every line now and serves alone.")
        .expect("B takes over");
    let promoted: Vec<String> = cells(&taken.controllers[1].lent)
        .iter()
        .filter(|cell| cell.promoted)
        .map(|cell| cell.look.code().to_owned())
        .collect();
    assert!(!promoted.is_empty() && promoted.iter().all(|code| code.starts_with('S')), "{promoted:?}");
    assert!(taken.array.rows.iter().any(|row| row.cells.iter().any(|cell| cell.mark == DiskMark::Suspect)));
    let notes = &taken.controllers[1].condition.notes;
    assert!(notes.iter().any(|note| note.text == "alone: every write goes to disk"), "{notes:?}");
}

#[test]
fn a_failback_shows_how_many_lines_are_left_to_copy() {
    let mut film = Film::built_in("failback");
    let mut told = Vec::new();
    for position in 0..=film.timeline.len() {
        let scene = film.at(position);
        if let Some(progress) = &scene.controllers[1].condition.progress
            && scene.controllers[1].condition.mode == "SOLO+JOIN"
        {
            assert!(progress.done <= progress.total);
            told.push(progress.total - progress.done);
        }
    }
    assert!(told.len() > 3 && told.first() > Some(&2) && told.last() == Some(&0), "{told:?}");
    assert!(told.is_sorted_by(|a, b| a >= b), "{told:?}");
    assert_eq!(modes(&mut film, 0), ["DUAL", "DOWN", "BOOT", "JOINING", "DUAL"]);
}

#[test]
fn a_lost_disk_is_shown_and_its_spare_is_rebuilt_before_ones_eyes() {
    let mut film = Film::built_in("disk-and-controller");
    let texts: Vec<String> =
        (0..=film.timeline.len()).map(|at| film.at(at).array.heads[2].text.clone()).collect();
    assert!(texts.contains(&String::new()) && texts.contains(&"lost".to_owned()));
    let rebuilt: Vec<u64> = (0..=film.timeline.len())
        .filter_map(|at| film.at(at).array.heads[2].rebuilt.map(|(done, _)| done))
        .collect();
    assert!(rebuilt.len() > 20 && rebuilt.is_sorted(), "{rebuilt:?}");
    assert_eq!(film.at(film.timeline.len()).array.heads[2], DiskHead { disk: 2, ..DiskHead::default() });
    let missing = (0..=film.timeline.len())
        .any(|at| film.at(at).array.rows.iter().any(|row| row.cells[2].mark == DiskMark::Missing));
    assert!(missing, "what a lost disk held cannot be read");
}

#[test]
fn a_zombie_hangs_is_fenced_and_halts_when_it_wakes_up() {
    let mut film = Film::built_in("zombie");
    assert_eq!(modes(&mut film, 0), ["DUAL", "HUNG", "HALTED", "DOWN", "BOOT", "JOINING", "DUAL"]);
    let fenced = (0..=film.timeline.len())
        .filter_map(|at| film.at(at).array.record.fence.clone())
        .any(|fence| fence.text == "A is fenced");
    assert!(fenced);
}

#[test]
fn the_ledger_says_what_each_failure_would_take_and_recovers() {
    let mut film = Film::built_in("owner-dies");
    let at_start = film.at(0).ledger;
    assert_eq!((at_start.rows.len(), at_start.verdict.as_str()), (0, "No host was promised anything yet"));
    let crash = film.after(|kind| matches!(kind, EventKind::Fault { .. }));
    assert_eq!(crash.ledger.safety, mirrorline_engine::check::Safety::AtRisk);
    let row = &crash.ledger.rows[0];
    assert_eq!((row.survives[0], row.survives[1], row.readable), (true, false, true), "only B has it");
    assert_eq!(row.copies[..2], [CopyMark::None, CopyMark::Keeps]);
    assert!(crash.ledger.verdict.ends_with("would be lost if B died"), "{}", crash.ledger.verdict);
    let end = film.at(film.timeline.len()).ledger;
    assert_eq!(end.safety, mirrorline_engine::check::Safety::Degraded, "one controller is missing");
    assert!(end.rows.iter().all(|row| row.survives == [true; 5] && row.copies[2] == CopyMark::Keeps));
}

#[test]
fn in_every_incident_nothing_is_lost_and_every_rule_holds() {
    for builtin in LIBRARY {
        let mut film = Film::built_in(builtin.name);
        let end = film.at(film.timeline.len());
        assert!(end.rules.rules.iter().all(|rule| rule.broken.is_none()), "{}", builtin.name);
        assert!(end.ledger.safety < mirrorline_engine::check::Safety::AtRisk, "{}", builtin.name);
        assert_eq!((&end.rules.first, &end.rules.now), (&None, &None));
    }
}

#[test]
fn a_dropped_message_breaks_a_rule_that_leads_to_its_origin() {
    // META overtaken by nothing: DATA that never lands is believed by META.
    let mut film = Film::built_in("safe-write");
    film.timeline.seek(1);
    let data = film.scene(None).link.tokens[0].clone();
    let selected = film.scene(Some(Selection::Message { id: data.id, key: data.line.map(|line| line.key) }));
    let tricks: Vec<&str> = selected
        .faults
        .iter()
        .filter(|fault| fault.group == FaultGroup::Message)
        .map(|fault| fault.id.as_str())
        .collect();
    assert_eq!(tricks, ["drop", "delay", "twice", "swap"]);
    let drop = selected.faults.iter().find(|fault| fault.id == "drop").unwrap().faults.clone();
    break_it(&mut film, &drop);
    let end = film.at(film.timeline.len());
    assert!(end.link.tampered, "it is a what-if from there on");
    let first = end.rules.first.clone().expect("a promise without data breaks a rule");
    let origin = film.at(first.event);
    assert_eq!(origin.rules.now.as_ref(), Some(&first));
    assert!(origin.rules.rules.iter().any(|rule| rule.name == first.name && rule.past));
    let before = film.at(first.event - 1);
    assert_eq!(before.rules.now, None);
    assert!(
        before.rules.rules.iter().any(|rule| rule.name == first.name && rule.broken.is_some() && !rule.past)
    );
}

#[test]
fn each_button_breaks_what_it_names_and_then_mends_it() {
    let mut film = Film::built_in("safe-write");
    for (id, broken) in [
        ("kill-b", "Bring back B"),
        ("link", "Mend link"),
        ("power", "Power back"),
        ("battery", "Batteries good"),
        ("disk", "Spare for disk 1"),
        ("slow", "Disk 1 at full speed"),
        ("hang-a", "Resume A"),
        ("fence", "Let fences confirm"),
        ("path-0-a", "Mend host 1 → A"),
        ("slow-link", "Link at full speed"),
    ] {
        film.timeline.replace_deeds(Vec::new());
        film.log.truncate(film.timeline.len());
        let log = &mut film.log;
        while film.timeline.extend_watched(1000, |event, _, _| log.push(event)) == 1000 {}
        let find = |scene: &Scene| scene.faults.iter().find(|fault| fault.id == id).cloned().unwrap();
        let button = find(&film.at(8));
        assert!(!button.mends && !button.about.is_empty() && !button.short.is_empty(), "{id}");
        break_it(&mut film, &button.faults);
        let after = find(&film.at(8 + button.faults.len() as u64));
        assert_eq!((after.label.as_str(), after.mends), (broken, true), "{id}");
        break_it(&mut film, &after.faults);
    }
}
