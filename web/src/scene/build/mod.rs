//! The scene of one instant, made from the engine's state and nothing else: a pure function, so that going back to
//! an instant gives the same picture.

mod array;
pub mod census;
mod condition;
mod controller;
pub mod glimpse;
mod headline;
mod hosts;
mod inspector;
mod ledger;
mod link;
pub mod palette;
mod queue;
mod record;
mod slots;

use super::model::{ControllerCard, LineLabel, Scene, Selection, Source, Transport, ViewState};
use census::Census;
pub(crate) use ledger::about_rule;
use mirrorline_engine::check::{Violation, Watch};
use mirrorline_engine::config::Config;
use mirrorline_engine::controller::line::Line;
use mirrorline_engine::explain::{Focus, Instant, focus, narrate, story};
use mirrorline_engine::ids::{ControllerId, HostId, LineKey};
use mirrorline_engine::sim::schedule::Pending;
use std::rc::Rc;

/// What the checks know: of the instant, and of all that is recorded.
#[derive(Clone, Copy)]
pub struct Checks<'a> {
    pub watch: &'a Watch,
    /// What was found broken in all that is recorded.
    pub ahead: &'a [Violation],
}

/// What every part of the builder looks at.
struct Stage<'a> {
    instant: Instant<'a>,
    view: ViewState,
    /// Of big caches.
    census: Option<&'a Census>,
    selection: Option<Selection>,
    focus: Option<Focus>,
    /// The line that is ringed and inspected: the selected one, else the one in focus.
    chosen: Option<LineKey>,
    line_blocks: u32,
    /// Earliest first.
    pending: Vec<Pending>,
}

impl<'a> Stage<'a> {
    fn new(
        instant: Instant<'a>,
        census: Option<&'a Census>,
        selection: Option<Selection>,
        view: ViewState,
    ) -> Stage<'a> {
        let focus = focus(instant);
        let mut stage = Stage {
            instant,
            view,
            census,
            selection,
            focus,
            chosen: None,
            line_blocks: instant.config().line_blocks(),
            pending: instant.world.pending(),
        };
        stage.chosen = match selection {
            Some(Selection::Line(key) | Selection::Disk { key, .. }) => Some(key),
            Some(Selection::Message { key: Some(key), .. }) => Some(key),
            Some(Selection::Slot(at)) => stage.held(at.memory, at.slot),
            Some(Selection::Host(id)) => hosts::key(&stage, HostId(id)),
            // A message about no line leaves the line in focus where it is.
            _ => focus.and_then(|focus| stage.key_in_focus(focus)).or_else(|| stage.any_line()),
        };
        stage
    }

    fn config(&self) -> &'a Config {
        self.instant.config()
    }

    fn label(&self, key: LineKey) -> LineLabel {
        LineLabel::new(key, self.config().raid)
    }

    fn line(&self, at: ControllerId, key: LineKey) -> Option<&'a Line> {
        self.instant.world.controller(at).line(key)
    }

    fn is_chosen(&self, key: LineKey) -> bool {
        self.chosen == Some(key)
    }

    fn key_in_focus(&self, focus: Focus) -> Option<LineKey> {
        match focus {
            Focus::Host { op, key: None } => self.instant.log.asked(op).map(|asked| asked.key(self.config())),
            focus => focus.key(),
        }
    }

    /// Something to look at when nothing is in focus: the oldest dirty line; with empty caches, as after a cold boot,
    /// the line that a host was told of last.
    fn any_line(&self) -> Option<LineKey> {
        let cached = ControllerId::BOTH.iter().find_map(|id| {
            let controller = self.instant.world.controller(*id);
            let dirty = controller.queue().iter().next().map(|(at, _)| controller.table()[at].key);
            dirty.or_else(|| {
                controller.table().iter().find(|(_, line)| line.state.is_some()).map(|(_, line)| line.key)
            })
        });
        cached.or_else(|| {
            let log = self.instant.log;
            let events = self.instant.world.events();
            let hosts = (0..self.config().hosts).map(HostId);
            let last = hosts.filter_map(|host| log.last_answered(host, events)).max()?;
            log.asked(last).map(|asked| asked.key(self.config()))
        })
    }

    /// The line that a slot holds, or that is on its way into it.
    fn held(&self, memory: ControllerId, slot: u32) -> Option<LineKey> {
        if let Some(census) = self.census {
            return census.key(memory, slot);
        }
        let here = self.instant.world.controller(memory);
        let slot = mirrorline_engine::ids::Slot(slot);
        if let Some(at) = here.memory().held(slot) {
            return Some(here.table()[at].key);
        }
        let peer = self.instant.world.controller(memory.peer());
        peer.table().iter().find(|(_, line)| line.fresh == Some(slot)).map(|(_, line)| line.key)
    }
}

/// Whether a cache has more slots than can be drawn one by one: it needs a census.
#[must_use]
pub fn is_big(config: &Config, view: &ViewState) -> bool {
    config.slots() as usize > view.cells_max
}

/// Builds the scene. `census` is of big caches, at this instant. `transport` and `source` are the playback's own, and
/// are passed through.
#[must_use]
pub fn scene(
    instant: Instant<'_>,
    census: Option<&Census>,
    checks: Checks<'_>,
    selection: Option<Selection>,
    view: &ViewState,
    transport: Transport,
    source: Source,
) -> Scene {
    let stage = Stage::new(instant, census, selection, *view);
    let told = story(instant, stage.focus);
    let cached = slots::look(&stage);
    let [a, b] = ControllerId::BOTH
        .map(|id| -> Rc<ControllerCard> { Rc::new(controller::card(&stage, id, &cached.held)) });
    Scene {
        headline: headline::headline(narrate(instant), instant.config().flush.overlap),
        hosts: Rc::new(hosts::hosts(&stage)),
        controllers: [a, b],
        link: Rc::new(link::link(&stage, told.expects, &cached.asked)),
        array: Rc::new(array::array(&stage)),
        inspector: inspector::inspector(&stage).map(Rc::new),
        queues: Rc::new(queue::queues(&stage)),
        faults: Rc::new(palette::palette(&stage)),
        ledger: Rc::new(ledger::ledger(&stage, checks)),
        rules: Rc::new(ledger::rules(&stage, checks)),
        story: headline::story(told),
        transport,
        source,
    }
}

#[cfg(test)]
mod tests;
