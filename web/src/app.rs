//! The whole page: owns the session, turns actions into commands, and keeps the clock going while something moves.

mod back;
mod checking;
mod panels;
mod sharing;
mod stage;

use crate::action::{Action, Panel, StepUnit, View};
use crate::clock::Clock;
use crate::components::branches::CompareDialog;
use crate::components::break_sheet::BreakSheet;
use crate::components::dock::Dock;
use crate::components::find::FindDialog;
use crate::components::header::Header;
use crate::components::keys_dialog::KeysDialog;
use crate::components::narration::Narration;
use crate::components::tour;
use crate::components::trace_dialog::TraceDialog;
use crate::feed::Feed;
use crate::language::{self, Catalogue, Language, say, tr};
use crate::listen::{Heard, Listeners};
use crate::movers::Movers;
use crate::room;
use crate::scene::build::glimpse::Glimpse;
use crate::scene::causes::Why;
use crate::scene::docking::{Docking, Tab, Wish};
use crate::scene::events::{Edition, Filter};
use crate::scene::model::{
    FaultButton, LineLabel, LoadFailure, ScenarioInfo, Scene, Selection, Transport, ViewState,
};
use crate::scene::voice::{News, Pace, Voice};
use crate::session::{Changed, Command, Session};
use crate::share;
use crate::theme::Theme;
use crate::worker::Told;
use panels::Due;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::File;
use yew::prelude::*;

/// In fast play a sentence stays at least this long: shorter ones cannot be read.
const HEADLINE_EVERY_MS: f64 = 600.0;
/// What a frame may spend on comparing two futures.
const COMPARE_MS: f64 = 8.0;
/// From this speed step on, play is fast.
const FAST: i32 = 2;

pub enum Msg {
    /// A frame, and the milliseconds since the last one.
    Frame(f64),
    Act(Action),
    Heard(Heard),
    /// The texts of a language are there, or are not to be had.
    Texts(Language, Option<Catalogue>),
    /// The worker has said something.
    Told(Told),
}

/// What the page is put up with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Properties)]
pub struct Start {
    /// The language that was wanted, and whose texts could not be loaded.
    pub missing: Option<Language>,
}

/// What is said then.
fn missing_texts(language: Language) -> String {
    say!("The texts in {language} could not be loaded. The page stays as it is.", language = language.name())
}

pub struct App {
    session: Rc<RefCell<Session>>,
    scene: Rc<Scene>,
    scenarios: Rc<Vec<ScenarioInfo>>,
    view: ViewState,
    /// How often the window has changed its size.
    resized: u32,
    clock: Clock,
    movers: Movers,
    act: Callback<Action>,
    theme: Theme,
    texts: Callback<(Language, Option<Catalogue>)>,
    step: StepUnit,
    shown: View,
    /// What the stage shows. It is kept, hidden and at rest, while the diagram stands in its place: of many cells it
    /// would take long to make it anew.
    staged: Option<stage::Staged>,
    /// How often the diagram was zoomed by keys, out counting down.
    zoom: i32,
    panel: Option<Panel>,
    back: back::Back,
    /// The way back from the drawer.
    from_drawer: back::Back,
    docking: Rc<Docking>,
    /// There is room for one panel only.
    single: bool,
    /// Small screens: the rail is open.
    drawer: bool,
    dropped: Option<File>,
    dragging: bool,
    failure: Option<LoadFailure>,
    /// What was done, said for a while.
    said: Option<String>,
    /// What can be shared, while the dialog is open.
    shared: Option<sharing::Shared>,
    /// The last visit's work, offered again.
    left: Option<String>,
    /// The caption of the tour that is shown, and for how long already.
    tour: Option<usize>,
    tour_ms: f64,
    /// Within somebody else's page: keys are theirs until this one is clicked.
    embed: bool,
    voice: Voice,
    since_headline_ms: f64,
    /// The headline has been held back, and is due.
    stale: bool,
    rail: panels::Drawn,
    /// The instant on the scrubber that somebody points at, and what it was when it was looked at last.
    pointed: Option<u64>,
    glimpse: Option<(u64, Edition, Rc<Glimpse>)>,
    feed: Feed,
    filter: Filter,
    why: Option<Why>,
    checking: checking::Checking,
    told: Callback<Told>,
    _listeners: Listeners,
}

/// The button of that name, as long as there is one.
fn find<'a>(faults: &'a [FaultButton], id: &str) -> Option<&'a FaultButton> {
    faults.iter().find(|fault| fault.id == id)
}

impl Component for App {
    type Message = Msg;
    type Properties = Start;

    fn create(ctx: &Context<App>) -> App {
        let mut session = Session::new();
        let asked = share::asked();
        let linked = share::linked();
        let opened = linked.as_deref().map(|link| sharing::open(&mut session, link));
        let looked_at = opened.as_ref().and_then(|opened| opened.as_ref().ok()).copied().unwrap_or_default();
        if let Some(speed) = asked.speed.or(looked_at.speed) {
            // A command to set the speed or to play cannot fail; only loading can.
            let _ = session.dispatch(Command::SetSpeed(speed));
        }
        if !room::reduced_motion() && !matches!(opened, Some(Ok(_))) {
            let _ = session.dispatch(Command::Play);
        }
        room::set_scale(asked.scale);
        let theme = Theme::current();
        let mut docking = share::docking();
        if let Some(tab) = asked.tab.or(looked_at.tab) {
            docking.apply(Wish::Show(tab));
        }
        let single = room::is_single(theme);
        let view = panels::view(theme, &docking, single);
        let scene = Rc::new(session.scene(&view));
        let session = Rc::new(RefCell::new(session));
        let clock = Clock::new(ctx.link().callback(Msg::Frame));
        clock.request();
        let mut app = App {
            scene,
            scenarios: Rc::new(Session::scenarios()),
            view,
            resized: 0,
            clock,
            movers: Movers::new(room::reduced_motion()),
            act: ctx.link().callback(Msg::Act),
            feed: Feed::new(Rc::clone(&session)),
            pointed: None,
            glimpse: None,
            filter: Filter::default(),
            why: None,
            checking: checking::Checking::default(),
            told: ctx.link().callback(Msg::Told),
            session,
            theme,
            texts: ctx.link().callback(|(language, catalogue)| Msg::Texts(language, catalogue)),
            step: StepUnit::default(),
            shown: if asked.spacetime || looked_at.spacetime { View::SpaceTime } else { View::Stage },
            staged: None,
            zoom: 0,
            panel: None,
            back: back::Back::default(),
            from_drawer: back::Back::default(),
            docking: Rc::new(docking),
            single,
            drawer: asked.tab.is_some() && !room::is_wide(theme),
            dropped: None,
            dragging: false,
            failure: opened.and_then(Result::err),
            said: ctx.props().missing.map(missing_texts),
            shared: None,
            left: share::remembered().filter(|_| linked.is_none()),
            tour: (linked.is_none() && asked == share::View::default() && share::is_first_visit())
                .then_some(0),
            tour_ms: 0.0,
            embed: asked.embed,
            voice: Voice::default(),
            since_headline_ms: 0.0,
            stale: false,
            rail: panels::Drawn::default(),
            _listeners: Listeners::new(ctx.link().callback(Msg::Heard), asked.embed),
        };
        app.set_stage();
        app.draw_rail(Due::Now);
        app
    }

    fn update(&mut self, _ctx: &Context<App>, msg: Msg) -> bool {
        let (before, drawer) = (self.panel, self.drawer);
        let due = match msg {
            Msg::Frame(dt_ms) => Due::After(dt_ms),
            _ => Due::Now,
        };
        let redraw = match msg {
            Msg::Frame(dt_ms) => self.frame(dt_ms),
            Msg::Act(action) => self.act(action),
            Msg::Heard(heard) => self.heard(heard),
            Msg::Texts(language, Some(catalogue)) => self.speak(language, catalogue),
            Msg::Texts(language, None) => self.act(Action::Say(missing_texts(language))),
            Msg::Told(told) => self.told(told),
        };
        if self.panel != Some(Panel::Check) {
            self.stop_checking();
        }
        self.back.note(before, self.panel);
        self.from_drawer.note(drawer.then_some(()), self.drawer.then_some(()));
        if !matches!(self.panel, Some(Panel::Compare(_))) {
            self.session.borrow_mut().end_comparing();
        }
        let shared = self.share_again();
        let redraw = self.look_for_events() || shared || redraw;
        if redraw {
            self.set_stage();
            self.rail.is_old = true;
        }
        self.draw_rail(due) || redraw
    }

    fn rendered(&mut self, _ctx: &Context<App>, _first: bool) {
        self.back.go();
        self.from_drawer.go();
    }

    fn view(&self, _ctx: &Context<App>) -> Html {
        let scene = &self.scene;
        let transport = &scene.transport;
        let menu = self.panel.is_some_and(|panel| !panel.is_dialog());
        let close = self.act.reform(|_: MouseEvent| Action::Close);
        let said = self.said.clone().filter(|_| self.panel != Some(Panel::Find));
        html! {
            <ContextProvider<Movers> context={self.movers.clone()}>
            // Another language draws everything anew, also what has not changed.
            <div id="app" key={language::current().tag()} class={classes!("app", self.docking.front().is_none().then_some("bare"), transport.playing.then_some("playing"), self.dragging.then_some("dragging"), self.embed.then_some("embed"))}
                data-event={transport.event.to_string()} data-total={transport.total.to_string()}
                data-playing={transport.playing.to_string()} data-tour={self.tour.map(tour::part)}>
                <Header source={scene.source.clone()} scenarios={Rc::clone(&self.scenarios)} theme={self.theme} view={self.shown} panel={self.panel} step={self.step} act={self.act.clone()} />
                if menu { <div class="veil" onclick={close.clone()}></div> }
                <Narration headline={scene.headline.clone()} story={scene.story.clone()} broken={self.broken()} planted={self.planted()} tampered={scene.link.tampered}
                    said={self.voice.said()} at_start={transport.event == 0} act={self.act.clone()} />
                { self.banner() }
                { self.offer() }
                { self.middle() }
                if self.drawer { <div class="veil drawer-veil" onclick={self.act.reform(|_: MouseEvent| Action::ToggleDrawer)}></div> }
                { self.rail.html.clone() }
                <Dock transport={transport.clone()} faults={Rc::clone(&scene.faults)} broken={scene.rules.first.as_ref().map(|first| first.event)}
                    step={self.step} choosing={self.panel == Some(Panel::Until)} branches_open={self.panel == Some(Panel::Branches)} letters={self.view.track_letters}
                    glimpse={self.glimpse.as_ref().map(|(_, _, glimpse)| Rc::clone(glimpse))} act={self.act.clone()} />
                if self.panel == Some(Panel::Keys) { <KeysDialog act={self.act.clone()} /> }
                if self.panel == Some(Panel::Break) { <BreakSheet faults={Rc::clone(&scene.faults)} undo={transport.undo.clone()} act={self.act.clone()} /> }
                if self.panel == Some(Panel::Trace) { <TraceDialog dropped={self.dropped.clone()} act={self.act.clone()} /> }
                { self.sharing() }
                { self.check_dialog() }
                if self.panel == Some(Panel::Find) { <FindDialog wrong={self.said.clone()} act={self.act.clone()} /> }
                if let Some(step) = self.tour { { tour::tour(step, &self.act) } }
                if let Some(Panel::Compare(_)) = self.panel { <CompareDialog compared={self.session.borrow().compared()} act={self.act.clone()} /> }
                // What was wrong with a search is said in its own dialog.
                <p class={classes!("toast", said.is_some().then_some("on"))} role="status" data-testid="said">{ said.unwrap_or_default() }</p>
                <div class="dropzone" aria-hidden="true"><b>{ tr("Drop a trace, a scenario or a shared file to open it") }</b></div>
            </div>
            </ContextProvider<Movers>>
        }
    }
}

impl App {
    /// The line that a person has selected, if it is one.
    fn selected(&self) -> Option<LineLabel> {
        self.scene.inspector.as_ref().filter(|inspector| !inspector.following)?.line
    }

    /// What went wrong with a load, until it is dismissed.
    fn banner(&self) -> Html {
        let Some(failure) = &self.failure else { return Html::default() };
        html! {
            <div class="banner" role="alert" data-testid="banner">
                <p><b>{ &failure.what }</b>{ " " }{ &failure.place }{ " " }{ &failure.remedy }</p>
                <button class="btn" onclick={self.act.reform(|_: MouseEvent| Action::DismissFailure)}>{ tr("Dismiss") }</button>
            </div>
        }
    }

    fn frame(&mut self, dt_ms: f64) -> bool {
        let changed = self.session.borrow_mut().advance(dt_ms);
        self.since_headline_ms += dt_ms;
        let redraw = match changed {
            Changed::Nothing => false,
            Changed::Time => {
                self.movers.place(self.session.borrow().now_ns());
                self.stale && self.refresh(true)
            }
            Changed::Scene => self.refresh(true),
        };
        let spoke = self.voice.pass(dt_ms);
        let looked = self.glance();
        let compared = self.compare_on();
        self.keep_going();
        self.guide(dt_ms) || looked || compared || spoke || redraw
    }

    /// Looks at the instant that somebody points at, unless it has been looked at already: once a frame, since it costs
    /// as much as a seek.
    fn glance(&mut self) -> bool {
        let Some(event) = self.pointed else { return false };
        let session = self.session.borrow();
        let edition = session.edition();
        if self.glimpse.as_ref().is_some_and(|(seen, of, _)| (*seen, *of) == (event, edition)) {
            return false;
        }
        self.glimpse = Some((event, edition, Rc::new(session.glimpse(event))));
        true
    }

    /// Compares a little more of two futures, while the dialog is open, and says whether more is known now.
    fn compare_on(&mut self) -> bool {
        let mut session = self.session.borrow_mut();
        let before = session.compared();
        if session.compare_on(COMPARE_MS) {
            self.clock.request();
        }
        session.compared() != before
    }

    /// The tour goes on by itself while the run does.
    fn guide(&mut self, dt_ms: f64) -> bool {
        let Some(step) = self.tour else { return false };
        self.tour_ms += dt_ms;
        let over = self.tour_ms >= tour::CAPTION_MS && step + 1 < tour::COUNT;
        if over {
            self.show_caption(Some(step + 1));
        }
        over
    }

    fn show_caption(&mut self, step: Option<usize>) {
        self.tour = step;
        self.tour_ms = 0.0;
        if step.is_none() {
            share::visited();
        }
    }

    /// Makes the scene of now. While it plays, words that would flicker stay a little longer.
    fn refresh(&mut self, calm: bool) -> bool {
        let mut scene = {
            let session = self.session.borrow();
            self.movers.place(session.now_ns());
            session.scene(&self.view)
        };
        let spoke = self.tell(&scene);
        let playing = calm && scene.transport.playing && scene.source == self.scene.source;
        self.stale = false;
        if scene.headline != self.scene.headline {
            if playing && scene.transport.speed >= FAST && self.since_headline_ms < HEADLINE_EVERY_MS {
                scene.headline.clone_from(&self.scene.headline);
                scene.story.clone_from(&self.scene.story);
                self.stale = true;
            } else {
                self.since_headline_ms = 0.0;
            }
        }
        if scene == *self.scene {
            return spoke;
        }
        self.scene = Rc::new(scene);
        true
    }

    /// Tells screen readers what is new, if it is for them now.
    fn tell(&mut self, scene: &Scene) -> bool {
        let pace = match scene.transport {
            Transport { playing: false, .. } => Pace::Rest,
            // The tour speaks for itself.
            Transport { speed, .. } if speed >= FAST || self.tour.is_some() => Pace::Fast,
            _ => Pace::Play,
        };
        let broken = self.broken_in(scene);
        let Scene { headline, ledger, .. } = scene;
        let news =
            News { headline, safety: ledger.safety, verdict: &ledger.verdict, broken: broken.as_ref() };
        self.voice.hear(&news, pace)
    }

    /// Asks for the next frame if there will be something to see.
    fn keep_going(&self) {
        let transport = &self.scene.transport;
        if transport.playing || transport.indexing.is_some() {
            self.clock.request();
        } else {
            self.clock.rest();
        }
    }

    fn command(&mut self, command: Command) -> bool {
        let loads = matches!(command, Command::LoadScenario(_) | Command::LoadTrace { .. });
        let result = self.session.borrow_mut().dispatch(command);
        if loads {
            self.panel = None;
            self.dropped = None;
        }
        let failed = result.err();
        let news = loads || failed.is_some();
        if loads && failed.is_none() {
            self.failure = None;
            self.nothing_known();
            if !room::reduced_motion() {
                // As at the start: what is opened begins to move by itself.
                let _ = self.session.borrow_mut().dispatch(Command::Play);
            }
        }
        if let Some(failure) = failed {
            self.failure = Some(failure);
        }
        let redraw = self.refresh(false);
        self.keep_going();
        if self.pointed.is_some() {
            // What is pointed at may be another instant now.
            self.clock.request();
        }
        redraw || news
    }

    fn act(&mut self, action: Action) -> bool {
        if !matches!(action, Action::Say(_) | Action::Point(_)) {
            self.said = None;
        }
        match action {
            // Play at the end starts again: nobody wants a button that does nothing.
            Action::Play(Command::Toggle)
                if !self.scene.transport.playing && self.scene.transport.at_end() =>
            {
                self.command(Command::Home);
                return self.command(Command::Play);
            }
            Action::Play(command) => {
                // What is run until is chosen from a menu.
                let closed = self.panel.take_if(|panel| *panel == Panel::Until).is_some();
                return self.command(command) || closed;
            }
            Action::Step(direction) => return self.command(self.step.command(direction)),
            Action::StepUnit(unit) => self.step = unit,
            Action::Pick(selection) => {
                // Who has closed the inspector does not want it at every click.
                if self.docking.is_open(Tab::Inspector) {
                    self.drawer = true;
                    self.dock(Wish::Show(Tab::Inspector));
                }
                self.command(Command::Select(Some(selection)));
            }
            Action::Escape => return self.escape(),
            Action::Theme(theme) => self.set_theme(theme),
            Action::View(view) => self.show(view),
            Action::NextView => {
                let next = if self.shown == View::Stage { View::SpaceTime } else { View::Stage };
                self.show(next);
            }
            Action::Zoom(step) => self.zoom += step,
            Action::NextTheme => self.set_theme(self.theme.next()),
            Action::Language(language) => {
                let texts = self.texts.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    texts.emit((language, language.load().await));
                });
            }
            Action::Open(panel) => {
                if let Panel::Compare(id) = panel {
                    self.session.borrow_mut().begin_comparing(id);
                    self.clock.request();
                }
                self.panel = Some(panel);
            }
            Action::Close => {
                self.panel = None;
                self.dropped = None;
            }
            Action::ToggleDrawer => {
                self.panel = self.panel.filter(|panel| *panel != Panel::Panels);
                self.drawer = !self.drawer;
                if self.docking.front().is_none() {
                    self.dock(Wish::Show(Tab::Inspector));
                }
            }
            Action::Show(tab) => {
                self.drawer = !self.drawer || !self.sees(tab);
                self.dock(Wish::Show(tab));
            }
            Action::Dock(wish) => {
                self.dock(wish);
                // What has been chosen is seen; who moves and closes panels goes on with that, as long as there are any.
                if matches!(wish, Wish::Show(_) | Wish::Reset) || self.docking.front().is_none() {
                    self.panel = self.panel.filter(|panel| *panel != Panel::Panels);
                }
            }
            Action::Break(id) => {
                let fault = find(&self.scene.faults, &id).cloned();
                return self.break_now(fault);
            }
            Action::BreakKey(key) => {
                let fault = self.scene.faults.iter().find(|fault| fault.key == Some(key)).cloned();
                return self.break_now(fault);
            }
            Action::Point(event) => {
                self.pointed = event;
                if event.is_none() {
                    return self.glimpse.take().is_some();
                }
                self.clock.request();
                return false;
            }
            Action::DismissFailure => self.failure = None,
            Action::Filter(filter) => self.filter = filter,
            Action::Why => self.ask_why(self.feed.why_event()),
            Action::WhyLine => {
                let line = self.scene.inspector.as_ref().and_then(|inspector| inspector.line);
                self.ask_why(line.map(|line| self.feed.why_line(line)));
            }
            Action::CloseWhy => self.why = None,
            Action::OpenText(text) => return self.open_text(&text),
            Action::CopyLink => self.copy_link(),
            Action::Find(text) => {
                let found = self.session.borrow().find_block(&text);
                match found {
                    Err(wrong) => self.said = Some(wrong),
                    Ok(key) => {
                        self.panel = None;
                        return self.act(Action::Pick(Selection::Line(key)));
                    }
                }
            }
            Action::Check(ask) => return self.ask(ask),
            Action::Say(text) => self.said = Some(text),
            Action::Tour(step) => {
                self.panel = None;
                self.show_caption(step);
            }
            Action::Resume(go_on) => {
                let left = self.left.take();
                share::remember(None);
                if let Some(link) = left.filter(|_| go_on) {
                    return self.open_text(&link);
                }
            }
        }
        true
    }

    /// Breaks or mends what a button stands for. What has been recorded after this moment is recorded anew.
    fn break_now(&mut self, fault: Option<FaultButton>) -> bool {
        let closed = self.panel == Some(Panel::Break);
        if closed {
            self.panel = None;
        }
        let Some(fault) = fault.filter(|fault| !fault.disabled) else { return closed };
        self.command(Command::Break { faults: fault.faults, label: fault.label }) || closed
    }

    fn escape(&mut self) -> bool {
        if self.panel.take().is_some() {
            self.dropped = None;
            return true;
        }
        if self.tour.is_some() {
            self.show_caption(None);
            return true;
        }
        let had_drawer = std::mem::take(&mut self.drawer);
        self.command(Command::Select(None)) || had_drawer
    }

    fn show(&mut self, view: View) {
        self.shown = view;
        self.panel = self.panel.filter(|panel| *panel != Panel::More);
    }

    fn set_theme(&mut self, theme: Theme) {
        if room::has_forced_colours() {
            return;
        }
        theme.apply();
        self.theme = theme;
        self.panel = self.panel.filter(|panel| *panel != Panel::More);
        self.resize();
    }

    /// From here on every word is another one: whatever holds any is made anew.
    fn speak(&mut self, language: Language, catalogue: Catalogue) -> bool {
        language::put(language, catalogue);
        language.mark();
        language.remember();
        self.scenarios = Rc::new(Session::scenarios());
        self.feed = Feed::new(Rc::clone(&self.session));
        self.glimpse = None;
        self.panel = self.panel.filter(|panel| *panel != Panel::More);
        self.refresh(false);
        true
    }

    fn resize(&mut self) -> bool {
        self.resized += 1;
        self.single = room::is_single(self.theme);
        self.view = panels::view(self.theme, &self.docking, self.single);
        self.refresh(false);
        true
    }

    fn heard(&mut self, heard: Heard) -> bool {
        match heard {
            Heard::Act(action) => {
                // Behind a dialog the page holds still.
                let covered = self.panel.is_some_and(Panel::is_dialog);
                let from_sheet = matches!(action, Action::Break(_));
                if covered && action != Action::Escape && !from_sheet { false } else { self.act(action) }
            }
            Heard::Resized => self.resize(),
            Heard::Dragging(on) => {
                let news = self.dragging != on;
                self.dragging = on;
                news
            }
            Heard::Dropped(file) => {
                self.dragging = false;
                self.dropped = Some(file);
                self.panel = Some(Panel::Trace);
                true
            }
            Heard::Linked => match share::linked() {
                Some(link) => self.open_text(&link),
                None => false,
            },
            Heard::Leaving => {
                self.remember();
                false
            }
        }
    }
}
