//! From what was said to lines, bars and their labels, in pixels.

use super::acts::{Act, Asker, Place, label, note_words};
use super::lanes::Plan;
use super::shelf::{Shelf, width};
use super::{Bar, Ink, Lens, Note, STROKES_MAX, SpaceTime, Stroke, fold, signed};
use crate::language::say;
use crate::scene::words::time_text;
use mirrorline_engine::fact::IoKind;
use mirrorline_engine::sim::EventKind;

/// The height of the bar of a host that waits.
const WAIT: i32 = 8;

pub fn draw(
    diagram: &mut SpaceTime,
    asker: &Asker<'_>,
    plan: &Plan,
    lens: &Lens,
    acts: &[Act],
    notes: &[u64],
) {
    let mut shelf = Shelf::new(lens, plan.lanes.iter().map(|lane| lane.y).collect());
    if acts.len() > STROKES_MAX {
        diagram.folds = fold::folds(plan, lens, &mut shelf, acts, asker.now_ns);
    } else {
        for act in acts {
            if act.to == Place::Array {
                let bar = bar(asker, plan, lens, act);
                // Commands given together leave together: one line shows it.
                let start = (bar.from_x, plan.y(act.from));
                if diagram
                    .strokes
                    .iter()
                    .rev()
                    .take(16)
                    .all(|stroke| stroke.from != start || stroke.to.0 != start.0)
                {
                    let to = (bar.from_x, plan.y(Place::Array));
                    diagram.strokes.push(stroke(asker, act, start, to));
                }
                diagram.bars.push(bar);
            } else {
                let (from, to) = (plan.y(act.from), plan.y(act.to));
                let start = (lens.x(act.sent_ns), from);
                let end = (lens.x(act.at_ns), from + (to - from) * i32::from(act.lost.unwrap_or(100)) / 100);
                diagram.strokes.push(stroke(asker, act, start, end));
                if let EventKind::HostDone { .. } = act.kind
                    && !plan.shared
                {
                    diagram.bars.extend(wait(asker, plan, lens, act));
                }
            }
        }
        label_all(diagram, lens, &mut shelf);
    }
    diagram.notes = notes.iter().filter_map(|event| note(asker, plan, lens, &mut shelf, *event)).collect();
}

fn stroke(asker: &Asker<'_>, act: &Act, from: (i32, i32), to: (i32, i32)) -> Stroke {
    Stroke {
        event: act.event,
        ink: act.ink,
        phase: act.phase,
        from,
        to,
        label: None,
        title: asker.title(act),
        kind: act.kind,
        lost: act.lost.is_some(),
    }
}

/// A disk at work, or the record.
fn bar(asker: &Asker<'_>, plan: &Plan, lens: &Lens, act: &Act) -> Bar {
    let disk = match act.kind {
        EventKind::Disk { disk, .. } => Some(disk),
        _ => None,
    };
    let from_x = lens.x(act.sent_ns);
    Bar {
        event: act.event,
        ink: act.ink,
        phase: act.phase,
        from_x,
        to_x: lens.x(act.at_ns).max(from_x + 1),
        y: plan.row_y(disk),
        height: (plan.row - 1).max(2),
        label: None,
        title: asker.title(act),
    }
}

/// A host that waits for the answer which has just come.
fn wait(asker: &Asker<'_>, plan: &Plan, lens: &Lens, act: &Act) -> Option<Bar> {
    let EventKind::HostDone { op, host, .. } = act.kind else { return None };
    let arrival = asker.act(asker.log.arrival(op)?)?;
    let asked = asker.log.asked(op)?;
    let (host, block) = (super::acts::name(Place::Host(host)), asked.lbn);
    let title = match asked.io {
        IoKind::Read => say!("{host} waits for block {block}", host, block),
        IoKind::Write => say!("{host} waits for “done”, block {block}", host, block),
    };
    Some(Bar {
        event: act.event,
        ink: Ink::Host,
        phase: asker.phase(act.event, arrival.sent_ns.max(0) as u64),
        from_x: lens.x(arrival.sent_ns),
        to_x: lens.x(act.at_ns),
        y: plan.y(act.to),
        height: WAIT,
        label: None,
        title,
    })
}

/// Messages have the first choice, then what is above and below them.
fn label_all(diagram: &mut SpaceTime, lens: &Lens, shelf: &mut Shelf) {
    let upright = |stroke: &Stroke| stroke.from.0 == stroke.to.0;
    for round in [true, false] {
        for stroke in &mut diagram.strokes {
            let first = matches!(stroke.ink, Ink::Data | Ink::Meta | Ink::Control);
            let silent = matches!(stroke.ink, Ink::Beat | Ink::Read | Ink::Write);
            if first != round || silent || (upright(stroke) && stroke.ink != Ink::Record) {
                continue;
            }
            let text = label(stroke.kind);
            let early = stroke.ink == Ink::Data;
            stroke.label = shelf.on_line(&text, width(&text, lens), stroke.from, stroke.to, early);
        }
    }
    for bar in diagram.bars.iter_mut().filter(|bar| bar.ink == Ink::Host) {
        let wide = width(&bar.title, lens);
        // Beside the bar's beginning, where the host's line to the controller does not pass.
        if bar.to_x - bar.from_x > wide {
            let y = bar.y - lens.label / 2 - 7;
            bar.label = shelf.at(&bar.title, wide, bar.from_x + wide / 2, y);
        }
    }
}

fn note(asker: &Asker<'_>, plan: &Plan, lens: &Lens, shelf: &mut Shelf, event: u64) -> Option<Note> {
    let entry = asker.log.get(event)?;
    let (at, words) = note_words(entry.kind)?;
    let (x, y) = (lens.x(signed(entry.at_ns)), plan.y(Place::Controller(at)));
    let wide = width(words, lens);
    let mut title = at.to_string();
    title.push_str(": ");
    title.push_str(words);
    title.push_str(", ");
    title.push_str(&time_text(entry.at_ns));
    let label = shelf.at(words, wide, x + wide / 2 + 6, y - lens.label / 2 - 4);
    Some(Note { event, phase: asker.phase(event, entry.at_ns), x, y, label, title })
}
