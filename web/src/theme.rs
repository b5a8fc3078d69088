//! The three themes. Which one is said by the address (`?theme=`), else remembered, else the system's choice;
//! `boot.js` does the same before the first paint, so that nothing flashes.

use crate::language::tr;
use mirrorline_engine::mark;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The key in the browser's local storage; `boot.js` reads it too.
const STORED: &str = "mirrorline-theme";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Dark,
    Light,
    Projector,
}

/// What painted pixels depend on besides their data. Reading sizes and colours back from the document is slow, so
/// it is done only when this changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skin {
    pub theme: Theme,
    /// Counts the window's changes of size.
    pub resized: u32,
}

impl Theme {
    pub const ALL: [Theme; 3] = [Theme::Dark, Theme::Light, Theme::Projector];

    /// The value of `data-theme`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
            Theme::Projector => "projector",
        }
    }

    #[must_use]
    pub fn title(self) -> &'static str {
        tr(match self {
            Theme::Dark => mark!("Dark"),
            Theme::Light => mark!("Light"),
            Theme::Projector => mark!("Projector"),
        })
    }

    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Theme::Dark => "#i-moon",
            Theme::Light => "#i-sun",
            Theme::Projector => "#i-beam",
        }
    }

    /// The next one round.
    #[must_use]
    pub fn next(self) -> Theme {
        match self {
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::Projector,
            Theme::Projector => Theme::Dark,
        }
    }

    fn from_name(name: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// What `boot.js` has chosen.
    #[must_use]
    pub fn current() -> Theme {
        root()
            .and_then(|root| root.dataset().get("theme"))
            .and_then(|name| Theme::from_name(&name))
            .unwrap_or(Theme::Dark)
    }

    /// Shows it, and remembers it. A browser that forbids storage forgets, and nothing else happens.
    pub fn apply(self) {
        if let Some(root) = root() {
            let _ = root.dataset().set("theme", self.name());
        }
        if let Some(Ok(Some(storage))) = web_sys::window().map(|window| window.local_storage()) {
            let _ = storage.set_item(STORED, self.name());
        }
    }
}

/// Sets a custom property for the whole page.
pub fn set_property(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.style().set_property(name, value);
    }
}

fn root() -> Option<HtmlElement> {
    web_sys::window()?.document()?.document_element()?.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_is_found_by_its_name_and_reached_by_the_key() {
        for theme in Theme::ALL {
            assert_eq!(Theme::from_name(theme.name()), Some(theme));
        }
        assert_eq!(Theme::Dark.next().next().next(), Theme::Dark);
        assert_eq!(Theme::from_name("sepia"), None);
    }
}
