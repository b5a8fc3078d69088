//! The arbitration record, and what both controllers believe of it.

use super::field;
use crate::language::{say, tr};
use crate::scene::build::{Stage, condition, record};
use crate::scene::model::{Inspector, InspectorRow, Value};
use mirrorline_engine::controller::Controller;
use mirrorline_engine::ids::ControllerId;

pub fn record(stage: &Stage<'_>) -> Inspector {
    let world = stage.instant.world;
    let on_disk = world.array().record();
    let shown = record::record(stage);
    let [a, b] = ControllerId::BOTH.map(|id| world.controller(id));
    let row = |label, value: &dyn Fn(&Controller) -> String| InspectorRow {
        label,
        a: Value::new(value(a)),
        b: Value::new(value(b)),
    };
    let rows = vec![
        row(tr("Mode"), &|it| condition::condition(stage, it.id()).mode.to_owned()),
        row(tr("Record seen"), &|it| it.standing().record.to_string()),
        row(tr("Memory of"), &|it| {
            it.standing()
                .label
                .map_or_else(|| tr("no epoch: empty").to_owned(), |epoch| say!("epoch {epoch}", epoch))
        }),
        row(tr("Session"), &|it| super::session(it.session())),
        row(tr("Swap"), &|it| {
            if it.standing().swapping { tr("asked for").to_owned() } else { String::new() }
        }),
        row(tr("Commands"), &|it| {
            let fenced = world.hardware().revoked[it.id().index()];
            if fenced { tr("fenced: refused") } else { tr("taken by the array") }.to_owned()
        }),
    ];
    let holder = shown.holder.map_or_else(|| tr("both").to_owned(), |id| say!("{id} alone", id));
    let pinned = if on_disk.pinned { tr("yes: it may hold what is nowhere else") } else { tr("no") };
    let mut fields = vec![
        field("mode", shown.mode),
        field("epoch", on_disk.epoch.to_string()),
        field(tr("May serve"), holder),
        field("pinned", pinned),
        field("session", on_disk.session.to_string()),
    ];
    if let Some(fence) = shown.fence {
        fields.push(field(tr("Fence"), fence.text));
    }
    Inspector {
        title: tr("Arbitration record").into(),
        subtitle: tr("on the disks, changed only by compare-and-swap").into(),
        fields,
        rows,
        note_title: tr("Who may serve").into(),
        note: tr("A controller that suspects its peer stops answering, and serves again only once it has won this record. Of two that try, one wins.").into(),
        ..Inspector::default()
    }
}
