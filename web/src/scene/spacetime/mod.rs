//! The space-time diagram: who said what to whom, and when. Lanes lie below each other, virtual time runs to the right,
//! and what was said is a line from its sender at the time it was sent to its receiver at the time it arrived.
//!
//! Everything is read off the log of events, so what is recorded ahead can be shown too, and is marked as not yet
//! having happened. A pure function of the log, the configuration, the position and the [`Lens`].
//!
//! A diagram reaches beyond the window to both sides, and its place zero lies on a grid ([`anchor`]). So while the window
//! glides, the same diagram is only shifted, and when a new one is due, most of it has stayed where it was.

mod acts;
mod axis;
mod draw;
mod fold;
mod lanes;
mod mermaid;
mod shelf;
#[cfg(test)]
mod tests;

pub use mermaid::mermaid;

use super::build::palette::fault_words;
use super::words::{count_text, time_text};
use crate::language::{say, speak, tr};
use acts::{Act, Asker};
use lanes::Plan;
use mirrorline_engine::config::Config;
use mirrorline_engine::explain::EventLog;
use mirrorline_engine::mark;
use mirrorline_engine::sim::EventKind;
use mirrorline_engine::text::{Arg, Text};

/// More lines than this in one diagram are folded into counts.
pub const STROKES_MAX: usize = 400;
/// A diagram with more events than this takes too long to make: the window must not grow beyond it.
pub const EVENTS_MAX: u64 = 20_000;
/// Flags in one diagram.
const FLAGS_MAX: usize = 60;
/// Things said in the list for those who cannot see the picture.
const NEARBY_MAX: usize = 20;
/// Events looked at beyond the diagram's end, for what was sent before it.
const LOOK_AHEAD: u64 = 512;

/// What is looked at, and how much room there is for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// The window's left edge. Before the start it is negative.
    pub from_ns: i64,
    pub span_ns: u64,
    /// The window's size in pixels.
    pub width: u32,
    pub height: u32,
    /// How wide a letter is at most, in pixels, and how high a label.
    pub letter: f64,
    pub label: i32,
}

impl Lens {
    /// The time at the diagram's place zero: half a window to a whole one before the left edge.
    #[must_use]
    pub fn anchor(&self) -> i64 {
        anchor(self.from_ns, self.span_ns)
    }

    /// Pixels from the diagram's place zero.
    fn x(&self, at_ns: i64) -> i32 {
        (as_f64(at_ns - self.anchor()) * f64::from(self.width) / self.span_ns.max(1) as f64).round() as i32
    }

    /// Where the diagram ends.
    fn end_ns(&self) -> i64 {
        self.anchor() + 5 * half(self.span_ns)
    }
}

fn as_f64(ns: i64) -> f64 {
    ns as f64
}

fn half(span_ns: u64) -> i64 {
    (span_ns / 2).clamp(1, i64::MAX as u64 / 8) as i64
}

/// The time at the place zero of the diagram that shows a window: the same for windows that are not far from each other.
#[must_use]
pub fn anchor(from_ns: i64, span_ns: u64) -> i64 {
    let half = half(span_ns);
    from_ns.div_euclid(half) * half - half
}

/// The window that shows a few exchanges over the link well, in a plot so many pixels wide.
#[must_use]
pub fn first_span(config: &Config, width: u32) -> u64 {
    let flights = (u64::from(width.clamp(300, 1_400)) / 52).max(11);
    config.link.latency_ns.max(100) * flights
}

/// The diagram, in pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpaceTime {
    /// The time at place zero.
    pub anchor_ns: i64,
    pub lanes: Vec<Lane>,
    /// Where the lanes begin and end, from above.
    pub top: i32,
    pub bottom: i32,
    pub ticks: Vec<Tick>,
    pub bars: Vec<Bar>,
    pub strokes: Vec<Stroke>,
    /// Counts instead of strokes, when there would be too many of those.
    pub folds: Vec<Fold>,
    pub notes: Vec<Note>,
    pub flags: Vec<Flag>,
    /// Events of the diagram: what it costs.
    pub events: u64,
    /// The events within the window: from the first to before the second number.
    pub seen: (u64, u64),
    /// Nothing at all is said in the window.
    pub quiet: bool,
    /// What is in the window, in a sentence.
    pub summary: String,
    /// What happens around the instant in view, for those who cannot see the picture.
    pub nearby: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// `Host 1`, `A`, `Array`.
    pub name: String,
    pub y: i32,
    pub controller: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    pub x: i32,
    /// `18.5 ms`
    pub text: String,
}

/// Whether something has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Past,
    /// On its way at the instant in view.
    Flying,
    /// Leaves before the next event.
    Leaving,
    /// Recorded ahead.
    Future,
}

impl Phase {
    /// Whether now can be within it before the next event.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(self, Phase::Flying | Phase::Leaving)
    }
}

/// What a line or a bar is drawn like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Carries blocks over the link.
    Data,
    /// Makes DATA count.
    Meta,
    /// Any other message.
    Control,
    /// A heartbeat, or a look into a mailbox.
    Beat,
    /// A request of a host, or an answer to one.
    Host,
    /// A command to a disk that reads.
    Read,
    /// … and one that writes.
    Write,
    /// The record on the array, and fences.
    Record,
}

impl Ink {
    /// The class that the style sheet draws by.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Ink::Data => "data",
            Ink::Meta => "meta",
            Ink::Control => "control",
            Ink::Beat => "beat",
            Ink::Host => "host-io",
            Ink::Read => "read",
            Ink::Write => "write",
            Ink::Record => "record-io",
        }
    }
}

/// Something said, as a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    /// The event at which it arrives.
    pub event: u64,
    pub ink: Ink,
    pub phase: Phase,
    pub from: (i32, i32),
    pub to: (i32, i32),
    pub label: Option<Label>,
    /// Everything about it, in words.
    pub title: String,
    pub kind: EventKind,
    /// It ends in a cross: it did not get through.
    pub lost: bool,
}

/// A name in a box, or without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub text: String,
    /// The middle of the box.
    pub x: i32,
    pub y: i32,
    pub width: i32,
}

/// Something that takes its time on one lane: a host waits, a disk works.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The event that ends it.
    pub event: u64,
    pub ink: Ink,
    pub phase: Phase,
    pub from_x: i32,
    pub to_x: i32,
    pub y: i32,
    pub height: i32,
    pub label: Option<Label>,
    pub title: String,
}

/// All that passed between two lanes for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    /// The first event of it.
    pub event: u64,
    pub count: u32,
    /// 1 to 4: how much that is.
    pub weight: u8,
    pub phase: Phase,
    pub x: i32,
    pub from_y: i32,
    pub to_y: i32,
    pub label: Option<Label>,
    pub title: String,
}

/// A point on a lane at which something happens to a controller.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub event: u64,
    pub phase: Phase,
    pub x: i32,
    pub y: i32,
    pub label: Option<Label>,
    pub title: String,
}

/// Something is broken or mended.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    pub event: u64,
    pub phase: Phase,
    pub x: i32,
    pub breaks: bool,
    pub label: Option<Label>,
    pub title: String,
}

/// How many of what there are in the window.
#[derive(Default)]
struct Census {
    messages: u64,
    requests: u64,
    disks: u64,
    faults: u64,
}

/// Makes the diagram.
#[must_use]
pub fn spacetime(log: &EventLog, config: &Config, position: u64, lens: &Lens) -> SpaceTime {
    let asker = Asker::new(log, config, position);
    let plan = lanes::plan(log, config, lens);
    let (from_ns, end_ns) = (lens.anchor(), lens.end_ns());
    let first = asker.first_at(from_ns);
    let last = asker.first_at(end_ns);
    let seen_to_ns = lens.from_ns.saturating_add(lens.span_ns.min(i64::MAX as u64) as i64);
    let seen = (asker.first_at(lens.from_ns), asker.first_at(seen_to_ns));
    let mut diagram = SpaceTime {
        anchor_ns: from_ns,
        top: plan.top,
        bottom: plan.bottom,
        ticks: axis::ticks(lens),
        events: last - first,
        seen,
        ..SpaceTime::default()
    };
    let (mut acts, mut flags, mut notes): (Vec<Act>, Vec<u64>, Vec<u64>) =
        (Vec::new(), Vec::new(), Vec::new());
    let mut census = Census::default();
    for index in first..(last + LOOK_AHEAD).min(log.len()) {
        let Some(entry) = log.get(index) else { break };
        acts.extend(asker.lost(index).filter(|act| act.sent_ns < end_ns));
        if let EventKind::Fault { .. } = entry.kind {
            if index < last && flags.len() < FLAGS_MAX {
                flags.push(index);
            }
            census.faults += u64::from(index >= seen.0 && index < seen.1);
        } else if acts::note_words(entry.kind).is_some() {
            if index < last && notes.len() < FLAGS_MAX {
                notes.push(index);
            }
        } else if let Some(act) = asker.act(index)
            && act.sent_ns < end_ns
        {
            if index >= seen.0 && index < seen.1 {
                match act.ink {
                    Ink::Host => census.requests += 1,
                    Ink::Read | Ink::Write => census.disks += 1,
                    Ink::Data | Ink::Meta | Ink::Control | Ink::Beat | Ink::Record => census.messages += 1,
                }
            }
            acts.push(act);
        }
    }
    diagram.quiet = !acts.iter().any(|act| act.sent_ns < seen_to_ns && act.at_ns > lens.from_ns);
    let nearby = nearby(&acts, &asker, seen, position);
    draw::draw(&mut diagram, &asker, &plan, lens, &acts, &notes);
    diagram.flags = draw_flags(&asker, &plan, lens, &flags);
    diagram.summary = summary(&census, lens.from_ns, seen_to_ns, asker.now_ns);
    diagram.nearby = nearby;
    diagram.lanes = plan.lanes;
    diagram
}

fn draw_flags(asker: &Asker<'_>, plan: &Plan, lens: &Lens, flags: &[u64]) -> Vec<Flag> {
    let mut free_from = i32::MIN;
    let flag = |&event: &u64| {
        let entry = asker.log.get(event)?;
        let EventKind::Fault { fault } = entry.kind else { return None };
        let text = fault_words(fault);
        let x = lens.x(signed(entry.at_ns));
        let width = shelf::width(&text, lens);
        // The words stand to the right of the pole.
        let label =
            (x > free_from).then(|| Label { x: x + width / 2, y: plan.flags, width, text: text.clone() });
        if label.is_some() {
            free_from = x + width + 4;
        }
        let title = format!("{}: {text}", time_text(entry.at_ns));
        Some(Flag { event, phase: asker.phase(event, entry.at_ns), x, breaks: fault.breaks(), label, title })
    };
    flags.iter().filter_map(flag).collect()
}

/// A virtual time that can be before the start.
fn signed(ns: u64) -> i64 {
    ns.min(i64::MAX as u64) as i64
}

fn unsigned(ns: i64) -> u64 {
    ns.max(0) as u64
}

fn summary(census: &Census, from_ns: i64, to_ns: i64, now_ns: u64) -> String {
    let kinds = [
        (census.messages, mark!("{n} message"), mark!("{n} messages")),
        (census.requests, mark!("{n} request or answer"), mark!("{n} requests and answers")),
        (census.disks, mark!("{n} disk command"), mark!("{n} disk commands")),
        (census.faults, mark!("{n} fault"), mark!("{n} faults")),
    ];
    let mut said = String::new();
    for (count, one, more) in kinds {
        if count > 0 {
            if !said.is_empty() {
                said.push_str(", ");
            }
            said.push_str(&speak(Text::new(
                if count == 1 { one } else { more },
                [Arg::from(count_text(count))],
            )));
        }
    }
    if said.is_empty() {
        said.push_str(tr("nothing is said"));
    }
    let span = acts::span(unsigned(from_ns), unsigned(to_ns));
    say!("Space-time diagram, {span}: {said}. Now is {time}.", span, said, time = time_text(now_ns))
}

/// Things said, in order, the instant in view about in their middle.
fn nearby(acts: &[Act], asker: &Asker<'_>, seen: (u64, u64), position: u64) -> Vec<String> {
    let mine: Vec<&Act> = acts.iter().filter(|act| act.event >= seen.0 && act.event < seen.1).collect();
    let here = mine.partition_point(|act| act.event < position);
    let from = here.saturating_sub(NEARBY_MAX / 2).min(mine.len().saturating_sub(NEARBY_MAX));
    mine[from..]
        .iter()
        .take(NEARBY_MAX)
        .map(|act| {
            let mut text = asker.title(act);
            if act.event >= position {
                text.push_str(tr(" (to come)"));
            }
            text
        })
        .collect()
}
