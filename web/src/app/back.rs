//! Whoever opens a dialog, a menu or the drawer with a key is back where they were when it is closed.

use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The way back.
#[derive(Default)]
pub struct Back {
    from: Option<HtmlElement>,
    due: bool,
}

/// What has the focus, unless it is the page.
fn focused() -> Option<HtmlElement> {
    let active = web_sys::window()?.document()?.active_element()?;
    active.dyn_into().ok().filter(|element: &HtmlElement| element.tag_name() != "BODY")
}

/// Whether the style sheets hide it. The browser takes the focus off what is hidden, but not at once: a key that is
/// pressed meanwhile goes there.
fn is_hidden(element: &HtmlElement) -> bool {
    let style = web_sys::window().and_then(|window| window.get_computed_style(element).ok().flatten());
    style.and_then(|style| style.get_property_value("visibility").ok()).as_deref() == Some("hidden")
}

impl Back {
    /// Takes note of what is open now, and was before.
    pub fn note<T>(&mut self, before: Option<T>, now: Option<T>) {
        match (before, now) {
            // Who has pressed a button with the mouse goes on with the mouse: keys are the page's then.
            (None, Some(_)) => {
                self.from = focused().filter(|element| element.matches(":focus-visible").unwrap_or(false));
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
        let from = self.from.take();
        match focused() {
            Some(element) if is_hidden(&element) => drop(element.blur()),
            Some(_) => return,
            None => {}
        }
        if let Some(element) = from {
            let _ = element.focus();
        }
    }
}
