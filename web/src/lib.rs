//! Mirrorline in the browser: the page, and the JavaScript module.

mod action;
#[cfg(feature = "api")]
pub mod api;
mod app;
mod clock;
mod components;
mod cursor;
mod feed;
mod file;
mod keys;
mod language;
mod listen;
mod movers;
mod room;
pub mod scene;
pub mod session;
mod share;
mod theme;
pub mod worker;

pub use app::App;

use app::Start;
use language::Language;

/// Puts the page into the document, in place of the loading message. Another language than English is fetched before,
/// so that nothing is said twice. Where there is no window, this is the page's worker.
pub fn start() {
    if web_sys::window().is_none() {
        return worker::serve();
    }
    let language = Language::marked();
    if language == Language::English {
        return mount(Start::default());
    }
    wasm_bindgen_futures::spawn_local(async move {
        let catalogue = language.load().await;
        match catalogue {
            Some(catalogue) => {
                language::put(language, catalogue);
                mount(Start::default());
            }
            None => {
                Language::English.mark();
                mount(Start { missing: Some(language) });
            }
        }
    });
}

fn mount(start: Start) {
    let root = web_sys::window().and_then(|window| window.document()?.get_element_by_id("root"));
    match root {
        Some(root) => yew::Renderer::<App>::with_root_and_props(root, start).render(),
        None => yew::Renderer::<App>::with_props(start).render(),
    };
}
