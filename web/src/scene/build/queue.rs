//! The write-back queues in full, for their panel.

use super::{Stage, inspector};
use crate::language::say;
use crate::scene::look::Look;
use crate::scene::model::{QueueRow, QueueTable, SlotId};
use crate::scene::words::time_text;
use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::slab::NONE;

/// A's, then B's. Empty as long as nobody looks at them.
pub fn queues(stage: &Stage<'_>) -> [QueueTable; 2] {
    match stage.view.queue_rows {
        0 => Default::default(),
        most => ControllerId::BOTH.map(|id| table(stage, id, most)),
    }
}

fn table(stage: &Stage<'_>, id: ControllerId, most: usize) -> QueueTable {
    let controller = stage.instant.world.controller(id);
    let mut rows = Vec::new();
    for (at, mirror) in controller.queue().iter().take(most) {
        let line = &controller.table()[at];
        rows.push(QueueRow {
            line: stage.label(line.key),
            look: line.state.map(Look::from),
            dirty: inspector::blocks(stage, line.key, line.dirty),
            // A controller that serves alone has no mirrors.
            mirror: (mirror.0 != NONE).then_some(SlotId { memory: id.peer(), slot: mirror.0 }),
            age: controller.dirty_ticks(line),
            selected: stage.is_chosen(line.key),
        });
    }
    let (shape, policy) = (controller.shape(), stage.config().flush);
    let len = controller.queue().len();
    QueueTable {
        len,
        policy: say!(
            "Lines are written back when more than {high} are dirty, down to {low}; when they are {age} ticks of {tick} old; and when no host has asked for anything for {idle} ticks.",
            high = shape.high_water(),
            low = shape.low_water(),
            age = policy.age_ticks,
            tick = time_text(policy.tick_ns),
            idle = policy.idle_ticks
        ),
        more: len - rows.len() as u32,
        rows,
    }
}
