//! `mirrorline sweep`: many random worlds in which many things fail, on all cores.

mod campaign;
mod failing;
mod merge;
mod range;
mod result;

use crate::errors::Outcome;
use crate::interrupt;
use crate::output::Output;
use campaign::Campaign;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use mirrorline_engine::sweep::Variant;
use range::{SeedRange, Shard};
use std::path::PathBuf;
use std::time::Instant;

/// Run random worlds in which random things fail, and check every step.
///
/// Each seed is one small world with its requests and its failures. The sweep stops at the first violation, reduces
/// that world to the least that still fails, and writes it down as a scenario file, which `mirrorline run` shows step
/// by step. What it finds does not depend on how many threads it has.
#[derive(clap::Args)]
#[command(after_help = HELP, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Seeds from the first up to, but without, the last
    #[arg(long, value_name = "FIRST..LAST", required = true)]
    seeds: Option<SeedRange>,
    /// Only the i-th of n equal pieces of the seeds; 1/n to n/n make the whole
    #[arg(long, value_name = "i/n", default_value = "1/1")]
    shard: Shard,
    /// The same worlds in a variant of the protocol: writes overlap flushes, lines share a stripe, or a controller alone answers writes from its own memory
    #[arg(long, value_name = "VARIANT", value_parser = variant_parser())]
    variant: Option<Variant>,
    /// Stop after the seed with which so many events have been simulated
    #[arg(long, value_name = "M")]
    events: Option<u64>,
    /// Go on after a violation
    #[arg(long)]
    keep_going: bool,
    /// Fail, too, when something that can be reached has not been
    #[arg(long)]
    all_reached: bool,
    /// Where scenario files of failing seeds are written; made when there is one
    #[arg(long, value_name = "DIR", default_value = "failing-seeds")]
    out: PathBuf,
    /// Events that reducing one failing seed may take
    #[arg(long, value_name = "M", default_value_t = 2_000_000)]
    shrink_events: u64,
    /// How many threads; without it as many as there are cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// End with one JSON object on the last line
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum Action {
    Merge(merge::Args),
}

const HELP: &str = "Examples:
  mirrorline sweep --seeds 0..1000
  mirrorline sweep --seeds 0..1000000 --events 100000000 --keep-going --out failures --json
  mirrorline sweep --seeds 0..1000 --variant shared-stripes
  mirrorline sweep --seeds 0..1000000 --shard 3/8 --json > shard-3.json
  mirrorline sweep merge shard-*.json

docs/sweep.md shows how to spread a sweep over machines.

With --json the last line is one JSON object:
  version                       of the engine: the same seeds are the same worlds only within one version
  variant                       of the protocol, null for none
  first, last                   the seeds of the whole sweep
  shard, piece_first, piece_last
                                which piece of it this is
  seeds, next_seed              how many seeds were run, and the first one of the piece that was not
  events, host_ios              events simulated, and requests sent
  faults                        {\"crash\": n, ...}: what was broken and mended, by kind
  violations, first_failing_seed, failing
                                failing seeds: how many, the first, and each with what was wrong and its file
  states                        how often each thing was seen: \"lines\" (states), \"messages\", \"modes\", and \"met\": for
                                each fault the modes that it met, of the controller that it hit and of the other
  unreached                     what can be reached and was not
  threads, wall_s, events_per_s events in each second of real time, all threads together";

pub fn run(args: &Args) -> Outcome {
    if let Some(Action::Merge(args)) = &args.action {
        return merge::run(args);
    }
    let seeds = args.seeds.unwrap_or_default();
    let piece = args.shard.piece(seeds);
    let threads = args.threads.map_or_else(available_threads, usize::from);
    let mut out = Output::stdout();
    out.line(format_args!("seeds      {piece}, shard {} of {seeds}, {threads} threads", args.shard))?;
    if let Some(variant) = args.variant {
        out.line(format_args!("variant    {}", variant.name()))?;
    }
    interrupt::listen();
    let campaign = Campaign {
        piece,
        variant: args.variant,
        events: args.events.unwrap_or(u64::MAX),
        keep_going: args.keep_going,
        shrink_events: args.shrink_events,
        threads,
    };
    let began = Instant::now();
    let (mut result, failures) = campaign.run();
    result.close(seeds, args.shard, began.elapsed());
    for failure in &failures {
        let file = failing::write(&args.out, failure)?;
        result.name_file(failure.seed, file);
    }
    if interrupt::asked() {
        out.line("ended early by Ctrl-C; this is what was done until then")?;
    }
    result.print(&mut out)?;
    if args.json {
        out.json(&result)?;
    }
    out.finish()?;
    Ok(result.verdict(args.all_reached))
}

/// Reads a variant by its name, and lists them all in the help and in errors.
fn variant_parser() -> impl TypedValueParser<Value = Variant> {
    PossibleValuesParser::new(Variant::ALL.map(Variant::name)).map(|name| {
        Variant::ALL.into_iter().find(|variant| variant.name() == name).expect("it is one of them")
    })
}

/// As many as there are cores for this process.
fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
