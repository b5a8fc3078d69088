//! The space-time diagram in the stage's place: its window, which glides along with the run or is dragged, and its
//! tools. What is in the window the scene knows; `spacetime_svg` draws it.
//!
//! Time passes without drawing anything: the diagram is shifted and the line of now is placed by two custom properties,
//! `--pan` and `--nx`, in pixels.

use super::icon::icon;
use super::sheet::Sheet;
use super::spacetime_svg::{flying, labels, names, picture};
use crate::action::Action;
use crate::language::{say, tr};
use crate::movers::Movers;
use crate::room;
use crate::scene::model::Transport;
use crate::scene::spacetime::{self, EVENTS_MAX, Lens};
use crate::scene::words::{css_number, time_text};
use crate::session::{Command, Session};
use crate::share;
use crate::theme::{Skin, Theme};
use gloo::events::{EventListener, EventListenerOptions};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, WheelEvent};
use yew::prelude::*;

/// Where the line of now stands in a window that follows it.
const NOW_AT: f64 = 0.55;
/// The shortest window, in nanoseconds.
const SPAN_MIN: f64 = 400.0;
/// One step of zooming by a button or a key.
const ZOOM_STEP: f64 = 1.6;
/// A pointer that has moved further than this drags, and does not click. CSS pixels.
const DRAG_FROM: f64 = 4.0;
/// The share of the window that one notch of Shift and the wheel pans, for each of its pixels.
const WHEEL_PAN: f64 = 0.001;

/// The run and its recording, to be asked for diagrams.
#[derive(Clone)]
pub struct Recorded(pub Rc<RefCell<Session>>);

impl PartialEq for Recorded {
    fn eq(&self, other: &Recorded) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Properties, PartialEq)]
pub struct SpaceTimeProps {
    pub recorded: Recorded,
    pub transport: Transport,
    pub skin: Skin,
    /// How often it was zoomed by keys; out counts down.
    pub zoom: i32,
    pub act: Callback<Action>,
}

pub enum Msg {
    /// Time has passed.
    Now(f64),
    /// The room is known, or another one.
    Measure,
    /// By steps, about the middle or about now.
    Zoom(i32),
    Wheel(WheelEvent),
    Down(PointerEvent),
    Move(PointerEvent),
    Up(PointerEvent),
    Click(MouseEvent),
    Follow,
    Copy,
    /// Whether the clipboard has taken it.
    Copied(bool, String),
    CloseText,
}

/// A finger, or the mouse.
struct Pointer {
    id: i32,
    x: f64,
}

pub struct SpaceTime {
    plot: NodeRef,
    time: NodeRef,
    /// The window's left edge, and its length. Virtual nanoseconds.
    from_ns: f64,
    span_ns: f64,
    follow: bool,
    lens: Lens,
    diagram: spacetime::SpaceTime,
    now_ns: f64,
    shown_now: u64,
    pointers: Vec<Pointer>,
    /// How far the pointer has gone since it went down.
    travelled: f64,
    copied: bool,
    /// What the clipboard has refused, to be copied by hand.
    text: Option<String>,
    movers: Option<Movers>,
    watcher: Callback<f64>,
    _context: Option<ContextHandle<Movers>>,
    wheel: Option<EventListener>,
    still: bool,
}

/// A number with a sign, for a style.
fn pixels(value: f64) -> String {
    if value < 0.0 { "-".to_owned() + &css_number(-value) } else { css_number(value) }
}

/// Sizes of letters and labels, as the style sheet has them.
fn letters(theme: Theme, width: u32) -> (f64, i32) {
    match theme {
        Theme::Projector if width > 480 => (12.6, 32),
        _ if width <= 480 => (8.4, 20),
        _ => (9.1, 23),
    }
}

impl Component for SpaceTime {
    type Message = Msg;
    type Properties = SpaceTimeProps;

    fn create(ctx: &Context<SpaceTime>) -> SpaceTime {
        let (movers, context) = ctx.link().context::<Movers>(Callback::noop()).unzip();
        let watcher = ctx.link().callback(Msg::Now);
        if let Some(movers) = &movers {
            movers.watch(watcher.clone());
        }
        SpaceTime {
            plot: NodeRef::default(),
            time: NodeRef::default(),
            from_ns: 0.0,
            span_ns: 0.0,
            follow: true,
            lens: Lens { from_ns: 0, span_ns: 1, width: 0, height: 0, letter: 1.0, label: 1 },
            diagram: spacetime::SpaceTime::default(),
            now_ns: movers.as_ref().map_or(0.0, Movers::now_ns),
            shown_now: u64::MAX,
            pointers: Vec::new(),
            travelled: 0.0,
            copied: false,
            text: None,
            movers,
            watcher,
            _context: context,
            wheel: None,
            still: room::reduced_motion(),
        }
    }

    fn rendered(&mut self, ctx: &Context<SpaceTime>, first: bool) {
        if first {
            let zoom = ctx.link().callback(Msg::Wheel);
            if let Some(plot) = self.plot.cast::<Element>() {
                // The browser would scroll, or zoom the page.
                let options = EventListenerOptions::enable_prevent_default();
                self.wheel = Some(EventListener::new_with_options(&plot, "wheel", options, move |event| {
                    if let Some(wheel) = event.dyn_ref::<WheelEvent>() {
                        event.prevent_default();
                        zoom.emit(wheel.clone());
                    }
                }));
            }
            ctx.link().send_message(Msg::Measure);
        }
        // Elements that have just come know nothing of the time.
        self.place();
    }

    fn changed(&mut self, ctx: &Context<SpaceTime>, old: &SpaceTimeProps) -> bool {
        let props = ctx.props();
        if props.skin != old.skin {
            ctx.link().send_message(Msg::Measure);
        }
        if props.zoom != old.zoom {
            ctx.link().send_message(Msg::Zoom(props.zoom - old.zoom));
        }
        if props.transport == old.transport {
            return false;
        }
        let now_ns = self.movers.as_ref().map_or(0.0, Movers::now_ns);
        self.take_time(ctx, now_ns);
        // Whoever steps or seeks wants to see where.
        if props.transport.event != old.transport.event && !props.transport.playing && !self.sees_now() {
            self.follow = true;
        }
        self.make(ctx);
        true
    }

    fn update(&mut self, ctx: &Context<SpaceTime>, msg: Msg) -> bool {
        match msg {
            Msg::Now(now_ns) => {
                self.take_time(ctx, now_ns);
                self.keep_up();
                self.place();
                return self.is_due() && self.make(ctx);
            }
            Msg::Measure => return self.measure(ctx),
            Msg::Zoom(steps) => {
                let middle = if self.follow { self.now_ns } else { self.from_ns + self.span_ns / 2.0 };
                return self.zoom(ctx, ZOOM_STEP.powi(-steps), middle);
            }
            Msg::Wheel(wheel) => return self.wheel(ctx, &wheel),
            Msg::Down(event) => {
                self.down(&event);
                return false;
            }
            Msg::Move(event) => return self.drag(ctx, &event),
            Msg::Up(event) => {
                self.pointers.retain(|pointer| pointer.id != event.pointer_id());
                return false;
            }
            Msg::Click(event) => {
                if self.travelled <= DRAG_FROM
                    && let Some(event) = target_event(&event)
                {
                    ctx.props().act.emit(Action::Play(Command::Seek(event + 1)));
                }
                return false;
            }
            Msg::Follow => {
                self.follow = true;
                return self.make(ctx);
            }
            Msg::Copy => {
                self.copy(ctx);
                return false;
            }
            Msg::Copied(true, _) => self.copied = true,
            Msg::Copied(false, text) => self.text = Some(text),
            Msg::CloseText => self.text = None,
        }
        true
    }

    fn view(&self, ctx: &Context<SpaceTime>) -> Html {
        let link = ctx.link();
        let tool =
            |label: &'static str, title: &'static str, id: &'static str, picture: Html, msg: fn() -> Msg| {
                let onclick = link.callback(move |_: MouseEvent| msg());
                html! { <button aria-label={label} {title} data-testid={id} {onclick}>{ picture }</button> }
            };
        html! {
            <main class="space" aria-label={tr("Space-time diagram")} data-testid="spacetime">
                <div class="space-tools">
                    <div class="seg" role="group" aria-label={tr("Window")}>
                        { tool(tr("Zoom out"), tr("Show more time (−)"), "zoom-out", icon("#i-minus", "ic16"), || Msg::Zoom(-1)) }
                        { tool(tr("Zoom in"), tr("Show less time (+)"), "zoom-in", icon("#i-plus", "ic16"), || Msg::Zoom(1)) }
                        <button class={classes!("follow-now", self.follow.then_some("on"))} aria-pressed={self.follow.to_string()} data-testid="follow"
                            title={tr("Keep now in the window")} onclick={link.callback(|_: MouseEvent| Msg::Follow)}>{ tr("Follow") }</button>
                    </div>
                    <p class="space-key" aria-hidden="true">
                        <i class="k-past"></i>{ tr("happened") }<i class="k-future"></i>{ tr("recorded ahead") }<span class="space-disks"><i class="k-read"></i>{ tr("disk reads") }<i class="k-write"></i>{ tr("disk writes") }</span>
                    </p>
                    <div class="seg">
                        <button title={tr("Copy what is in the window as a Mermaid sequence diagram")} data-testid="copy-text" onclick={link.callback(|_: MouseEvent| Msg::Copy)}>
                            { if self.copied { tr("Copied") } else { tr("Copy as text") } }
                        </button>
                        <p class="sr" role="status">{ if self.copied { tr("Copied") } else { "" } }</p>
                    </div>
                </div>
                <div class="space-names">{ names(&self.diagram) }</div>
                <div class="space-plot" ref={self.plot.clone()} data-testid="space-plot"
                    onpointerdown={link.callback(Msg::Down)} onpointermove={link.callback(Msg::Move)} onpointerup={link.callback(Msg::Up)}
                    onpointercancel={link.callback(Msg::Up)} onclick={link.callback(Msg::Click)}>
                    { picture(&self.diagram) }
                    <div class="space-past" aria-hidden="true">{ flying(&self.diagram) }</div>
                    <div class="space-now" aria-hidden="true"><b ref={self.time.clone()} data-testid="space-now"></b></div>
                    { labels(&self.diagram, &self.lens) }
                    if self.diagram.quiet && !ctx.props().transport.playing {
                        <p class="space-quiet">{ tr("Nobody says anything in this window. Zoom out to see what was said before, and what comes.") }</p>
                    }
                </div>
                <ul class="unseen" aria-label={tr("What is said about now")}>{ for self.diagram.nearby.iter().map(|text| html! { <li>{ text }</li> }) }</ul>
                if let Some(text) = &self.text { <TextDialog text={text.clone()} close={link.callback(|()| Msg::CloseText)} /> }
            </main>
        }
    }

    fn destroy(&mut self, _ctx: &Context<SpaceTime>) {
        if let Some(movers) = &self.movers {
            movers.unwatch(&self.watcher);
        }
    }
}

/// The event of the line, bar or flag that was clicked.
fn target_event(event: &MouseEvent) -> Option<u64> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-seek]").ok()??.get_attribute("data-seek")?.parse().ok()
}

impl SpaceTime {
    fn sees_now(&self) -> bool {
        (self.from_ns..=self.from_ns + self.span_ns).contains(&self.now_ns)
    }

    /// Where motion is not wanted, time goes from event to event.
    fn take_time(&mut self, ctx: &Context<SpaceTime>, now_ns: f64) {
        self.now_ns = if self.still { ctx.props().transport.time_ns as f64 } else { now_ns };
    }

    /// A window that follows goes on.
    fn keep_up(&mut self) {
        if self.follow {
            self.from_ns = self.now_ns - NOW_AT * self.span_ns;
        }
    }

    /// Whether the window has left what is drawn.
    fn is_due(&self) -> bool {
        self.lens.width > 0
            && spacetime::anchor(self.from_ns.floor() as i64, self.lens.span_ns) != self.diagram.anchor_ns
    }

    fn measure(&mut self, ctx: &Context<SpaceTime>) -> bool {
        let Some(plot) = self.plot.cast::<HtmlElement>() else { return false };
        let (width, height) = (plot.client_width().max(1) as u32, plot.client_height().max(1) as u32);
        let (letter, label) = letters(ctx.props().skin.theme, width);
        self.lens = Lens { width, height, letter, label, ..self.lens };
        if self.span_ns <= 0.0 {
            self.span_ns = ctx.props().recorded.0.borrow().first_span(width) as f64;
        }
        self.keep_up();
        self.make(ctx)
    }

    /// Has the diagram of the window made.
    fn make(&mut self, ctx: &Context<SpaceTime>) -> bool {
        if self.lens.width == 0 {
            return false;
        }
        self.keep_up();
        self.copied = false;
        self.lens.from_ns = self.from_ns.floor() as i64;
        self.lens.span_ns = self.span_ns.round() as u64;
        self.diagram = ctx.props().recorded.0.borrow().spacetime(&self.lens);
        self.bracket(ctx.props().transport.total);
        true
    }

    /// Shows the window on the scrubber.
    fn bracket(&self, total: u64) {
        let found = web_sys::window()
            .and_then(|window| window.document()?.query_selector(".scrub > .window").ok()?)
            .and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let Some(element) = found else { return };
        let (from, to) = self.diagram.seen;
        let percent = |events: u64| css_number(events as f64 * 100.0 / total.max(1) as f64);
        let _ = element.style().set_property("--x", &percent(from));
        let _ = element.style().set_property("--w", &percent(to - from));
    }

    /// Shifts the diagram, and places the line of now.
    fn place(&mut self) {
        let Some(plot) = self.plot.cast::<HtmlElement>() else { return };
        if self.lens.width == 0 {
            return;
        }
        let scale = f64::from(self.lens.width) / self.span_ns;
        let style = plot.style();
        let pan = (self.diagram.anchor_ns as f64 - self.from_ns) * scale;
        let now = (self.now_ns - self.from_ns) * scale;
        // Only a detached element could refuse, and that one is not seen.
        let _ = style.set_property("--pan", &pixels(pan));
        let _ = style.set_property("--nx", &pixels(now.max(-1.0).min(f64::from(self.lens.width) + 1.0)));
        let now_ns = self.now_ns as u64;
        if now_ns != self.shown_now
            && let Some(time) = self.time.cast::<HtmlElement>()
        {
            self.shown_now = now_ns;
            time.set_text_content(Some(&say!("now, {time}", time = time_text(now_ns))));
        }
    }

    /// Shows more or less time, and keeps one instant where it is.
    fn zoom(&mut self, ctx: &Context<SpaceTime>, factor: f64, about_ns: f64) -> bool {
        let before = (self.from_ns, self.span_ns);
        let whole_ns = ctx.props().recorded.0.borrow().time_of(u64::MAX) as f64;
        let most = (whole_ns * 1.5).max(SPAN_MIN).max(self.span_ns);
        // `clamp` would bring the printing of floats along, for its panic.
        self.span_ns = (self.span_ns * factor).min(most).max(SPAN_MIN);
        self.from_ns = about_ns - (about_ns - self.from_ns) * self.span_ns / before.1;
        self.make(ctx);
        if self.span_ns > before.1 && self.diagram.events > EVENTS_MAX {
            (self.from_ns, self.span_ns) = before;
            self.make(ctx);
        }
        true
    }

    fn pan(&mut self, ctx: &Context<SpaceTime>, by_ns: f64) -> bool {
        // The button that says so is drawn again.
        let news = std::mem::take(&mut self.follow);
        self.from_ns += by_ns;
        self.place();
        if self.is_due() { self.make(ctx) } else { news }
    }

    /// Virtual nanoseconds for a CSS pixel of the screen, and the plot's left edge on it.
    fn scale(&self) -> (f64, f64) {
        let rect = self.plot.cast::<Element>().map(|plot| plot.get_bounding_client_rect());
        rect.map_or((1.0, 0.0), |rect| (self.span_ns / rect.width().max(1.0), rect.left()))
    }

    fn wheel(&mut self, ctx: &Context<SpaceTime>, wheel: &WheelEvent) -> bool {
        let (mut dx, mut dy) = (wheel.delta_x(), wheel.delta_y());
        if wheel.delta_mode() != WheelEvent::DOM_DELTA_PIXEL {
            // Lines, about a text's line each.
            (dx, dy) = (dx * 20.0, dy * 20.0);
        }
        if wheel.shift_key() || dx.abs() > dy.abs() {
            let by = if dx.abs() > dy.abs() { dx } else { dy };
            return self.pan(ctx, by * WHEEL_PAN * self.span_ns);
        }
        let (scale, left) = self.scale();
        let at_ns = self.from_ns + (f64::from(wheel.client_x()) - left) * scale;
        let about_ns = if self.follow { self.now_ns } else { at_ns };
        // A pinch on a touchpad comes as a wheel with Ctrl, in smaller steps.
        let strength = if wheel.ctrl_key() { 0.01 } else { 0.0016 };
        self.zoom(ctx, (dy.clamp(-200.0, 200.0) * strength).exp(), about_ns)
    }

    fn down(&mut self, event: &PointerEvent) {
        if event.button() == 0 {
            // One that was let go where nobody saw it.
            self.pointers.retain(|pointer| pointer.id != event.pointer_id());
            if self.pointers.is_empty() {
                self.travelled = 0.0;
            }
            self.pointers.push(Pointer { id: event.pointer_id(), x: f64::from(event.client_x()) });
        }
    }

    /// One pointer drags the window, two stretch it.
    fn drag(&mut self, ctx: &Context<SpaceTime>, event: &PointerEvent) -> bool {
        let x = f64::from(event.client_x());
        let Some(index) = self.pointers.iter().position(|pointer| pointer.id == event.pointer_id()) else {
            return false;
        };
        if event.buttons() == 0 {
            // It was let go where nobody saw it.
            self.pointers.remove(index);
            return false;
        }
        let (scale, left) = self.scale();
        let before = self.pointers[index].x;
        let other = self.pointers.iter().find(|pointer| pointer.id != event.pointer_id()).map(|it| it.x);
        self.travelled += (x - before).abs();
        if self.travelled <= DRAG_FROM {
            return false;
        }
        self.pointers[index].x = x;
        if let Some(plot) = self.plot.cast::<Element>() {
            // From here on it is no click; without capture a drag ends at the edge.
            let _ = plot.set_pointer_capture(event.pointer_id());
        }
        match other {
            Some(other) => {
                self.follow = false;
                let about_ns = self.from_ns + (other - left) * scale;
                let factor = (before - other).abs().max(8.0) / (x - other).abs().max(8.0);
                self.zoom(ctx, factor, about_ns)
            }
            None => self.pan(ctx, (before - x) * scale),
        }
    }

    fn copy(&self, ctx: &Context<SpaceTime>) {
        let from_ns = self.from_ns.floor() as i64;
        let text = ctx.props().recorded.0.borrow().sequence(from_ns, from_ns + self.span_ns as i64);
        let done = ctx.link().callback(|(taken, text)| Msg::Copied(taken, text));
        wasm_bindgen_futures::spawn_local(async move {
            let taken = share::copy(text.clone()).await;
            done.emit((taken, text));
        });
    }
}

#[derive(Properties, PartialEq)]
struct TextDialogProps {
    text: String,
    close: Callback<()>,
}

/// The text, where the browser does not let the page reach the clipboard.
#[function_component(TextDialog)]
fn text_dialog(props: &TextDialogProps) -> Html {
    // The page's keys are not those of the dialog.
    let onkeydown = Callback::from(|event: KeyboardEvent| event.stop_propagation());
    html! {
        <Sheet title={tr("As text")} class="space-text" testid="space-text" close={props.close.clone()} {onkeydown}>
            <p class="sub">{ tr("The browser does not let this page reach the clipboard. Select the text and copy it; Mermaid draws it.") }</p>
            <textarea readonly=true rows="16" aria-label={tr("Mermaid sequence diagram")} value={props.text.clone()} />
        </Sheet>
    }
}
