//! Draws the space-time diagram: three pictures over each other, so that what is on its way can be cut off at now.

use crate::scene::spacetime::{Bar, Ink, Label, Lens, Phase, SpaceTime};
use yew::prelude::*;

/// Where poles and the axis' lines begin, from above.
const AXIS: i32 = 24;

fn phase_class(phase: Phase) -> &'static str {
    match phase {
        Phase::Past => "past",
        Phase::Flying => "flying",
        Phase::Leaving => "leaving",
        Phase::Future => "future",
    }
}

/// Classes, as an attribute.
fn words(words: &[&str]) -> AttrValue {
    words.join(" ").into()
}

/// Something that leads to an event when it is clicked.
fn leads(
    event: u64,
    testid: Option<&'static str>,
    class: AttrValue,
    title: Option<&str>,
    inner: [Html; 3],
) -> Html {
    let title = title.map(|title| html! { <title>{ title }</title> });
    html! { <g {class} data-seek={event.to_string()} data-testid={testid}>{ title }{ for inner }</g> }
}

fn line(from: (i32, i32), to: (i32, i32), class: &'static str, tip: Option<&'static str>) -> Html {
    html! {
        <line class={class} x1={from.0.to_string()} y1={from.1.to_string()} x2={to.0.to_string()} y2={to.1.to_string()} marker-end={tip} />
    }
}

fn rect(left: i32, middle: i32, width: i32, height: i32) -> Html {
    html! {
        <rect x={left.to_string()} y={(middle - height / 2).to_string()} width={width.to_string()} height={height.to_string()} rx="4" />
    }
}

fn text(x: i32, y: i32, class: &'static str, text: &str) -> Html {
    html! { <text class={class} x={x.to_string()} y={y.to_string()}>{ text }</text> }
}

/// Arrow heads, one for each colour: a marker cannot take the colour of its line everywhere.
fn heads() -> Html {
    let heads = [Ink::Data, Ink::Meta, Ink::Control, Ink::Record].into_iter().map(|ink| {
        html! {
            <marker id={head(ink).1} class={words(&["tip", ink.class()])} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" markerHeight="11"
                markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" /></marker>
        }
    });
    html! {
        <defs>
            { for heads }
            <marker id="st-lost" class="tip" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="15" markerHeight="15" markerUnits="userSpaceOnUse" orient="auto"><path class="cross" d="M1 1L9 9M9 1L1 9" /></marker>
        </defs>
    }
}

/// The address of the arrow head, and its name.
fn head(ink: Ink) -> (&'static str, &'static str) {
    match ink {
        Ink::Data => ("url(#st-data)", "st-data"),
        Ink::Meta => ("url(#st-meta)", "st-meta"),
        Ink::Record => ("url(#st-record)", "st-record"),
        _ => ("url(#st-control)", "st-control"),
    }
}

/// The names of the lanes, beside the plot.
pub fn names(diagram: &SpaceTime) -> Html {
    let names = diagram
        .lanes
        .iter()
        .map(|lane| text(0, lane.y, if lane.controller { "ctl-name" } else { "lane-name" }, &lane.name));
    html! { <svg aria-hidden="true">{ for names }</svg> }
}

fn bar_rect(bar: &Bar) -> Html {
    rect(bar.from_x, bar.y, bar.to_x - bar.from_x, bar.height)
}

/// Axis, lanes, lines and bars.
pub fn picture(diagram: &SpaceTime) -> Html {
    let none = Html::default;
    let ticks = diagram.ticks.iter().map(|tick| {
        html! { <g key={tick.x} class="tick">{ line((tick.x, AXIS), (tick.x, diagram.bottom), "", None) }{ text(tick.x, 16, "", &tick.text) }</g> }
    });
    let lanes = diagram.lanes.iter().map(|lane| {
        let y = lane.y.to_string();
        html! { <line class={if lane.controller { "space-lane of-ctl" } else { "space-lane" }} x1="0" x2="100%" y1={y.clone()} y2={y} /> }
    });
    let bars = diagram.bars.iter().map(|bar| {
        let class = words(&["bar-of", bar.ink.class(), phase_class(bar.phase)]);
        leads(bar.event, None, class, Some(&bar.title), [bar_rect(bar), none(), none()])
    });
    let strokes = diagram.strokes.iter().map(|stroke| {
        // What only says that a command was given has no arrow head: it ends at the bar.
        let tip = match stroke.ink {
            _ if stroke.lost => Some("url(#st-lost)"),
            Ink::Beat | Ink::Read | Ink::Write => None,
            ink => Some(head(ink).0),
        };
        let (from, to) = (stroke.from, stroke.to);
        let inner = [line(from, to, "reach", None), line(from, to, "ink", tip), none()];
        let class = words(&["stroke", stroke.ink.class(), phase_class(stroke.phase)]);
        leads(stroke.event, Some("stroke"), class, Some(&stroke.title), inner)
    });
    let folds = diagram.folds.iter().map(|fold| {
        let weight = ["w1", "w2", "w3", "w4"][usize::from(fold.weight.clamp(1, 4)) - 1];
        let class = words(&["fold", weight, phase_class(fold.phase)]);
        let inner = [line((fold.x, fold.from_y), (fold.x, fold.to_y), "", None), none(), none()];
        leads(fold.event, Some("fold"), class, Some(&fold.title), inner)
    });
    html! {
        <svg class="space-svg" role="img" aria-label={diagram.summary.clone()} data-testid="space-svg">
            { heads() }
            <g class="glide">{ for ticks }</g>
            { for lanes }
            <g class="glide">{ for folds }{ for bars }{ for strokes }</g>
        </svg>
    }
}

/// What is on its way, drawn as if it had arrived: what lies over it ends at now.
pub fn flying(diagram: &SpaceTime) -> Html {
    let group = |class: &str, ink: Ink, inner: Html| html! { <g class={words(&[class, ink.class(), "past"])}>{ inner }</g> };
    let bars = diagram.bars.iter().filter(|bar| bar.phase.is_under_way());
    let bars = bars.map(|bar| group("bar-of", bar.ink, bar_rect(bar)));
    let strokes = diagram.strokes.iter().filter(|stroke| stroke.phase.is_under_way());
    let strokes =
        strokes.map(|stroke| group("stroke", stroke.ink, line(stroke.from, stroke.to, "ink", None)));
    html! { <svg><g class="glide">{ for bars }{ for strokes }</g></svg> }
}

/// A label, if there is one.
fn tag(label: Option<&Label>, height: i32, class: &str, phase: Phase, event: u64) -> Html {
    let Some(label) = label else { return Html::default() };
    let inner = [
        rect(label.x - label.width / 2, label.y, label.width, height),
        text(label.x, label.y, "", &label.text),
        Html::default(),
    ];
    leads(event, Some("space-label"), words(&["tag", class, phase_class(phase)]), None, inner)
}

/// Labels, flags and notes, over everything.
pub fn labels(diagram: &SpaceTime, lens: &Lens) -> Html {
    let height = lens.label;
    let mut all: Vec<Html> = Vec::new();
    for flag in &diagram.flags {
        let (from, to) = ((flag.x, AXIS), (flag.x, diagram.bottom));
        let label = tag(flag.label.as_ref(), height, "", flag.phase, flag.event);
        let class =
            words(&["space-flag", if flag.breaks { "breaks" } else { "mends" }, phase_class(flag.phase)]);
        let inner = [line(from, to, "reach", None), line(from, to, "ink", None), label];
        all.push(leads(flag.event, Some("space-flag"), class, Some(&flag.title), inner));
    }
    for bar in &diagram.bars {
        all.push(tag(bar.label.as_ref(), height, "bare", bar.phase, bar.event));
    }
    for fold in &diagram.folds {
        all.push(tag(fold.label.as_ref(), height, "control", fold.phase, fold.event));
    }
    for stroke in &diagram.strokes {
        all.push(tag(stroke.label.as_ref(), height, stroke.ink.class(), stroke.phase, stroke.event));
    }
    for note in &diagram.notes {
        let dot = html! { <circle cx={note.x.to_string()} cy={note.y.to_string()} r="5" /> };
        let label = tag(note.label.as_ref(), height, "bare", note.phase, note.event);
        let class = words(&["space-note", phase_class(note.phase)]);
        all.push(leads(note.event, None, class, Some(&note.title), [dot, label, Html::default()]));
    }
    html! { <svg class="space-over" aria-hidden="true"><g class="glide">{ for all }</g></svg> }
}
