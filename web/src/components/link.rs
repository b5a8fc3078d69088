//! The mirror link: one lane for each direction, messages on their way, and what waits at either end.

use crate::movers::use_mover;
use crate::scene::model::{LinkView, Selection, Token, Waiting, Weight};
use crate::scene::pick::to_pick;
use mirrorline_engine::ids::ControllerId;
use std::rc::Rc;
use yew::prelude::*;

/// From this many tokens in a lane on, each says only its name; from the next, none says anything.
const DENSE: usize = 3;
const SWARM: usize = 7;

#[derive(Properties, PartialEq)]
pub struct LinkProps {
    pub link: Rc<LinkView>,
}

#[function_component(Link)]
pub fn link(props: &LinkProps) -> Html {
    let link = &props.link;
    let lane = |from: ControllerId, class: &'static str| {
        let tokens: Vec<&Token> = link.tokens.iter().filter(|token| token.from == from).collect();
        let crowd = match tokens.len() {
            0..DENSE => "",
            DENSE..SWARM => "dense",
            _ => "swarm",
        };
        let expected = link.expected.as_ref().filter(|expected| expected.from == from && tokens.is_empty());
        // The latest is drawn first, so that the one ahead of it lies on top.
        let tokens = tokens
            .iter()
            .rev()
            .map(|token| html! { <TokenView key={token.id.to_string()} token={(*token).clone()} /> });
        html! {
            <div class={classes!("lane", class, crowd)} data-testid={format!("lane-{class}")}>
                <span class="lane-l">{ format!("{from} → {}", from.peer()) }</span>
                if let Some(expected) = expected {
                    <div class="tok next"><b>{ expected.name }</b><span>{ "next" }</span></div>
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
    html! {
        <>
            <h2>{ "Mirror link" }<span>{ &link.latency }</span></h2>
            { lane(ControllerId::A, "ab") }
            { lane(ControllerId::B, "ba") }
            <div class="parked">{ parked(ControllerId::A, "at-a") }{ parked(ControllerId::B, "at-b") }</div>
        </>
    }
}

fn parked_chip(waiting: &Waiting, more: usize) -> Html {
    let pick = Selection::Message { id: waiting.id, key: waiting.line.key };
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
        Weight::Control => "meta",
    };
    let said = format!(
        "{}, {}, from {} to {}, line {}",
        token.name,
        token.detail,
        token.from,
        token.from.peer(),
        token.line
    );
    let pick = to_pick(Selection::Message { id: token.id, key: token.line.key });
    html! {
        <div ref={node} class={classes!("fly", weight, token.selected.then_some("sel"))} data-testid="token" data-token={token.name}>
            <i class="trail"></i>
            <button class="tok" title={said.clone()} aria-label={said} data-pick={pick}><b>{ token.name }</b><span>{ &token.detail }</span></button>
        </div>
    }
}
