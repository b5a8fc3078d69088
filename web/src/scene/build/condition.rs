//! A controller as a whole: its mode, what it hears of its peer, and what it has still to do.

use super::Stage;
use crate::language::{say, tr};
use crate::scene::model::{Condition, Heart, Note, Progress, Tone};
use crate::scene::words::count_text;
use mirrorline_engine::controller::{Controller, Mode};
use mirrorline_engine::explain::names;
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::mark;
use mirrorline_engine::sim::World;
use mirrorline_engine::state::LineState;

pub fn condition(stage: &Stage<'_>, id: ControllerId) -> Condition {
    let controller = stage.instant.world.controller(id);
    let hardware = stage.instant.world.hardware();
    let (mode, words, tone) = standing(stage.instant.world, id);
    Condition {
        mode,
        words,
        tone,
        epoch: controller.standing().label,
        heart: heart(stage, controller),
        battery_good: hardware.battery_good[id.index()],
        notes: notes(stage, controller),
        progress: progress(controller),
    }
}

/// The mode, in the few words that a card has room for, and how bad that is. Without power is not the same as dead.
pub fn standing(world: &World, id: ControllerId) -> (&'static str, &'static str, Tone) {
    let (mode, hardware) = (world.controller(id).mode(), world.hardware());
    if hardware.hangs(id) {
        return ("HUNG", tr("lives, says nothing"), Tone::Alarm);
    }
    let words = match mode {
        Mode::Down if hardware.broken[id.index()] => mark!("dead, memory lost"),
        Mode::Down if hardware.power => mark!("switched on"),
        Mode::Down => mark!("without power"),
        Mode::Frozen => mark!("suspects its peer"),
        Mode::Won => mark!("awaits the fence"),
        Mode::Drain => mark!("reads last messages"),
        Mode::SoloJoin => mark!("rebuilds its partner"),
        Mode::Joining => mark!("being rebuilt"),
        Mode::Recover => mark!("writes everything back"),
        Mode::Recalled => mark!("keeps its memory"),
        Mode::Boot => mark!("asks who serves"),
        Mode::Halted => mark!("fenced, or too late"),
        Mode::Refused => mark!("newest data is lost"),
        mode => mode.words(),
    };
    (mode.name(), tr(words), tone(mode))
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
            add(tr("unsafe policy: writes held once").into(), Tone::Alarm);
        } else {
            add(tr("alone: every write goes to disk").into(), Tone::Work);
        }
    } else if mode.serves() && controller.writes_through() {
        add(tr("battery: every write goes to disk").into(), Tone::Alarm);
    } else if mode.serves() && stage.config().flush.overlap {
        add(tr("variant: writes overlap flushes").into(), Tone::Work);
    } else if mode.serves() && stage.config().raid.lines_per_stripe > 1 {
        add(tr("variant: lines share a stripe").into(), Tone::Work);
    }
    let held = controller.held().count();
    if held > 0 {
        add(
            say!("{count} held back", count = names::count(held, mark!("{n} input"), mark!("{n} inputs"))),
            Tone::Work,
        );
    }
    let suspects = controller.suspects_left();
    if suspects > 0 && mode != Mode::Down {
        let text = match suspects {
            1 => say!("parity in doubt: 1 stripe"),
            many => say!("parity in doubt: {count} stripes", count = count_text(many)),
        };
        add(text, Tone::Alarm);
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
                say!("all copied to {peer}: the record is next", peer)
            } else {
                say!("copied to {peer}: {copied} lines, {left} to go", peer, copied, left)
            };
            Some(Progress { text, done: copied, total: copied + left })
        }
        Mode::Recover => {
            let dirty = u64::from(controller.queue().len());
            let total = controller.table().iter().filter(|(_, line)| line.destaged).count() as u64 + dirty;
            Some(Progress {
                text: say!("writing back: {count} lines to go", count = count_text(dirty)),
                done: total - dirty,
                total,
            })
        }
        Mode::Dual if !controller.join().rehome.is_empty() => {
            let left = controller.join().rehome.len();
            let text = say!(
                "{count} to hand back to {peer}",
                count = names::count(left, mark!("{n} LUN"), mark!("{n} LUNs")),
                peer
            );
            Some(Progress { text, done: 0, total: left as u64 })
        }
        mode if mode.serves() && controller.patrol().active => {
            let (done, total) = (controller.patrol().cursor, controller.shape().stripes());
            let percent = percent(done, total);
            let text = match controller.patrol().rebuild {
                true => say!("rebuild: {percent} %", percent),
                false => say!("scrub: {percent} %", percent),
            };
            Some(Progress { text, done, total })
        }
        _ => None,
    }
}

/// Whole percents, and never 100 before all is done.
#[must_use]
pub fn percent(done: u64, total: u64) -> u64 {
    (done.min(total) * 100).checked_div(total).unwrap_or(100)
}
