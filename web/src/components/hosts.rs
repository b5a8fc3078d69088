//! The hosts, and the wires from each of them to both controllers.

use super::icon::icon;
use crate::language::{say, tr};
use crate::movers::use_mover;
use crate::scene::model::{HostCard, HostStatus, Selection};
use crate::scene::pick::to_pick;
use mirrorline_engine::ids::ControllerId;
use std::rc::Rc;
use yew::prelude::*;

/// Cards that one side has room for; further hosts are counted.
const CARDS_A_SIDE: usize = 2;

#[derive(Properties, PartialEq)]
pub struct HostsProps {
    pub hosts: Rc<Vec<HostCard>>,
}

/// Hosts stand left and right in turn, over A and over B, wherever their requests go.
#[function_component(Hosts)]
pub fn hosts(props: &HostsProps) -> Html {
    let side = |id: ControllerId| {
        let mine = || props.hosts.iter().filter(move |host| side_of(host) == id);
        let cards = mine().take(CARDS_A_SIDE).map(host_card);
        let more = mine().count().saturating_sub(CARDS_A_SIDE);
        let crowded = mine().count() > 1;
        html! {
            <div class={classes!("host-side", if id == ControllerId::A { "h1" } else { "h2" }, crowded.then_some("crowded"))}>
                { for cards }
                if more > 0 { <span class="host-more">{ say!("+{more} hosts", more) }</span> }
            </div>
        }
    };
    let active = props.hosts.iter().filter(|host| host.via.is_some() && host.status != HostStatus::Done);
    let wires = active.map(|host| html! { <Wire key={host.id} host={host.clone()} /> });
    html! {
        <>
            { side(ControllerId::A) }
            { side(ControllerId::B) }
            <div class="wires" aria-hidden="true"><i class="quiet left"></i><i class="quiet right"></i><i class="quiet across"></i>{ for wires }</div>
        </>
    }
}

fn side_of(host: &HostCard) -> ControllerId {
    if host.id.is_multiple_of(2) { ControllerId::A } else { ControllerId::B }
}

fn host_card(host: &HostCard) -> Html {
    let busy = !matches!(host.status, HostStatus::Idle | HostStatus::Done);
    let class = classes!(
        "host",
        (host.focus && busy).then_some("active"),
        (!busy).then_some("still"),
        host.selected.then_some("picked")
    );
    let blocked = matches!(host.status, HostStatus::Blocked(_));
    let bad = matches!(host.status, HostStatus::Retrying | HostStatus::Unheard | HostStatus::Failed);
    html! {
        <button key={host.id} class={class} data-testid={format!("host-{}", host.id)} data-status={host.status.word()} aria-pressed={host.selected.to_string()}
            title={tr("What it has asked for, and what has become of it")} data-pick={to_pick(Selection::Host(host.id))}>
            { icon("#i-host", "ic20") }
            <b>{ &host.name }</b>
            <span>
                { &host.request }
                if host.more > 0 { <small>{ format!(" +{}", host.more) }</small> }
                if let Some(via) = host.via { <small class="via">{ say!(" at {via}", via) }</small> }
                { for ControllerId::BOTH.into_iter().filter(|via| host.cut[via.index()]).map(|via| html! { <small key={via.letter()} class="no-path">{ say!(" no path to {via}", via) }</small> }) }
            </span>
            <em class={classes!(blocked.then_some("blocked"), bad.then_some("bad"))}>{ host.status.word() }</em>
        </button>
    }
}

#[derive(Properties, PartialEq)]
struct WireProps {
    host: HostCard,
}

/// The way of a request in progress, lit; what travels on it fills it.
#[function_component(Wire)]
fn wire(props: &WireProps) -> Html {
    let host = &props.host;
    let node = use_mover(host.wire.map(|dot| dot.flight));
    let Some(via) = host.via else { return Html::default() };
    let home = side_of(host);
    let route = match (home, via) {
        (ControllerId::A, ControllerId::A) => "left",
        (ControllerId::B, ControllerId::B) => "right",
        (ControllerId::A, ControllerId::B) => "cross to-b",
        (ControllerId::B, ControllerId::A) => "cross to-a",
    };
    let travel = host.wire.map(|dot| if dot.up { "up" } else { "down" });
    html! { <i ref={node} class={classes!("lit", route, travel, host.focus.then_some("focus"))}></i> }
}
