//! The whole state at one instant: which lines there are, whose memory counts, who is cut off.

use super::invariant::Invariant;
use super::line;
use super::linear::Linearizability;
use super::view::{LineView, Whole};
use crate::array::RecordMode;
use crate::controller::Mode;
use crate::ids::{ControllerId, LineKey};
use crate::sim::World;
use crate::text;
use crate::text::Text;
use std::collections::BTreeSet;

/// Where broken invariants are reported to.
pub type Report<'a> = dyn FnMut(Invariant, Text) + 'a;

/// Everything: each line, and who is cut off.
pub fn check(world: &World, hosts: &Linearizability, report: &mut Report<'_>) {
    let whole = Whole::of(world);
    for key in keys(world, hosts) {
        line::check(&LineView::of(world, hosts, whole, key), report);
    }
    fenced_from_disks(world, report);
    fenced_from_serving(world, report);
}

/// Whether both controllers serve together, in one session. What is said about two is said of this.
#[must_use]
pub fn is_dual(world: &World) -> bool {
    let [a, b] = ControllerId::BOTH.map(|at| world.controller(at));
    let hangs = ControllerId::BOTH.into_iter().any(|at| world.hardware().hangs(at));
    a.mode() == Mode::Dual && b.mode() == Mode::Dual && a.session() == b.session() && !hangs
}

/// Whether a controller's memory is what the record speaks of: the controller serves, or may decide to by what it
/// holds. A fenced one's is not, nor that of a replacement before it counts.
#[must_use]
pub fn counts(world: &World, at: ControllerId) -> bool {
    let (record, standing) = (world.array().record(), world.controller(at).standing());
    let named = record.mode == RecordMode::Dual || record.mode == RecordMode::Solo(at);
    named && standing.belongs_to(record) && !matches!(standing.mode, Mode::Halted | Mode::Refused)
}

/// Whether a controller in this mode serves alone, or is about to: from then on its peer is cut off.
#[must_use]
pub fn has_fenced(mode: Mode) -> bool {
    matches!(mode, Mode::Drain | Mode::Solo | Mode::SoloJoin)
}

fn those_alone(world: &World) -> impl Iterator<Item = ControllerId> {
    ControllerId::BOTH.into_iter().filter(|at| has_fenced(world.controller(*at).mode()) && counts(world, *at))
}

/// From DRAIN on, the peer of a controller that serves alone has no disk command outstanding …
pub fn fenced_from_disks(world: &World, report: &mut Report<'_>) {
    for at in those_alone(world) {
        let peer = at.peer();
        let commands =
            world.disk_commands().filter(|command| command.issuer == peer && !command.aborted).count();
        if commands > 0 {
            report(
                Invariant::Fenced,
                text!(
                    "{at} serves alone, and {commands} disk commands of {peer} may still land",
                    at,
                    commands,
                    peer
                ),
            );
        }
    }
}

/// … and does not run.
pub fn fenced_from_serving(world: &World, report: &mut Report<'_>) {
    for at in those_alone(world) {
        let peer = at.peer();
        if world.controller(peer).mode().serves() && !world.hardware().hangs(peer) {
            report(Invariant::Fenced, text!("{at} serves alone, and so does {peer}", at, peer));
        }
    }
}

/// All lines that a controller has a record of, that a message speaks of or that a host has asked for.
#[must_use]
pub fn keys(world: &World, hosts: &Linearizability) -> BTreeSet<LineKey> {
    let geometry = world.config().raid;
    let mut keys: BTreeSet<LineKey> =
        hosts.blocks().map(|(lun, lbn)| geometry.key_of(crate::ids::Lun(lun), lbn)).collect();
    for id in ControllerId::BOTH {
        keys.extend(world.controller(id).table().iter().map(|(_, line)| line.key));
        keys.extend(world.link_to(id).iter().filter_map(|envelope| envelope.message.key()));
    }
    keys
}

/// `0:40`: LUN and first LBN, as on the screen.
#[must_use]
pub fn name(world: &World, key: LineKey) -> String {
    format!("{}:{}", key.lun().0, world.config().raid.first_lbn(key))
}

/// The number that a block holds on the disks: read, or computed from the rest of its row. Nothing when it can be
/// neither, or when it would be computed while the stripe is being written.
#[must_use]
pub fn disk_word(world: &World, key: LineKey, block: u32) -> Option<u64> {
    LineView::of(world, &Linearizability::default(), Whole::of(world), key).disk_word(block)
}
