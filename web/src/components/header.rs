//! The header: brand, what is being played, themes, keys.

use super::icon::icon;
use super::step_by::step_by;
use crate::action::{Action, Panel, StepUnit, View};
use crate::language::{self, Language, tr};
use crate::scene::model::{ScenarioInfo, Source};
use crate::session::Command;
use crate::theme::Theme;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    pub source: Source,
    pub scenarios: Rc<Vec<ScenarioInfo>>,
    pub theme: Theme,
    pub view: View,
    pub panel: Option<Panel>,
    pub step: StepUnit,
    pub act: Callback<Action>,
}

#[function_component(Header)]
pub fn header(props: &HeaderProps) -> Html {
    let act = |action: Action| {
        let send = props.act.clone();
        Callback::from(move |_: MouseEvent| send.emit(action.clone()))
    };
    let toggle =
        |panel: Panel| act(if props.panel == Some(panel) { Action::Close } else { Action::Open(panel) });
    let choosing = props.panel == Some(Panel::Scenarios);
    let kind = if props.source.scenario.is_some() { tr("Scenario") } else { tr("Trace") };
    html! {
        <header class="top">
            <h1 class="brand" aria-label="Mirrorline">{ icon("#i-logo", "logo") }<span>{ "Mirrorline" }</span></h1>
            <div class="pick">
                <button class="picker" aria-haspopup="menu" aria-expanded={choosing.to_string()} data-testid="scenario-picker"
                    onclick={toggle(Panel::Scenarios)}>
                    <span class="picker-n">{ kind }</span>
                    <span class="picker-t" data-testid="scenario-title">{ &props.source.title }</span>
                    { icon("#i-down", "ic16") }
                </button>
                if choosing { <ScenarioMenu scenarios={Rc::clone(&props.scenarios)} current={props.source.scenario} act={props.act.clone()} /> }
            </div>
            { view_switch(props.view, &props.act) }
            <button class="btn open-trace" data-testid="open-trace" aria-label={tr("Open a trace…")} title={tr("Open a trace, a scenario or a shared file")} onclick={act(Action::Open(Panel::Trace))}>
                { icon("#i-open", "ic20") }<span>{ tr("Open a trace…") }</span>
            </button>
            <button class="btn check-open" data-testid="check" title={tr("Explore every order of events; plant a bug, find it (O)")} onclick={act(Action::Open(Panel::Check))}>
                { icon("#i-orders", "ic20") }<span>{ tr("Check") }</span>
            </button>
            <div class="top-r">
                { theme_switch(props.theme, &props.act) }
                <button class="btn side-open" data-testid="open-inspector" aria-label={tr("Panels")} title={tr("Inspector and other panels")} onclick={act(Action::ToggleDrawer)}>{ icon("#i-panel", "ic20") }<span>{ tr("Panels") }</span></button>
                <button class="btn keys" aria-label={tr("? Keys")} title={tr("Keyboard shortcuts")} onclick={act(Action::Open(Panel::Keys))}>
                    <kbd>{ "?" }</kbd><span>{ tr("Keys") }</span>
                </button>
                <button class="btn share-b" data-testid="share" title={tr("A link to this instant")} onclick={act(Action::Open(Panel::Share))}>{ icon("#i-share", "ic20") }<span>{ tr("Share") }</span></button>
                <div class="pick">
                    <button class="btn more" aria-label={tr("Menu")} aria-haspopup="menu"
                        aria-expanded={(props.panel == Some(Panel::More)).to_string()} onclick={toggle(Panel::More)}>
                        { icon("#i-more", "ic20") }
                    </button>
                    if props.panel == Some(Panel::More) {
                        <div class="menu more-menu">
                            <p class="menu-h">{ tr("View") }</p>
                            { view_switch(props.view, &props.act) }
                            <p class="menu-h">{ tr("Theme") }</p>
                            { theme_switch(props.theme, &props.act) }
                            <p class="menu-h">{ tr("Language") }</p>
                            { language_switch(&props.act) }
                            { step_by(props.step, &props.act) }
                            <hr />
                            <button class="menu-i" data-testid="more-until" onclick={act(Action::Open(Panel::Until))}>{ icon("#i-until", "ic20") }{ tr("Run until…") }</button>
                            <button class="menu-i" data-testid="menu-check" onclick={act(Action::Open(Panel::Check))}>{ icon("#i-orders", "ic20") }{ tr("Check every order") }</button>
                            <button class="menu-i" onclick={act(Action::Open(Panel::Trace))}>{ icon("#i-open", "ic20") }{ tr("Open a trace…") }</button>
                            <button class="menu-i" data-testid="menu-share" onclick={act(Action::Open(Panel::Share))}>{ icon("#i-share", "ic20") }{ tr("Share this instant") }</button>
                            <button class="menu-i" onclick={act(Action::Open(Panel::Keys))}>{ icon("#i-key", "ic20") }{ tr("Key to the states, keyboard") }</button>
                        </div>
                    }
                </div>
            </div>
        </header>
    }
}

fn theme_switch(chosen_theme: Theme, act: &Callback<Action>) -> Html {
    let buttons = Theme::ALL.into_iter().map(|theme| {
        let send = act.clone();
        let chosen = theme == chosen_theme;
        html! {
            <button key={theme.name()} class={classes!(chosen.then_some("on"))} aria-pressed={chosen.to_string()}
                aria-label={theme.title()} title={theme.title()} data-testid={format!("theme-{}", theme.name())}
                onclick={move |_| send.emit(Action::Theme(theme))}>
                { icon(theme.icon(), "ic20") }
            </button>
        }
    });
    html! { <div class="seg themes" role="group" aria-label={tr("Theme")}>{ for buttons }</div> }
}

/// Each language by its own name, so that whoever cannot read the others finds it.
pub fn language_switch(act: &Callback<Action>) -> Html {
    let buttons = Language::ALL.map(|language| {
        let send = act.clone();
        let chosen = language == language::current();
        html! {
            <button key={language.tag()} lang={language.tag()} class={classes!(chosen.then_some("on"))} aria-pressed={chosen.to_string()}
                data-testid={format!("language-{}", language.tag())}
                onclick={move |_| send.emit(Action::Language(language))}>{ language.name() }</button>
        }
    });
    html! { <div class="seg languages" role="group" aria-label={tr("Language")}>{ for buttons }</div> }
}

fn view_switch(chosen_view: View, act: &Callback<Action>) -> Html {
    let buttons =
        [(View::Stage, tr("Stage"), "view-stage"), (View::SpaceTime, tr("Space-time"), "view-spacetime")];
    let buttons = buttons.into_iter().map(|(view, text, id)| {
        let send = act.clone();
        let chosen = view == chosen_view;
        html! {
            <button key={id} class={classes!(chosen.then_some("on"))} aria-pressed={chosen.to_string()} title={format!("{text} (S)")}
                data-testid={id} onclick={move |_| send.emit(Action::View(view))}>{ text }</button>
        }
    });
    html! { <div class="seg views" role="group" aria-label={tr("View")}>{ for buttons }</div> }
}

#[derive(Properties, PartialEq)]
struct ScenarioMenuProps {
    scenarios: Rc<Vec<ScenarioInfo>>,
    current: Option<usize>,
    act: Callback<Action>,
}

#[function_component(ScenarioMenu)]
fn scenario_menu(props: &ScenarioMenuProps) -> Html {
    let first = use_node_ref();
    {
        let first = first.clone();
        use_effect_with((), move |()| {
            if let Some(element) = first.cast::<web_sys::HtmlElement>() {
                let _ = element.focus();
            }
        });
    }
    let item = |(index, scenario): (usize, &ScenarioInfo)| {
        let send = props.act.clone();
        let chosen = props.current == Some(index);
        html! {
            <button key={index} ref={if index == 0 { first.clone() } else { NodeRef::default() }} role="menuitemradio"
                aria-checked={chosen.to_string()} class={classes!("scenario", chosen.then_some("on"))}
                data-testid={format!("scenario-{index}")}
                onclick={move |_| send.emit(Action::Play(Command::LoadScenario(index)))}>
                <b>{ &scenario.title }</b><span>{ &scenario.about }</span>
            </button>
        }
    };
    let group = |title: &'static str, incident: bool| {
        let mine = props.scenarios.iter().enumerate().filter(|(_, scenario)| scenario.incident == incident);
        html! { <div role="group" aria-label={title}><p class="menu-h" aria-hidden="true">{ title }</p>{ for mine.map(item) }</div> }
    };
    let open = {
        let send = props.act.clone();
        move |_| send.emit(Action::Open(Panel::Trace))
    };
    html! {
        <div class="menu scenarios" role="menu" aria-label={tr("Scenarios")} data-menu="">
            { group(tr("How it works"), false) }
            <hr />
            { group(tr("Incidents: something breaks"), true) }
            <hr />
            <button class="scenario" role="menuitem" onclick={open}>
                <b>{ tr("Open a trace…") }</b><span>{ tr("An fio iolog from your disk; or drop one anywhere on this page.") }</span>
            </button>
        </div>
    }
}
