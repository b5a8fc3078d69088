//! The record on the array, fences, and the state of each disk.

use super::Stage;
use super::condition::percent;
use crate::language::{say, tr};
use crate::scene::model::{DiskHead, Note, RecordView, Selection, Tone};
use mirrorline_engine::array::{DiskState, RecordMode};
use mirrorline_engine::fact::Fact;
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::sim::hardware::Control;
use mirrorline_engine::sim::schedule::What;

pub fn record(stage: &Stage<'_>) -> RecordView {
    let record = stage.instant.world.array().record();
    let (mode, holder) = match record.mode {
        RecordMode::Dual => ("DUAL".to_owned(), None),
        RecordMode::Solo(at) => (format!("SOLO_{at}"), Some(at)),
    };
    let changed = stage.instant.moment.facts.iter().any(|fact| matches!(fact, Fact::RecordSwapped { .. }));
    RecordView {
        mode,
        holder,
        epoch: record.epoch,
        pinned: record.pinned,
        changed,
        selected: stage.selection == Some(Selection::Record),
        fence: fence(stage),
    }
}

fn fence(stage: &Stage<'_>) -> Option<Note> {
    let world = stage.instant.world;
    let hardware = world.hardware();
    let pending = stage.pending.iter().find_map(|pending| match pending.what {
        What::Control(number) => match *world.pending_control(number) {
            Control::Fence { by, .. } => Some(by.peer()),
            _ => None,
        },
        _ => None,
    });
    if hardware.fences_stuck() > 0 {
        return Some(Note { text: tr("fence asked for, not confirmed").into(), tone: Tone::Alarm });
    }
    if let Some(fenced) = pending {
        return Some(Note { text: say!("fencing {fenced}", fenced), tone: Tone::Work });
    }
    let revoked = ControllerId::BOTH.into_iter().find(|at| hardware.revoked[at.index()]);
    if let Some(at) = revoked {
        return Some(Note { text: say!("{at} is fenced", at), tone: Tone::Calm });
    }
    hardware.fence_stuck.then(|| Note { text: tr("fences will not confirm").into(), tone: Tone::Alarm })
}

pub fn heads(stage: &Stage<'_>) -> Vec<DiskHead> {
    (0..stage.config().raid.disks).map(|disk| head(stage, disk)).collect()
}

fn head(stage: &Stage<'_>, number: u8) -> DiskHead {
    let disk = stage.instant.world.array().disk(number);
    let slowness = disk.service.slowness;
    let (text, tone, rebuilt) = match disk.state {
        DiskState::Absent => (tr("lost").to_owned(), Tone::Alarm, None),
        DiskState::Rebuilding => {
            let (done, total) = disk.progress();
            (say!("rebuild {percent} %", percent = percent(done, total)), Tone::Work, Some((done, total)))
        }
        DiskState::Present if slowness > 1 => (say!("{slowness}× slower", slowness), Tone::Work, None),
        DiskState::Present => (String::new(), Tone::Calm, None),
    };
    DiskHead { disk: number, tone, text, rebuilt }
}
