//! `mirrorline replay`: a recorded trace as the hosts' requests.

use crate::errors::{Failure, Outcome};
use crate::interrupt;
use crate::output::{Output, progress_bar};
use crate::report::{CheckDepth, JSON_HELP, Monitor, Report, micros};
use crate::trace_file::TraceFile;
use crate::world_args::WorldArgs;
use clap::ValueEnum;
use mirrorline_engine::sim::{Pacing, Run, Seed, Source, World};
use mirrorline_engine::workload::paths::Paths;
use mirrorline_engine::workload::trace::replay::with_luns;
use mirrorline_engine::workload::trace::{MappingConfig, Router, TraceSource, TraceSummary};
use std::sync::Arc;
use std::time::Instant;

/// Replay a trace of a real system.
///
/// A file's space is dealt to the LUNs in extents of 1 MiB (larger ones above 4 GiB), and one recorded request stays
/// one request: where requests cross from one extent into the next, the two are dealt as one. Requests are widened to
/// whole blocks. Of fio's iologs, versions 2 and 3 are read; their sync, datasync and trim are counted and passed over.
#[derive(clap::Args)]
#[command(after_help = HELP.as_str())]
pub struct Args {
    /// The trace's path
    trace: String,
    /// The trace's format
    #[arg(long, value_enum, default_value_t = Format::Fio)]
    format: Format,
    #[command(flatten)]
    world: WorldArgs,
    /// LUNs; A and B are their default owners in turn
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "World")]
    luns: u16,
    /// Blocks of each LUN [default: what the trace needs]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..), help_heading = "World")]
    lun_blocks: Option<u64>,
    /// When requests are sent [default: trace, or fast for a trace without times]
    #[arg(long, value_enum)]
    pacing: Option<PacingName>,
    /// With fast pacing: requests on their way at the same time
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    depth: u32,
    /// Which controller a request goes to: owner, round-robin, fixed (host 1 to A, host 2 to B), or spill:N (to the
    /// default owner, but one in N to the other)
    #[arg(long, default_value = "spill:16")]
    paths: Paths,
    /// How many times the trace is replayed, one run after the other in the same world
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    repeat: u64,
    /// What is checked
    #[arg(long, value_enum, default_value_t = CheckDepth::End)]
    check: CheckDepth,
    /// Read the trace from its file while replaying, whatever its size
    #[arg(long)]
    stream: bool,
    /// End with one JSON object on the last line
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// An iolog of fio, version 2 or 3 (fio's option write_iolog makes one)
    Fio,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PacingName {
    /// At the times that the trace says
    Trace,
    /// As fast as they are answered, --depth at a time
    Fast,
}

static HELP: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    format!(
        "Examples:\n  mirrorline replay static/samples/oltp.iolog --format fio\n  \
         mirrorline replay my.iolog --lines 48 --pacing fast --depth 8 --check every --json\n\n{JSON_HELP}"
    )
});

/// Events between two looks at the progress bar.
const EVENTS_PER_LOOK: u32 = 1 << 16;

pub fn run(args: &Args) -> Outcome {
    let Format::Fio = args.format;
    let file = TraceFile { name: args.trace.clone() };
    let config = args.world.config();
    config.check().map_err(|error| Failure::BadInput(format!("--{error}; change the option")))?;
    let trace = file.scan(config.block_size)?;
    let luns = MappingConfig { luns: args.luns, lun_blocks: args.lun_blocks };
    let mapping = Arc::new(trace.mapping(&luns));
    let router = Router::new(mapping.clone(), args.paths, args.world.hosts, args.world.seed);
    if args.lun_blocks.is_some() {
        file.check_places(config.block_size, router.clone())?;
    }
    let world = World::new(with_luns(config, &mapping), Seed(args.world.seed))
        .map_err(|error| Failure::BadInput(format!("{}: {error}; choose other options", args.trace)))?;
    let pacing = match args.pacing {
        Some(PacingName::Trace) => Pacing::AsTimed,
        None if trace.summary.timed => Pacing::AsTimed,
        Some(PacingName::Fast) | None => Pacing::Closed { depth: args.depth },
    };
    let mut out = Output::stdout();
    describe(&mut out, &args.trace, &trace.summary, pacing)?;
    let total = trace.summary.requests().saturating_mul(args.repeat);
    let report = if trace.ops.is_empty() || args.stream {
        let stream = file.stream(&trace, router, args.repeat)?;
        let failed = stream.failed();
        let report = replay(args, Run::new(world, stream, pacing), total)?;
        if let Some(error) = failed.borrow_mut().take() {
            return Err(Failure::in_file(&args.trace, error));
        }
        report
    } else {
        let source = TraceSource::new(&trace, router, args.repeat);
        replay(args, Run::new(world, source, pacing), total)?
    };
    if interrupt::asked() {
        out.line("ended early by Ctrl-C; this is what was done until then")?;
    }
    report.print(&mut out)?;
    if args.json {
        out.json(&report)?;
    }
    out.finish()?;
    Ok(report.verdict())
}

fn replay<S: Source>(args: &Args, mut run: Run<S>, total: u64) -> Result<Report, Failure> {
    let bar = progress_bar(total, "replaying", "{pos} of {len} requests");
    let mut monitor = Monitor::new(args.check);
    interrupt::listen();
    let began = Instant::now();
    let quiet = 'run: loop {
        for _ in 0..EVENTS_PER_LOOK {
            if run.step(&mut monitor).is_none() {
                break 'run true;
            }
            monitor.after_event(run.world());
        }
        bar.set_position(run.world().counters().acknowledged);
        if interrupt::asked() {
            break false;
        }
    };
    let wall = began.elapsed();
    bar.finish_and_clear();
    if let Some(refused) = run.refused() {
        return Err(Failure::BadInput(format!("{}: {refused}; choose other options", args.trace)));
    }
    // Half-way nothing is quiet, and the checks of the end would call that a violation.
    if quiet {
        monitor.at_end(run.world());
    }
    Ok(monitor.report(run.world(), wall))
}

/// What is about to be replayed. Written before the replay, so that a long one has said what it is.
fn describe(out: &mut Output, name: &str, trace: &TraceSummary, pacing: Pacing) -> Result<(), Failure> {
    let files =
        if trace.files.len() == 1 { "1 file".to_owned() } else { format!("{} files", trace.files.len()) };
    out.line(format_args!(
        "trace      {name}: fio iolog version {}, {} lines, {files}, {} requests in {}",
        trace.version,
        trace.lines,
        trace.requests(),
        micros(trace.span_ns)
    ))?;
    for remark in trace.remarks() {
        out.line(format_args!("           {remark}"))?;
    }
    match pacing {
        Pacing::AsTimed => out.line("pacing     at the times of the trace"),
        Pacing::Closed { depth } => {
            out.line(format_args!("pacing     as fast as possible, {depth} at a time"))
        }
    }
}
