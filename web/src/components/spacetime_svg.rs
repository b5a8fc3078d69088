//! Draws the space-time diagram: three pictures over each other, so that what is on its way can be cut off at now.

use crate::scene::spacetime::{Ink, Label, Lens, Phase, SpaceTime};
use yew::prelude::*;

fn phase_class(phase: Phase) -> &'static str {
    match phase {
        Phase::Past => "past",
        Phase::Flying => "flying",
        Phase::Leaving => "leaving",
        Phase::Future => "future",
    }
}

/// Arrow heads, one for each colour: a marker cannot take the colour of its line everywhere.
fn heads() -> Html {
    let heads = [Ink::Data, Ink::Meta, Ink::Control, Ink::Record].into_iter().map(|ink| {
        let id = head(ink);
        html! {
            <marker id={&id[5..id.len() - 1]} class={classes!("tip", ink.class())} viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" markerHeight="11"
                markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" /></marker>
        }
    });
    html! { <defs>{ for heads }</defs> }
}

/// The address of the arrow head.
fn head(ink: Ink) -> &'static str {
    match ink {
        Ink::Data => "url(#st-data)",
        Ink::Meta => "url(#st-meta)",
        Ink::Record => "url(#st-record)",
        _ => "url(#st-control)",
    }
}

/// The names of the lanes, beside the plot.
pub fn names(diagram: &SpaceTime) -> Html {
    let names = diagram.lanes.iter().map(|lane| {
        html! { <text class={classes!(lane.controller.then_some("ctl-name"))} x="0" y={lane.y.to_string()}>{ &lane.name }</text> }
    });
    html! { <svg aria-hidden="true">{ for names }</svg> }
}

fn line(from: (i32, i32), to: (i32, i32), class: &'static str, tip: Option<&'static str>) -> Html {
    html! {
        <line class={class} x1={from.0.to_string()} y1={from.1.to_string()} x2={to.0.to_string()} y2={to.1.to_string()} marker-end={tip} />
    }
}

/// Axis, lanes, lines and bars.
pub fn picture(diagram: &SpaceTime) -> Html {
    let bottom = diagram.bottom;
    let ticks = diagram.ticks.iter().map(|tick| {
        html! {
            <g key={tick.x} class="tick">{ line((tick.x, 24), (tick.x, bottom), "", None) }<text x={tick.x.to_string()} y="16">{ &tick.text }</text></g>
        }
    });
    let lanes = diagram.lanes.iter().map(|lane| {
        let y = lane.y.to_string();
        html! { <line class={classes!("space-lane", lane.controller.then_some("of-ctl"))} x1="0" x2="100%" y1={y.clone()} y2={y} /> }
    });
    let bars = diagram.bars.iter().map(|bar| {
        html! {
            <g key={bar.event} class={classes!("bar-of", bar.ink.class(), phase_class(bar.phase))} data-seek={bar.event.to_string()}>
                <title>{ &bar.title }</title>
                <rect x={bar.from_x.to_string()} y={(bar.y - bar.height / 2).to_string()} width={(bar.to_x - bar.from_x).to_string()} height={bar.height.to_string()} rx={(bar.height / 2).min(4).to_string()} />
            </g>
        }
    });
    let strokes = diagram.strokes.iter().map(|stroke| {
        // What only says that a command was given has no arrow head: it ends at the bar.
        let tip = (!matches!(stroke.ink, Ink::Beat | Ink::Read | Ink::Write)).then(|| head(stroke.ink));
        html! {
            <g key={stroke.event} class={classes!("stroke", stroke.ink.class(), phase_class(stroke.phase))} data-seek={stroke.event.to_string()} data-testid="stroke">
                <title>{ &stroke.title }</title>
                { line(stroke.from, stroke.to, "reach", None) }
                { line(stroke.from, stroke.to, "ink", tip) }
            </g>
        }
    });
    let folds = diagram.folds.iter().map(|fold| {
        html! {
            <g key={format!("{}-{}", fold.event, fold.from_y)} class={classes!("fold", format!("w{}", fold.weight), phase_class(fold.phase))} data-seek={fold.event.to_string()} data-testid="fold">
                <title>{ &fold.title }</title>{ line((fold.x, fold.from_y), (fold.x, fold.to_y), "", None) }
            </g>
        }
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
    let bars = diagram.bars.iter().filter(|bar| bar.phase.is_under_way()).map(|bar| {
        html! { <g class={classes!("bar-of", bar.ink.class(), "past")}><rect x={bar.from_x.to_string()} y={(bar.y - bar.height / 2).to_string()} width={(bar.to_x - bar.from_x).to_string()} height={bar.height.to_string()} rx={(bar.height / 2).min(4).to_string()} /></g> }
    });
    let strokes = diagram.strokes.iter().filter(|stroke| stroke.phase.is_under_way()).map(|stroke| {
        html! { <g class={classes!("stroke", stroke.ink.class(), "past")}>{ line(stroke.from, stroke.to, "ink", None) }</g> }
    });
    html! { <svg><g class="glide">{ for bars }{ for strokes }</g></svg> }
}

fn boxed(label: &Label, height: i32, class: Classes, event: u64) -> Html {
    let left = (label.x - label.width / 2).to_string();
    html! {
        <g {class} data-seek={event.to_string()} data-testid="space-label">
            <rect x={left} y={(label.y - height / 2).to_string()} width={label.width.to_string()} height={height.to_string()} rx="4" />
            <text x={label.x.to_string()} y={label.y.to_string()}>{ &label.text }</text>
        </g>
    }
}

/// Labels, flags and notes, over everything.
pub fn labels(diagram: &SpaceTime, lens: &Lens) -> Html {
    let height = lens.label;
    let strokes = diagram.strokes.iter().filter_map(|stroke| {
        let class = classes!("tag", stroke.ink.class(), phase_class(stroke.phase));
        stroke.label.as_ref().map(|label| boxed(label, height, class, stroke.event))
    });
    let bars = diagram.bars.iter().filter_map(|bar| {
        let class = classes!("tag", "bare", phase_class(bar.phase));
        bar.label.as_ref().map(|label| boxed(label, height, class, bar.event))
    });
    let folds = diagram.folds.iter().filter_map(|fold| {
        let class = classes!("tag", "control", phase_class(fold.phase));
        fold.label.as_ref().map(|label| boxed(label, height, class, fold.event))
    });
    let notes = diagram.notes.iter().map(|note| {
        let label = note.label.as_ref().map(|label| boxed(label, height, classes!("tag", "bare", phase_class(note.phase)), note.event));
        html! {
            <g key={note.event} class={classes!("space-note", phase_class(note.phase))} data-seek={note.event.to_string()}>
                <title>{ &note.title }</title><circle cx={note.x.to_string()} cy={note.y.to_string()} r="5" />{ label }
            </g>
        }
    });
    let flags = diagram.flags.iter().map(|flag| {
        let label = flag.label.as_ref().map(|label| boxed(label, height, classes!("tag"), flag.event));
        let x = flag.x;
        html! {
            <g key={flag.event} class={classes!("space-flag", if flag.breaks { "breaks" } else { "mends" }, phase_class(flag.phase))}
                data-seek={flag.event.to_string()} data-testid="space-flag">
                <title>{ &flag.title }</title>
                { line((x, 24), (x, diagram.bottom), "reach", None) }{ line((x, 24), (x, diagram.bottom), "ink", None) }{ label }
            </g>
        }
    });
    html! {
        <svg class="space-over" aria-hidden="true"><g class="glide">{ for flags }{ for bars }{ for folds }{ for strokes }{ for notes }</g></svg>
    }
}
