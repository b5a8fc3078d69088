//! A world at one instant as plain data, for other programs.

use crate::fact::IoKind;
use crate::ids::{ControllerId, Slot};
use crate::message::MessageKind;
use crate::sim::World;
use crate::sim::schedule::What;
use serde::Serialize;

/// Everything that a test or a lesson asks about. Block maps have bit i for block i of the line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Events that have happened.
    pub events: u64,
    pub now_ns: u64,
    pub line_blocks: u32,
    /// A, then B.
    pub controllers: Vec<ControllerSnapshot>,
    /// Messages on their way, in the order in which each direction delivers them: to A first, then to B.
    pub messages: Vec<MessageSnapshot>,
    /// What can happen next, earliest first; `id` is what `stepEvent` takes.
    pub pending: Vec<PendingSnapshot>,
    pub counters: CountersSnapshot,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ControllerSnapshot {
    pub id: ControllerId,
    /// The hash table's entries, in the order of LUN and LBN.
    pub lines: Vec<LineSnapshot>,
    /// First LBNs of the dirty lines, oldest first, with the addresses of their mirrors.
    pub write_back_queue: Vec<QueuedSnapshot>,
    /// Free slots in the controller's own memory.
    pub local_free: u32,
    /// Free slots in the peer's memory.
    pub mirror_free: u32,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LineSnapshot {
    pub lun: u16,
    pub first_lbn: u64,
    /// Two letters: OC, OP, OD, OF, OK, OX, OR, OW, M0, MD, MF, MK.
    pub state: &'static str,
    pub seq: u64,
    pub valid: u64,
    pub dirty: u64,
    pub slot: Option<Slot>,
    pub peer_slot: Option<Slot>,
    pub stub: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueuedSnapshot {
    pub lun: u16,
    pub first_lbn: u64,
    pub mirror: Slot,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageSnapshot {
    pub to: ControllerId,
    pub kind: MessageKind,
    /// Of the line that it speaks of; none for messages about the controllers as a whole.
    pub lun: Option<u16>,
    pub first_lbn: Option<u64>,
    pub sent_ns: u64,
    pub arrives_ns: u64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingSnapshot {
    pub id: u64,
    pub at_ns: u64,
    /// `host-arrives`, `host-done`, `message`, `disk` or `timer`.
    pub what: &'static str,
}

/// Counts since the start.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CountersSnapshot {
    pub host_ios: u64,
    pub acknowledged: u64,
    pub reads: u64,
    pub writes: u64,
    pub read_hits: u64,
    pub messages: u64,
    pub disk_reads: u64,
    pub disk_writes: u64,
}

impl Snapshot {
    #[must_use]
    pub fn of(world: &World) -> Snapshot {
        let counters = world.counters();
        Snapshot {
            events: world.events(),
            now_ns: world.now_ns(),
            line_blocks: world.config().raid.part_blocks(),
            controllers: ControllerId::BOTH.iter().map(|id| controller(world, *id)).collect(),
            messages: ControllerId::BOTH.iter().flat_map(|to| messages(world, *to)).collect(),
            pending: world.pending().into_iter().map(pending).collect(),
            counters: CountersSnapshot {
                host_ios: counters.host_ios,
                acknowledged: counters.acknowledged,
                reads: counters.reads,
                writes: counters.writes,
                read_hits: counters.read_hits,
                messages: counters.messages.iter().sum(),
                disk_reads: counters.disk_reads,
                disk_writes: counters.disk_writes,
            },
        }
    }
}

fn controller(world: &World, id: ControllerId) -> ControllerSnapshot {
    let controller = world.controller(id);
    let geometry = world.config().raid;
    let mut lines: Vec<LineSnapshot> = controller
        .table()
        .iter()
        .filter_map(|(_, line)| {
            // Counted from the line's own first block.
            let first = geometry.blocks_of(line.key).0.trailing_zeros();
            Some(LineSnapshot {
                lun: line.key.lun().0,
                first_lbn: geometry.first_lbn(line.key),
                state: line.state?.code(),
                seq: line.seq,
                valid: line.valid.0 >> first,
                dirty: line.dirty.0 >> first,
                slot: line.loc,
                peer_slot: line.peer_slot,
                stub: line.stub,
            })
        })
        .collect();
    lines.sort_unstable_by_key(|line| (line.lun, line.first_lbn));
    let write_back_queue = controller
        .queue()
        .iter()
        .map(|(at, mirror)| {
            let key = controller.table()[at].key;
            QueuedSnapshot { lun: key.lun().0, first_lbn: geometry.first_lbn(key), mirror }
        })
        .collect();
    let memory = controller.memory();
    let (local_free, mirror_free) = (memory.local_free.len(), memory.mirror_free.len());
    ControllerSnapshot { id, lines, write_back_queue, local_free, mirror_free }
}

fn messages(world: &World, to: ControllerId) -> impl Iterator<Item = MessageSnapshot> {
    let geometry = world.config().raid;
    world.link_to(to).iter().map(move |envelope| {
        let key = envelope.message.key();
        MessageSnapshot {
            to,
            kind: envelope.message.kind(),
            lun: key.map(|key| key.lun().0),
            first_lbn: key.map(|key| geometry.first_lbn(key)),
            sent_ns: envelope.sent_ns,
            arrives_ns: envelope.arrives_ns,
        }
    })
}

fn pending(pending: crate::sim::schedule::Pending) -> PendingSnapshot {
    let what = match pending.what {
        What::HostArrives(_) => "host-arrives",
        What::HostDone(_) => "host-done",
        What::Message(_) => "message",
        What::Disk(_) => "disk",
        What::Timer(..) => "timer",
        What::Control(_) => "hardware",
    };
    PendingSnapshot { id: pending.id.0, at_ns: pending.at_ns, what }
}

/// What a host may be made to ask for, as plain data: the shape of the command that other programs give.
#[derive(Clone, Copy, Debug, Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// Counted from 1.
    pub host: u8,
    pub via: ControllerId,
    pub io: IoKind,
    pub lun: u16,
    pub lbn: u64,
    #[serde(default = "one")]
    pub blocks: u32,
    /// Virtual nanoseconds; what is past means now.
    #[serde(default)]
    pub at_ns: u64,
}

fn one() -> u32 {
    1
}
