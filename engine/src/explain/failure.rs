//! Failures, told: what was broken, what the controllers make of it, and whether data is safe.

use super::narrate::Narration;
use super::{Instant, names};
use crate::array::RecordMode;
use crate::config::Config;
use crate::controller::Mode;
use crate::fact::{Fact, Found, Suspicion};
use crate::ids::ControllerId;
use crate::message::MessageKind;
use crate::sim::{EventKind, Fault};

/// A fault as one sentence, ending with a full stop.
#[must_use]
pub fn fault_sentence(fault: Fault) -> String {
    match fault {
        Fault::Crash { at } => format!("Controller {at} dies, and its memory with it."),
        Fault::Restart { at } => format!("A replacement for {at} is switched on; its memory is empty."),
        Fault::Hang { at } => format!("Controller {at} hangs: it lives, but does and says nothing."),
        Fault::Resume { at } => format!("Controller {at} goes on as if nothing had been."),
        Fault::PowerLoss => "The power fails: both controllers stop at once.".to_owned(),
        Fault::PowerBack => "The power is back: controllers start.".to_owned(),
        Fault::BatteryFails { at } => format!("{at}’s battery fails: a power loss would empty its memory."),
        Fault::BatteryGood { at } => format!("{at}’s battery is good again."),
        Fault::CutLink { to } => format!("The link towards {to} is cut; what was on it is lost."),
        Fault::MendLink { to } => format!("The link towards {to} is mended."),
        Fault::SlowLink { to, factor: 1 } => format!("The link towards {to} is as fast as before."),
        Fault::SlowLink { to, factor } => format!("The link towards {to} becomes {factor} times slower."),
        Fault::FenceStuck => "Fences are not confirmed from now on.".to_owned(),
        Fault::FenceWorks => "Fences are confirmed again.".to_owned(),
        Fault::DiskFails { disk } => format!("Disk {disk} dies. Parity stands in for it."),
        Fault::DiskReplaced { disk } => format!("A spare takes disk {disk}’s place, empty: it is rebuilt."),
        Fault::DiskPulled { disk } => format!("Disk {disk} is pulled out."),
        Fault::DiskReturned { disk } => {
            format!("Disk {disk} is put back. What it holds is out of date: it is rebuilt.")
        }
        Fault::DiskSlow { disk, factor: 1 } => format!("Disk {disk} is as fast as before."),
        Fault::DiskSlow { disk, factor } => format!("Disk {disk} becomes {factor} times slower."),
        Fault::SectorError { disk, stripe } => {
            format!("Disk {disk} can no longer read its chunk of stripe {stripe}.")
        }
        Fault::PathCut { host, via } => format!("{}’s path to {via} is cut.", names::host(host)),
        Fault::PathMended { host, via } => format!("{}’s path to {via} is mended.", names::host(host)),
        Fault::Scrub => "A scrub begins: every stripe is read and its parity compared.".to_owned(),
        Fault::DropMessage { to, .. } => format!("Tampering: a message to {to} is lost."),
        Fault::DuplicateMessage { to, .. } => format!("Tampering: a message to {to} comes twice."),
        Fault::DelayMessage { to, .. } => format!("Tampering: a message to {to} comes late."),
        Fault::SwapMessages { to, .. } => format!("Tampering: two messages to {to} change places."),
    }
}

/// Why a controller suspects its peer, after "since".
fn suspicion(at: ControllerId, why: Suspicion) -> String {
    let peer = at.peer();
    match why {
        Suspicion::LinkDown => "the link is down".to_owned(),
        Suspicion::LinkSilent => {
            format!("the link is silent, though {peer}’s mailbox is fresh")
        }
        Suspicion::Silent => format!("neither link nor mailbox tells of {peer}"),
        Suspicion::Alone => format!("{peer} does not answer, or its memory holds nothing"),
    }
}

/// A fact about failures as one sentence; nothing for any other fact.
#[must_use]
pub(super) fn sentence(config: &Config, fact: &Fact) -> Option<String> {
    let line = |key| names::line(config, key);
    Some(match *fact {
        Fact::DiskFailed { disk, key, .. } => format!("Disk {disk} cannot serve {}.", line(key)),
        Fact::Fault { fault } => fault_sentence(fault),
        Fact::Mode { at, from, to } => {
            format!("{at} goes from {} to {}: it {}.", from.name(), to.name(), to.words())
        }
        Fact::Abandoned { at } => format!("What was under way at {at} will never be answered."),
        Fact::Suspects { at, why } => format!("{at} suspects {}, since {}.", at.peer(), suspicion(at, why)),
        Fact::SessionSent { from, message } => format!("{from} sends {} to {}.", message.name(), from.peer()),
        Fact::SessionReceived { at, message } => format!("{} reaches {at}.", message.name()),
        Fact::Dropped { at, message, .. } => {
            format!("{at} drops {}: it belongs to a session that is over.", message.name())
        }
        Fact::Lost { to, message, .. } => format!("{} to {to} is lost.", message.name()),
        Fact::RecordSwapped { by, record } => format!("{by} has changed the record: {record}."),
        Fact::SwapRefused { by, record } => {
            format!("{by} comes too late to change the record: it says {record}.")
        }
        Fact::Fenced { fenced, by, aborted } => format!(
            "{fenced} is fenced by {by}: {} forgotten, no more taken.",
            names::count(aborted as usize, "disk command")
        ),
        Fact::TookOver { at, dirty, suspect } => format!(
            "{at} owns every line now: {} to write back, {} to recompute.",
            names::count(dirty as usize, "dirty line"),
            names::count(suspect as usize, "suspect stripe")
        ),
        Fact::Suspect { at, key } => format!("{at} doubts the parity of {}.", line(key)),
        Fact::Trusted { at, key } => format!("{at} has recomputed the parity of {}.", line(key)),
        Fact::Walked { at, key, left } => format!(
            "{} has its copy of {}; {} to go.",
            at.peer(),
            line(key),
            names::count(left as usize, "line")
        ),
        Fact::Rehomed { lun, to } => format!("LUN {lun} is {to}’s own again."),
        Fact::WriteThroughPolicy { at, on: true } => {
            format!("{at} writes everything through: a battery would not keep the caches.")
        }
        Fact::WriteThroughPolicy { at, on: false } => format!("{at} caches writes again."),
        Fact::Patrolled { at, key, found } => {
            let what = match found {
                Found::Sound => "sound",
                Found::ParityMended => "its parity was wrong and is mended",
                Found::ChunkRebuilt => "a missing chunk is rebuilt",
                Found::Degraded => "a disk is missing",
            };
            format!("{at} has looked at the stripe of {}: {what}.", line(key))
        }
        Fact::BlocksLost { key, map, .. } => {
            format!("Two failures have met: {} cannot be known any more.", names::map(config, key, map))
        }
        Fact::HostRetries { host, via, .. } => {
            format!("{} tries again by its path to {via}.", names::host(host))
        }
        Fact::HostFailed { host, io, answered: true, .. } => {
            format!("{} gets an error for its {}.", names::host(host), names::io(io))
        }
        Fact::HostFailed { host, io, answered: false, .. } => {
            format!("{} has waited too long and gives up its {}.", names::host(host), names::io(io))
        }
        _ => return None,
    })
}

/// An event about the hardware or the controllers as a whole, in one short sentence; nothing for any other.
pub(super) fn event_text(kind: &EventKind) -> Option<String> {
    Some(match *kind {
        EventKind::Session { to, message } => format!("{} reaches {to}.", message.name()),
        EventKind::Fault { fault } => fault_sentence(fault),
        EventKind::Heartbeat { at } => format!("A period of heartbeats is over at {at}."),
        EventKind::Mailbox { at } => format!("{at} reads {}’s mailbox.", at.peer()),
        EventKind::LinkSignal { at, up: true } => format!("{at} notices that the link is up."),
        EventKind::LinkSignal { at, up: false } => format!("{at} notices that the link is down."),
        EventKind::Record { at, swapped: true } => format!("The record is changed for {at}."),
        EventKind::Record { at, .. } => format!("{at} reads the record."),
        EventKind::Fence { by, fenced } => format!("{fenced} is fenced by {by}."),
        EventKind::Boot { at } => format!("{at} starts."),
        EventKind::BootWait { at } => format!("{at} has waited for an answer."),
        EventKind::PatrolTimer { at } => format!("{at} looks again at what its patrol left out."),
        EventKind::HostWatch => "Hosts look at what they wait for.".to_owned(),
        EventKind::HostRetries { host, via } => {
            format!("{} tries again by its path to {via}.", names::host(host))
        }
        _ => return None,
    })
}

/// Tells an event about the hardware or the controllers as a whole.
pub(super) fn narrate(instant: Instant<'_>, kind: EventKind) -> Narration {
    let facts = &instant.moment.facts;
    if let Some(told) =
        facts.iter().filter_map(|fact| turning_point(instant, fact)).max_by_key(|n| n.importance)
    {
        return told;
    }
    let headline = event_text(&kind).unwrap_or_default();
    match kind {
        EventKind::Fault { fault } => Narration::new(3, headline, fault_detail(instant, fault)),
        EventKind::Session { to, message } => session(instant, to, message, headline),
        EventKind::HostRetries { .. } => Narration::new(
            2,
            headline,
            "A retry is a new write: whether the first one took effect, the host does not know.",
        ),
        EventKind::HostWatch if facts.iter().any(|fact| matches!(fact, Fact::HostRetries { .. })) => {
            let retry = facts.iter().find(|fact| matches!(fact, Fact::HostRetries { .. }));
            let headline = retry.and_then(|fact| sentence(instant.config(), fact)).unwrap_or_default();
            Narration::new(2, headline, "No answer came in time.")
        }
        EventKind::Heartbeat { at } => heartbeat(instant, at, headline),
        _ => Narration::new(0, headline, quiet_detail(&kind)),
    }
}

fn heartbeat(instant: Instant<'_>, at: ControllerId, headline: String) -> Narration {
    let standing = instant.world.controller(at).standing();
    let misses = instant.config().failover.misses;
    if standing.silent > 1 {
        let missed = names::count(usize::from(standing.silent - 1), "period");
        return Narration::new(
            1,
            format!("{at} has heard nothing from {} for {missed}.", at.peer()),
            format!("After {misses} periods of silence {at} suspects that {} is gone.", at.peer()),
        )
        .rule("Failover 1");
    }
    Narration::new(0, headline, "As long as heartbeats come, by link or mailbox, nobody is suspected.")
}

/// Why an event is there that, by itself, changes nothing.
fn quiet_detail(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Mailbox { .. } => {
            "The mailbox on the array is a second channel: it tells a dead link from a dead peer."
        }
        EventKind::LinkSignal { .. } => "The link’s hardware says so by itself.",
        EventKind::Record { swapped: true, .. } => "The answer of a compare-and-swap: it was done.",
        EventKind::Record { .. } => "The record on the disks says who may serve.",
        EventKind::Fence { .. } => "The array takes nothing from it any more.",
        EventKind::Boot { .. } => "It knows nothing yet: it asks the record who may serve.",
        EventKind::BootWait { .. } => "Nobody has answered its HELLO so far.",
        EventKind::PatrolTimer { .. } => "Stripes that were in use are looked at later.",
        EventKind::HostWatch => "Nobody has waited too long.",
        _ => "Nothing else follows from it.",
    }
}

/// The facts that change who serves, or what is safe.
pub(super) fn turning_point(instant: Instant<'_>, fact: &Fact) -> Option<Narration> {
    let config = instant.config();
    let told = sentence(config, fact)?;
    let narration = match *fact {
        Fact::Suspects { at, why } if why != Suspicion::Alone => Narration::new(
            3,
            told,
            format!("Silence proves nothing: {at} holds still and asks the record on the disks who may go on."),
        )
        .rule("Failover 1"),
        Fact::Suspects { at, .. } => Narration::new(
            3,
            told,
            format!("{at}’s memory belongs to the record’s epoch, so it may take over alone."),
        )
        .rule("Cold boot"),
        Fact::RecordSwapped { by, record } => match record.mode {
            RecordMode::Solo(_) if record.pinned => Narration::new(
                3,
                told,
                format!("Only one of two can win. Before {by} serves anybody, {} is fenced.", by.peer()),
            )
            .rule("Failover 2"),
            RecordMode::Solo(_) => Narration::new(
                2,
                told,
                format!("{by} holds nothing that is nowhere else: if it died, another could serve."),
            )
            .rule("Failover 5"),
            RecordMode::Dual => Narration::new(
                3,
                told,
                "From here on the replacement counts: dirty lines are held twice again.",
            )
            .rule("Failback 3")
            .claims(&[11]),
        },
        Fact::SwapRefused { by, .. } => {
            Narration::new(3, told, format!("{by} answers nothing and serves nothing any more.")).rule("Failover 2")
        }
        Fact::Fenced { fenced, .. } => Narration::new(
            3,
            told,
            format!("A late write of {fenced} can no longer land on newer data."),
        )
        .rule("Failover 2"),
        Fact::TookOver { at, dirty, suspect } => Narration::new(
            4,
            format!("{at} owns every line now and serves alone."),
            format!("Mirrors became lines; no data moved. {}", left_to_do(dirty, suspect)),
        )
        .rule("Failover 4")
        .claims(&[13]),
        Fact::Mode { at, to: Mode::SoloJoin, .. } => Narration::new(
            3,
            format!("{at} takes {} as its new partner and copies dirty lines to it.", at.peer()),
            "Hosts go on meanwhile. The copies count only when the record says so.",
        )
        .rule("Failback 1")
        .claims(&[11]),
        Fact::Mode { at, to: Mode::Recover, .. } => Narration::new(
            3,
            format!("Both memories survived the power loss: {at} writes everything back first."),
            "Nobody is served until the disks have it all and suspect parity is recomputed.",
        )
        .rule("Cold boot"),
        Fact::Mode { at, to: Mode::Refused, .. } => Narration::new(
            4,
            format!("{at} refuses to serve: the only memory with the newest data is gone."),
            "Unavailable rather than stale: two failures have met.",
        )
        .rule("G5"),
        Fact::Mode { at, to: Mode::Halted, .. } => Narration::new(
            3,
            format!("{at} halts: it has lost the record, or was fenced."),
            "What it still held is safe with the survivor. It comes back as a replacement, with an empty memory.",
        )
        .rule("Failover 2"),
        Fact::Rehomed { lun, to } => Narration::new(
            3,
            told,
            format!("Lines of LUN {lun} that nobody holds are {to}’s now; the others move when they are asked for."),
        )
        .rule("Failback 5")
        .claims(&[11]),
        Fact::Walked { .. } => Narration::new(
            2,
            told,
            "Copied under its line lock. If the survivor died now, the copy would not count yet.",
        )
        .rule("Failback 2")
        .claims(&[11]),
        Fact::BlocksLost { .. } => {
            Narration::new(4, told, "A read of them fails, rather than give a wrong value.").rule("G5")
        }
        Fact::HostFailed { .. } => Narration::new(3, told, "The host has to deal with that itself."),
        _ => return None,
    };
    Some(narration)
}

/// What a controller has to do once it has taken over.
fn left_to_do(dirty: u32, suspect: u32) -> String {
    let lines = names::count(dirty as usize, "dirty line");
    let stripes = names::count(suspect as usize, "stripe");
    match (dirty, suspect) {
        (0, 0) => "Everything is on disk already.".to_owned(),
        (_, 0) => format!("{lines} to write back."),
        (0, _) => format!("{stripes} whose parity is in doubt."),
        _ => format!("{lines} to write back, {stripes} whose parity is in doubt."),
    }
}

/// A message about a line that its receiver does not handle now.
pub(super) fn not_taken(
    instant: Instant<'_>,
    to: ControllerId,
    message: MessageKind,
    key: crate::ids::LineKey,
) -> Narration {
    let (name, line) = (message.name(), names::line(instant.config(), key));
    if instant.moment.facts.iter().any(|fact| matches!(fact, Fact::Dropped { .. })) {
        return Narration::new(
            2,
            format!("{name} for {line} comes too late: {to} drops it."),
            "It belongs to a session that is over. Old messages never change what a new session has agreed on.",
        )
        .rule("Session");
    }
    if instant.world.hardware().hangs(to) {
        return Narration::new(
            1,
            format!("{name} for {line} reaches {to}, which hangs."),
            "It lies there until the controller wakes up, if it ever does.",
        );
    }
    match instant.world.controller(to).mode() {
        Mode::Frozen | Mode::Won => Narration::new(
            1,
            format!("{name} for {line} reaches {to}, which holds still."),
            "It is handled when the fence is confirmed, in its order, and nothing is answered.",
        )
        .rule("Failover 3"),
        _ => Narration::new(
            1,
            format!("{name} for {line} reaches nobody: {to} does not run."),
            "What was on the link towards a dead controller is lost.",
        ),
    }
}

fn fault_detail(instant: Instant<'_>, fault: Fault) -> &'static str {
    let good = instant.world.hardware().battery_good;
    match fault {
        Fault::Crash { .. } => {
            "Its peer will notice by the silence. What it had acknowledged is held by the peer too."
        }
        Fault::Restart { .. } => "It asks who serves, and is rebuilt while hosts go on.",
        Fault::Hang { .. } => {
            "From outside this looks like death. If it wakes up, it must find itself fenced."
        }
        Fault::PowerLoss => match good {
            [true, true] => "Batteries keep both memories. Messages are gone, disks stop where they are.",
            [true, false] => "A’s battery keeps its memory; B’s battery is bad, and B’s memory is gone.",
            [false, true] => "B’s battery keeps its memory; A’s battery is bad, and A’s memory is gone.",
            [false, false] => "Both batteries are bad: what only the caches held is gone.",
        },
        Fault::PowerBack => "The record on the disks says who was in charge, labels say whose memory counts.",
        Fault::CutLink { .. } => "Both controllers may live: only the record decides who goes on.",
        Fault::BatteryFails { .. } => {
            "Until it is good again, every write goes to the disks before it is answered."
        }
        Fault::FenceStuck => "A survivor that cannot be sure of the other’s silence does not serve.",
        Fault::DiskFails { .. } | Fault::DiskPulled { .. } => {
            "Every block of it is computed from the other disks of its stripe."
        }
        Fault::DiskReplaced { .. } | Fault::DiskReturned { .. } => "Stripe by stripe, while hosts go on.",
        Fault::SectorError { .. } => {
            "Nobody knows yet. A read or a scrub will find it and mend it from parity."
        }
        Fault::PathCut { .. } => "The host waits in vain, then tries its other path.",
        fault if fault.is_tampering() => {
            "What if: no correct link does this. Run on, and see which rule breaks."
        }
        Fault::Resume { .. } => {
            "It does not know yet what has happened meanwhile. The fence keeps its late writes out."
        }
        Fault::BatteryGood { .. } => "Writes may stay in the caches again, if the other battery is good too.",
        Fault::MendLink { .. } => "Whoever was lost by the cut says HELLO, and is rebuilt.",
        Fault::SlowLink { .. } | Fault::DiskSlow { .. } => {
            "Slow is not dead: everything works, and takes longer."
        }
        Fault::FenceWorks => "Who waits for a fence gets it now.",
        Fault::PathMended { .. } => "The host may use both paths again.",
        Fault::Scrub => "Stripe by stripe, while hosts go on.",
        _ => "It was broken or mended from outside.",
    }
}

fn session(instant: Instant<'_>, to: ControllerId, message: MessageKind, headline: String) -> Narration {
    let from = to.peer();
    match message {
        MessageKind::Hello => Narration::new(
            2,
            format!("{from} says HELLO to {to}, and what its memory is labelled with."),
            "A controller that has started first asks who serves.",
        )
        .rule("Failback 1"),
        MessageKind::Join => Narration::new(
            2,
            format!("{to} joins: {from} lends it a session and fills its mirror slots."),
            "It serves nobody until the record says DUAL.",
        )
        .rule("Failback 1")
        .claims(&[11]),
        MessageKind::ResyncDone => Narration::new(
            3,
            format!("RESYNC_DONE: {to} counts again and serves hosts."),
            "It gets back the free slots that are home to it; lines come by request.",
        )
        .rule("Failback 4")
        .claims(&[11]),
        MessageKind::Recall => Narration::new(
            2,
            format!("{from} asks {to} for what its memory holds."),
            "Of two images of a line the one with the higher number counts.",
        )
        .rule("Cold boot"),
        MessageKind::Heartbeat => {
            let mode = instant.world.controller(to).mode();
            let detail = if mode.serves() {
                "As long as they come, nobody is suspected."
            } else {
                "It is not taken for a sign of life while the record decides."
            };
            Narration::new(0, headline, detail)
        }
        MessageKind::Rehome => Narration::new(
            2,
            format!("REHOME: {to} is default owner of one of its LUNs again."),
            "Lines that nobody holds belong to it from here on.",
        )
        .rule("Failback 5")
        .claims(&[11]),
        MessageKind::RehomeAck => Narration::new(
            2,
            format!("{from} confirms: the LUN is its own again."),
            "Lines that are cached stay where they are, and move when they are asked for.",
        )
        .rule("Failback 5")
        .claims(&[11]),
        MessageKind::Image => Narration::new(
            1,
            format!("{to} has {from}’s image of a line."),
            "Of two images the one with the higher number counts.",
        )
        .rule("Cold boot"),
        MessageKind::ImagesEnd => Narration::new(
            2,
            format!("{from} has sent all that its memory holds."),
            format!("{to} now knows both memories and writes everything back."),
        )
        .rule("Cold boot"),
        MessageKind::Close => Narration::new(
            2,
            format!("{from} has everything on disk: {to} may forget its memory."),
            "It counts as empty as soon as the record has changed.",
        )
        .rule("Cold boot"),
        MessageKind::CloseAck => Narration::new(
            2,
            format!("{from} agrees: the record may change."),
            "From then on both begin with empty caches.",
        )
        .rule("Cold boot"),
        _ => Narration::new(1, headline, "A message about the controllers as a whole."),
    }
}
