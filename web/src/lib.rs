//! Mirrorline in the browser: the page, and later the JavaScript module.

use yew::prelude::*;

/// The whole page.
#[function_component(App)]
pub fn app() -> Html {
    html! { <main><h1>{ "Mirrorline" }</h1></main> }
}
