//! What can be broken and mended now, and what that is called.

use super::Stage;
use crate::language::{say, tr};
use crate::scene::model::{FaultButton, FaultGroup, Selection};
use mirrorline_engine::array::DiskState;
use mirrorline_engine::controller::Mode;
use mirrorline_engine::ids::{ControllerId, HostId};
use mirrorline_engine::sim::{CommandError, Fault};

/// A slow link and a slow disk: so many times slower than built.
const SLOW_LINK: u16 = 20;
const SLOW_DISK: u16 = 50;
/// How late a delayed message comes. Virtual nanoseconds: longer than a flight, shorter than a heartbeat.
const DELAY_NS: u64 = 50_000;
/// Hosts whose paths can be cut one by one.
const HOSTS_MAX: u8 = 4;

pub(super) fn palette(stage: &Stage<'_>) -> Vec<FaultButton> {
    let mut all = Vec::with_capacity(48);
    controllers(stage, &mut all);
    link(stage, &mut all);
    power(stage, &mut all);
    disks(stage, &mut all);
    hosts(stage, &mut all);
    message(stage, &mut all);
    let shared = stage.config().raid.lines_per_stripe > 1;
    for fault in &mut all {
        if fault.short.is_empty() {
            fault.short.clone_from(&fault.label);
        }
        let refused =
            |fault: &Fault| matches!(fault.check(stage.config()), Err(CommandError::LinesShareStripes));
        if shared && fault.faults.iter().any(refused) {
            fault.disabled = true;
            fault.about = tr(
                "Not in this variant: where lines share a stripe, disks do not fail and nothing is scrubbed.",
            );
        }
    }
    all
}

/// A button with what most of them have in common.
fn button(group: FaultGroup, id: impl Into<String>, label: impl Into<String>) -> FaultButton {
    FaultButton {
        id: id.into(),
        group,
        key: None,
        label: label.into(),
        short: String::new(),
        about: "",
        icon: "#i-mend",
        faults: Vec::new(),
        mends: false,
        disabled: false,
        bar: false,
    }
}

fn lower(at: ControllerId) -> &'static str {
    if at == ControllerId::A { "a" } else { "b" }
}

fn controllers(stage: &Stage<'_>, all: &mut Vec<FaultButton>) {
    let hardware = stage.instant.world.hardware();
    for at in ControllerId::BOTH {
        let mode = stage.instant.world.controller(at).mode();
        let stopped = matches!(mode, Mode::Down | Mode::Halted | Mode::Refused);
        let starts = mode == Mode::Down && hardware.power && !hardware.broken[at.index()];
        let base = button(FaultGroup::Controllers, format!("kill-{}", lower(at)), "");
        let base = FaultButton { key: Some(at.letter()), icon: "#i-power", bar: true, ..base };
        all.push(if stopped {
            FaultButton {
                label: if starts { say!("{at} starts", at) } else { say!("Bring back {at}", at) },
                short: if starts { say!("{at} starts", at) } else { say!("{at} back", at) },
                about: tr("A replacement with an empty memory starts, and is rebuilt while hosts go on."),
                faults: vec![Fault::Restart { at }],
                mends: true,
                disabled: starts || !hardware.power,
                ..base
            }
        } else {
            FaultButton {
                label: say!("Kill {at}", at),
                about: tr("The controller dies at once, and its memory with it."),
                faults: vec![Fault::Crash { at }],
                ..base
            }
        });
    }
    let other_hangs = hardware.hangs(ControllerId::B) && !hardware.hangs(ControllerId::A);
    for at in ControllerId::BOTH {
        let hangs = hardware.hangs(at);
        let first = (at == ControllerId::B) == other_hangs;
        all.push(FaultButton {
            key: first.then_some('H'),
            bar: first,
            icon: "#i-hang",
            about: if hangs {
                tr("It goes on as if nothing had been, and must find itself fenced.")
            } else {
                tr("It lives, and does and says nothing: from outside it looks dead.")
            },
            faults: vec![if hangs { Fault::Resume { at } } else { Fault::Hang { at } }],
            mends: hangs,
            disabled: !hangs && stage.instant.world.controller(at).mode() == Mode::Down,
            ..button(
                FaultGroup::Controllers,
                format!("hang-{}", lower(at)),
                if hangs { say!("Resume {at}", at) } else { say!("Hang {at}", at) },
            )
        });
    }
    all.push(FaultButton {
        icon: "#i-fence",
        about: tr("A survivor that cannot be sure of the other’s silence must not serve."),
        faults: vec![if hardware.fence_stuck { Fault::FenceWorks } else { Fault::FenceStuck }],
        mends: hardware.fence_stuck,
        ..button(
            FaultGroup::Controllers,
            "fence",
            if hardware.fence_stuck { tr("Let fences confirm") } else { tr("Jam fences") },
        )
    });
}

fn link(stage: &Stage<'_>, all: &mut Vec<FaultButton>) {
    let world = stage.instant.world;
    let cut = ControllerId::BOTH.map(|to| world.link_to(to).cut);
    let any = cut[0] || cut[1];
    let one = |to: ControllerId, cut: bool| if cut { Fault::MendLink { to } } else { Fault::CutLink { to } };
    let wanted = ControllerId::BOTH.into_iter().filter(|to| cut[to.index()] == any);
    all.push(FaultButton {
        key: Some('X'),
        icon: "#i-cut",
        about: tr("Both controllers live and cannot hear each other: the record on the disks decides."),
        faults: wanted.map(|to| one(to, any)).collect(),
        mends: any,
        bar: true,
        ..button(FaultGroup::Link, "link", if any { tr("Mend link") } else { tr("Cut link") })
    });
    for to in ControllerId::BOTH {
        let is_cut = cut[to.index()];
        all.push(FaultButton {
            icon: "#i-cut",
            about: tr("Only one direction: what the other says still arrives."),
            faults: vec![one(to, is_cut)],
            mends: is_cut,
            ..button(
                FaultGroup::Link,
                format!("link-{}", lower(to)),
                match is_cut {
                    true => say!("Mend {from} → {to}", from = to.peer(), to),
                    false => say!("Cut {from} → {to}", from = to.peer(), to),
                },
            )
        });
    }
    let slow = ControllerId::BOTH.iter().any(|to| world.link_to(*to).slowness > 1);
    let factor = if slow { 1 } else { SLOW_LINK };
    all.push(FaultButton {
        icon: "#i-slow",
        about: tr("Messages take 20 times as long. Slow is not dead."),
        faults: ControllerId::BOTH.map(|to| Fault::SlowLink { to, factor }).to_vec(),
        mends: slow,
        ..button(FaultGroup::Link, "slow-link", if slow { tr("Link at full speed") } else { tr("Slow link") })
    });
}

fn power(stage: &Stage<'_>, all: &mut Vec<FaultButton>) {
    let hardware = stage.instant.world.hardware();
    all.push(FaultButton {
        key: Some('P'),
        icon: "#i-bolt",
        about: tr("Both controllers and all disks stop at once. Batteries keep the memories."),
        faults: vec![if hardware.power { Fault::PowerLoss } else { Fault::PowerBack }],
        mends: !hardware.power,
        bar: true,
        ..button(FaultGroup::Power, "power", if hardware.power { tr("Power loss") } else { tr("Power back") })
    });
    let change = |at: ControllerId, good: bool| {
        if good { Fault::BatteryGood { at } } else { Fault::BatteryFails { at } }
    };
    let all_good = hardware.battery_good == [true, true];
    let concerned = ControllerId::BOTH.into_iter().filter(|at| hardware.battery_good[at.index()] == all_good);
    all.push(FaultButton {
        key: Some('Y'),
        icon: "#i-battery",
        about: tr("A memory that power loss would empty may hold nothing alone: every write goes to disk."),
        faults: concerned.map(|at| change(at, !all_good)).collect(),
        mends: !all_good,
        bar: true,
        short: tr("Batteries").into(),
        ..button(
            FaultGroup::Power,
            "battery",
            if all_good { tr("Batteries fail") } else { tr("Batteries good") },
        )
    });
    for at in ControllerId::BOTH {
        let good = hardware.battery_good[at.index()];
        all.push(FaultButton {
            icon: "#i-battery",
            about: tr("One bad battery is enough: the other controller must not rely on this memory."),
            faults: vec![change(at, !good)],
            mends: !good,
            ..button(
                FaultGroup::Power,
                format!("battery-{}", lower(at)),
                if good { say!("{at}’s battery fails", at) } else { say!("{at}’s battery good", at) },
            )
        });
    }
}

fn disks(stage: &Stage<'_>, all: &mut Vec<FaultButton>) {
    let array = stage.instant.world.array();
    let count = stage.config().raid.disks;
    let absent = (0..count).find(|disk| array.disk(*disk).state == DiskState::Absent);
    let picked = match stage.selection {
        Some(Selection::Disk { disk, .. }) if disk < count => disk,
        _ => 1,
    };
    for disk in 0..count {
        all.push(fail_disk(format!("disk-{disk}"), disk, array.disk(disk).state == DiskState::Absent));
    }
    let chosen = absent.unwrap_or(picked);
    all.push(FaultButton { key: Some('D'), bar: true, ..fail_disk("disk".into(), chosen, absent.is_some()) });
    all.push(FaultButton {
        icon: "#i-disk",
        about: tr("A disk that comes back holds what is out of date: it is rebuilt all the same."),
        faults: vec![match absent {
            Some(disk) => Fault::DiskReturned { disk },
            None => Fault::DiskPulled { disk: picked },
        }],
        mends: absent.is_some(),
        ..button(
            FaultGroup::Disks,
            "pull",
            if absent.is_some() {
                say!("Put disk {disk} back", disk = chosen)
            } else {
                say!("Pull disk {disk}", disk = picked)
            },
        )
    });
    let slow = (0..count).find(|disk| array.disk(*disk).service.slowness > 1);
    let disk = slow.unwrap_or(picked);
    all.push(FaultButton {
        key: Some('W'),
        icon: "#i-slow",
        about: tr("Its commands take 50 times as long: everything works, and waits for it."),
        faults: vec![Fault::DiskSlow { disk, factor: if slow.is_some() { 1 } else { SLOW_DISK } }],
        mends: slow.is_some(),
        bar: true,
        short: if slow.is_some() { tr("Full speed").into() } else { tr("Slow disk").into() },
        ..button(
            FaultGroup::Disks,
            "slow",
            if slow.is_some() {
                say!("Disk {disk} at full speed", disk)
            } else {
                say!("Slow disk {disk}", disk)
            },
        )
    });
    if let Some(key) = stage.chosen {
        let stripe = stage.instant.world.controller(ControllerId::A).shape().array_stripe(key);
        all.push(FaultButton {
            icon: "#i-disk",
            about: tr("One chunk cannot be read any more, and nobody knows until it is read or scrubbed."),
            faults: vec![Fault::SectorError { disk: picked, stripe }],
            ..button(
                FaultGroup::Disks,
                "sector",
                say!("Sector error: disk {disk}, stripe {line}", disk = picked, line = stage.label(key)),
            )
        });
    }
    all.push(FaultButton {
        icon: "#i-scrub",
        about: tr("Every stripe is read, its parity compared, and mended where it is wrong."),
        faults: vec![Fault::Scrub],
        mends: true,
        ..button(FaultGroup::Disks, "scrub", tr("Scrub the array"))
    });
}

fn fail_disk(id: String, disk: u8, absent: bool) -> FaultButton {
    FaultButton {
        icon: "#i-disk",
        about: if absent {
            tr("An empty spare takes its place and is rebuilt, stripe by stripe.")
        } else {
            tr("What it held is computed from the other disks of each stripe.")
        },
        faults: vec![if absent { Fault::DiskReplaced { disk } } else { Fault::DiskFails { disk } }],
        mends: absent,
        ..button(
            FaultGroup::Disks,
            id,
            if absent { say!("Spare for disk {disk}", disk) } else { say!("Fail disk {disk}", disk) },
        )
    }
}

fn hosts(stage: &Stage<'_>, all: &mut Vec<FaultButton>) {
    let hardware = stage.instant.world.hardware();
    for host in (0..stage.config().hosts.min(HOSTS_MAX)).map(HostId) {
        for via in ControllerId::BOTH {
            let cut = hardware.path_is_cut(host, via);
            all.push(FaultButton {
                icon: "#i-cut",
                about: tr(
                    "Requests and answers on this path are lost: the host tries its other path in time.",
                ),
                faults: vec![if cut {
                    Fault::PathMended { host, via }
                } else {
                    Fault::PathCut { host, via }
                }],
                mends: cut,
                ..button(
                    FaultGroup::Hosts,
                    format!("path-{}-{}", host.0, lower(via)),
                    match cut {
                        true => say!("Mend host {host} → {via}", host = host.0 + 1, via),
                        false => say!("Cut host {host} → {via}", host = host.0 + 1, via),
                    },
                )
            });
        }
    }
}

/// What can be done to the message that is chosen, while it is on its way. No correct link does any of it.
fn message(stage: &Stage<'_>, all: &mut Vec<FaultButton>) {
    let Some(Selection::Message { id, .. }) = stage.selection else { return };
    let to = if id.is_multiple_of(2) { ControllerId::A } else { ControllerId::B };
    let link = stage.instant.world.link_to(to);
    let Some(place) = link.iter().position(|envelope| envelope.number == id / 2) else { return };
    let Ok(skip) = u8::try_from(place) else { return };
    let last = place + 1 >= link.len();
    let tricks = [
        ("drop", tr("Drop"), Fault::DropMessage { to, skip }, false),
        ("delay", tr("Delay by 50 µs"), Fault::DelayMessage { to, skip, by_ns: DELAY_NS }, false),
        ("twice", tr("Deliver twice"), Fault::DuplicateMessage { to, skip }, false),
        ("swap", tr("Swap with the next"), Fault::SwapMessages { to, skip }, last),
    ];
    for (id, label, fault, disabled) in tricks {
        all.push(FaultButton {
            icon: "#i-tamper",
            about: tr("What if: no correct link does this."),
            faults: vec![fault],
            disabled,
            ..button(FaultGroup::Message, id, label)
        });
    }
}

/// A fault in two or three words, for a flag on the scrubber.
#[must_use]
pub fn fault_words(fault: Fault) -> String {
    match fault {
        Fault::Crash { at } => say!("kill {at}", at),
        Fault::Restart { at } => say!("{at} back", at),
        Fault::Hang { at } => say!("{at} hangs", at),
        Fault::Resume { at } => say!("{at} goes on", at),
        Fault::PowerLoss => tr("power loss").into(),
        Fault::PowerBack => tr("power back").into(),
        Fault::BatteryFails { .. } => tr("battery").into(),
        Fault::BatteryGood { .. } => tr("battery good").into(),
        Fault::CutLink { .. } => tr("cut link").into(),
        Fault::MendLink { .. } => tr("mend link").into(),
        Fault::SlowLink { factor: 1, .. } => tr("link fast").into(),
        Fault::SlowLink { .. } => tr("slow link").into(),
        Fault::FenceStuck => tr("fences jam").into(),
        Fault::FenceWorks => tr("fences work").into(),
        Fault::DiskFails { disk } => say!("fail disk {disk}", disk),
        Fault::DiskReplaced { disk } => say!("spare {disk}", disk),
        Fault::DiskPulled { disk } => say!("pull disk {disk}", disk),
        Fault::DiskReturned { disk } => say!("disk {disk} back", disk),
        Fault::DiskSlow { factor: 1, disk } => say!("disk {disk} fast", disk),
        Fault::DiskSlow { disk, .. } => say!("slow disk {disk}", disk),
        Fault::SectorError { .. } => tr("sector error").into(),
        Fault::PathCut { .. } => tr("cut path").into(),
        Fault::PathMended { .. } => tr("mend path").into(),
        Fault::Scrub => tr("scrub").into(),
        Fault::DropMessage { .. } => tr("dropped").into(),
        Fault::DuplicateMessage { .. } => tr("twice").into(),
        Fault::DelayMessage { .. } => tr("delayed").into(),
        Fault::SwapMessages { .. } => tr("swapped").into(),
    }
}
