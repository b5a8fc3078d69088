//! The page's heartbeat: one closure, made once and stored, that the browser calls before a repaint. It asks for
//! the next call itself, and only while somebody wants one: a page at rest costs nothing.

use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use yew::Callback;

/// A long absence (another tab, a sleeping laptop) passes as one short frame.
const FRAME_MAX_MS: f64 = 100.0;

pub struct Clock {
    shared: Rc<Shared>,
    frame: Closure<dyn FnMut(f64)>,
}

struct Shared {
    /// The pending request's number, to take it back.
    pending: Cell<Option<i32>>,
    /// When the last frame was, if the clock was running then.
    last_ms: Cell<Option<f64>>,
}

impl Clock {
    /// `tick` gets the milliseconds since the last frame: 0 for the first one after a rest.
    pub fn new(tick: Callback<f64>) -> Clock {
        let shared = Rc::new(Shared { pending: Cell::new(None), last_ms: Cell::new(None) });
        let inner = Rc::clone(&shared);
        let frame = Closure::new(move |now_ms: f64| {
            inner.pending.set(None);
            let dt_ms =
                inner.last_ms.get().map_or(0.0, |last_ms| (now_ms - last_ms).clamp(0.0, FRAME_MAX_MS));
            inner.last_ms.set(Some(now_ms));
            tick.emit(dt_ms);
        });
        Clock { shared, frame }
    }

    /// Asks for one frame, unless one is already on its way.
    pub fn request(&self) {
        if self.shared.pending.get().is_some() {
            return;
        }
        if let Some(window) = web_sys::window() {
            let handle = window.request_animation_frame(self.frame.as_ref().unchecked_ref());
            self.shared.pending.set(handle.ok());
        }
    }

    /// The time until the next request is rest, not play.
    pub fn rest(&self) {
        self.shared.last_ms.set(None);
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        if let (Some(handle), Some(window)) = (self.shared.pending.take(), web_sys::window()) {
            let _ = window.cancel_animation_frame(handle);
        }
    }
}
