//! Icons out of the sprite in index.html.

use yew::prelude::*;

/// A picture beside words that say the same: hidden from screen readers.
pub fn icon(href: &'static str, class: &'static str) -> Html {
    html! { <svg class={class} aria-hidden="true"><use href={href} /></svg> }
}
