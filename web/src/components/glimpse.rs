//! A card above the scrubber: the world at the instant that is pointed at, small.

use super::icon::icon;
use super::ledger::safety_class;
use crate::language::{say, tr};
use crate::scene::build::glimpse::{Glimpse, Half};
use crate::scene::look::Look;
use crate::scene::words::{count_text, time_text};
use mirrorline_engine::ids::ControllerId;
use yew::prelude::*;

/// The card. The scrubber says the same in words, so it is for the eye alone.
pub fn card(glimpse: &Glimpse) -> Html {
    let world = &glimpse.world;
    let [a, b] = &world.halves;
    let wire = |to: ControllerId| {
        let (flying, cut) = (world.flying[to.index()], world.cut[to.index()]);
        let text = match flying {
            0 => String::new(),
            flying => count_text(flying.into()),
        };
        html! { <span class={classes!("wire", if to == ControllerId::B { "ab" } else { "ba" }, cut.then_some("is-cut"), (flying > 0).then_some("busy"))}>{ if cut { icon("#g-x", "ic16") } else { text.into() } }</span> }
    };
    html! {
        <div class="card" data-testid="glimpse" data-event={glimpse.event.to_string()}>
            if !glimpse.what.is_empty() { <p class="card-t">{ &glimpse.what }</p> }
            <div class="mini">
                <b class={classes!("mode", a.tone.class())}>{ format!("A {}", a.mode) }</b><span></span><b class={classes!("mode", b.tone.class())}>{ format!("B {}", b.mode) }</b>
                { half(a, false) }
                <span class="wires-s">{ wire(ControllerId::B) }{ wire(ControllerId::A) }</span>
                { half(b, true) }
            </div>
            <p class="card-f"><b class={classes!("safe-w", safety_class(glimpse.safety))}>{ tr(glimpse.safety.words()) }</b>{ say!("event {count}, {time}", count = count_text(glimpse.event), time = time_text(glimpse.time_ns)) }</p>
        </div>
    }
}

/// A cache: own slots outside, lent ones inside, as on the stage.
fn half(half: &Half, mirrored: bool) -> Html {
    let region = |looks: &[Look]| html! { <span class="cells">{ for looks.iter().map(|look| html! { <i class={look.class()}></i> }) }</span> };
    let (own, lent) = (region(&half.own), region(&half.lent));
    html! { <span class={classes!("half", half.tone.class())}>{ if mirrored { html! { <>{ lent }{ own }</> } } else { html! { <>{ own }{ lent }</> } } }</span> }
}
