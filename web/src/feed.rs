//! What the list of events and the chains of causes are read from: the session’s log, and how far it has been filtered.
//! A scene holds what is on the stage; a log of a million events is read only where somebody looks.

use crate::scene::causes::{self, CausesView, Why};
use crate::scene::events::{self, Edition, EventRow, EventsView, Filter, Finder};
use crate::scene::model::LineLabel;
use crate::session::Session;
use crate::session::stopwatch::now_ms;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// What a frame may spend on filtering, in milliseconds.
const SEARCH_MS: f64 = 4.0;
/// Work between two looks at the clock.
const WORK: u32 = 4_096;

#[derive(Clone)]
pub struct Feed {
    session: Rc<RefCell<Session>>,
    finder: Rc<RefCell<Finder>>,
}

/// It is always the same one: what it gives has changed when the view of it has.
impl PartialEq for Feed {
    fn eq(&self, other: &Feed) -> bool {
        Rc::ptr_eq(&self.session, &other.session)
    }
}

impl Feed {
    pub fn new(session: Rc<RefCell<Session>>) -> Feed {
        Feed { session, finder: Rc::default() }
    }

    /// Which recording it reads.
    pub fn edition(&self) -> Edition {
        self.session.borrow().edition()
    }

    /// Filters for about a frame’s share. Says whether there are other rows than before, and whether more is to come.
    pub fn search(&self, filter: &Filter, line: Option<LineLabel>) -> (bool, bool) {
        let session = self.session.borrow();
        let mut finder = self.finder.borrow_mut();
        let instant = session.instant();
        let before = (finder.rows(), finder.searched());
        finder.aim(filter, line.map(|line| line.key), session.edition());
        let start_ms = now_ms();
        let mut more = true;
        while more && now_ms() - start_ms < SEARCH_MS {
            more = finder.search(instant.log, instant.config(), WORK);
        }
        ((finder.rows(), finder.searched()) != before, more)
    }

    /// The list without its rows.
    pub fn view(&self, filter: &Filter, line: Option<LineLabel>) -> EventsView {
        let session = self.session.borrow();
        let finder = self.finder.borrow();
        let instant = session.instant();
        let event = instant.world.events();
        EventsView {
            filter: filter.clone(),
            line,
            edition: session.edition(),
            event,
            total: instant.log.len(),
            searched: finder.searched(),
            rows: finder.rows(),
            now: finder.row_at(event),
        }
    }

    pub fn rows(&self, wanted: Range<u64>) -> Vec<EventRow> {
        let session = self.session.borrow();
        let instant = session.instant();
        events::rows(&self.finder.borrow(), instant.log, instant.config(), instant.world.events(), wanted)
    }

    /// The event in a row.
    pub fn index(&self, row: u64) -> Option<u64> {
        self.finder.borrow().index(row)
    }

    /// Asks why the event in view happened.
    pub fn why_event(&self) -> Option<Why> {
        let session = self.session.borrow();
        Why::event(session.instant().world.events(), session.edition())
    }

    /// Asks why a line is as it is.
    pub fn why_line(&self, line: LineLabel) -> Why {
        let session = self.session.borrow();
        let instant = session.instant();
        Why::line(instant.log, instant.config(), line, instant.world.events(), session.edition())
    }

    /// The answer.
    pub fn causes(&self, asked: Why) -> CausesView {
        let session = self.session.borrow();
        let instant = session.instant();
        causes::causes(instant.log, instant.config(), asked, instant.world.events())
    }
}
