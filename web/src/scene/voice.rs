//! What a screen reader is told. At rest that is whatever is shown: somebody who steps has asked for it. While it plays
//! it is only what matters, no faster than it can be heard out; of what happens meanwhile, the weightiest is said next.

use super::model::{Broken, Headline};
use mirrorline_engine::check::Safety;
use std::rc::Rc;

/// A sentence of a dozen words takes so long to hear.
const SENTENCE_MS: f64 = 4_000.0;

/// How fast things happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One at a time, when somebody asks.
    Rest,
    Play,
    /// Faster than one can follow: only what upsets is said.
    Fast,
}

/// What is on the stage.
pub struct News<'a> {
    pub headline: &'a Headline,
    pub safety: Safety,
    /// What that safety means for the blocks of this run.
    pub verdict: &'a str,
    /// The rule that has just been broken.
    pub broken: Option<&'a Broken>,
}

impl News<'_> {
    /// What is said of it: with the reason, and with what would survive.
    fn sentence(&self, with_why: bool, with_verdict: bool) -> String {
        let mut sentence = self.broken.map_or_else(|| self.headline.what.clone(), Broken::words);
        if with_why {
            sentence = format!("{sentence} {}", self.headline.why);
        }
        if with_verdict {
            sentence = format!("{sentence} {}.", self.verdict);
        }
        sentence
    }
}

/// How much there is to a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Step,
    Matters,
    /// What would survive has changed.
    Safety,
    Broken,
}

#[derive(Debug)]
pub struct Voice {
    said: Rc<str>,
    /// How long ago that was, in a person's time.
    ago_ms: f64,
    /// What is said next.
    due: Option<(Weight, String)>,
    safety: Safety,
}

impl Default for Voice {
    fn default() -> Voice {
        Voice { said: "".into(), ago_ms: SENTENCE_MS, due: None, safety: Safety::Safe }
    }
}

impl Voice {
    /// What was said last.
    #[must_use]
    pub fn said(&self) -> Rc<str> {
        Rc::clone(&self.said)
    }

    /// Lets time pass. Says whether something has been said.
    pub fn pass(&mut self, dt_ms: f64) -> bool {
        self.ago_ms += dt_ms;
        if self.ago_ms < SENTENCE_MS {
            return false;
        }
        let due = self.due.take();
        due.is_some_and(|(_, sentence)| self.say(sentence))
    }

    /// The stage shows something new. Says whether something has been said.
    pub fn hear(&mut self, news: &News, pace: Pace) -> bool {
        let changed = std::mem::replace(&mut self.safety, news.safety) != news.safety;
        if pace == Pace::Rest {
            self.due = None;
            return self.say(news.sentence(true, changed));
        }
        let weight = match news.broken {
            Some(_) => Weight::Broken,
            None if changed => Weight::Safety,
            None if news.headline.matters && pace == Pace::Play => Weight::Matters,
            None => Weight::Step,
        };
        if weight > Weight::Step && self.due.as_ref().is_none_or(|(due, _)| *due <= weight) {
            self.due = Some((weight, news.sentence(false, changed)));
        }
        self.pass(0.0)
    }

    fn say(&mut self, sentence: String) -> bool {
        let new = *self.said != *sentence;
        if new {
            self.said = sentence.into();
            self.ago_ms = 0.0;
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headline(what: &str, matters: bool) -> Headline {
        Headline { what: what.to_owned(), why: "Because.".to_owned(), matters, chips: Vec::new() }
    }

    fn news(headline: &Headline, safety: Safety) -> News<'_> {
        News { headline, safety, verdict: "all of it counts", broken: None }
    }

    #[test]
    fn at_rest_everything_is_said_at_once() {
        let mut voice = Voice::default();
        for what in ["One.", "Two.", "Three."] {
            assert!(voice.hear(&news(&headline(what, false), Safety::Safe), Pace::Rest));
            assert_eq!(*voice.said(), format!("{what} Because."));
        }
        assert!(!voice.hear(&news(&headline("Three.", false), Safety::Safe), Pace::Rest), "said already");
    }

    #[test]
    fn in_play_only_what_matters_is_said_and_that_one_after_the_other() {
        let mut voice = Voice::default();
        assert!(!voice.hear(&news(&headline("A step.", false), Safety::Safe), Pace::Play));
        assert!(voice.hear(&news(&headline("Done.", true), Safety::Safe), Pace::Play));
        assert_eq!(&*voice.said(), "Done.");
        for what in ["Second.", "Third."] {
            assert!(!voice.hear(&news(&headline(what, true), Safety::Safe), Pace::Play), "too soon");
        }
        assert!(!voice.pass(SENTENCE_MS / 2.0));
        assert!(voice.pass(SENTENCE_MS / 2.0));
        assert_eq!(&*voice.said(), "Third.", "the newest of what waited");
    }

    #[test]
    fn the_weightiest_comes_first() {
        let mut voice = Voice::default();
        voice.hear(&news(&headline("Done.", true), Safety::Safe), Pace::Play);
        voice.hear(&news(&headline("A dies.", true), Safety::AtRisk), Pace::Play);
        voice.hear(&news(&headline("Also done.", true), Safety::AtRisk), Pace::Play);
        assert!(voice.pass(SENTENCE_MS));
        assert_eq!(&*voice.said(), "A dies. all of it counts.");
        let broken = Broken { name: "FENCED", event: 1, what: "both serve".to_owned() };
        let bad = headline("B dies.", true);
        voice.hear(&News { broken: Some(&broken), ..news(&bad, Safety::Lost) }, Pace::Fast);
        voice.hear(&news(&headline("B comes back.", true), Safety::Safe), Pace::Fast);
        assert!(voice.pass(SENTENCE_MS));
        assert!(voice.said().starts_with("FENCED"), "{}", voice.said());
    }

    #[test]
    fn in_fast_play_only_what_upsets_is_said() {
        let mut voice = Voice::default();
        assert!(!voice.hear(&news(&headline("Done.", true), Safety::Safe), Pace::Fast));
        assert!(voice.hear(&news(&headline("A dies.", true), Safety::AtRisk), Pace::Fast));
    }
}
