//! Starts the page. Everything else is in the library, where tests reach it.

fn main() {
    yew::Renderer::<mirrorline_web::App>::new().render();
}
