//! What stands in the middle: the stage, or the space-time diagram in its place.

use super::{App, find};
use crate::action::View;
use crate::components::controller::{Controller, bus};
use crate::components::disks::Disks;
use crate::components::hosts::Hosts;
use crate::components::legend::legend;
use crate::components::link::Link;
use crate::components::spacetime::{Recorded, SpaceTime};
use crate::language::tr;
use crate::scene::model::Scene;
use crate::theme::Skin;
use mirrorline_engine::ids::ControllerId;
use std::rc::Rc;
use yew::prelude::*;

/// What the stage is made of.
pub struct Staged {
    scene: Rc<Scene>,
    skin: Skin,
}

impl App {
    /// The stage shows what is, unless the diagram is shown.
    pub(super) fn set_stage(&mut self) {
        if self.shown == View::Stage {
            self.staged = Some(Staged { scene: Rc::clone(&self.scene), skin: self.skin() });
        }
    }

    /// What is shown, and what waits behind it.
    pub(super) fn middle(&self) -> Html {
        html! {
            <>
                if let Some(staged) = &self.staged { { self.stage(staged) } }
                if self.shown == View::SpaceTime { { self.spacetime() } }
            </>
        }
    }

    fn skin(&self) -> Skin {
        Skin { theme: self.theme, resized: self.resized }
    }

    /// The stage: hosts, controllers, link, disks.
    fn stage(&self, staged: &Staged) -> Html {
        let Staged { scene, skin } = staged;
        let alone = scene.controllers.iter().any(|card| card.condition.mode.starts_with("SOLO"));
        let controller = |id: ControllerId| {
            let power = find(&scene.faults, if id == ControllerId::A { "kill-a" } else { "kill-b" });
            html! { <Controller card={Rc::clone(&scene.controllers[id.index()])} power={power.cloned()} skin={*skin} act={self.act.clone()} /> }
        };
        let is_behind = self.shown != View::Stage;
        // The style sheet hides what is in it; the landmark is hidden here.
        let hidden = is_behind.then_some("true");
        html! {
            <main class={classes!("stage", is_behind.then_some("behind"))} aria-label={tr("Stage")} aria-hidden={hidden} key={scene.source.generation}>
                <Hosts hosts={Rc::clone(&scene.hosts)} />
                { controller(ControllerId::A) }
                <section class="link" aria-label={tr("Mirror link")}><Link link={Rc::clone(&scene.link)} cutter={find(&scene.faults, "link").cloned()} />{ legend(alone) }</section>
                { controller(ControllerId::B) }
                { bus(&scene.controllers[0]) }
                { bus(&scene.controllers[1]) }
                <Disks array={Rc::clone(&scene.array)} />
            </main>
        }
    }

    /// The space-time diagram, in the stage's place.
    fn spacetime(&self) -> Html {
        html! {
            <SpaceTime key={self.scene.source.generation} recorded={Recorded(Rc::clone(&self.session))} transport={self.scene.transport.clone()}
                skin={self.skin()} zoom={self.zoom} act={self.act.clone()} />
        }
    }
}
