//! `mirrorline run`: a scenario, event by event.

use crate::errors::{Failure, Outcome, Verdict};
use crate::interrupt;
use crate::log::{self, Logged};
use crate::output::Output;
use crate::report::{CheckDepth, JSON_HELP, Monitor};
use mirrorline_engine::explain::EventLog;
use mirrorline_engine::scenario::library::{self, LIBRARY};
use mirrorline_engine::scenario::{Scenario, error::did_you_mean};
use mirrorline_engine::sim::Run;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Run a scenario and print what happens, line by line.
///
/// Each line tells one fact. The first line of an event begins with its virtual time, its number, and after the arrow
/// the number of the event that caused it.
#[derive(clap::Args)]
#[command(after_help = HELP.as_str())]
pub struct Args {
    /// The name of a built-in scenario, or the path of a scenario file
    #[arg(required_unless_present = "list")]
    scenario: Option<String>,
    /// List the built-in scenarios
    #[arg(long)]
    list: bool,
    /// Print the scenario's text instead of running it
    #[arg(long)]
    text: bool,
    /// Another seed than the scenario's
    #[arg(long)]
    seed: Option<u64>,
    /// Only the summary, not what happens
    #[arg(long, short)]
    quiet: bool,
    /// Write what happens into this file
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// What is checked
    #[arg(long, value_enum, default_value_t = CheckDepth::Every)]
    check: CheckDepth,
    /// End after so many events
    #[arg(long, default_value_t = 1_000_000)]
    max_events: u64,
    /// End with one JSON object on the last line
    #[arg(long)]
    json: bool,
}

static HELP: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    format!(
        "Examples:\n  mirrorline run safe-write\n  mirrorline run busy-hour --seed 8 --quiet --json\n  \
         mirrorline run reads --text > mine.scenario\n\n{JSON_HELP}"
    )
});

pub fn run(args: &Args) -> Outcome {
    let mut out = Output::stdout();
    let Some(name) = args.scenario.as_deref().filter(|_| !args.list) else {
        list(&mut out)?;
        out.finish()?;
        return Ok(Verdict::Fine);
    };
    let mut scenario = load(name)?;
    if let Some(seed) = args.seed {
        scenario.seed = seed;
    }
    if args.text {
        out.line(scenario.to_text().trim_end())?;
        out.finish()?;
        return Ok(Verdict::Fine);
    }
    play(args, name, &scenario, out)
}

fn list(out: &mut Output) -> Result<(), Failure> {
    for builtin in LIBRARY {
        let Scenario { title, about, .. } = builtin.scenario();
        out.line(format_args!("{:<13} {title}\n{:<13} {about}", builtin.name, ""))?;
    }
    Ok(())
}

/// A built-in scenario, or a file.
fn load(name: &str) -> Result<Scenario, Failure> {
    if let Some(builtin) = library::find(name)
        && !Path::new(name).exists()
    {
        return Ok(builtin.scenario());
    }
    let bytes = std::fs::read(name).map_err(|error| {
        let names = LIBRARY.map(|builtin| builtin.name);
        Failure::BadInput(format!(
            "{name}: no built-in scenario, and as a file: {error}; {}",
            did_you_mean(name, &names)
        ))
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
        Failure::BadInput(format!("{name}:{line}:1: the line is not UTF-8 text; is this a scenario file?"))
    })?;
    Scenario::parse(&text).map_err(|error| Failure::in_file(name, error))
}

fn play(args: &Args, name: &str, scenario: &Scenario, mut out: Output) -> Outcome {
    let bad = |error: String| Failure::BadInput(format!("{name}: {error}; change the scenario"));
    let source = scenario.source().map_err(|error| bad(error.to_string()))?;
    let world = scenario.world().map_err(|error| bad(error.to_string()))?;
    let mut to_file = args.log.as_deref().map(Output::file).transpose()?;
    out.line(format_args!("{}\n{}\n", scenario.title, scenario.about))?;
    interrupt::listen();
    let began = Instant::now();
    let mut monitor = Monitor::new(args.check);
    let mut run = Run::new(world, source, scenario.pacing);
    let mut log = EventLog::default();
    let mut facts = Vec::new();
    let mut quiet = true;
    while let Some(event) = run.step(&mut Logged { monitor: &mut monitor, facts: &mut facts }) {
        monitor.after_event(run.world());
        log.push(&event);
        if let Some(file) = &mut to_file {
            log::write_event(file, run.world(), &log, &event, &facts)?;
        } else if !args.quiet {
            log::write_event(&mut out, run.world(), &log, &event, &facts)?;
        }
        facts.clear();
        if run.world().events() >= args.max_events || interrupt::asked() {
            quiet = false;
            break;
        }
    }
    if let Some(refused) = run.refused() {
        return Err(bad(refused.to_string()));
    }
    if let Some(file) = to_file {
        file.finish()?;
    }
    let wall = began.elapsed();
    if quiet {
        monitor.at_end(run.world());
    } else {
        let why = if interrupt::asked() { "Ctrl-C" } else { "--max-events" };
        out.line(format_args!("ended after {} events ({why})", run.world().events()))?;
    }
    let report = monitor.report(run.world(), wall);
    if !args.quiet {
        out.line("")?;
    }
    report.print(&mut out)?;
    if args.json {
        out.json(&report)?;
    }
    out.finish()?;
    Ok(report.verdict())
}
