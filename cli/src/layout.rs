//! `mirrorline layout`: where a block lies on the disks.

use crate::errors::{Failure, Outcome, Verdict};
use crate::output::Output;
use crate::world_args::LayoutName;
use clap::ValueEnum;
use mirrorline_engine::config::{Config, Geometry};
use mirrorline_engine::raid::layout::locate;

/// Say on which disk, at which offset, a logical block lies, and where its parity is.
///
/// Disks, offsets (in blocks of one disk), stripes and logical blocks are counted from 0.
#[derive(clap::Args)]
#[command(after_help = "Example:
  mirrorline layout --raid raid5 --disks 5 --layout left-symmetric --chunk-blocks 1 --lbn 42 --json
  {\"disk\":2,\"offset\":10,\"parity_disk\":4,\"parity_offset\":10,\"stripe\":10}")]
pub struct Args {
    /// The kind of array
    #[arg(long, value_enum, default_value_t = Raid::Raid5)]
    raid: Raid,
    /// Disks of the array, 3 to 16
    #[arg(long, default_value_t = 5)]
    disks: u8,
    /// How parity rotates
    #[arg(long, value_enum, default_value_t = LayoutName::LeftSymmetric)]
    layout: LayoutName,
    /// Consecutive blocks on one disk before the next disk's turn
    #[arg(long, default_value_t = 1)]
    chunk_blocks: u8,
    /// The logical block
    #[arg(long)]
    lbn: u64,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Raid {
    Raid5,
}

pub fn run(args: &Args) -> Outcome {
    let Raid::Raid5 = args.raid;
    let geometry = Geometry {
        disks: args.disks,
        layout: args.layout.into(),
        chunk_blocks: args.chunk_blocks,
        lines_per_stripe: 1,
    };
    let config = Config { raid: geometry, ..Config::default() };
    config
        .check()
        .map_err(|error| Failure::BadInput(format!("--disks, --chunk-blocks: {error}; change the option")))?;
    let place = locate(geometry, args.lbn);
    let mut out = Output::stdout();
    if args.json {
        out.json(&place)?;
    } else {
        out.line(format_args!("block {}: disk {}, offset {}", args.lbn, place.disk, place.offset))?;
        out.line(format_args!(
            "stripe {}: parity on disk {}, offset {}",
            place.stripe, place.parity_disk, place.parity_offset
        ))?;
    }
    out.finish()?;
    Ok(Verdict::Fine)
}
