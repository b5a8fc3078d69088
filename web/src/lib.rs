//! Mirrorline in the browser: the page, and the JavaScript module.

mod action;
#[cfg(feature = "api")]
pub mod api;
mod app;
mod clock;
mod components;
mod crash;
mod cursor;
mod feed;
mod file;
mod keys;
mod listen;
mod movers;
mod room;
pub mod scene;
pub mod session;
mod share;
mod theme;

pub use app::App;

/// Puts the page into the document, in place of the loading message.
pub fn start() {
    crash::install();
    let root = web_sys::window().and_then(|window| window.document()?.get_element_by_id("root"));
    match root {
        Some(root) => yew::Renderer::<App>::with_root(root).render(),
        None => yew::Renderer::<App>::new().render(),
    };
}
