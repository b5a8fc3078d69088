//! Running on until something happens: what can be waited for, and how far the search for it has come. The recording
//! may have to go on before it is found, so a search lasts until then, or until a person does something else.

use super::film::Film;
use super::lookout;
use crate::language::{say, tr};
use mirrorline_engine::mark;

/// What a person waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A host hears that its write is done.
    Done,
    Flush,
    Ownership,
    /// Something is broken or mended, or a controller changes its mode.
    Upset,
    /// An invariant breaks.
    Violation,
    /// Nothing is pending any more.
    Quiet,
}

impl Until {
    pub const ALL: [Until; 6] =
        [Until::Done, Until::Flush, Until::Ownership, Until::Upset, Until::Violation, Until::Quiet];

    /// One word, for tests and style sheets.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Until::Done => "done",
            Until::Flush => "flush",
            Until::Ownership => "ownership",
            Until::Upset => "upset",
            Until::Violation => "violation",
            Until::Quiet => "quiet",
        }
    }

    /// After “Run until …”.
    #[must_use]
    pub fn words(self) -> &'static str {
        tr(match self {
            Until::Done => mark!("a host hears “done”"),
            Until::Flush => mark!("a flush begins"),
            Until::Ownership => mark!("ownership moves"),
            Until::Upset => mark!("a fault or a change of mode"),
            Until::Violation => mark!("an invariant breaks"),
            Until::Quiet => mark!("all is quiet: the end"),
        })
    }

    /// What is said when it does not happen any more.
    fn never(self) -> &'static str {
        tr(match self {
            Until::Done => mark!("No host hears “done” after this"),
            Until::Flush => mark!("No flush begins after this"),
            Until::Ownership => mark!("No ownership moves after this"),
            Until::Upset => mark!("Nothing fails and no mode changes after this"),
            Until::Violation => mark!("No invariant breaks after this"),
            Until::Quiet => mark!("Nothing happens after this"),
        })
    }
}

/// A search ahead.
#[derive(Debug, Default)]
pub struct Quest {
    wanted: Option<Until>,
    /// Events up to here have been looked at.
    from: u64,
    note: Option<String>,
}

impl Quest {
    /// Begins anew after an instant.
    pub fn begin(&mut self, wanted: Until, position: u64) {
        self.from = position;
        self.note = Some(say!("Looking ahead until {what} …", what = wanted.words()));
        self.wanted = Some(wanted);
    }

    /// A person does something else: neither the search nor what came of it matters any more.
    pub fn drop_it(&mut self) {
        self.wanted = None;
        self.note = None;
    }

    #[must_use]
    pub fn is_on(&self) -> bool {
        self.wanted.is_some()
    }

    /// What is said about it.
    #[must_use]
    pub fn note(&self) -> Option<&String> {
        self.note.as_ref()
    }

    /// Looks at what has been recorded meanwhile. The position to go to, once it is found.
    pub fn look(&mut self, film: &Film) -> Option<u64> {
        let wanted = self.wanted?;
        let found = match wanted {
            Until::Quiet => None,
            Until::Violation => {
                film.violations().iter().map(|broken| broken.after_events).filter(|at| *at > self.from).min()
            }
            Until::Done => film.find_turn(self.from, lookout::DONE),
            Until::Flush => film.find_turn(self.from, lookout::FLUSH),
            Until::Ownership => film.find_turn(self.from, lookout::OWNERSHIP),
            Until::Upset => film.find_turn(self.from, lookout::UPSET),
        };
        if found.is_some() {
            self.drop_it();
            return found;
        }
        let end = (wanted == Until::Quiet && film.position() < film.events()).then(|| film.events());
        self.from = film.events();
        if !film.is_recorded() {
            return None;
        }
        self.drop_it();
        if let Some(cut) = film.cut() {
            self.note = Some(format!("{}, as far as it is recorded: {cut}.", wanted.never()));
        } else if end.is_none() {
            self.note = Some(format!("{}.", wanted.never()));
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Command, Session};
    use super::*;
    use crate::scene::model::{Scene, ViewState};

    fn scene(session: &Session) -> Scene {
        session.scene(&ViewState::default())
    }

    fn run(session: &mut Session, until: Until) -> (u64, Option<String>) {
        session.dispatch(Command::RunUntil(until)).unwrap();
        let mut frames = 0;
        while session.quest.is_on() {
            session.advance(16.0);
            frames += 1;
            assert!(frames < 100_000);
        }
        let transport = scene(session).transport;
        assert!(!transport.playing);
        (transport.event, transport.note)
    }

    fn built_in(title: &str) -> Session {
        let mut session = Session::new();
        let index = Session::scenarios().iter().position(|info| info.title.contains(title)).unwrap();
        session.dispatch(Command::LoadScenario(index)).unwrap();
        session
    }

    #[test]
    fn it_goes_to_each_answer_in_turn_and_then_says_that_none_is_left() {
        let mut session = Session::new();
        let mut last = 0;
        let mut answers = 0;
        loop {
            let (at, note) = run(&mut session, Until::Done);
            if note.is_some() {
                assert_eq!((at, note.as_deref()), (last, Some("No host hears “done” after this.")));
                break;
            }
            assert!(at > last);
            let headline = scene(&session).headline.what;
            assert!(headline.contains("hears"), "{headline}");
            (last, answers) = (at, answers + 1);
        }
        assert!(answers > 3);
        session.dispatch(Command::StepBack).unwrap();
        assert_eq!(scene(&session).transport.note, None, "what was said is over");
    }

    #[test]
    fn a_flush_is_met_as_it_begins_and_not_when_it_is_announced() {
        let mut session = Session::new();
        let (at, note) = run(&mut session, Until::Flush);
        assert_eq!(note, None);
        let flushing = |session: &Session| {
            let cards = scene(session).controllers;
            cards.iter().any(|card| card.queue.chips.iter().any(|chip| chip.flushing))
        };
        assert!(flushing(&session));
        session.dispatch(Command::StepBack).unwrap();
        assert!(!flushing(&session));
        session.dispatch(Command::Seek(at)).unwrap();
        assert!(run(&mut session, Until::Flush).0 > at);
    }

    #[test]
    fn ownership_and_faults_are_met() {
        let mut session = built_in("owner dies");
        let (at, _) = run(&mut session, Until::Upset);
        assert!(at > 0 && scene(&session).headline.what.contains("dies"));
        let (next, _) = run(&mut session, Until::Upset);
        assert!(next > at);
        let mut found = 0;
        for index in 0..Session::scenarios().len() {
            session.dispatch(Command::LoadScenario(index)).unwrap();
            found += u32::from(run(&mut session, Until::Ownership).1.is_none());
        }
        assert!(found > 0);
    }

    #[test]
    fn a_sound_run_breaks_no_invariant_and_ends_in_quiet() {
        let mut session = Session::new();
        let (at, note) = run(&mut session, Until::Violation);
        assert_eq!((at, note.as_deref()), (0, Some("No invariant breaks after this.")));
        let total = scene(&session).transport.total;
        assert_eq!(run(&mut session, Until::Quiet), (total, None));
        assert_eq!(run(&mut session, Until::Quiet), (total, Some("Nothing happens after this.".into())));
    }
}
