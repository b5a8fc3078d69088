//! The inspector: what was chosen (slot, message, disk block, request, record), and its line as both controllers see it.

use super::break_sheet::fault_button;
use super::causes::why_button;
use super::legend::badge;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::model::{Bit, BitMark, Equation, FaultButton, FaultGroup, Inspector, Term, Value};
use yew::prelude::*;

/// The inspector's content; with what can be done to a message that is on its way.
pub fn inspect(it: &Inspector, faults: &[FaultButton], act: &Callback<Action>) -> Html {
    let tricks: Vec<&FaultButton> =
        faults.iter().filter(|fault| fault.group == FaultGroup::Message).collect();
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
            if !it.fields.is_empty() {
                <dl class="fields" data-testid="fields">{ for it.fields.iter().map(|field| html! { <div key={field.label}><dt>{ field.label }</dt><dd>{ &field.value }</dd></div> }) }</dl>
            }
            if let Some(parity) = &it.parity { { equation(parity) } }
            if let Some(line) = it.line.filter(|_| !it.fields.is_empty()) { <h3>{ say!("Line {line}", line) }</h3> }
            if !it.rows.is_empty() {
            <table class="pair">
                <thead><tr><td></td><th scope="col">{ "A " }<span>{ &it.sides[0] }</span></th><th scope="col">{ "B " }<span>{ &it.sides[1] }</span></th></tr></thead>
                <tbody>{ for rows }{ for maps }</tbody>
            </table>
            }
            if !it.note.is_empty() {
                <div class="newest"><h3>{ &it.note_title }</h3><p>{ &it.note }</p></div>
            }
            if !tricks.is_empty() {
                <div class="what-if" data-testid="tamper">
                    <h3>{ tr("What if the link did this?") }</h3>
                    <p>{ tr("No correct link does. Run on, and see which rule breaks.") }</p>
                    <div>{ for tricks.into_iter().map(fault_button) }</div>
                </div>
            }
            <p class="follow">
                if it.line.is_some() { { why_button("why-line", tr("Why is this line as it is?"), false, Action::WhyLine, act) } }
                if it.following {
                    { tr("Follows the story until you click.") }
                } else {
                    <button class="btn" data-testid="release" onclick={release}>{ tr("Follow the story again") }</button>
                }
            </p>
        </div>
    }
}

/// A row of a stripe: what is on each disk, and how one follows from the others.
fn equation(it: &Equation) -> Html {
    let (row, rows) = it.row;
    let term = |term: &Term| {
        html! {
            <tr key={term.disk} class={classes!(term.chosen.then_some("picked"))}>
                <th scope="row">{ say!("Disk {disk}", disk = term.disk) }</th><td>{ &term.what }</td>
                <td><code>{ &term.value }</code>if let Some(cached) = &term.cached { { " " }<span class="to" title={tr("What the cache holds, and a flush will write")}>{ format!("→ {cached}") }</span> }</td>
            </tr>
        }
    };
    html! {
        <div class="parity" data-testid="parity">
            <table class="pair" aria-label={tr("One row of the stripe")}>
                <thead><tr><td></td><th scope="col">{ tr("Holds") }</th><th scope="col">{ tr("Value") }</th></tr></thead>
                <tbody>{ for it.terms.iter().map(term) }</tbody>
            </table>
            <p class="eq"><code>{ &it.text }</code></p>
            <p class={classes!("eq-v", (!it.holds).then_some("bad"))}>{ &it.verdict }</p>
            <p class="sub">{ tr("Values in hex: a block holds the number of the write that it came from, 00 when it was never written.") }
                if rows > 1 { { " " }{ say!("This is row {row} of {rows}.", row, rows) } }</p>
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
            BitMark::Off => ("", tr("no")),
            BitMark::Valid => ("v", tr("valid")),
            BitMark::Dirty => ("d", tr("dirty")),
            BitMark::Incoming => ("n", tr("being mirrored")),
        };
        let said = say!("block {lbn}: {word}", lbn = bit.lbn, word);
        html! { <li key={bit.lbn.to_string()} class={class} title={said.clone()} aria-label={said}>{ format!("{:02}", bit.lbn % 100) }</li> }
    });
    html! { <ol class={classes!((bits.len() > 4).then_some("many"))}>{ for marks }</ol> }
}
