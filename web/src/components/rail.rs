//! The rail: what one is looking at (the inspector), and whether it is safe (acknowledged writes, invariants).
//! Where it is high, the inspector stands above the rest; where it is not, one part shows at a time.

use super::charts::charts;
use super::events::Events;
use super::inspector::inspect;
use super::ledger::Writes;
use super::legend::full_key;
use super::rules::Rules;
use crate::action::{Action, Tab};
use crate::feed::Feed;
use crate::language::{say, tr};
use crate::scene::causes::Why;
use crate::scene::charts::Chart;
use crate::scene::events::EventsView;
use crate::scene::model::{FaultButton, Inspector, LedgerView, RulesView};
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct RailProps {
    pub inspector: Option<Rc<Inspector>>,
    pub ledger: Rc<LedgerView>,
    pub rules: Rc<RulesView>,
    pub faults: Rc<Vec<FaultButton>>,
    pub feed: Feed,
    pub events: EventsView,
    pub why: Option<Why>,
    /// How often the window has changed its size.
    pub resized: u32,
    /// What there is to see in this scenario; empty for a trace.
    pub about: String,
    /// Charts, while they are shown; and the event in view, of how many.
    pub charts: Vec<Chart>,
    pub event: (u64, u64),
    pub tab: Tab,
    /// Small screens: the rail is a drawer, and open.
    pub open: bool,
    pub act: Callback<Action>,
}

#[function_component(Rail)]
pub fn rail(props: &RailProps) -> Html {
    let send = |action: Action| {
        let send = props.act.clone();
        Callback::from(move |_: MouseEvent| send.emit(action.clone()))
    };
    let broken = props.rules.rules.iter().filter(|rule| rule.broken.is_some()).count();
    let tabs = Tab::ALL.into_iter().map(|tab| {
        let chosen = tab == props.tab;
        let (name, id, class) = match tab {
            Tab::Inspector => (tr("Inspector"), "inspector", "tab-i"),
            Tab::Writes => (tr("Writes"), "writes", "tab-w"),
            Tab::Rules => (tr("Invariants"), "rules", "tab-r"),
            Tab::Events => (tr("Events"), "events", "tab-e"),
            Tab::About => (tr("About"), "about", "tab-a"),
        };
        let badge = match tab {
            Tab::Rules if broken > 0 => html! { <em class="bad">{ say!("{broken} broken", broken) }</em> },
            Tab::Rules => html! { <em class="good">{ tr("all hold") }</em> },
            _ => Html::default(),
        };
        html! {
            <button key={id} role="tab" class={classes!(class, chosen.then_some("on"))} aria-selected={chosen.to_string()}
                data-testid={format!("tab-{id}")} onclick={send(Action::Show(tab))}>{ name }{ badge }</button>
        }
    });
    let part = match props.tab {
        Tab::Inspector | Tab::Writes => html! { <Writes ledger={Rc::clone(&props.ledger)} /> },
        Tab::Rules => html! { <Rules rules={Rc::clone(&props.rules)} act={props.act.clone()} /> },
        Tab::Events => html! {
            <Events feed={props.feed.clone()} view={props.events.clone()} why={props.why} resized={props.resized} act={props.act.clone()} />
        },
        Tab::About => html! {
            <div class="pane-in">
                <h2 class="sr">{ tr("About") }</h2>
                <h3>{ tr("The whole run") }</h3>
                { charts(&props.charts, props.event.0, props.event.1, &props.act) }
                if !props.about.is_empty() {
                    <h3>{ tr("What to watch for") }</h3>
                    <p class="about">{ &props.about }</p>
                }
                <h3>{ tr("Also on the stage") }</h3>
                { full_key(true) }
            </div>
        },
    };
    html! {
        <aside class={classes!("rail", props.open.then_some("open"), (props.tab == Tab::Inspector).then_some("one"), (props.tab == Tab::Events).then_some("evs"))} aria-label={tr("Panels")} data-testid="rail">
            <div class="rail-h"><h2>{ tr("Panels") }</h2><button class="btn ghost close" onclick={send(Action::ToggleInspector)}>{ tr("Close") }</button></div>
            <div class="tabs" role="tablist" aria-label={tr("Panels")}>{ for tabs }</div>
            <div class="pane ins" data-testid="inspector">
                if let Some(inspector) = &props.inspector {
                    { inspect(inspector, &props.faults, &props.act) }
                } else {
                    <p class="empty">{ tr("Click a slot, a queue chip, a message or a disk block to see it from both sides.") }</p>
                }
            </div>
            <div class="pane two" tabindex={(props.tab == Tab::About).then_some("0")}>{ part }</div>
        </aside>
    }
}
