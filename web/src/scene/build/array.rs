//! The disks: the stripes that something happens to, and their neighbours.

use super::Stage;
use crate::scene::model::{ArrayView, Content, DiskCell, DiskMark, Selection, Span, StripeRow};
use mirrorline_engine::array::Target;
use mirrorline_engine::config::Layout;
use mirrorline_engine::controller::line::Line;
use mirrorline_engine::controller::work::{Purpose, StripeStep, StripeWrite};
use mirrorline_engine::fact::IoKind;
use mirrorline_engine::ids::{BlockMap, ControllerId, LineKey, Lun};
use mirrorline_engine::raid::layout;
use mirrorline_engine::raid::plan::rows_in_chunk;
use mirrorline_engine::sim::schedule::What;
use mirrorline_engine::state::{FlushStep, LineState};

pub fn array(stage: &Stage<'_>) -> ArrayView {
    let geometry = stage.config().raid;
    let layout = match geometry.layout {
        Layout::LeftSymmetric => "left-symmetric",
        Layout::LeftAsymmetric => "left-asymmetric",
    };
    let commands = commands(stage);
    let keys = stripes(stage);
    let mut rows: Vec<StripeRow> =
        keys.iter().enumerate().map(|(rank, key)| row(stage, *key, rank, &commands)).collect();
    rows.sort_by_key(|row| row.line.key);
    ArrayView {
        caption: format!("RAID-5, {} + 1, {layout}", geometry.disks - 1),
        disks: geometry.disks,
        heads: super::record::heads(stage),
        record: super::record::record(stage),
        rows,
    }
}

/// The stripes to show, the most important first: as many as there is room for, so that the rest of the stage keeps its
/// place whatever is chosen.
fn stripes(stage: &Stage<'_>) -> Vec<LineKey> {
    let most = stage.view.disk_rows;
    let mut keys: Vec<LineKey> = Vec::with_capacity(most);
    let mut add = |key: LineKey| {
        let (key, wanted) = (key.first_of_stripe(), keys.len() < most);
        if wanted && !keys.contains(&key) {
            keys.push(key);
        }
        wanted
    };
    let controllers = ControllerId::BOTH.map(|id| stage.instant.world.controller(id));
    stage.chosen.into_iter().for_each(|key| {
        add(key);
    });
    for controller in controllers {
        let _ = controller.works().all(|(_, work)| add(work.key));
    }
    for controller in controllers {
        let _ = controller.queue().iter().all(|(at, _)| add(controller.table()[at].key));
    }
    for controller in controllers {
        let mut cached = controller.table().iter().filter(|(_, line)| line.loc.is_some());
        let _ = cached.all(|(_, line)| add(line.key));
    }
    let lines_of = |lun: Lun| {
        let blocks = stage.config().luns[usize::from(lun.0)].blocks;
        blocks.div_ceil(u64::from(stage.line_blocks))
    };
    if let Some(chosen) = stage.chosen {
        let lines = lines_of(chosen.lun());
        for distance in 1..=most as u64 {
            let near = [chosen.stripe().checked_sub(distance), chosen.stripe().checked_add(distance)];
            for stripe in near.into_iter().flatten().filter(|line| *line < lines) {
                add(LineKey::new(chosen.lun(), stripe));
            }
        }
    }
    let luns = (0..stage.config().luns.len() as u16).map(Lun);
    let _ = luns.flat_map(|lun| (0..lines_of(lun)).map(move |line| LineKey::new(lun, line))).all(add);
    keys
}

/// A disk command on its way: line, disk, what it does, and when.
struct OnItsWay {
    key: LineKey,
    disk: u8,
    mark: DiskMark,
}

fn commands(stage: &Stage<'_>) -> Vec<OnItsWay> {
    let geometry = stage.config().raid;
    let found = stage.pending.iter().filter_map(|pending| {
        let What::Disk(number) = pending.what else { return None };
        let command = stage.instant.world.disk_command(number);
        let span = Span { from_ns: stage.instant.log.time_of(pending.cause), to_ns: pending.at_ns };
        let mark = match command.io {
            IoKind::Read => DiskMark::Reading(span),
            IoKind::Write => DiskMark::Writing(span),
        };
        Some(OnItsWay { key: command.key, disk: command.target.disk(geometry, command.stripe), mark })
    });
    found.collect()
}

/// What a row's cells are marked by; those of one line, where lines share the stripe.
struct Row<'a> {
    /// The blocks of the line.
    blocks: BlockMap,
    line: Option<&'a Line>,
    write: Option<&'a StripeWrite>,
    /// Blocks of the host's write in progress.
    coming: BlockMap,
    on_disk: BlockMap,
    parity_written: bool,
    /// A controller knows that the parity may be wrong.
    suspect: bool,
}

fn row(stage: &Stage<'_>, key: LineKey, rank: usize, commands: &[OnItsWay]) -> StripeRow {
    let geometry = stage.config().raid;
    let stripe = stage.instant.world.controller(ControllerId::A).shape().array_stripe(key);
    let mine: Vec<&OnItsWay> =
        commands.iter().filter(|command| command.key.first_of_stripe() == key).collect();
    let seen: Vec<Row<'_>> = geometry.lines_beside(key).map(|key| row_of_line(stage, key)).collect();
    let cells = (0..geometry.disks).map(|disk| cell(stage, key, stripe, disk, &seen, &mine)).collect();
    StripeRow {
        line: stage.label(key),
        active: seen.iter().any(|row| row.write.is_some()) || !mine.is_empty(),
        selected: geometry.lines_beside(key).any(|key| stage.is_chosen(key)),
        rank: match rank {
            0 | 1 => 0,
            2 => 1,
            _ => 2,
        },
        cells,
    }
}

fn row_of_line<'a>(stage: &Stage<'a>, key: LineKey) -> Row<'a> {
    let world = stage.instant.world;
    // While ownership is on its way, neither owns the line, and both know the same.
    let owner =
        ControllerId::BOTH.into_iter().find(|id| world.controller(*id).owns(key)).unwrap_or(ControllerId::A);
    let controller = world.controller(owner);
    let line = controller.line(key);
    let work = controller
        .works()
        .map(|(_, work)| work)
        .find(|work| work.key == key && matches!(work.purpose, Purpose::Stripe(_)));
    let write = work.and_then(|work| match &work.purpose {
        Purpose::Stripe(write) => Some(write),
        _ => None,
    });
    let coming =
        line.and_then(|line| controller.operation(line)).map_or(BlockMap::EMPTY, |request| request.map);
    let (on_disk, parity_written) = match line.and_then(|line| Some((line, line.state?))) {
        Some((line, LineState::OF(FlushStep::Confirm) | LineState::SF(FlushStep::Confirm))) => {
            let newer = controller.flushes().get(key).map_or(BlockMap::EMPTY, |flush| flush.newer);
            (line.dirty.without(newer), true)
        }
        Some((_, LineState::OW(FlushStep::Confirm))) => (coming, true),
        _ => (BlockMap::EMPTY, false),
    };
    let suspect = ControllerId::BOTH.iter().any(|id| world.controller(*id).is_suspect(key));
    let blocks = stage.config().raid.blocks_of(key);
    Row { blocks, line, write, coming, on_disk, parity_written, suspect }
}

fn cell(
    stage: &Stage<'_>,
    key: LineKey,
    stripe: u64,
    disk: u8,
    rows: &[Row<'_>],
    commands: &[&OnItsWay],
) -> DiskCell {
    let geometry = stage.config().raid;
    let parity = layout::parity_disk(geometry, stripe) == disk;
    let chunk =
        (0..geometry.data_disks() as u8).find(|chunk| layout::data_disk(geometry, stripe, *chunk) == disk);
    let (content, blocks) = match chunk.filter(|_| !parity) {
        Some(chunk) => {
            let first_block = Target::Data(chunk).first_block(geometry);
            let count = u32::from(geometry.chunk_blocks);
            let first = key.first_lbn(stage.line_blocks) + u64::from(first_block);
            let last = first + u64::from(count) - 1;
            (Content::Blocks { first, last }, BlockMap::range(first_block, count))
        }
        None => (Content::Parity, BlockMap::EMPTY),
    };
    // Of the parity the line says most that is being written, or was last.
    let says_most = |row: &&Row<'_>| if parity { row.write.is_some() } else { row.blocks.intersects(blocks) };
    let row = rows
        .iter()
        .find(says_most)
        .or_else(|| rows.iter().find(|row| row.parity_written))
        .unwrap_or(&rows[0]);
    let flying = commands.iter().find(|command| command.disk == disk).map(|command| command.mark);
    let mark = flying.unwrap_or_else(|| quiet_mark(stage, row, chunk, parity, blocks, commands));
    let all_rows = BlockMap::range(0, u32::from(geometry.chunk_blocks));
    let missing = !stage.instant.world.array().disk(disk).unreadable(stripe, all_rows).is_empty();
    let mark = match mark {
        DiskMark::Writing(_) | DiskMark::Reading(_) => mark,
        _ if missing => DiskMark::Missing,
        _ if parity && row.suspect => DiskMark::Suspect,
        mark => mark,
    };
    let dirty = row.line.map_or(BlockMap::EMPTY, |line| line.dirty);
    DiskCell {
        disk,
        content,
        mark,
        behind: dirty.intersects(blocks) && mark != DiskMark::JustWritten,
        selected: stage.selection == Some(Selection::Disk { key, disk }),
    }
}

/// The mark of a chunk that no command is on its way to.
fn quiet_mark(
    stage: &Stage<'_>,
    row: &Row<'_>,
    chunk: Option<u8>,
    parity: bool,
    blocks: BlockMap,
    commands: &[&OnItsWay],
) -> DiskMark {
    if let Some(write) = row.write {
        let data = write.plan.write;
        let being_written =
            commands.iter().filter(|command| matches!(command.mark, DiskMark::Writing(_))).count();
        let chunks = (0..stage.config().raid.data_disks())
            .filter(|chunk| !rows_in_chunk(stage.config().raid, data, *chunk).is_empty())
            .count();
        match write.step {
            StripeStep::Data if parity && being_written < chunks => return DiskMark::Suspect,
            StripeStep::Data | StripeStep::Parity if data.intersects(blocks) => return DiskMark::JustWritten,
            _ => {}
        }
    }
    let written = if parity { row.parity_written } else { row.on_disk.intersects(blocks) };
    if written {
        DiskMark::JustWritten
    } else if chunk.is_some() && row.coming.intersects(blocks) {
        DiskMark::Expected
    } else {
        DiskMark::Quiet
    }
}
