//! The panels beside the stage, in two groups of tabs (*what am I looking at*, and *is it safe*), or one behind the
//! other where there is room for one. Tabs are dragged, or moved with Alt and arrow keys; the line between the groups
//! too. What the panels hold is drawn here, where they stand is [`Docking`]'s.

use super::charts::charts;
use super::events::Events;
use super::inspector::inspect;
use super::ledger::Writes;
use super::legend::full_key;
use super::panels_menu::panels_menu;
use super::queue::queues;
use super::rules::Rules;
use super::run_until::focus;
use super::tabs::{Held, Hold, divider, strip};
use crate::action::{Action, Panel};
use crate::feed::Feed;
use crate::language::{say, tr};
use crate::scene::causes::Why;
use crate::scene::charts::Chart;
use crate::scene::docking::{Docking, GROUPS, Tab, Wish};
use crate::scene::events::EventsView;
use crate::scene::model::{FaultButton, Inspector, LedgerView, QueueTable, RulesView};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// An arrow key moves the line between the groups by so much of the height, in percent.
const NUDGE: i32 = 4;

#[derive(Properties, PartialEq)]
pub struct RailProps {
    pub inspector: Option<Rc<Inspector>>,
    pub ledger: Rc<LedgerView>,
    pub rules: Rc<RulesView>,
    pub queues: Rc<[QueueTable; 2]>,
    pub faults: Rc<Vec<FaultButton>>,
    pub feed: Feed,
    pub events: EventsView,
    pub why: Option<Why>,
    /// How often the window has changed its size.
    pub resized: u32,
    /// What there is to see in this scenario; empty for a trace.
    pub about: String,
    /// Charts, while they are seen; and the event in view, of how many.
    pub charts: Vec<Chart>,
    pub event: (u64, u64),
    pub docking: Rc<Docking>,
    /// There is room for one panel only.
    pub single: bool,
    /// The menu of panels is open.
    pub choosing: bool,
    /// Small screens: the rail is a drawer, and open.
    pub open: bool,
    pub act: Callback<Action>,
}

pub enum Msg {
    Grab(PointerEvent),
    Move(PointerEvent),
    Drop,
    Cancel,
    Key(KeyboardEvent),
}

pub struct Rail {
    node: NodeRef,
    hold: Option<Hold>,
    /// The tab that has the focus as soon as it stands where it goes.
    refocus: Option<Tab>,
    /// The menu was closed by a key: its button has the focus again.
    leaving: bool,
    /// The share of the height as the style sheet has it.
    share: Option<u8>,
    /// Where a tab has been moved to, for those who do not see it.
    said: String,
}

impl Component for Rail {
    type Message = Msg;
    type Properties = RailProps;

    fn create(_ctx: &Context<Rail>) -> Rail {
        Rail {
            node: NodeRef::default(),
            hold: None,
            refocus: None,
            leaving: false,
            share: None,
            said: String::new(),
        }
    }

    fn update(&mut self, ctx: &Context<Rail>, msg: Msg) -> bool {
        match msg {
            Msg::Grab(event) => {
                self.hold = Hold::of(&event, ctx.props().docking.share());
                false
            }
            Msg::Move(event) => {
                let Some(rail) = self.node.cast::<HtmlElement>() else { return false };
                let single = ctx.props().single;
                self.share = None;
                self.hold.as_mut().is_some_and(|hold| hold.follow(&rail, &event, single))
            }
            Msg::Drop => {
                let Some(hold) = self.hold.take() else { return false };
                let wish = hold.let_go();
                if let Some(wish) = wish {
                    ctx.props().act.emit(Action::Dock(wish));
                }
                true
            }
            Msg::Cancel => self.hold.take().inspect(Hold::put_back).is_some(),
            Msg::Key(event) => self.key(&event, ctx.props()),
        }
    }

    fn view(&self, ctx: &Context<Rail>) -> Html {
        let props = ctx.props();
        let docking = &*props.docking;
        let act = |action: Action| props.act.reform(move |_: MouseEvent| action.clone());
        let broken = props.rules.rules.iter().filter(|rule| rule.broken.is_some()).count();
        let menu = html! {
            <button class="sq panels-open" aria-haspopup="true" aria-expanded={props.choosing.to_string()} aria-label={tr("Panels: open, move and close them")}
                title={tr("Panels")} data-testid="panels" onclick={act(if props.choosing { Action::Close } else { Action::Open(Panel::Panels) })}>
                { super::icon::icon("#i-more", "ic20") }</button>
        };
        let held = self.hold.as_ref().and_then(Hold::landing);
        let strip = |group: usize| strip(docking, group, props.single, broken, held, &props.act);
        let one = docking.front().filter(|_| props.single);
        let body = if let Some(front) = one {
            html! { <section class="dockg"><div class="tabs"><div role="tablist" aria-label={tr("Panels")}>{ for GROUPS.map(strip) }</div>{ menu }</div>{ self.pane(props, front) }</section> }
        } else if docking.front().is_none() {
            html! {
                <div class="pane none"><p class="empty">{ tr("All panels are closed.") }</p>
                    <button class="btn" data-testid="panels-reset" onclick={act(Action::Dock(Wish::Reset))}>{ tr("Put all panels back") }</button></div>
            }
        } else {
            let upper = docking.top(0).is_some();
            let group = |group: usize| {
                let Some(top) = docking.top(group) else { return Html::default() };
                let name = if group == 0 { tr("What am I looking at") } else { tr("Is it safe") };
                let menu = if (group == 0) == upper { menu.clone() } else { Html::default() };
                html! {
                    <section key={group} class={classes!("dockg", if group == 0 { "up" } else { "low" })} aria-label={name}>
                        <div class="tabs"><div role="tablist" aria-label={name}>{ strip(group) }</div>{ menu }</div>{ self.pane(props, top) }
                    </section>
                }
            };
            let both = upper && docking.top(1).is_some();
            html! { <>{ group(0) }if both { { divider(docking.share()) } }{ group(1) }</> }
        };
        let link = ctx.link();
        html! {
            <aside ref={&self.node} class={classes!("rail", props.open.then_some("open"), props.single.then_some("single"), held.is_some().then_some("holding"))} data-drop={tr("Drop it here")}
                aria-label={tr("Panels")} data-testid="rail" onpointerdown={link.callback(Msg::Grab)} onpointermove={link.callback(Msg::Move)}
                onpointerup={link.callback(|_: PointerEvent| Msg::Drop)} onpointercancel={link.callback(|_: PointerEvent| Msg::Cancel)} onkeydown={link.callback(Msg::Key)}>
                <div class="rail-h"><h2>{ tr("Panels") }</h2><button class="btn ghost close" onclick={act(Action::ToggleDrawer)}>{ tr("Close") }</button></div>
                { body }
                if props.choosing { <div class="veil" onclick={act(Action::Close)}></div>{ panels_menu(docking, props.single, &props.act) } }
                <p class="sr" role="status" data-testid="dock-said">{ &self.said }</p>
            </aside>
        }
    }

    fn changed(&mut self, ctx: &Context<Rail>, old: &RailProps) -> bool {
        // Frames and clicks elsewhere go on beneath a drag; whatever moves the panels ends it.
        let moved = old.docking != ctx.props().docking || old.single != ctx.props().single;
        if let Some(hold) = self.hold.take_if(|_| moved) {
            hold.put_back();
        }
        if !old.choosing && ctx.props().choosing {
            self.said.clear();
        }
        true
    }

    fn rendered(&mut self, ctx: &Context<Rail>, _first: bool) {
        let Some(rail) = self.node.cast::<HtmlElement>() else { return };
        let props = ctx.props();
        let share = Some(props.docking.share());
        if self.hold.is_none() && self.share != share {
            // The page's policy allows no style attributes.
            let _ = rail.style().set_property("--share", &props.docking.share().to_string());
            self.share = share;
        }
        if let Some(tab) = self.refocus.take() {
            focus_on(&rail, &format!("[data-tab={}]", tab.name().key));
        }
        if props.choosing {
            focus(find(&rail, ".panels-menu"), 0);
        } else if std::mem::take(&mut self.leaving) {
            focus_on(&rail, ".panels-open");
        }
    }
}

fn find(rail: &HtmlElement, selector: &str) -> Option<HtmlElement> {
    rail.query_selector(selector).ok()??.dyn_into().ok()
}

fn focus_on(rail: &HtmlElement, selector: &str) {
    if let Some(element) = find(rail, selector) {
        let _ = element.focus();
    }
}

impl Rail {
    /// Keys on a tab and on the line between the groups. All others are the page's.
    fn key(&mut self, event: &KeyboardEvent, props: &RailProps) -> bool {
        let docking = &props.docking;
        let (alt, key) = (event.alt_key(), event.key());
        if props.choosing
            && let "ArrowUp" | "ArrowDown" = key.as_str()
        {
            let menu = self.node.cast::<HtmlElement>().and_then(|rail| find(&rail, ".panels-menu"));
            focus(menu, if key == "ArrowDown" { 1 } else { -1 });
            event.prevent_default();
            event.stop_propagation();
            return false;
        }
        self.leaving = props.choosing && key == "Escape";
        let wish = match Held::of(event) {
            _ if event.ctrl_key() || event.meta_key() => return false,
            Some(_) if key == "Escape" && self.hold.is_some() => {
                event.stop_propagation();
                return self.hold.take().inspect(Hold::put_back).is_some();
            }
            Some(Held::Divider) => {
                let share = i32::from(docking.share());
                let to = match key.as_str() {
                    "ArrowUp" => share - NUDGE,
                    "ArrowDown" => share + NUDGE,
                    "Home" => 0,
                    "End" => 100,
                    _ => return false,
                };
                Wish::Share(to.clamp(0, 100) as u8)
            }
            Some(Held::Tab(tab)) => {
                let Some(wish) = wish(docking, tab, &key, alt, props.single) else { return false };
                wish
            }
            None => return false,
        };
        // These keys step and seek elsewhere.
        event.prevent_default();
        event.stop_propagation();
        let mut then = (**docking).clone();
        then.apply(wish);
        let told = if let Wish::Show(tab) | Wish::Nudge(tab, _) | Wish::Cross(tab) = wish {
            self.refocus = Some(tab);
            (!matches!(wish, Wish::Show(_))).then(|| place(&then, tab))
        } else if let Wish::Close(tab) = wish {
            self.refocus =
                if props.single { then.front() } else { then.top(docking.group_of(tab)).or(then.front()) };
            Some(say!("{panel} is closed.", panel = tab.name().title))
        } else {
            None
        };
        let news = told.is_some();
        self.said = told.unwrap_or_default();
        props.act.emit(Action::Dock(wish));
        news
    }

    fn pane(&self, props: &RailProps, tab: Tab) -> Html {
        let (act, name) = (&props.act, tab.name());
        let part = match tab {
            Tab::Inspector => html! {
                <div class="pane-in" data-testid="inspector">
                    if let Some(inspector) = &props.inspector {
                        { inspect(inspector, &props.faults, act) }
                    } else {
                        <p class="empty">{ tr("Click a slot, a queue chip, a message, a disk block, a host or the record to see what it is.") }</p>
                    }
                </div>
            },
            Tab::Writes => html! { <Writes ledger={Rc::clone(&props.ledger)} /> },
            Tab::Rules => html! { <Rules rules={Rc::clone(&props.rules)} act={act.clone()} /> },
            Tab::Queue => queues(&props.queues),
            Tab::Events => html! {
                <Events feed={props.feed.clone()} view={props.events.clone()} why={props.why} resized={props.resized} act={act.clone()} />
            },
            Tab::Charts => html! {
                <div class="pane-in"><h2 class="sr">{ tr("Charts") }</h2>{ charts(&props.charts, props.event.0, props.event.1, act) }</div>
            },
            Tab::About => html! {
                <div class="pane-in">
                    <h2 class="sr">{ tr("About") }</h2>
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
            <div key={name.address} class="pane" role="tabpanel" id={format!("pane-{}", name.address)} aria-labelledby={format!("tab-{}", name.address)}
                tabindex={(tab != Tab::Events).then_some("0")}>{ part }</div>
        }
    }
}

/// What a key on a tab asks for: arrows go from tab to tab, with Alt they take it along.
fn wish(docking: &Docking, tab: Tab, key: &str, alt: bool, single: bool) -> Option<Wish> {
    let group = docking.group_of(tab);
    let by = match key {
        "ArrowLeft" => -1,
        "ArrowRight" => 1,
        "ArrowUp" | "ArrowDown" if alt => {
            let to = usize::from(key == "ArrowDown");
            return (to != group).then_some(Wish::Cross(tab));
        }
        "Delete" if !alt => return Some(Wish::Close(tab)),
        "Home" | "End" if !alt => 0,
        _ => return None,
    };
    if alt {
        return Some(Wish::Nudge(tab, by));
    }
    // One strip goes through both groups.
    let all: Vec<Tab> =
        GROUPS.into_iter().filter(|it| single || *it == group).flat_map(|it| docking.open(it)).collect();
    let at = all.iter().position(|it| *it == tab)? as i32;
    let to = match key {
        "Home" => 0,
        "End" => all.len() as i32 - 1,
        _ => (at + by).rem_euclid(all.len() as i32),
    };
    Some(Wish::Show(all[to as usize]))
}

/// `Writes: 2 of 4 in the upper group.`
fn place(docking: &Docking, tab: Tab) -> String {
    let group = docking.group_of(tab);
    let at = docking.open(group).take_while(|it| *it != tab).count() + 1;
    let (panel, of) = (tab.name().title, docking.open(group).count());
    match group {
        0 => say!("{panel}: {at} of {of} in the upper group.", panel, at, of),
        _ => say!("{panel}: {at} of {of} in the lower group.", panel, at, of),
    }
}
