//! The key to the line states, mirrored like the stage: owner's code, meaning, mirror's code.

use crate::language::tr;
use crate::scene::look::Look;
use mirrorline_engine::mark;
use yew::prelude::*;

/// Pairs that occur all the time; `None` where there is no mirror copy.
const COMMON: [(Look, &str, Option<Look>); 5] = [
    (Look::OP, mark!("being mirrored"), Some(Look::Filling)),
    (Look::OD, mark!("dirty, held twice"), Some(Look::MD)),
    (Look::OF, mark!("going to disk"), Some(Look::MF)),
    (Look::OK, mark!("same as disk"), Some(Look::MK)),
    (Look::OC, mark!("clean, held once"), None),
];

/// While one controller serves alone; the mirror column is a replacement’s.
const ALONE: [(Look, &str, Option<Look>); 4] = [
    (Look::SW, mark!("written through"), None),
    (Look::SD, mark!("dirty, held once"), Some(Look::MD)),
    (Look::SF, mark!("going to disk"), None),
    (Look::SC, mark!("same as disk"), None),
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
            <li key={owner.code()}>{ badge(owner) }<span>{ tr(words) }</span>
                { mirror.map_or_else(|| html! { <b class="k none">{ "–" }</b> }, badge) }
            </li>
        }
    });
    html! {
        <div class="legend" aria-label={tr("Key to line states")}>
            <p><span>{ if alone { tr("Alone") } else { tr("Owner") } }</span><span>{ tr("Line is") }</span><span>{ tr("Mirror") }</span></p>
            <ul>
                { for rows }
                <li><b class="k q">{ "Q" }</b><span>{ tr("ownership asked for") }</span><b class="k q">{ "Q" }</b></li>
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
                <li><i class="smp solid"></i><span>{ tr("solid: owner’s copy") }</span></li>
                <li><i class="smp outline"></i><span>{ tr("outlined: mirror") }</span></li>
                <li><i class="smp ring"></i><span>{ tr("ring: in focus") }</span></li>
                <li><i class="smp dots"></i><span>{ tr("dotted: old mirror") }</span></li>
                if rare_too { { for rare } }
            </ul>
        </div>
    }
}
