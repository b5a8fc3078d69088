//! A controller as a whole: its mode, what it hears of its peer, and what it has still to do.

use super::Stage;
use crate::scene::model::{Condition, Heart, Note, Progress, Tone};
use crate::scene::words::count_text;
use mirrorline_engine::controller::{Controller, Mode};
use mirrorline_engine::explain::names;
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::state::LineState;

pub fn condition(stage: &Stage<'_>, id: ControllerId) -> Condition {
    let controller = stage.instant.world.controller(id);
    let hardware = stage.instant.world.hardware();
    let (mode, hangs) = (controller.mode(), hardware.hangs(id));
    let (name, words) = if hangs { ("HUNG", "lives, says nothing") } else { said(stage, id) };
    Condition {
        mode: name,
        words,
        tone: if hangs { Tone::Alarm } else { tone(mode) },
        epoch: controller.standing().label,
        heart: heart(stage, controller),
        battery_good: hardware.battery_good[id.index()],
        notes: notes(stage, controller),
        progress: progress(controller),
    }
}

/// The mode in the few words that a card has room for. Without power is not the same as dead.
fn said(stage: &Stage<'_>, id: ControllerId) -> (&'static str, &'static str) {
    let mode = stage.instant.world.controller(id).mode();
    let hardware = stage.instant.world.hardware();
    let words = match mode {
        Mode::Down if hardware.broken[id.index()] => "dead, memory lost",
        Mode::Down if hardware.power => "switched on",
        Mode::Down => "without power",
        Mode::Frozen => "suspects its peer",
        Mode::Won => "awaits the fence",
        Mode::Drain => "reads last messages",
        Mode::SoloJoin => "rebuilds its partner",
        Mode::Joining => "being rebuilt",
        Mode::Recover => "writes everything back",
        Mode::Recalled => "keeps its memory",
        Mode::Boot => "asks who serves",
        Mode::Halted => "fenced, or too late",
        Mode::Refused => "newest data is lost",
        mode => mode.words(),
    };
    (mode.name(), words)
}

fn tone(mode: Mode) -> Tone {
    match mode {
        Mode::Dual => Tone::Calm,
        Mode::Down => Tone::Off,
        Mode::Halted | Mode::Refused | Mode::Frozen => Tone::Alarm,
        _ => Tone::Work,
    }
}

fn heart(stage: &Stage<'_>, controller: &Controller) -> Heart {
    let listens = matches!(
        controller.mode(),
        Mode::Dual | Mode::SoloJoin | Mode::Joining | Mode::Recover | Mode::Recalled
    );
    let of = stage.config().failover.misses;
    match controller.standing().silent {
        _ if !listens => Heart::Deaf,
        0 | 1 => Heart::Beats,
        silent => Heart::Silent { periods: silent - 1, of },
    }
}

fn notes(stage: &Stage<'_>, controller: &Controller) -> Vec<Note> {
    let mode = controller.mode();
    let mut notes = Vec::new();
    let mut add = |text: String, tone| notes.push(Note { text, tone });
    if mode.serves() && mode.is_alone() {
        if stage.config().failover.solo_write_back {
            add("unsafe policy: writes held once".into(), Tone::Alarm);
        } else {
            add("alone: every write goes to disk".into(), Tone::Work);
        }
    } else if mode.serves() && controller.writes_through() {
        add("battery: every write goes to disk".into(), Tone::Alarm);
    }
    let held = controller.held().count();
    if held > 0 {
        add(format!("{} held back", names::count(held, "input")), Tone::Work);
    }
    let suspects = controller.suspects_left();
    if suspects > 0 && mode != Mode::Down {
        let stripes = if suspects == 1 { "stripe" } else { "stripes" };
        add(format!("parity in doubt: {} {stripes}", count_text(suspects)), Tone::Alarm);
    }
    notes
}

fn progress(controller: &Controller) -> Option<Progress> {
    let peer = controller.id().peer();
    match controller.mode() {
        Mode::SoloJoin => {
            let join = controller.join();
            let left = join.left.len() as u64 + u64::from(join.walking);
            let copied = controller
                .queue()
                .iter()
                .filter(|(at, _)| {
                    let line = &controller.table()[*at];
                    line.state == Some(LineState::SD) && line.peer_slot.is_some()
                })
                .count() as u64;
            let text = if join.closing {
                format!("all copied to {peer}: the record is next")
            } else {
                format!("copied to {peer}: {copied} lines, {left} to go")
            };
            Some(Progress { text, done: copied, total: copied + left })
        }
        Mode::Recover => {
            let dirty = u64::from(controller.queue().len());
            let total = controller.table().iter().filter(|(_, line)| line.destaged).count() as u64 + dirty;
            Some(Progress {
                text: format!("writing back: {} lines to go", count_text(dirty)),
                done: total - dirty,
                total,
            })
        }
        Mode::Dual if !controller.join().rehome.is_empty() => {
            let left = controller.join().rehome.len();
            let text = format!("{} to hand back to {peer}", names::count(left, "LUN"));
            Some(Progress { text, done: 0, total: left as u64 })
        }
        mode if mode.serves() && controller.patrol().active => {
            let (done, total) = (controller.patrol().cursor, controller.shape().stripes());
            let what = if controller.patrol().rebuild { "rebuild" } else { "scrub" };
            Some(Progress { text: format!("{what}: {} %", percent(done, total)), done, total })
        }
        _ => None,
    }
}

/// Whole percents, and never 100 before all is done.
#[must_use]
pub fn percent(done: u64, total: u64) -> u64 {
    (done.min(total) * 100).checked_div(total).unwrap_or(100)
}
