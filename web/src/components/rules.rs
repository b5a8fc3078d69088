//! The invariants, all by name: one that is broken leads to where it broke.

use super::icon::icon;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::model::{Rule, RulesView};
use crate::scene::words::count_text;
use crate::session::Command;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct RulesProps {
    pub rules: Rc<RulesView>,
    pub act: Callback<Action>,
}

#[function_component(Rules)]
pub fn rules(props: &RulesProps) -> Html {
    let go = |event: u64| {
        let send = props.act.clone();
        Callback::from(move |_: MouseEvent| {
            send.emit(Action::Play(Command::Pause));
            send.emit(Action::Play(Command::Seek(event)));
        })
    };
    let items = props.rules.rules.iter().map(|rule| item(rule, rule.broken.map(go)));
    html! {
        <div class="rules" data-testid="rules">
            <ul>{ for items }</ul>
            <p class="led-key">{ tr("Checked after every event, from outside the controllers.") }</p>
            if let Some(first) = &props.rules.first {
                <div class="verdict lost" data-testid="first-broken">
                    { icon("#g-x", "ic16") }
                    <p><b>{ first.name }</b>{ say!(" broke first, at event {count}: {what}.", count = count_text(first.event), what = &first.what) }</p>
                    <button class="btn" onclick={go(first.event)} data-testid="jump">{ tr("Jump to origin") }</button>
                </div>
            } else {
                <p class="verdict safe">{ icon("#g-ok", "ic16") }<b>{ say!("All {count} hold, all the time", count = props.rules.rules.len()) }</b></p>
            }
        </div>
    }
}

fn item(rule: &Rule, go: Option<Callback<MouseEvent>>) -> Html {
    let name = html! { <span class="r-n">{ rule.name }</span> };
    match go {
        None => html! {
            <li key={rule.name} class="holds" title={rule.about}><i>{ icon("#g-ok", "") }</i>{ name }<span class="sr">{ tr("holds") }</span></li>
        },
        Some(go) => {
            let when = if rule.past { tr("broken") } else { tr("will break") };
            let event = count_text(rule.broken.unwrap_or_default());
            html! {
                <li key={rule.name} class="fails">
                    <button title={say!("{about} Go to event {event}.", about = rule.about, event = &event)} onclick={go}>
                        <i>{ icon("#g-x", "") }</i>{ name }<span class="r-at">{ say!("{when} at {event}", when, event) }</span>
                    </button>
                </li>
            }
        }
    }
}
