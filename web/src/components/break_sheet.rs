//! Everything that can be broken and mended, each with what follows from it.

use super::icon::icon;
use super::sheet::Sheet;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::model::{FaultButton, FaultGroup};
use crate::session::Command;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct BreakSheetProps {
    pub faults: Rc<Vec<FaultButton>>,
    /// What would be undone.
    pub undo: Option<String>,
    pub act: Callback<Action>,
}

#[function_component(BreakSheet)]
pub fn break_sheet(props: &BreakSheetProps) -> Html {
    let close = props.act.reform(|()| Action::Close);
    let groups = FaultGroup::ALL.into_iter().map(|group| {
        // Of disks, "fail a disk" is one choice: each disk has its own on the stage.
        let mine = props.faults.iter().filter(|fault| fault.group == group && !fault.id.starts_with("disk-"));
        html! {
            <section key={group.title()}>
                <h3>{ group.title() }</h3>
                <ul>{ for mine.map(|fault| html! { <li key={fault.id.clone()}>{ fault_button(fault) }<p>{ fault.about }</p></li> }) }</ul>
            </section>
        }
    });
    html! {
        <Sheet title={tr("Break it, mend it")} label={tr("Break it")} class="breaks" testid="break-sheet" {close}>
            <p class="sub">{ tr("It happens at the moment that is shown. What came after it is simulated anew.") }</p>
            if let Some(label) = &props.undo { { undo(label, &props.act) } }
            <div class="break-groups">{ for groups }</div>
        </Sheet>
    }
}

fn undo(label: &str, act: &Callback<Action>) -> Html {
    let send = act.clone();
    let onclick = move |_: MouseEvent| {
        send.emit(Action::Close);
        send.emit(Action::Play(Command::Undo));
    };
    html! { <button class="btn undo-wide" {onclick}>{ icon("#i-undo", "ic20") }{ say!("Undo: {label}", label = label.to_owned()) }</button> }
}

/// A button that breaks or mends something; the page hears of clicks by its `data-break`.
pub fn fault_button(fault: &FaultButton) -> Html {
    button(fault, &fault.label)
}

/// … where there is little room.
pub fn short_button(fault: &FaultButton) -> Html {
    button(fault, &fault.short)
}

fn button(fault: &FaultButton, label: &str) -> Html {
    let key = fault.key.map(String::from);
    let title = match &key {
        Some(key) => format!("{} ({key}). {}", fault.label, fault.about),
        None => format!("{}. {}", fault.label, fault.about),
    };
    // The name begins with what eyes see.
    let said = key.as_ref().map_or_else(|| label.to_owned(), |key| format!("{label} {key}"));
    html! {
        <button class={classes!("fault", fault.mends.then_some("mends"))} {title} aria-label={said} disabled={fault.disabled}
            data-break={fault.id.clone()} data-testid={format!("break-{}", fault.id)}>
            { icon(fault.icon, "ic20") }<span>{ label }</span>
            if let Some(key) = key { { " " }<kbd aria-hidden="true">{ key }</kbd> }
        </button>
    }
}
