//! The panels: where they stand, and what is made only while they are seen.

use super::App;
use crate::room;
use crate::scene::causes::Why;
use crate::scene::charts::Chart;
use crate::scene::docking::{Docking, Tab, Wish};
use crate::scene::events::EventsView;
use crate::scene::model::ViewState;
use crate::share;
use crate::theme::Theme;
use std::rc::Rc;

/// Rows of each write-back queue in its panel.
const QUEUE_ROWS: usize = 32;

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

    /// Charts of the run, while they are shown.
    pub(super) fn charts(&self) -> Vec<Chart> {
        if self.sees(Tab::Charts) { self.session.borrow().charts() } else { Vec::new() }
    }

    /// The list of events, while it is shown.
    pub(super) fn events(&self) -> EventsView {
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
