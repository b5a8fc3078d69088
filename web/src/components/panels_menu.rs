//! The menu of panels: each can be shown, moved and closed without dragging anything.

use super::icon::icon;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::docking::{Docking, GROUPS, Tab, Wish};
use yew::prelude::*;

pub fn panels_menu(docking: &Docking, single: bool, act: &Callback<Action>) -> Html {
    let wish = |wish: Wish| act.reform(move |_: MouseEvent| Action::Dock(wish));
    let row = |tab: Tab| {
        let (name, open) = (tab.name(), docking.is_open(tab));
        let small = |icon_id: &'static str, what: String, id: &str, asked: Wish| {
            html! {
                <button class="sq" aria-label={what.clone()} title={what} disabled={!open} data-testid={format!("{id}-{}", name.address)}
                    onclick={wish(asked)}>{ icon(icon_id, "ic16") }</button>
            }
        };
        let cross = match docking.group_of(tab) {
            0 => say!("{panel}: to the lower group", panel = name.title),
            _ => say!("{panel}: to the upper group", panel = name.title),
        };
        html! {
            <li key={name.address} class={classes!((!open).then_some("closed"))}>
                <button class="menu-i" data-testid={format!("panel-{}", name.address)} aria-pressed={docking.is_seen(tab, single).to_string()}
                    onclick={wish(Wish::Show(tab))}><span>{ name.title }</span>if !open { <small>{ tr("closed") }</small> }<kbd>{ name.key.to_string() }</kbd></button>
                { small("#i-left", say!("{panel}: one place to the left", panel = name.title), "left", Wish::Nudge(tab, -1)) }
                { small("#i-swap", cross, "cross", Wish::Cross(tab)) }
                { small("#g-x", say!("Close {panel}", panel = name.title), "shut", Wish::Close(tab)) }
            </li>
        }
    };
    let group = |group: usize| {
        let name = if group == 0 { tr("What am I looking at") } else { tr("Is it safe") };
        html! { <ul key={group} aria-label={name}>{ for docking.all(group).iter().copied().map(row) }</ul> }
    };
    html! {
        <div class="menu panels-menu" role="group" aria-label={tr("Panels")} data-testid="panels-menu">
            { for GROUPS.map(group) }
            <hr />
            <button class="menu-i" data-testid="panels-reset" onclick={wish(Wish::Reset)}>{ icon("#i-undo", "ic20") }{ tr("Put all panels back") }</button>
        </div>
    }
}
