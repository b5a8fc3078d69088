//! The key to the line states, mirrored like the stage: owner's code, meaning, mirror's code.

use crate::scene::look::Look;
use yew::prelude::*;

/// Pairs that occur all the time; `None` where there is no mirror copy.
const COMMON: [(Look, &str, Option<Look>); 5] = [
    (Look::OP, "being mirrored", Some(Look::Filling)),
    (Look::OD, "dirty, held twice", Some(Look::MD)),
    (Look::OF, "going to disk", Some(Look::MF)),
    (Look::OK, "same as disk", Some(Look::MK)),
    (Look::OC, "clean, held once", None),
];

/// While one controller serves alone; the mirror column is a replacement’s.
const ALONE: [(Look, &str, Option<Look>); 4] = [
    (Look::SW, "written through", None),
    (Look::SD, "dirty, held once", Some(Look::MD)),
    (Look::SF, "going to disk", None),
    (Look::SC, "same as disk", None),
];

/// States that last only for a moment, or show only in the hash table.
const RARE: [Look; 4] = [Look::OW, Look::OX, Look::OR, Look::M0];

/// A state's letters in its colours.
pub fn badge(look: Look) -> Html {
    html! { <b class={classes!("k", look.class())}>{ look.code() }</b> }
}

/// The short key. `alone`: one controller serves alone, and its lines have states of their own.
pub fn legend(alone: bool) -> Html {
    let pairs: &[(Look, &str, Option<Look>)] = if alone { &ALONE } else { &COMMON };
    let rows = pairs.iter().copied().map(|(owner, words, mirror)| {
        html! {
            <li key={owner.code()}>{ badge(owner) }<span>{ words }</span>
                { mirror.map_or_else(|| html! { <b class="k none">{ "–" }</b> }, badge) }
            </li>
        }
    });
    html! {
        <div class="legend" aria-label="Key to line states">
            <p><span>{ if alone { "Alone" } else { "Owner" } }</span><span>{ "Line is" }</span><span>{ "Mirror" }</span></p>
            <ul>
                { for rows }
                <li><b class="k q">{ "Q" }</b><span>{ "ownership asked for" }</span><b class="k q">{ "Q" }</b></li>
            </ul>
        </div>
    }
}

/// What the short key leaves out: how copies and rings are drawn.
/// `rare`: the rarer states too.
pub fn full_key(rare_too: bool) -> Html {
    let rare = RARE
        .into_iter()
        .map(|look| html! { <li key={look.code()}>{ badge(look) }<span>{ look.words() }</span></li> });
    html! {
        <div class="fullkey">
            <ul>
                <li><i class="smp solid"></i><span>{ "solid: owner’s copy" }</span></li>
                <li><i class="smp outline"></i><span>{ "outlined: mirror" }</span></li>
                <li><i class="smp ring"></i><span>{ "ring: in focus" }</span></li>
                <li><i class="smp dots"></i><span>{ "dotted: old mirror" }</span></li>
                if rare_too { { for rare } }
            </ul>
        </div>
    }
}
