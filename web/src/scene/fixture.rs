//! A hand-written scene with one of everything: the picture that components and style sheets are drawn and tested
//! against. Only tests build it.

use super::look::Look;
use super::model::*;
use mirrorline_engine::ids::{ControllerId, Lun};
use mirrorline_engine::ids::{ControllerId::A, ControllerId::B, LineKey};
use std::rc::Rc;

/// Nanoseconds between two events of the fixture.
pub const STEP_NS: u64 = 1_000;
/// Events of the fixture.
pub const TOTAL: u64 = 412;

fn line(lun: u16, first_lbn: u64) -> LineLabel {
    LineLabel { key: LineKey::new(Lun(lun), first_lbn / 4), first_lbn }
}

fn span(from_ns: u64, to_ns: u64) -> Span {
    Span { from_ns, to_ns }
}

/// The scene after `event` events. Every fourth event starts the same little loop: DATA leaves, META follows.
#[must_use]
pub fn scene(event: u64, selection: Option<Selection>) -> Scene {
    let phase = event % 4;
    let start = (event - phase) * STEP_NS;
    let picked = match selection {
        Some(Selection::Line(key) | Selection::Message { key, .. } | Selection::Disk { key, .. }) => {
            Some(key)
        }
        _ => None,
    };
    let focus = line(0, 40);
    let chosen = picked.unwrap_or(focus.key);
    Scene {
        headline: Headline {
            what: "A sends host 1’s block 42 to B: DATA first, then META.".into(),
            why: "Host 1 hears “done” only after B confirms, so one dead controller cannot lose the write."
                .into(),
            chips: vec![
                Chip {
                    text: "META-BEFORE-ACK".into(),
                    about: "META reaches the mirror before the host hears done.".into(),
                },
                Chip {
                    text: "Claim 1".into(),
                    about: "Data, then metadata, then the acknowledgement.".into(),
                },
            ],
        },
        story: Story {
            title: "Progress of the write to block 42".into(),
            steps: [
                ("Host writes", StepState::Done),
                ("Copy to B", StepState::Now),
                ("B confirms", StepState::Next),
                ("“Done”", StepState::Next),
            ]
            .map(|(text, state)| StoryStep { text: text.into(), state })
            .to_vec(),
        },
        hosts: Rc::new(hosts(start)),
        controllers: [
            Rc::new(controller(A, chosen, start, phase)),
            Rc::new(controller(B, chosen, start, phase)),
        ],
        link: Rc::new(link(chosen, start, event)),
        array: Rc::new(array(chosen, start)),
        inspector: Some(Rc::new(inspector(selection.is_none()))),
        transport: Transport {
            event,
            total: TOTAL,
            time_ns: event * STEP_NS,
            playing: false,
            speed: 0,
            indexing: None,
            cut: None,
            markers: vec![
                Marker { event: 120, text: "first flush".into() },
                Marker { event: 300, text: "ownership moves".into() },
            ],
        },
        source: Source { title: "A write, held twice".into(), scenario: Some(0), generation: 0 },
    }
}

fn hosts(start: u64) -> Vec<HostCard> {
    vec![
        HostCard {
            id: 0,
            name: "Host 1".into(),
            request: "write block 42".into(),
            more: 0,
            status: HostStatus::Waiting,
            via: Some(A),
            wire: Some(WireDot { id: 1, up: false, flight: span(start, start + 4_000) }),
            focus: true,
        },
        HostCard {
            id: 1,
            name: "Host 2".into(),
            request: "write block 26".into(),
            more: 2,
            status: HostStatus::Blocked("wants the line"),
            via: Some(B),
            wire: None,
            focus: false,
        },
    ]
}

fn cells(
    memory: ControllerId,
    first: u32,
    total: u32,
    held: &[(Look, LineLabel)],
    chosen: LineKey,
) -> Vec<SlotCell> {
    (0..total)
        .map(|index| {
            let (look, line) = match held.get(index as usize) {
                Some(&(look, line)) => (look, Some(line)),
                None => (Look::Free, None),
            };
            SlotCell {
                at: SlotId { memory, slot: first + index },
                look,
                line,
                fill: None,
                asked: matches!(look, Look::OF | Look::MF),
                selected: line.is_some_and(|line| line.key == chosen),
                kin: false,
                changed: false,
            }
        })
        .collect()
}

fn controller(id: ControllerId, chosen: LineKey, start: u64, phase: u64) -> ControllerCard {
    let (held, lent): (Vec<_>, Vec<_>) = match id {
        A => (
            vec![
                (Look::OK, line(0, 20)),
                (Look::OF, line(0, 24)),
                (Look::OD, line(0, 28)),
                (Look::OP, line(0, 40)),
                (Look::OC, line(0, 32)),
                (Look::OD, line(0, 36)),
            ],
            vec![(Look::MD, line(1, 32)), (Look::MK, line(1, 36)), (Look::MD, line(1, 44))],
        ),
        B => (
            vec![
                (Look::OD, line(1, 32)),
                (Look::OK, line(1, 36)),
                (Look::OD, line(1, 44)),
                (Look::OC, line(1, 40)),
                (Look::OC, line(1, 52)),
            ],
            vec![
                (Look::MK, line(0, 20)),
                (Look::MF, line(0, 24)),
                (Look::MD, line(0, 40)),
                (Look::Filling, line(0, 40)),
                (Look::MD, line(0, 28)),
                (Look::MD, line(0, 36)),
            ],
        ),
    };
    let own_cells = cells(id, 0, 12, &held, chosen);
    let mut lent_cells = cells(id, 12, 9, &lent, chosen);
    if id == B {
        lent_cells[2].selected = false;
        lent_cells[2].kin = true;
        lent_cells[3].fill = Some(span(start, start + 4_000));
        lent_cells[3].changed = phase == 0;
    }
    let entries = |list: &[(Look, LineLabel)], own: bool| -> Vec<HashEntry> {
        list.iter()
            .filter(|(look, _)| own || !look.is_mirror() || *look != Look::Filling)
            .map(|&(look, line)| HashEntry { line, look, selected: line.key == chosen })
            .collect()
    };
    let mut all = entries(&held, true);
    all.extend(entries(&lent, false));
    ControllerCard {
        id,
        role: format!("default owner of LUN {}", id.index()),
        own: Region { used: held.len() as u32, total: 12, slots: Slots::Cells(own_cells) },
        lent: Region { used: lent.len() as u32, total: 9, slots: Slots::Cells(lent_cells) },
        queue: QueueView {
            chips: held
                .iter()
                .filter(|(look, _)| matches!(look, Look::OD | Look::OF | Look::OP))
                .map(|&(look, line)| QueueChip {
                    line,
                    mirror: Some(SlotId { memory: id.peer(), slot: 14 }),
                    flushing: look == Look::OF,
                    selected: line.key == chosen,
                })
                .collect(),
            more: 0,
        },
        hash: HashView {
            buckets: all
                .chunks(if id == A { 1 } else { 2 })
                .take(8)
                .enumerate()
                .map(|(index, entries)| HashBucket { index: index as u32, entries: entries.to_vec() })
                .collect(),
            entries: all.len() as u32,
            more: all.len().saturating_sub(8) as u32,
        },
        local_free: FreeList { count: 6, next: (6..12).collect() },
        mirror_free: FreeList { count: 3, next: vec![18, 19, 20] },
        bus: (id == A).then(|| BusChip { text: "flush 0:24".into(), line: line(0, 24), more: 0, up: false }),
    }
}

fn link(chosen: LineKey, start: u64, event: u64) -> LinkView {
    let focus = line(0, 40);
    LinkView {
        tokens: vec![
            Token {
                id: event / 4 * 2,
                name: "DATA",
                detail: "block 42".into(),
                from: A,
                weight: Weight::Payload,
                flight: span(start, start + 4_000),
                line: focus,
                selected: chosen == focus.key,
            },
            Token {
                id: event / 4 * 2 + 1,
                name: "META",
                detail: "seq 8".into(),
                from: A,
                weight: Weight::Control,
                flight: span(start + 1_700, start + 5_700),
                line: focus,
                selected: false,
            },
        ],
        waiting: vec![Waiting {
            id: 900,
            name: "REQ_OWN",
            detail: "0:24 waits".into(),
            at: A,
            line: line(0, 24),
            selected: false,
        }],
        expected: Some(Expected { name: "META_ACK", from: B }),
        latency: "3 µs one way".into(),
    }
}

fn array(chosen: LineKey, start: u64) -> ArrayView {
    let block = |lbn: u64| Content::Blocks { first: lbn, last: lbn };
    let rows = (5..11u64)
        .map(|stripe| {
            let label = line(0, stripe * 4);
            let parity = (4 + 5 - (stripe % 5)) % 5;
            let cells = (0..5u64)
                .map(|disk| {
                    let content = if disk == parity {
                        Content::Parity
                    } else {
                        block(stripe * 4 + (disk + 5 - parity - 1) % 5)
                    };
                    let mark = match (stripe, disk) {
                        (6, 0 | 4) => DiskMark::JustWritten,
                        (6, 1) => DiskMark::Writing(span(start, start + 4_000)),
                        (6, 3) if content == Content::Parity => DiskMark::Suspect,
                        (8, 2) => DiskMark::Reading(span(start, start + 4_000)),
                        (10, 2) => DiskMark::Expected,
                        _ => DiskMark::Quiet,
                    };
                    DiskCell {
                        disk: disk as u8,
                        content,
                        mark,
                        behind: matches!((stripe, disk), (6, 2) | (7, 3 | 4) | (9, 3) | (10, 1)),
                        selected: false,
                    }
                })
                .collect();
            StripeRow {
                line: label,
                active: stripe == 6,
                selected: label.key == chosen,
                rank: match stripe {
                    6 | 10 => 0,
                    7 => 1,
                    _ => 2,
                },
                cells,
            }
        })
        .collect();
    ArrayView { caption: "RAID-5, 4 + 1, left-symmetric".into(), disks: 5, rows }
}

fn inspector(following: bool) -> Inspector {
    let bits = |marks: [BitMark; 4]| {
        marks
            .iter()
            .enumerate()
            .map(|(index, &mark)| Bit { lbn: 40 + index as u64, mark })
            .collect::<Vec<_>>()
    };
    let row = |label, a: Value, b: Value| InspectorRow { label, a, b };
    use BitMark::{Dirty, Incoming, Off, Valid};
    Inspector {
        title: "Line 0:40".into(),
        subtitle: "LUN 0, blocks 40–43".into(),
        badge: Some(Look::OP),
        following,
        sides: ["owner".into(), "mirror".into()],
        rows: vec![
            row("State", Value::new("OP, mirroring"), Value::new("MD, dirty")),
            row("cid", Value::new("A · 03 · g5"), Value::new("A · 03 · g5")),
            row("seq", Value::becoming("7", "8"), Value::new("7")),
            row("Slot here", Value::new("A03"), Value::new("B14")),
            row("Slot in peer", Value::becoming("B14", "B15"), Value::new("A03")),
        ],
        maps: vec![
            MapRow { label: "Valid", a: bits([Valid; 4]), b: bits([Valid; 4]) },
            MapRow { label: "Dirty", a: bits([Off, Dirty, Incoming, Off]), b: bits([Off, Dirty, Off, Off]) },
        ],
        note_title: "Newest acknowledged copy".into(),
        note: "seq 7 in A03 and B14. No promise yet for block 42 at seq 8: host 1 is still waiting.".into(),
    }
}

/// The same scene with caches of many thousands of slots.
#[must_use]
pub fn big_scene(event: u64, selection: Option<Selection>) -> Scene {
    let mut scene = scene(event, selection);
    scene.controllers = ControllerId::BOTH.map(|id| {
        let mut card = ControllerCard::clone(&scene.controllers[id.index()]);
        card.own = heat(id, 0, 6_000, event);
        card.lent = heat(id, 6_000, 4_000, event);
        Rc::new(card)
    });
    scene
}

fn heat(memory: ControllerId, first_slot: u32, total: u32, event: u64) -> Region {
    let palette: &[Look] = if first_slot == 0 {
        &[Look::OD, Look::OK, Look::OC, Look::OD, Look::OF, Look::OP]
    } else {
        &[Look::MD, Look::MK, Look::MD, Look::MF]
    };
    let used = total * 3 / 4;
    let codes = (0..total)
        .map(|slot| {
            let mixed = ((u64::from(slot) * 2_654_435_761) >> 7).wrapping_add(if slot % 997 == 0 {
                event
            } else {
                0
            });
            if slot < used {
                palette[(mixed % palette.len() as u64) as usize].palette()
            } else {
                Look::Free.palette()
            }
        })
        .collect();
    Region {
        used,
        total,
        slots: Slots::Heat(HeatMap { memory, first_slot, codes, marked: vec![first_slot + 42] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_gives_the_same_scene() {
        assert_eq!(scene(7, None), scene(7, None));
        assert_ne!(scene(7, None), scene(8, None));
    }

    #[test]
    fn a_token_is_half_way_at_half_its_time() {
        let Span { from_ns, to_ns } = scene(0, None).link.tokens[0].flight;
        assert!((span(from_ns, to_ns).progress((from_ns + to_ns) as f64 / 2.0) - 0.5).abs() < 1e-9);
        assert_eq!(span(5, 5).progress(4.0), 0.0);
        assert_eq!(span(5, 5).progress(5.0), 1.0);
    }

    #[test]
    fn a_heat_map_has_one_code_for_each_slot() {
        let scene = big_scene(0, None);
        let Slots::Heat(map) = &scene.controllers[0].own.slots else { panic!("6,000 slots are a heat map") };
        assert_eq!(map.codes.len(), 6_000);
        assert!(map.codes.iter().all(|&code| usize::from(code) < Look::ALL.len()));
    }
}
