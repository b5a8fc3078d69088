//! `mirrorline bugs`: what can be planted.

use crate::errors::{Outcome, Verdict};
use crate::output::Output;
use mirrorline_engine::bug::{PLANTED, Planted};

/// List the bugs that can be planted, one a rule of the protocol.
///
/// `mirrorline check --bug NAME` finds the shortest way to what each of them breaks; a scenario with the line `bug NAME`
/// runs with it.
#[derive(clap::Args)]
pub struct Args {
    /// End with one JSON object on the last line: bugs [{name, breaks, rule, harmless, world}]
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct Listed<'a> {
    bugs: &'a [Planted],
}

pub fn run(args: &Args) -> Outcome {
    let mut out = Output::stdout();
    for planted in &PLANTED {
        let harmless = if planted.harmless { " (harmless)" } else { "" };
        out.line(format_args!("{:<24} {}{harmless}", planted.name, planted.breaks))?;
        out.line(format_args!("{:<24} {}; found in the world {}", "", planted.rule, planted.world))?;
    }
    if args.json {
        out.json(&Listed { bugs: &PLANTED })?;
    }
    out.finish()?;
    Ok(Verdict::Fine)
}
