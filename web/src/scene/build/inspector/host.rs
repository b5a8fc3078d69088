//! A host's request: what it asks for, of whom, and what has become of it.

use super::field;
use crate::language::{say, speak, tr};
use crate::scene::build::{Stage, hosts};
use crate::scene::model::{Field, Inspector};
use crate::scene::words::{count_text, size_text, time_text};
use mirrorline_engine::explain::{Asked, names};
use mirrorline_engine::ids::{ControllerId, HostId};
use mirrorline_engine::mark;
use mirrorline_engine::sim::hosts::{Fate, Operation};

/// The request, before what is known of its first line.
pub fn host(stage: &Stage<'_>, id: u8, line: Option<Inspector>) -> Option<Inspector> {
    if id >= stage.config().hosts {
        return line;
    }
    let host = HostId(id);
    let card = hosts::card(stage, host);
    let mut fields = Vec::new();
    match hosts::current(stage, host) {
        hosts::Current::Working(operation, others) => {
            asked(stage, &hosts::asked(operation), &mut fields);
            working(stage, operation, &mut fields);
            also(others, &mut fields);
        }
        hosts::Current::Coming(at_ns, coming, others) => {
            asked(stage, &coming, &mut fields);
            fields.push(field(tr("Arrives"), time_text(at_ns)));
            also(others, &mut fields);
        }
        hosts::Current::Answered(done) => {
            asked(stage, &done, &mut fields);
            if let Some(arrival) = stage.instant.log.arrival(done.op) {
                fields.push(field(tr("Arrived"), time_text(stage.instant.log.time_of(arrival))));
            }
        }
        hosts::Current::Nothing => {}
    }
    let paths = ControllerId::BOTH.map(|via| match card.cut[via.index()] {
        true => say!("{via} cut", via),
        false => say!("{via} open", via),
    });
    fields.push(field(tr("Paths"), paths.join(", ")));
    fields.push(field(tr("State"), card.status.word()));
    Some(Inspector {
        title: card.name,
        subtitle: if card.request.is_empty() { tr("has asked for nothing yet").into() } else { card.request },
        badge: None,
        following: false,
        fields,
        ..line.unwrap_or_default()
    })
}

fn asked(stage: &Stage<'_>, asked: &Asked, fields: &mut Vec<Field>) {
    let number = count_text(asked.op);
    fields.push(field(tr("Request"), say!("number {number}, {io}", number, io = names::io(asked.io))));
    let (lun, first) = (asked.lun, asked.lbn);
    let last = first + u64::from(asked.blocks) - 1;
    let size = size_text(u64::from(asked.blocks) * u64::from(stage.config().block_size));
    fields.push(field(
        tr("Of"),
        match asked.blocks {
            1 => say!("LUN {lun}, block {last}, {size}", lun, last, size),
            _ => say!("LUN {lun}, blocks {first}–{last}, {size}", lun, first, last, size),
        },
    ));
    fields.push(field(tr("Path"), say!("to {controller}", controller = asked.via)));
}

fn working(stage: &Stage<'_>, operation: &Operation, fields: &mut Vec<Field>) {
    let now_ns = stage.instant.world.now_ns();
    fields.push(field(
        tr("Sent"),
        say!(
            "{time}, {ago} ago",
            time = time_text(operation.sent_ns),
            ago = time_text(now_ns.saturating_sub(operation.sent_ns))
        ),
    ));
    if operation.tried_ns != operation.sent_ns {
        fields.push(field(tr("This try"), time_text(operation.tried_ns)));
    }
    if operation.vain > 0 || operation.refusals > 0 {
        fields.push(field(
            tr("In vain"),
            say!(
                "{vain} without an answer, {refused} refused since",
                vain = operation.vain,
                refused = operation.refusals
            ),
        ));
    }
    let parts = operation.parts_left;
    fields.push(field(
        tr("At work"),
        match (operation.arrived, parts) {
            (false, _) => tr("not with a controller").to_owned(),
            (true, 0) => tr("done; the answer is on its way").to_owned(),
            (true, _) => speak(names::count(parts as usize, mark!("{n} line left"), mark!("{n} lines left"))),
        },
    ));
    if operation.fate == Fate::Lost {
        fields.push(field(tr("Answer"), tr("none will come: the host will notice by the time")));
    }
    if operation.failed {
        fields.push(field(tr("Data"), tr("some of what it reads is lost")));
    }
}

fn also(others: u32, fields: &mut Vec<Field>) {
    if others > 0 {
        fields.push(field(
            tr("Besides"),
            speak(names::count(others as usize, mark!("{n} request"), mark!("{n} requests"))),
        ));
    }
}
