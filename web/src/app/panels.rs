//! The panels: where they stand, and what is made only while they are seen.

use super::App;
use crate::action::Panel;
use crate::components::rail::Rail;
use crate::room;
use crate::scene::causes::Why;
use crate::scene::charts::Chart;
use crate::scene::docking::{Docking, Tab, Wish};
use crate::scene::events::EventsView;
use crate::scene::model::ViewState;
use crate::share;
use crate::theme::Theme;
use std::rc::Rc;
use yew::prelude::*;

/// Rows of each write-back queue in its panel.
const QUEUE_ROWS: usize = 32;

/// While it plays, the panels are drawn again at most this often: nobody reads faster, and the browser has to lay out and
/// paint more for them than for the stage.
const EVERY_MS: f64 = 100.0;

/// The panels as they were drawn last.
pub(super) struct Drawn {
    pub html: Html,
    /// Something has changed since.
    pub is_old: bool,
    age_ms: f64,
}

/// Not drawn yet.
impl Default for Drawn {
    fn default() -> Drawn {
        Drawn { html: Html::default(), is_old: true, age_ms: 0.0 }
    }
}

/// When panels that are old have to be drawn again.
#[derive(Clone, Copy)]
pub(super) enum Due {
    /// Somebody has done something.
    Now,
    /// Only time has passed: so many milliseconds.
    After(f64),
}

/// What there is room for, and what of it is seen.
pub(super) fn view(theme: Theme, docking: &Docking, single: bool) -> ViewState {
    let queue_rows = if docking.is_seen(Tab::Queue, single) { QUEUE_ROWS } else { 0 };
    ViewState { queue_rows, ..room::view(theme) }
}

impl App {
    /// Whether a panel is seen, or would be if the drawer were open.
    pub(super) fn sees(&self, tab: Tab) -> bool {
        self.docking.is_seen(tab, self.single)
    }

    pub(super) fn dock(&mut self, wish: Wish) {
        let mut docking = (*self.docking).clone();
        docking.apply(wish);
        if docking == *self.docking {
            return;
        }
        share::remember_docking(&docking);
        self.docking = Rc::new(docking);
        let view = view(self.theme, &self.docking, self.single);
        if self.view != view {
            self.view = view;
            self.refresh(false);
        }
    }

    /// Draws the panels if they are old, and says whether it has.
    pub(super) fn draw_rail(&mut self, due: Due) -> bool {
        let rests = match due {
            Due::Now => false,
            Due::After(ms) => {
                self.rail.age_ms += ms;
                self.scene.transport.playing && self.rail.age_ms < EVERY_MS
            }
        };
        if rests || !self.rail.is_old {
            return false;
        }
        self.rail = Drawn { html: self.panels(), is_old: false, age_ms: 0.0 };
        true
    }

    fn panels(&self) -> Html {
        let scene = &self.scene;
        let about =
            scene.source.scenario.and_then(|index| self.scenarios.get(index)).map(|it| it.about.clone());
        let event =
            if self.sees(Tab::Charts) { (scene.transport.event, scene.transport.total) } else { (0, 0) };
        html! {
            <Rail inspector={scene.inspector.clone()} ledger={Rc::clone(&scene.ledger)} rules={Rc::clone(&scene.rules)} queues={Rc::clone(&scene.queues)}
                faults={Rc::clone(&scene.faults)} feed={self.feed.clone()} events={self.events()} why={self.why} resized={self.resized}
                charts={self.charts()} {event} about={about.unwrap_or_default()} docking={Rc::clone(&self.docking)}
                single={self.single} choosing={self.panel == Some(Panel::Panels)} open={self.drawer} act={self.act.clone()} />
        }
    }

    /// Charts of the run, while they are shown.
    fn charts(&self) -> Vec<Chart> {
        if self.sees(Tab::Charts) { self.session.borrow().charts() } else { Vec::new() }
    }

    /// The list of events, while it is shown.
    fn events(&self) -> EventsView {
        if self.sees(Tab::Events) {
            self.feed.view(&self.filter, self.selected())
        } else {
            EventsView::default()
        }
    }

    /// Filters a few more events while somebody looks at the list, and says whether it shows others now. Frames go on
    /// until all are filtered.
    pub(super) fn look_for_events(&mut self) -> bool {
        let edition = self.feed.edition();
        let forgotten = self.why.take_if(|why| why.edition != edition).is_some();
        if !self.sees(Tab::Events) {
            return forgotten;
        }
        let (news, more) = self.feed.search(&self.filter, self.selected());
        if more {
            self.clock.request();
        }
        news || forgotten
    }

    pub(super) fn ask_why(&mut self, why: Option<Why>) {
        if why.is_some() {
            self.why = why;
            self.dock(Wish::Show(Tab::Events));
            self.drawer = true;
        }
    }
}
