//! What the app shares and takes back: links, files, and the work of an interrupted visit.

use super::App;
use crate::action::{Action, Panel, View};
use crate::components::share_dialog::ShareDialog;
use crate::language::{say, tr};
use crate::scene::docking::Wish;
use crate::scene::events::Edition;
use crate::scene::model::LoadFailure;
use crate::session::{Command, Session};
use crate::share;
use std::rc::Rc;
use yew::prelude::*;

/// What can be shared of an instant: encoding it takes a while.
pub(super) struct Shared {
    of: Of,
    /// The link behind the `#`, or why there is none.
    link: Result<Rc<str>, String>,
    /// The scenario as text.
    scenario: Rc<str>,
}

/// What it was made of.
#[derive(PartialEq)]
struct Of {
    edition: Edition,
    event: u64,
    view: share::View,
}

/// Shows what a link, or a file's text, was made of. How it was looked at comes back.
pub(super) fn open(session: &mut Session, text: &str) -> Result<share::View, LoadFailure> {
    let link = share::read(text)?;
    session.open(&link)?;
    Ok(share::View::read(&link.view))
}

impl App {
    /// The last visit's work.
    pub(super) fn offer(&self) -> Html {
        if self.left.is_none() {
            return Html::default();
        }
        let answer = |go_on: bool| self.act.reform(move |_: MouseEvent| Action::Resume(go_on));
        html! {
            <div class="banner offer" role="region" aria-label={tr("Last visit")} data-testid="offer">
                <p>{ tr("Your last visit ended in the middle of something.") }</p>
                <button class="btn pri" data-testid="offer-resume" onclick={answer(true)}>{ tr("Go on there") }</button>
                <button class="btn" data-testid="offer-forget" onclick={answer(false)}>{ tr("Forget it") }</button>
            </div>
        }
    }

    pub(super) fn sharing(&self) -> Html {
        let Some(shared) = &self.shared else { return Html::default() };
        html! { <ShareDialog link={shared.link.clone()} scenario={Rc::clone(&shared.scenario)} title={self.scene.source.title.clone()} sealed={self.has_sealed_bug()} act={self.act.clone()} /> }
    }

    /// Makes what can be shared when the dialog opens, and again only when it would be something else. Says whether it
    /// did.
    pub(super) fn share_again(&mut self) -> bool {
        if self.panel != Some(Panel::Share) {
            self.shared = None;
            return false;
        }
        let of = Of {
            edition: self.session.borrow().edition(),
            event: self.scene.transport.event,
            view: self.how_looked_at(),
        };
        if self.shared.as_ref().is_some_and(|shared| shared.of == of) {
            return false;
        }
        let scenario = match self.shared.take() {
            Some(shared) if shared.of.edition.load == of.edition.load => shared.scenario,
            _ => Rc::from(self.session.borrow().scenario_text()),
        };
        self.shared = Some(Shared { link: self.link().map(Rc::from), scenario, of });
        true
    }

    fn how_looked_at(&self) -> share::View {
        share::View {
            speed: Some(self.scene.transport.speed),
            tab: self.docking.front(),
            spacetime: self.shown == View::SpaceTime,
            ..share::View::default()
        }
    }

    /// The link to this instant, or why there is none.
    pub(super) fn link(&self) -> Result<String, String> {
        let link = self.session.borrow().link(self.how_looked_at().write());
        link.encode().map_err(|error| say!("There is no link to this: {error}.", error = error.to_string()))
    }

    /// Remembers where this visit is, if anything was done in it.
    pub(super) fn remember(&self) {
        let link = self.session.borrow().link(String::new());
        if !link.deeds.is_empty()
            && let Ok(link) = link.encode()
        {
            share::remember(Some(&link));
        }
    }

    pub(super) fn open_text(&mut self, text: &str) -> bool {
        self.panel = None;
        self.dropped = None;
        let result = open(&mut self.session.borrow_mut(), text);
        match result {
            Ok(view) => {
                self.failure = None;
                self.nothing_known();
                self.left = None;
                if let Some(tab) = view.tab {
                    self.dock(Wish::Show(tab));
                }
                self.shown = if view.spacetime { View::SpaceTime } else { View::Stage };
                if let Some(speed) = view.speed {
                    let _ = self.session.borrow_mut().dispatch(Command::SetSpeed(speed));
                }
            }
            Err(failure) => self.failure = Some(failure),
        }
        self.refresh(false);
        self.keep_going();
        true
    }

    pub(super) fn copy_link(&mut self) {
        match self.link() {
            Err(why) => self.said = Some(why),
            Ok(link) => {
                let act = self.act.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    // Where the browser forbids it, the dialog shows the text to be copied by hand.
                    act.emit(if share::copy(share::address(&link, "")).await {
                        Action::Say(tr("The link to this instant is on the clipboard.").to_owned())
                    } else {
                        Action::Open(Panel::Share)
                    });
                });
            }
        }
    }
}
