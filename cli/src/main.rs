//! The program `mirrorline`: a thin shell around the engine. Each command is one file.

mod bugs;
mod check;
mod errors;
mod interrupt;
mod layout;
mod log;
mod output;
mod replay;
mod report;
mod run;
mod scenario_file;
mod sweep;
mod trace_file;
mod world_args;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Two active-active storage controllers with mirrored write-back caches, simulated.
///
/// Exit codes: 0 fine, 1 a violation of the protocol was found, 2 bad input.
#[derive(Parser)]
#[command(version, about, after_help = EXAMPLES)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  mirrorline run --list
  mirrorline run safe-write
  mirrorline replay static/samples/oltp.iolog --format fio --json
  mirrorline sweep --seeds 0..1000
  mirrorline check --world steady
  mirrorline check --bug mirror-in-place
  mirrorline layout --raid raid5 --disks 5 --layout left-symmetric --chunk-blocks 1 --lbn 42";

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    Replay(replay::Args),
    Layout(layout::Args),
    Sweep(sweep::Args),
    Check(check::Args),
    Bugs(bugs::Args),
}

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Layout(args) => layout::run(&args),
        Command::Sweep(args) => sweep::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Bugs(args) => bugs::run(&args),
    };
    errors::exit_code(outcome)
}
