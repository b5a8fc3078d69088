//! Strips of tabs, the line between two groups of panels, and how a finger or a mouse takes hold of them.

use super::icon::icon;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::docking::{Docking, SHARE_LEAST, SHARE_MOST, Spot, Tab, Wish, landing};
use crate::scene::words::css_number;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, PointerEvent};
use yew::prelude::{Callback, Html, MouseEvent, classes, html};

/// A press that moves less than this, in pixels, is a click.
const CLICK_PX: f64 = 6.0;
/// A click on the line between the groups gives the upper one these shares of the height in turn.
const SHARES: [u8; 3] = [35, 64, 78];

/// What there is to take hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Tab(Tab),
    /// The line between the groups.
    Divider,
}

impl Held {
    /// What an event, which is heard at the rail, happened to.
    pub fn of(event: &Event) -> Option<Held> {
        held(event).map(|(held, _)| held)
    }
}

fn held(event: &Event) -> Option<(Held, HtmlElement)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let found: HtmlElement = target.closest("[data-tab], .divider").ok()??.dyn_into().ok()?;
    let held = match found.get_attribute("data-tab") {
        Some(letter) => Held::Tab(letter.chars().next().and_then(Tab::of_key)?),
        None => Held::Divider,
    };
    Some((held, found))
}

/// A drag that goes on.
pub struct Hold {
    held: Held,
    node: HtmlElement,
    x: f64,
    y: f64,
    moved: bool,
    /// The group, and the tab there, before which a tab would land.
    landing: Option<(usize, Option<Tab>)>,
    /// The upper group's share, as it was, and as it would be.
    share: [f64; 2],
}

impl Hold {
    /// Takes hold of what was pressed, if it can be moved.
    pub fn of(event: &PointerEvent, share: u8) -> Option<Hold> {
        let (held, node) = held(event).filter(|_| event.button() == 0)?;
        // Without capture a drag ends at the edge: not worse than that.
        let _ = node.set_pointer_capture(event.pointer_id());
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        Some(Hold { held, node, x, y, moved: false, landing: None, share: [f64::from(share); 2] })
    }

    /// Follows the pointer. Says whether what is shown besides changes.
    pub fn follow(&mut self, rail: &HtmlElement, event: &PointerEvent, single: bool) -> bool {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let (dx, dy) = (x - self.x, y - self.y);
        self.moved |= dx.abs().max(dy.abs()) >= CLICK_PX;
        if !self.moved {
            return false;
        }
        let before = self.landing;
        match self.held {
            Held::Divider => {
                let height = rail.get_bounding_client_rect().height().max(1.0);
                let share = self.share[0] + dy / height * 100.0;
                self.share[1] = share.clamp(f64::from(SHARE_LEAST), f64::from(SHARE_MOST));
                let _ = rail.style().set_property("--share", &css_number(self.share[1]));
            }
            Held::Tab(_) => {
                // Within a page that is scaled as a whole, its own pixels are bigger.
                let zoom =
                    self.node.get_bounding_client_rect().width() / f64::from(self.node.offset_width().max(1));
                let by = |pixels: f64| (pixels / zoom.max(0.1)) as i32;
                let _ = self
                    .node
                    .style()
                    .set_property("transform", &format!("translate({}px, {}px)", by(dx), by(dy)));
                self.landing = Some(self.land(rail, x, y, single));
            }
        }
        before != self.landing
    }

    /// The group that the pointer is over, and the tab there.
    fn land(&self, rail: &HtmlElement, x: f64, y: f64, single: bool) -> (usize, Option<Tab>) {
        let all = |selector: &str| {
            let list = rail.query_selector_all(selector).ok();
            let count = list.as_ref().map_or(0, |list| list.length());
            (0..count).filter_map(move |at| list.as_ref()?.item(at)?.dyn_into::<HtmlElement>().ok())
        };
        // The lower group begins at its own place, or in one strip at its own line. An empty one is below everything.
        let lower = if single { ".strip.low" } else { ".dockg.low" };
        let edge = all(lower).next().map(|it| it.get_bounding_client_rect().top());
        let area = rail.get_bounding_client_rect();
        let none_above = !single && all(".dockg.up").next().is_none();
        let group = match edge {
            // Into the empty upper group: above the middle.
            Some(_) if none_above => usize::from(y > area.top() + area.height() / 3.0),
            Some(edge) => usize::from(y >= edge),
            None => usize::from(y > area.top() + area.height() * 2.0 / 3.0),
        };
        let of_group = if group == 0 { ".strip.up [data-tab]" } else { ".strip.low [data-tab]" };
        let mut spots = Vec::new();
        for tab in all(of_group) {
            // The one that is held has no place of its own.
            let Some(name) = tab.get_attribute("data-tab").and_then(|it| Tab::of_key(it.chars().next()?))
            else {
                continue;
            };
            if Held::Tab(name) == self.held {
                continue;
            }
            let rect = tab.get_bounding_client_rect();
            spots.push(Spot { tab: name, left: rect.left(), right: rect.right(), bottom: rect.bottom() });
        }
        (group, landing(&spots, x, y))
    }

    /// What is held, and the place where it would land.
    pub fn landing(&self) -> Option<(usize, Option<Tab>, Tab)> {
        match (self.held, self.landing) {
            (Held::Tab(tab), Some((group, before))) => Some((group, before, tab)),
            _ => None,
        }
    }

    /// Back to where it was taken.
    pub fn put_back(&self) {
        let _ = self.node.style().remove_property("transform");
    }

    /// Ends the drag: what it asks for. A click on a tab is none.
    pub fn let_go(&self) -> Option<Wish> {
        self.put_back();
        match (self.held, self.landing) {
            (Held::Tab(tab), Some((group, before))) => Some(Wish::Place(tab, group, before)),
            (Held::Tab(_), None) => None,
            (Held::Divider, _) if self.moved => Some(Wish::Share(self.share[1] as u8)),
            (Held::Divider, _) => {
                let next = SHARES.into_iter().find(|share| f64::from(*share) > self.share[0] + 1.0);
                Some(Wish::Share(next.unwrap_or(SHARES[0])))
            }
        }
    }
}

/// The tabs of one group. `held`: the tab that is dragged, and where it would land.
pub fn strip(
    docking: &Docking,
    group: usize,
    single: bool,
    broken: usize,
    held: Option<(usize, Option<Tab>, Tab)>,
    act: &Callback<Action>,
) -> Html {
    let here = held.filter(|(to, ..)| *to == group);
    let tab = |tab: Tab| {
        let name = tab.name();
        let chosen = docking.is_seen(tab, single);
        let wish = |wish: Wish| act.reform(move |_: MouseEvent| Action::Dock(wish));
        let badge = match tab {
            Tab::Rules if broken > 0 => html! { <em class="bad">{ say!("{broken} broken", broken) }</em> },
            Tab::Rules => html! { <em class="good">{ tr("all hold") }</em> },
            _ => Html::default(),
        };
        let class = classes!(
            "tab",
            chosen.then_some("on"),
            here.is_some_and(|(_, before, _)| before == Some(tab)).then_some("before"),
            held.is_some_and(|(.., held)| held == tab).then_some("held"),
        );
        html! {
            <div key={name.address} role="presentation" {class}>
                <button role="tab" id={format!("tab-{}", name.address)} data-tab={name.key.to_string()} data-testid={format!("tab-{}", name.address)}
                    aria-selected={chosen.to_string()} aria-controls={chosen.then(|| format!("pane-{}", name.address))} tabindex={if chosen { "0" } else { "-1" }}
                    title={say!("{panel} ({key}). Drag it, or press Alt and an arrow key, to move it; Delete closes it.", panel = name.title, key = name.key.to_string())}
                    onclick={wish(Wish::Show(tab))}>{ name.title }{ badge }</button>
                if chosen {
                    // Delete does the same for those who do not use a mouse, and the menu of panels for all.
                    <button class="tab-x" tabindex="-1" aria-hidden="true" title={tr("Close")} data-testid={format!("close-{}", name.address)} onclick={wish(Wish::Close(tab))}>{ icon("#g-x", "") }</button>
                }
            </div>
        }
    };
    let class = classes!(
        "strip",
        if group == 0 { "up" } else { "low" },
        here.is_some_and(|(_, before, _)| before.is_none()).then_some("behind"),
    );
    html! { <div key={group} role="presentation" {class}>{ for docking.open(group).map(tab) }</div> }
}

/// The line between the groups.
pub fn divider(share: u8) -> Html {
    html! {
        <div key="divider" class="divider" role="separator" tabindex="0" aria-orientation="horizontal" aria-label={tr("Height of the upper panels, in percent")}
            aria-valuemin={SHARE_LEAST.to_string()} aria-valuemax={SHARE_MOST.to_string()} aria-valuenow={share.to_string()}
            title={tr("Drag it, press arrow keys, or click, to give the upper panels another height")} data-testid="divider"></div>
    }
}
