//! One block on disk, and the equation that it is part of: in each row of a stripe, parity is the XOR of the data.

use super::{field, word};
use crate::language::{say, tr};
use crate::scene::build::Stage;
use crate::scene::model::{Equation, Inspector, Term};
use crate::scene::words::count_text;
use mirrorline_engine::array::Target;
use mirrorline_engine::ids::{BlockMap, ControllerId, LineKey};
use mirrorline_engine::raid::layout;

pub fn block(stage: &Stage<'_>, key: LineKey, disk: u8, line: Inspector) -> Inspector {
    let geometry = stage.config().raid;
    let stripe = stage.instant.world.controller(ControllerId::A).shape().array_stripe(key);
    let parity = layout::parity_disk(geometry, stripe) == disk;
    let offset = stripe * u64::from(geometry.chunk_blocks);
    Inspector {
        title: if parity { say!("Parity on disk {disk}", disk) } else { say!("Data on disk {disk}", disk) },
        subtitle: say!(
            "stripe {stripe} of the array, line {line}",
            stripe = count_text(stripe),
            line = stage.label(key)
        ),
        fields: vec![field(tr("Offset"), say!("block {block} of the disk", block = count_text(offset)))],
        parity: Some(equation(stage, key, stripe, disk)),
        ..line
    }
}

/// A target of the stripe, with the block of the line that a row of it is.
struct Part {
    target: Target,
    disk: u8,
    /// The block within the line; none for parity.
    first_block: Option<u32>,
}

fn equation(stage: &Stage<'_>, key: LineKey, stripe: u64, chosen: u8) -> Equation {
    let geometry = stage.config().raid;
    let world = stage.instant.world;
    let array = world.array();
    let owned = |key| {
        let owner = ControllerId::BOTH.into_iter().find(|id| world.controller(*id).owns(key))?;
        Some((world.controller(owner), world.controller(owner).line(key)?))
    };
    let lines: Vec<_> = geometry.lines_beside(key).filter_map(owned).collect();
    let dirty = lines.iter().fold(BlockMap::EMPTY, |dirty, (_, line)| dirty.union(line.dirty));
    let data = (0..geometry.data_disks() as u8).map(Target::Data);
    let mut parts: Vec<Part> = data
        .chain([Target::Parity])
        .map(|target| Part {
            target,
            disk: target.disk(geometry, stripe),
            first_block: matches!(target, Target::Data(_)).then(|| target.first_block(geometry)),
        })
        .collect();
    parts.sort_by_key(|part| part.disk);
    // Of several rows the one that something is about to happen to, or has happened to.
    let rows = u32::from(geometry.chunk_blocks);
    let at = |part: &Part, row: u32| array.word(stripe, part.target, row);
    let is_dirty = |part: &Part, row: u32| part.first_block.is_some_and(|first| dirty.contains(first + row));
    let any = |wanted: &dyn Fn(&Part, u32) -> bool| {
        (0..rows).find(|row| parts.iter().any(|part| wanted(part, *row)))
    };
    let row = any(&is_dirty).or_else(|| any(&|part, row| at(part, row) != 0)).unwrap_or(0);
    let first_lbn = key.first_lbn(stage.line_blocks);
    let mut terms = Vec::new();
    let (mut sum, mut others, mut lost) = (0, 0, 0);
    let mut chosen_lost = false;
    for part in &parts {
        let gone = !array.is_readable(stripe, part.target, BlockMap::range(row, 1));
        let value = at(part, row);
        let is_chosen = part.disk == chosen;
        if gone {
            lost += 1;
            chosen_lost |= is_chosen;
        } else {
            sum ^= value;
        }
        if !is_chosen {
            others ^= value;
        }
        // What a flush would write there.
        let cached = part.first_block.filter(|_| is_dirty(part, row)).and_then(|first| {
            let (controller, line) = lines.iter().find(|(_, line)| line.dirty.contains(first + row))?;
            Some(word(controller.memory().word(line.loc?, first + row)))
        });
        terms.push(Term {
            disk: part.disk,
            what: part.first_block.map_or_else(
                || tr("parity").to_owned(),
                |first| say!("block {block}", block = first_lbn + u64::from(first + row)),
            ),
            value: if gone { tr("lost").to_owned() } else { word(value) },
            chosen: is_chosen,
            cached,
        });
    }
    let name = |term: &Term| term.what.clone();
    let left = terms.iter().find(|term| term.chosen).map(name).unwrap_or_default();
    let right: Vec<&Term> = terms.iter().filter(|term| !term.chosen).collect();
    let values: Vec<&str> = right.iter().map(|term| term.value.as_str()).collect();
    let others_lost = lost - u32::from(chosen_lost);
    let result = if others_lost == 0 { format!(" = {}", word(others)) } else { String::new() };
    let text = format!("{left} = {}{result}", values.join(" ⊕ "));
    let (verdict, holds) = match (chosen_lost, others_lost) {
        (true, 0) => {
            (say!("Its disk does not give it, but the others do: {value}.", value = word(others)), true)
        }
        (true, _) => (tr("Neither its disk nor the others give it.").to_owned(), false),
        (false, 1..) => {
            (tr("One disk is missing: what it held follows from the others.").to_owned(), lost == 1)
        }
        (false, 0) if sum == 0 => (tr("The equation holds: any one disk may be lost.").to_owned(), true),
        (false, 0) => {
            (tr("The equation does not hold just now: data is written, parity not yet.").to_owned(), false)
        }
    };
    Equation { terms, row: (row + 1, rows), text, verdict, holds }
}
