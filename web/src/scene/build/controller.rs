//! One controller's card: its cache, its queue, its hash table, its lists, and its wire to the disks.

use super::Stage;
use super::slots::{Held, region};
use crate::language::{say, speak, tr};
use crate::scene::model::{
    BusChip, ControllerCard, FreeList, HashBucket, HashEntry, HashView, QueueChip, QueueView, SlotId,
};
use mirrorline_engine::controller::Controller;
use mirrorline_engine::controller::line::Line;
use mirrorline_engine::controller::memory;
use mirrorline_engine::controller::work::{Purpose, StripeStep, Work};
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::slab::NONE;
use mirrorline_engine::state::LineState;
use mirrorline_engine::text;

/// Slots of a free list that are named.
const FREE_NAMED: usize = 12;
/// From this slot on, numbers are so long that only the next one to be taken is named.
const LONG_NUMBER: u32 = 1_000;
/// Letters that a chip of the queue has room for; longer ones leave room for fewer.
const CHIP_LETTERS: usize = 11;
/// More buckets than this are not counted.
const BUCKETS_COUNTED: usize = 4096;

pub fn card(stage: &Stage<'_>, id: ControllerId, held: &[Vec<Held>; 2]) -> ControllerCard {
    let controller = stage.instant.world.controller(id);
    let config = stage.config();
    let held = &held[id.index()];
    ControllerCard {
        id,
        role: role(stage, id),
        condition: super::condition::condition(stage, id),
        own: region(stage, id, 0, config.lines, held),
        lent: region(stage, id, config.lines, config.lent, held),
        queue: queue(stage, controller),
        hash: hash(stage, controller),
        local_free: free_list(&controller.memory().local_free),
        mirror_free: free_list(&controller.memory().mirror_free),
        bus: bus(stage, controller),
    }
}

fn role(stage: &Stage<'_>, id: ControllerId) -> String {
    let controller = stage.instant.world.controller(id);
    let serving = controller.mode().serves();
    let homes = controller.homes();
    let mine: Vec<usize> = (0..homes.len())
        .filter(|lun| serving && (controller.mode().is_alone() || homes[*lun] == id))
        .collect();
    match mine.as_slice() {
        [] => tr("default owner of no LUN").into(),
        all if controller.mode().is_alone() => say!("owns every line of {count} LUNs", count = all.len()),
        [one] => say!("default owner of LUN {lun}", lun = one),
        [one, two] => say!("default owner of LUNs {lun}, {other}", lun = one, other = two),
        many => say!("default owner of {count} LUNs", count = many.len()),
    }
}

fn free_list(list: &memory::FreeList) -> FreeList {
    let named = if list.iter().next().is_some_and(|slot| slot.0 >= LONG_NUMBER) { 1 } else { FREE_NAMED };
    FreeList { count: list.len(), next: list.iter().take(named).map(|slot| slot.0).collect() }
}

fn queue(stage: &Stage<'_>, controller: &Controller) -> QueueView {
    let peer = controller.id().peer();
    let all = controller.queue().len() as usize;
    let mut room = stage.view.queue_chips * CHIP_LETTERS;
    let mut chips: Vec<QueueChip> = Vec::new();
    for (at, mirror) in controller.queue().iter().take(stage.view.queue_chips) {
        let line = &controller.table()[at];
        let chip = QueueChip {
            line: stage.label(line.key),
            // A controller that serves alone has no mirrors.
            mirror: (mirror.0 != NONE).then_some(SlotId { memory: peer, slot: mirror.0 }),
            flushing: matches!(line.state, Some(LineState::OF(_) | LineState::SF(_))),
            selected: stage.is_chosen(line.key),
        };
        let address = chip.mirror.map_or_else(String::new, |slot| format!(" {slot}"));
        let letters = format!("{}{address}", chip.line).len() + 2;
        if letters > room && !chips.is_empty() {
            break;
        }
        room = room.saturating_sub(letters);
        chips.push(chip);
    }
    QueueView { more: (all - chips.len()) as u32, chips }
}

fn hash(stage: &Stage<'_>, controller: &Controller) -> HashView {
    let table = controller.table();
    let most = stage.view.hash_buckets;
    let mut view = HashView::default();
    let mut used = 0;
    for index in 0..table.bucket_count().min(BUCKETS_COUNTED) {
        let mut in_use = table.bucket(index).filter(|line| line.state.is_some()).peekable();
        if in_use.peek().is_none() {
            continue;
        }
        used += 1;
        // Beyond those shown, only the chosen line's bucket is of interest.
        if view.buckets.len() >= most {
            if !in_use.any(|line| stage.is_chosen(line.key)) {
                continue;
            }
            view.buckets.pop();
        }
        view.buckets.push(HashBucket { index: index as u32, entries: bucket(stage, controller, index) });
    }
    view.more = used - view.buckets.len() as u32;
    view.entries = table.len() as u32;
    if table.len() <= BUCKETS_COUNTED {
        // Records that only hold waiting requests are no entries of the protocol.
        view.entries = table.iter().filter(|(_, line)| line.state.is_some()).count() as u32;
    }
    view
}

fn bucket(stage: &Stage<'_>, controller: &Controller, index: usize) -> Vec<HashEntry> {
    let entry = |line: &Line| {
        let look = line.state?.into();
        Some(HashEntry { line: stage.label(line.key), look, selected: stage.is_chosen(line.key) })
    };
    controller.table().bucket(index).filter_map(entry).collect()
}

fn bus(stage: &Stage<'_>, controller: &Controller) -> Option<BusChip> {
    let mut works: Vec<&Work> = controller.works().map(|(_, work)| work).collect();
    // The chosen line's work first, then stripes before reads.
    works.sort_by_key(|work| (!stage.is_chosen(work.key), matches!(work.purpose, Purpose::Read { .. })));
    let first = works.first()?;
    let line = stage.label(first.key);
    let (text, up) = match &first.purpose {
        Purpose::Read { .. } => (text!("read {line}", line), true),
        Purpose::Reconstruct { .. } => (text!("compute {line}", line), true),
        Purpose::Look(_) => (text!("check {line}", line), true),
        Purpose::Stripe(write) => {
            let through = matches!(
                stage.instant.state(controller.id(), first.key),
                Some(LineState::OW(_) | LineState::SW(_))
            );
            let text =
                if through { text!("write through {line}", line) } else { text!("flush {line}", line) };
            (text, write.step == StripeStep::Read)
        }
    };
    Some(BusChip { text: speak(text), line, more: works.len() as u32 - 1, up })
}
