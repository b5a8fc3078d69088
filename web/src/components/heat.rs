//! A region of a big cache as a map that is zoomed and dragged: pixels in the colours of the theme from afar, cells with
//! letters from near. A cursor is steered over it with the arrow keys, and what is around it stands in a table for
//! those who do not see the canvas; a click or Enter inspects a slot.

use super::heat_paint::{Painter, Palette};
use super::icon::icon;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::heat::HeatMap;
use crate::scene::heat::port::{Port, STEP};
use crate::scene::model::{Selection, SlotId};
use crate::scene::words::count_text;
use crate::theme::{Skin, Theme};
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver, WheelEvent};
use yew::prelude::*;

/// A pointer that has moved further than this drags, and does not click. CSS pixels.
const DRAG_FROM: f64 = 4.0;
/// The minimap's edges, as a share of the map's: the style sheet's number.
const MINI: f64 = 0.36;
/// The smallest ring that is seen from afar, in pixels.
const RING: f64 = 9.0;
/// Slots at each side of the cursor that the table tells of, and rows above and below.
const AROUND: (i64, i64) = (2, 1);

#[derive(Properties, PartialEq)]
pub struct HeatProps {
    pub map: HeatMap,
    pub title: String,
    pub skin: Skin,
    pub act: Callback<Action>,
}

pub enum Msg {
    /// The room is known, or another one.
    Measure,
    Wheel(WheelEvent),
    Down(PointerEvent),
    Move(PointerEvent),
    Up(PointerEvent),
    Leave,
    Click(MouseEvent),
    Key(KeyboardEvent),
    Focus(bool),
    /// By a button: in, out, or all of it.
    Zoom(i32),
    /// On the minimap.
    Mini(PointerEvent),
}

/// A finger, or the mouse.
struct Pointer {
    id: i32,
    x: f64,
    y: f64,
}

/// What has told that the room is another one.
struct Watcher {
    observer: ResizeObserver,
    _told: Closure<dyn FnMut()>,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

pub struct Heat {
    plot: NodeRef,
    mini: NodeRef,
    main_canvas: Painter,
    mini_canvas: Painter,
    /// Rings around marked slots, around the cursor, and the minimap's frame; and where they were put last.
    rings: [(NodeRef, Option<[i32; 4]>); 4],
    port: Port,
    palette: Option<(Theme, Palette)>,
    /// Where the keyboard is.
    cursor: Option<u32>,
    /// What is pointed at.
    pointed: Option<u32>,
    focused: bool,
    pointers: Vec<Pointer>,
    /// How far the pointer has gone since it went down.
    travelled: f64,
    /// The zoom was changed by a key or a button: how much is seen is said.
    told_size: bool,
    wheel: Option<EventListener>,
    watcher: Option<Watcher>,
}

impl Component for Heat {
    type Message = Msg;
    type Properties = HeatProps;

    fn create(ctx: &Context<Heat>) -> Heat {
        Heat {
            plot: NodeRef::default(),
            mini: NodeRef::default(),
            main_canvas: Painter::default(),
            mini_canvas: Painter::default(),
            rings: Default::default(),
            port: Port::whole(ctx.props().map.slate.total(), 0.0, 0.0),
            palette: None,
            cursor: None,
            pointed: None,
            focused: false,
            pointers: Vec::new(),
            travelled: 0.0,
            told_size: false,
            wheel: None,
            watcher: None,
        }
    }

    fn rendered(&mut self, ctx: &Context<Heat>, first: bool) {
        if !first {
            return;
        }
        let Some(plot) = self.plot.cast::<Element>() else { return };
        let zoom = ctx.link().callback(Msg::Wheel);
        // The browser would scroll, or zoom the page.
        let options = EventListenerOptions::enable_prevent_default();
        self.wheel = Some(EventListener::new_with_options(&plot, "wheel", options, move |event| {
            if let Some(wheel) = event.dyn_ref::<WheelEvent>() {
                event.prevent_default();
                zoom.emit(wheel.clone());
            }
        }));
        let link = ctx.link().clone();
        let told = Closure::<dyn FnMut()>::new(move || link.send_message(Msg::Measure));
        if let Ok(observer) = ResizeObserver::new(told.as_ref().unchecked_ref()) {
            observer.observe(&plot);
            self.watcher = Some(Watcher { observer, _told: told });
        }
        ctx.link().send_message(Msg::Measure);
    }

    fn changed(&mut self, ctx: &Context<Heat>, old: &HeatProps) -> bool {
        let (props, map) = (ctx.props(), &ctx.props().map);
        if props.skin != old.skin || map.slate.total() != self.port.slots {
            ctx.link().send_message(Msg::Measure);
            return true;
        }
        let found = map.found.filter(|(key, _)| old.map.found.is_none_or(|(before, _)| before != *key));
        if let Some((_, index)) = found {
            self.port.go(index);
            self.cursor = Some(index);
        }
        self.paint(ctx);
        found.is_some() || props.title != old.title || self.tells_of_a_change(map, &old.map)
    }

    fn update(&mut self, ctx: &Context<Heat>, msg: Msg) -> bool {
        match msg {
            Msg::Measure => self.measure(ctx),
            Msg::Wheel(wheel) => self.turn(&wheel),
            Msg::Down(event) => {
                self.down(&event);
                return false;
            }
            Msg::Move(event) => {
                if !self.drag(&event) {
                    let pointed = self.at(event.client_x(), event.client_y());
                    let news = pointed != self.pointed || self.told_size;
                    self.pointed = pointed;
                    self.told_size = false;
                    return news;
                }
            }
            Msg::Up(event) => {
                self.pointers.retain(|pointer| pointer.id != event.pointer_id());
                return false;
            }
            Msg::Leave => {
                self.pointed = None;
                return true;
            }
            Msg::Click(event) => {
                if self.travelled <= DRAG_FROM
                    && let Some(index) = self.at(event.client_x(), event.client_y())
                {
                    self.cursor = Some(index);
                    self.pick(ctx, index);
                }
            }
            Msg::Key(event) => {
                if !self.key(ctx, &event) {
                    return false;
                }
            }
            Msg::Focus(on) => {
                self.focused = on;
                if on && self.cursor.is_none() {
                    let marked = ctx.props().map.marked.first().copied();
                    self.cursor =
                        marked.filter(|index| self.port.shows(*index)).or_else(|| self.port.at(0.0, 0.0));
                }
            }
            Msg::Zoom(steps) => self.zoom(&ctx.props().map, steps),
            Msg::Mini(event) => {
                if event.buttons() == 0 {
                    return false;
                }
                self.lead(&event);
            }
        }
        self.paint(ctx);
        true
    }

    fn view(&self, ctx: &Context<Heat>) -> Html {
        let (link, props) = (ctx.link(), ctx.props());
        let map = &props.map;
        let tool = |steps: i32,
                    what: &'static str,
                    title: &'static str,
                    sign: &'static str,
                    disabled: bool| {
            let onclick = link.callback(move |_: MouseEvent| Msg::Zoom(steps));
            html! { <button aria-label={format!("{what}: {}", props.title)} {title} {disabled} {onclick}>{ icon(sign, "ic16") }</button> }
        };
        let ring = |n: usize, class: &'static str| html! { <i ref={self.rings[n].0.clone()} {class} hidden=true></i> };
        let zoomed = self.port.is_zoomed();
        let label = say!(
            "{title} of {memory}, {slots} slots: arrow keys, Home and End move, plus and minus zoom, 0 shows all, Enter inspects",
            title = props.title.clone(),
            memory = map.memory,
            slots = count_text(map.slate.total().into())
        );
        html! {
            <div class={classes!("heat", zoomed.then_some("zoomed"))} data-testid="heat">
                <div class="heat-in">
                    <div class="heat-view" ref={self.plot.clone()} tabindex="0" role="application" aria-label={label} data-testid="heat-view"
                        onpointerdown={link.callback(Msg::Down)} onpointermove={link.callback(Msg::Move)} onpointerup={link.callback(Msg::Up)}
                        onpointercancel={link.callback(Msg::Up)} onpointerleave={link.callback(|_: PointerEvent| Msg::Leave)}
                        onclick={link.callback(Msg::Click)} onkeydown={link.callback(Msg::Key)}
                        onfocus={link.callback(|_: FocusEvent| Msg::Focus(true))} onblur={link.callback(|_: FocusEvent| Msg::Focus(false))}>
                        <canvas ref={self.main_canvas.canvas.clone()}></canvas>
                        { ring(0, "ring") }{ ring(1, "ring") }{ ring(2, "ring at") }
                    </div>
                    <div class="heat-mini" ref={self.mini.clone()} hidden={!zoomed} aria-hidden="true" data-testid="heat-mini"
                        onpointerdown={link.callback(Msg::Mini)} onpointermove={link.callback(Msg::Mini)}>
                        <canvas ref={self.mini_canvas.canvas.clone()}></canvas>{ ring(3, "frame") }
                    </div>
                    <div class="heat-tools" role="group" aria-label={say!("Zoom: {title}", title = props.title.clone())}>
                        { tool(1, tr("Zoom in"), tr("Zoom in (+)"), "#i-plus", self.port.is_closest()) }
                        { tool(-1, tr("Zoom out"), tr("Zoom out (−)"), "#i-minus", !zoomed) }
                        { tool(0, tr("Show all"), tr("Show all (0)"), "#i-whole", !zoomed) }
                    </div>
                </div>
                <p aria-live="polite" data-testid="heat-said">{ self.said(map) }</p>
                if self.focused { { self.twin(map) } }
            </div>
        }
    }
}

fn slot(map: &HeatMap, index: u32) -> SlotId {
    SlotId { memory: map.memory, slot: map.first_slot + index }
}

/// A slot in words, as of a cell in full detail.
fn words(map: &HeatMap, index: u32) -> String {
    let (name, state) = (slot(map, index), map.slate.look(index).words());
    match map.label(index) {
        Some(line) => {
            say!(
                "{name}, line {line}, {words}{asked}",
                name,
                line,
                words = state.to_owned(),
                asked = String::new()
            )
        }
        None => format!("{name}, {state}"),
    }
}

impl Heat {
    /// A place of the screen in the port's pixels: the page may be scaled as a whole.
    fn local(&self, node: &NodeRef, x: i32, y: i32) -> [f64; 4] {
        let Some(element) = node.cast::<Element>() else { return [-1.0, -1.0, 1.0, 1.0] };
        let rect = element.get_bounding_client_rect();
        let across = self.port.width / rect.width().max(1.0);
        let down = self.port.height / rect.height().max(1.0);
        [(f64::from(x) - rect.left()) * across, (f64::from(y) - rect.top()) * down, across, down]
    }

    fn at(&self, x: i32, y: i32) -> Option<u32> {
        let [x, y, ..] = self.local(&self.plot, x, y);
        self.port.at(x, y)
    }

    fn measure(&mut self, ctx: &Context<Heat>) {
        let Some(plot) = self.plot.cast::<HtmlElement>() else { return };
        let (width, height) = (f64::from(plot.client_width()), f64::from(plot.client_height()));
        if width < 1.0 || height < 1.0 {
            return;
        }
        let (props, slots) = (ctx.props(), ctx.props().map.slate.total());
        let dense = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let scale = plot.get_bounding_client_rect().width() / width * dense;
        if slots != self.port.slots {
            self.port = Port::whole(slots, width, height);
            self.cursor = None;
        } else {
            self.port = self.port.resized(width, height);
        }
        if self.palette.as_ref().is_none_or(|(theme, _)| *theme != props.skin.theme) {
            self.palette = Some((props.skin.theme, Palette::read()));
        }
        self.main_canvas.fit(width, height, scale);
        self.mini_canvas.fit(width * MINI, height * MINI, scale);
    }

    fn paint(&mut self, ctx: &Context<Heat>) {
        let map = &ctx.props().map;
        let Some((_, palette)) = &self.palette else { return };
        self.main_canvas.paint(&self.port, map, palette);
        if self.port.is_zoomed() {
            self.mini_canvas.paint(&self.port.mini(MINI), map, palette);
        }
        let ring = |index: u32| {
            let [left, top, width, height] = self.port.place(index);
            let (wide, high) = (width.max(RING), height.max(RING));
            [left - (wide - width) / 2.0, top - (high - height) / 2.0, wide, high]
        };
        let [left, top, width, height] = self.port.frame();
        let (across, down) = (self.port.width * MINI, self.port.height * MINI);
        let frame = [left * across, top * down, (width * across).max(3.0), (height * down).max(3.0)];
        let marked = |n: usize| map.marked.get(n).map(|index| ring(*index));
        let places = [marked(0), marked(1), self.cursor.filter(|_| self.focused).map(ring), Some(frame)];
        for ((node, shown), place) in self.rings.iter_mut().zip(places) {
            let place = place.map(|place| place.map(|edge| edge.round() as i32));
            if *shown != place
                && let Some(element) = node.cast::<HtmlElement>()
            {
                element.set_hidden(place.is_none());
                if let Some([left, top, width, height]) = place {
                    element.style().set_css_text(&format!(
                        "left:{left}px;top:{top}px;width:{width}px;height:{height}px"
                    ));
                }
                *shown = place;
            }
        }
    }

    fn zoom(&mut self, map: &HeatMap, steps: i32) {
        if steps == 0 {
            self.port.reset();
        } else {
            // Without a cursor about what is marked, else about the first slot: a cache fills from there.
            let about = self.cursor.or_else(|| map.marked.first().copied()).or(Some(0));
            self.port.zoom_on(STEP.powi(steps), about);
        }
        self.told_size = true;
    }

    fn turn(&mut self, wheel: &WheelEvent) {
        let mut by = wheel.delta_y();
        if wheel.delta_mode() != WheelEvent::DOM_DELTA_PIXEL {
            // Lines, about a text's line each.
            by *= 20.0;
        }
        // A pinch on a touchpad comes as a wheel with Ctrl, in smaller steps.
        let strength = if wheel.ctrl_key() { 0.01 } else { 0.003 };
        let factor = (-by.clamp(-200.0, 200.0) * strength).exp();
        let [x, y, ..] = self.local(&self.plot, wheel.client_x(), wheel.client_y());
        self.port.zoom_about(factor, x, y);
        self.pointed = self.port.at(x, y);
    }

    fn down(&mut self, event: &PointerEvent) {
        if event.button() == 0 {
            // One that was let go where nobody saw it.
            self.pointers.retain(|pointer| pointer.id != event.pointer_id());
            if self.pointers.is_empty() {
                self.travelled = 0.0;
            }
            let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
            self.pointers.push(Pointer { id: event.pointer_id(), x, y });
        }
    }

    /// One pointer drags the slots, two stretch them. Says whether anything has moved.
    fn drag(&mut self, event: &PointerEvent) -> bool {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let Some(index) = self.pointers.iter().position(|pointer| pointer.id == event.pointer_id()) else {
            return false;
        };
        if event.buttons() == 0 {
            // It was let go where nobody saw it.
            self.pointers.remove(index);
            return false;
        }
        let (dx, dy) = (x - self.pointers[index].x, y - self.pointers[index].y);
        self.travelled += dx.abs() + dy.abs();
        if self.travelled <= DRAG_FROM {
            return false;
        }
        let other = self.pointers.iter().find(|pointer| pointer.id != event.pointer_id());
        let other = other.map(|other| (other.x, other.y));
        let before = (self.pointers[index].x, self.pointers[index].y);
        (self.pointers[index].x, self.pointers[index].y) = (x, y);
        if let Some(plot) = self.plot.cast::<Element>() {
            // From here on it is no click; without capture a drag ends at the edge.
            let _ = plot.set_pointer_capture(event.pointer_id());
        }
        let Some((ox, oy)) = other else {
            let [_, _, across, down] = self.local(&self.plot, 0, 0);
            self.port.drag(dx * across, dy * down);
            return self.port.is_zoomed();
        };
        let apart = |(x, y): (f64, f64)| (x - ox).hypot(y - oy).max(8.0);
        // What was between the fingers stays between them.
        let middle = self.local(&self.plot, ((x + ox) / 2.0) as i32, ((y + oy) / 2.0) as i32);
        self.port.drag(dx / 2.0 * middle[2], dy / 2.0 * middle[3]);
        self.port.zoom_about(apart((x, y)) / apart(before), middle[0], middle[1]);
        true
    }

    fn lead(&mut self, event: &PointerEvent) {
        let [x, y, ..] = self.local(&self.mini, event.client_x(), event.client_y());
        if let Some(mini) = self.mini.cast::<Element>() {
            let _ = mini.set_pointer_capture(event.pointer_id());
        }
        self.port.look_at(x / self.port.width, y / self.port.height);
    }

    /// Keys are the map's own while it has the focus. Says whether this one was.
    fn key(&mut self, ctx: &Context<Heat>, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let (key, map) = (event.key(), &ctx.props().map);
        let by = match key.as_str() {
            "ArrowLeft" => (-1, 0),
            "ArrowRight" => (1, 0),
            "ArrowUp" => (0, -1),
            "ArrowDown" => (0, 1),
            _ => (0, 0),
        };
        match key.as_str() {
            _ if by != (0, 0) && !event.shift_key() => {
                let from = self.cursor.or_else(|| self.port.at(0.0, 0.0));
                self.steer(from.and_then(|from| self.port.beside(from, by.0, by.1)).or(from));
            }
            "Home" => self.steer(Some(0)),
            "End" => self.steer(map.slate.total().checked_sub(1)),
            "+" | "=" => self.zoom(map, 1),
            "-" | "−" | "_" => self.zoom(map, -1),
            "0" => self.zoom(map, 0),
            "Enter" => {
                if let Some(index) = self.cursor {
                    self.pick(ctx, index);
                }
            }
            _ => return false,
        }
        event.prevent_default();
        event.stop_propagation();
        true
    }

    /// Puts the cursor on a slot, and goes there.
    fn steer(&mut self, to: Option<u32>) {
        self.cursor = to;
        if let Some(to) = to {
            self.port.keep(to);
        }
        self.told_size = false;
        self.pointed = None;
    }

    fn pick(&self, ctx: &Context<Heat>, index: u32) {
        ctx.props().act.emit(Action::Pick(Selection::Slot(slot(&ctx.props().map, index))));
    }

    /// What is said below the map.
    fn said(&self, map: &HeatMap) -> String {
        if self.told_size {
            let (columns, rows) = self.port.seen();
            let all = count_text(map.slate.total().into());
            return say!("{columns} × {rows} of {all} slots in view", columns, rows, all);
        }
        match self.pointed.or(self.cursor) {
            Some(index) => words(map, index),
            None => tr("point at a slot, or zoom").into(),
        }
    }

    /// The cursor's neighbourhood, row by row.
    fn around(&self) -> Vec<Vec<u32>> {
        let Some(cursor) = self.cursor else { return Vec::new() };
        let row = |down: i64| -> Vec<u32> {
            (-AROUND.0..=AROUND.0).filter_map(|across| self.port.beside(cursor, across, down)).collect()
        };
        (-AROUND.1..=AROUND.1).map(row).filter(|row| !row.is_empty()).collect()
    }

    /// Whether something that is written out is another than it was.
    fn tells_of_a_change(&self, map: &HeatMap, old: &HeatMap) -> bool {
        let changed = |index: u32| {
            map.slate.code(index) != old.slate.code(index) || map.slate.key(index) != old.slate.key(index)
        };
        self.pointed.or(self.cursor).is_some_and(changed)
            || (self.focused && self.around().into_iter().flatten().any(changed))
    }

    /// The map in words, for those who do not see it.
    fn twin(&self, map: &HeatMap) -> Html {
        let Some(cursor) = self.cursor else { return Html::default() };
        let cell = |index: u32| {
            let here = (index == cursor).then_some("true");
            html! { <td key={index} aria-current={here}>{ words(map, index) }</td> }
        };
        let row = |row: Vec<u32>| html! { <tr key={row[0]}>{ for row.into_iter().map(cell) }</tr> };
        html! {
            <table class="sr" data-testid="heat-twin">
                <caption>{ say!("Slots around {slot}", slot = slot(map, cursor)) }</caption>
                <tbody>{ for self.around().into_iter().map(row) }</tbody>
            </table>
        }
    }
}
