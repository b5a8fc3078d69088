//! Whoever opens a dialog or a menu with a key is back where they were when it is closed.

use crate::action::Panel;
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};

/// The way back.
#[derive(Default)]
pub struct Back {
    from: Option<HtmlElement>,
    due: bool,
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

impl Back {
    /// Takes note of what is open now, and was before.
    pub fn note(&mut self, before: Option<Panel>, now: Option<Panel>) {
        match (before, now) {
            // Who has pressed a button with the mouse goes on with the mouse: keys are the page's then.
            (None, Some(_)) => {
                self.from = document()
                    .and_then(|document| document.active_element()?.dyn_into().ok())
                    .filter(|element: &HtmlElement| element.matches(":focus-visible").unwrap_or(false));
            }
            (Some(_), None) => self.due = true,
            _ => {}
        }
    }

    /// Gives the focus back, unless something else has taken it.
    pub fn go(&mut self) {
        if !std::mem::take(&mut self.due) {
            return;
        }
        let lost = document().is_some_and(|document| {
            document.active_element().is_none_or(|element| element.tag_name() == "BODY")
        });
        if let Some(element) = self.from.take().filter(|_| lost) {
            let _ = element.focus();
        }
    }
}
