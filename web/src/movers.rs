//! What moves between two events: tokens, wires, filling cells. Each puts its element and its span of virtual time
//! here; the clock sets one custom property, `--p` (0 to 100), on every one of them, and the style sheet turns it
//! into a transform. Yew is not asked.

use crate::scene::model::Span;
use crate::scene::words::css_number;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The list of what moves. Clones share it.
#[derive(Clone)]
pub struct Movers(Rc<Inner>);

#[derive(Default)]
struct Inner {
    /// Nothing glides: things stand at the start, half-way or at the end.
    still: bool,
    now_ns: Cell<f64>,
    next_id: Cell<u64>,
    list: RefCell<Vec<Mover>>,
    /// Who else wants to know the time.
    watcher: RefCell<Option<Callback<f64>>>,
}

struct Mover {
    id: u64,
    element: HtmlElement,
    span: Span,
    /// Hundredths of a percent that were last set: what has not moved is not touched.
    shown: i32,
}

impl PartialEq for Movers {
    fn eq(&self, other: &Movers) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Mover {
    fn place(&mut self, now_ns: f64, still: bool) {
        let progress = self.span.progress(now_ns);
        let progress = if still && progress > 0.0 && progress < 1.0 { 0.5 } else { progress };
        let shown = (progress * 10_000.0).round() as i32;
        if shown == self.shown {
            return;
        }
        self.shown = shown;
        let percent = f64::from(shown) / 100.0;
        // Only a detached element could refuse, and that one is not seen.
        let _ = self.element.style().set_property("--p", &css_number(percent));
    }
}

impl Movers {
    /// `still`: the system asks for less motion.
    #[must_use]
    pub fn new(still: bool) -> Movers {
        Movers(Rc::new(Inner { still, ..Inner::default() }))
    }

    /// Puts everything where it belongs at `now_ns`.
    pub fn place(&self, now_ns: f64) {
        self.0.now_ns.set(now_ns);
        for mover in self.0.list.borrow_mut().iter_mut() {
            mover.place(now_ns, self.0.still);
        }
        if let Some(watcher) = &*self.0.watcher.borrow() {
            watcher.emit(now_ns);
        }
    }

    /// Tells somebody the time whenever it may have changed; one at a time, the last who has asked.
    pub fn watch(&self, watcher: Callback<f64>) {
        *self.0.watcher.borrow_mut() = Some(watcher);
    }

    /// … and no longer, unless somebody else has asked since.
    pub fn unwatch(&self, watcher: &Callback<f64>) {
        self.0.watcher.borrow_mut().take_if(|current| current == watcher);
    }

    /// The moment that was last shown, in virtual nanoseconds.
    #[must_use]
    pub fn now_ns(&self) -> f64 {
        self.0.now_ns.get()
    }

    fn add(&self, element: HtmlElement, span: Span) -> u64 {
        let id = self.0.next_id.get();
        self.0.next_id.set(id + 1);
        let mut mover = Mover { id, element, span, shown: -1 };
        mover.place(self.0.now_ns.get(), self.0.still);
        self.0.list.borrow_mut().push(mover);
        id
    }

    fn remove(&self, id: u64) {
        self.0.list.borrow_mut().retain(|mover| {
            if mover.id == id {
                // What stands still keeps nothing of the way it came: a stage that is stepped back to is the same.
                let _ = mover.element.style().remove_property("--p");
            }
            mover.id != id
        });
    }
}

/// An element that moves during `span`: put the returned reference on it. With `None` it stands still.
#[hook]
pub fn use_mover(span: Option<Span>) -> NodeRef {
    let node = use_node_ref();
    let movers = use_context::<Movers>();
    let element = node.clone();
    use_effect_with(span, move |span| {
        let entry = match (movers, span, element.cast::<HtmlElement>()) {
            (Some(movers), Some(span), Some(element)) => {
                let id = movers.add(element, *span);
                Some((movers, id))
            }
            _ => None,
        };
        move || {
            if let Some((movers, id)) = entry {
                movers.remove(id);
            }
        }
    });
    node
}
