//! `mirrorline sweep merge`: the results of shards as the result of the whole.

use super::range::SeedRange;
use super::result::SweepResult;
use crate::errors::{Failure, Outcome};
use crate::output::Output;

/// Join the results of the shards of one sweep.
///
/// Each file is what a shard has written with --json: its last line counts. They must be of one version and of one
/// sweep, and together make the whole of it.
#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Args {
    /// Files with the output of `mirrorline sweep --json`
    #[arg(required = true)]
    files: Vec<String>,
    /// Fail, too, when something that can be reached was not by any of them
    #[arg(long)]
    all_reached: bool,
    /// End with one JSON object on the last line, as `mirrorline sweep --json` does
    #[arg(long)]
    json: bool,
}

const HELP: &str = "Examples:
  mirrorline sweep merge shard-1.json shard-2.json shard-3.json
  mirrorline sweep merge shard-*.json --json

Seconds are added up, as if one shard had run after the other.";

pub fn run(args: &Args) -> Outcome {
    let mut shards =
        args.files.iter().map(|file| Ok((file, read(file)?))).collect::<Result<Vec<_>, Failure>>()?;
    shards.sort_by_key(|(_, result)| (result.piece_first, result.piece_last));
    fit(&shards)?;
    let mut out = Output::stdout();
    let unfinished: Vec<&SweepResult> =
        shards.iter().map(|(_, shard)| shard).filter(|shard| shard.next_seed < shard.piece_last).collect();
    let whole = SeedRange { first: shards[0].1.first, last: shards[0].1.last };
    out.line(format_args!("seeds      {whole}, {} shards", shards.len()))?;
    if let Some(variant) = &shards[0].1.variant {
        out.line(format_args!("variant    {variant}"))?;
    }
    for shard in unfinished {
        out.line(format_args!("           shard {} ended before seed {}", shard.shard, shard.next_seed))?;
    }
    let result = join(shards.into_iter().map(|(_, shard)| shard));
    result.print(&mut out)?;
    if args.json {
        out.json(&result)?;
    }
    out.finish()?;
    Ok(result.verdict(args.all_reached))
}

fn read(file: &str) -> Result<SweepResult, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::BadInput(format!("{file}: cannot be read: {error}; name the shards' files"))
    })?;
    let (number, line) =
        (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).last().ok_or_else(|| {
            Failure::BadInput(format!("{file}: the file is empty; has the shard finished?"))
        })?;
    serde_json::from_str(line).map_err(|error| {
        let column = error.column();
        Failure::BadInput(format!(
            "{file}:{number}:{column}: the last line is no result of a sweep ({error}); was the shard run with --json?"
        ))
    })
}

/// Whether they are the pieces of one whole.
fn fit(shards: &[(&String, SweepResult)]) -> Result<(), Failure> {
    let bad = |text: String| Err(Failure::BadInput(text));
    let (first_file, first) = &shards[0];
    for (file, shard) in shards {
        if shard.version != first.version {
            return bad(format!(
                "{file}: made by version {}, but {first_file} by {}; run all shards with one version",
                shard.version, first.version
            ));
        }
        if shard.variant != first.variant {
            let named = |variant: &Option<String>| variant.as_deref().unwrap_or("no variant").to_owned();
            return bad(format!(
                "{file}: a sweep of {}, but {first_file} of {}; merge one sweep at a time",
                named(&shard.variant),
                named(&first.variant)
            ));
        }
        if (shard.first, shard.last) != (first.first, first.last) {
            return bad(format!(
                "{file}: a piece of seeds {}..{}, but {first_file} is one of {}..{}; merge one sweep at a time",
                shard.first, shard.last, first.first, first.last
            ));
        }
    }
    let mut next = first.first;
    for (at, (file, shard)) in shards.iter().enumerate() {
        if shard.piece_first < next {
            let before = shards[at - 1].0;
            return bad(format!(
                "{file}: has seeds {}..{}, which {before} has too; name each shard once",
                shard.piece_first,
                shard.piece_last.min(next)
            ));
        }
        if shard.piece_first > next {
            return bad(format!("seeds {next}..{} are missing; name all shards", shard.piece_first));
        }
        next = shard.piece_last;
    }
    if next < first.last {
        return bad(format!("seeds {next}..{} are missing; name all shards", first.last));
    }
    Ok(())
}

fn join(shards: impl Iterator<Item = SweepResult>) -> SweepResult {
    let mut whole: Option<SweepResult> = None;
    for shard in shards {
        let Some(sum) = &mut whole else {
            whole = Some(shard);
            continue;
        };
        sum.shard = "1/1".into();
        sum.piece_last = shard.piece_last;
        // What comes after a gap does not fill it.
        if sum.next_seed == shard.piece_first {
            sum.next_seed = shard.next_seed;
        }
        sum.seeds += shard.seeds;
        sum.events += shard.events;
        sum.host_ios += shard.host_ios;
        for (name, count) in shard.faults {
            *sum.faults.entry(name).or_default() += count;
        }
        sum.violations += shard.violations;
        sum.first_failing_seed = sum.first_failing_seed.or(shard.first_failing_seed);
        sum.failing.extend(shard.failing);
        sum.states.add(&shard.states);
        sum.threads = sum.threads.max(shard.threads);
        sum.wall_s += shard.wall_s;
    }
    let mut whole = whole.expect("at least one file is required");
    whole.unreached = whole.states.unreached();
    whole.set_rate();
    whole
}
