use super::*;
use crate::fact::{Fact, Unobserved};
use crate::history::Timeline;
use crate::scenario::Scenario;
use crate::scenario::library::LIBRARY;
use crate::sim::{EventKind, Run};
use crate::text::Text;

fn sound(text: &Text, place: &str) {
    let text = text.to_string();
    assert!(!text.trim().is_empty(), "{place}: empty");
    for bad in ["{", "}", "LineKey(", "Slot(", "Some(", "None", "BlockMap(", "  ", "..", " ."] {
        assert!(!text.contains(bad), "{place}: {bad:?} in {text:?}");
    }
}

fn each_instant(name: &str, look: impl FnMut(Instant<'_>, &str)) {
    each_instant_of(&LIBRARY.iter().find(|builtin| builtin.name == name).unwrap().scenario(), name, look);
}

fn each_instant_of(scenario: &Scenario, name: &str, mut look: impl FnMut(Instant<'_>, &str)) {
    let world = scenario.world().unwrap();
    let mut timeline = Timeline::new(Run::new(world, scenario.source().unwrap(), scenario.pacing));
    let mut log = EventLog::default();
    while timeline.extend_watched(1000, |event, _, _| log.push(event)) == 1000 {}
    assert!(timeline.len() > 20 && log.len() == timeline.len());
    for position in 0..=timeline.len() {
        timeline.seek(position);
        let instant = Instant { world: timeline.world(), moment: timeline.moment(), log: &log };
        look(instant, &format!("{name} at {position}"));
    }
}

#[test]
fn every_event_of_every_built_in_scenario_is_told_in_words() {
    for builtin in LIBRARY {
        each_instant(builtin.name, |instant, place| {
            let narration = narrate(instant);
            sound(&narration.headline, place);
            sound(&narration.detail, place);
            let headline = narration.headline.to_string();
            assert!(headline.ends_with('.'), "{place}: {headline}");
            assert!(headline.chars().count() <= 72, "{place}: too long: {headline}");
            for fact in &instant.moment.facts {
                sound(&sentence(instant.config(), instant.log, fact), place);
            }
            let story = story(instant, focus(instant));
            if !story.steps.is_empty() {
                assert!((3..=5).contains(&story.steps.len()), "{place}: {} steps", story.steps.len());
                sound(&story.title, place);
                let order = |step: &Step| match step.state {
                    StepState::Done => 0,
                    StepState::Now => 1,
                    StepState::Next => 2,
                };
                assert!(story.steps.is_sorted_by_key(order), "{place}: {story:?}");
                assert!(story.steps.iter().filter(|step| step.state == StepState::Now).count() <= 1);
            }
        });
    }
}

#[test]
fn every_event_but_a_quiet_timer_has_a_story() {
    for builtin in LIBRARY {
        each_instant(builtin.name, |instant, place| {
            let Some(event) = instant.moment.event else { return };
            // Timers, and what the controllers do all the time beside their work.
            use crate::message::MessageKind;
            use crate::sim::EventKind;
            let timer = matches!(
                event.kind,
                EventKind::FlushTimer { .. }
                    | EventKind::SlotWait { .. }
                    | EventKind::Heartbeat { .. }
                    | EventKind::Mailbox { .. }
                    | EventKind::Session { message: MessageKind::Heartbeat, .. }
                    | EventKind::HostWatch
                    | EventKind::HostRetries { .. }
                    | EventKind::PatrolTimer { .. }
                    | EventKind::Fault { .. }
                    | EventKind::Record { .. }
                    | EventKind::Boot { .. }
                    | EventKind::BootWait { .. }
            );
            assert!(timer || !story(instant, focus(instant)).steps.is_empty(), "{place}: {:?}", event.kind);
        });
    }
}

/// The steps as text, the current one in brackets.
fn told(story: &Story) -> String {
    let text = |step: &Step| match step.state {
        StepState::Now => format!("[{}]", step.text),
        StepState::Done | StepState::Next => step.text.to_string(),
    };
    story.steps.iter().map(text).collect::<Vec<_>>().join(" → ")
}

#[test]
fn the_first_write_is_told_step_by_step() {
    let mut lines = Vec::new();
    each_instant("safe-write", |instant, _| {
        if lines.len() < 6 {
            lines.push(format!("{} | {}", narrate(instant).headline, told(&story(instant, focus(instant)))));
        }
    });
    assert_eq!(
        lines,
        [
            "Host 1 sends a write of block 42 to A. | [Host writes] → Copy to B → B confirms → “Done”",
            "A sends host 1’s block 42 to B: DATA first, then META. | Host writes → [Copy to B] → B confirms → “Done”",
            "DATA of block 42 has landed in slot B12; B does not know it yet. | Host writes → [Copy to B] → B confirms → “Done”",
            "META tells B what it holds: line 0:40 is mirrored, B confirms. | Host writes → Copy to B → [B confirms] → “Done”",
            "B has confirmed: A commits block 42 and tells host 1 “done”. | Host writes → Copy to B → B confirms → [“Done”]",
            "Host 1 hears “done”: block 42 is safe in both caches. | Host writes → Copy to B → B confirms → “Done”",
        ]
    );
}

/// In the variant in which writes overlap a flush, what is told of it is true of both sides.
#[test]
fn a_write_that_overlaps_a_flush_is_told() {
    let told = |slow: &str, crash: &str| {
        let text = format!(
            "mirrorline scenario 1\nlun 0 64 blocks owner A\nflush idle 1 overlap\n{slow}\n\
             at 0ns host 1 writes block 0:40 via A\nat 1130us host 1 writes block 0:41 via A\n{crash}\n"
        );
        let mut told: Vec<String> = Vec::new();
        each_instant_of(&Scenario::parse(&text).unwrap(), "overlap", |instant, place| {
            let narration = narrate(instant);
            sound(&narration.headline, place);
            sound(&narration.detail, place);
            let headline = narration.headline.to_string();
            assert!(headline.chars().count() <= 72, "{place}: too long: {headline}");
            told.push(format!("{headline} {}", narration.detail));
        });
        told
    };
    let both_live = told("", "");
    let one_dies = told("disk ssd write 20ms", "at 1200us crash B");
    for (told, wanted) in [
        (
            &both_live,
            "B’s mirror of line 0:40 is on disk, but for what was written since. Block 41 has a higher number than the flush: B would write it if A died. B confirms.",
        ),
        (
            &both_live,
            "B agrees: the flush of line 0:40 is over. Block 41 was written since it began, and stays dirty in both caches until the next one.",
        ),
        (
            &one_dies,
            "A flushes line 0:40 once more: now all that is dirty. What was on its way is on disk. A write may have come since that flush began, and nobody is left to agree on what is clean.",
        ),
    ] {
        assert_eq!(told.iter().filter(|line| *line == wanted).count(), 1, "{wanted}: {told:#?}");
    }
}

#[test]
fn a_switch_of_ownership_is_told_as_one_story() {
    let mut stories = Vec::new();
    each_instant("ownership", |instant, _| {
        let focus = focus(instant);
        if matches!(focus, Some(Focus::Host { op: 2, .. })) {
            stories.push(told(&story(instant, focus)));
        }
    });
    assert_eq!(
        stories,
        [
            "Host writes at B → [B asks A] → A grants → Copy to A → “Done”",
            "Host writes at B → B asks A → [A grants] → Copy to A → “Done”",
            "Host writes at B → B asks A → A grants → [Copy to A] → “Done”",
            "Host writes at B → B asks A → A grants → [Copy to A] → “Done”",
            "Host writes at B → B asks A → A grants → [Copy to A] → “Done”",
            "Host writes at B → B asks A → A grants → Copy to A → [“Done”]",
            "Host writes at B → B asks A → A grants → Copy to A → “Done”",
        ]
    );
}

#[test]
fn every_kind_of_fact_comes_up_in_the_built_in_scenarios() {
    let mut seen = [false; 17];
    for builtin in LIBRARY {
        each_instant(builtin.name, |instant, _| {
            for fact in &instant.moment.facts {
                seen[ordinal(fact)] = true;
            }
        });
    }
    assert_eq!(seen, [true; 17]);
}

/// A number for each kind of fact; a new kind does not compile until it has one, and words.
fn ordinal(fact: &Fact) -> usize {
    match fact {
        Fact::HostArrived { .. } => 0,
        Fact::HostReplied { .. } => 1,
        Fact::HostDone { .. } => 2,
        Fact::BlockRead { .. } => 3,
        Fact::WriteCommitted { .. } => 4,
        Fact::LineState { .. } => 5,
        Fact::Sent { .. } => 6,
        Fact::Received { .. } => 7,
        Fact::OwnershipGained { .. } => 8,
        Fact::Waits { .. } => 9,
        Fact::FlushBegan { .. } => 10,
        Fact::WriteThroughBegan { .. } => 11,
        Fact::ParityPlanned { .. } => 12,
        Fact::SlotTaken { .. } => 13,
        Fact::SlotFreed { .. } => 14,
        Fact::DiskIssued { .. } => 15,
        Fact::DiskDone { .. } => 16,
        _ => 0,
    }
}

#[test]
fn a_chain_of_causes_leads_back_to_the_host() {
    let scenario = LIBRARY[0].scenario();
    let world = scenario.world().unwrap();
    let mut run = Run::new(world, scenario.source().unwrap(), scenario.pacing);
    let mut log = EventLog::default();
    for _ in 0..5 {
        log.push(&run.step(&mut Unobserved).unwrap());
    }
    let texts: Vec<String> =
        why(&log, &scenario.config, 4, 10).into_iter().map(|cause| cause.text.to_string()).collect();
    assert_eq!(
        texts,
        [
            "Host 1 hears “done” about block 42.",
            "META_ACK for line 0:40 reaches A.",
            "META for line 0:40 reaches B.",
            "Host 1 writes block 42 at A.",
        ]
    );
}

#[test]
fn a_chain_ends_at_a_clock_though_that_names_its_last_round() {
    each_instant("flushing", |instant, place| {
        let Some(event) = instant.moment.event else { return };
        let chain = why(instant.log, instant.config(), event.index, 64);
        let kinds: Vec<bool> =
            chain.iter().map(|link| instant.log.get(link.index).is_some_and(about::begins)).collect();
        assert!(kinds.ends_with(&[true]), "{place}: it ends where something begins");
        assert_eq!(kinds.iter().filter(|begins| **begins).count(), 1, "{place}: and only there");
    });
}

#[test]
fn the_last_event_about_a_line_is_found_within_bounds() {
    use crate::ids::{LineKey, Lun};
    each_instant("safe-write", |instant, place| {
        let (log, config, position) = (instant.log, instant.config(), instant.world.events());
        let key = LineKey::new(Lun(0), 42 / u64::from(config.line_blocks()));
        let last = about::last_about(log, config, key, position, u64::MAX);
        let about =
            |index: &u64| log.get(*index).is_some_and(|entry| about::is_about(log, config, entry, key));
        assert_eq!(last, (0..position).rev().find(about), "{place}");
        assert_eq!(about::last_about(log, config, key, position, 0), None);
    });
}

#[test]
fn the_log_knows_when_each_message_left_and_which_were_lost() {
    struct Missing(Vec<flights::Missed>);
    impl crate::fact::Observer for Missing {
        fn fact(&mut self, fact: Fact) {
            self.0.extend(flights::Missed::of(fact));
        }
    }
    let (mut lost, mut never_left, mut arrived) = (0, 0, 0);
    // In the last one everything fails.
    let failures = include_str!("../../tests/golden/failures.scenario");
    let failures = Scenario::parse(failures).expect("the golden test reads it too");
    for scenario in LIBRARY.iter().map(|builtin| builtin.scenario()).chain([failures]) {
        let mut run = Run::new(scenario.world().unwrap(), scenario.source().unwrap(), scenario.pacing);
        let mut log = EventLog::default();
        let mut facts = 0;
        loop {
            let next =
                ControllerId::BOTH.map(|to| run.world().link_to(to).iter().next().map(|it| it.leaves_ns));
            let mut missing = Missing(Vec::new());
            let Some(event) = run.step(&mut missing) else { break };
            log.push_watched(&event, run.world(), &missing.0);
            facts += missing.0.iter().filter(|missed| !missed.turned_away).count();
            let took_ns = log.took_ns(event.index);
            match event.kind {
                EventKind::Message { to, .. } | EventKind::Session { to, .. } => {
                    let left_ns = next[to.index()].expect("it was the next one");
                    assert_eq!(took_ns, Some(event.at_ns - left_ns), "{}", scenario.title);
                }
                _ => assert_eq!(took_ns, None),
            }
        }
        assert!(log.losses().is_sorted_by_key(|loss| loss.event));
        let mut arrivals = 0;
        for loss in log.losses() {
            assert_eq!(loss.at_ns, log.time_of(loss.event));
            let arrives = matches!(log.get(loss.event).unwrap().kind, EventKind::Message { to, message, .. } | EventKind::Session { to, message } if (to, message) == (loss.to, loss.message));
            arrivals += usize::from(arrives && loss.due_ns == Some(loss.at_ns));
            never_left += usize::from(loss.due_ns.is_none());
        }
        assert!(log.losses().len() >= facts && log.losses().len() - arrivals <= facts, "{}", scenario.title);
        lost += facts;
        arrived += arrivals;
        // Another future forgets what came after it.
        let start = scenario.world().unwrap();
        log.resume(&start);
        assert!(log.is_empty() && log.losses().is_empty() && log.took_ns(0).is_none());
    }
    assert!(lost > 5 && never_left > 0 && arrived > 0, "{lost} {never_left} {arrived}");
}
