//! What the user sees of a long step: one line, which moves on a terminal and
//! stays plain in a log.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often a log without a terminal is told that a step still runs.
const HEARTBEAT: Duration = Duration::from_secs(60);

/// The widest moving line. It must not wrap, because it is redrawn from its
/// first column.
const LINE_WIDTH: usize = 78;

/// A step that has begun.
pub struct Step {
    line: String,
    begun: Instant,
    beat: Instant,
    moving: bool,
}

impl Step {
    /// Begins a step. `line` says what, why, and what it is expected to cost.
    pub fn begin(line: impl Into<String>) -> Self {
        let step = Self {
            line: line.into(),
            begun: Instant::now(),
            beat: Instant::now(),
            moving: std::io::stdout().is_terminal() && std::env::var_os("CI").is_none(),
        };
        println!("  ... {}", step.line);
        step
    }

    /// Shows that the step is alive; `news` is the last line of its output.
    pub fn tick(&mut self, news: &str) {
        let elapsed = self.begun.elapsed().as_secs();
        if self.moving {
            let text = format!("  {elapsed:>3} s  {news}");
            let text: String = text.chars().take(LINE_WIDTH).collect();
            print!("\r\x1b[2K{text}");
            // A terminal that went away is no reason to stop the build.
            let _ = std::io::stdout().flush();
        } else if self.beat.elapsed() >= HEARTBEAT {
            self.beat = Instant::now();
            println!("      {elapsed} s so far: {news}");
        }
    }

    /// Ends the step, and says how long it took.
    pub fn done(self) {
        self.end("ok ");
    }

    /// Ends the step as failed. Whether that matters is the caller's to say.
    pub fn failed(self) {
        self.end("-- ");
    }

    fn end(self, mark: &str) {
        let took = seconds(self.begun.elapsed());
        let erase = if self.moving { "\r\x1b[2K" } else { "" };
        // The whole line stands a little above; its subject is enough here.
        let subject = self.line.split(": ").next().unwrap_or_default();
        println!("{erase}  {mark} {subject}: {took}");
    }
}

/// A duration as a person says it.
pub fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }
}
