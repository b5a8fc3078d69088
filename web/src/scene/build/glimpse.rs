//! Another instant at a glance: what a thumbnail above the scrubber shows of it.

use super::condition::standing;
use super::slots::{self, Held};
use crate::scene::look::{Glyph, Look};
use crate::scene::model::Tone;
use mirrorline_engine::check::Safety;
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::message::Message;
use mirrorline_engine::sim::World;

/// Cells that stand for a region: a bigger region has several slots in each.
const CELLS_MAX: u32 = 24;

/// An instant, small.
#[derive(Clone, Debug, PartialEq)]
pub struct Glimpse {
    /// Events that have happened.
    pub event: u64,
    pub time_ns: u64,
    /// What the last of them was, in a sentence; empty at the start.
    pub what: String,
    pub safety: Safety,
    pub world: Miniature,
}

/// Both caches and what is between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miniature {
    /// A, then B.
    pub halves: [Half; 2],
    /// Messages on their way to A, to B, without heartbeats.
    pub flying: [u32; 2],
    /// The link is cut towards A, towards B.
    pub cut: [bool; 2],
}

/// A controller and its cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Half {
    /// As the protocol writes it: `DUAL`; `HUNG` for one that hangs.
    pub mode: &'static str,
    pub tone: Tone,
    pub own: Vec<Look>,
    /// The slots that the peer fills with its mirrors.
    pub lent: Vec<Look>,
}

/// Makes the picture of a world.
#[must_use]
pub fn miniature(world: &World) -> Miniature {
    let config = world.config();
    let held = slots::walk(world).held;
    let half = |id: ControllerId| {
        let (mode, _, tone) = standing(world, id);
        let held = &held[id.index()];
        Half { mode, tone, own: region(0, config.lines, held), lent: region(config.lines, config.lent, held) }
    };
    let flying = |to: ControllerId| {
        world
            .link_to(to)
            .iter()
            .filter(|envelope| !matches!(envelope.message, Message::Heartbeat { .. }))
            .count() as u32
    };
    Miniature {
        halves: ControllerId::BOTH.map(half),
        flying: ControllerId::BOTH.map(flying),
        cut: ControllerId::BOTH.map(|to| world.link_to(to).cut),
    }
}

/// The slots `first .. first + total`; of those that share a cell, the one that matters most.
fn region(first: u32, total: u32, held: &[Held]) -> Vec<Look> {
    let cells = total.min(CELLS_MAX);
    let mut looks = vec![Look::Free; cells as usize];
    for held in held {
        let at = held.slot.wrapping_sub(first);
        if at >= total {
            continue;
        }
        let cell = &mut looks[(u64::from(at) * u64::from(cells) / u64::from(total)) as usize];
        if urgency(held.look) > urgency(*cell) {
            *cell = held.look;
        }
    }
    looks
}

/// What is not on disk matters most, then what is on its way.
fn urgency(look: Look) -> u8 {
    match look.glyph() {
        None => u8::from(look != Look::Free),
        Some(Glyph::Hollow | Glyph::Release) => 2,
        Some(Glyph::Clean) => 3,
        Some(Glyph::Send) => 4,
        Some(Glyph::Flush) => 5,
        Some(Glyph::Dirty) => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirrorline_engine::ids::{LineKey, Lun};

    fn held(slot: u32, look: Look) -> Held {
        Held { slot, key: LineKey::new(Lun(0), u64::from(slot)), look }
    }

    #[test]
    fn each_slot_of_a_small_region_has_its_cell() {
        let looks =
            region(4, 3, &[held(6, Look::MD), held(3, Look::OD), held(7, Look::OC), held(4, Look::MK)]);
        assert_eq!(looks, [Look::MK, Look::Free, Look::MD]);
        assert_eq!(region(4, 0, &[held(4, Look::OC)]), []);
    }

    #[test]
    fn of_a_big_one_the_dirty_slots_are_not_lost_among_clean_ones() {
        let clean = (0..1_000_000).map(|slot| held(slot, if slot == 777_777 { Look::OD } else { Look::OC }));
        let looks = region(0, 1_000_000, &clean.collect::<Vec<_>>());
        let dirty: Vec<usize> = (0..looks.len()).filter(|cell| looks[*cell] == Look::OD).collect();
        assert_eq!((looks.len(), dirty), (24, vec![18]));
    }
}
