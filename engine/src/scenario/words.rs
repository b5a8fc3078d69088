//! One line of a scenario as words with columns, and the questions that the parser asks of it.

use crate::scenario::error::{ScenarioError, did_you_mean};
use crate::scenario::units;

/// A line, and how far it has been read.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    /// Counted from 1.
    pub line: u64,
    words: Vec<Word<'a>>,
    next: usize,
    /// The column after the last word, where a missing one would stand.
    end_column: u64,
}

/// A word and its column, counted from 1 in characters.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    pub column: u64,
    pub text: &'a str,
}

impl<'a> Words<'a> {
    /// Cuts a line into words.
    #[must_use]
    pub fn new(line: u64, text: &'a str) -> Words<'a> {
        let mut words = Vec::new();
        let mut start: Option<(u64, usize)> = None;
        for (column, (at, letter)) in (1..).zip(text.char_indices()) {
            match (start, letter.is_whitespace()) {
                (None, false) => start = Some((column, at)),
                (Some((column, from)), true) => {
                    words.push(Word { column, text: &text[from..at] });
                    start = None;
                }
                _ => {}
            }
        }
        if let Some((column, from)) = start {
            words.push(Word { column, text: &text[from..] });
        }
        let end_column = text.trim_end().chars().count() as u64 + 2;
        Words { line, words, next: 0, end_column }
    }

    /// An error at a word of this line.
    #[must_use]
    pub fn error(
        &self,
        word: Word<'_>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> ScenarioError {
        ScenarioError { line: self.line, column: word.column, problem: problem.into(), remedy: remedy.into() }
    }

    /// The next word, if there is one.
    pub fn take(&mut self) -> Option<Word<'a>> {
        let word = self.words.get(self.next).copied();
        self.next += usize::from(word.is_some());
        word
    }

    /// The next word without taking it.
    #[must_use]
    pub fn peek(&self) -> Option<Word<'a>> {
        self.words.get(self.next).copied()
    }

    /// Where the next word stands, or would stand.
    #[must_use]
    pub fn here(&self) -> Word<'a> {
        self.peek().unwrap_or(Word { column: self.end_column, text: "" })
    }

    /// The next word; `what` and `form` say what is missing when there is none.
    ///
    /// # Errors
    /// The line is over.
    pub fn need(&mut self, what: &str, form: &str) -> Result<Word<'a>, ScenarioError> {
        let here = self.here();
        self.take().ok_or_else(|| self.error(here, format!("{what} is missing"), form))
    }

    /// One of a few fixed words.
    ///
    /// # Errors
    /// Another word, or none.
    pub fn one_of(&mut self, what: &str, known: &[&str]) -> Result<Word<'a>, ScenarioError> {
        let word = self.need(what, &format!("take one of: {}", known.join(", ")))?;
        if known.contains(&word.text) {
            return Ok(word);
        }
        Err(self.error(word, format!("'{}' is not {what}", word.text), did_you_mean(word.text, known)))
    }

    /// A whole number of `min ..= max`, with or without `suffix`.
    ///
    /// # Errors
    /// No number, or one outside.
    pub fn number(&mut self, what: &str, suffix: &str, min: u64, max: u64) -> Result<u64, ScenarioError> {
        let form = format!("write a whole number from {min} to {max}");
        let word = self.need(what, &form)?;
        let digits = word.text.strip_suffix(suffix).unwrap_or(word.text);
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse::<u64>() {
            Ok(number) if all_digits && (min..=max).contains(&number) => Ok(number),
            Ok(_) if all_digits => Err(self.error(word, format!("{what} is {}", word.text), form)),
            _ if all_digits => Err(self.error(word, format!("{what} {} is too large", word.text), form)),
            _ => Err(self.error(word, format!("'{}' is not a number for {what}", word.text), form)),
        }
    }

    /// A time in nanoseconds.
    ///
    /// # Errors
    /// No time.
    pub fn time(&mut self, what: &str) -> Result<u64, ScenarioError> {
        let word = self.need(what, units::TIME_FORM)?;
        units::parse_ns(word.text).ok_or_else(|| {
            self.error(word, format!("'{}' is no time for {what}", word.text), units::TIME_FORM)
        })
    }

    /// The line must be over.
    ///
    /// # Errors
    /// A word is left.
    pub fn end(&mut self) -> Result<(), ScenarioError> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(self.error(
                word,
                format!("'{}' does not belong here", word.text),
                "end the line before it, or put it on a line of its own",
            )),
        }
    }
}
