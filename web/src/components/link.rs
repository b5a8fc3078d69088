//! The mirror link: one lane for each direction, messages on their way, and what waits at either end.

use super::icon::icon;
use crate::language::{say, tr};
use crate::movers::use_mover;
use crate::scene::model::{FaultButton, LinkView, Selection, Token, Waiting, Weight};
use crate::scene::pick::to_pick;
use mirrorline_engine::ids::ControllerId;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct LinkProps {
    pub link: Rc<LinkView>,
    /// Cuts it, or mends it.
    pub cutter: Option<FaultButton>,
}

#[function_component(Link)]
pub fn link(props: &LinkProps) -> Html {
    let link = &props.link;
    let lane = |from: ControllerId, class: &'static str| {
        let (beats, tokens): (Vec<&Token>, Vec<&Token>) = link
            .tokens
            .iter()
            .filter(|token| token.from == from)
            .partition(|token| token.weight == Weight::Beat);
        let to = from.peer();
        let (cut, slow) = (link.cut[to.index()], link.slow[to.index()]);
        let look = &link.lanes[from.index()];
        let (short, long) = match cut {
            true => {
                (say!("Mend {from} → {to}", from, to), say!("Mend the link from {from} to {to}", from, to))
            }
            false => {
                (say!("Cut {from} → {to}", from, to), say!("Cut the link from {from} to {to}", from, to))
            }
        };
        let expected = link.expected.as_ref().filter(|expected| expected.from == from && tokens.is_empty());
        // The latest is drawn first, so that the one ahead of it lies on top.
        let tokens = tokens
            .iter()
            .rev()
            .map(|token| html! { <TokenView key={token.id.to_string()} token={(*token).clone()} /> });
        html! {
            <div class={classes!("lane", class, look.style.class(), cut.then_some("is-cut"), (slow > 1).then_some("is-slow"))} data-testid={format!("lane-{class}")}>
                <button class="cut-here" tabindex="-1" data-break={if to == ControllerId::A { "link-a" } else { "link-b" }}
                    title={short} aria-label={long}></button>
                if cut { <b class="cut-mark">{ icon("#g-x", "ic16") }{ tr("cut") }</b> }
                { for beats.into_iter().map(|token| html! { <Beat key={token.id.to_string()} token={token.clone()} /> }) }
                <span class="lane-l">{ format!("{from} → {}", from.peer()) }</span>
                if !look.stream.is_empty() { <b class="stream" data-testid={format!("stream-{class}")}>{ &look.stream }</b> }
                if let Some(expected) = expected {
                    <div class="tok next"><b>{ expected.name }</b><span>{ tr("next") }</span></div>
                }
                { for tokens }
            </div>
        }
    };
    let parked = |at: ControllerId, class: &'static str| {
        let mine = || link.waiting.iter().filter(move |waiting| waiting.at == at);
        let more = mine().count().saturating_sub(1);
        let first = mine().next().map(|waiting| parked_chip(waiting, more));
        html! { <div class={class}>{ first }</div> }
    };
    let (state, alarm) = state(link);
    html! {
        <>
            <h2>{ tr("Mirror link") }<span class={classes!(alarm.then_some("alarm"))} data-testid="link-state">{ state }</span>
                if let Some(cutter) = &props.cutter {
                    <button class={classes!("cutter", cutter.mends.then_some("mends"))} aria-label={cutter.label.clone()}
                        title={format!("{}. {}", cutter.label, cutter.about)} data-break={cutter.id.clone()}>{ icon("#i-cut", "ic20") }</button>
                }
            </h2>
            { lane(ControllerId::A, "ab") }
            { lane(ControllerId::B, "ba") }
            <div class="parked">{ parked(ControllerId::A, "at-a") }{ parked(ControllerId::B, "at-b") }</div>
        </>
    }
}

/// The link's state in a few words, and whether it is a bad one.
fn state(link: &LinkView) -> (String, bool) {
    let slowest = link.slow[0].max(link.slow[1]);
    match link.cut {
        [true, true] => (tr("cut").into(), true),
        [true, false] => (tr("B → A is cut").into(), true),
        [false, true] => (tr("A → B is cut").into(), true),
        _ if slowest > 1 => (say!("{slowest}× slower", slowest), true),
        _ => (link.latency.clone(), false),
    }
}

#[derive(Properties, PartialEq)]
struct BeatProps {
    token: Token,
}

/// A heartbeat: a dot, since there are many and they only say one thing.
#[function_component(Beat)]
fn beat(props: &BeatProps) -> Html {
    let token = &props.token;
    let node = use_mover(Some(token.flight));
    let said =
        say!("{name} from {from} to {peer}", name = token.name, from = token.from, peer = token.from.peer());
    let pick = to_pick(Selection::Message { id: token.id, key: None });
    html! {
        <div ref={node} class={classes!("fly", "beat", token.selected.then_some("sel"))} data-testid="token" data-token={token.name}>
            <button class="tok" title={said.clone()} aria-label={said} data-pick={pick}>{ icon("#i-heart", "ic16") }</button>
        </div>
    }
}

fn parked_chip(waiting: &Waiting, more: usize) -> Html {
    let pick = Selection::Message { id: waiting.id, key: Some(waiting.line.key) };
    html! {
        <button class={classes!(waiting.selected.then_some("selk"))} data-pick={to_pick(pick)}>
            <b>{ waiting.name }</b>{ " " }{ &waiting.detail }
            if more > 0 { { format!(" +{more}") } }
        </button>
    }
}

#[derive(Properties, PartialEq)]
struct TokenProps {
    token: Token,
}

#[function_component(TokenView)]
fn token_view(props: &TokenProps) -> Html {
    let token = &props.token;
    let node = use_mover(Some(token.flight));
    let weight = match token.weight {
        Weight::Payload => "data",
        Weight::Control | Weight::Beat => "meta",
    };
    let row = ["row-0", "row-1", "row-2"].get(usize::from(token.row)).copied();
    let said = say!(
        "{name}{detail}, from {from} to {peer}{line}",
        name = token.name,
        detail = if token.detail.is_empty() { String::new() } else { format!(", {}", token.detail) },
        from = token.from,
        peer = token.from.peer(),
        line = token
            .line
            .map(|line| line.to_string())
            .filter(|line| *line != token.detail)
            .map_or_else(String::new, |line| say!(", line {line}", line))
    );
    let pick = to_pick(Selection::Message { id: token.id, key: token.line.map(|line| line.key) });
    html! {
        <div ref={node} class={classes!("fly", weight, row, token.selected.then_some("sel"))} data-testid="token" data-token={token.name}>
            <i class="trail"></i>
            <button class="tok" title={said.clone()} aria-label={said} data-pick={pick}><b>{ token.name }</b>{ " " }<span>{ &token.detail }</span></button>
        </div>
    }
}
