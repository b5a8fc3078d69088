//! One line as both controllers see it, with what was chosen of it: a slot, a message, a disk block, a request; or the
//! record.

mod host;
mod message;
mod parity;
mod record;

use super::Stage;
use crate::language::{say, tr};
use crate::scene::look::Look;
use crate::scene::model::{Bit, BitMark, Field, Inspector, InspectorRow, MapRow, Selection, SlotId, Value};
use mirrorline_engine::controller::line::Line;
use mirrorline_engine::explain::names;
use mirrorline_engine::ids::{BlockMap, Cid, ControllerId, LineKey, Session};
use mirrorline_engine::state::{FlushStep, LineState};
use mirrorline_engine::text;

/// In a longer queue a line's place is not looked for.
const WALK_MAX: u32 = 500;

pub fn inspector(stage: &Stage<'_>) -> Option<Inspector> {
    if stage.selection == Some(Selection::Record) {
        return Some(record::record(stage));
    }
    let known = stage.chosen.map(|key| line(stage, key));
    match (stage.selection, known) {
        (Some(Selection::Slot(at)), None) => Some(free_slot(stage, at)),
        (Some(Selection::Message { id, .. }), known) => message::message(stage, id, known),
        (Some(Selection::Disk { key, disk }), Some(known)) => Some(parity::block(stage, key, disk, known)),
        (Some(Selection::Host(id)), known) => host::host(stage, id, known),
        (_, known) => known,
    }
}

fn field(label: &'static str, value: impl Into<String>) -> Field {
    Field { label, value: value.into() }
}

fn line(stage: &Stage<'_>, key: LineKey) -> Inspector {
    let [a, b] = ControllerId::BOTH.map(|id| stage.line(id, key).filter(|line| line.state.is_some()));
    let states = [a, b].map(|line| line.and_then(|line| line.state));
    let owner = states.iter().flatten().find(|state| state.is_owner());
    let label = stage.label(key);
    let last = label.first_lbn + u64::from(stage.config().raid.part_blocks()) - 1;
    let row = |label, value: &dyn Fn(ControllerId, &Line) -> Value| InspectorRow {
        label,
        a: a.map_or_else(none, |line| value(ControllerId::A, line)),
        b: b.map_or_else(none, |line| value(ControllerId::B, line)),
    };
    let mut rows = vec![
        row(tr("State"), &|_, line| Value::new(line.state.map_or_else(String::new, state_text))),
        row("cid", &|_, line| Value::new(cid(line.cid))),
        row("seq", &|_, line| match line.fresh {
            Some(_) => Value::becoming(line.seq.to_string(), (line.seq + 1).to_string()),
            None => Value::new(line.seq.to_string()),
        }),
        row(tr("Slot here"), &|at, line| Value::new(slot(at, line.loc.map(|slot| slot.0)))),
        row(tr("Slot in peer"), &|at, line| {
            let now = slot(at.peer(), line.peer_slot.map(|slot| slot.0));
            match line.fresh {
                Some(fresh) => Value::becoming(now, slot(at.peer(), Some(fresh.0))),
                None => Value::new(now),
            }
        }),
    ];
    if a.is_some() || b.is_some() {
        rows.push(row(tr("Write-back"), &|at, line| Value::new(queue_place(stage, at, line))));
    } else {
        rows.truncate(1);
    }
    let map = |label, mark: &dyn Fn(ControllerId, &Line) -> Vec<Bit>| MapRow {
        label,
        a: a.map_or_else(Vec::new, |line| mark(ControllerId::A, line)),
        b: b.map_or_else(Vec::new, |line| mark(ControllerId::B, line)),
    };
    let maps = vec![
        map(tr("Valid"), &|_, line| {
            bits(stage, key, |block| if line.valid.contains(block) { BitMark::Valid } else { BitMark::Off })
        }),
        map(tr("Dirty"), &|at, line| {
            let coming = incoming(stage, at, line);
            bits(stage, key, |block| match () {
                () if coming.contains(block) => BitMark::Incoming,
                () if line.dirty.contains(block) => BitMark::Dirty,
                () => BitMark::Off,
            })
        }),
    ];
    let (note_title, note) = note(stage, key);
    let (lun, first) = (key.lun().0, label.first_lbn);
    Inspector {
        title: say!("Line {line}", line = label.to_string()),
        subtitle: match last - first {
            0 => say!("LUN {lun}, block {first}", lun, first),
            _ => say!("LUN {lun}, blocks {first}–{last}", lun, first, last),
        },
        badge: owner.map(|state| Look::from(*state)),
        following: stage.selection.is_none(),
        line: Some(label),
        sides: states.map(|state| side(state).to_owned()),
        fields: Vec::new(),
        parity: None,
        rows,
        maps: if a.is_some() || b.is_some() { maps } else { Vec::new() },
        note_title,
        note,
    }
}

fn none() -> Value {
    Value::new("–")
}

fn side(state: Option<LineState>) -> &'static str {
    match state {
        None => "",
        Some(LineState::OR) => tr("releasing"),
        Some(state) if state.is_owner() => tr("owner"),
        Some(_) => tr("mirror"),
    }
}

fn state_text(state: LineState) -> String {
    let words = Look::from(state).words();
    format!("{}, {}", state.code(), words.strip_prefix("mirror, ").unwrap_or(words))
}

fn cid(cid: Cid) -> String {
    if cid.generation == 0 {
        return "–".into();
    }
    format!("{} · {:02} · g{}", cid.owner, cid.slot.0, cid.generation)
}

fn slot(memory: ControllerId, slot: Option<u32>) -> String {
    slot.map_or_else(|| "–".into(), |slot| SlotId { memory, slot }.to_string())
}

/// `2 of 4`: counted from the oldest.
fn queue_place(stage: &Stage<'_>, at: ControllerId, line: &Line) -> String {
    let controller = stage.instant.world.controller(at);
    let Some(number) = controller.table().find(line.key) else { return "–".into() };
    // The queue's membership is known at once; its order only by walking it.
    if !controller.queue().contains(number) {
        return "–".into();
    }
    if controller.queue().len() > WALK_MAX {
        return say!("one of {total}", total = controller.queue().len());
    }
    let place = controller.queue().iter().position(|(queued, _)| queued == number);
    place.map_or_else(
        || "–".into(),
        |place| say!("{place} of {total}", place = place + 1, total = controller.queue().len()),
    )
}

/// Whether a controller holds the FN_ACK for a line of its peer's back, since it writes the same stripe.
fn is_held_back(stage: &Stage<'_>, by: ControllerId, key: LineKey) -> bool {
    stage.instant.world.controller(by).held_back().contains(&key)
}

fn bits(stage: &Stage<'_>, key: LineKey, mark: impl Fn(u32) -> BitMark) -> Vec<Bit> {
    let first = key.first_lbn(stage.line_blocks);
    let blocks = stage.config().raid.blocks_of(key);
    blocks.iter().map(|block| Bit { lbn: first + u64::from(block), mark: mark(block) }).collect()
}

/// Blocks of the write that the owner is mirroring or writing through.
fn incoming(stage: &Stage<'_>, at: ControllerId, line: &Line) -> BlockMap {
    stage.instant.world.controller(at).operation(line).map_or(BlockMap::EMPTY, |request| request.map)
}

fn note(stage: &Stage<'_>, key: LineKey) -> (String, String) {
    let newest = || tr("Newest acknowledged copy").to_owned();
    let world = stage.instant.world;
    let owned = ControllerId::BOTH.iter().find_map(|id| {
        let line = stage.line(*id, key)?;
        line.state.filter(|state| !state.is_mirror()).map(|state| (*id, line, state))
    });
    let Some((at, line, state)) = owned else {
        let default = default_owner(stage, key);
        let mirrored =
            ControllerId::BOTH.iter().any(|id| stage.line(*id, key).is_some_and(|line| line.state.is_some()));
        let gone = ControllerId::BOTH.into_iter().find(|id| !world.controller(*id).mode().serves());
        return if let (true, Some(gone)) = (mirrored, gone) {
            (
                tr("Its owner does not serve").into(),
                say!(
                    "{gone} is out of it. What {peer} holds counts as soon as record and fence have decided.",
                    gone,
                    peer = gone.peer()
                ),
            )
        } else if mirrored {
            (
                tr("Ownership on its way").into(),
                tr("One controller has granted the line; the other becomes its owner when GRANT arrives.")
                    .into(),
            )
        } else {
            (
                tr("Not cached").into(),
                say!(
                    "The disks hold it. {default} is its owner, as the default owner of LUN {lun}.",
                    default,
                    lun = key.lun().0
                ),
            )
        };
    };
    let here = slot(at, line.loc.map(|slot| slot.0));
    let there = slot(at.peer(), line.peer_slot.map(|slot| slot.0));
    let both = if line.dirty.is_empty() {
        tr("The disks hold it.").to_owned()
    } else {
        say!("seq {seq} in {here} and {there}.", seq = line.seq, here = &here, there = &there)
    };
    let text = match state {
        LineState::OP if incoming(stage, at, line).is_empty() => {
            say!("{both} The write that was being mirrored was cut off; nobody was promised it.", both)
        }
        LineState::OP => {
            let what = names::map(stage.config(), key, incoming(stage, at, line));
            let who = world
                .controller(at)
                .operation(line)
                .and_then(|request| stage.instant.log.asked(request.op()));
            let who = who.map_or_else(|| text!("the host"), |asked| names::host_within(asked.host));
            say!(
                "{both} No promise yet for {what} at seq {seq}: {who} is still waiting.",
                both,
                what,
                seq = line.seq + 1,
                who
            )
        }
        LineState::OD => {
            say!("{both} The disks are older: whichever controller survives writes it back.", both)
        }
        LineState::OF(_) if stage.config().flush.overlap => {
            let coming = incoming(stage, at, line);
            if coming.is_empty() {
                say!(
                    "{both} On its way to disk. A write may come meanwhile: what it changes stays dirty.",
                    both
                )
            } else {
                let what = names::map(stage.config(), key, coming);
                say!(
                    "{both} On its way to disk. Meanwhile {what} is being mirrored at seq {seq}: no promise yet.",
                    both,
                    what,
                    seq = line.seq + 1
                )
            }
        }
        LineState::OF(FlushStep::Notify) if is_held_back(stage, at.peer(), key) => say!(
            "{both} {peer} writes another line of this stripe. It gives its FN_ACK when the parity of that one is on disk.",
            both,
            peer = at.peer()
        ),
        LineState::OF(_) => say!(
            "{both} On its way to disk; until {peer} agrees that it is there, nothing else happens on the line.",
            both,
            peer = at.peer()
        ),
        LineState::OK => {
            say!(
                "The same in {here}, in {there} and on disk. The mirror stays until its slot is wanted.",
                here,
                there
            )
        }
        LineState::OC if line.loc.is_some() => {
            say!("On disk, and in {here} for quick reads. A clean line needs no mirror.", here)
        }
        LineState::OC => say!("On disk. {at} owns the line and holds no data of it.", at),
        LineState::OX => tr("The same on disk; the mirror copy is being dropped.").to_owned(),
        LineState::OR => tr("On disk. Both controllers are giving up their slots.").to_owned(),
        LineState::SC if line.loc.is_some() => say!("On disk, and in {here}. {at} serves alone.", here, at),
        LineState::SC => say!("On disk. {at} serves alone and holds no data of it.", at),
        LineState::SD if line.peer_slot.is_some() => {
            say!(
                "seq {seq} in {here}. The copy in {there} counts as soon as the record says DUAL.",
                seq = line.seq,
                here,
                there
            )
        }
        LineState::SD if line.dirty.is_empty() => say!("In {here}, the same as on disk.", here),
        LineState::SD => {
            say!(
                "seq {seq} in {here} alone: {at} writes it to disk before it takes anything else.",
                seq = line.seq,
                here,
                at
            )
        }
        LineState::SF(_) => {
            say!("seq {seq} in {here}, on its way to disk. {at} serves alone.", seq = line.seq, here, at)
        }
        LineState::SW(_) => say!("What was acknowledged is on disk; {at} writes the new data there too.", at),
        LineState::OW(_) => {
            tr("What was acknowledged before is on disk; the new write goes there too, past the mirror.")
                .to_owned()
        }
        _ => both,
    };
    (newest(), text)
}

/// Who owns a line that nobody has an entry for. Of two that do not serve, as configured.
fn default_owner(stage: &Stage<'_>, key: LineKey) -> ControllerId {
    let world = stage.instant.world;
    let serving = ControllerId::BOTH.into_iter().find(|id| world.controller(*id).mode().serves());
    world.controller(serving.unwrap_or(ControllerId::A)).default_owner(key)
}

fn free_slot(stage: &Stage<'_>, at: SlotId) -> Inspector {
    let local = at.slot < stage.config().lines;
    let (home, note) = if local {
        (
            say!("one of {memory}’s own", memory = at.memory),
            say!("{memory} takes it for a line that it owns.", memory = at.memory),
        )
    } else {
        (
            say!("in {memory}, lent to {peer}", memory = at.memory, peer = at.memory.peer()),
            say!("{peer} may fill it with a mirror copy without asking.", peer = at.memory.peer()),
        )
    };
    Inspector {
        title: say!("Slot {slot}", slot = at.to_string()),
        subtitle: home,
        note_title: tr("Free").into(),
        note,
        ..Inspector::default()
    }
}

/// Blocks of a line by their numbers: `40–41, 43`.
pub fn blocks(stage: &Stage<'_>, key: LineKey, map: BlockMap) -> String {
    let first = key.first_lbn(stage.line_blocks);
    let mut text = String::new();
    let mut left = map;
    while let Some(from) = left.iter().next() {
        let count = (from..64).take_while(|block| left.contains(*block)).count() as u32;
        left = left.without(BlockMap::range(from, count));
        let comma = if text.is_empty() { "" } else { ", " };
        let from = first + u64::from(from);
        text += &match count {
            1 => format!("{comma}{from}"),
            _ => format!("{comma}{from}–{}", from + u64::from(count) - 1),
        };
    }
    if text.is_empty() { tr("none").to_owned() } else { text }
}

/// A conversation of the two controllers.
fn session(session: Session) -> String {
    say!("epoch {epoch}, join {nonce}", epoch = session.epoch, nonce = session.nonce)
}

/// The number that a block holds, which is that of the write it came from.
fn word(value: u64) -> String {
    format!("{value:02x}")
}
