//! One controller: cache memory, write-back queue, hash table, free lists. B is A's mirror image.

use super::icon::icon;
use super::slots::RegionView;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::look::Look;
use crate::scene::model::{
    Condition, ControllerCard, FaultButton, FreeList, HashView, Heart, QueueView, Selection, Slots, Tone,
};
use crate::scene::pick::to_pick;
use crate::scene::words::{count_text, runs_text};
use crate::theme::Skin;
use mirrorline_engine::ids::ControllerId;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ControllerProps {
    pub card: Rc<ControllerCard>,
    /// Its power symbol.
    pub power: Option<FaultButton>,
    pub skin: Skin,
    pub act: Callback<Action>,
}

/// How small the cells must be for both regions to fit side by side.
fn density(card: &ControllerCard) -> &'static str {
    if matches!(card.own.slots, Slots::Heat(_)) || matches!(card.lent.slots, Slots::Heat(_)) {
        return "d-heat";
    }
    match (card.own.total, card.lent.total) {
        (0..=12, 0..=9) => "d1",
        (0..=24, 0..=20) => "d2",
        (own, lent) if own + lent <= 48 => "d3",
        (own, lent) if own + lent <= 130 => "d3 d4",
        _ => "d3 d5",
    }
}

#[function_component(Controller)]
pub fn controller(props: &ControllerProps) -> Html {
    let card = &props.card;
    let letter = card.id.letter();
    let region = |title: String, class, region: &crate::scene::model::Region| {
        html! { <RegionView title={title} class={class} region={region.clone()} skin={props.skin} act={props.act.clone()} /> }
    };
    let own = region(tr("Own lines").into(), "own", &card.own);
    let lent = region(say!("Lent to {peer}", peer = card.id.peer()), "lent", &card.lent);
    let memory = match card.id {
        ControllerId::A => html! { <>{ own }{ lent }</> },
        ControllerId::B => html! { <>{ lent }{ own }</> },
    };
    let side = if card.id == ControllerId::A { "a" } else { "b" };
    html! {
        <section class={classes!("ctl", side, density(card), format!("is-{}", card.condition.tone.class()))} aria-label={say!("Controller {id}", id = card.id)} data-testid={format!("controller-{letter}")}>
            <header>
                <b class="ltr">{ letter }</b>
                <div class="ctl-n">
                    <h2>{ say!("Controller {id}", id = card.id) }</h2>
                    <p>{ if card.condition.tone == Tone::Calm { card.role.as_str() } else { card.condition.words } }</p>
                </div>
                { vitals(&card.condition) }
                { props.power.as_ref().map(power) }
            </header>
            <div class="mem">{ memory }</div>
            // Below the slots: what comes and goes here must not push A's slots out of line with B's.
            { notes(&card.condition) }
            <dl class="books">
                <div class="wbq"><dt>{ tr("Write-back") }</dt><dd>{ queue(&card.queue) }</dd></div>
                <div class="hash"><dt>{ tr("Hash table") }</dt><dd>{ hash(&card.hash) }</dd></div>
                <div class="free">
                    <dt>{ tr("Free here") }</dt>{ free_list(&card.local_free) }
                    <dt>{ say!("Free in {peer}", peer = card.id.peer()) }</dt>{ free_list(&card.mirror_free) }
                </div>
            </dl>
        </section>
    }
}

/// Mode, epoch, heart and battery.
fn vitals(condition: &Condition) -> Html {
    let (heart, class) = match condition.heart {
        Heart::Beats => (tr("beats").to_owned(), "calm"),
        Heart::Silent { periods, of } => (say!("silent {periods} of {of}", periods, of), "alarm"),
        Heart::Deaf => ("–".to_owned(), "off"),
    };
    let (battery, sign) =
        if condition.battery_good { (tr("good"), "#i-battery-full") } else { (tr("bad"), "#i-battery") };
    let epoch =
        condition.epoch.map_or_else(|| tr("no memory").to_owned(), |epoch| say!("epoch {epoch}", epoch));
    html! {
        <div class="vitals">
            <b class={classes!("mode", condition.tone.class())} title={condition.words} data-testid="mode">{ condition.mode }</b>
            <span class="vit">
                <span class={classes!("heart", class)} title={tr("What it hears of its peer")}>{ icon("#i-heart", "ic16") }{ heart }</span>
                <span class={classes!("batt", (!condition.battery_good).then_some("alarm"))} title={say!("Battery {battery}", battery)}>
                    { icon(sign, "ic16") }<span class="sr">{ say!("battery {battery}", battery) }</span></span>
                <span class="epoch" title={tr("The epoch that its memory belongs to")}>{ epoch }</span>
            </span>
        </div>
    }
}

fn power(fault: &FaultButton) -> Html {
    html! {
        <button class={classes!("pwr", fault.mends.then_some("mends"))} aria-label={fault.label.clone()} disabled={fault.disabled}
            title={format!("{}. {}", fault.label, fault.about)} data-break={fault.id.clone()}>{ icon("#i-power", "ic20") }</button>
    }
}

/// What it has still to do, and what is not as usual.
fn notes(condition: &Condition) -> Html {
    if condition.notes.is_empty() && condition.progress.is_none() {
        return Html::default();
    }
    let notes = condition.notes.iter().map(|note| {
        html! { <li key={note.text.clone()} class={note.tone.class()}>{ &note.text }</li> }
    });
    html! {
        <ul class="notes" data-testid="notes">
            if let Some(progress) = &condition.progress {
                <li class="work prog"><span>{ &progress.text }</span>
                    if progress.total > 0 {
                        <progress max={progress.total.to_string()} value={progress.done.to_string()} aria-label={progress.text.clone()}></progress>
                    }
                </li>
            }
            { for notes }
        </ul>
    }
}

fn queue(queue: &QueueView) -> Html {
    if queue.chips.is_empty() {
        return html! { <span class="none">{ tr("empty: nothing is dirty") }</span> };
    }
    let chips = queue.chips.iter().map(|chip| {
        let class = classes!(chip.flushing.then_some("go"), chip.selected.then_some("selk"));
        let mirror = chip.mirror.map(|slot| format!(" {slot}")).unwrap_or_default();
        let about = if chip.flushing { tr("going to disk") } else { tr("waits to be written back") };
        let said = format!("{}{mirror}: {about}", chip.line);
        html! {
            <li key={chip.line.key.bits().to_string()}>
                <button class={class} title={said.clone()} aria-label={said} data-pick={to_pick(Selection::Line(chip.line.key))}>
                    { chip.line.to_string() }{ " " }
                    if let Some(slot) = chip.mirror { <small>{ slot.to_string() }</small> }
                </button>
            </li>
        }
    });
    html! { <><ol aria-label={tr("Write-back")}>{ for chips }</ol>if queue.more > 0 { <span class="none">{ format!("+{}", queue.more) }</span> }</> }
}

fn hash(hash: &HashView) -> Html {
    if hash.entries == 0 {
        return html! { <span class="none">{ tr("no entries") }</span> };
    }
    let buckets = hash.buckets.iter().map(|bucket| {
        let chosen = bucket.entries.iter().any(|entry| entry.selected);
        let marks = bucket.entries.iter().map(|entry| {
            let class = if entry.look.is_mirror() { "m" } else { "o" };
            html! { <i key={entry.line.key.bits().to_string()} class={classes!(class, (entry.look == Look::M0).then_some("stub"))}></i> }
        });
        let names: Vec<String> =
            bucket.entries.iter().map(|entry| format!("{} {}", entry.line, entry.look.code())).collect();
        let said = say!("Bucket {index}: {lines}", index = bucket.index, lines = if names.is_empty() { tr("empty").to_owned() } else { names.join(", ") });
        let pick = bucket.entries.iter().find(|entry| entry.selected).or(bucket.entries.first());
        html! {
            <li key={bucket.index}>
                <button class={classes!(chosen.then_some("selk"))} title={said.clone()} aria-label={said} tabindex="-1"
                    data-pick={pick.map(|entry| to_pick(Selection::Line(entry.line.key)))}>{ for marks }</button>
            </li>
        }
    });
    html! { <><ol aria-label={tr("Hash table")}>{ for buckets }</ol>if hash.more > 0 { <span class="none">{ format!("+{}", hash.more) }</span> }</> }
}

fn free_list(list: &FreeList) -> Html {
    html! { <dd><b>{ count_text(list.count.into()) }</b><span>{ runs_text(&list.next, list.count) }</span></dd> }
}

/// The wire between a controller and the disks.
pub fn bus(card: &ControllerCard) -> Html {
    let side = if card.id == ControllerId::A { "ba1" } else { "bb1" };
    let Some(chip) = &card.bus else { return html! { <div class={classes!("bus", side)}></div> } };
    let more = if chip.more > 0 { format!(" +{}", chip.more) } else { String::new() };
    html! {
        <div class={classes!("bus", side, "active", chip.up.then_some("up"))} data-testid={format!("bus-{}", card.id)}>
            <button data-pick={to_pick(Selection::Line(chip.line.key))}>{ &chip.text }{ more }</button>
        </div>
    }
}
