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
use crate::text::Text;
use crate::{mark, text};

/// A fault as one sentence, ending with a full stop.
#[must_use]
pub fn fault_sentence(fault: Fault) -> Text {
    match fault {
        Fault::Crash { at } => text!("Controller {at} dies, and its memory with it.", at),
        Fault::Restart { at } => text!("A replacement for {at} is switched on; its memory is empty.", at),
        Fault::Hang { at } => text!("Controller {at} hangs: it lives, but does and says nothing.", at),
        Fault::Resume { at } => text!("Controller {at} goes on as if nothing had been.", at),
        Fault::PowerLoss => text!("The power fails: both controllers stop at once."),
        Fault::PowerBack => text!("The power is back: controllers start."),
        Fault::BatteryFails { at } => text!("{at}’s battery fails: a power loss would empty its memory.", at),
        Fault::BatteryGood { at } => text!("{at}’s battery is good again.", at),
        Fault::CutLink { to } => text!("The link towards {to} is cut; what was on it is lost.", to),
        Fault::MendLink { to } => text!("The link towards {to} is mended.", to),
        Fault::SlowLink { to, factor: 1 } => text!("The link towards {to} is as fast as before.", to),
        Fault::SlowLink { to, factor } => {
            text!("The link towards {to} becomes {factor} times slower.", to, factor)
        }
        Fault::FenceStuck => text!("Fences are not confirmed from now on."),
        Fault::FenceWorks => text!("Fences are confirmed again."),
        Fault::DiskFails { disk } => text!("Disk {disk} dies. Parity stands in for it.", disk),
        Fault::DiskReplaced { disk } => {
            text!("A spare takes disk {disk}’s place, empty: it is rebuilt.", disk)
        }
        Fault::DiskPulled { disk } => text!("Disk {disk} is pulled out.", disk),
        Fault::DiskReturned { disk } => {
            text!("Disk {disk} is put back. What it holds is out of date: it is rebuilt.", disk)
        }
        Fault::DiskSlow { disk, factor: 1 } => text!("Disk {disk} is as fast as before.", disk),
        Fault::DiskSlow { disk, factor } => text!("Disk {disk} becomes {factor} times slower.", disk, factor),
        Fault::SectorError { disk, stripe } => {
            text!("Disk {disk} can no longer read its chunk of stripe {stripe}.", disk, stripe)
        }
        Fault::PathCut { host, via } => {
            text!("{host}’s path to {via} is cut.", host = names::host(host), via)
        }
        Fault::PathMended { host, via } => {
            text!("{host}’s path to {via} is mended.", host = names::host(host), via)
        }
        Fault::Scrub => text!("A scrub begins: every stripe is read and its parity compared."),
        Fault::DropMessage { to, .. } => text!("Tampering: a message to {to} is lost.", to),
        Fault::DuplicateMessage { to, .. } => text!("Tampering: a message to {to} comes twice.", to),
        Fault::DelayMessage { to, .. } => text!("Tampering: a message to {to} comes late.", to),
        Fault::SwapMessages { to, .. } => text!("Tampering: two messages to {to} change places.", to),
    }
}

/// Why a controller suspects its peer, after "since".
fn suspicion(at: ControllerId, why: Suspicion) -> Text {
    let peer = at.peer();
    match why {
        Suspicion::LinkDown => text!("the link is down"),
        Suspicion::LinkSilent => {
            text!("the link is silent, though {peer}’s mailbox is fresh", peer)
        }
        Suspicion::Silent => text!("neither link nor mailbox tells of {peer}", peer),
        Suspicion::Alone => text!("{peer} does not answer, or its memory holds nothing", peer),
    }
}

/// A fact about failures as one sentence; nothing for any other fact.
#[must_use]
pub(super) fn sentence(config: &Config, fact: &Fact) -> Option<Text> {
    let line = |key| names::line(config, key);
    Some(match *fact {
        Fact::DiskFailed { disk, key, .. } => {
            text!("Disk {disk} cannot serve {line}.", disk, line = line(key))
        }
        Fact::Fault { fault } => fault_sentence(fault),
        Fact::Mode { at, from, to } => {
            text!(
                "{at} goes from {from} to {to}: it {words}.",
                at,
                from = from.name(),
                to = to.name(),
                words = to.words()
            )
        }
        Fact::Abandoned { at } => text!("What was under way at {at} will never be answered.", at),
        Fact::Suspects { at, why } => {
            text!("{at} suspects {peer}, since {why}.", at, peer = at.peer(), why = suspicion(at, why))
        }
        Fact::SessionSent { from, message } => {
            text!("{from} sends {message} to {peer}.", from, message = message.name(), peer = from.peer())
        }
        Fact::SessionReceived { at, message } => {
            text!("{message} reaches {at}.", message = message.name(), at)
        }
        Fact::Dropped { at, message, .. } => {
            text!("{at} drops {message}: it belongs to a session that is over.", at, message = message.name())
        }
        Fact::Stray { at, message, .. } => {
            text!(
                "{at} drops {message}: it does not fit the line as it stands.",
                at,
                message = message.name()
            )
        }
        Fact::Lost { to, message, .. } => text!("{message} to {to} is lost.", message = message.name(), to),
        Fact::RecordSwapped { by, record } => {
            text!("{by} has changed the record: {record}.", by, record = record.to_string())
        }
        Fact::SwapRefused { by, record } => {
            text!(
                "{by} comes too late to change the record: it says {record}.",
                by,
                record = record.to_string()
            )
        }
        Fact::Fenced { fenced, by, aborted } => text!(
            "{fenced} is fenced by {by}: {count} forgotten, no more taken.",
            fenced,
            by,
            count = names::count(aborted as usize, mark!("{n} disk command"), mark!("{n} disk commands"))
        ),
        Fact::TookOver { at, dirty, suspect } => text!(
            "{at} owns every line now: {count} to write back, {more} to recompute.",
            at,
            count = names::count(dirty as usize, mark!("{n} dirty line"), mark!("{n} dirty lines")),
            more = names::count(suspect as usize, mark!("{n} suspect stripe"), mark!("{n} suspect stripes"))
        ),
        Fact::Suspect { at, key } => text!("{at} doubts the parity of {line}.", at, line = line(key)),
        Fact::Trusted { at, key } => text!("{at} has recomputed the parity of {line}.", at, line = line(key)),
        Fact::Walked { at, key, left } => text!(
            "{peer} has its copy of {line}; {count} to go.",
            peer = at.peer(),
            line = line(key),
            count = names::count(left as usize, mark!("{n} line"), mark!("{n} lines"))
        ),
        Fact::Rehomed { lun, to } => text!("LUN {lun} is {to}’s own again.", lun, to),
        Fact::WriteThroughPolicy { at, on: true } => {
            text!("{at} writes everything through: a battery would not keep the caches.", at)
        }
        Fact::WriteThroughPolicy { at, on: false } => text!("{at} caches writes again.", at),
        Fact::Patrolled { at, key, found } => {
            let what = match found {
                Found::Sound => text!("sound"),
                Found::ParityMended => text!("its parity was wrong and is mended"),
                Found::ChunkRebuilt => text!("a missing chunk is rebuilt"),
                Found::Degraded => text!("a disk is missing"),
            };
            text!("{at} has looked at the stripe of {line}: {what}.", at, line = line(key), what)
        }
        Fact::BlocksLost { key, map, .. } => {
            text!(
                "Two failures have met: {what} cannot be known any more.",
                what = names::map(config, key, map)
            )
        }
        Fact::HostRetries { host, via, .. } => {
            text!("{host} tries again by its path to {via}.", host = names::host(host), via)
        }
        Fact::HostFailed { host, io, answered: true, .. } => {
            text!("{host} gets an error for its {io}.", host = names::host(host), io = names::io(io))
        }
        Fact::HostFailed { host, io, answered: false, .. } => {
            text!(
                "{host} has waited too long and gives up its {io}.",
                host = names::host(host),
                io = names::io(io)
            )
        }
        _ => return None,
    })
}

/// An event about the hardware or the controllers as a whole, in one short sentence; nothing for any other.
pub(super) fn event_text(kind: &EventKind) -> Option<Text> {
    Some(match *kind {
        EventKind::Session { to, message } => text!("{message} reaches {to}.", message = message.name(), to),
        EventKind::Fault { fault } => fault_sentence(fault),
        EventKind::Heartbeat { at } => text!("A period of heartbeats is over at {at}.", at),
        EventKind::Mailbox { at } => text!("{at} reads {peer}’s mailbox.", at, peer = at.peer()),
        EventKind::LinkSignal { at, up: true } => text!("{at} notices that the link is up.", at),
        EventKind::LinkSignal { at, up: false } => text!("{at} notices that the link is down.", at),
        EventKind::Record { at, swapped: true } => text!("The record is changed for {at}.", at),
        EventKind::Record { at, .. } => text!("{at} reads the record.", at),
        EventKind::Fence { by, fenced } => text!("{fenced} is fenced by {by}.", fenced, by),
        EventKind::Boot { at } => text!("{at} starts.", at),
        EventKind::BootWait { at } => text!("{at} has waited for an answer.", at),
        EventKind::PatrolTimer { at } => text!("{at} looks again at what its patrol left out.", at),
        EventKind::HostWatch => text!("Hosts look at what they wait for."),
        EventKind::HostRetries { host, via } => {
            text!("{host} tries again by its path to {via}.", host = names::host(host), via)
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
            text!("A retry is a new write: whether the first one took effect, the host does not know."),
        ),
        EventKind::HostWatch if facts.iter().any(|fact| matches!(fact, Fact::HostRetries { .. })) => {
            let retry = facts.iter().find(|fact| matches!(fact, Fact::HostRetries { .. }));
            let headline = retry.and_then(|fact| sentence(instant.config(), fact)).unwrap_or_default();
            Narration::new(2, headline, text!("No answer came in time."))
        }
        EventKind::Heartbeat { at } => heartbeat(instant, at, headline),
        _ => Narration::new(0, headline, quiet_detail(&kind)),
    }
}

fn heartbeat(instant: Instant<'_>, at: ControllerId, headline: Text) -> Narration {
    let standing = instant.world.controller(at).standing();
    let misses = instant.config().failover.misses;
    if standing.silent > 1 {
        let missed =
            names::count(usize::from(standing.silent - 1), mark!("{n} period"), mark!("{n} periods"));
        return Narration::new(
            1,
            text!("{at} has heard nothing from {peer} for {missed}.", at, peer = at.peer(), missed),
            text!(
                "After {misses} periods of silence {at} suspects that {peer} is gone.",
                misses,
                at,
                peer = at.peer()
            ),
        )
        .rule("Failover 1");
    }
    Narration::new(0, headline, text!("As long as heartbeats come, by link or mailbox, nobody is suspected."))
}

/// Why an event is there that, by itself, changes nothing.
fn quiet_detail(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Mailbox { .. } => {
            mark!("The mailbox on the array is a second channel: it tells a dead link from a dead peer.")
        }
        EventKind::LinkSignal { .. } => mark!("The link’s hardware says so by itself."),
        EventKind::Record { swapped: true, .. } => mark!("The answer of a compare-and-swap: it was done."),
        EventKind::Record { .. } => mark!("The record on the disks says who may serve."),
        EventKind::Fence { .. } => mark!("The array takes nothing from it any more."),
        EventKind::Boot { .. } => mark!("It knows nothing yet: it asks the record who may serve."),
        EventKind::BootWait { .. } => mark!("Nobody has answered its HELLO so far."),
        EventKind::PatrolTimer { .. } => mark!("Stripes that were in use are looked at later."),
        EventKind::HostWatch => mark!("Nobody has waited too long."),
        _ => mark!("Nothing else follows from it."),
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
            text!("Silence proves nothing: {at} holds still and asks the record on the disks who may go on.", at),
        )
        .rule("Failover 1"),
        Fact::Suspects { at, .. } => Narration::new(
            3,
            told,
            text!("{at}’s memory belongs to the record’s epoch, so it may take over alone.", at),
        )
        .rule("Cold boot"),
        Fact::RecordSwapped { by, record } => match record.mode {
            RecordMode::Solo(_) if record.pinned => Narration::new(
                3,
                told,
                text!("Only one of two can win. Before {by} serves anybody, {peer} is fenced.", by, peer = by.peer()),
            )
            .rule("Failover 2"),
            RecordMode::Solo(_) => Narration::new(
                2,
                told,
                text!("{by} holds nothing that is nowhere else: if it died, another could serve.", by),
            )
            .rule("Failover 5"),
            RecordMode::Dual => Narration::new(
                3,
                told,
                text!("From here on the replacement counts: dirty lines are held twice again."),
            )
            .rule("Failback 3")
            .claims(&[11]),
        },
        Fact::SwapRefused { by, .. } => {
            Narration::new(3, told, text!("{by} answers nothing and serves nothing any more.", by)).rule("Failover 2")
        }
        Fact::Fenced { fenced, .. } => Narration::new(
            3,
            told,
            text!("A late write of {fenced} can no longer land on newer data.", fenced),
        )
        .rule("Failover 2"),
        Fact::TookOver { at, dirty, suspect } => Narration::new(
            4,
            text!("{at} owns every line now and serves alone.", at),
            text!("Mirrors became lines; no data moved.").then(left_to_do(dirty, suspect)),
        )
        .rule("Failover 4")
        .claims(&[13]),
        Fact::Mode { at, to: Mode::SoloJoin, .. } => Narration::new(
            3,
            text!("{at} takes {peer} as its new partner and copies dirty lines to it.", at, peer = at.peer()),
            text!("Hosts go on meanwhile. The copies count only when the record says so."),
        )
        .rule("Failback 1")
        .claims(&[11]),
        Fact::Mode { at, to: Mode::Recover, .. } => Narration::new(
            3,
            text!("Both memories survived the power loss: {at} writes everything back first.", at),
            text!("Nobody is served until the disks have it all and suspect parity is recomputed."),
        )
        .rule("Cold boot"),
        Fact::Mode { at, to: Mode::Refused, .. } => Narration::new(
            4,
            text!("{at} refuses to serve: the only memory with the newest data is gone.", at),
            text!("Unavailable rather than stale: two failures have met."),
        )
        .rule("G5"),
        Fact::Mode { at, to: Mode::Halted, .. } => Narration::new(
            3,
            text!("{at} halts: it has lost the record, or was fenced.", at),
            text!("What it still held is safe with the survivor. It comes back as a replacement, with an empty memory."),
        )
        .rule("Failover 2"),
        Fact::Rehomed { lun, to } => Narration::new(
            3,
            told,
            text!("Lines of LUN {lun} that nobody holds are {to}’s now; the others move when they are asked for.", lun, to),
        )
        .rule("Failback 5")
        .claims(&[11]),
        Fact::Walked { .. } => Narration::new(
            2,
            told,
            text!("Copied under its line lock. If the survivor died now, the copy would not count yet."),
        )
        .rule("Failback 2")
        .claims(&[11]),
        Fact::BlocksLost { .. } => {
            Narration::new(4, told, text!("A read of them fails, rather than give a wrong value.")).rule("G5")
        }
        Fact::HostFailed { .. } => Narration::new(3, told, text!("The host has to deal with that itself.")),
        _ => return None,
    };
    Some(narration)
}

/// What a controller has to do once it has taken over.
fn left_to_do(dirty: u32, suspect: u32) -> Text {
    let lines = names::count(dirty as usize, mark!("{n} dirty line"), mark!("{n} dirty lines"));
    let stripes = names::count(suspect as usize, mark!("{n} stripe"), mark!("{n} stripes"));
    match (dirty, suspect) {
        (0, 0) => text!("Everything is on disk already."),
        (_, 0) => text!("{lines} to write back.", lines),
        (0, _) => text!("{stripes} whose parity is in doubt.", stripes),
        _ => text!("{lines} to write back, {stripes} whose parity is in doubt.", lines, stripes),
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
    if instant.moment.facts.iter().any(|fact| matches!(fact, Fact::Stray { .. })) {
        return Narration::new(
            2,
            text!("{name} for {line} is out of place: {to} drops it.", name, line, to),
            text!(
                "The line is in no state that it could follow. No correct link brings such a message: this one was tampered with."
            ),
        );
    }
    if instant.moment.facts.iter().any(|fact| matches!(fact, Fact::Dropped { .. })) {
        return Narration::new(
            2,
            text!("{name} for {line} comes too late: {to} drops it.", name, line, to),
            text!("It belongs to a session that is over. Old messages never change what a new session has agreed on."),
        )
        .rule("Session");
    }
    if instant.world.hardware().hangs(to) {
        return Narration::new(
            1,
            text!("{name} for {line} reaches {to}, which hangs.", name, line, to),
            text!("It lies there until the controller wakes up, if it ever does."),
        );
    }
    match instant.world.controller(to).mode() {
        Mode::Frozen | Mode::Won => Narration::new(
            1,
            text!("{name} for {line} reaches {to}, which holds still.", name, line, to),
            text!("It is handled when the fence is confirmed, in its order, and nothing is answered."),
        )
        .rule("Failover 3"),
        _ => Narration::new(
            1,
            text!("{name} for {line} reaches nobody: {to} does not run.", name, line, to),
            text!("What was on the link towards a dead controller is lost."),
        ),
    }
}

fn fault_detail(instant: Instant<'_>, fault: Fault) -> &'static str {
    let good = instant.world.hardware().battery_good;
    match fault {
        Fault::Crash { .. } => {
            mark!("Its peer will notice by the silence. What it had acknowledged is held by the peer too.")
        }
        Fault::Restart { .. } => mark!("It asks who serves, and is rebuilt while hosts go on."),
        Fault::Hang { .. } => {
            mark!("From outside this looks like death. If it wakes up, it must find itself fenced.")
        }
        Fault::PowerLoss => match good {
            [true, true] => {
                mark!("Batteries keep both memories. Messages are gone, disks stop where they are.")
            }
            [true, false] => {
                mark!("A’s battery keeps its memory; B’s battery is bad, and B’s memory is gone.")
            }
            [false, true] => {
                mark!("B’s battery keeps its memory; A’s battery is bad, and A’s memory is gone.")
            }
            [false, false] => mark!("Both batteries are bad: what only the caches held is gone."),
        },
        Fault::PowerBack => {
            mark!("The record on the disks says who was in charge, labels say whose memory counts.")
        }
        Fault::CutLink { .. } => mark!("Both controllers may live: only the record decides who goes on."),
        Fault::BatteryFails { .. } => {
            mark!("Until it is good again, every write goes to the disks before it is answered.")
        }
        Fault::FenceStuck => mark!("A survivor that cannot be sure of the other’s silence does not serve."),
        Fault::DiskFails { .. } | Fault::DiskPulled { .. } => {
            mark!("Every block of it is computed from the other disks of its stripe.")
        }
        Fault::DiskReplaced { .. } | Fault::DiskReturned { .. } => {
            mark!("Stripe by stripe, while hosts go on.")
        }
        Fault::SectorError { .. } => {
            mark!("Nobody knows yet. A read or a scrub will find it and mend it from parity.")
        }
        Fault::PathCut { .. } => mark!("The host waits in vain, then tries its other path."),
        fault if fault.is_tampering() => {
            mark!("What if: no correct link does this. Run on, and see which rule breaks.")
        }
        Fault::Resume { .. } => {
            mark!("It does not know yet what has happened meanwhile. The fence keeps its late writes out.")
        }
        Fault::BatteryGood { .. } => {
            mark!("Writes may stay in the caches again, if the other battery is good too.")
        }
        Fault::MendLink { .. } => mark!("Whoever was lost by the cut says HELLO, and is rebuilt."),
        Fault::SlowLink { .. } | Fault::DiskSlow { .. } => {
            mark!("Slow is not dead: everything works, and takes longer.")
        }
        Fault::FenceWorks => mark!("Who waits for a fence gets it now."),
        Fault::PathMended { .. } => mark!("The host may use both paths again."),
        Fault::Scrub => mark!("Stripe by stripe, while hosts go on."),
        _ => mark!("It was broken or mended from outside."),
    }
}

fn session(instant: Instant<'_>, to: ControllerId, message: MessageKind, headline: Text) -> Narration {
    let from = to.peer();
    match message {
        MessageKind::Hello => Narration::new(
            2,
            text!("{from} says HELLO to {to}, and what its memory is labelled with.", from, to),
            text!("A controller that has started first asks who serves."),
        )
        .rule("Failback 1"),
        MessageKind::Join => Narration::new(
            2,
            text!("{to} joins: {from} lends it a session and fills its mirror slots.", to, from),
            text!("It serves nobody until the record says DUAL."),
        )
        .rule("Failback 1")
        .claims(&[11]),
        MessageKind::ResyncDone => Narration::new(
            3,
            text!("RESYNC_DONE: {to} counts again and serves hosts.", to),
            text!("It gets back the free slots that are home to it; lines come by request."),
        )
        .rule("Failback 4")
        .claims(&[11]),
        MessageKind::Recall => Narration::new(
            2,
            text!("{from} asks {to} for what its memory holds.", from, to),
            text!("Of two images of a line the one with the higher number counts."),
        )
        .rule("Cold boot"),
        MessageKind::Heartbeat => {
            let mode = instant.world.controller(to).mode();
            let detail = if mode.serves() {
                text!("As long as they come, nobody is suspected.")
            } else {
                text!("It is not taken for a sign of life while the record decides.")
            };
            Narration::new(0, headline, detail)
        }
        MessageKind::Rehome => Narration::new(
            2,
            text!("REHOME: {to} is default owner of one of its LUNs again.", to),
            text!("Lines that nobody holds belong to it from here on."),
        )
        .rule("Failback 5")
        .claims(&[11]),
        MessageKind::RehomeAck => Narration::new(
            2,
            text!("{from} confirms: the LUN is its own again.", from),
            text!("Lines that are cached stay where they are, and move when they are asked for."),
        )
        .rule("Failback 5")
        .claims(&[11]),
        MessageKind::Image => Narration::new(
            1,
            text!("{to} has {from}’s image of a line.", to, from),
            text!("Of two images the one with the higher number counts."),
        )
        .rule("Cold boot"),
        MessageKind::ImagesEnd => Narration::new(
            2,
            text!("{from} has sent all that its memory holds.", from),
            text!("{to} now knows both memories and writes everything back.", to),
        )
        .rule("Cold boot"),
        MessageKind::Close => Narration::new(
            2,
            text!("{from} has everything on disk: {to} may forget its memory.", from, to),
            text!("It counts as empty as soon as the record has changed."),
        )
        .rule("Cold boot"),
        MessageKind::CloseAck => Narration::new(
            2,
            text!("{from} agrees: the record may change.", from),
            text!("From then on both begin with empty caches."),
        )
        .rule("Cold boot"),
        _ => Narration::new(1, headline, text!("A message about the controllers as a whole.")),
    }
}
