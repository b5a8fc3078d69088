//! The stories of the controllers as a whole: a failover, a failback, a cold boot, a disk that is rebuilt.

use super::Instant;
use super::focus::Focus;
use super::story::{Story, steps};
use crate::array::DiskState;
use crate::controller::Mode;
use crate::fact::Fact;
use crate::ids::ControllerId;
use crate::message::MessageKind;
use crate::sim::{EventKind, Fault};
use crate::text;

/// Which of these stories an instant belongs to; nothing when it is about a host's request, a flush or a release.
pub(super) fn turn(instant: Instant<'_>) -> Option<Focus> {
    let mode = |at: ControllerId| instant.world.controller(at).mode();
    let kind = instant.moment.event?.kind;
    let facts = &instant.moment.facts;
    // While nobody serves, nothing else is worth telling.
    let decides = |at: &ControllerId| matches!(mode(*at), Mode::Won | Mode::Drain);
    let undecided = |at: &ControllerId| mode(*at) == Mode::Frozen;
    let both = ControllerId::BOTH;
    if let Some(survivor) =
        both.iter().find(|at| decides(at)).or_else(|| both.iter().find(|at| undecided(at)))
    {
        return Some(Focus::Failover { survivor: *survivor });
    }
    if let Some(at) = facts.iter().find_map(|fact| match fact {
        Fact::TookOver { at, .. } => Some(*at),
        _ => None,
    }) {
        return Some(Focus::Failover { survivor: at });
    }
    let served = both.iter().any(|at| mode(*at).serves());
    let power = matches!(kind, EventKind::Fault { fault: Fault::PowerLoss | Fault::PowerBack });
    if power || !served || both.iter().any(|at| matches!(mode(*at), Mode::Recover | Mode::Recalled)) {
        return Some(Focus::ColdBoot);
    }
    if !about_controllers(&kind) {
        return None;
    }
    if let Some(disk) = disk_of(instant, &kind) {
        return Some(Focus::Rebuild { disk });
    }
    if let EventKind::Fault { fault: Fault::Crash { at } | Fault::Hang { at } } = kind {
        return Some(Focus::Failover { survivor: at.peer() });
    }
    both.into_iter().find_map(|at| serves_a_turn(instant, &kind, at))
}

/// Seen from a controller that serves: the other one is gone, or is coming back.
fn serves_a_turn(instant: Instant<'_>, kind: &EventKind, at: ControllerId) -> Option<Focus> {
    let [mine, peer] = [at, at.peer()].map(|at| instant.world.controller(at).mode());
    match (mine, peer) {
        (Mode::SoloJoin, _) | (Mode::Solo, Mode::Boot | Mode::Joining) => {
            Some(Focus::Failback { survivor: at })
        }
        (Mode::Solo, _) if matches!(kind, EventKind::Fault { fault: Fault::Restart { .. } }) => {
            Some(Focus::Failback { survivor: at })
        }
        (Mode::Dual, Mode::Dual | Mode::Joining) if rehomes(instant, kind, at) => {
            Some(Focus::Failback { survivor: at })
        }
        (Mode::Dual, Mode::Down) => Some(Focus::Failover { survivor: at }),
        (Mode::Dual, _) if instant.world.hardware().hangs(at.peer()) => {
            Some(Focus::Failover { survivor: at })
        }
        _ => None,
    }
}

/// Whether `at` hands lines back, or an event says that it does.
fn rehomes(instant: Instant<'_>, kind: &EventKind, at: ControllerId) -> bool {
    let told = match kind {
        EventKind::Session { to, message } => match message {
            MessageKind::ResyncDone | MessageKind::Rehome => *to == at.peer(),
            MessageKind::RehomeAck => *to == at,
            _ => false,
        },
        EventKind::Record { at: by, .. } => *by == at,
        _ => false,
    };
    told || rehoming(instant, at)
}

fn rehoming(instant: Instant<'_>, at: ControllerId) -> bool {
    let on_the_way = |to: ControllerId, wanted: MessageKind| {
        instant.world.link_to(to).iter().any(|envelope| envelope.message.kind() == wanted)
    };
    !instant.world.controller(at).join().rehome.is_empty()
        || on_the_way(at.peer(), MessageKind::ResyncDone)
        || on_the_way(at.peer(), MessageKind::Rehome)
        || on_the_way(at, MessageKind::RehomeAck)
}

/// Events that are about no host's request. Messages about lines are, in a failback: the walker's.
fn about_controllers(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::HostArrives { .. }
            | EventKind::HostDone { .. }
            | EventKind::HostWatch
            | EventKind::HostRetries { .. }
            | EventKind::FlushTimer { .. }
            | EventKind::SlotWait { .. }
    )
}

/// The disk that an event breaks or mends, or whose rebuild it takes further.
fn disk_of(instant: Instant<'_>, kind: &EventKind) -> Option<u8> {
    if let EventKind::Fault {
        fault:
            Fault::DiskFails { disk }
            | Fault::DiskPulled { disk }
            | Fault::DiskReplaced { disk }
            | Fault::DiskReturned { disk },
    } = *kind
    {
        return Some(disk);
    }
    let patrolled = instant.moment.facts.iter().any(|fact| matches!(fact, Fact::Patrolled { .. }));
    let disks = 0..instant.config().raid.disks;
    let rebuilding = |disk: &u8| instant.world.array().disk(*disk).state == DiskState::Rebuilding;
    patrolled.then(|| disks.into_iter().find(rebuilding)).flatten()
}

pub(super) fn failover(instant: Instant<'_>, survivor: ControllerId) -> Story {
    let now = match instant.world.controller(survivor).mode() {
        Mode::Dual => 0,
        Mode::Frozen => 1,
        Mode::Won => 2,
        Mode::Drain => 3,
        _ => 5,
    };
    let title = text!("Progress of the failover from {peer} to {survivor}", peer = survivor.peer(), survivor);
    steps(title, [text!("Suspect"), text!("Record"), text!("Fence"), text!("Take over"), text!("Serve")], now)
}

pub(super) fn failback(instant: Instant<'_>, survivor: ControllerId) -> Story {
    let controller = instant.world.controller(survivor);
    let now = match controller.mode() {
        Mode::SoloJoin if controller.join().closing => 2,
        Mode::SoloJoin => 1,
        Mode::Dual if rehoming(instant, survivor) => 3,
        Mode::Dual => 4,
        _ => 0,
    };
    let peer = survivor.peer();
    let title = text!("Progress of {peer}’s return", peer);
    let texts = [text!("{peer} joins", peer), text!("Copy lines"), text!("Switch record"), text!("Rehome")];
    steps(title, texts, now)
}

pub(super) fn cold_boot(instant: Instant<'_>) -> Story {
    let modes = ControllerId::BOTH.map(|at| instant.world.controller(at).mode());
    let now = if !instant.world.hardware().power {
        1
    } else if modes.iter().any(|mode| mode.serves()) {
        5
    } else if modes.iter().any(|mode| matches!(mode, Mode::Recover | Mode::Recalled)) {
        3
    } else {
        2
    };
    let texts = [
        text!("Power fails"),
        text!("Power back"),
        text!("Ask the record"),
        text!("Write back"),
        text!("Serve"),
    ];
    steps(text!("Progress of the cold boot"), texts, now)
}

pub(super) fn rebuild(instant: Instant<'_>, disk: u8) -> Story {
    let now = match instant.world.array().disk(disk).state {
        DiskState::Absent => 1,
        DiskState::Rebuilding => 2,
        DiskState::Present => 4,
    };
    let texts = [text!("Disk lost"), text!("Parity stands in"), text!("Rebuild"), text!("Whole again")];
    steps(text!("Progress of disk {disk}’s rebuild", disk), texts, now)
}
