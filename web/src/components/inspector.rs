//! The inspector: one line (or slot, message, disk block) as both controllers see it.

use super::legend::{badge, full_key};
use crate::action::Action;
use crate::scene::model::{Bit, BitMark, Inspector, Value};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct RailProps {
    pub inspector: Option<Rc<Inspector>>,
    /// What there is to see in this scenario; empty for a trace.
    pub about: String,
    /// Small screens: the rail is a drawer, and open.
    pub open: bool,
    pub act: Callback<Action>,
}

#[function_component(Rail)]
pub fn rail(props: &RailProps) -> Html {
    let close = {
        let send = props.act.clone();
        move |_| send.emit(Action::ToggleInspector)
    };
    html! {
        <aside class={classes!("rail", props.open.then_some("open"))} aria-label="Inspector" data-testid="inspector">
            <div class="rail-h"><h2>{ "Inspector" }</h2><button class="btn ghost close" onclick={close}>{ "Close" }</button></div>
            <div class="pane">
                if let Some(inspector) = &props.inspector {
                    { inspect(inspector, &props.act) }
                } else {
                    <p class="empty">{ "Click a slot, a queue chip, a message or a disk block to see it from both sides." }</p>
                }
            </div>
            <div class="pane two">
                if !props.about.is_empty() {
                    <h3>{ "What to watch for" }</h3>
                    <p class="about">{ &props.about }</p>
                }
                <h3>{ "Also on the stage" }</h3>
                { full_key(false) }
            </div>
        </aside>
    }
}

fn inspect(it: &Inspector, act: &Callback<Action>) -> Html {
    let release = {
        let send = act.clone();
        move |_| send.emit(Action::Escape)
    };
    let rows = it.rows.iter().map(|row| {
        html! { <tr key={row.label}><th scope="row">{ row.label }</th><td>{ value(&row.a) }</td><td>{ value(&row.b) }</td></tr> }
    });
    let maps = it.maps.iter().map(|row| {
        html! { <tr key={row.label} class="bits"><th scope="row">{ row.label }</th><td>{ bits(&row.a) }</td><td>{ bits(&row.b) }</td></tr> }
    });
    html! {
        <div class="inspector">
            <div class="ins-h">
                <h2 data-testid="inspector-title">{ &it.title }</h2>
                <p>{ &it.subtitle }</p>
                { it.badge.map(badge) }
            </div>
            <table class="pair">
                <thead><tr><td></td><th scope="col">{ "A " }<span>{ &it.sides[0] }</span></th><th scope="col">{ "B " }<span>{ &it.sides[1] }</span></th></tr></thead>
                <tbody>{ for rows }{ for maps }</tbody>
            </table>
            if !it.note.is_empty() {
                <div class="newest"><h3>{ &it.note_title }</h3><p>{ &it.note }</p></div>
            }
            <p class="follow">
                if it.following {
                    { "Follows the story. Click anything to hold it here." }
                } else {
                    <button class="btn" data-testid="release" onclick={release}>{ "Follow the story again" }</button>
                }
            </p>
        </div>
    }
}

fn value(value: &Value) -> Html {
    html! {
        <>
            { if value.now.is_empty() { "–" } else { value.now.as_str() } }
            if let Some(next) = &value.next { { " " }<span class="to">{ format!("→ {next}") }</span> }
        </>
    }
}

/// A map's blocks, by the last two digits of their numbers: a line's blocks lie together.
fn bits(bits: &[Bit]) -> Html {
    if bits.is_empty() {
        return html! { "–" };
    }
    let marks = bits.iter().map(|bit| {
        let (class, word) = match bit.mark {
            BitMark::Off => ("", "no"),
            BitMark::Valid => ("v", "valid"),
            BitMark::Dirty => ("d", "dirty"),
            BitMark::Incoming => ("n", "being mirrored"),
        };
        let said = format!("block {}: {word}", bit.lbn);
        html! { <li key={bit.lbn.to_string()} class={class} title={said.clone()} aria-label={said}>{ format!("{:02}", bit.lbn % 100) }</li> }
    });
    html! { <ol class={classes!((bits.len() > 4).then_some("many"))}>{ for marks }</ol> }
}
