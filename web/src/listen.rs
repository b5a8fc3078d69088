//! What the page hears as a whole: keys, clicks on anything that can be inspected, files dropped anywhere, the
//! window's size. One listener each, for all elements.

use crate::action::Action;
use crate::cursor;
use crate::keys::{self, Press};
use crate::scene::pick::from_pick;
use gloo::events::{EventListener, EventListenerOptions};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element, Event, File, HtmlElement, KeyboardEvent, MouseEvent};
use yew::Callback;

pub enum Heard {
    Act(Action),
    Resized,
    /// A file hangs over the page, or no longer.
    Dragging(bool),
    Dropped(File),
    /// The address has another link.
    Linked,
    /// The page is left, or put aside.
    Leaving,
}

/// Listens as long as it lives.
pub struct Listeners {
    _all: Vec<EventListener>,
}

impl Listeners {
    /// Tells `hear`. Without a window, as in tests, there is nothing to hear.
    pub fn new(hear: Callback<Heard>, embedded: bool) -> Listeners {
        let Some(window) = web_sys::window() else { return Listeners { _all: Vec::new() } };
        let mut all = Vec::new();
        let mut on = |name: &'static str, handler: Box<dyn Fn(&Event)>| {
            let options = EventListenerOptions::enable_prevent_default();
            all.push(EventListener::new_with_options(&window, name, options, move |event| handler(event)));
        };
        // Within somebody else's page the keys are that page's until this one is clicked, and after Esc again.
        let awake = Rc::new(Cell::new(!embedded));
        let (tell, listens) = (hear.clone(), Rc::clone(&awake));
        on(
            "keydown",
            Box::new(move |event| {
                if listens.get() {
                    let escape =
                        event.dyn_ref::<KeyboardEvent>().is_some_and(|press| press.key() == "Escape");
                    let leaves = embedded && escape && !anything_is_open();
                    on_key(event, &tell);
                    listens.set(!leaves);
                }
            }),
        );
        let tell = hear.clone();
        on(
            "click",
            Box::new(move |event| {
                awake.set(true);
                on_click(event, &tell);
            }),
        );
        on(
            "focusin",
            Box::new(|event| {
                with_grid(event, |grid| {
                    if grid.matches(":focus-visible").unwrap_or(false) {
                        cursor::enter(grid)
                    }
                })
            }),
        );
        on("focusout", Box::new(|event| with_grid(event, cursor::leave)));
        let tell = hear.clone();
        on("hashchange", Box::new(move |_| tell.emit(Heard::Linked)));
        let tell = hear.clone();
        on("pagehide", Box::new(move |_| tell.emit(Heard::Leaving)));
        let tell = hear.clone();
        on("resize", Box::new(move |_| tell.emit(Heard::Resized)));
        let tell = hear.clone();
        on(
            "dragover",
            Box::new(move |event| {
                event.prevent_default();
                tell.emit(Heard::Dragging(true));
            }),
        );
        let tell = hear.clone();
        on(
            "dragleave",
            Box::new(move |event| {
                // Leaving one element for another is no leaving of the page.
                if event.dyn_ref::<DragEvent>().is_some_and(|drag| drag.related_target().is_none()) {
                    tell.emit(Heard::Dragging(false));
                }
            }),
        );
        on(
            "drop",
            Box::new(move |event| {
                event.prevent_default();
                let file =
                    event.dyn_ref::<DragEvent>().and_then(|drag| drag.data_transfer()?.files()?.get(0));
                hear.emit(file.map_or(Heard::Dragging(false), Heard::Dropped));
            }),
        );
        Listeners { _all: all }
    }
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn with_grid(event: &Event, act: impl Fn(&Element)) {
    if let Some(grid) = target(event).filter(|element| element.has_attribute("data-grid")) {
        act(&grid);
    }
}

fn pick(text: &str, hear: &Callback<Heard>) {
    if let Some(selection) = from_pick(text) {
        hear.emit(Heard::Act(Action::Pick(selection)));
    }
}

fn on_click(event: &Event, hear: &Callback<Heard>) {
    let Some(element) = target(event) else { return };
    if let Ok(Some(broken)) = element.closest("[data-break]") {
        let id = broken.get_attribute("data-break").unwrap_or_default();
        hear.emit(Heard::Act(Action::Break(id)));
    } else if let Ok(Some(picked)) = element.closest("[data-pick]") {
        pick(&picked.get_attribute("data-pick").unwrap_or_default(), hear);
    }
    // A button that a mouse has pressed lets go of the focus: Space then plays, as people expect.
    let by_mouse = event.dyn_ref::<MouseEvent>().is_some_and(|mouse| mouse.detail() > 0);
    if by_mouse
        && let Ok(Some(button)) =
            element.closest(".dock button, .top > button, .top-r > button, .seg button, .stage [data-break], .tabs button, .divider")
        && let Some(button) = button.dyn_ref::<HtmlElement>()
    {
        let _ = button.blur();
    }
}

/// Something lies over the stage that Esc closes.
fn anything_is_open() -> bool {
    const OPEN: &str = "dialog[open], .menu, .rail.open, [data-tour]";
    let document = web_sys::window().and_then(|window| window.document());
    document.and_then(|document| document.query_selector(OPEN).ok().flatten()).is_some()
}

fn on_key(event: &Event, hear: &Callback<Heard>) {
    let Some(press) = event.dyn_ref::<KeyboardEvent>() else { return };
    let key = press.key();
    let element = target(event);
    if let Some(grid) = element.as_ref().filter(|element| element.has_attribute("data-grid")) {
        let plain = !press.alt_key() && !press.ctrl_key() && !press.meta_key() && !press.shift_key();
        if plain && cursor::steer(grid, &key) {
            event.prevent_default();
            return;
        }
        if key == "Enter" {
            if let Some(text) = cursor::picked(grid) {
                pick(&text, hear);
            }
            return;
        }
    }
    if element.as_ref().is_some_and(|element| is_theirs(element, &key)) {
        return;
    }
    let action = keys::action(Press {
        key: &key,
        shift: press.shift_key(),
        alt: press.alt_key(),
        command: press.ctrl_key() || press.meta_key(),
        repeat: press.repeat(),
    });
    if let Some(action) = action {
        event.prevent_default();
        hear.emit(Heard::Act(action));
    }
}

/// Whether the focused element itself answers to this key.
fn is_theirs(element: &Element, key: &str) -> bool {
    let is = |selector: &str| element.matches(selector).unwrap_or(false);
    match key {
        "Escape" => false,
        " " | "Enter" => is("button, input, select, a, summary"),
        "ArrowLeft" | "ArrowRight" | "Home" | "End" | "PageUp" | "PageDown" => is("input, select"),
        _ => is("input:not([type=range]):not([type=file]), select"),
    }
}
