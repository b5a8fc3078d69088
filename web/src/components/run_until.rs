//! The menu of what to run on to.

use super::icon::icon;
use crate::action::{Action, Panel};
use crate::language::tr;
use crate::session::{Command, Until};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The menu’s reference; as soon as it opens, its first item has the focus.
#[hook]
pub fn use_menu(open: bool) -> NodeRef {
    let menu = use_node_ref();
    {
        let menu = menu.clone();
        use_effect_with(open, move |_| focus(menu.cast(), 0));
    }
    menu
}

/// The button and, where it is open, its menu.
pub fn run_until(menu: &NodeRef, open: bool, at_end: bool, act: &Callback<Action>) -> Html {
    let onkeydown = {
        let menu = menu.clone();
        move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowDown" => 1,
                "ArrowUp" => -1,
                _ => return,
            };
            event.prevent_default();
            focus(menu.cast(), by);
        }
    };
    let toggle = {
        let send = act.clone();
        let wish = if open { Action::Close } else { Action::Open(Panel::Until) };
        move |_: MouseEvent| send.emit(wish.clone())
    };
    let items = Until::ALL.into_iter().map(|until| {
        let send = act.clone();
        html! {
            <button key={until.id()} role="menuitem" class="menu-i" data-testid={format!("until-{}", until.id())}
                onclick={move |_: MouseEvent| send.emit(Action::Play(Command::RunUntil(until)))}>{ until.words() }</button>
        }
    });
    html! {
        <div class="until">
            <button class="sq" aria-haspopup="menu" aria-expanded={open.to_string()} aria-label={tr("Run until…")} title={tr("Run until… (U)")}
                data-testid="run-until" disabled={at_end} onclick={toggle}>{ icon("#i-until", "ic20") }</button>
            if open {
                <div ref={menu.clone()} class="menu until-menu" role="menu" aria-label={tr("Run until")} {onkeydown}>
                    <p class="menu-h" aria-hidden="true">{ tr("Run until") }</p>{ for items }
                </div>
            }
        </div>
    }
}

/// Moves the focus over a menu’s items; onto the first one if none has it.
pub fn focus(menu: Option<HtmlElement>, by: i32) {
    let Some(menu) = menu else { return };
    let Ok(items) = menu.query_selector_all("button") else { return };
    let count = items.length() as i32;
    let item = |at: i32| items.item(at as u32)?.dyn_into::<HtmlElement>().ok();
    let now = (0..count).find(|at| item(*at).is_some_and(|item| item.matches(":focus").unwrap_or(false)));
    let next = now.map_or(0, |now| (now + by).rem_euclid(count.max(1)));
    if let Some(item) = item(next) {
        let _ = item.focus();
    }
}
