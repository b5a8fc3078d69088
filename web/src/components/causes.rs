//! Why something happened: the chain of causes, newest first, each a way to where it happened.

use super::events::{go, sort_icon};
use super::icon::icon;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::causes::{CauseLink, CausesView};
use crate::scene::events::When;
use yew::prelude::*;

/// A button that asks why.
pub fn why_button(
    id: &'static str,
    title: &'static str,
    disabled: bool,
    wish: Action,
    act: &Callback<Action>,
) -> Html {
    let send = act.clone();
    let onclick = move |_: MouseEvent| send.emit(wish.clone());
    html! { <button class="btn why" data-testid={id} {title} {disabled} {onclick}>{ tr("Why?") }</button> }
}

/// The chain, with a way to put it aside.
pub fn chain(view: &CausesView, act: &Callback<Action>) -> Html {
    let close = {
        let send = act.clone();
        move |_: MouseEvent| send.emit(Action::CloseWhy)
    };
    html! {
        <section class="causes" aria-label={view.title.clone()} data-testid="causes">
            <div class="causes-h"><h3>{ &view.title }</h3><button class="sq" aria-label={tr("Close the causes")} title={tr("Close the causes")} onclick={close}>{ icon("#g-x", "ic16") }</button></div>
            <ol key={view.title.clone()} tabindex="0" aria-label={tr("Causes, newest first")}>{ for view.links.iter().map(|link| row(link, act)) }</ol>
            <p class="causes-end" data-testid="causes-end">{ &view.end }</p>
        </section>
    }
}

fn row(link: &CauseLink, act: &Callback<Action>) -> Html {
    let now = link.when == When::Now;
    html! {
        <li key={link.index.to_string()} class={classes!(now.then_some("now"))} data-because={tr("because")}>
            <button title={say!("Go to event {number}", number = &link.number)} aria-current={now.then_some("step")} onclick={go(link.index, act)}>
                { icon(sort_icon(link.sort), "ic16") }
                <b>{ &link.text }</b>
                <span>{ format!("{} · {}", link.number, link.at) }</span>
                if let Some(took) = &link.took { <em>{ took }</em> }
            </button>
        </li>
    }
}
