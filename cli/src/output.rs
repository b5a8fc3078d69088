//! Standard output in one piece: buffered, and with its errors handed up instead of ending in a panic.

use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::errors::Failure;

/// Where lines go.
pub struct Output(Box<dyn Write>);

impl Output {
    pub fn stdout() -> Output {
        Output(Box::new(BufWriter::new(io::stdout().lock())))
    }

    /// A new file, or an old one overwritten.
    pub fn file(path: &Path) -> Result<Output, Failure> {
        let file = File::create(path).map_err(|error| {
            Failure::BadInput(format!("{}: cannot be written: {error}; choose another path", path.display()))
        })?;
        Ok(Output(Box::new(BufWriter::new(file))))
    }

    pub fn line(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        Ok(writeln!(self.0, "{text}")?)
    }

    /// One JSON object on one line.
    pub fn json(&mut self, value: &impl serde::Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.0, value).map_err(io::Error::from)?;
        Ok(writeln!(self.0)?)
    }

    /// To be called last: what is buffered is written, and its errors are seen.
    pub fn finish(mut self) -> Result<(), Failure> {
        Ok(self.0.flush()?)
    }
}

/// A bar on a terminal; nothing elsewhere.
pub fn progress_bar(length: u64, what: &'static str, counts: &str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(what);
    let template = format!("{{msg}} [{{bar:30}}] {{percent}} %, {counts}, {{eta}} left");
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style.progress_chars("=> ")),
        Err(_) => bar,
    }
}
