//! One line as both controllers see it; or one free slot, one message, one block on disk.

use super::Stage;
use crate::scene::look::Look;
use crate::scene::model::{Bit, BitMark, Inspector, InspectorRow, MapRow, Selection, SlotId, Value};
use crate::scene::words::time_text;
use mirrorline_engine::controller::line::Line;
use mirrorline_engine::explain::names;
use mirrorline_engine::ids::{BlockMap, ControllerId, LineKey};
use mirrorline_engine::raid::layout;
use mirrorline_engine::state::LineState;

/// In a longer queue a line's place is not looked for.
const WALK_MAX: u32 = 500;

pub fn inspector(stage: &Stage<'_>) -> Option<Inspector> {
    let mut inspector = match (stage.chosen, stage.selection) {
        (Some(key), _) => line(stage, key),
        (None, Some(Selection::Slot(at))) => return Some(free_slot(stage, at)),
        _ => return None,
    };
    match stage.selection {
        Some(Selection::Message { id, .. }) => message(stage, id, &mut inspector),
        Some(Selection::Disk { key, disk }) => on_disk(stage, key, disk, &mut inspector),
        _ => {}
    }
    Some(inspector)
}

fn line(stage: &Stage<'_>, key: LineKey) -> Inspector {
    let [a, b] = ControllerId::BOTH.map(|id| stage.line(id, key).filter(|line| line.state.is_some()));
    let states = [a, b].map(|line| line.and_then(|line| line.state));
    let owner = states.iter().flatten().find(|state| state.is_owner());
    let label = stage.label(key);
    let last = label.first_lbn + u64::from(stage.line_blocks) - 1;
    let row = |label, value: &dyn Fn(ControllerId, &Line) -> Value| InspectorRow {
        label,
        a: a.map_or_else(none, |line| value(ControllerId::A, line)),
        b: b.map_or_else(none, |line| value(ControllerId::B, line)),
    };
    let mut rows = vec![
        row("State", &|_, line| Value::new(line.state.map_or_else(String::new, state_text))),
        row("cid", &|_, line| Value::new(cid(line))),
        row("seq", &|_, line| match line.fresh {
            Some(_) => Value::becoming(line.seq.to_string(), (line.seq + 1).to_string()),
            None => Value::new(line.seq.to_string()),
        }),
        row("Slot here", &|at, line| Value::new(slot(at, line.loc.map(|slot| slot.0)))),
        row("Slot in peer", &|at, line| {
            let now = slot(at.peer(), line.peer_slot.map(|slot| slot.0));
            match line.fresh {
                Some(fresh) => Value::becoming(now, slot(at.peer(), Some(fresh.0))),
                None => Value::new(now),
            }
        }),
    ];
    if a.is_some() || b.is_some() {
        rows.push(row("Write-back", &|at, line| Value::new(queue_place(stage, at, line))));
    } else {
        rows.truncate(1);
    }
    let map = |label, mark: &dyn Fn(ControllerId, &Line) -> Vec<Bit>| MapRow {
        label,
        a: a.map_or_else(Vec::new, |line| mark(ControllerId::A, line)),
        b: b.map_or_else(Vec::new, |line| mark(ControllerId::B, line)),
    };
    let maps = vec![
        map("Valid", &|_, line| {
            bits(stage, key, |block| if line.valid.contains(block) { BitMark::Valid } else { BitMark::Off })
        }),
        map("Dirty", &|at, line| {
            let coming = incoming(stage, at, line);
            bits(stage, key, |block| match () {
                () if coming.contains(block) => BitMark::Incoming,
                () if line.dirty.contains(block) => BitMark::Dirty,
                () => BitMark::Off,
            })
        }),
    ];
    let (note_title, note) = note(stage, key);
    Inspector {
        title: format!("Line {label}"),
        subtitle: format!("LUN {}, blocks {}–{last}", key.lun().0, label.first_lbn),
        badge: owner.map(|state| Look::from(*state)),
        following: stage.selection.is_none(),
        line: Some(label),
        sides: states.map(|state| side(state).to_owned()),
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
        Some(LineState::OR) => "releasing",
        Some(state) if state.is_owner() => "owner",
        Some(_) => "mirror",
    }
}

fn state_text(state: LineState) -> String {
    let words = Look::from(state).words();
    format!("{}, {}", state.code(), words.strip_prefix("mirror, ").unwrap_or(words))
}

fn cid(line: &Line) -> String {
    if line.cid.generation == 0 {
        return "–".into();
    }
    format!("{} · {:02} · g{}", line.cid.owner, line.cid.slot.0, line.cid.generation)
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
        return format!("one of {}", controller.queue().len());
    }
    let place = controller.queue().iter().position(|(queued, _)| queued == number);
    place.map_or_else(|| "–".into(), |place| format!("{} of {}", place + 1, controller.queue().len()))
}

fn bits(stage: &Stage<'_>, key: LineKey, mark: impl Fn(u32) -> BitMark) -> Vec<Bit> {
    let first = key.first_lbn(stage.line_blocks);
    (0..stage.line_blocks).map(|block| Bit { lbn: first + u64::from(block), mark: mark(block) }).collect()
}

/// Blocks of the write that the owner is mirroring or writing through.
fn incoming(stage: &Stage<'_>, at: ControllerId, line: &Line) -> BlockMap {
    stage.instant.world.controller(at).operation(line).map_or(BlockMap::EMPTY, |request| request.map)
}

fn note(stage: &Stage<'_>, key: LineKey) -> (String, String) {
    let newest = || "Newest acknowledged copy".to_owned();
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
                "Its owner does not serve".into(),
                format!(
                    "{gone} is out of it. What {} holds counts as soon as record and fence have decided.",
                    gone.peer()
                ),
            )
        } else if mirrored {
            (
                "Ownership on its way".into(),
                "One controller has granted the line; the other becomes its owner when GRANT arrives.".into(),
            )
        } else {
            (
                "Not cached".into(),
                format!(
                    "The disks hold it. {default} is its owner, as the default owner of LUN {}.",
                    key.lun().0
                ),
            )
        };
    };
    let here = slot(at, line.loc.map(|slot| slot.0));
    let there = slot(at.peer(), line.peer_slot.map(|slot| slot.0));
    let both = if line.dirty.is_empty() {
        "The disks hold it.".to_owned()
    } else {
        format!("seq {} in {here} and {there}.", line.seq)
    };
    let text = match state {
        LineState::OP if incoming(stage, at, line).is_empty() => {
            format!("{both} The write that was being mirrored was cut off; nobody was promised it.")
        }
        LineState::OP => {
            let what = names::map(stage.config(), key, incoming(stage, at, line));
            let who = world
                .controller(at)
                .operation(line)
                .and_then(|request| stage.instant.log.asked(request.op()));
            let who = who.map_or_else(|| "the host".to_owned(), |asked| names::host_within(asked.host));
            format!("{both} No promise yet for {what} at seq {}: {who} is still waiting.", line.seq + 1)
        }
        LineState::OD => format!("{both} The disks are older: whichever controller survives writes it back."),
        LineState::OF(_) => format!(
            "{both} On its way to disk; until {} agrees that it is there, nothing else happens on the line.",
            at.peer()
        ),
        LineState::OK => {
            format!("The same in {here}, in {there} and on disk. The mirror stays until its slot is wanted.")
        }
        LineState::OC if line.loc.is_some() => {
            format!("On disk, and in {here} for quick reads. A clean line needs no mirror.")
        }
        LineState::OC => format!("On disk. {at} owns the line and holds no data of it."),
        LineState::OX => "The same on disk; the mirror copy is being dropped.".to_owned(),
        LineState::OR => "On disk. Both controllers are giving up their slots.".to_owned(),
        LineState::SC if line.loc.is_some() => format!("On disk, and in {here}. {at} serves alone."),
        LineState::SC => format!("On disk. {at} serves alone and holds no data of it."),
        LineState::SD if line.peer_slot.is_some() => {
            format!("seq {} in {here}. The copy in {there} counts as soon as the record says DUAL.", line.seq)
        }
        LineState::SD if line.dirty.is_empty() => format!("In {here}, the same as on disk."),
        LineState::SD => {
            format!("seq {} in {here} alone: {at} writes it to disk before it takes anything else.", line.seq)
        }
        LineState::SF(_) => format!("seq {} in {here}, on its way to disk. {at} serves alone.", line.seq),
        LineState::SW(_) => format!("What was acknowledged is on disk; {at} writes the new data there too."),
        LineState::OW(_) => {
            "What was acknowledged before is on disk; the new write goes there too, past the mirror."
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
        (format!("one of {}’s own", at.memory), format!("{} takes it for a line that it owns.", at.memory))
    } else {
        (
            format!("in {}, lent to {}", at.memory, at.memory.peer()),
            format!("{} may fill it with a mirror copy without asking.", at.memory.peer()),
        )
    };
    Inspector {
        title: format!("Slot {at}"),
        subtitle: home,
        note_title: "Free".into(),
        note,
        ..Inspector::default()
    }
}

/// A message that is still on its way; once it has arrived, its line is what there is to see.
fn message(stage: &Stage<'_>, id: u64, inspector: &mut Inspector) {
    let to = if id.is_multiple_of(2) { ControllerId::A } else { ControllerId::B };
    let flying = stage.instant.world.link_to(to).iter().find(|envelope| envelope.number == id / 2);
    let Some(envelope) = flying else { return };
    inspector.subtitle = format!(
        "{} from {} to {to}{}",
        envelope.message.kind().name(),
        to.peer(),
        envelope.message.key().map_or_else(String::new, |key| format!(", line {}", stage.label(key)))
    );
    inspector.note_title = format!("{} on the link", envelope.message.kind().name());
    inspector.note = format!(
        "Sent at {}, arrives at {}. Messages of one direction arrive in the order in which they were sent.",
        time_text(envelope.sent_ns),
        time_text(envelope.arrives_ns)
    );
}

fn on_disk(stage: &Stage<'_>, key: LineKey, disk: u8, inspector: &mut Inspector) {
    let geometry = stage.config().raid;
    let shape = stage.instant.world.controller(ControllerId::A).shape();
    let stripe = shape.array_stripe(key);
    let offset = stripe * u64::from(geometry.chunk_blocks);
    let what = if layout::parity_disk(geometry, stripe) == disk { "parity" } else { "data" };
    inspector.subtitle = format!("{what} on disk {disk}, offset {offset}");
}
