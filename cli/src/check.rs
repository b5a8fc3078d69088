//! `mirrorline check`: every order of events of a small world, on all cores.

mod explore;

use crate::errors::{Failure, Outcome, Verdict};
use crate::interrupt;
use crate::output::Output;
use crate::scenario_file;
use mirrorline_engine::bug::Bug;
use mirrorline_engine::explore::worlds::{self, NamedWorld, WORLDS};
use mirrorline_engine::explore::{Counterexample, Finding, Model};
use mirrorline_engine::scenario::error::did_you_mean;
use std::path::PathBuf;
use std::time::Instant;

/// Explore every order in which the events of a small world can come, and check every state.
///
/// A world is a few requests and a few faults; any pending event may come next. What is found is a shortest way to a
/// broken rule. It is written down as a scenario file, which `mirrorline run` shows step by step, and as a link that
/// opens on the page at its first step. What is found does not depend on how many threads there are.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// One world; without it the one in which the bug is found soonest, or without a bug all that are small
    #[arg(long, value_name = "NAME")]
    world: Option<String>,
    /// Plant a bug; `mirrorline bugs` lists them
    #[arg(long, value_name = "NAME")]
    bug: Option<String>,
    /// List the worlds
    #[arg(long)]
    list: bool,
    /// All worlds, also those that take minutes
    #[arg(long, conflicts_with = "world")]
    all: bool,
    /// Explore also what is the same but for names: A and B, equal lines, blocks and requests
    #[arg(long)]
    no_symmetry: bool,
    /// Give up after so many states
    #[arg(long, value_name = "N", default_value_t = 20_000_000)]
    max_states: usize,
    /// How many threads; without it as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Where counterexamples are written; made when there is one
    #[arg(long, value_name = "DIR", default_value = "counterexamples")]
    out: PathBuf,
    /// End each world with one JSON object on a line
    #[arg(long)]
    json: bool,
}

const HELP: &str = "Examples:
  mirrorline check --list
  mirrorline check --world steady
  mirrorline check --bug mirror-in-place --json

With --json each world ends with one JSON object on a line:
  world, bug                    what was explored; bug is null when none is planted
  symmetries                    what changes places with what, where of states that are the same but for that one
                                is explored; none with --no-symmetry
  unique_states, generated_states, depth
                                states seen, steps taken, and the most steps that a state is away from the start
  plain_states                  as many states as are seen with --no-symmetry: all that the unique ones stand for
  complete                      whether every state was seen
  violation                     null, or what is broken first: {invariant, steps, link, what, file}
  wall_s, unique_states_per_s   the time that it took";

/// The last line.
#[derive(serde::Serialize)]
struct Checked {
    world: &'static str,
    bug: Option<&'static str>,
    symmetries: Vec<String>,
    unique_states: usize,
    generated_states: u64,
    depth: u32,
    plain_states: u64,
    complete: bool,
    violation: Option<Broken>,
    wall_s: f64,
    unique_states_per_s: f64,
}

#[derive(serde::Serialize)]
struct Broken {
    invariant: &'static str,
    steps: u64,
    link: Option<String>,
    what: String,
    file: Option<String>,
}

pub fn run(args: &Args) -> Outcome {
    let mut out = Output::stdout();
    if args.list {
        for world in &WORLDS {
            out.line(format_args!("{:<18} {}", world.name, world.about))?;
            out.line(format_args!("{:<18} {}", "", world.bounds()))?;
        }
        out.finish()?;
        return Ok(Verdict::Fine);
    }
    let bug = args.bug.as_deref().map(find_bug).transpose()?;
    interrupt::listen();
    let mut verdict = Verdict::Fine;
    for world in worlds_of(args, bug)? {
        if check(args, world, bug, &mut out)? == Verdict::Violated {
            verdict = Verdict::Violated;
        }
        if interrupt::asked() {
            break;
        }
    }
    out.finish()?;
    Ok(verdict)
}

fn find_bug(name: &str) -> Result<Bug, Failure> {
    Bug::find(name).ok_or_else(|| {
        let names: Vec<&str> = Bug::ALL.iter().map(|bug| bug.name()).collect();
        Failure::BadInput(format!("no bug is called '{name}'; {}", did_you_mean(name, &names)))
    })
}

fn worlds_of(args: &Args, bug: Option<Bug>) -> Result<Vec<&'static NamedWorld>, Failure> {
    let name = match (&args.world, bug) {
        (Some(name), _) => name.as_str(),
        (None, Some(bug)) => bug.planted().world,
        (None, None) => return Ok(WORLDS.iter().filter(|world| args.all || !world.large).collect()),
    };
    let world = worlds::find(name).ok_or_else(|| {
        let names: Vec<&str> = WORLDS.iter().map(|world| world.name).collect();
        Failure::BadInput(format!("no world is called '{name}'; {}", did_you_mean(name, &names)))
    })?;
    Ok(vec![world])
}

fn check(
    args: &Args,
    world: &'static NamedWorld,
    bug: Option<Bug>,
    out: &mut Output,
) -> Result<Verdict, Failure> {
    let mut scenario = world.scenario();
    scenario.config.bug = bug;
    let planted = bug.map_or(String::new(), |bug| format!(", with the bug {}", bug.name()));
    out.line(format_args!("{:<18} {}{planted}", world.name, world.about))?;
    out.line(format_args!("{:<18} {}", "bounds", world.bounds()))?;
    let mut model = Model::new(scenario).expect("a named world can be explored");
    if !args.no_symmetry {
        model = model.with_symmetries();
    }
    let symmetries = model.symmetries();
    for symmetry in &symmetries {
        out.line(format_args!("{:<18} {symmetry}", "symmetry"))?;
    }
    let threads =
        args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let began = Instant::now();
    let search = explore::explore(&model, args.max_states, threads, &interrupt::asked);
    let wall_s = began.elapsed().as_secs_f64();
    let seen: Vec<&str> = search.coverage().names().collect();
    let finding = Finding::of(&model, &search, Some(world));
    let broken = finding.map(|finding| tell(finding, world, bug, args)).transpose()?;
    let checked = Checked {
        world: world.name,
        bug: bug.map(Bug::name),
        symmetries,
        unique_states: search.unique_states(),
        generated_states: search.generated_states(),
        depth: search.depth(),
        plain_states: search.plain_states(),
        complete: search.is_complete(),
        violation: broken,
        wall_s,
        unique_states_per_s: search.unique_states() as f64 / wall_s.max(1e-9),
    };
    out.line(format_args!("seen               {}", seen.join(" ")))?;
    print(&checked, search.bytes(), args.max_states, out)?;
    if args.json {
        out.json(&checked)?;
    }
    Ok(if checked.violation.is_some() { Verdict::Violated } else { Verdict::Fine })
}

/// Writes the counterexample down, if there is one.
fn tell(finding: Finding, world: &NamedWorld, bug: Option<Bug>, args: &Args) -> Result<Broken, Failure> {
    let Finding { rule, steps, what, counterexample } = finding;
    let name = bug.map_or(world.name.to_owned(), |bug| format!("{}-{}", bug.name(), world.name));
    let write = |it: &Counterexample| scenario_file::write(&args.out, &name, &it.scenario);
    let file = counterexample.as_ref().map(write).transpose()?;
    let link = counterexample.and_then(|it| it.link().ok());
    Ok(Broken { invariant: rule, steps, link, what: what.to_string(), file })
}

fn print(checked: &Checked, bytes: usize, max_states: usize, out: &mut Output) -> Result<(), Failure> {
    let Checked { unique_states, generated_states, depth, wall_s, .. } = checked;
    out.line(format_args!(
        "states             {unique_states} unique of {generated_states} generated, {depth} steps deep at most"
    ))?;
    if !checked.symmetries.is_empty() {
        let plain_states = checked.plain_states;
        out.line(format_args!("                   which stand for {plain_states} without symmetries"))?;
    }
    let rate = checked.unique_states_per_s;
    let each = bytes / unique_states.max(&1);
    out.line(format_args!("time               {wall_s:.2} s, {rate:.0} states/s, {each} bytes a state"))?;
    match &checked.violation {
        Some(broken) => {
            let Broken { invariant, steps, what, link, file } = broken;
            out.line(format_args!("violation          {invariant} after {steps} steps: {what}"))?;
            if let Some(file) = file {
                out.line(format_args!("                   {file}"))?;
            }
            if let Some(link) = link {
                out.line(format_args!("                   {link}"))?;
            }
        }
        None if checked.complete => out.line("exhausted          every state keeps every rule")?,
        None if interrupt::asked() => out.line("not exhausted      ended early by Ctrl-C")?,
        None => out.line(format_args!(
            "not exhausted      there are more than {max_states} states; take a higher --max-states"
        ))?,
    }
    out.line("")
}
