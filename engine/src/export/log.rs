//! A run as a log: every event and every fact in the words of the code, and the digest at the end. Two runs with
//! the same log are the same run; one such log is committed and compared natively, in Node and in a browser.

use crate::fact::Fact;
use crate::sim::{Event, Run, Source};
use std::fmt::Write;

/// Runs to the end and writes everything down.
pub fn of_run<S: Source>(mut run: Run<S>) -> String {
    let mut log = String::new();
    let mut facts = Vec::new();
    while let Some(event) = run.step(&mut facts) {
        add_event(&mut log, &event, &facts);
        facts.clear();
    }
    let world = run.world();
    // Writing to a string cannot fail.
    let _ =
        writeln!(log, "end {} ns, {} events, digest {:016x}", world.now_ns(), world.events(), world.digest());
    log
}

/// One event: number, time, cause and kind on a line, then its facts.
pub fn add_event(log: &mut String, event: &Event, facts: &[Fact]) {
    let cause = event.cause.map_or_else(|| "-".to_owned(), |cause| cause.to_string());
    let _ = writeln!(log, "{} {} {cause} {:?}", event.index, event.at_ns, event.kind);
    for fact in facts {
        let _ = writeln!(log, "  {fact:?}");
    }
}
